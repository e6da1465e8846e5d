//! Types that are not extractors.
use stomp_server::message_mapping;

#[derive(serde::Deserialize)]
struct Draft {
    _text: String,
}

#[message_mapping("/a")]
async fn plain(_flag: bool) {}

#[message_mapping("/b")]
async fn structure(_draft: Draft) {}

fn main() {}

// Rows: ARG-03, ARG-10
