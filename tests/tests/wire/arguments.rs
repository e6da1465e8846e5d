//! Payloads that are checked, and arguments that the application has made itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use stomp_server::{
    ArgSpec, BoxError, FromMessage, HeaderList, MessageContext, Rejection, RouteMeta, Valid, Validate,
    ValidationErrors, prelude::*,
};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

/// The rules of its fields are written beside them.
#[derive(Deserialize, garde::Validate)]
struct Note {
    #[garde(custom(not_blank))]
    sender: String,
    #[garde(length(max = 20))]
    text: Option<String>,
    #[garde(dive)]
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Deserialize, garde::Validate)]
struct Line {
    #[garde(range(min = 1))]
    count: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde passes the context so")]
fn not_blank(text: &str, (): &()) -> garde::Result {
    match text.trim() {
        "" => Err(garde::Error::new("must not be blank")),
        _ => Ok(()),
    }
}

/// Checked by hand.
#[derive(Deserialize)]
struct Span {
    from: u32,
    to: u32,
}

impl Validate for Span {
    fn validate(&self) -> Result<(), BoxError> {
        let mut errors = ValidationErrors::new();
        if self.from > self.to {
            errors.push("", "from is behind to");
        }
        Ok(errors.into_result()?)
    }
}

#[message_mapping("/note")]
#[send_to("/topic/note")]
async fn note(Valid(Payload(note)): Valid<Payload<Note>>) -> String {
    format!(
        "{} {:?} {}",
        note.sender,
        note.text,
        note.lines.iter().map(|line| line.count).sum::<u32>()
    )
}

#[message_mapping("/span")]
#[send_to("/topic/span")]
async fn span(#[payload] Valid(Payload(span)): Valid<Payload<Span>>) -> u32 {
    span.to - span.from
}

#[message_mapping("/maybe")]
#[send_to("/topic/maybe")]
async fn maybe(note: Option<Valid<Payload<Note>>>) -> String {
    note.map_or_else(|| "none".to_owned(), |Valid(Payload(note))| note.sender)
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn by_field(errors: &ValidationErrors) -> BTreeMap<String, String> {
    errors
        .iter()
        .map(|error| (error.field.clone(), error.message.clone()))
        .collect()
}

/// The application's own argument: what it made of a header.
struct Tenant(String);

impl FromMessage for Tenant {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        let named = cx.header("x-tenant").map(|name| Self(name.to_owned()));
        named.ok_or_else(|| Rejection::new("the message is of no tenant"))
    }
}

#[message_mapping("/tenant")]
#[send_to("/topic/tenant")]
async fn tenant(tenant: Tenant, #[payload] text: String, #[payload] again: Payload<Vec<u8>>) -> String {
    format!("{} says {text} in {} octets", tenant.0, again.0.len())
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn anything(error: &HandlerError, route: &'static RouteMeta) -> String {
    format!("{}: {}", route.name, error.client_message())
}

#[message_mapping("/headers/{ids}")]
#[send_to("/topic/headers")]
async fn headers(
    ids: Vec<u32>,
    #[header("x-a")] a: Vec<String>,
    #[header("x-a")] first: String,
    #[header("x-n", default = "7")] n: u32,
    HeaderList(color): HeaderList<String>,
    #[header("destination")] destination: String,
    #[header("content-type")] text: String,
    #[header("contentType")] parsed: String,
    #[header("simpMessageType")] kind: String,
    #[header("simpSessionId")] session: SessionText,
    id: SessionId,
    all: Headers,
) -> String {
    assert_eq!(session.0, id.to_string());
    let natives = all.iter().filter(|(name, _)| *name == "x-a").count();
    format!("{ids:?} {a:?} {first} {n} {color:?} {destination} {text} {parsed} {kind} {natives}")
}

struct SessionText(String);

impl std::str::FromStr for SessionText {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

async fn connected() -> (TestServer, Peer) {
    let server = TestServer::start(app(module_path!())).await;
    let mut peer = server.connect().await;
    peer.subscribe("t", "/topic/**").await;
    peer.subscribe("e", "/user/queue/errors").await;
    (server, peer)
}

async fn check(table: &[(&str, &str, &str, &str)]) {
    let (_server, mut peer) = connected().await;
    for (destination, headers, body, expected) in table {
        peer.send_with(destination, headers, body).await;
        let message = peer.expect("MESSAGE").await;
        let heard = message.header("destination").unwrap_or_default();
        assert_eq!(
            format!("{heard} <- {}", message.text()),
            *expected,
            "{destination} {body}"
        );
    }
}

/// Rows: ARG-43, ARG-45, ARG-48, ARG-49, ARG-50, EXC-14
#[tokio::test]
async fn what_is_not_valid_is_answered_field_by_field() {
    check(&[
        (
            "/app/note",
            "",
            r#"{"sender":"ann","text":"hi","lines":[{"count":2}]}"#,
            "/topic/note <- ann Some(\"hi\") 2",
        ),
        (
            "/app/note",
            "",
            r#"{"sender":" ","text":"far too long to pass the check","lines":[{"count":1},{"count":0}]}"#,
            r#"/user/queue/errors <- {"lines[1].count":"lower than 1","sender":"must not be blank","text":"length is greater than 20"}"#,
        ),
        ("/app/span", "", r#"{"from":2,"to":5}"#, "/topic/span <- 3"),
        (
            "/app/span",
            "",
            r#"{"from":5,"to":2}"#,
            r#"/user/queue/errors <- {"":"from is behind to"}"#,
        ),
        ("/app/maybe", "", "", "/topic/maybe <- none"),
        ("/app/maybe", "", r#"{"sender":"ann"}"#, "/topic/maybe <- ann"),
        (
            "/app/maybe",
            "",
            r#"{"sender":""}"#,
            r#"/user/queue/errors <- {"sender":"must not be blank"}"#,
        ),
        (
            "/app/note",
            "",
            "",
            r#"/user/queue/errors <- {"":"Payload value must not be empty"}"#,
        ),
        (
            "/app/note",
            "",
            r#"{"text":"hi"}"#,
            "/user/queue/errors <- note: the body has no field `sender` (payload `note`)",
        ),
    ])
    .await;
}

/// Rows: ARG-08, ARG-11, ARG-52
#[tokio::test]
async fn the_application_makes_arguments_of_its_own_and_the_body_is_read_as_often_as_asked() {
    check(&[
        (
            "/app/tenant",
            "x-tenant:acme\n",
            "gr\u{fc}\u{df}",
            "/topic/tenant <- acme says gr\u{fc}\u{df} in 6 octets",
        ),
        (
            "/app/tenant",
            "",
            "hi",
            "/user/queue/errors <- tenant: the message is of no tenant",
        ),
        (
            "/app/tenant",
            "x-tenant:acme\ncontent-type:image/png\n",
            "hi",
            "/user/queue/errors <- tenant: a body of content type `image/png` is not accepted here (payload `text`)",
        ),
    ])
    .await;
}

/// Rows: ARG-12, ARG-13, ARG-15, ARG-28, ARG-33
#[tokio::test]
async fn headers_of_the_frame_and_of_the_message() {
    check(&[
        (
            "/app/headers/1,2",
            "x-a:one\nx-a:two, three\ncolor:red\ncontent-type:text/plain;charset=utf-8\n",
            "x",
            "/topic/headers <- [1, 2] [\"one\", \"two, three\"] one 7 [\"red\"] /app/headers/1,2 \
             text/plain;charset=utf-8 text/plain;charset=utf-8 MESSAGE 2",
        ),
        (
            "/app/headers/1",
            "x-a:\ncolor:\ncontent-type:text/plain\nx-n:8\n",
            "x",
            "/topic/headers <- [1] []  8 [] /app/headers/1 text/plain text/plain MESSAGE 1",
        ),
        (
            "/app/headers/1",
            "x-a:one\ncolor:red\n",
            "x",
            "/user/queue/errors <- headers: header `content-type` is missing",
        ),
        (
            "/app/headers/1,x",
            "x-a:one\ncolor:red\n",
            "x",
            "/user/queue/errors <- headers: destination variable `ids` is not valid (it is not a whole number)",
        ),
    ])
    .await;
}
