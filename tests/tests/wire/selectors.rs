//! Selectors: subscriptions that do not want all messages of their destination.

use stomp_server::{Headers, prelude::*};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

#[subscribe_mapping("/answer")]
async fn answer(#[header("selector")] selector: String) -> String {
    selector
}

async fn server() -> TestServer {
    TestServer::start(app(module_path!()).selector_header_name("selector")).await
}

async fn subscribe(peer: &mut Peer, id: &str, destination: &str, selector: &str) {
    peer.text(format!(
        "SUBSCRIBE\nid:{id}\ndestination:{destination}\nselector:{selector}\nreceipt:{id}\n\n\0"
    ))
    .await;
    peer.expect_receipt(id).await;
}

/// Rows: BRK-25
#[tokio::test]
async fn a_subscription_with_a_selector_gets_what_matches_and_one_without_gets_all() {
    let server = server().await;
    let (mut some, mut all) = (server.connect().await, server.connect().await);
    subscribe(&mut some, "s", "/topic/a", "kind = 'x' AND n > 2").await;
    subscribe(&mut all, "s", "/topic/a", "").await;
    for (headers, body) in [
        ("kind:x\nn:3\n", "1"),
        ("kind:y\nn:3\n", "2"),
        ("kind:x\n", "3"),
        ("kind:x\nn:10\n", "4"),
    ] {
        all.send_with("/topic/a", headers, body).await;
    }
    all.expect_messages(["1", "2", "3", "4"]).await;
    some.expect_messages(["1", "4"]).await;
    some.expect_nothing().await;
}

#[tokio::test]
async fn selectors_count_for_patterns_too_and_each_for_its_own_subscription() {
    let server = server().await;
    let mut peer = server.connect().await;
    subscribe(&mut peer, "exact", "/topic/a", "kind = 'x'").await;
    subscribe(
        &mut peer,
        "pattern",
        "/topic/*",
        "destination LIKE '%/b' OR kind = 'z'",
    )
    .await;
    let template = server.handle().template();
    let send = |destination: &str, kind: &str| {
        let headers: Headers = [("kind", kind)].into_iter().collect();
        template
            .convert_and_send_with_headers(destination, kind, &headers)
            .expect("sent");
    };
    send("/topic/a", "x");
    send("/topic/a", "y");
    send("/topic/a", "z");
    send("/topic/b", "y");
    for (subscription, body) in [("exact", "x"), ("pattern", "z"), ("pattern", "y")] {
        let message = peer.expect_message(body).await;
        assert_eq!(message.header("subscription"), Some(subscription));
    }
    peer.expect_nothing().await;
}

#[tokio::test]
async fn selectors_count_for_users_too() {
    let builder = app(module_path!())
        .selector_header_name("selector")
        .authenticator(|login: Login| async move {
            Ok::<_, AuthenticationError>(login.login().map(Principal::new))
        });
    let server = TestServer::start(builder).await;
    let mut ann = server.connect_as("ann").await;
    subscribe(
        &mut ann,
        "own",
        "/user/queue/a",
        "destination = '/user/queue/a' AND kind = 'x'",
    )
    .await;
    let template = server.handle().template();
    for kind in ["y", "x"] {
        let headers: Headers = [("kind", kind)].into_iter().collect();
        template
            .convert_and_send_to_user_with_headers("ann", "/queue/a", kind, &headers)
            .expect("sent");
    }
    ann.expect_message("x").await;
    ann.expect_nothing().await;
}

#[tokio::test]
async fn a_selector_ends_with_its_subscription() {
    let server = server().await;
    let mut peer = server.connect().await;
    subscribe(&mut peer, "s", "/topic/a", "kind = 'x'").await;
    peer.unsubscribe("s").await;
    peer.subscribe("s", "/topic/a").await;
    peer.send("/topic/a", "all").await;
    peer.expect_message("all").await;
}

#[tokio::test]
async fn what_the_server_writes_itself_is_no_header_to_select_by() {
    let server = server().await;
    let mut peer = server.connect().await;
    subscribe(
        &mut peer,
        "s",
        "/topic/a",
        "receipt IS NULL AND \"message-id\" IS NULL",
    )
    .await;
    peer.send_with("/topic/a", "receipt:r\nmessage-id:mine\n", "x")
        .await;
    peer.expect_message("x").await;
    peer.expect_receipt("r").await;
}

#[tokio::test]
async fn more_subscribers_with_selectors_than_one_go_serves_get_what_matches() {
    let server = server().await;
    let mut peer = server.connect().await;
    for n in 0..600 {
        peer.subscribe(&format!("a{n}"), "/topic/wide").await;
    }
    let mut other = server.connect().await;
    for n in 0..600 {
        subscribe(
            &mut other,
            &format!("b{n}"),
            "/topic/wide",
            &format!("n = {}", n % 2),
        )
        .await;
    }
    peer.send_with("/topic/wide", "n:1\n", "x").await;
    for _ in 0..600 {
        peer.expect_message("x").await;
    }
    for n in 0..300 {
        let message = other.expect_message("x").await;
        assert_eq!(message.header("subscription"), Some(&*format!("b{}", 2 * n + 1)));
    }
    other.expect_nothing().await;
}

/// Rows: BRK-27
#[tokio::test]
async fn a_malformed_selector_ends_the_session_and_says_where() {
    let server = server().await;
    let mut peer = server.connect().await;
    peer.text("SUBSCRIBE\nid:s\ndestination:/topic/a\nselector:kind = 'x\nreceipt:r\n\n\0")
        .await;
    let error = peer.expect_error("malformed", 1002).await;
    assert_eq!(
        error.header("message"),
        Some("a quote that is not closed at character 8")
    );
    assert_eq!(error.header("receipt-id"), Some("r"));
    assert_eq!(error.header("destination"), Some("/topic/a"));
}

/// Rows: BRK-26
#[tokio::test]
async fn without_a_name_for_the_header_there_are_no_selectors() {
    for builder in [app(module_path!()), app(module_path!()).selector_header_name(" ")] {
        let server = TestServer::start(builder).await;
        let mut peer = server.connect().await;
        subscribe(&mut peer, "s", "/topic/a", "not '").await;
        peer.send("/topic/a", "all").await;
        peer.expect_message("all").await;
    }
}

#[tokio::test]
async fn a_handler_that_answers_a_subscription_sees_the_header_as_it_is() {
    let server = server().await;
    let mut peer = server.connect().await;
    peer.text("SUBSCRIBE\nid:s\ndestination:/app/answer\nselector:not '\n\n\0")
        .await;
    peer.expect_message("not '").await;
}
