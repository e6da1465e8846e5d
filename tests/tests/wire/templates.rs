//! Sending from anywhere.

use stomp_server::{Headers, SendError, SessionId, SimpMessagingTemplate, StompServer, prelude::*};
use stomp_tests::server::{TestServer, app};

#[message_mapping("/relay")]
async fn relay(template: SimpMessagingTemplate, #[payload] body: String) -> Result<(), SendError> {
    template.convert_and_send("/topic/relayed", &body)
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
    peer.expect_nothing().await;
}

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
