//! The application's error handler: what clients read when a frame of theirs is refused, and whether they stay.

use std::sync::{Arc, Mutex};

use futures_core::Stream;
use stomp_server::{
    BoxError, ErrorFrame, InboundFrame, InboundKind, RefusedFrame, StompServerBuilder, prelude::*,
};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};
use tokio::sync::Semaphore;

use super::log::Log;

#[derive(Debug, thiserror::Error)]
#[error("broken")]
struct Broken;

#[message_mapping("/fails")]
async fn fails() -> Result<(), Broken> {
    Err(Broken)
}

#[message_mapping("/echo")]
async fn echo(#[payload] text: String) -> String {
    text
}

async fn gate(frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
    match &*frame.message.destination {
        "/topic/gate/refuse" => Err("a reason for the log".into()),
        "/topic/gate/break" => Err(Broken.into()),
        _ => Ok(Some(frame)),
    }
}

/// Says why, and lets one kind of failure pass in silence.
fn explain(refused: &RefusedFrame, error: ErrorFrame) -> Option<ErrorFrame> {
    if refused.downcast_ref::<Broken>().is_some() {
        return None;
    }
    let explained = error
        .with_message("not accepted")
        .with_header("x-help", "ask")
        .with_body("read the manual");
    Some(explained)
}

fn builder() -> StompServerBuilder {
    taking_turns(Arc::new(Semaphore::new(0)))
}

/// Each permit lets one of the handlers beside others go on.
fn taking_turns(turn: Arc<Semaphore>) -> StompServerBuilder {
    app(module_path!()).inbound_interceptor(gate).provide(turn)
}

async fn explaining() -> TestServer {
    TestServer::start(builder().error_handler(explain)).await
}

/// Rows: CHAN-23
#[tokio::test]
async fn the_error_frame_is_the_applications() {
    let server = explaining().await;
    let mut peer = server.connect().await;
    peer.send_asking("/topic/gate/refuse", "x", "r").await;
    let error = peer.expect_error("forbidden", 1008).await;
    assert_eq!(error.header("message"), Some("not accepted"));
    assert_eq!(error.header("x-help"), Some("ask"));
    assert_eq!(error.header("receipt-id"), Some("r"));
    assert_eq!(error.header("content-length"), Some("15"));
    assert_eq!(error.text(), "read the manual");
}

/// Rows: CHAN-23
#[tokio::test]
async fn an_error_handler_that_says_nothing_keeps_the_session() {
    let server = explaining().await;
    let mut peer = server.connect().await;
    peer.subscribe("0", "/topic/t").await;
    peer.send("/topic/gate/break", "x").await;
    // Nor is a receipt sent for what was not done.
    peer.send_asking("/topic/gate/break", "x", "r").await;
    peer.send_asking("/app/fails", "x", "r").await;
    // The id of a refused subscription is free again.
    peer.say_subscribe("s", "/topic/gate/break", "r").await;
    peer.subscribe("s", "/topic/u").await;
    peer.send("/topic/t", "alive").await;
    peer.expect_message("alive").await;
    peer.expect_nothing().await;
    peer.disconnect().await;
}

/// An application that would rather never answer.
fn silent(_: &RefusedFrame, _: ErrorFrame) -> Option<ErrorFrame> {
    None
}

/// Rows: CHAN-20, CHAN-21, CHAN-23
#[tokio::test]
async fn silence_does_not_keep_who_broke_a_rule() {
    for (sent, code) in [
        ("JUMP\n\n\0", "malformed"),
        ("SEND\nreceipt:r8\nbroken\n\n\0", "malformed"),
        ("SEND\n\nx\0", "malformed"),
        ("CONNECT\naccept-version:1.2\nhost:h\n\n\0", "not-connected"),
    ] {
        let server = TestServer::start(builder().error_handler(silent)).await;
        let mut peer = server.connect().await;
        peer.text(sent).await;
        peer.expect_error(code, 1002).await;
    }
    let server = TestServer::start(builder().error_handler(silent)).await;
    let mut early = server.open().await;
    early.text("SEND\ndestination:/topic/a\n\nx\0").await;
    early.expect_error("not-connected", 1002).await;
}

/// Rows: CHAN-23, CHAN-33
#[tokio::test]
async fn silence_does_not_keep_a_refused_connect() {
    let refuse = |_: Login| async { Err::<Option<Principal>, _>(AuthenticationError::new("not you")) };
    let server = TestServer::start(builder().authenticator(refuse).error_handler(silent)).await;
    let mut peer = server.open().await;
    peer.text("CONNECT\naccept-version:1.2\nhost:h\n\n\0").await;
    let error = peer.expect_error("unauthenticated", 1008).await;
    assert_eq!(error.header("message"), Some("not you"));
}

#[tokio::test]
async fn silence_keeps_who_asks_for_what_nobody_serves() {
    let server = TestServer::start(builder().error_handler(silent)).await;
    let mut peer = server.connect().await;
    peer.send_asking("/nowhere", "x", "r").await;
    peer.say_subscribe("s", "/nowhere", "r").await;
    peer.subscribe("s", "/topic/a").await;
    peer.expect_nothing().await;
}

/// Rows: CHAN-23, CHAN-31
#[tokio::test]
async fn an_error_handler_sees_the_frame_but_no_credentials() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let look = {
        let seen = Arc::clone(&seen);
        move |refused: &RefusedFrame, error: ErrorFrame| {
            let note = format!(
                "{:?} {:?} {} {:?} {:?} {:?} {}",
                refused.kind(),
                refused.destination(),
                refused.code(),
                refused.receipt(),
                refused.header("x-n"),
                refused.cause().map(ToString::to_string),
                refused.may_continue(),
            );
            let mut seen = seen.lock().expect("nobody panics");
            seen.push(note);
            seen.push(format!("{refused:?} {:?}", refused.headers()));
            Some(error)
        }
    };
    let authenticator = |login: Login| async move {
        match login.login() {
            Some("eve") => Err(AuthenticationError::new("not you")),
            _ => Ok(None),
        }
    };
    let server = TestServer::start(builder().authenticator(authenticator).error_handler(look)).await;
    let mut eve = server.open().await;
    eve.text(
        "CONNECT\naccept-version:1.2\nhost:h\nlogin:eve\npasscode:s3cret\nAuthorization:s3cret\nx-n:1\n\n\0",
    )
    .await;
    eve.expect_error("unauthenticated", 1008).await;
    let mut peer = server.connect().await;
    peer.send_with("/topic/gate/refuse", "x-n:2\nreceipt:r\npasscode:s3cret\n", "x")
        .await;
    peer.expect_error("forbidden", 1008).await;
    let mut peer = server.connect().await;
    peer.send_with("/app/fails", "x-n:3\nreceipt:r\n", "x").await;
    peer.expect_error("internal", 1011).await;
    let mut peer = server.connect().await;
    peer.text("SEND\nreceipt:r8\nbroken\n\n\0").await;
    peer.expect_error("malformed", 1002).await;
    let seen = seen.lock().expect("nobody panics").clone();
    assert!(!seen.concat().contains("s3cret"), "{seen:?}");
    let notes: Vec<_> = seen.iter().step_by(2).map(String::as_str).collect();
    let kind = |kind: InboundKind| format!("{:?}", Some(kind));
    assert_eq!(
        notes[0],
        format!(
            "{} None unauthenticated None Some(\"1\") Some(\"not you\") false",
            kind(InboundKind::Connect)
        )
    );
    assert_eq!(
        notes[1],
        format!(
            "{} Some(\"/topic/gate/refuse\") forbidden Some(\"r\") Some(\"2\") Some(\"a reason for the log\") true",
            kind(InboundKind::Send)
        )
    );
    assert_eq!(
        notes[2],
        format!(
            "{} Some(\"/app/fails\") internal Some(\"r\") Some(\"3\") Some(\"broken\") true",
            kind(InboundKind::Send)
        )
    );
    assert_eq!(notes[3], "None None malformed Some(\"r8\") None None false");
}

/// An error that cannot even say what it is.
#[derive(Debug)]
struct Mute;

impl std::fmt::Display for Mute {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("on purpose")
    }
}

impl std::error::Error for Mute {}

#[message_mapping("/beside/mute", concurrent)]
async fn mute(turn: State<Semaphore>) -> Result<(), Mute> {
    turn.acquire().await.expect("never closed").forget();
    Err(Mute)
}

#[message_mapping("/beside/endless", concurrent)]
async fn endless(turn: State<Semaphore>) -> impl Stream<Item = String> {
    turn.acquire().await.expect("never closed").forget();
    futures_util::stream::pending()
}

/// Rows: CHAN-23
#[tokio::test]
async fn an_error_handler_sees_the_frame_that_failed_beside_others() {
    // What is not logged is not asked what it is.
    Log::of_everybody();
    for (destination, code, close) in [
        ("/app/beside/mute", "internal", 1011),
        ("/app/beside/endless", "quota", 1008),
    ] {
        let say = |refused: &RefusedFrame, error: ErrorFrame| {
            let which = refused.header("x-n").unwrap_or("none");
            let receipt = refused.receipt().unwrap_or("none");
            Some(error.with_message(format!("{which} {receipt}")))
        };
        let turn = Arc::new(Semaphore::new(0));
        let builder = taking_turns(Arc::clone(&turn))
            .error_handler(say)
            .configure(|config, _| config.max_streams = 0);
        let server = TestServer::start(builder).await;
        let mut peer = server.connect().await;
        peer.send_with(destination, "x-n:1\nreceipt:r\n", "x").await;
        peer.send_with("/topic/t", "x-n:2\nreceipt:t\n", "x").await;
        peer.expect_receipt("t").await;
        turn.add_permits(1);
        let error = peer.expect_error(code, close).await;
        assert_eq!(error.header("message"), Some("1 r"), "{destination}");
        assert_eq!(error.header("receipt-id"), Some("r"), "{destination}");
    }
}

#[tokio::test]
async fn a_panicking_error_handler_leaves_the_error_as_it_was() {
    let panics = |_: &RefusedFrame, _: ErrorFrame| -> Option<ErrorFrame> { panic!("on purpose") };
    let server = TestServer::start(builder().error_handler(panics)).await;
    let mut peer = server.connect().await;
    peer.send("/topic/gate/refuse", "x").await;
    let error = peer.expect_error("forbidden", 1008).await;
    assert_eq!(error.header("message"), Some("this is not allowed"));
}

#[tokio::test]
async fn what_an_error_handler_says_stays_in_its_place() {
    let forge = |_: &RefusedFrame, error: ErrorFrame| {
        let forged = error
            .with_message("two\nlines:here")
            .with_header("code", "fine")
            .with_header("receipt-id", "other")
            .with_header("content-length", "0")
            .with_header("x\ny", "a\nb")
            .with_header("content-type", "application/json");
        Some(forged)
    };
    let server = TestServer::start(builder().error_handler(forge)).await;
    let mut peer = server.connect().await;
    peer.send_asking("/topic/gate/refuse", "x", "r").await;
    let error = peer.expect_error("forbidden", 1008).await;
    assert_eq!(error.header("message"), Some("two\\nlines\\chere"));
    assert_eq!(error.header("receipt-id"), Some("r"));
    assert_eq!(error.header("content-type"), Some("application/json"));
    assert_eq!(error.header("x\\ny"), Some("a\\nb"));
    let codes = error.headers.iter().filter(|(name, _)| name == "code").count();
    assert_eq!((codes, error.text().as_str()), (1, "two\nlines:here"));
}

/// Each ERROR is one line: session, code and escaped text. What the client sent as a body, and its passcode, are in none.
///
/// Rows: CHAN-31, CHAN-32
#[tokio::test]
async fn each_error_is_logged_once_and_nothing_of_the_clients_unescaped() {
    let log = Log::of_everybody();
    let say = |_: &RefusedFrame, error: ErrorFrame| Some(error.with_message("two\nlines"));
    let server = TestServer::start(builder().error_handler(say)).await;
    let mut peer: Peer = server.open().await;
    let connected = peer.say_connect("passcode:s3cret\n").await;
    let session = connected.header("session").expect("it has one").to_owned();
    peer.send("/app/echo", "a body for nobody's log").await;
    peer.send_asking("/topic/gate/refuse", "a body for nobody's log", "r\\nforged")
        .await;
    peer.expect_error("forbidden", 1008).await;
    server.stop().await;
    let lines = log.lines();
    let errors: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("ends with an ERROR") && line.contains(&session))
        .collect();
    let [error] = *errors else {
        panic!("one line for one ERROR: {lines:?}");
    };
    assert!(error.contains("forbidden"), "{error:?}");
    assert!(error.contains("two\\nlines"), "{error:?}");
    assert!(error.contains("destination=/topic/gate/refuse"), "{error:?}");
    assert!(error.starts_with("INFO "), "{error:?}");
    for line in &lines {
        assert!(
            !line.contains(&session) || !line.contains(['\n', '\r']),
            "{line:?}"
        );
        assert!(
            !line.contains("nobody's log") && !line.contains("s3cret"),
            "{line:?}"
        );
    }
}
