//! A block does not see what `cfg_attr` hides.
use stomp_server::{Component, controller, message_mapping};

#[derive(Component)]
struct C;

#[controller]
impl C {
    #[cfg_attr(all(), message_mapping("/a"))]
    async fn a(&self) {}
}

fn main() {}
