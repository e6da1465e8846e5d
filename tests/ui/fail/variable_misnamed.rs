//! A number or text beside variables of other names.
use stomp_server::{message_mapping, send_to};

#[message_mapping("/order/{itemId}/{place}")]
async fn order(_item: u32, place: String) -> String {
    place
}

#[message_mapping("/chat/{room}")]
#[send_to("/topic/#{T(java.lang.Math).random()}")]
async fn spel(room: String) -> String {
    room
}

#[message_mapping("/#{systemProperties['place']}/{room}")]
async fn spel_in_mapping(room: String) -> String {
    room
}

fn main() {}
