//! A client that does not read: bounded memory, its own end, and nobody else's trouble.

use stomp_server::{StompServerBuilder, prelude::*};
use stomp_tests::server::{TestServer, app};

#[event_listener]
async fn ended(event: &SessionDisconnectEvent, template: State<SimpMessagingTemplate>) {
    let _ = template.convert_and_send("/topic/ended", event.reason().as_str());
}

fn builder() -> StompServerBuilder {
    app(module_path!()).outbox_limit(256 * 1024)
}

/// Rows: CHAN-26, EVT-13
#[tokio::test]
async fn a_client_that_does_not_read_is_ended_and_the_others_get_everything() {
    let server = TestServer::start(builder()).await;
    let (mut slow, mut quick) = (server.connect().await, server.connect().await);
    slow.subscribe("s", "/topic/a").await;
    quick.subscribe("s", "/topic/*").await;
    let template = server.handle().template();
    let body = "x".repeat(32 * 1024);
    let mut sent = 0;
    while server.counters().slow_consumers == 0 {
        assert!(sent < 4096, "more than the kernel and the outbox can hold");
        template
            .convert_and_send("/topic/a", &body)
            .expect("publishing never fails for a subscriber");
        sent += 1;
        quick.expect_message(&body).await;
    }
    let (frames, closed) = slow.rest().await;
    assert_eq!(closed, Some(1008));
    let (error, messages) = frames.split_last().expect("an ERROR");
    assert_eq!((&*error.command, error.header("code")), ("ERROR", Some("quota")));
    assert_eq!(error.header("retry"), Some("backoff"));
    assert!(messages.len() < sent, "what was unsent is dropped");
    assert!(
        messages.iter().all(|message| message.text() == body),
        "nothing is half"
    );
    quick.expect_message("slow-consumer").await;
    template.convert_and_send("/topic/a", "after").expect("sent");
    quick.expect_message("after").await;
    let counters = server.counters();
    assert!(counters.deliveries_dropped > 0);
    assert_eq!((counters.slow_consumers, counters.sessions_ended), (1, 1));
}

#[tokio::test]
async fn a_message_larger_than_the_outbox_ends_whoever_should_get_it_only() {
    let server = TestServer::start(builder()).await;
    let (mut one, mut other) = (server.connect().await, server.connect().await);
    one.subscribe("s", "/topic/a").await;
    let huge = "x".repeat(300 * 1024);
    let template = server.handle().template();
    template
        .convert_and_send_confirmed("/topic/a", &huge)
        .await
        .expect("publishing does not fail");
    one.expect_error("quota", 1008).await;
    other.send_done("/topic/a", "x").await;
}

#[tokio::test]
async fn the_bound_counts_octets_and_not_messages() {
    let server = TestServer::start(builder()).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    let template = server.handle().template();
    // The session's task does not run in between: all of it waits in the outbox.
    (0..1500).for_each(|n| {
        template
            .convert_and_send("/topic/a", &n.to_string())
            .expect("sent");
    });
    peer.expect_messages((0..1500).map(|n| n.to_string())).await;
    (0..4000).for_each(|n| {
        template
            .convert_and_send("/topic/a", &n.to_string())
            .expect("sent");
    });
    let (frames, closed) = peer.rest().await;
    let error = frames.last().expect("an ERROR");
    assert_eq!((error.header("code"), closed), (Some("quota"), Some(1008)));
}
