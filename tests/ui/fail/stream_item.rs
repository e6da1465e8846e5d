//! What a stream yields is sent too.
use stomp_server::subscribe_mapping;

struct Tick;

#[subscribe_mapping("/a")]
fn a() -> impl futures_core::Stream<Item = Tick> {
    futures_util::stream::empty()
}

fn main() {}
