//! The user's own type errors stay where they are.
use stomp_server::message_mapping;

#[message_mapping("/chat/{room_id}")]
async fn a(room_id: u32) -> String {
    room_id
}

fn main() {}
