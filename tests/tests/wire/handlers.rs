//! Handlers through the wire: extractors, replies, exceptions, streams, and where handlers run.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use stomp_server::{Headers, MessageContext, SessionAttribute, SessionId, prelude::*};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};
use tokio::sync::{Notify, Semaphore};

#[derive(Serialize, Deserialize)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, thiserror::Error)]
#[error("too far")]
struct TooFar;

#[derive(Debug, thiserror::Error)]
#[error("nobody knows")]
struct Unknown;

/// What tests and handlers share.
#[derive(Default)]
struct Stage {
    go: Notify,
    started: AtomicUsize,
}

#[derive(Component)]
struct Points {
    stage: Arc<Stage>,
}

#[controller("/points")]
impl Points {
    #[message_mapping("/{x}/mirror")]
    async fn mirror(&self, x: i32, Payload(point): Payload<Point>) -> Point {
        Point { x, y: point.y }
    }

    #[message_mapping("/far")]
    async fn far(&self) -> Result<Point, TooFar> {
        Err(TooFar)
    }

    #[message_mapping("/unknown")]
    async fn unknown(&self) -> Result<Point, Unknown> {
        Err(Unknown)
    }

    #[message_mapping("/panic")]
    async fn panic(&self) {
        panic!("on purpose");
    }

    #[message_exception_handler]
    #[send_to("/topic/trouble")]
    async fn too_far(&self, error: &TooFar, message: Message) -> String {
        let started = self.stage.started.load(Ordering::Relaxed);
        format!("local: {error} at {} after {started}", message.destination)
    }
}

#[message_mapping("/unknown")]
async fn unknown() -> Result<(), Unknown> {
    Err(Unknown)
}

#[message_mapping("/far")]
async fn far() -> Result<(), TooFar> {
    Err(TooFar)
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn anything(error: &HandlerError) -> String {
    format!("global: {}", error.client_message())
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn is_unknown(error: &Unknown) -> String {
    format!("unknown: {error}")
}

#[message_mapping("/echo")]
async fn echo(#[payload] body: String) -> String {
    body
}

#[message_mapping("/bytes")]
async fn bytes(Payload(body): Payload<Vec<u8>>) -> Vec<u8> {
    body.into_iter().rev().collect()
}

#[message_mapping("/headers")]
#[send_to("/topic/seen")]
async fn headers(
    all: Headers,
    page: Header<u32>,
    missing: Option<Header<String>>,
    message: Message,
    cx: MessageContext,
    session: SessionId,
) -> String {
    assert_eq!(session, cx.session().id());
    assert!(missing.is_none());
    format!(
        "{} {} {}",
        all.get("page").unwrap_or_default(),
        page.0,
        message.destination
    )
}

#[message_mapping("/maybe/{say}")]
#[send_to("/topic/maybe")]
async fn maybe(say: bool) -> Option<&'static str> {
    say.then_some("said")
}

#[message_mapping("/both")]
#[send_to("/topic/a", "/topic/b")]
#[send_to_user("/queue/own")]
async fn both() -> &'static str {
    "both"
}

#[message_mapping("/rest/<path..>")]
#[send_to("/topic/rest")]
async fn rest(path: String) -> String {
    path
}

#[derive(Clone)]
struct Count(u32);

#[message_mapping("/count")]
#[send_to("/topic/count")]
async fn count(before: Option<SessionAttribute<Count>>, session: Session) -> u32 {
    let count = before.map_or(0, |attribute| attribute.0.0) + 1;
    session.insert(Count(count));
    count
}

#[subscribe_mapping("/now")]
async fn now() -> &'static str {
    "now"
}

#[subscribe_mapping("/now/told")]
#[send_to("/topic/told")]
async fn now_told() -> &'static str {
    "told"
}

#[subscribe_mapping("/three")]
fn three() -> impl Stream<Item = u8> {
    stream::iter([1, 2, 3])
}

#[subscribe_mapping("/endless")]
fn endless() -> impl Stream<Item = u64> {
    stream::iter(0..)
}

#[message_mapping("/endless/unheard")]
#[send_to("/topic/unheard")]
fn endless_unheard() -> impl Stream<Item = u64> {
    stream::iter(0..)
}

#[message_mapping("/slow")]
#[send_to("/topic/done")]
async fn slow(stage: State<Stage>) -> &'static str {
    stage.started.fetch_add(1, Ordering::Relaxed);
    stage.go.notified().await;
    "slow"
}

#[message_mapping("/beside", concurrent)]
#[send_to("/topic/done")]
async fn beside(stage: State<Stage>) -> &'static str {
    stage.started.fetch_add(1, Ordering::Relaxed);
    stage.go.notified().await;
    "beside"
}

#[message_mapping("/blocking", blocking)]
#[send_to("/topic/done")]
fn blocking(gate: State<Semaphore>) -> &'static str {
    while gate.available_permits() == 0 {
        std::thread::yield_now();
    }
    "blocking"
}

#[message_mapping("/quick")]
#[send_to("/topic/done")]
async fn quick() -> &'static str {
    "quick"
}

async fn server() -> (TestServer, Arc<Stage>, Arc<Semaphore>) {
    let (stage, gate) = (Arc::<Stage>::default(), Arc::new(Semaphore::new(0)));
    let builder = app(module_path!())
        .provide(Arc::clone(&stage))
        .provide(Arc::clone(&gate));
    (TestServer::start(builder).await, stage, gate)
}

/// Sends and says what arrives at `heard`.
async fn check(table: &[(&str, &str, &str, &str, &str)]) {
    let (server, ..) = server().await;
    for (sent_to, headers, body, heard, expected) in table {
        let mut peer = server.connect().await;
        peer.subscribe("s", heard).await;
        peer.send_with(sent_to, headers, body).await;
        let message = peer.expect_message(expected).await;
        assert_eq!(message.header("destination"), Some(*heard), "{message:?}");
        peer.expect_nothing().await;
        peer.disconnect().await;
    }
}

#[tokio::test]
async fn arguments_are_taken_from_the_message_and_answers_go_where_they_should() {
    check(&[
        (
            "/app/points/7/mirror",
            "",
            r#"{"x":1,"y":2}"#,
            "/topic/points/7/mirror",
            r#"{"x":7,"y":2}"#,
        ),
        (
            "/app/echo",
            "",
            "as it came \u{e9}",
            "/topic/echo",
            "as it came \u{e9}",
        ),
        ("/app/echo", "", "  ", "/topic/echo", "  "),
        ("/app/bytes", "", "abc", "/topic/bytes", "cba"),
        (
            "/app/headers",
            "page:1\npage:2\n",
            "",
            "/topic/seen",
            "1 1 /app/headers",
        ),
        ("/app/maybe/true", "", "", "/topic/maybe", "said"),
        ("/app/both", "", "", "/topic/a", "both"),
        ("/app/both", "", "", "/topic/b", "both"),
        ("/app/both", "", "", "/user/queue/own", "both"),
        ("/app/rest/a/b/c", "", "", "/topic/rest", "a/b/c"),
    ])
    .await;
}

#[tokio::test]
async fn errors_are_answered_by_the_nearest_handler() {
    check(&[
        (
            "/app/points/far",
            "",
            "",
            "/topic/trouble",
            "local: too far at /app/points/far after 0",
        ),
        (
            "/app/points/unknown",
            "",
            "",
            "/user/queue/errors",
            "unknown: nobody knows",
        ),
        (
            "/app/unknown",
            "",
            "",
            "/user/queue/errors",
            "unknown: nobody knows",
        ),
        (
            "/app/far",
            "",
            "",
            "/user/queue/errors",
            "global: the message could not be handled",
        ),
        (
            "/app/points/panic",
            "",
            "",
            "/user/queue/errors",
            "global: the message could not be handled",
        ),
        (
            "/app/maybe/perhaps",
            "",
            "",
            "/user/queue/errors",
            "global: destination variable `say` is not valid (it is neither `true` nor `false`)",
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_answered_error_is_done_and_gets_its_receipt() {
    let (server, ..) = server().await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/user/queue/errors").await;
    for destination in ["/app/unknown", "/app/points/panic"] {
        peer.send_asking(destination, "", "r").await;
        peer.expect("MESSAGE").await;
        peer.expect_receipt("r").await;
    }
    assert_eq!(server.counters().handlers_failed, 0);
}

#[tokio::test]
async fn nothing_is_sent_for_none() {
    let (server, ..) = server().await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/**").await;
    peer.send_done("/app/maybe/false", "").await;
    peer.expect_nothing().await;
}

/// Rows: CONV-17
#[tokio::test]
async fn content_types_tell_what_an_answer_is() {
    let (server, ..) = server().await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/**").await;
    let table = [
        (
            "/app/points/7/mirror",
            r#"{"x":1,"y":2}"#,
            "application/json",
            false,
        ),
        ("/app/echo", "text", "text/plain", false),
        ("/app/bytes", "abc", "application/octet-stream", true),
    ];
    for (destination, body, content_type, binary) in table {
        peer.send(destination, body).await;
        let message = peer.expect("MESSAGE").await;
        let got = message.header("content-type").unwrap_or_default();
        assert!(got.starts_with(content_type), "{message:?}");
        assert_eq!(message.binary, binary, "{message:?}");
    }
}

/// Rows: ROUTE-48, RET-37
#[tokio::test]
async fn attributes_belong_to_one_session() {
    let (server, ..) = server().await;
    let (mut one, mut other) = (server.connect().await, server.connect().await);
    one.subscribe("s", "/topic/count").await;
    one.send_done_in(&["/app/count", "/app/count"]).await;
    one.expect_messages(["1", "2"]).await;
    other.send("/app/count", "").await;
    one.expect_message("1").await;
}

trait SendMany {
    async fn send_done_in(&mut self, destinations: &[&str]);
}

impl SendMany for Peer {
    async fn send_done_in(&mut self, destinations: &[&str]) {
        for destination in destinations {
            self.send(destination, "").await;
        }
    }
}

#[tokio::test]
async fn a_subscription_is_answered_directly_and_alone() {
    let (server, ..) = server().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    other.subscribe("s", "/topic/**").await;
    peer.say_subscribe("own", "/app/now", "r").await;
    let message = peer.expect_message("now").await;
    assert_eq!(message.header("subscription"), Some("own"));
    assert_eq!(message.header("destination"), Some("/app/now"));
    peer.expect_receipt("r").await;
    other.expect_nothing().await;
    peer.say_subscribe("told", "/app/now/told", "r").await;
    peer.expect_receipt("r").await;
    other.expect_message("told").await;
}

#[tokio::test]
async fn a_stream_answers_until_its_end() {
    let (server, ..) = server().await;
    let mut peer = server.connect().await;
    peer.text("SUBSCRIBE\nid:s\ndestination:/app/three\n\n\0").await;
    peer.expect_messages(["1", "2", "3"]).await;
    peer.expect_nothing().await;
}

#[tokio::test]
async fn an_endless_stream_ends_with_its_subscription_and_keeps_nobody_waiting() {
    let (server, ..) = server().await;
    let mut peer = server.connect().await;
    peer.text("SUBSCRIBE\nid:s\ndestination:/app/endless\n\n\0").await;
    peer.expect_messages((0..100).map(|n| n.to_string())).await;
    peer.text("UNSUBSCRIBE\nid:s\nreceipt:r\n\n\0").await;
    while peer.frame().await.command == "MESSAGE" {}
    peer.expect_nothing().await;
    assert_eq!(server.counters().slow_consumers, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_stream_that_nobody_hears_keeps_nobody_waiting() {
    let (server, ..) = server().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    peer.send("/app/endless/unheard", "").await;
    peer.send_done("/topic/x", "").await;
    other.send_done("/topic/x", "").await;
    peer.disconnect().await;
}

#[tokio::test]
async fn frames_of_one_session_wait_for_a_handler_and_other_sessions_do_not() {
    let (server, stage, _) = server().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    peer.subscribe("s", "/topic/done").await;
    peer.send("/app/slow", "").await;
    peer.send("/app/quick", "").await;
    other.send_done("/app/quick", "").await;
    // The other's answer is the first: ours waits behind the slow one.
    peer.expect_message("quick").await;
    stage.go.notify_one();
    peer.expect_messages(["slow", "quick"]).await;
}

#[tokio::test]
async fn a_concurrent_handler_is_overtaken_but_not_by_disconnect() {
    let (server, stage, _) = server().await;
    let mut other = server.connect().await;
    other.subscribe("s", "/topic/done").await;
    let mut peer = server.connect().await;
    peer.send_asking("/app/beside", "", "beside").await;
    peer.send_asking("/app/quick", "", "quick").await;
    peer.expect_receipt("quick").await;
    other.expect_message("quick").await;
    peer.text("DISCONNECT\nreceipt:bye\n\n\0").await;
    other.expect_nothing().await;
    stage.go.notify_one();
    peer.expect_receipt("beside").await;
    peer.expect_receipt("bye").await;
    peer.expect_close(1000).await;
    other.expect_message("beside").await;
}

#[tokio::test]
async fn a_blocking_handler_blocks_nobody_else() {
    let (server, _, gate) = server().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    peer.subscribe("s", "/topic/done").await;
    peer.send_asking("/app/blocking", "", "r").await;
    peer.send("/app/quick", "").await;
    other.send_done("/app/quick", "").await;
    peer.expect_message("quick").await;
    gate.add_permits(1);
    peer.expect_message("blocking").await;
    peer.expect_receipt("r").await;
    peer.expect_message("quick").await;
}
