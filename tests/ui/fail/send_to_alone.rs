//! A target without a mapping.
use stomp_server::send_to;

#[send_to("/topic/a")]
async fn a() -> String {
    String::new()
}

fn main() {}
