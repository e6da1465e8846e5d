//! Futures move between threads.
use stomp_server::message_mapping;

#[message_mapping("/a")]
async fn a() {
    let rc = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(rc);
}

fn main() {}
