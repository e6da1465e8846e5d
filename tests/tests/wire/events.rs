//! Session events: what listeners are told, when, and how often.

use std::sync::{Arc, Mutex};

use stomp_server::{CloseReason, SessionUnsubscribeEvent, prelude::*};
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
    heard.note(format!("connected {user}"));
}

#[event_listener]
async fn subscribed(event: &SessionSubscribeEvent, heard: State<Heard>) {
    heard.note(format!(
        "subscribed {} {}",
        event.subscription(),
        event.destination()
    ));
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
async fn ended(event: &SessionDisconnectEvent, heard: State<Heard>) {
    let kept = event.session().get::<Named>().map_or("nothing", |named| named.0);
    heard.note(format!("ended {} {kept}", event.reason().as_str()));
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

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    match login.login() {
        Some("refused") => Err(AuthenticationError::new("not you")),
        name => Ok(name.map(Principal::new)),
    }
}

async fn server() -> (TestServer, Heard, Arc<Gate>) {
    let (heard, gate) = (
        Heard::default(),
        Arc::new(Gate {
            open: Semaphore::new(0),
        }),
    );
    let builder = app(module_path!())
        .manage(heard.clone())
        .provide(Arc::clone(&gate))
        .authenticator(by_login);
    (TestServer::start(builder).await, heard, gate)
}

/// Rows: BRK-06
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
        let (server, heard, _) = server().await;
        let mut peer = server.connect().await;
        peer.text(sent).await;
        peer.rest().await;
        heard
            .becomes(&["connected nobody", &format!("ended {} kept", reason.as_str())])
            .await;
        server.stop().await;
        assert_eq!(heard.all().len(), 2, "{:?}", heard.all());
    }
}

#[tokio::test]
async fn a_client_that_vanishes_is_told_of_as_one_that_closes() {
    for abruptly in [true, false] {
        let (server, heard, _) = server().await;
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
    }
}

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
