//! What is under way, as tests, drains and health pages ask for it.

use std::sync::{Arc, Mutex};

use stomp_server::{Stream, prelude::*};
use stomp_tests::{
    peer::{Incoming, Peer, web_socket},
    server::{TestServer, app},
};
use tokio::sync::{Semaphore, mpsc};

async fn pass(gate: &Semaphore) {
    gate.acquire().await.expect("never closed").forget();
}

#[message_mapping("/wait")]
#[send_to("/topic/waited")]
async fn wait(gate: State<Semaphore>) -> &'static str {
    pass(&gate).await;
    "waited"
}

#[message_mapping("/beside", concurrent)]
async fn beside(gate: State<Semaphore>) {
    pass(&gate).await;
}

#[message_mapping("/hop")]
#[send_to("/topic/hopped")]
async fn hop(#[payload] body: String) -> String {
    tokio::task::yield_now().await;
    body
}

/// What a stream is fed with.
struct Feed(Mutex<Option<mpsc::UnboundedReceiver<String>>>);

#[subscribe_mapping("/feed")]
async fn feed(feed: State<Feed>) -> impl Stream<Item = String> + use<> {
    let mut items = feed.0.0.lock().expect("not poisoned").take().expect("asked once");
    futures_util::stream::poll_fn(move |cx| items.poll_recv(cx))
}

#[event_listener]
async fn left(event: &SessionDisconnectEvent, gate: State<Semaphore>) {
    if event.session().principal().is_some() {
        pass(&gate).await;
    }
}

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

struct Bench {
    server: TestServer,
    gate: Arc<Semaphore>,
    feed: mpsc::UnboundedSender<String>,
}

async fn bench() -> Bench {
    let gate = Arc::new(Semaphore::new(0));
    let (feed, items) = mpsc::unbounded_channel();
    let builder = app(module_path!())
        .provide(Arc::clone(&gate))
        .manage(Feed(Mutex::new(Some(items))))
        .authenticator(by_login);
    let server = TestServer::start(builder).await;
    Bench { server, gate, feed }
}

impl Bench {
    fn in_flight(&self) -> usize {
        self.server.handle().in_flight()
    }

    async fn at_rest(&self) {
        self.server
            .until("everything to be done", |handle| handle.in_flight() == 0)
            .await;
    }
}

/// Everything that was sent before has been read.
async fn read(peer: &mut Peer) {
    peer.write(&web_socket::masked(web_socket::FIN | web_socket::PING, b"read?"))
        .await;
    assert_eq!(peer.next().await, Incoming::Pong(b"read?".to_vec()));
}

#[tokio::test]
async fn what_has_been_read_counts_until_it_is_done_and_written() {
    let bench = bench().await;
    let (mut peer, mut other) = (bench.server.connect().await, bench.server.connect().await);
    other.subscribe("s", "/topic/waited").await;
    bench.at_rest().await;
    for destination in ["/app/wait", "/app/beside"] {
        peer.send(destination, "").await;
        read(&mut peer).await;
        assert_eq!(bench.in_flight(), 1, "{destination}");
        bench.gate.add_permits(1);
        bench.at_rest().await;
    }
    other.expect_message("waited").await;
}

#[tokio::test]
async fn what_waits_behind_a_handler_counts_too() {
    let bench = bench().await;
    let mut peer = bench.server.connect().await;
    peer.send("/app/wait", "").await;
    peer.send("/app/wait", "").await;
    read(&mut peer).await;
    bench.gate.add_permits(1);
    // The second one has begun or waits for its turn: it is never overlooked.
    for _ in 0..100 {
        assert_eq!(bench.in_flight(), 1);
        tokio::task::yield_now().await;
    }
    bench.gate.add_permits(1);
    bench.at_rest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_nothing_is_under_way_everything_is_written_and_counted() {
    let bench = bench().await;
    let (mut peer, mut other) = (bench.server.connect().await, bench.server.connect().await);
    other.subscribe("s", "/topic/hopped").await;
    bench.at_rest().await;
    for _ in 0..200 {
        let before = bench.server.counters().frames_written;
        for n in 0..5 {
            peer.send("/app/hop", &n.to_string()).await;
        }
        read(&mut peer).await;
        while bench.in_flight() > 0 {
            tokio::task::yield_now().await;
        }
        // Five messages and a pong.
        assert_eq!(bench.server.counters().frames_written - before, 6);
        other.expect_messages(["0", "1", "2", "3", "4"]).await;
    }
}

#[tokio::test]
async fn what_a_client_does_not_read_counts_until_the_client_is_gone() {
    let bench = bench().await;
    let mut slow = bench.server.connect().await;
    slow.subscribe("s", "/topic/large").await;
    bench.at_rest().await;
    let large = "x".repeat(60_000);
    let template = bench.server.handle().template();
    while bench.in_flight() == 0 {
        template.convert_and_send("/topic/large", &large).expect("sent");
        tokio::task::yield_now().await;
    }
    drop(slow);
    bench.at_rest().await;
}

#[tokio::test]
async fn a_stream_counts_when_it_has_something_to_say_and_not_while_it_waits() {
    let bench = bench().await;
    let mut peer = bench.server.connect().await;
    peer.subscribe("s", "/app/feed").await;
    bench.at_rest().await;
    bench.feed.send("news".to_owned()).expect("the stream lives");
    // On this thread nothing else has run since.
    assert_eq!(bench.in_flight(), 1);
    peer.expect_message("news").await;
    bench.at_rest().await;
}

#[tokio::test]
async fn a_message_on_its_way_past_many_subscribers_counts() {
    let bench = bench().await;
    let mut peers = Vec::new();
    for _ in 0..3 {
        let mut peer = bench.server.connect().await;
        for n in 0..1000 {
            peer.subscribe(&n.to_string(), "/topic/wide").await;
        }
        peers.push(peer);
    }
    bench.at_rest().await;
    let template = bench.server.handle().template();
    template.convert_and_send("/topic/wide", "x").expect("sent");
    // The broker's task, and those of the sessions that it has come to.
    assert!(bench.in_flight() > 1);
    for peer in &mut peers {
        for _ in 0..1000 {
            peer.expect_message("x").await;
        }
    }
    bench.at_rest().await;
}

#[tokio::test]
async fn a_connection_counts_until_the_listeners_know_of_its_end() {
    let bench = bench().await;
    let ann = bench.server.connect_as("ann").await;
    bench.at_rest().await;
    ann.disconnect().await;
    bench
        .server
        .until("the session to end", |handle| handle.connections() == 0)
        .await;
    assert_eq!(bench.in_flight(), 1, "a listener runs");
    bench.gate.add_permits(1);
    bench.at_rest().await;
}

#[tokio::test]
async fn a_client_that_says_nothing_is_at_rest() {
    let bench = bench().await;
    let _silent = bench.server.open().await;
    let mut half = bench.server.connect().await;
    half.text("SEND\ndestination:/app/wa").await;
    read(&mut half).await;
    bench.at_rest().await;
    assert_eq!(bench.server.handle().connections(), 2);
}
