//! References are for errors and events.
use stomp_server::message_mapping;

#[message_mapping("/a")]
async fn borrowed(_body: &String) {}

fn main() {}
