//! Malformed destinations.
use stomp_server::{controller, message_mapping};

#[message_mapping("/chat/{room_id")]
async fn unclosed() {}

#[message_mapping("/{roomId}/{room_id}")]
async fn same_name() {}

#[message_mapping("/a/{id:(?=x)}")]
async fn look_around() {}

#[message_mapping("/a/{}")]
async fn nameless() {}

struct C;

#[controller("/c/{id}", manual)]
impl C {
    #[message_mapping("/{id}")]
    async fn twice(&self) {}
}

#[message_mapping("/chat/:room/say")]
async fn colon(_room: String) {}

fn main() {}

// Rows: ROUTE-19
