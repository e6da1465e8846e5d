//! A receipt means done (design invariant 4).

use std::sync::Arc;

use stomp_server::prelude::*;
use stomp_tests::server::{TestServer, app};
use tokio::sync::Semaphore;

#[message_mapping("/wait")]
#[send_to("/topic/waited")]
async fn wait(gate: State<Semaphore>) -> &'static str {
    gate.acquire().await.expect("never closed").forget();
    "waited"
}

#[message_mapping("/many")]
#[send_to("/topic/one", "/topic/two", "/user/ann/queue/three")]
async fn many() -> &'static str {
    "many"
}

#[subscribe_mapping("/wait")]
async fn wait_to_subscribe(gate: State<Semaphore>) -> &'static str {
    gate.acquire().await.expect("never closed").forget();
    "subscribed"
}

#[event_listener]
async fn subscribed(event: &SessionSubscribeEvent, template: State<SimpMessagingTemplate>) {
    // The subscription is live when this is told.
    let _ = template.convert_and_send(event.destination(), "welcome");
}

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

async fn server() -> (TestServer, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let builder = app(module_path!())
        .provide(Arc::clone(&gate))
        .authenticator(by_login);
    (TestServer::start(builder).await, gate)
}

/// Rows: BRK-13
#[tokio::test]
async fn the_receipt_of_send_comes_when_the_handler_has_returned() {
    let (server, gate) = server().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    other.subscribe("s", "/topic/waited").await;
    other.expect_message("welcome").await;
    peer.send_asking("/app/wait", "", "first").await;
    peer.send_asking("/topic/x", "", "second").await;
    other.expect_nothing().await;
    gate.add_permits(1);
    peer.expect_receipt("first").await;
    // Its answer is with the broker by then: a fence of the other's finds it.
    other.expect_message("waited").await;
    peer.expect_receipt("second").await;
}

/// Rows: CHAN-34
#[tokio::test]
async fn all_answers_are_with_the_broker_when_the_receipt_comes() {
    let (server, _) = server().await;
    let mut peer = server.connect().await;
    let mut ann = server.connect_as("ann").await;
    for (id, destination) in [
        ("1", "/topic/one"),
        ("2", "/topic/two"),
        ("3", "/user/queue/three"),
    ] {
        ann.say_subscribe(id, destination, id).await;
    }
    for id in ["1", "2", "3"] {
        while ann.frame().await.header("receipt-id") != Some(id) {}
    }
    while ann.fence_passes_messages().await {}
    peer.send_done("/app/many", "").await;
    ann.expect_messages(["many", "many", "many"]).await;
    ann.expect_nothing().await;
}

trait Fence {
    async fn fence_passes_messages(&mut self) -> bool;
}

impl Fence for stomp_tests::peer::Peer {
    /// Did messages come before what is asked for now was answered?
    async fn fence_passes_messages(&mut self) -> bool {
        self.send_asking("/user/nobody/queue/x", "", "fence").await;
        let mut passed = false;
        while self.frame().await.command == "MESSAGE" {
            passed = true;
        }
        passed
    }
}

/// Rows: BRK-13
#[tokio::test]
async fn the_receipt_of_subscribe_means_that_it_is_live() {
    let (server, gate) = server().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    for n in 0..50 {
        let destination = format!("/topic/{n}");
        peer.say_subscribe(&format!("s{n}"), &destination, "live").await;
        peer.expect_receipt("live").await;
        other.send(&destination, "x").await;
        peer.expect_message("welcome").await;
        peer.expect_message("x").await;
    }
    peer.say_subscribe("w", "/app/wait", "live").await;
    other.send_done("/topic/elsewhere", "").await;
    gate.add_permits(1);
    peer.expect_message("subscribed").await;
    peer.expect_receipt("live").await;
}

/// Rows: BRK-12
#[tokio::test]
async fn the_receipt_of_disconnect_means_that_all_before_is_done() {
    let (server, gate) = server().await;
    let mut other = server.connect().await;
    other.subscribe("s", "/topic/**").await;
    other.expect_message("welcome").await;
    let mut peer = server.connect().await;
    let mut sends: String = (0..100)
        .map(|n| format!("SEND\ndestination:/topic/{n}\n\n{n}\0"))
        .collect();
    sends.push_str("SEND\ndestination:/app/wait\n\n\0DISCONNECT\nreceipt:bye\n\n\0");
    peer.text(sends).await;
    other.expect_messages((0..100).map(|n| n.to_string())).await;
    gate.add_permits(1);
    peer.expect_receipt("bye").await;
    peer.expect_close(1000).await;
    other.expect_message("waited").await;
}

#[tokio::test]
async fn what_was_sent_before_the_connection_was_closed_is_delivered() {
    let (server, _) = server().await;
    let mut other = server.connect().await;
    other.subscribe("s", "/topic/many").await;
    other.expect_message("welcome").await;
    let mut peer = server.connect().await;
    let sends: String = (0..1000)
        .map(|n| format!("SEND\ndestination:/topic/many\n\n{n}\0"))
        .collect();
    peer.text(sends).await;
    peer.close(1000).await;
    peer.expect_close(1000).await;
    other.expect_messages((0..1000).map(|n| n.to_string())).await;
}
