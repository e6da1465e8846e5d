//! What cannot be absent cannot be optional.
use stomp_server::{State, message_mapping};

struct Clock;

#[message_mapping("/a")]
async fn optional(_clock: Option<State<Clock>>) {}

fn main() {}
