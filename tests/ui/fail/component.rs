//! What the application cannot build.
use stomp_server::{Component, controller, message_mapping};

struct NotDerived;

#[controller]
impl NotDerived {
    #[message_mapping("/a")]
    async fn a(&self) {}
}

struct Db;

#[derive(Component)]
struct Field {
    _db: Db,
}

#[derive(Component)]
enum Either {
    A,
}

#[derive(Component)]
struct Option {
    #[component(lazy)]
    _count: u8,
}

fn main() {}
