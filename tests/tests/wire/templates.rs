//! Sending from anywhere.

use stomp_server::{
    Headers, Message, Outgoing, SendError, SessionId, SimpMessagingTemplate, StompServer, prelude::*,
};
use stomp_tests::server::{TestServer, app};

#[message_mapping("/relay")]
async fn relay(template: SimpMessagingTemplate, #[payload] body: String) -> Result<(), SendError> {
    template.convert_and_send("/topic/relayed", &body)
}

#[derive(serde::Serialize)]
struct Note {
    text: &'static str,
}

#[message_mapping("/session")]
async fn whisper(template: SimpMessagingTemplate, session: SessionId) -> Result<(), SendError> {
    template.convert_and_send_to_session(session, "/queue/own", "only you")
}

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

fn build() -> StompServer {
    app(module_path!())
        .authenticator(by_login)
        .build()
        .expect("builds")
}

/// Rows: TPL-01, BRK-01
#[tokio::test]
async fn before_the_start_nobody_listens_and_nothing_is_kept() {
    let server = build();
    let template = server.template();
    template
        .convert_and_send("/topic/a", "early")
        .expect("nobody is no error");
    template
        .convert_and_send_confirmed("/topic/a", "early")
        .await
        .expect("confirmed: nobody has it");
    let server = TestServer::serve(server).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    template.convert_and_send("/topic/a", "now").expect("sent");
    peer.expect_message("now").await;
}

#[tokio::test]
async fn every_thread_may_send_and_each_keeps_its_order() {
    let server = TestServer::serve(build()).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    let threads: Vec<_> = ["one", "two"]
        .into_iter()
        .map(|name| {
            let template = server.handle().template();
            std::thread::spawn(move || {
                (0..100).for_each(|n| {
                    template
                        .convert_and_send("/topic/a", &format!("{name} {n}"))
                        .expect("sent");
                });
            })
        })
        .collect();
    let (mut one, mut two) = (0, 0);
    while one + two < 200 {
        let body = peer.expect("MESSAGE").await.text();
        let next = if body.starts_with("one") {
            &mut one
        } else {
            &mut two
        };
        assert!(body.ends_with(&format!(" {next}")), "{body} instead of {next}");
        *next += 1;
    }
    threads
        .into_iter()
        .for_each(|thread| thread.join().expect("no panic"));
    peer.expect_nothing().await;
}

#[tokio::test]
async fn a_handler_sends_with_its_own() {
    let server = TestServer::serve(build()).await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    peer.subscribe("s", "/topic/relayed").await;
    peer.subscribe("own", "/user/queue/own").await;
    other.subscribe("own", "/user/queue/own").await;
    peer.send("/app/relay", "hello").await;
    peer.expect_message("hello").await;
    peer.send("/app/session", "").await;
    peer.expect_message("only you").await;
    other.expect_nothing().await;
}

#[tokio::test]
async fn a_confirmed_message_is_with_everybody() {
    let server = TestServer::serve(build()).await;
    let mut peers = Vec::new();
    for _ in 0..3 {
        let mut peer = server.connect().await;
        peer.subscribe("s", "/topic/a").await;
        peers.push(peer);
    }
    let template = server.handle().template();
    template
        .convert_and_send_confirmed("/topic/a", "x")
        .await
        .expect("confirmed");
    for peer in &mut peers {
        // Their fence is answered behind it, so it was in their outbox already.
        peer.expect_message("x").await;
        peer.expect_nothing().await;
    }
}

/// Rows: TPL-11, TPL-18
#[tokio::test]
async fn all_sessions_of_a_user_get_what_is_sent_to_the_user() {
    let server = TestServer::serve(build()).await;
    let (mut desk, mut phone) = (server.connect_as("ann").await, server.connect_as("ann").await);
    let mut bob = server.connect_as("bob").await;
    for peer in [&mut desk, &mut phone, &mut bob] {
        peer.subscribe("s", "/user/queue/news").await;
    }
    let template = server.handle().template();
    let headers: Headers = [("kind", "a:b")].into_iter().collect();
    template
        .convert_and_send_to_user_with_headers("ann", "/queue/news", "x", &headers)
        .expect("sent");
    for peer in [&mut desk, &mut phone] {
        let message = peer.expect_message("x").await;
        assert_eq!(message.header("destination"), Some("/user/queue/news"));
        assert_eq!(message.header("kind"), Some("a\\cb"));
    }
    bob.expect_nothing().await;
    template
        .convert_and_send_to_user("nobody", "/queue/news", "x")
        .expect("not an error");
    template
        .convert_and_send_to_user("bob", "queue/news", "slashed")
        .expect("sent");
    bob.expect_message("slashed").await;
    desk.expect_nothing().await;
}

/// Rows: TPL-12
#[tokio::test]
async fn a_user_destination_may_be_named_whole() {
    let server = TestServer::serve(build()).await;
    let mut ann = server.connect_as("a/nn").await;
    ann.subscribe("s", "/user/queue/news").await;
    server
        .handle()
        .template()
        .convert_and_send("/user/a%2Fnn/queue/news", "x")
        .expect("sent");
    ann.expect_message("x").await;
}

/// Rows: TPL-05
#[tokio::test]
async fn the_content_type_says_how_to_convert() {
    let server = TestServer::serve(build()).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    let template = server.handle().template();
    let table = [
        (None, "text", "text/plain"),
        (Some("application/json"), "\"text\"", "application/json"),
    ];
    for (asked, body, content_type) in table {
        let headers: Headers = asked.map(|asked| ("content-type", asked)).into_iter().collect();
        template
            .convert_and_send_with_headers("/topic/a", "text", &headers)
            .expect("sent");
        let message = peer.expect_message(body).await;
        let got = message.header("content-type").unwrap_or_default();
        assert!(got.starts_with(content_type), "{message:?}");
    }
    let image: Headers = [("content-type", "image/png")].into_iter().collect();
    let sent = template.convert_and_send_with_headers("/topic/a", &1, &image);
    assert!(matches!(sent, Err(SendError::Convert(_))), "{sent:?}");
    for (content_type, written) in [
        ("text/html", template.convert_as("text", "text/html")),
        (
            "text/plain",
            template.convert_as(&Note { text: "x" }, "text/plain"),
        ),
    ] {
        let Err(SendError::Convert(error)) = written else {
            panic!("{written:?}")
        };
        assert!(error.is_unsupported());
        assert_eq!(
            error.to_string(),
            format!("no converter writes such a value as `{content_type}`")
        );
    }
    peer.expect_nothing().await;
}

/// Rows: BRK-02
#[tokio::test]
async fn what_nobody_serves_is_no_error_where_silence_is_wanted() {
    let silent = app(module_path!()).authenticator(by_login).ignore_unmapped();
    let template = silent.build().expect("builds").template();
    for destination in ["/nowhere", "/app/relay", "topic/a"] {
        assert!(
            template.convert_and_send(destination, "x").is_ok(),
            "{destination}"
        );
        let sent = template.convert_and_send_confirmed(destination, "x").await;
        assert!(sent.is_ok(), "{destination}, confirmed");
    }
    let malformed = template.convert_and_send("/topic//a", "x");
    assert!(matches!(malformed, Err(SendError::Malformed)), "{malformed:?}");
}

/// Rows: BRK-02
#[tokio::test]
async fn what_cannot_be_sent_is_an_error_at_once() {
    let template = build().template();
    let table = [
        ("/nowhere", "NotServed"),
        ("/app/relay", "NotServed"),
        ("/topics", "NotServed"),
        ("topic/a", "NotServed"),
        ("", "Malformed"),
        ("/topic//a", "Malformed"),
        ("/topic/a\nb", "Malformed"),
        ("/user/ann", "Malformed"),
    ];
    for (destination, expected) in table {
        let sent = template.convert_and_send(destination, "x");
        assert_eq!(format!("{sent:?}"), format!("Err({expected})"), "{destination:?}");
        let sent = template.convert_and_send_confirmed(destination, "x").await;
        assert_eq!(
            format!("{sent:?}"),
            format!("Err({expected})"),
            "{destination:?}, confirmed"
        );
    }
    let unconvertible: std::collections::HashMap<(u8, u8), u8> = [((1, 2), 3)].into();
    let sent = template.convert_and_send("/topic/a", &unconvertible);
    assert!(matches!(sent, Err(SendError::Convert(_))), "{sent:?}");
}

/// Rows: BRK-01
#[tokio::test]
async fn after_the_end_nobody_listens_any_more() {
    let server = TestServer::serve(build()).await;
    let template = server.handle().template();
    server.stop().await;
    template
        .convert_and_send("/topic/a", "late")
        .expect("nobody is no error");
    template
        .convert_and_send_confirmed("/topic/a", "late")
        .await
        .expect("confirmed");
}

#[tokio::test]
async fn what_comes_faster_than_its_destination_can_take_is_refused() {
    let builder = app(module_path!()).configure(|config, _| config.publish_queue_limit = 10_000);
    let server = TestServer::start(builder).await;
    let mut peers = [server.connect().await, server.connect().await];
    // More than one go serves, so that what follows has to wait for a task that has not had its turn.
    for n in 0..1000 {
        for peer in &mut peers {
            peer.subscribe(&format!("{n}"), "/topic/wide").await;
        }
    }
    let template = server.handle().template();
    let sent: Vec<_> = (0..1000)
        .map(|_| template.convert_and_send("/topic/wide", "x"))
        .collect();
    let taken = sent.iter().take_while(|sent| sent.is_ok()).count();
    assert!((2..200).contains(&taken), "{taken}");
    assert!(
        sent[taken..]
            .iter()
            .all(|sent| matches!(sent, Err(SendError::Overloaded)))
    );
    assert_eq!(server.counters().publishes_refused, (1000 - taken) as u64);
}

/// Rows: TPL-03
#[tokio::test]
async fn every_way_to_convert_and_send_gets_there() {
    let server = TestServer::serve(build()).await;
    let mut peer = server.open().await;
    let connected = peer.say_connect("login:ann\n").await;
    assert!(connected.header("session").is_some());
    peer.subscribe("t", "/topic/a").await;
    peer.subscribe("u", "/user/queue/a").await;
    let user = server.handle().users().user("ann").expect("connected");
    let session = user.sessions()[0].id();
    let plain = server.handle().template();
    let template = plain.with_default_destination("/topic/a");
    let headers = Headers::new().with("x-a", "1");
    let note = &Note { text: "x" };
    let body = r#"{"text":"x"}"#;
    template.convert_and_send("/topic/a", note).expect("1");
    template.convert_and_send_to_default(note).expect("2");
    template
        .convert_and_send_to_user("ann", "/queue/a", note)
        .expect("3");
    template
        .convert_and_send_to_session(session, "queue/a", note)
        .expect("4");
    template
        .convert_and_send_confirmed("/topic/a", note)
        .await
        .expect("5");
    let sent = template.convert_and_send_to_user_confirmed("ann", "queue/a", note);
    sent.await.expect("6");
    let sent = template.convert_and_send_to_session_confirmed(session, "/queue/a", note);
    sent.await.expect("7");
    for id in ["t", "t", "u", "u", "t", "u", "u"] {
        let message = peer.expect_message(body).await;
        assert_eq!(message.header("subscription"), Some(id));
        assert_eq!(message.header("content-type"), Some("application/json"));
    }
    let sent = template.convert_and_send_with_headers("/topic/a", note, &headers);
    sent.expect("8");
    let sent = template.convert_and_send_to_default_with_headers(note, &headers);
    sent.expect("9");
    let sent = template.convert_and_send_to_user_with_headers("ann", "/queue/a", note, &headers);
    sent.expect("10");
    let sent = template.convert_and_send_to_session_with_headers(session, "/queue/a", note, &headers);
    sent.expect("11");
    for id in ["t", "t", "u", "u"] {
        let message = peer.expect_message(body).await;
        assert_eq!(message.header("subscription"), Some(id));
        assert_eq!(message.header("x-a"), Some("1"));
    }
    peer.expect_nothing().await;
}

/// Rows: TPL-04
#[tokio::test]
async fn what_is_converted_can_be_changed_before_it_is_sent() {
    let server = TestServer::serve(build()).await;
    let mut peer = server.connect_as("ann").await;
    peer.subscribe("t", "/topic/a").await;
    peer.subscribe("u", "/user/queue/a").await;
    let session = server.handle().users().user("ann").expect("connected").sessions()[0].id();
    let template = server.handle().template().with_default_destination("/topic/a");
    let changed = || -> Result<Outgoing, SendError> {
        let converted = template.convert("häh")?;
        let length = converted.body.len().to_string();
        Ok(converted.with_header("x-length", &length))
    };
    template
        .send_to("/topic/a", changed().expect("text"))
        .expect("sent");
    template.send_to_default(changed().expect("text")).expect("sent");
    template
        .send_to_user("ann", "/queue/a", changed().expect("text"))
        .expect("sent");
    template
        .send_to_session(session, "/queue/a", changed().expect("text"))
        .expect("sent");
    for _ in 0..4 {
        let message = peer.expect_message("häh").await;
        assert_eq!(message.header("x-length"), Some("4"));
        assert_eq!(message.header("content-type"), Some("text/plain;charset=UTF-8"));
    }
    template
        .send_to_confirmed("/topic/a", changed().expect("text"))
        .await
        .expect("sent");
    template
        .send_to_default_confirmed(changed().expect("text"))
        .await
        .expect("sent");
    let sent = template.send_to_user_confirmed("ann", "/queue/a", changed().expect("text"));
    sent.await.expect("sent");
    let sent = template.send_to_session_confirmed(session, "/queue/a", changed().expect("text"));
    sent.await.expect("sent");
    for _ in 0..4 {
        peer.expect_message("häh").await;
    }
    // It may be another message altogether, and a header of its own wins.
    let other = Outgoing {
        body: "<p>".into(),
        ..changed().expect("text").with_header("content-type", "text/html")
    };
    template.send_to_default(other).expect("sent");
    let message = peer.expect_message("<p>").await;
    let types = message.headers.iter().filter(|(name, _)| name == "content-type");
    assert_eq!(types.map(|(_, value)| value).collect::<Vec<_>>(), ["text/html"]);
    peer.expect_nothing().await;
}

/// Rows: TPL-01, TPL-02
#[tokio::test]
async fn a_default_destination_is_for_sends_without_one() {
    let server = TestServer::serve(build()).await;
    let mut peer = server.connect().await;
    peer.subscribe("a", "/topic/a").await;
    peer.subscribe("b", "/topic/b").await;
    let plain = server.handle().template();
    let template = plain.with_default_destination("/topic/a");
    template.convert_and_send_to_default("to a").expect("sent");
    template.convert_and_send("/topic/b", "to b").expect("sent");
    template
        .send(Message::new("/topic/b", "raw").with_header("x-raw", "yes"))
        .expect("sent");
    let message = Message::new("/topic/b", "confirmed");
    template.send_confirmed(message).await.expect("sent");
    for body in ["to a", "to b"] {
        peer.expect_message(body).await;
    }
    let raw = peer.expect_message("raw").await;
    assert_eq!(
        (raw.header("x-raw"), raw.header("content-type")),
        (Some("yes"), None)
    );
    peer.expect_message("confirmed").await;
    let without = [
        plain.convert_and_send_to_default("x"),
        plain.convert_and_send_to_default_with_headers("x", &Headers::new()),
        plain.send_to_default(Outgoing::new("x")),
        plain.send_to_default_confirmed(Outgoing::new("x")).await,
    ];
    for sent in without {
        let error = sent.expect_err("there is none");
        assert_eq!(error.to_string(), "the template has no default destination");
    }
    let nowhere = plain.with_default_destination("/nowhere");
    let sent = nowhere.convert_and_send_to_default("x");
    assert!(matches!(sent, Err(SendError::NotServed)), "{sent:?}");
    peer.expect_nothing().await;
}

/// Rows: TPL-07, TPL-08, TPL-17
#[tokio::test]
async fn headers_are_written_as_text_and_those_without_a_value_are_left_out() {
    let server = TestServer::serve(build()).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    let template = server.handle().template();
    let headers = Headers::new()
        .with("x-kind", "greeting")
        .with("x-count", 3)
        .with_some("x-none", None::<&str>)
        // Spelt like this it is a header like others.
        .with("contentType", "application/json");
    template
        .convert_and_send_with_headers("/topic/a", "x", &headers)
        .expect("sent");
    template.convert_and_send("/topic/a", "x").expect("sent");
    let mut seen = Vec::new();
    for _ in 0..2 {
        let message = peer.expect_message("x").await;
        let own = message
            .headers
            .into_iter()
            .filter(|(name, _)| name != "message-id");
        let mut own: Vec<_> = own.map(|(name, value)| format!("{name}:{value}")).collect();
        own.sort();
        seen.push(own.join(" "));
    }
    let plain = "content-length:1 content-type:text/plain;charset=UTF-8";
    let framed = "destination:/topic/a subscription:s";
    assert_eq!(
        seen[0],
        format!("{plain} contentType:application/json {framed} x-count:3 x-kind:greeting")
    );
    assert_eq!(
        seen[1],
        format!("{plain} {framed}"),
        "nothing but what the payload and its way need"
    );
}

/// Rows: TPL-16
#[tokio::test]
async fn a_send_does_not_wait_for_anybody() {
    let server = TestServer::serve(build()).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    let template = server.handle().template();
    // The test's thread is the server's only one: it returns from each before the session could write anything.
    let before = server.counters().writes;
    for n in 0..100 {
        template.convert_and_send("/topic/a", &n).expect("sent");
    }
    assert_eq!(server.counters().writes, before);
    peer.expect_messages((0..100).map(|n| n.to_string())).await;
}

/// Rows: TPL-15
#[tokio::test]
async fn whoever_sends_learns_that_an_interceptor_held_the_message_back() {
    fn stop(message: Message) -> Option<Message> {
        Some(message).filter(|message| !message.headers.contains("x-stop"))
    }
    let builder = app(module_path!())
        .authenticator(by_login)
        .broker_interceptor(stop);
    let server = TestServer::start(builder).await;
    let mut peer = server.connect_as("ann").await;
    peer.subscribe("t", "/topic/a").await;
    peer.subscribe("u", "/user/queue/a").await;
    let session = server.handle().users().user("ann").expect("connected").sessions()[0].id();
    let template = server.handle().template().with_default_destination("/topic/a");
    let stopped = || Outgoing::new("x").with_header("x-stop", "");
    for sent in [
        template.send(Message::new("/topic/a", "x").with_header("x-stop", "")),
        template.send_to("/topic/a", stopped()),
        template.send_to_default(stopped()),
        template.send_to_user("ann", "/queue/a", stopped()),
        template
            .send_to_user_confirmed("ann", "/queue/a", stopped())
            .await,
        template.send_to_session(session, "/queue/a", stopped()),
        template.send_to_user("nobody", "/queue/a", stopped()),
    ] {
        assert!(matches!(sent, Err(SendError::Vetoed)), "{sent:?}");
    }
    template
        .send_to_user("ann", "/queue/a", Outgoing::new("passes"))
        .expect("sent");
    peer.expect_message("passes").await;
    peer.expect_nothing().await;
}
