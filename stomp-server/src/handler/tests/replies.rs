//! What handlers return and where it goes.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use futures_core::Stream;
use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::Bench;
use crate::{
    BoxError, Component, Context, Outgoing, Reply, controller, message_mapping, send_to, send_to_user,
    subscribe_mapping,
};

#[derive(Serialize)]
struct Unwritable;

mod writing {
    pub(super) fn refuse<S: serde::Serializer>(_: &u8, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("refused"))
    }
}

#[derive(Serialize)]
struct Broken {
    #[serde(serialize_with = "writing::refuse")]
    field: u8,
}

#[message_mapping("/unit")]
async fn unit() {}

#[message_mapping("/none")]
async fn none() -> Option<u8> {
    None
}

#[message_mapping("/some")]
async fn some() -> Result<Option<u8>, BoxError> {
    Ok(Some(1))
}

#[message_mapping("/text")]
fn text() -> &'static str {
    "text"
}

#[message_mapping("/struct")]
fn structure() -> Unwritable {
    Unwritable
}

#[message_mapping("/opaque")]
async fn opaque() -> impl Serialize {
    [1, 2]
}

#[message_mapping("/own")]
fn own() -> Reply {
    Reply::Message(Outgoing::new("own").with_header("a", "b"))
}

#[message_mapping("/broken")]
fn broken() -> Broken {
    Broken { field: 1 }
}

#[message_mapping("/a/{x}")]
#[send_to("/topic/one/{x}", "/topic/two")]
#[send_to_user("/queue/{x}", broadcast = false)]
fn several() -> u8 {
    1
}

#[message_mapping("/user")]
#[send_to_user]
fn user() -> u8 {
    1
}

#[message_mapping("/default")]
#[send_to]
fn default() -> u8 {
    1
}

#[subscribe_mapping("/direct")]
fn direct() -> u8 {
    1
}

#[subscribe_mapping("/elsewhere")]
#[send_to("/topic/elsewhere")]
fn elsewhere() -> u8 {
    1
}

#[subscribe_mapping("/numbers")]
fn numbers() -> impl Stream<Item = u8> {
    stream::iter([1, 2, 3])
}

#[subscribe_mapping("/tried")]
fn tried() -> impl Stream<Item = Result<u8, BoxError>> {
    stream::iter([Ok(1), Err("lost".into()), Ok(3)])
}

#[subscribe_mapping("/outgoing")]
async fn outgoing() -> Result<impl Stream<Item = Outgoing>, BoxError> {
    Ok(stream::iter(["a", "b"]).map(Outgoing::new))
}

#[subscribe_mapping("/panics")]
fn panics() -> impl Stream<Item = u8> {
    stream::iter([2, 1, 0]).map(|n| 2 / n)
}

#[derive(Component)]
struct Counter {
    start: Arc<AtomicU32>,
}

#[controller("/counter")]
#[send_to("/topic/counted")]
impl Counter {
    /// Borrows the controller for as long as it runs.
    #[subscribe_mapping("/up")]
    #[send_to_user("/queue/up")]
    fn up(&self) -> impl Stream<Item = u32> {
        stream::iter(0..3).then(async |n| {
            tokio::task::yield_now().await;
            self.start.fetch_add(n, Ordering::Relaxed)
        })
    }

    #[message_mapping("/name")]
    fn name(&self) -> &str {
        "counter"
    }

    #[message_mapping]
    #[send_to]
    fn here(&self) -> u8 {
        1
    }
}

fn bench() -> Bench {
    let mut context = Context::default();
    context.insert(Arc::new(AtomicU32::new(10)));
    Bench::with(module_path!(), context).user("ann")
}

#[tokio::test]
async fn what_is_returned_decides_what_is_sent() {
    let bench = bench();
    for silent in ["/unit", "/none"] {
        assert!(bench.send(silent, "").await.is_empty(), "{silent}");
    }
    for (destination, body) in [
        ("/some", "1"),
        ("/text", "text"),
        ("/struct", "null"),
        ("/opaque", "[1,2]"),
        ("/own", "own"),
    ] {
        assert_eq!(
            bench.send(destination, "").await,
            [format!("/topic{destination} <- {body}")]
        );
    }
    assert_eq!(
        bench.send("/broken", "").await,
        ["unanswered: the reply cannot be sent: the value cannot be written"]
    );
}

#[tokio::test]
async fn targets_say_where_it_goes() {
    let bench = bench();
    let several = bench.send("/a/7", "").await;
    assert_eq!(several.len(), 3);
    for expected in ["/topic/one/7 <- 1", "/topic/two <- 1", "session /queue/7 <- 1"] {
        assert!(several.iter().any(|answer| answer == expected), "{several:?}");
    }
    assert_eq!(bench.send("/user", "").await, ["user /queue/user <- 1"]);
    assert_eq!(bench.send("/default", "").await, ["/topic/default <- 1"]);
    assert_eq!(bench.subscribe("/direct").await, ["subscriber <- 1"]);
    assert_eq!(bench.subscribe("/elsewhere").await, ["/topic/elsewhere <- 1"]);
}

#[tokio::test]
async fn a_session_without_user_is_answered_alone() {
    let mut context = Context::default();
    context.insert(Arc::new(AtomicU32::new(10)));
    let bench = Bench::with(module_path!(), context);
    assert_eq!(bench.send("/user", "").await, ["session /queue/user <- 1"]);
}

/// Spring's rule: what names a destination goes before what does not.
#[tokio::test]
async fn a_block_has_default_targets() {
    let bench = bench();
    assert_eq!(
        bench.send("/counter/name", "").await,
        ["/topic/counted <- counter"]
    );
    assert_eq!(bench.send("/counter", "").await, ["/topic/counted <- 1"]);
}

/// A value that a client chose cannot smuggle a header into a frame, nor a second placeholder into a target.
#[tokio::test]
async fn values_in_targets_are_text() {
    let bench = bench();
    let braces = bench.send("/a/{x}", "").await;
    assert!(braces.contains(&"/topic/one/{x} <- 1".to_owned()), "{braces:?}");
    let message = Arc::new(crate::Message::new("/a/x\ny", ""));
    let mut found = bench.handlers.find(message.kind, "/a/x\ny").unwrap();
    let cx = found.bind(super::MessageContext::new(
        message,
        bench.session.clone(),
        Arc::clone(&bench.services),
    ));
    let refused = found.reply_targets(&cx).unwrap_err();
    assert!(refused.is_reply(), "{refused}");
}

#[tokio::test]
async fn every_item_of_a_stream_is_an_answer() {
    let bench = bench();
    let to_subscriber = |items: &[&str]| -> Vec<String> {
        items.iter().map(|item| format!("subscriber <- {item}")).collect()
    };
    assert_eq!(bench.subscribe("/numbers").await, to_subscriber(&["1", "2", "3"]));
    assert_eq!(
        bench.subscribe("/tried").await,
        to_subscriber(&["1", "error: lost", "3"])
    );
    assert_eq!(bench.subscribe("/outgoing").await, to_subscriber(&["a", "b"]));
}

#[tokio::test]
async fn a_stream_may_borrow_the_controller() {
    let expected = [10, 10, 11].map(|n| format!("user /queue/up <- {n}"));
    assert_eq!(bench().subscribe("/counter/up").await, expected);
}

#[tokio::test]
async fn a_panic_ends_a_stream_with_an_error() {
    let answers = bench().subscribe("/panics").await;
    assert_eq!(answers.len(), 3, "{answers:?}");
    assert_eq!(answers[1], "subscriber <- 2");
    assert_eq!(
        answers[2],
        "subscriber <- error: the handler panicked: attempt to divide by zero"
    );
}
