//! What cannot be sent.
use stomp_server::message_mapping;

struct Out;

#[message_mapping("/a")]
async fn a() -> Out {
    Out
}

#[message_mapping("/b")]
async fn b() -> Result<Option<Out>, std::fmt::Error> {
    Ok(None)
}

fn main() {}
