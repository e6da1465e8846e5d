//! What cannot be thrown.
use stomp_server::message_mapping;

struct Bad;

#[message_mapping("/a")]
async fn a() -> Result<(), Bad> {
    Err(Bad)
}

fn main() {}
