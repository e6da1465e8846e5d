//! Nobody would choose the types.
use stomp_server::{FromMessage, message_mapping};

#[message_mapping("/a")]
async fn a<T: FromMessage>(_t: T) {}

#[message_mapping("/b")]
async fn b(_t: impl FromMessage) {}

fn main() {}
