//! `TestClient`, over a socket.

use std::time::Duration;

use stomp_server::testing::TestServer;

use crate::{failure, handlers::application, says};

#[tokio::test]
async fn messages_come_in_order_or_by_destination() {
    let server = TestServer::start(application()).await;
    let mut ann = server.connect_as("ann").await;
    let first = ann.subscribe("/topic/a").await;
    ann.subscribe("/topic/b").await;
    for (destination, body) in [("/topic/a", "1"), ("/topic/b", "2"), ("/topic/a", "3")] {
        ann.send(destination, body).await;
    }
    let from_b = ann.expect_message_from("/topic/b").await;
    assert_eq!(
        (from_b.text(), from_b.header("subscription")),
        ("2", Some("sub-1"))
    );
    let from_a = ann.expect_message().await;
    assert_eq!(from_a.text(), "1");
    assert_eq!(from_a.header("subscription"), Some(&*first));
    assert_eq!(ann.expect_message().await.text(), "3");
    ann.unsubscribe(&first).await;
    ann.send_done("/topic/a", "4").await;
    ann.no_message().await;
    ann.disconnect().await;
}

#[tokio::test]
async fn what_the_server_refuses_is_a_value_where_it_may() {
    let server = TestServer::start(application()).await;
    let error = server
        .connect_with(&[("login", "mallory"), ("passcode", "p")])
        .await
        .expect_err("refused");
    assert_eq!(error.code(), "unauthenticated");
    let mut ann = server.connect_as("ann").await;
    let error = ann.try_send_done("/app/broken", "").await.expect_err("failed");
    assert_eq!(
        (error.code(), error.header("receipt-id")),
        ("internal", Some("receipt-0"))
    );
    assert_eq!(ann.expect_close().await, Some(1011));
    let mut ann = server.connect_as("ann").await;
    let error = ann.try_subscribe("/nowhere").await.expect_err("nobody serves it");
    assert_eq!(error.code(), "no-handler");
    let mut ann = server.connect_as("ann").await;
    ann.send("/app/forbidden", "").await;
    assert_eq!(ann.expect_error().await.code(), "forbidden");
}

#[tokio::test]
async fn a_message_where_none_was_expected_fails_the_test() {
    let server = TestServer::start(application()).await;
    let mut ann = server.connect_as("ann").await;
    ann.subscribe("/topic/a").await;
    ann.no_message().await;
    server
        .template()
        .convert_and_send_confirmed("/topic/a", "surprise")
        .await
        .expect("served");
    let text = failure(ann.no_message()).await;
    says(
        &text,
        &[
            "no MESSAGE was awaited at tests/tests/testing/client.rs:",
            "and MESSAGE ",
            "subscription:sub-0",
            "\"surprise\" has come",
            "> CONNECT login:ann",
            "< RECEIPT receipt-id:receipt-0",
        ],
    );
}

#[tokio::test]
async fn an_error_in_place_of_a_message_or_a_receipt_fails_the_test() {
    let server = TestServer::start(application()).await;
    let mut ann = server.connect_as("ann").await;
    ann.send("/app/forbidden", "").await;
    says(
        &failure(ann.expect_message()).await,
        &[
            "a MESSAGE was awaited at",
            "the server refused: ERROR",
            "code:forbidden",
        ],
    );
    says(
        &failure(ann.expect_message()).await,
        &["the server closed with 1008"],
    );
    let mut ann = server.connect_as("ann").await;
    says(
        &failure(ann.send_done("/app/nothing/here", "")).await,
        &[
            "the receipt of SEND to /app/nothing/here was awaited",
            "no-handler",
        ],
    );
    let mut ann = server.connect_as("ann").await;
    says(
        &failure(ann.subscribe("/nowhere")).await,
        &["the receipt of SUBSCRIBE to /nowhere was awaited"],
    );
}

#[tokio::test]
async fn a_close_in_place_of_an_error_fails_the_test() {
    let server = TestServer::start(application()).await;
    let mut ann = server.connect_as("ann").await;
    server.stop().await;
    says(
        &failure(ann.expect_error()).await,
        &["an ERROR was awaited", "the server closed with 1012"],
    );
}

#[tokio::test]
async fn patience_ends_and_the_text_tells_what_was_not_asked_for() {
    let server = TestServer::start(application()).await;
    let mut ann = server.connect_as("ann").await;
    ann.subscribe("/topic/a").await;
    ann.send_done("/topic/a", "1").await;
    ann.set_patience(Duration::ZERO);
    let text = failure(ann.expect_message_from("/topic/b")).await;
    says(
        &text,
        &[
            "a MESSAGE from /topic/b was awaited",
            "it did not come for 0ns (1 other messages have not been asked for)",
        ],
    );
}

#[tokio::test]
async fn credentials_stay_out_of_the_conversation_that_is_shown() {
    let server = TestServer::start(application()).await;
    let headers = [("login", "ann"), ("passcode", "hunter2")];
    let mut ann = server.connect_with(&headers).await.expect("accepted");
    ann.set_patience(Duration::ZERO);
    let text = failure(ann.expect_message()).await;
    says(&text, &["> CONNECT login:ann passcode:…"]);
    assert!(!text.contains("hunter2"), "{text}");
}
