//! Methods of one block that claim the same messages.
use stomp_server::{Component, controller, message_mapping, subscribe_mapping};

#[derive(Component)]
struct C;

#[controller("/c")]
impl C {
    #[message_mapping("/x")]
    async fn x(&self) {}

    #[message_mapping("/x")]
    async fn same(&self) {}

    #[subscribe_mapping("/x")]
    async fn other_kind(&self) {}

    #[message_mapping("/{a}/y")]
    async fn left(&self) {}

    #[message_mapping("/z/{b}")]
    async fn right(&self) {}
}

fn main() {}
