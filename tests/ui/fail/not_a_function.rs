//! Attributes on other items.
use stomp_server::{controller, message_mapping};

#[message_mapping("/a")]
struct S;

#[controller]
struct T;

trait Named {}

#[controller]
impl Named for T {}

fn main() {}
