//! People who talk with each other over sockets.

use serde_json::{Value, json};
use stomp_server::testing::{TestClient, TestServer};

async fn in_lobby(server: &TestServer, name: &str) -> TestClient {
    let mut client = server.connect_as(name).await;
    client.subscribe("/topic/chat/lobby").await;
    client.subscribe("/user/queue/private").await;
    client.subscribe("/user/queue/errors").await;
    client.send_done("/app/chat/lobby/join", "").await;
    let joined = client.expect_message_from("/topic/chat/lobby").await;
    assert_eq!(joined.json::<Value>()["from"], name);
    client
}

#[tokio::test]
async fn two_people_hear_each_other_and_nobody_else_does() {
    let server = TestServer::start(chat::application()).await;
    let mut ann = in_lobby(&server, "ann").await;
    let mut ben = in_lobby(&server, "ben").await;
    assert_eq!(ann.expect_message().await.json::<Value>()["from"], "ben");
    let mut eve = server.connect_as("eve").await;
    eve.subscribe("/topic/chat/kitchen").await;

    ann.send_done("/app/chat/lobby", &json!({"text": "hello"})).await;
    for client in [&mut ann, &mut ben] {
        let said: Value = client.expect_message().await.json();
        assert_eq!((&said["from"], &said["text"]), (&json!("ann"), &json!("hello")));
        client.no_message().await;
    }
    eve.no_message().await;
}

#[tokio::test]
async fn a_private_message_reaches_every_tab_of_both_sides() {
    let server = TestServer::start(chat::application()).await;
    let mut ann = server.connect_as("ann").await;
    let mut tabs = [server.connect_as("ben").await, server.connect_as("ben").await];
    for client in tabs.iter_mut().chain([&mut ann]) {
        client.subscribe("/user/queue/private").await;
    }
    ann.send_done("/app/private/ben", &json!({"text": "psst"})).await;
    for client in tabs.iter_mut().chain([&mut ann]) {
        assert_eq!(client.expect_message().await.json::<Value>()["text"], "psst");
        client.no_message().await;
    }
}

#[tokio::test]
async fn a_mistake_is_told_to_the_tab_that_made_it() {
    let server = TestServer::start(chat::application()).await;
    let mut first = server.connect_as("ann").await;
    let mut second = server.connect_as("ann").await;
    for tab in [&mut first, &mut second] {
        tab.subscribe("/user/queue/errors").await;
    }
    // A failure that is answered is done: the receipt comes.
    first.send_done("/app/chat/lobby", &json!({"text": "hi"})).await;
    assert_eq!(
        first.expect_message().await.json::<Value>(),
        json!({"detail": "come in first"})
    );
    second.no_message().await;
}

#[tokio::test]
async fn who_breaks_off_has_left() {
    let server = TestServer::start(chat::application()).await;
    let mut ann = in_lobby(&server, "ann").await;
    let ben = in_lobby(&server, "ben").await;
    assert_eq!(ann.expect_message().await.json::<Value>()["type"], "joined");
    drop(ben);
    let left: Value = ann.expect_message().await.json();
    assert_eq!((&left["type"], &left["from"]), (&json!("left"), &json!("ben")));
}

#[tokio::test]
async fn a_stranger_without_a_name_is_refused() {
    let server = TestServer::start(chat::application()).await;
    let error = server.connect_with(&[]).await.expect_err("no name");
    assert_eq!(error.code(), "unauthenticated");
    assert_eq!(
        error.text(),
        "choose a name of 1 to 32 characters, without slashes"
    );
}

#[tokio::test]
async fn a_shutdown_delivers_the_last_words() {
    let server = TestServer::start(chat::application()).await;
    let mut ann = in_lobby(&server, "ann").await;
    let mut ben = in_lobby(&server, "ben").await;
    ben.send_done("/app/chat/lobby", &json!({"text": "bye"})).await;
    server.stop().await;
    let joined: Value = ann.expect_message().await.json();
    let bye: Value = ann.expect_message().await.json();
    assert_eq!((&joined["type"], &bye["text"]), (&json!("joined"), &json!("bye")));
    assert_eq!(ann.expect_close().await, Some(1012));
}
