//! The shutdown: no new sessions, what was accepted is delivered, 1012, a deadline.

use std::{sync::Arc, time::Duration};

use stomp_server::prelude::*;
use stomp_tests::{
    peer::patiently,
    server::{TestServer, app},
};
use tokio::sync::Semaphore;

#[message_mapping("/wait")]
#[send_to("/topic/waited")]
async fn wait(gate: State<Semaphore>, started: State<Started>) -> &'static str {
    started.calls.add_permits(1);
    gate.acquire().await.expect("never closed").forget();
    "waited"
}

struct Started {
    calls: Semaphore,
}

struct Stage {
    server: TestServer,
    gate: Arc<Semaphore>,
    started: Arc<Started>,
}

async fn stage(deadline: Duration) -> Stage {
    let (gate, started) = (
        Arc::new(Semaphore::new(0)),
        Arc::new(Started {
            calls: Semaphore::new(0),
        }),
    );
    let builder = app(module_path!())
        .provide(Arc::clone(&gate))
        .provide(Arc::clone(&started))
        .configure(|config, _| config.drain_deadline = deadline);
    Stage {
        server: TestServer::start(builder).await,
        gate,
        started,
    }
}

const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn every_session_is_closed_with_1012_also_one_that_never_connected() {
    let Stage { server, .. } = stage(LONG).await;
    let mut peers = vec![
        server.connect().await,
        server.connect().await,
        server.open().await,
    ];
    let half = server.open().await;
    peers.push(half);
    peers[3].text("CONNECT\n").await;
    peers[0].expect_nothing().await;
    server.until("all four", |handle| handle.connections() == 4).await;
    let handle = server.handle().clone();
    let stopped = tokio::spawn(server.stop());
    for peer in &mut peers {
        peer.expect_close(1012).await;
    }
    patiently("the server", stopped).await.expect("no panic");
    assert_eq!(handle.connections(), 0);
}

#[tokio::test]
async fn what_was_accepted_is_delivered_first() {
    let Stage { server, .. } = stage(LONG).await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    other.subscribe("s", "/topic/a").await;
    let sends: String = (0..20)
        .map(|n| format!("SEND\ndestination:/topic/a\n\n{n}\0"))
        .collect();
    peer.text(format!("{sends}SEND\ndestination:/topic/b\nreceipt:r\n\n\0"))
        .await;
    peer.expect_receipt("r").await;
    let template = server.handle().template();
    template.convert_and_send("/topic/a", "last").expect("sent");
    let stopped = tokio::spawn(server.stop());
    other.expect_messages((0..20).map(|n| n.to_string())).await;
    other.expect_message("last").await;
    other.expect_close(1012).await;
    peer.expect_close(1012).await;
    patiently("the server", stopped).await.expect("no panic");
}

#[tokio::test]
async fn handlers_are_awaited_and_their_receipts_answered() {
    let Stage {
        server,
        gate,
        started,
    } = stage(LONG).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/waited").await;
    peer.send_asking("/app/wait", "", "1").await;
    peer.send_asking("/app/wait", "", "2").await;
    patiently("the handler", started.calls.acquire())
        .await
        .expect("never closed")
        .forget();
    peer.text("\n").await;
    let stopped = tokio::spawn(server.stop());
    tokio::task::yield_now().await;
    assert!(!stopped.is_finished());
    gate.add_permits(2);
    peer.expect_message("waited").await;
    peer.expect_receipt("1").await;
    let (rest, closed) = peer.rest().await;
    // Whether the second had been received by then is a matter of time; if so, it was handled.
    assert!(
        rest.is_empty() || (rest.len() == 2 && rest[1].header("receipt-id") == Some("2")),
        "{rest:?}"
    );
    assert_eq!(closed, Some(1012));
    patiently("the server", stopped).await.expect("no panic");
}

#[tokio::test]
async fn nobody_new_is_let_in() {
    let Stage {
        server,
        gate,
        started,
    } = stage(LONG).await;
    let mut peer = server.connect().await;
    peer.send("/app/wait", "").await;
    patiently("the handler", started.calls.acquire())
        .await
        .expect("never closed")
        .forget();
    let address = server.address();
    let stopped = tokio::spawn(server.stop());
    let closed = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    patiently("the port to be closed", closed).await;
    gate.add_permits(1);
    peer.expect_close(1012).await;
    patiently("the server", stopped).await.expect("no panic");
}

#[tokio::test]
async fn whoever_takes_longer_than_the_deadline_is_not_waited_for() {
    let Stage { server, started, .. } = stage(Duration::from_millis(20)).await;
    let mut peer = server.connect().await;
    peer.send("/app/wait", "").await;
    patiently("the handler", started.calls.acquire())
        .await
        .expect("never closed")
        .forget();
    server.stop().await;
}

#[tokio::test]
async fn a_session_hears_what_another_ones_last_handler_answers() {
    let Stage {
        server,
        gate,
        started,
    } = stage(LONG).await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    other.subscribe("s", "/topic/waited").await;
    peer.send_asking("/app/wait", "", "r").await;
    patiently("the handler", started.calls.acquire())
        .await
        .expect("never closed")
        .forget();
    let stopped = tokio::spawn(server.stop());
    tokio::task::yield_now().await;
    gate.add_permits(1);
    peer.expect_receipt("r").await;
    other.expect_message("waited").await;
    other.expect_close(1012).await;
    peer.expect_close(1012).await;
    patiently("the server", stopped).await.expect("no panic");
}
