//! What one client may make the server hold at a time.

use std::sync::Arc;

use futures_core::Stream;
use stomp_server::prelude::*;
use stomp_tests::server::{TestServer, app};
use tokio::sync::Semaphore;

#[message_mapping("/beside", concurrent)]
async fn beside(gate: State<Semaphore>, running: State<Running>) {
    running.start();
    gate.acquire().await.expect("never closed").forget();
}

#[message_mapping("/endless")]
async fn endless() -> impl Stream<Item = String> {
    futures_util::stream::pending()
}

#[derive(Default)]
struct Running(std::sync::atomic::AtomicUsize);

impl Running {
    fn start(&self) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }

    fn count(&self) -> usize {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

async fn stage() -> (TestServer, Arc<Semaphore>, Arc<Running>) {
    let (gate, running) = (Arc::new(Semaphore::new(0)), Arc::<Running>::default());
    let builder = app(module_path!())
        .provide(Arc::clone(&gate))
        .provide(Arc::clone(&running))
        .configure(|config, _| {
            config.max_concurrent = 3;
            config.max_streams = 2;
        });
    (TestServer::start(builder).await, gate, running)
}

#[tokio::test]
async fn concurrent_calls_are_bounded_and_the_next_frame_waits_for_one_to_end() {
    let (server, gate, running) = stage().await;
    let mut peer = server.connect().await;
    for n in 0..20 {
        peer.send_asking("/app/beside", "", &n.to_string()).await;
    }
    server.until("three calls", |_| running.count() == 3).await;
    let mut other = server.connect().await;
    other.send_done("/topic/a", "").await;
    assert_eq!(running.count(), 3);
    gate.add_permits(20);
    let mut receipts = Vec::new();
    for _ in 0..20 {
        let receipt = peer.expect("RECEIPT").await;
        receipts.push(
            receipt
                .header("receipt-id")
                .expect("an id")
                .parse::<usize>()
                .expect("a number"),
        );
    }
    receipts.sort_unstable();
    assert_eq!(receipts, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn one_stream_too_many_ends_the_session_and_no_other() {
    let (server, ..) = stage().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    peer.send_done("/app/endless", "").await;
    peer.send_done("/app/endless", "").await;
    peer.send("/app/endless", "").await;
    peer.expect_error("quota", 1008).await;
    other.send_done("/topic/a", "").await;
}

#[tokio::test]
async fn more_connections_than_there_may_be_are_told_so() {
    let builder = app(module_path!())
        .provide(Arc::new(Semaphore::new(0)))
        .provide(Arc::<Running>::default())
        .configure(|config, _| config.max_connections = 2);
    let server = TestServer::start(builder).await;
    let (_one, _two) = (server.connect().await, server.connect().await);
    let refusal = server.handshake().refused().await;
    assert_eq!(refusal.status, 503);
    assert_eq!(server.counters().sessions_refused, 1);
}
