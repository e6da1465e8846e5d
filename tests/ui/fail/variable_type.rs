//! Variables are read with `FromStr`.
use stomp_server::message_mapping;

struct RoomId(u32);

#[message_mapping("/chat/{room_id}")]
async fn a(room_id: RoomId) {
    let _ = room_id.0;
}

fn main() {}
