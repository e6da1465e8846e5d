//! Controllers are shared.
use std::sync::Arc;
use stomp_server::{Component, controller, message_mapping};

#[derive(Component)]
struct C;

#[controller]
impl C {
    #[message_mapping("/a")]
    async fn a(&mut self) {}

    #[message_mapping("/b")]
    async fn b(self) {}

    #[message_mapping("/c")]
    async fn c(self: Arc<Self>) {}

    #[message_mapping("/d")]
    const fn d(&self) {}

    #[message_mapping("/e")]
    unsafe fn e(&self) {}
}

fn main() {}
