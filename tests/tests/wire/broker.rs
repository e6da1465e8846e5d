//! The simple broker: exact destinations, patterns, user destinations.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use stomp_server::{BoxError, InboundFrame, InboundKind, prelude::*};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

async fn server() -> TestServer {
    TestServer::start(app(module_path!()).authenticator(by_login)).await
}

/// A subscription, a destination, and whether the one hears the other.
const HEARS: [(&str, &str, bool); 16] = [
    ("/topic/a", "/topic/a", true),
    ("/topic/a", "/topic/A", false),
    ("/topic/a", "/topic/a/", false),
    ("/topic/a", "/topic/ab", false),
    ("/topic/*", "/topic/a", true),
    ("/topic/*", "/topic/a/b", false),
    ("/topic/**", "/topic/a/b/c", true),
    ("/topic/**", "/queue/a", false),
    ("/topic/*/b", "/topic/a/b", true),
    ("/topic/**/z", "/topic/a/b/z", true),
    ("/topic/a?c", "/topic/abc", true),
    ("/topic/a*", "/topic/abc", true),
    ("/topic/a*", "/topic/bc", false),
    ("/queue/**", "/queue/a", true),
    ("/topic/a b", "/topic/a b", true),
    ("/topic/\u{e9}", "/topic/\u{e9}", true),
];

/// Rows: BRK-19, BRK-22
#[tokio::test]
async fn a_subscription_hears_what_it_names_or_matches() {
    let server = server().await;
    for (subscription, destination, hears) in HEARS {
        let mut peer = server.connect().await;
        peer.subscribe("s", subscription).await;
        peer.send(destination, "x").await;
        if hears {
            let message = peer.expect_message("x").await;
            assert_eq!(message.header("destination"), Some(destination));
        }
        peer.expect_nothing().await;
        peer.disconnect().await;
    }
}

/// Rows: BRK-04, BRK-16, BRK-41
#[tokio::test]
async fn each_matching_subscription_gets_its_own_message() {
    let server = server().await;
    let mut peer = server.connect().await;
    for (id, destination) in [("exact", "/topic/a"), ("star", "/topic/*"), ("all", "/topic/**")] {
        peer.subscribe(id, destination).await;
    }
    for round in ["1", "2"] {
        peer.send("/topic/a", round).await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            let message = peer.expect_message(round).await;
            ids.extend(message.header("subscription").map(str::to_owned));
        }
        ids.sort_unstable();
        assert_eq!(ids, ["all", "exact", "star"]);
    }
    peer.unsubscribe("star").await;
    peer.unsubscribe("exact").await;
    peer.send("/topic/a", "3").await;
    peer.expect_message("3").await;
    peer.expect_nothing().await;
}

/// Rows: BRK-20
#[tokio::test]
async fn a_pattern_that_comes_later_hears_destinations_that_were_used_before() {
    let server = server().await;
    let (mut early, mut late) = (server.connect().await, server.connect().await);
    early.subscribe("s", "/topic/**").await;
    early.send("/topic/a", "1").await;
    early.expect_message("1").await;
    late.subscribe("s", "/topic/a*").await;
    early.send("/topic/a", "2").await;
    early.expect_message("2").await;
    late.expect_message("2").await;
    late.unsubscribe("s").await;
    early.send("/topic/a", "3").await;
    early.expect_message("3").await;
    late.expect_nothing().await;
}

/// Rows: BRK-21
#[tokio::test]
async fn no_message_follows_the_receipt_of_unsubscribe() {
    let server = TestServer::start(app(module_path!())).await;
    let template = server.handle().template();
    let busy = Arc::new(AtomicBool::new(true));
    let publisher = std::thread::spawn({
        let busy = Arc::clone(&busy);
        move || {
            while busy.load(Ordering::Relaxed) {
                template.convert_and_send("/topic/a", "x").expect("sent");
                std::thread::sleep(Duration::from_micros(50));
            }
        }
    });
    let mut peer = server.connect().await;
    for _ in 0..100 {
        peer.subscribe_amid_messages("s", "/topic/a").await;
        assert_eq!(peer.frame().await.command, "MESSAGE");
        peer.text("UNSUBSCRIBE\nid:s\nreceipt:gone\n\n\0").await;
        while peer.frame().await.command == "MESSAGE" {}
        peer.expect_nothing().await;
    }
    peer.disconnect().await;
    busy.store(false, Ordering::Relaxed);
    publisher.join().expect("no panic");
}

trait AmidMessages {
    async fn subscribe_amid_messages(&mut self, id: &str, destination: &str);
}

impl AmidMessages for Peer {
    /// Messages may come before the receipt: the subscription is live by then.
    async fn subscribe_amid_messages(&mut self, id: &str, destination: &str) {
        self.say_subscribe(id, destination, "live").await;
        while self.frame().await.command == "MESSAGE" {}
    }
}

#[tokio::test]
async fn an_id_that_is_used_again_gets_nothing_meant_for_its_first_use() {
    let server = server().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    peer.subscribe("s", "/topic/a").await;
    peer.unsubscribe("s").await;
    peer.subscribe("s", "/topic/b").await;
    other.send_done("/topic/a", "old").await;
    other.send_done("/topic/b", "new").await;
    peer.expect_message("new").await;
    peer.expect_nothing().await;
}

/// Rows: BRK-38
#[tokio::test]
async fn message_ids_are_never_used_twice_and_shared_by_all_who_get_the_message() {
    let server = server().await;
    let (mut one, mut two) = (server.connect().await, server.connect().await);
    let mut seen = std::collections::HashSet::new();
    for round in 0..3 {
        one.subscribe("s", "/topic/a").await;
        two.subscribe("s", "/topic/a").await;
        one.send("/topic/a", "x").await;
        let ids = [one.expect_message("x").await, two.expect_message("x").await];
        let [id, same] = ids.map(|message| message.header("message-id").map(str::to_owned));
        assert_eq!(id, same);
        assert!(seen.insert(id), "round {round}");
        // The topic is forgotten in between.
        one.unsubscribe("s").await;
        two.unsubscribe("s").await;
    }
}

/// Rows: USER-13, USER-19
#[tokio::test]
async fn nobody_reads_what_is_a_users_own() {
    let server = server().await;
    let (mut ann, mut eve) = (server.connect_as("ann").await, server.connect_as("eve").await);
    ann.subscribe("s", "/user/queue/own").await;
    ann.subscribe("all", "/user/**").await;
    let spying = [
        "/queue/**",
        "/topic/**",
        "/queue/own",
        "/user/**",
        "/user/*/queue/own",
        "/user/ann/queue/own",
        "/user/queue/own",
    ];
    for (id, destination) in (0..).zip(spying) {
        eve.subscribe(&format!("{id}"), destination).await;
    }
    eve.send_done("/user/ann/queue/own", "to ann").await;
    server
        .handle()
        .template()
        .convert_and_send_to_user("ann", "/queue/own", "also to ann")
        .expect("sent");
    for body in ["to ann", "to ann", "also to ann", "also to ann"] {
        ann.expect_message(body).await;
    }
    eve.expect_nothing().await;
}

/// Rows: TPL-14
#[tokio::test]
async fn a_user_prefix_may_end_in_a_slash() {
    let builder = app(module_path!())
        .authenticator(by_login)
        .user_destination_prefix("/own/")
        .enable_simple_broker(["/topic/"]);
    let server = TestServer::start(builder).await;
    let mut ann = server.connect_as("ann").await;
    ann.subscribe("s", "/own/queue/x").await;
    ann.subscribe("t", "/topic/x").await;
    ann.send("/own/ann/queue/x", "x").await;
    let message = ann.expect_message("x").await;
    assert_eq!(message.header("destination"), Some("/own/queue/x"));
    ann.send("/topic/x", "y").await;
    ann.expect_message("y").await;
}

/// Rows: BRK-05, BRK-21
#[tokio::test]
async fn a_session_leaves_nothing_behind() {
    let server = server().await;
    for round in 0..20 {
        let mut peers = Vec::new();
        for n in 0..10 {
            let mut peer = server.connect_as(&format!("user-{n}")).await;
            peer.subscribe("a", "/topic/a").await;
            peer.subscribe("b", "/topic/*").await;
            peer.subscribe("c", "/user/queue/c").await;
            peers.push(peer);
        }
        assert_eq!(server.handle().users().user_count(), 10);
        for (n, peer) in (0..).zip(peers) {
            match n % 2 {
                0 => peer.disconnect().await,
                _ => peer.break_off(),
            }
        }
        server
            .until("all to be gone", |handle| handle.connections() == 0)
            .await;
        assert!(server.handle().users().users().is_empty());
        server
            .handle()
            .template()
            .convert_and_send("/topic/a", "x")
            .expect("sent");
        let counters = server.counters();
        assert_eq!(counters.messages_unheard, round + 1, "no subscription is left");
        assert_eq!(
            (counters.sessions_opened, counters.sessions_ended),
            ((round + 1) * 10, (round + 1) * 10)
        );
    }
}

/// Rows: BRK-36, BRK-37, BRK-39
#[tokio::test]
async fn a_publishers_headers_stand_between_the_destination_and_what_the_server_adds() {
    let server = server().await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    let sent = "foo:bar\ncontent-type:text/plain\nx:1\nmessage-id:mine\nx:2\ncontent-length:2\n";
    peer.send_with("/topic/a", sent, "hi").await;
    let message = peer.expect_message("hi").await;
    let headers: Vec<_> = message
        .headers
        .iter()
        .map(|(name, value)| match &**name {
            "message-id" => name.clone(),
            _ => format!("{name}:{value}"),
        })
        .collect();
    assert_eq!(
        headers,
        [
            "destination:/topic/a",
            "foo:bar",
            "content-type:text/plain",
            "x:1",
            "x:2",
            "subscription:s",
            "message-id",
            "content-length:2"
        ]
    );
    server
        .handle()
        .template()
        .convert_and_send("/topic/a", "from the application")
        .expect("sent");
    let message = peer.expect_message("from the application").await;
    let names: Vec<_> = message.headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(
        names,
        [
            "destination",
            "content-type",
            "subscription",
            "message-id",
            "content-length"
        ]
    );
}

async fn no_disconnect(frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
    Ok(Some(frame).filter(|frame| frame.kind != InboundKind::Disconnect))
}

/// Rows: BRK-52
#[tokio::test]
async fn a_disconnect_is_done_also_where_an_interceptor_drops_it() {
    let server = TestServer::start(app(module_path!()).inbound_interceptor(no_disconnect)).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/left").await;
    peer.disconnect().await;
    has_left(&server).await;
}

/// The session ends, and its subscription with it.
async fn has_left(server: &TestServer) {
    server
        .until("the session to end", |handle| handle.connections() == 0)
        .await;
    let template = server.handle().template();
    template.convert_and_send("/topic/left", "x").expect("sent");
    assert_eq!(server.counters().messages_unheard, 1, "no subscription is left");
}

async fn failing_disconnect(frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
    match frame.kind {
        InboundKind::Disconnect => Err("no way out".into()),
        _ => Ok(Some(frame)),
    }
}

/// The client is told of the failure, and its subscriptions end with the session all the same.
///
/// Rows: BRK-52
#[tokio::test]
async fn a_disconnect_is_done_also_where_an_interceptor_fails() {
    let server = TestServer::start(app(module_path!()).inbound_interceptor(failing_disconnect)).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/left").await;
    peer.text("DISCONNECT\nreceipt:bye\n\n\0").await;
    let error = peer.expect_error("forbidden", 1008).await;
    assert_eq!(error.header("receipt-id"), Some("bye"));
    assert_eq!(error.header("destination"), None, "it has none");
    has_left(&server).await;
}
