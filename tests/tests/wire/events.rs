//! Session events: what listeners are told, when, and how often.

use std::sync::{Arc, Mutex};

use stomp_server::{
    CloseReason, ErrorFrame, RefusedFrame, SessionUnsubscribeEvent, StompServerBuilder, prelude::*,
};
use stomp_tests::server::{TestServer, app, eventually};
use tokio::sync::Semaphore;

/// What was heard, in order.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("nobody panics").push(what.into());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics").clone()
    }

    async fn becomes(&self, expected: &[&str]) {
        let wait = eventually("the events", || self.all().len() >= expected.len());
        wait.await;
        assert_eq!(self.all(), expected);
    }
}

/// Opened by a test to let a handler go on.
struct Gate {
    open: Semaphore,
}

#[derive(Clone)]
struct Named(&'static str);

#[event_listener]
async fn connected(event: &SessionConnectedEvent, heard: State<Heard>) {
    event.session().insert(Named("kept"));
    let user = event.session().principal();
    let user = user.as_ref().map_or("nobody", Principal::name);
    let client = event.connect_headers().get("x-client").unwrap_or_default();
    heard.note(format!("connected {user}{client}"));
}

/// Hears it for the tests that ask for it: their clients say who they are.
#[event_listener]
async fn connect(event: &SessionConnectEvent, heard: State<Heard>) {
    if event.headers().contains("x-client") {
        let user = event.session().principal();
        let user = user.as_ref().map_or("nobody", Principal::name);
        let version = event.headers().get("accept-version").unwrap_or_default();
        heard.note(format!("connect {user}, version {version}"));
        heard.note(format!("{event:?}"));
    }
}

#[event_listener]
async fn subscribed(event: &SessionSubscribeEvent, heard: State<Heard>) {
    let n = event.headers().get("x-n").unwrap_or_default();
    heard.note(format!(
        "subscribed {} {}{n}",
        event.subscription(),
        event.destination()
    ));
    assert_ne!(event.destination(), "/topic/listener-fails", "on purpose");
}

#[event_listener]
async fn unsubscribed(event: &SessionUnsubscribeEvent, heard: State<Heard>) {
    heard.note(format!(
        "unsubscribed {} {}",
        event.subscription(),
        event.destination()
    ));
}

#[event_listener]
async fn ended(event: &SessionDisconnectEvent, heard: State<Heard>, statuses: State<Statuses>) {
    let kept = event.session().get::<Named>().map_or("nothing", |named| named.0);
    heard.note(format!("ended {} {kept}", event.reason().as_str()));
    statuses.note(event.close_status());
}

/// The codes that sessions were closed with.
#[derive(Clone, Default)]
struct Statuses(Arc<Mutex<Vec<u16>>>);

impl Statuses {
    fn note(&self, status: u16) {
        self.0.lock().expect("nobody panics").push(status);
    }

    fn last(&self) -> Option<u16> {
        self.0.lock().expect("nobody panics").last().copied()
    }
}

#[event_listener]
async fn faulty(_: &SessionDisconnectEvent) {
    panic!("a listener's panic is nobody else's business");
}

#[message_mapping("/wait")]
async fn wait(gate: State<Gate>, heard: State<Heard>) {
    gate.open.acquire().await.expect("never closed").forget();
    heard.note("waited");
}

#[message_mapping("/leave")]
async fn leave(session: Session) {
    session.close();
}

#[message_mapping("/kept")]
async fn kept(session: Session) -> String {
    session
        .get::<Named>()
        .map_or("nothing", |named| named.0)
        .to_owned()
}

#[subscribe_mapping("/answer")]
async fn answer() -> &'static str {
    "answer"
}

#[subscribe_mapping("/no-answer", concurrent)]
async fn no_answer() -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    match login.login() {
        Some("refused") => Err(AuthenticationError::new("not you")),
        name => Ok(name.map(Principal::new)),
    }
}

async fn server() -> (TestServer, Heard, Arc<Gate>) {
    let (server, heard, gate, _) = server_with_statuses().await;
    (server, heard, gate)
}

async fn server_with_statuses() -> (TestServer, Heard, Arc<Gate>, Statuses) {
    let (builder, heard, gate, statuses) = builder();
    (TestServer::start(builder).await, heard, gate, statuses)
}

fn builder() -> (StompServerBuilder, Heard, Arc<Gate>, Statuses) {
    let statuses = Statuses::default();
    let (heard, gate) = (
        Heard::default(),
        Arc::new(Gate {
            open: Semaphore::new(0),
        }),
    );
    let builder = app(module_path!())
        .manage(heard.clone())
        .manage(statuses.clone())
        .provide(Arc::clone(&gate))
        .authenticator(by_login);
    (builder, heard, gate, statuses)
}

/// Rows: EVT-01, EVT-03
#[tokio::test]
async fn a_session_tells_its_life_in_order() {
    let (server, heard, _) = server().await;
    let mut peer = server.connect_as("ann").await;
    peer.subscribe("a", "/topic/a").await;
    peer.subscribe("b", "/user/queue/b").await;
    peer.unsubscribe("a").await;
    peer.disconnect().await;
    let expected = [
        "connected ann",
        "subscribed a /topic/a",
        "subscribed b /user/queue/b",
        "unsubscribed a /topic/a",
        "ended disconnected kept",
    ];
    heard.becomes(&expected).await;
    let counters = server.counters();
    assert_eq!((counters.sessions_opened, counters.sessions_ended), (1, 1));
}

/// Rows: EVT-01
#[tokio::test]
async fn a_subscription_that_a_handler_answers_is_told_like_any_other() {
    let (server, heard, _) = server().await;
    let mut peer = server.connect().await;
    peer.say_subscribe("a", "/app/answer", "r").await;
    peer.expect_message("answer").await;
    peer.expect_receipt("r").await;
    peer.unsubscribe("a").await;
    let expected = [
        "connected nobody",
        "subscribed a /app/answer",
        "unsubscribed a /app/answer",
    ];
    heard.becomes(&expected).await;
}

/// Also where nobody serves the destination and nobody minds, and where a handler's failure is passed over in silence.
///
/// Rows: EVT-01
#[tokio::test]
async fn every_unsubscribe_event_has_its_subscribe_event() {
    let silent = |_: &RefusedFrame, _: ErrorFrame| None;
    let (builder, heard, ..) = builder();
    let server = TestServer::start(builder.ignore_unmapped().error_handler(silent)).await;
    let mut peer = server.connect().await;
    peer.subscribe("a", "/nowhere").await;
    peer.unsubscribe("a").await;
    peer.say_subscribe("b", "/app/no-answer", "refused").await;
    heard
        .becomes(&[
            "connected nobody",
            "subscribed a /nowhere",
            "unsubscribed a /nowhere",
            "subscribed b /app/no-answer",
        ])
        .await;
    peer.unsubscribe("b").await;
    assert_eq!(heard.all()[4..], ["unsubscribed b /app/no-answer"]);
}

/// Rows: EVT-01
#[tokio::test]
async fn a_refused_subscription_is_not_told() {
    let silent = |_: &RefusedFrame, _: ErrorFrame| None;
    let (builder, heard, ..) = builder();
    let server = TestServer::start(builder.error_handler(silent)).await;
    let mut peer = server.connect().await;
    peer.say_subscribe("a", "/nowhere", "refused").await;
    peer.expect_nothing().await;
    assert_eq!(heard.all(), ["connected nobody"]);
}

/// Rows: EVT-08
#[tokio::test]
async fn what_a_listener_keeps_is_there_for_the_first_message() {
    let (server, _, _) = server().await;
    let mut peer = server.open().await;
    peer.text(
        "CONNECT\naccept-version:1.2\n\n\0SUBSCRIBE\nid:a\ndestination:/topic/kept\n\n\0\
         SEND\ndestination:/app/kept\n\n\0",
    )
    .await;
    peer.expect("CONNECTED").await;
    peer.expect_message("kept").await;
}

/// Rows: EVT-03, BRK-05
#[tokio::test]
async fn each_way_to_end_has_its_reason_and_is_told_once() {
    let table: [(&str, CloseReason); 5] = [
        ("DISCONNECT\n\n\0", CloseReason::Disconnected),
        ("JUMP\n\n\0", CloseReason::ProtocolError),
        ("SEND\ndestination:/nowhere\n\n\0", CloseReason::NoHandler),
        ("SEND\ndestination:/app/leave\n\n\0", CloseReason::Closed),
        (
            "SEND\ndestination:/topic/a\ncontent-length:999999\n\n",
            CloseReason::TooLarge,
        ),
    ];
    for (sent, reason) in table {
        let (server, heard, _, statuses) = server_with_statuses().await;
        let mut peer = server.connect().await;
        peer.text(sent).await;
        let (_, closed) = peer.rest().await;
        heard
            .becomes(&["connected nobody", &format!("ended {} kept", reason.as_str())])
            .await;
        server.stop().await;
        assert_eq!(heard.all().len(), 2, "{:?}", heard.all());
        assert_eq!(statuses.last(), closed, "{sent:?}");
    }
}

/// Rows: EVT-03
#[tokio::test]
async fn a_client_that_vanishes_is_told_of_as_one_that_closes() {
    for abruptly in [true, false] {
        let (server, heard, _, statuses) = server_with_statuses().await;
        let mut peer = server.connect().await;
        if abruptly {
            peer.break_off();
        } else {
            peer.close(1000).await;
            peer.expect_close(1000).await;
        }
        heard
            .becomes(&["connected nobody", "ended connection-lost kept"])
            .await;
        assert_eq!(statuses.last(), Some(if abruptly { 1006 } else { 1000 }));
    }
}

/// Rows: EVT-01
#[tokio::test]
async fn who_was_never_accepted_is_not_told_of() {
    let (server, heard, _) = server().await;
    let mut refused = server.open().await;
    refused
        .text("CONNECT\naccept-version:1.2\nlogin:refused\n\n\0")
        .await;
    refused.expect_error("unauthenticated", 1008).await;
    server.open().await.break_off();
    server
        .until("both to be gone", |handle| handle.connections() == 0)
        .await;
    assert_eq!(heard.all(), Vec::<String>::new());
    assert_eq!(server.counters().sessions_ended, 0);
}

#[tokio::test]
async fn what_a_client_sent_before_it_vanished_is_handled_and_its_end_told_once() {
    let (server, heard, gate) = server().await;
    let mut peer = server.connect().await;
    peer.text(
        "SEND\ndestination:/app/wait\n\n\0SEND\ndestination:/app/wait\n\n\0SEND\ndestination:/nowhere\n\n\0\
         SUBSCRIBE\nid:a\ndestination:/topic/a\n\n\0",
    )
    .await;
    server
        .until("all to be received", |handle| {
            handle.counters().messages_received == 1
        })
        .await;
    peer.break_off();
    server
        .until("the client to be missed", |handle| handle.connections() == 0)
        .await;
    gate.open.add_permits(2);
    let expected = [
        "connected nobody",
        "waited",
        "waited",
        "ended connection-lost kept",
    ];
    heard.becomes(&expected).await;
    server
        .handle()
        .template()
        .convert_and_send("/topic/a", "x")
        .expect("sent");
    let counters = server.counters();
    assert_eq!(counters.messages_unheard, 1, "no subscription is left");
    server.stop().await;
    assert_eq!(heard.all(), expected);
    assert_eq!(counters.sessions_ended, 1);
}

/// Connect comes before connected, with the user and the headers of CONNECT, which keep their secrets.
///
/// Rows: EVT-01, EVT-07, BRK-06
#[tokio::test]
async fn a_connect_is_told_before_it_is_answered() {
    let (server, heard, _) = server().await;
    let mut peer = server.open().await;
    peer.say_connect("login:ann\npasscode:s3cret\nx-client:!\n").await;
    peer.send_done("/topic/fence", "").await;
    let heard = heard.all();
    let [connect, event, connected] = &*heard else {
        panic!("three notes: {heard:?}");
    };
    assert_eq!(
        (&**connect, &**connected),
        ("connect ann, version 1.2", "connected ann!")
    );
    assert!(!event.contains("s3cret"), "{event}");
}

#[tokio::test]
async fn a_refused_connect_is_not_told() {
    let (server, heard, _) = server().await;
    let mut peer = server.open().await;
    peer.text("CONNECT\naccept-version:1.2\nhost:h\nlogin:refused\nx-client:!\n\n\0")
        .await;
    peer.expect_error("unauthenticated", 1008).await;
    server.stop().await;
    assert_eq!(heard.all(), Vec::<String>::new());
}

/// Rows: EVT-02
#[tokio::test]
async fn a_failing_listener_does_not_disturb_the_frame() {
    let (server, heard, _) = server().await;
    let mut peer = server.connect().await;
    peer.text("SUBSCRIBE\nid:0\ndestination:/topic/listener-fails\nx-n:!\n\n\0")
        .await;
    peer.send("/topic/listener-fails", "x").await;
    peer.expect_message("x").await;
    assert_eq!(
        heard.all(),
        ["connected nobody", "subscribed 0 /topic/listener-fails!"]
    );
}
