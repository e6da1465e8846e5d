//! Bodies are read with serde.
use stomp_server::{Payload, message_mapping};

struct Draft {
    _text: String,
}

#[message_mapping("/a")]
async fn a(Payload(_draft): Payload<Draft>) {}

#[message_mapping("/b")]
async fn b(#[payload] _draft: Draft) {}

fn main() {}
