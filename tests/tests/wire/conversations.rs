//! Conversations in octets: `data/conversations`, and headers that cross versions.

use stomp_server::{AuthenticationError, Login, Principal};
use stomp_tests::{
    conversation::{Conversation, Cut},
    peer::Peer,
    server::{TestServer, app},
};

async fn sign_in(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    match (login.login(), login.passcode()) {
        (None, None) => Ok(None),
        (Some("guest"), Some("guest")) => Ok(Some(Principal::new("guest"))),
        _ => Err(AuthenticationError::new("wrong login or passcode")),
    }
}

async fn server() -> TestServer {
    TestServer::start(app(module_path!()).authenticator(sign_in)).await
}

async fn check(file: &str) {
    let conversations = Conversation::read_all(file);
    assert!(conversations.len() > 5, "the file was read");
    let mut failed = Vec::new();
    for conversation in conversations {
        for cut in [Cut::Whole, Cut::Octets] {
            // Each has a server of its own, so that none hears another's messages.
            let server = server().await;
            let (held, name) = (conversation.clone(), conversation.to_string());
            let held = tokio::spawn(async move { held.hold(server.address(), cut).await });
            if held.await.is_err() {
                failed.push(format!("{name} {cut:?}"));
            }
        }
    }
    assert!(failed.is_empty(), "failed, for reasons shown above: {failed:?}");
}

/// Rows: BRK-09, BRK-10, BRK-28
#[tokio::test]
async fn connecting() {
    check(include_str!("../../data/conversations/connecting.txt")).await;
}

/// Rows: BRK-40
#[tokio::test]
async fn framing() {
    check(include_str!("../../data/conversations/framing.txt")).await;
}

#[tokio::test]
async fn headers() {
    check(include_str!("../../data/conversations/headers.txt")).await;
}

#[tokio::test]
async fn bodies() {
    check(include_str!("../../data/conversations/bodies.txt")).await;
}

/// Rows: BRK-15, BRK-17, BRK-18, BRK-21
#[tokio::test]
async fn subscriptions() {
    check(include_str!("../../data/conversations/subscriptions.txt")).await;
}

/// Rows: BRK-11, BRK-13
#[tokio::test]
async fn receipts() {
    check(include_str!("../../data/conversations/receipts.txt")).await;
}

/// Rows: BRK-14
#[tokio::test]
async fn what_is_not_supported_is_refused() {
    check(include_str!("../../data/conversations/unsupported.txt")).await;
}

async fn connect(server: &TestServer, version: &str) -> Peer {
    let mut peer = server.open().await;
    peer.text(format!("CONNECT\naccept-version:{version}\nhost:localhost\n\n\0"))
        .await;
    peer.expect("CONNECTED").await;
    peer
}

/// The versions of sender and receiver, a header line as it is sent, and as it arrives; `None`: not at all.
const ACROSS_VERSIONS: [(&str, &str, &str, Option<&str>); 15] = [
    ("1.2", "1.1", "foo:a\\rb", Some("foo:a\rb")),
    ("1.2", "1.0", "foo:a\\nb", None),
    ("1.2", "1.0", "foo:a\\cb", Some("foo:a:b")),
    ("1.0", "1.2", "foo:a:b", Some("foo:a\\cb")),
    ("1.0", "1.2", "foo:a\\nb", Some("foo:a\\\\nb")),
    ("1.0", "1.2", "foo: bar ", Some("foo:bar ")),
    ("1.1", "1.2", "foo:a\rb", Some("foo:a\\rb")),
    ("1.2", "1.0", "f\\co:v", None),
    ("1.2", "1.0", "foo:\u{e9}", Some("foo:\u{e9}")),
    ("1.2", "1.0", "foo:", Some("foo:")),
    ("1.1", "1.0", "foo:a\\\\b", Some("foo:a\\b")),
    ("1.0", "1.1", "foo:a\\", Some("foo:a\\\\")),
    ("1.2", "1.0", "foo:  v  ", Some("foo:  v  ")),
    ("1.0", "1.2", "foo:bar\r", Some("foo:bar")),
    ("1.2", "1.1", "foo:a\\\\rb", Some("foo:a\\\\rb")),
];

#[tokio::test]
async fn headers_cross_versions_without_harm() {
    for (number, (from, to, sent, expected)) in (1..).zip(ACROSS_VERSIONS) {
        let server = server().await;
        let (mut sender, mut receiver) = (connect(&server, from).await, connect(&server, to).await);
        receiver.subscribe("s0", "/topic/x").await;
        sender.send_with("/topic/x", &format!("{sent}\n"), "x").await;
        let message = receiver.expect_message("x").await;
        let own = ["destination", "subscription", "message-id", "content-length"];
        let got: Vec<_> = message
            .headers
            .iter()
            .filter(|(name, _)| !own.contains(&&**name))
            .map(|(name, value)| format!("{name}:{value}"))
            .collect();
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(got, expected, "X{number:02} {sent:?}");
    }
}
