//! What the server logs.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, OnceLock},
};

use stomp_server::prelude::*;
use stomp_tests::server::{TestServer, app};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Keeps what is logged, fields and all.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// What it has by now.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics").clone()
    }

    /// That of the whole program, from now on. One for a single test would be no use: whether a place in the program
    /// logs at all is remembered for all threads, as the first one to come there finds it.
    pub(crate) fn of_everybody() -> &'static Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self::default();
            tracing::subscriber::set_global_default(log.clone()).expect("nobody else sets one");
            log
        })
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("stomp_server") && *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().expect("nobody panics").push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[message_mapping("/count")]
async fn count(Payload(_): Payload<u32>) {}

#[derive(Debug, thiserror::Error)]
#[error("the first failure")]
struct First;

#[derive(Debug, thiserror::Error)]
#[error("the first one")]
struct Twice;

#[message_mapping("/fail")]
async fn fail() -> Result<(), First> {
    Err(First)
}

// Free: nobody knows which variables there will be.
#[message_exception_handler]
#[send_to_user("/queue/errors/{roo}")]
async fn nowhere(_: &First) -> &'static str {
    "answer"
}

#[message_mapping("/fail-twice")]
async fn fail_twice() -> Result<(), Twice> {
    Err(Twice)
}

#[message_exception_handler]
async fn fails_too(_: &Twice) -> Result<&'static str, String> {
    Err("the second failure".to_owned())
}

/// The only line with `what` in it, of a session that has sent this.
async fn line_of(server: &TestServer, destination: &str, what: &str) -> String {
    let log = Log::of_everybody();
    let mut peer = server.open().await;
    let connected = peer.say_connect("").await;
    let session = connected.header("session").expect("it has one").to_owned();
    peer.send_with(destination, "content-type:application/json\n", "\"text\"")
        .await;
    peer.disconnect().await;
    let lines = log.lines();
    let found: Vec<_> = lines
        .iter()
        .filter(|line| line.contains(what) && line.contains(&session))
        .collect();
    let [line] = *found else {
        panic!("one line of {what}: {lines:?}");
    };
    line.clone()
}

#[tokio::test]
async fn serde_says_in_the_log_what_it_does_not_tell_clients() {
    let server = TestServer::of(module_path!()).await;
    let line = line_of(&server, "/app/count", "no exception handler answered").await;
    assert!(line.starts_with("ERROR"), "{line}");
    assert!(line.contains("does not have the expected shape"), "{line}");
    assert!(
        line.contains("invalid type: string") && line.contains("expected u32"),
        "{line}"
    );
}

#[tokio::test]
async fn an_answer_that_goes_nowhere_does_not_hide_what_it_answers() {
    let server = TestServer::of(module_path!()).await;
    let line = line_of(&server, "/app/fail", "no exception handler answered").await;
    assert!(line.contains("roo"), "{line}");
    assert!(line.contains("the first failure"), "{line}");
    let line = line_of(&server, "/app/fail-twice", "no exception handler answered").await;
    assert!(line.contains("the second failure"), "{line}");
    assert!(line.contains("the first one"), "{line}");
}

#[tokio::test]
async fn what_nobody_can_reach_is_warned_of() {
    let log = Log::of_everybody();
    let warned = |what: &str| {
        let lines = log.lines();
        lines
            .iter()
            .filter(|line| line.starts_with("WARN") && line.contains(what))
            .count()
    };
    let nowhere = format!("{}::nowhere", module_path!());
    assert!(app(&nowhere).build().is_ok());
    assert_eq!(warned(&nowhere), 1);
    assert!(app(module_path!()).build().is_ok());
    assert_eq!(warned(&format!("{}\"", module_path!())), 0);

    let server = StompServer::builder()
        .scope(module_path!())
        .build()
        .expect("it builds");
    let bound = server.bind("127.0.0.1:0").await.expect("there is a free port");
    let before = warned("there is no endpoint");
    bound.serve_until(async {}).await.expect("it ends at once");
    assert_eq!(warned("there is no endpoint"), before + 1);
}
