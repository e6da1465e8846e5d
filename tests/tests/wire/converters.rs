//! Content types: an application's own, strict chains, chains without the defaults.

use serde::{Deserialize, Serialize};
use stomp_server::{
    BoxError, ConvertError, Converters, MessageContext, MessageConverter, Outgoing, erased_serde, prelude::*,
};
use stomp_tests::server::{TestServer, app};

#[derive(Serialize, Deserialize)]
struct Note {
    sender: String,
    text: String,
    count: u32,
}

/// `ann;hi;3`
struct Notes;

impl MessageConverter for Notes {
    fn media_types(&self) -> &[&'static str] {
        &["application/x-note"]
    }

    fn read(
        &self,
        body: &[u8],
        read: &mut dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error>,
    ) -> Result<(), BoxError> {
        let parts: Vec<_> = std::str::from_utf8(body)?.split(';').collect();
        let [sender, text, count] = parts[..] else {
            return Err("a note has three parts".into());
        };
        let count: u32 = count.parse()?;
        let note = serde_json::json!({ "sender": sender, "text": text, "count": count });
        Ok(read(&mut <dyn erased_serde::Deserializer<'_>>::erase(note))?)
    }

    fn write(&self, value: &dyn erased_serde::Serialize) -> Result<Vec<u8>, BoxError> {
        let Note { sender, text, count } = serde_json::from_value(serde_json::to_value(value)?)?;
        Ok(format!("{sender};{text};{count}").into_bytes())
    }
}

#[message_mapping("/note")]
#[send_to("/topic/custom")]
async fn note(Payload(note): Payload<Note>) -> Note {
    Note {
        count: note.count + 1,
        ..note
    }
}

#[message_mapping("/as-note")]
#[send_to("/topic/custom")]
async fn as_note(Payload(note): Payload<Note>, cx: MessageContext) -> Result<Outgoing, ConvertError> {
    let body = cx.converters().write_as(&note, "application/x-note")?;
    Ok(Outgoing::new(body).with_content_type("application/x-note"))
}

#[message_mapping("/as/{kind}/{sub}")]
#[send_to("/topic/custom")]
async fn text_as(
    kind: String,
    sub: String,
    Payload(text): Payload<String>,
    cx: MessageContext,
) -> Result<Outgoing, ConvertError> {
    let content_type = format!("{kind}/{sub}");
    let body = cx.converters().write_as(&text, &content_type)?;
    Ok(Outgoing::new(body).with_content_type(content_type))
}

#[message_mapping("/bytes")]
#[send_to("/topic/custom")]
async fn bytes(Payload(body): Payload<Vec<u8>>) -> Vec<u8> {
    body
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn unreadable(error: &ConvertError) -> Outgoing {
    Outgoing::new(error.client_message().into_owned())
}

const JSON: &str = r#"{"sender":"ann","text":"hi","count":3}"#;

/// Each message sent, with its content type, and what comes back, with its own.
async fn check(converters: Converters, table: &[(&str, &str, &str, &str, &str)]) {
    let server = TestServer::start(app(module_path!()).converters(converters)).await;
    let mut peer = server.connect().await;
    peer.subscribe("t", "/topic/custom").await;
    peer.subscribe("e", "/user/queue/errors").await;
    for (destination, content_type, body, answered, expected) in table {
        let headers = match *content_type {
            "" => String::new(),
            content_type => format!("content-type:{content_type}\n"),
        };
        peer.send_with(destination, &headers, body).await;
        let message = peer.expect("MESSAGE").await;
        assert_eq!(message.text(), *expected, "{destination} {content_type}");
        assert_eq!(
            message.header("content-type").unwrap_or_default(),
            *answered,
            "{destination} {content_type}"
        );
    }
}

/// Rows: CONV-02, CONV-03, CONV-05, CONV-18
#[tokio::test]
async fn an_own_content_type_goes_both_ways() {
    check(
        Converters::new().with(Notes),
        &[
            (
                "/app/note",
                "application/x-note",
                "ann;hi;3",
                "application/json",
                r#"{"sender":"ann","text":"hi","count":4}"#,
            ),
            (
                "/app/as-note",
                "application/json",
                JSON,
                "application/x-note",
                "ann;hi;3",
            ),
            ("/app/as-note", "", JSON, "application/x-note", "ann;hi;3"),
            (
                "/app/as-note",
                "Application/X-Note; v=1",
                "ann;hi;3",
                "application/x-note",
                "ann;hi;3",
            ),
            (
                "/app/note",
                "application/x-note",
                "ann;hi",
                "",
                "the body is malformed",
            ),
            (
                "/app/note",
                "application/x-other",
                "ann;hi;3",
                "",
                "a body of content type `application/x-other` is not accepted here",
            ),
        ],
    )
    .await;
}

/// Rows: CONV-08, CONV-14, CONV-15
#[tokio::test]
async fn a_content_type_that_is_asked_for_decides_how_a_text_is_written() {
    check(
        Converters::new(),
        &[
            (
                "/app/as/application/json",
                "text/plain",
                "say \"x\"",
                "application/json",
                r#""say \"x\"""#,
            ),
            ("/app/as/text/plain", "", "x", "text/plain", "x"),
            (
                "/app/as/text/html",
                "",
                "x",
                "",
                "no converter writes such a value as `text/html`",
            ),
            (
                "/app/note",
                "text/plain",
                JSON,
                "",
                "a body of content type `text/plain` is not accepted here",
            ),
            ("/app/bytes", "text/html", "x", "application/octet-stream", "x"),
        ],
    )
    .await;
}

/// Rows: CONV-02, CONV-04, CONV-07
#[tokio::test]
async fn strict_chains_and_chains_without_the_defaults() {
    let refused = "the content type of the body is not accepted here";
    check(
        Converters::new().strict(),
        &[
            ("/app/as/text/plain", "", "x", "", refused),
            ("/app/as/text/plain", "text/plain", "x", "text/plain", "x"),
        ],
    )
    .await;
    check(
        Converters::new()
            .with(Notes)
            .with_default_content_type("application/x-note"),
        &[("/app/as-note", "", "ann;hi;3", "application/x-note", "ann;hi;3")],
    )
    .await;
    check(
        Converters::new().without_defaults().with(Notes),
        &[
            (
                "/app/note",
                "application/x-note",
                "ann;hi;3",
                "application/x-note",
                "ann;hi;4",
            ),
            (
                "/app/note",
                "application/json",
                JSON,
                "",
                "a body of content type `application/json` is not accepted here",
            ),
        ],
    )
    .await;
}

/// Rows: CONV-03, CONV-19
#[tokio::test]
async fn a_content_type_that_is_none_ends_the_session() {
    let server = TestServer::of(module_path!()).await;
    for content_type in [
        "text//plain",
        "text",
        "",
        "text/pl ain",
        "*/plain",
        "text/plain;a=b c",
    ] {
        let mut peer = server.connect().await;
        peer.send_with("/topic/t", &format!("content-type:{content_type}\n"), "x")
            .await;
        peer.expect_error("malformed", 1002).await;
    }
}
