//! Whatever one client sends: it is told what was wrong, and the others go on.

use serde::Deserialize;
use stomp_server::prelude::*;
use stomp_tests::{peer::Peer, server::TestServer};

#[derive(Deserialize)]
struct Order {
    amount: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("out of stock: /etc/secret alloc::string::String")]
struct OutOfStock;

#[message_mapping("/double/{n}")]
async fn double(n: u32) -> u32 {
    n * 2
}

#[message_mapping("/order")]
async fn order(Payload(order): Payload<Order>) -> u32 {
    order.amount
}

#[message_mapping("/whoami")]
async fn whoami(user: Principal) -> String {
    user.name().to_owned()
}

#[message_mapping("/paged")]
async fn paged(page: Header<u8>) -> u8 {
    page.0
}

#[message_mapping("/fail")]
async fn fail() -> Result<(), OutOfStock> {
    Err(OutOfStock)
}

#[message_mapping("/panic")]
async fn panic() {
    panic!("secret {}", "detail");
}

#[message_mapping("/panic/at/once")]
fn panic_at_once() {
    panic!("secret detail");
}

#[subscribe_mapping("/panic")]
async fn panic_while_subscribing() -> String {
    panic!("secret detail");
}

async fn server() -> TestServer {
    TestServer::of(module_path!()).await
}

/// A second session that must not notice anything.
struct Bystander(Peer);

impl Bystander {
    async fn of(server: &TestServer) -> Self {
        let mut peer = server.connect().await;
        peer.subscribe("s0", "/topic/double/21").await;
        Self(peer)
    }

    async fn goes_on(&mut self) {
        self.0.send("/app/double/21", "").await;
        self.0.expect_message("42").await;
        self.0.expect_nothing().await;
    }
}

/// Nothing of ours or of the operating system's may be shown.
fn tells_no_secrets(text: &str) {
    for secret in ["secret", "stomp_server", "::", "src/", ".rs", "/etc"] {
        assert!(!text.contains(secret), "{secret:?} in {text:?}");
    }
}

/// A frame, the code of the ERROR that answers it, the code of the close, and a word of the explanation.
type Refused = (&'static str, &'static str, u16, &'static str);

const MALFORMED: [Refused; 11] = [
    ("JUMP\n\n\0", "malformed", 1002, "unknown command"),
    ("SEND\ndestination:/topic/a\n\nx\0\0", "malformed", 1002, "NUL"),
    (
        "SEND\ndestination:/topic/a\nno colon\n\n\0",
        "malformed",
        1002,
        "colon",
    ),
    (
        "SEND\ndestination:/topic/a\nx:\\t\n\n\0",
        "malformed",
        1002,
        "escape",
    ),
    (
        "SEND\ndestination:/topic/a\ncontent-length:x\n\n\0",
        "malformed",
        1002,
        "content-length",
    ),
    ("SEND\n\nx\0", "malformed", 1002, "destination"),
    (
        "SEND\ndestination:/topic//a\n\nx\0",
        "malformed",
        1002,
        "empty segment",
    ),
    (
        "SEND\ndestination:/topic/a\\nb\n\nx\0",
        "malformed",
        1002,
        "control character",
    ),
    ("SUBSCRIBE\ndestination:/topic/a\n\n\0", "malformed", 1002, "id"),
    (
        "UNSUBSCRIBE\nid:none\n\n\0",
        "malformed",
        1002,
        "no such subscription",
    ),
    (
        "CONNECT\naccept-version:1.2\n\n\0",
        "not-connected",
        1002,
        "already",
    ),
];

const UNSERVED: [Refused; 9] = [
    (
        "SEND\ndestination:/nowhere\n\nx\0",
        "no-handler",
        1002,
        "nobody serves",
    ),
    (
        "SEND\ndestination:/app/nowhere\n\nx\0",
        "no-handler",
        1002,
        "nobody serves",
    ),
    (
        "SEND\ndestination:/app\n\nx\0",
        "no-handler",
        1002,
        "nobody serves",
    ),
    (
        "SEND\ndestination:/topics\n\nx\0",
        "no-handler",
        1002,
        "nobody serves",
    ),
    (
        "SEND\ndestination:/user/ann\n\nx\0",
        "no-handler",
        1002,
        "no user",
    ),
    (
        "SEND\ndestination:topic/a\n\nx\0",
        "no-handler",
        1002,
        "nobody serves",
    ),
    (
        "SUBSCRIBE\nid:a\ndestination:/nowhere\n\n\0",
        "no-handler",
        1002,
        "nobody serves",
    ),
    (
        "SUBSCRIBE\nid:a\ndestination:/app/double/1\n\n\0",
        "no-handler",
        1002,
        "nobody serves",
    ),
    (
        "SUBSCRIBE\nid:a\ndestination:/**\n\n\0",
        "no-handler",
        1002,
        "nobody serves",
    ),
];

/// Handlers that fail, each with a receipt.
const FAILING: [Refused; 10] = [
    (
        "SEND\ndestination:/app/double/x\nreceipt:r\n\n\0",
        "malformed",
        1002,
        "destination variable `n`",
    ),
    (
        "SEND\ndestination:/app/order\nreceipt:r\n\n{\"amount\":\0",
        "malformed",
        1002,
        "",
    ),
    (
        "SEND\ndestination:/app/order\nreceipt:r\n\n{\"amount\":\"x\"}\0",
        "malformed",
        1002,
        "",
    ),
    (
        "SEND\ndestination:/app/whoami\nreceipt:r\n\n\0",
        "malformed",
        1002,
        "not authenticated",
    ),
    (
        "SEND\ndestination:/app/paged\nreceipt:r\n\n\0",
        "malformed",
        1002,
        "header `page` is missing",
    ),
    (
        "SEND\ndestination:/app/paged\nreceipt:r\npage:1\ncontent-type:text//plain\n\n\0",
        "malformed",
        1002,
        "the content-type is no MIME type",
    ),
    (
        "SEND\ndestination:/app/paged\nreceipt:r\npage:256\n\n\0",
        "malformed",
        1002,
        "header `page` is not valid",
    ),
    (
        "SEND\ndestination:/app/fail\nreceipt:r\n\n\0",
        "internal",
        1011,
        "could not be handled",
    ),
    (
        "SEND\ndestination:/app/panic\nreceipt:r\n\n\0",
        "internal",
        1011,
        "could not be handled",
    ),
    (
        "SUBSCRIBE\nid:a\ndestination:/app/panic\nreceipt:r\n\n\0",
        "internal",
        1011,
        "could not be handled",
    ),
];

async fn check(table: &[Refused]) {
    let server = server().await;
    let mut bystander = Bystander::of(&server).await;
    for (sent, code, close, explanation) in table {
        let mut peer = server.connect().await;
        peer.text(sent).await;
        let error = peer.expect_error(code, *close).await;
        let message = error
            .header("message")
            .expect("an ERROR says what was wrong")
            .to_owned();
        assert!(message.contains(explanation), "{message:?} for {sent:?}");
        assert_eq!(error.text(), message, "the body says the same");
        assert_eq!(
            error.header("receipt-id").is_some(),
            sent.contains("receipt:"),
            "{error:?}"
        );
        tells_no_secrets(&format!("{error:?}").replace("\\x00", ""));
        bystander.goes_on().await;
    }
    server
        .until("only the bystander to be left", |handle| {
            handle.connections() == 1
        })
        .await;
}

/// Rows: CHAN-20
#[tokio::test]
async fn a_malformed_frame_ends_its_own_session_only() {
    check(&MALFORMED).await;
}

#[tokio::test]
async fn an_unserved_destination_is_named_in_an_error() {
    check(&UNSERVED).await;
    let server = server().await;
    let mut peer = server.connect().await;
    peer.send("/app/nowhere", "").await;
    let error = peer.expect_error("no-handler", 1002).await;
    assert_eq!(error.header("destination"), Some("/app/nowhere"));
    assert_eq!(server.counters().unmapped, 1);
}

/// Rows: EXC-18, EXC-22
#[tokio::test]
async fn a_failed_handler_refuses_the_receipt_that_was_asked_for() {
    check(&FAILING).await;
}

#[tokio::test]
async fn a_failed_handler_without_a_receipt_is_only_logged() {
    let server = server().await;
    let mut bystander = Bystander::of(&server).await;
    let mut peer = server.connect().await;
    for destination in [
        "/app/double/x",
        "/app/order",
        "/app/fail",
        "/app/panic",
        "/app/panic/at/once",
    ] {
        peer.send(destination, "{").await;
        peer.expect_nothing().await;
        bystander.goes_on().await;
    }
    let counters = server.counters();
    assert_eq!((counters.handlers_failed, counters.handlers_panicked), (5, 2));
}

/// Rows: CFG-03, CHAN-28
#[tokio::test]
async fn what_is_too_large_ends_its_own_session_only() {
    let server = server().await;
    let mut bystander = Bystander::of(&server).await;
    let long = "v".repeat(9 * 1024);
    let many: String = (0..100).map(|n| format!("h{n}:v\n")).collect();
    let table = [
        format!("SEND\ndestination:/topic/a\nx:{long}\n\n\0"),
        format!("SEND\ndestination:/topic/a\n{many}\n\0"),
        "SEND\ndestination:/topic/a\ncontent-length:65537\n\n".to_owned(),
        format!("SEND\ndestination:/topic/a\n\n{}", "x".repeat(65_537)),
    ];
    for (number, sent) in (1..).zip(table) {
        let mut peer = server.connect().await;
        peer.text(sent).await;
        peer.expect_error("too-large", 1009).await;
        assert_eq!(server.counters().over_limit, number);
        bystander.goes_on().await;
    }
}

#[tokio::test]
async fn a_session_may_not_hold_more_subscriptions_than_allowed() {
    let builder =
        stomp_tests::server::app(module_path!()).configure(|_, session| session.max_subscriptions = 2);
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.subscribe("a", "/topic/a").await;
    peer.subscribe("b", "/topic/b").await;
    peer.unsubscribe("a").await;
    peer.subscribe("c", "/topic/c").await;
    peer.say_subscribe("d", "/topic/d", "r").await;
    peer.expect_error("quota", 1008).await;
}

#[tokio::test]
async fn unserved_destinations_may_be_ignored() {
    let server = TestServer::start(stomp_tests::server::app(module_path!()).ignore_unmapped()).await;
    let mut peer = server.connect().await;
    peer.send_done("/nowhere", "x").await;
    peer.subscribe("a", "/nowhere").await;
    peer.unsubscribe("a").await;
    assert_eq!(server.counters().unmapped, 2);
}

#[tokio::test]
async fn nothing_is_handled_behind_a_frame_that_failed() {
    let server = server().await;
    let mut bystander = Bystander::of(&server).await;
    for (bad, code) in [("/nowhere", 1002), ("/app/panic", 1011)] {
        let mut peer = server.connect().await;
        peer.text(format!(
            "SEND\ndestination:{bad}\nreceipt:r1\n\n\0SEND\ndestination:/topic/double/21\n\nlate\0\
             SEND\ndestination:/nowhere\nreceipt:r2\n\n\0"
        ))
        .await;
        let (frames, close) = peer.rest().await;
        assert_eq!((frames.len(), close), (1, Some(code)), "{frames:?}");
        assert_eq!(frames[0].header("receipt-id"), Some("r1"));
        bystander.goes_on().await;
    }
}

#[tokio::test]
async fn a_frame_cut_off_by_the_end_of_its_connection_is_nobodys() {
    let server = server().await;
    let mut bystander = Bystander::of(&server).await;
    let mut peer = server.connect().await;
    peer.text("SEND\ndestination:/topic/double/21\n\nhalf").await;
    peer.close(1000).await;
    peer.expect_close(1000).await;
    let mut peer = server.connect().await;
    peer.text("SEND\ndestination:/topic/double/21\n\nhalf").await;
    peer.break_off();
    server
        .until("both to be gone", |handle| handle.connections() == 1)
        .await;
    bystander.goes_on().await;
}
