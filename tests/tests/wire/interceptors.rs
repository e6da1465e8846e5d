//! Interceptors of the inbound, the broker and the outbound channel.

use std::sync::{Arc, Mutex};

use stomp_server::{
    BoxError, Headers, InboundFrame, InboundKind, Message, OutboundMessage, StompServerBuilder, prelude::*,
};
use stomp_tests::server::{TestServer, app};
use tokio::sync::Semaphore;

#[message_mapping("/echo")]
async fn echo(#[payload] body: String) -> String {
    body
}

fn builder() -> StompServerBuilder {
    app(module_path!())
}

fn with_body(message: Message, body: &str) -> Message {
    Message {
        body: body.to_owned().into(),
        ..message
    }
}

/// Lets pass, changes, drops or refuses what it is told to.
async fn guard(frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
    let mut frame = frame;
    match (&*frame.message.destination, &*frame.message.body) {
        ("/topic/refused", _) => return Err("the reason stays in the log".into()),
        ("/topic/dropped", _) => return Ok(None),
        ("/topic/moved", _) => frame.message.destination = "/topic/b".into(),
        (_, b"change me") => frame.message = with_body(frame.message, "changed"),
        (_, b"panic") => panic!("on purpose"),
        _ => {}
    }
    Ok(Some(frame))
}

/// Rows: CHAN-22, CHAN-25
#[tokio::test]
async fn inbound_interceptors_change_drop_and_refuse() {
    let server = TestServer::start(builder().inbound_interceptor(guard)).await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    other.subscribe("s", "/topic/**").await;
    peer.send("/topic/a", "as it is").await;
    peer.send("/app/echo", "change me").await;
    peer.send("/topic/moved", "moved").await;
    other.expect_messages(["as it is", "changed"]).await;
    let moved = other.expect_message("moved").await;
    assert_eq!(moved.header("destination"), Some("/topic/b"));
    // Dropped without a word, but its receipt is answered.
    peer.send_done("/topic/dropped", "x").await;
    other.expect_nothing().await;
    peer.send_asking("/topic/refused", "x", "r").await;
    let error = peer.expect_error("forbidden", 1008).await;
    assert_eq!(error.header("receipt-id"), Some("r"));
    assert_eq!(error.header("destination"), Some("/topic/refused"));
    assert!(!error.text().contains("log"), "{error:?}");
    other.expect_nothing().await;
}

#[tokio::test]
async fn a_refused_subscription_never_hears_anything() {
    let server = TestServer::start(builder().inbound_interceptor(guard)).await;
    let mut peer = server.connect().await;
    peer.say_subscribe("s", "/topic/refused", "r").await;
    peer.expect_error("forbidden", 1008).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/dropped").await;
    server
        .handle()
        .template()
        .convert_and_send("/topic/dropped", "x")
        .expect("sent");
    peer.expect_nothing().await;
}

/// Rows: CHAN-07, CHAN-24
#[tokio::test]
async fn inbound_interceptors_see_every_frame_in_order_and_one_after_the_other() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = |name: &'static str, seen: &Arc<Mutex<Vec<String>>>| {
        let seen = Arc::clone(seen);
        move |frame: InboundFrame| {
            let seen = Arc::clone(&seen);
            async move {
                tokio::task::yield_now().await;
                let note = format!("{name} {:?} {}", frame.kind, frame.message.destination);
                seen.lock().expect("nobody panics").push(note);
                Ok(Some(frame))
            }
        }
    };
    let builder = builder()
        .inbound_interceptor(record("1", &seen))
        .inbound_interceptor(record("2", &seen));
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    peer.send("/topic/a", "x").await;
    peer.expect_message("x").await;
    peer.unsubscribe("s").await;
    peer.disconnect().await;
    let kinds = [
        (InboundKind::Subscribe, "/topic/a"),
        (InboundKind::Send, "/topic/a"),
        (InboundKind::Unsubscribe, "/topic/a"),
        (InboundKind::Disconnect, ""),
    ];
    let expected: Vec<_> = kinds
        .into_iter()
        .flat_map(|(kind, destination)| ["1", "2"].map(|name| format!("{name} {kind:?} {destination}")))
        .collect();
    assert_eq!(*seen.lock().expect("nobody panics"), expected);
}

#[tokio::test]
async fn a_panicking_inbound_interceptor_ends_its_session_only() {
    let server = TestServer::start(builder().inbound_interceptor(guard)).await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    other.subscribe("s", "/topic/a").await;
    peer.send_asking("/topic/a", "panic", "r").await;
    let error = peer.expect_error("internal", 1011).await;
    assert_eq!(error.header("receipt-id"), Some("r"));
    assert!(!error.text().contains("purpose"), "{error:?}");
    server
        .until("its session to be gone", |handle| handle.connections() == 1)
        .await;
    other.send("/topic/a", "x").await;
    other.expect_message("x").await;
}

#[tokio::test]
async fn a_subscription_that_is_allowed_too_late_is_not_kept() {
    let gate = Arc::new(Semaphore::new(0));
    let waits = {
        let gate = Arc::clone(&gate);
        move |frame: InboundFrame| {
            let gate = Arc::clone(&gate);
            async move {
                if frame.kind == InboundKind::Subscribe {
                    gate.acquire().await?.forget();
                }
                Ok(Some(frame))
            }
        }
    };
    let server = TestServer::start(builder().inbound_interceptor(waits)).await;
    let mut peer = server.connect().await;
    peer.say_subscribe("s", "/topic/a", "r").await;
    peer.break_off();
    server
        .until("the client to be missed", |handle| handle.connections() == 0)
        .await;
    gate.add_permits(1);
    let (handle, unheard) = (server.handle().clone(), server.counters().messages_unheard);
    server.stop().await;
    handle.template().convert_and_send("/topic/a", "x").expect("sent");
    assert_eq!(
        handle.counters().messages_unheard,
        unheard + 1,
        "no subscription is left"
    );
}

fn censor(message: Message) -> Option<Message> {
    match &*message.body {
        b"hold back" => None,
        b"panic" => panic!("on purpose"),
        b"change me" => Some(with_body(message, "changed").with_header("censored", "yes")),
        b"move me" => Some(Message {
            destination: "/topic/elsewhere".into(),
            ..message
        }),
        _ => Some(message),
    }
}

/// Rows: CHAN-02
#[tokio::test]
async fn broker_interceptors_see_what_the_application_publishes() {
    let server = TestServer::start(builder().broker_interceptor(censor)).await;
    let mut peer = server.open().await;
    let connected = peer.say_connect("").await;
    let session = connected.header("session").expect("it has one").to_owned();
    peer.subscribe("s", "/topic/**").await;
    peer.subscribe("u", "/user/queue/x").await;
    let own_queue = format!("/user/{session}/queue/x");
    let template = server.handle().template();
    peer.send("/app/echo", "hold back").await;
    peer.send_done(&own_queue, "hold back").await;
    let held_back = template.convert_and_send("/topic/c", "hold back");
    assert!(matches!(held_back, Err(SendError::Vetoed)), "{held_back:?}");
    for (body, becomes) in [("change me", "changed"), ("move me", "move me")] {
        peer.send("/app/echo", body).await;
        let replied = peer.expect_message(becomes).await;
        peer.send(&own_queue, body).await;
        let to_user = peer.expect_message(becomes).await;
        template.convert_and_send("/topic/c", body).expect("sent");
        let sent = peer.expect_message(becomes).await;
        for (message, destination) in [
            (replied, "/topic/echo"),
            (to_user, "/user/queue/x"),
            (sent, "/topic/c"),
        ] {
            assert_eq!(message.header("destination"), Some(destination), "it stays");
            assert_eq!(message.header("censored").is_some(), becomes == "changed");
        }
    }
    peer.expect_nothing().await;
}

/// Rows: CHAN-01
#[tokio::test]
async fn what_a_client_sends_to_the_broker_does_not_pass_the_broker_channel() {
    let server = TestServer::start(builder().broker_interceptor(censor)).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    for body in ["hold back", "change me", "panic"] {
        peer.send("/topic/a", body).await;
        peer.expect_message(body).await;
    }
}

#[tokio::test]
async fn a_panicking_broker_interceptor_holds_its_message_back_only() {
    let server = TestServer::start(builder().broker_interceptor(censor)).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    let template = server.handle().template();
    let sent = template.convert_and_send("/topic/a", "panic");
    assert!(matches!(sent, Err(SendError::Intercepted(_))), "{sent:?}");
    peer.send("/app/echo", "panic").await;
    peer.send("/topic/a", "x").await;
    peer.expect_message("x").await;
}

fn personal(message: OutboundMessage) -> Option<OutboundMessage> {
    let mut message = message;
    let name = message
        .session
        .principal()
        .map_or_else(String::new, |user| user.name().to_owned());
    match &*message.body {
        b"not for eve" if name == "eve" => return None,
        b"panic for eve" if name == "eve" => panic!("on purpose"),
        _ => {}
    }
    message.headers = [("for", &*name)].into_iter().collect::<Headers>();
    message.headers.push("sub", &message.subscription);
    Some(message)
}

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

#[tokio::test]
async fn outbound_interceptors_change_each_copy_and_their_panics_hold_back_one() {
    let builder = builder().authenticator(by_login).outbound_interceptor(personal);
    let server = TestServer::start(builder).await;
    let (mut eve, mut ann) = (server.connect_as("eve").await, server.connect_as("ann").await);
    eve.subscribe("e", "/topic/a").await;
    ann.subscribe("a", "/topic/*").await;
    let template = server.handle().template();
    for body in ["not for eve", "panic for eve", "for all"] {
        template
            .convert_and_send_confirmed("/topic/a", body)
            .await
            .expect("confirmed");
    }
    ann.expect_messages(["not for eve", "panic for eve"]).await;
    let (hers, mine) = (
        eve.expect_message("for all").await,
        ann.expect_message("for all").await,
    );
    assert_eq!((hers.header("for"), hers.header("sub")), (Some("eve"), Some("e")));
    assert_eq!((mine.header("for"), mine.header("sub")), (Some("ann"), Some("a")));
}

#[tokio::test]
async fn a_dropped_frame_cancels_nothing_but_its_own_subscription() {
    let server = TestServer::start(builder().inbound_interceptor(guard)).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    peer.send_done("/topic/dropped", "x").await;
    peer.send("/topic/a", "still heard").await;
    peer.expect_message("still heard").await;
    // The id of a subscription that was dropped is free again.
    peer.say_subscribe("t", "/topic/dropped", "1").await;
    peer.expect_receipt("1").await;
    peer.subscribe("t", "/topic/b").await;
    peer.unsubscribe("s").await;
}

/// The client may think that it is subscribed, and ends what it began. Once; then the id is unknown.
#[tokio::test]
async fn a_subscription_that_was_dropped_can_be_ended() {
    let server = TestServer::start(builder().inbound_interceptor(guard)).await;
    let mut peer = server.connect().await;
    peer.say_subscribe("t", "/topic/dropped", "1").await;
    peer.expect_receipt("1").await;
    peer.unsubscribe("t").await;
    peer.text("UNSUBSCRIBE\nid:t\n\n\0").await;
    peer.expect_error("malformed", 1002).await;
}

#[message_mapping("/fails")]
async fn fails() -> Result<(), BoxError> {
    Err("on purpose".into())
}

async fn rebuild(frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
    let mut frame = frame;
    frame.message = Message::new(frame.message.destination, frame.message.body);
    Ok(Some(frame))
}

#[tokio::test]
async fn a_failure_answers_the_receipt_that_the_client_asked_for_whatever_became_of_the_headers() {
    let server = TestServer::start(builder().inbound_interceptor(rebuild)).await;
    let mut peer = server.connect().await;
    peer.send_asking("/app/fails", "", "r").await;
    let error = peer.expect_error("internal", 1011).await;
    assert_eq!(error.header("receipt-id"), Some("r"));
}
