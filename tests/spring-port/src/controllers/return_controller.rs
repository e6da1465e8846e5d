//! `ReturnController.java`

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::date};
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};
use stomp_server::{ConvertError, Converters, IntoReply, Reply, bytes::Bytes, prelude::*};
use uuid::Uuid;

use super::{color::Color, instant::Instant, room_gone::RoomGone};
use crate::note::Note;

/// What handlers return, and where it goes.
#[derive(Debug, Component)]
pub(crate) struct ReturnController;

#[controller]
impl ReturnController {
    #[message_mapping("/echo/default")]
    fn echo_default(&self, Payload(note): Payload<Note>) -> Note {
        note
    }

    #[message_mapping("/echo/default/{id}")]
    fn echo_default_variable(&self, id: String) -> String {
        format!("id {id}")
    }

    #[message_mapping("/echo/empty-send-to")]
    #[send_to]
    fn empty_send_to(&self, Payload(text): Payload<String>) -> String {
        text
    }

    #[message_mapping("/echo/string")]
    #[send_to("/topic/echo/string")]
    fn echo_string(&self, Payload(text): Payload<String>) -> String {
        format!("heard: {text}")
    }

    #[message_mapping("/echo/blank")]
    #[send_to("/topic/echo/blank")]
    fn blank(&self, Payload(_): Payload<String>) -> &'static str {
        ""
    }

    #[message_mapping("/echo/bytes")]
    #[send_to("/topic/echo/bytes")]
    fn echo_bytes(&self, Payload(bytes): Payload<Bytes>) -> Bytes {
        bytes
    }

    #[message_mapping("/echo/number")]
    #[send_to("/topic/echo/number")]
    fn echo_number(&self, Payload(note): Payload<Note>) -> Option<i32> {
        note.count.map(|count| count.wrapping_add(1))
    }

    #[message_mapping("/echo/list")]
    #[send_to("/topic/echo/list")]
    fn echo_list(&self, Payload(notes): Payload<Vec<Option<Note>>>) -> Vec<Option<Note>> {
        notes
    }

    #[message_mapping("/echo/map")]
    #[send_to("/topic/echo/map")]
    fn echo_map(&self, Payload(map): Payload<Map<String, Value>>) -> Map<String, Value> {
        map
    }

    #[message_mapping("/echo/void")]
    #[send_to("/topic/echo/void")]
    fn echo_void(&self, Payload(_): Payload<Note>) {}

    #[message_mapping("/echo/null")]
    #[send_to("/topic/echo/null")]
    fn echo_null(&self, Payload(_): Payload<Note>) -> Option<Note> {
        None
    }

    /// Spring writes a returned `Message` as an object.
    #[message_mapping("/echo/message")]
    #[send_to("/topic/echo/message")]
    fn echo_message(&self, Payload(payload): Payload<String>) -> Wrapped {
        Wrapped {
            payload,
            headers: BTreeMap::from([("kind", "wrapped")]),
        }
    }

    #[message_mapping("/no-slash-send-to")]
    #[send_to("topic/no-slash")]
    fn no_slash(&self, Payload(text): Payload<String>) -> String {
        text
    }

    #[message_mapping("/no-slash-send-to-user")]
    #[send_to_user("queue/reply")]
    fn no_slash_user(&self, Payload(text): Payload<String>) -> String {
        text
    }

    #[message_mapping("/placeholder/{a}")]
    #[send_to("/topic/placeholder/{a}")]
    fn placeholder(&self, Payload(text): Payload<String>) -> String {
        text
    }

    #[message_mapping("/placeholder/{a}/{b}")]
    #[send_to("/topic/placeholder/{b}/{a}", "/topic/placeholder/{a}-{b}")]
    fn placeholders(&self, Payload(text): Payload<String>) -> String {
        text
    }

    #[message_mapping("/future/ok")]
    #[send_to("/topic/future")]
    async fn future(&self, Payload(text): Payload<String>) -> String {
        work().await;
        format!("later: {text}")
    }

    #[message_mapping("/future/note")]
    async fn future_note(&self, Payload(note): Payload<Note>) -> Note {
        work().await;
        note
    }

    #[message_mapping("/future/void")]
    #[send_to("/topic/future")]
    async fn future_void(&self, Payload(_): Payload<String>) {
        work().await;
    }

    #[message_mapping("/future/fails")]
    #[send_to("/topic/future")]
    async fn future_fails(&self, Payload(text): Payload<String>) -> Result<String, RoomGone> {
        work().await;
        Err(RoomGone(text))
    }

    /// Fails without waiting.
    #[message_mapping("/future/fails-plainly")]
    #[send_to("/topic/future")]
    async fn future_fails_plainly(&self, Payload(text): Payload<String>) -> Result<String, RoomGone> {
        Err(RoomGone(text))
    }

    #[message_mapping("/future/user")]
    #[send_to_user("/queue/reply", broadcast = false)]
    async fn future_user(&self, Payload(text): Payload<String>) -> String {
        work().await;
        format!("later: {text}")
    }

    /// Java's `Optional` is no text, so it leaves as JSON, `null` where it is empty.
    #[message_mapping("/optional")]
    #[send_to("/topic/optional")]
    fn optional(&self, Payload(text): Payload<String>) -> Result<Outgoing, ConvertError> {
        Outgoing::json(&(text != "none").then_some(text))
    }

    #[message_mapping("/optional/note")]
    #[send_to("/topic/optional")]
    fn optional_note(&self, Payload(note): Payload<Note>) -> Option<Note> {
        Some(note)
    }

    #[message_mapping("/view/public")]
    #[send_to("/topic/view")]
    fn view_public(&self, Payload(name): Payload<String>) -> Public {
        Public { name }
    }

    #[message_mapping("/view/secret")]
    #[send_to("/topic/view")]
    fn view_secret(&self, Payload(name): Payload<String>) -> Secret {
        Secret {
            name,
            pin: "1234".to_owned(),
        }
    }

    #[message_mapping("/values/{kind}")]
    #[send_to("/topic/values")]
    fn value(&self, kind: String) -> Result<AnyValue, ValueError> {
        Ok(match kind.as_str() {
            "true" => json_value(true)?,
            "long" => json_value(9_007_199_254_740_993_i64)?,
            "double" => json_value(1.5)?,
            "whole" => json_value(2.0)?,
            "decimal" => AnyValue::Json(RawValue::from_string("10.50".to_owned())?),
            "char" => json_value('x')?,
            "enum" => json_value(Color::DarkRed)?,
            "array" => json_value([1, 2, 3])?,
            "bytes" => AnyValue::Bytes(Bytes::from_static(&[1, 2, 3])),
            "uuid" => json_value(Uuid::from_u64_pair(1, 2))?,
            "date" => json_value(date(2024, 2, 29))?,
            "time" => json_value(date(2024, 2, 29).at(13, 5, 0, 0))?,
            "instant" => json_value(Instant(Timestamp::new(1_700_000_000, 120_000_000)?))?,
            "duration" => json_value(SignedDuration::from_secs(90))?,
            "empty-list" => json_value(Value::Array(Vec::new()))?,
            "nulls" => json_value(Note {
                sender: Some("ann".to_owned()),
                text: None,
                count: None,
            })?,
            "map" => json_value(json!({"z": 1, "a": null, "sub": [{"k": "v"}]}))?,
            _ => AnyValue::Null,
        })
    }
}

/// A task that is not done at once, where Spring's application has a thread pool.
async fn work() {
    tokio::task::yield_now().await;
}

/// A message within the body.
#[derive(Debug, Serialize)]
struct Wrapped {
    payload: String,
    headers: BTreeMap<&'static str, &'static str>,
}

/// `Account` in the view `Public`. A view is a type.
#[derive(Debug, Serialize)]
struct Public {
    name: String,
}

/// `Account` in the view `Secret`, which is all of `Public` and more.
#[derive(Debug, Serialize)]
struct Secret {
    name: String,
    pin: String,
}

/// Java's `Object`: what it is shows when it is sent.
#[derive(Debug)]
enum AnyValue {
    Json(Box<RawValue>),
    Bytes(Bytes),
    Null,
}

/// A value that cannot be written.
#[derive(Debug, thiserror::Error)]
enum ValueError {
    #[error("not JSON")]
    Json(#[from] serde_json::Error),
    #[error("not a point in time")]
    Time(#[from] jiff::Error),
}

fn json_value<T: Serialize>(value: T) -> Result<AnyValue, ValueError> {
    Ok(AnyValue::Json(serde_json::value::to_raw_value(&value)?))
}

impl IntoReply for AnyValue {
    fn into_reply(self, converters: &Converters) -> Result<Reply, HandlerError> {
        match self {
            Self::Json(json) => Outgoing::json(&json)
                .map(Reply::Message)
                .map_err(HandlerError::reply),
            Self::Bytes(bytes) => bytes.into_reply(converters),
            Self::Null => Ok(Reply::Nothing),
        }
    }
}
