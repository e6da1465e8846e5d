//! So are streams.
use stomp_server::subscribe_mapping;

#[subscribe_mapping("/a")]
fn a() -> impl futures_core::Stream<Item = u32> {
    let rc = std::rc::Rc::new(1);
    futures_util::stream::once(async move { *rc })
}

fn main() {}
