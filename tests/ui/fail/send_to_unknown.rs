//! Placeholders of targets are variables of the mapping.
use stomp_server::{message_mapping, send_to};

#[message_mapping("/chat/{roomId}")]
#[send_to("/topic/chat/{room}")]
async fn post(room_id: String) -> String {
    room_id
}

#[message_mapping("/c/{room_id}", "/d")]
#[send_to("/topic/chat/{room_id}")]
async fn only_in_one() -> String {
    String::new()
}

#[message_mapping("/e")]
#[send_to("/topic/{nothing}")]
async fn none() -> String {
    String::new()
}

fn main() {}
