//! Attributes on other items.
use stomp_server::{controller, message_mapping};

#[message_mapping("/a")]
struct S;

#[controller]
struct T;

trait Named {}

#[controller]
impl Named for T {}

struct C;

#[message_mapping("/chat")]
impl C {
    #[message_mapping("/<room>")]
    async fn talk(&self, room: String, #[payload] text: String) -> String {
        room + &text
    }
}

fn main() {}
