//! Order: of one session, of one publisher, and the same for all subscribers.

use stomp_server::prelude::*;
use stomp_tests::{
    peer::{Peer, web_socket},
    server::{TestServer, app},
};

#[message_mapping("/numbered")]
#[send_to("/topic/numbered")]
async fn numbered(#[payload] number: String) -> String {
    if number.ends_with('7') {
        tokio::task::yield_now().await;
    }
    number
}

#[message_mapping("/numbered/mine")]
#[send_to_user("/queue/numbered", broadcast = false)]
async fn numbered_mine(#[payload] number: String) -> String {
    number
}

fn send(destination: &str, body: &str) -> Vec<u8> {
    let frame = format!("SEND\ndestination:{destination}\n\n{body}\0");
    web_socket::masked(web_socket::FIN | web_socket::TEXT, frame.as_bytes())
}

async fn ten_thousand_in_order(to: &str, from: &str) {
    let server = TestServer::of(module_path!()).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", from).await;
    for thousand in 0..10 {
        let numbers = thousand * 1000..(thousand + 1) * 1000;
        let octets: Vec<u8> = numbers.clone().flat_map(|n| send(to, &n.to_string())).collect();
        peer.write(&octets).await;
        peer.expect_messages(numbers.map(|n| n.to_string())).await;
    }
    peer.expect_nothing().await;
}

/// Rows: CHAN-24
#[tokio::test]
async fn ten_thousand_numbered_messages_pass_a_handler_in_order() {
    ten_thousand_in_order("/app/numbered", "/topic/numbered").await;
}

/// Rows: BRK-42
#[tokio::test]
async fn ten_thousand_numbered_messages_pass_the_broker_in_order() {
    ten_thousand_in_order("/topic/direct", "/topic/*").await;
}

/// Rows: USER-32
#[tokio::test]
async fn ten_thousand_numbered_messages_reach_a_user_destination_in_order() {
    ten_thousand_in_order("/app/numbered/mine", "/user/queue/numbered").await;
}

async fn publish(mut peer: Peer, name: usize) -> Peer {
    for n in 0..100 {
        let to = if n % 2 == 0 {
            "/topic/numbered"
        } else {
            "/app/numbered"
        };
        peer.send(to, &format!("{name} {n}")).await;
    }
    peer.send_done("/topic/elsewhere", "").await;
    peer
}

/// Ten publishers, and a subscriber to each of `subscriptions`.
async fn one_order_for_all(server: TestServer, subscriptions: [&str; 10]) {
    let mut subscribers = Vec::new();
    for destination in subscriptions {
        let mut peer = server.connect().await;
        peer.subscribe("s", destination).await;
        subscribers.push(peer);
    }
    let mut publishers = Vec::new();
    for name in 0..10 {
        publishers.push(tokio::spawn(publish(server.connect().await, name)));
    }
    for publisher in publishers {
        publisher.await.expect("no panic");
    }
    let mut first: Option<Vec<String>> = None;
    for mut subscriber in subscribers {
        let mut seen = Vec::new();
        for _ in 0..1000 {
            seen.push(subscriber.expect("MESSAGE").await.text());
        }
        subscriber.expect_nothing().await;
        for name in 0..10 {
            let prefix = format!("{name} ");
            let own: Vec<_> = seen.iter().filter(|body| body.starts_with(&prefix)).collect();
            let expected: Vec<_> = (0..100).map(|n| format!("{name} {n}")).collect();
            assert!(own.into_iter().eq(&expected), "of publisher {name}");
        }
        assert_eq!(*first.get_or_insert_with(|| seen.clone()), seen);
    }
}

/// Rows: BRK-42
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_subscribers_see_the_same_order_and_each_publishers_own() {
    let server = TestServer::of(module_path!()).await;
    let subscriptions = std::array::from_fn(|n| ["/topic/numbered", "/topic/n*"][n % 2]);
    one_order_for_all(server, subscriptions).await;
}

/// Rows: CFG-09
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_subscribers_see_the_same_order_where_no_destination_is_remembered() {
    let builder = app(module_path!()).configure(|config, _| config.pattern_cache = 0);
    let server = TestServer::start(builder).await;
    one_order_for_all(server, ["/topic/n*"; 10]).await;
}

/// Rows: BRK-24
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_subscribers_see_the_same_order_where_two_destinations_compete_to_be_remembered() {
    let builder = app(module_path!()).configure(|config, _| config.pattern_cache = 1);
    let server = TestServer::start(builder).await;
    let mut elsewhere = server.connect().await;
    elsewhere.subscribe("s", "/topic/elsewher?").await;
    one_order_for_all(server, ["/topic/n*"; 10]).await;
}

#[tokio::test]
async fn more_subscribers_than_one_go_serves_all_get_everything_in_order() {
    let server = TestServer::of(module_path!()).await;
    let mut peer = server.connect().await;
    for n in 0..1000 {
        peer.subscribe(&format!("a{n}"), "/topic/wide").await;
    }
    let mut other = server.connect().await;
    for n in 0..1000 {
        other.subscribe(&format!("b{n}"), "/topic/wide").await;
    }
    let template = server.handle().template();
    for body in ["1", "2", "3"] {
        template.convert_and_send("/topic/wide", body).expect("sent");
    }
    template
        .convert_and_send_confirmed("/topic/wide", "4")
        .await
        .expect("confirmed");
    for peer in [&mut peer, &mut other] {
        for body in ["1", "2", "3", "4"] {
            for _ in 0..1000 {
                peer.expect_message(body).await;
            }
        }
        peer.expect_nothing().await;
    }
}
