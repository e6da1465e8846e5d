//! A target is one place.
use stomp_server::{message_mapping, send_to};

#[message_mapping("/a/{x}")]
#[send_to("/topic/*")]
async fn a(x: u8) -> u8 {
    x
}

fn main() {}
