//! What becomes of what handlers return, and where it goes.

use serde::Serialize;
use stomp_server::{
    Converters, HandlerError, IntoReply, Outgoing, Reply, SimpMessagingTemplate, Stream, prelude::*,
};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

#[derive(Serialize)]
struct Note {
    text: String,
}

#[derive(Debug, thiserror::Error)]
#[error("room {0} is gone")]
struct Gone(String);

/// A return type of the application's own.
struct ForTenant {
    tenant: String,
    text: String,
}

impl IntoReply for ForTenant {
    fn into_reply(self, _: &Converters) -> Result<Reply, HandlerError> {
        Ok(Reply::Message(
            Outgoing::new(self.text).with_header("tenant", &self.tenant),
        ))
    }
}

#[message_mapping("/echo/default")]
fn by_default(Payload(text): Payload<String>) -> Note {
    Note { text }
}

#[message_mapping("/echo/default/{id}")]
fn by_default_with_variable(id: u32) -> String {
    format!("id {id}")
}

#[message_mapping("/echo/empty")]
#[send_to]
fn empty() -> &'static str {
    "empty"
}

#[message_mapping("/echo/several")]
#[send_to("/topic/1", "/topic/2")]
#[send_to("/topic/3")]
fn several() -> &'static str {
    "several"
}

#[message_mapping("/echo/both")]
#[send_to("/topic/1")]
#[send_to_user("/queue/own")]
fn both() -> &'static str {
    "both"
}

#[message_mapping("/own/all")]
#[send_to_user]
fn own_in_all() -> &'static str {
    "all"
}

#[message_mapping("/own/one")]
#[send_to_user("/queue/own", broadcast = false)]
fn own_in_one() -> &'static str {
    "one"
}

#[message_mapping("/own/no-slash")]
#[send_to_user("queue/own")]
fn own_without_slash() -> &'static str {
    "no slash"
}

#[message_mapping("/no-slash")]
#[send_to("topic/no-slash")]
fn without_slash() -> &'static str {
    "no slash"
}

#[message_mapping("/place/{a}/{b}")]
#[send_to("/topic/place/{b}/{a}", "/topic/place/{a}-{b}")]
fn placeholders() -> &'static str {
    "x"
}

#[message_mapping("/nothing")]
#[send_to("/topic/1")]
fn nothing() {}

#[message_mapping("/maybe/{say}")]
#[send_to("/topic/1")]
async fn maybe(say: bool) -> Option<String> {
    say.then(String::new)
}

#[message_mapping("/later/{room}")]
#[send_to("/topic/1")]
async fn later(room: String) -> Result<String, Gone> {
    tokio::task::yield_now().await;
    match &*room {
        "den" => Err(Gone(room)),
        _ => Ok(format!("later: {room}")),
    }
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn gone(error: &Gone) -> String {
    error.to_string()
}

#[message_mapping("/many")]
#[send_to("/topic/1")]
fn many() -> impl Stream<Item = u8> {
    futures_util::stream::iter([1, 2, 3])
}

#[message_mapping("/message")]
#[send_to("/topic/1")]
fn message() -> Outgoing {
    Outgoing::new("as it is").with_header("kind", "wrapped")
}

#[message_mapping("/tenant/{tenant}")]
#[send_to("/topic/1")]
fn for_tenant(tenant: String, Payload(text): Payload<String>) -> ForTenant {
    ForTenant { tenant, text }
}

#[message_mapping("/elsewhere/{tenant}")]
fn elsewhere(tenant: String, Payload(text): Payload<String>, template: SimpMessagingTemplate) {
    let sent = template.convert_and_send(format!("/topic/tenant/{tenant}"), &text);
    sent.expect("it is served");
}

#[subscribe_mapping("/init/{id}")]
fn init(id: u32) -> String {
    format!("init {id}")
}

#[subscribe_mapping("/init/pattern/*")]
fn init_pattern() -> &'static str {
    "pattern"
}

async fn server() -> TestServer {
    let by_login = async |login: Login| Ok(login.login().map(Principal::new));
    let builder = app(module_path!()).authenticator(by_login).ignore_unmapped();
    TestServer::start(builder).await
}

async fn subscribed(server: &TestServer, login: &str, destinations: &[&str]) -> Peer {
    let mut peer = match login {
        "" => server.connect().await,
        login => server.connect_as(login).await,
    };
    for destination in destinations {
        peer.subscribe(destination, destination).await;
    }
    peer
}

/// The answers that come to one client, in order: destination and body.
async fn answers(peer: &mut Peer, count: usize) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    for _ in 0..count {
        let message = peer.expect("MESSAGE").await;
        let destination = message.header("destination").unwrap_or_default().to_owned();
        answers.push((destination, message.text()));
    }
    peer.expect_nothing().await;
    answers
}

fn expected(answers: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(destination, body): &(&str, &str)| ((*destination).to_owned(), (*body).to_owned());
    answers.iter().map(owned).collect()
}

/// Rows: RET-02, RET-04, RET-15, ROUTE-50
#[tokio::test]
async fn without_a_destination_the_messages_own_is_answered_to() {
    let server = server().await;
    let places = ["/topic/**", "/user/queue/**"];
    let mut peer = subscribed(&server, "", &places).await;
    for (path, heard, body) in [
        ("/echo/default", "/topic/echo/default", r#"{"text":"hi"}"#),
        ("/echo/default/7", "/topic/echo/default/7", "id 7"),
        ("/echo/empty", "/topic/echo/empty", "empty"),
        ("/own/all", "/user/queue/own/all", "all"),
    ] {
        peer.send(&format!("/app{path}"), "hi").await;
        assert_eq!(answers(&mut peer, 1).await, expected(&[(heard, body)]));
    }
}

/// Rows: RET-03, RET-12, RET-19
#[tokio::test]
async fn several_destinations_are_answered_to_in_order_a_users_first() {
    let server = server().await;
    let places = [
        "/topic/1",
        "/topic/2",
        "/topic/3",
        "/topic/place/**",
        "/user/queue/own",
    ];
    let mut peer = subscribed(&server, "ann", &places).await;
    peer.send("/app/echo/several", "").await;
    let in_order = [
        ("/topic/1", "several"),
        ("/topic/2", "several"),
        ("/topic/3", "several"),
    ];
    assert_eq!(answers(&mut peer, 3).await, expected(&in_order));
    peer.send("/app/echo/both", "").await;
    let user_first = [("/user/queue/own", "both"), ("/topic/1", "both")];
    assert_eq!(answers(&mut peer, 2).await, expected(&user_first));
    peer.send("/app/place/1/2", "").await;
    let filled = [("/topic/place/2/1", "x"), ("/topic/place/1-2", "x")];
    assert_eq!(answers(&mut peer, 2).await, expected(&filled));
}

/// Rows: RET-13, RET-14, RET-16
#[tokio::test]
async fn a_users_destination_is_in_all_sessions_or_in_one() {
    let server = server().await;
    let places = ["/user/queue/own", "/user/queue/own/all"];
    let mut one = subscribed(&server, "ann", &places).await;
    let mut two = subscribed(&server, "ann", &places).await;
    let mut nobody = subscribed(&server, "", &places).await;
    let mut nobody_else = subscribed(&server, "", &places).await;
    one.send("/app/own/all", "").await;
    let in_all = expected(&[("/user/queue/own/all", "all")]);
    assert_eq!(answers(&mut one, 1).await, in_all);
    assert_eq!(answers(&mut two, 1).await, in_all);
    one.send("/app/own/one", "").await;
    assert_eq!(
        answers(&mut one, 1).await,
        expected(&[("/user/queue/own", "one")])
    );
    nobody.send("/app/own/all", "").await;
    assert_eq!(answers(&mut nobody, 1).await, in_all);
    for peer in [&mut two, &mut nobody_else] {
        peer.expect_nothing().await;
    }
}

/// Rows: RET-38
#[tokio::test]
async fn a_missing_slash_is_completed_for_users_only() {
    let server = server().await;
    let mut peer = subscribed(&server, "", &["/topic/no-slash", "/user/queue/own"]).await;
    peer.send("/app/own/no-slash", "").await;
    assert_eq!(
        answers(&mut peer, 1).await,
        expected(&[("/user/queue/own", "no slash")])
    );
    // `topic/no-slash` is nobody's
    peer.send_done("/app/no-slash", "").await;
    peer.expect_nothing().await;
}

/// Rows: RET-39
#[tokio::test]
async fn a_value_with_braces_is_text() {
    let server = server().await;
    let mut peer = subscribed(&server, "", &["/topic/**"]).await;
    peer.send("/app/place/{b}/2", "").await;
    let filled = [("/topic/place/2/{b}", "x"), ("/topic/place/{b}-2", "x")];
    assert_eq!(answers(&mut peer, 2).await, expected(&filled));
}

/// Rows: RET-24, RET-35
#[tokio::test]
async fn nothing_is_sent_of_nothing_but_an_empty_text_is_sent() {
    let server = server().await;
    let mut peer = subscribed(&server, "", &["/topic/1"]).await;
    peer.send_done("/app/nothing", "").await;
    peer.send_done("/app/maybe/false", "").await;
    peer.expect_nothing().await;
    peer.send("/app/maybe/true", "").await;
    assert_eq!(answers(&mut peer, 1).await, expected(&[("/topic/1", "")]));
}

/// Rows: RET-30, RET-31, RET-32
#[tokio::test]
async fn what_comes_later_is_answered_like_what_is_there() {
    let server = server().await;
    let mut peer = subscribed(&server, "", &["/topic/1", "/user/queue/errors"]).await;
    peer.send("/app/later/x", "").await;
    assert_eq!(answers(&mut peer, 1).await, expected(&[("/topic/1", "later: x")]));
    peer.send("/app/later/den", "").await;
    assert_eq!(
        answers(&mut peer, 1).await,
        expected(&[("/user/queue/errors", "room den is gone")])
    );
}

/// Rows: RET-33
#[tokio::test]
async fn a_stream_is_answered_item_by_item() {
    let server = server().await;
    let mut peer = subscribed(&server, "", &["/topic/1"]).await;
    peer.send("/app/many", "").await;
    let items = [("/topic/1", "1"), ("/topic/1", "2"), ("/topic/1", "3")];
    assert_eq!(answers(&mut peer, 3).await, expected(&items));
}

/// Rows: RET-35, RET-36
#[tokio::test]
async fn a_return_type_may_say_what_is_sent() {
    let server = server().await;
    let mut peer = subscribed(&server, "", &["/topic/1", "/topic/tenant/acme"]).await;
    peer.send("/app/message", "").await;
    let message = peer.expect_message("as it is").await;
    assert_eq!(message.header("kind"), Some("wrapped"));
    peer.send("/app/tenant/acme", "hi").await;
    let message = peer.expect_message("hi").await;
    assert_eq!(message.header("tenant"), Some("acme"));
    peer.send("/app/elsewhere/acme", "hi").await;
    assert_eq!(
        answers(&mut peer, 1).await,
        expected(&[("/topic/tenant/acme", "hi")])
    );
}

/// Rows: RET-26, RET-28, RET-29, ROUTE-52
#[tokio::test]
async fn a_subscription_that_a_handler_answers_is_not_the_brokers() {
    let server = server().await;
    let mut peer = server.connect().await;
    peer.say_subscribe("0", "/app/init/7", "live").await;
    let message = peer.expect_message("init 7").await;
    assert_eq!(message.header("destination"), Some("/app/init/7"));
    assert_eq!(message.header("subscription"), Some("0"));
    peer.expect_receipt("live").await;
    peer.send_done("/app/init/7", "x").await;
    peer.expect_nothing().await;
    // a pattern is a destination like others to handlers
    peer.say_subscribe("1", "/app/init/pattern/*", "live").await;
    peer.expect_message("pattern").await;
    peer.expect_receipt("live").await;
    peer.text("SUBSCRIBE\ndestination:/app/init/7\n\n\0").await;
    peer.expect_error("malformed", 1002).await;
}

/// Rows: RET-21, RET-22
#[tokio::test]
async fn an_answer_has_headers_of_its_own_and_those_that_a_filter_takes() {
    let answered_to = |headers: &'static str, filtered: bool| async move {
        let mut builder = app(module_path!()).ignore_unmapped();
        if filtered {
            builder = builder.reply_header_filter(|name| name.starts_with("x-"));
        }
        let server = TestServer::start(builder).await;
        let mut peer = subscribed(&server, "", &["/topic/1", "/topic/echo/default/7"]).await;
        peer.send_with("/app/echo/default/7", headers, "").await;
        let mut names: Vec<_> = peer.expect_message("id 7").await.headers;
        names.retain(|(name, _)| name != "message-id");
        names.sort_unstable();
        names
    };
    let own = [
        ("content-length", "4"),
        ("content-type", "text/plain;charset=UTF-8"),
        ("destination", "/topic/echo/default/7"),
        ("subscription", "/topic/echo/default/7"),
    ];
    let sent = "x-a:1\ny-b:2\nsubscription:forged\ncontent-type:text/html\n";
    assert_eq!(answered_to(sent, false).await, expected(&own));
    let mut more = own.to_vec();
    more.push(("x-a", "1"));
    assert_eq!(answered_to(sent, true).await, expected(&more));
}
