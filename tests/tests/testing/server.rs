//! `TestServer`.

use stomp_server::{StompServer, testing::TestServer};
use tokio::net::TcpStream;

use crate::{
    failure, failure_of,
    handlers::{application, of_tenants},
    says,
};

#[tokio::test]
async fn it_serves_its_first_endpoint_on_a_port_of_its_own() {
    let (one, other) = (
        TestServer::start(application()).await,
        TestServer::start(application()).await,
    );
    assert_ne!(one.address(), other.address());
    assert_eq!(one.url(), format!("ws://{}/ws", one.address()));
    let ann = one.connect_as("ann").await;
    assert_eq!(ann.connected().header("user-name"), Some("ann"));
    assert_eq!((one.handle().connections(), other.handle().connections()), (1, 0));
}

#[tokio::test]
async fn a_handshake_may_have_headers() {
    let server = TestServer::start(application()).await;
    let headers = [("x-token", "ann")];
    let ann = server
        .connect_with_handshake(&headers, &[])
        .await
        .expect("let in");
    assert_eq!(ann.connected().header("user-name"), Some("ann"));
    let stranger = [("origin", "https://elsewhere.example")];
    let text = failure(server.connect_with_handshake(&stranger, &[])).await;
    says(&text, &["the server answered 403 Forbidden"]);
}

#[tokio::test]
async fn stop_delivers_what_was_accepted_and_closes_the_port() {
    let server = TestServer::start(application()).await;
    let mut ann = server.connect().await;
    ann.subscribe("/topic/a").await;
    let address = server.address();
    server
        .template()
        .convert_and_send("/topic/a", "the last")
        .expect("served");
    server.stop().await;
    assert_eq!(ann.expect_message().await.text(), "the last");
    assert_eq!(ann.expect_close().await, Some(1012));
    assert!(TcpStream::connect(address).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn a_dropped_server_shuts_down() {
    let server = TestServer::start(application()).await;
    let mut ann = server.connect().await;
    drop(server);
    assert_eq!(ann.expect_close().await, Some(1012));
}

#[tokio::test]
async fn a_server_that_nobody_can_connect_to_is_refused() {
    let builder = StompServer::builder().scope(module_path!());
    says(&failure_of(|| TestServer::start(builder)), &["endpoint"]);
}

#[tokio::test]
async fn a_server_that_opens_no_web_socket_says_so() {
    let server = TestServer::start(application().configure(|config, _| config.max_connections = 0)).await;
    let text = failure(server.connect()).await;
    says(
        &text,
        &[
            "a WebSocket at ws://127.0.0.1:",
            "was awaited at tests/tests/testing/server.rs:",
            "503",
        ],
    );
}

#[tokio::test]
async fn clients_may_connect_to_another_endpoint_with_a_query() {
    let server = TestServer::start(of_tenants()).await;
    let headers = [("x-token", "ann")];
    let connected = server
        .connect_to("/tenants?tenant=a", &headers, &[("x", "y")])
        .await;
    let mut ann = connected.expect("let in");
    assert_eq!(ann.connected().header("user-name"), Some("ann"));
    ann.subscribe("/user/queue/tenant").await;
    ann.send_done("/app/tenant", "").await;
    assert_eq!(ann.expect_message().await.text(), "a");

    let text = failure(server.connect_to("/tenants", &[], &[])).await;
    says(&text, &["/tenants", "the server answered 400"]);
    let text = failure_of(|| drop(server.connect_to("tenants", &[], &[])));
    says(&text, &["does not begin with a slash"]);
}
