//! Methods need a controller block.
use stomp_server::message_mapping;

struct C;

impl C {
    #[message_mapping("/a")]
    async fn a(&self) {}
}

fn main() {}
