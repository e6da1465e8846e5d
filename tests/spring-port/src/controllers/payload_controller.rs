//! `PayloadController.java`

use std::collections::HashMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use stomp_server::{Valid, bytes::Bytes, prelude::*};

use super::{color::Color, instant::Instant};
use crate::note::Note;

/// Bodies, as the types that handlers declare. Java's lists and maps may hold nulls, on which some of its methods fail
/// unseen; here they send nothing.
#[derive(Debug, Component)]
pub(crate) struct PayloadController;

#[controller("/payload")]
#[send_to("/topic/payload")]
impl PayloadController {
    #[message_mapping("/optional")]
    fn optional(&self, note: Option<Payload<Note>>) -> Option<String> {
        note.map_or_else(|| Some("none".to_owned()), |Payload(note)| note.sender)
    }

    #[message_mapping("/maybe")]
    fn maybe(&self, note: Option<Payload<Note>>) -> String {
        let sender = note.and_then(|Payload(note)| note.sender);
        sender.unwrap_or_else(|| "none".to_owned())
    }

    #[message_mapping("/required")]
    fn required(&self, Payload(note): Payload<Note>) -> Option<String> {
        note.sender
    }

    #[message_mapping("/bare")]
    fn bare(&self, #[payload] note: Note) -> Option<String> {
        note.sender
    }

    #[message_mapping("/twice")]
    fn twice(&self, Payload(note): Payload<Note>, Payload(text): Payload<String>) -> String {
        let sender = note.sender.as_deref().unwrap_or("null");
        format!("{sender} {}", text.encode_utf16().count())
    }

    #[message_mapping("/valid")]
    fn valid(&self, Valid(Payload(note)): Valid<Payload<Note>>) -> String {
        format!("valid {}", note.sender.unwrap_or_default())
    }

    #[message_mapping("/validated")]
    fn validated(&self, Valid(Payload(note)): Valid<Payload<Note>>) -> String {
        format!("validated {}", note.sender.unwrap_or_default())
    }

    #[message_mapping("/string")]
    fn string(&self, Payload(text): Payload<String>) -> String {
        format!("[{text}]")
    }

    #[message_mapping("/string/optional")]
    fn string_optional(&self, text: Option<Payload<String>>) -> String {
        let text = text.map_or_else(|| "null".to_owned(), |Payload(text)| text);
        format!("[{text}]")
    }

    #[message_mapping("/bytes")]
    fn bytes(&self, Payload(bytes): Payload<Bytes>) -> String {
        format!("{} bytes", bytes.len())
    }

    /// What has no type is the bytes.
    #[message_mapping("/object")]
    fn object(&self, Payload(body): Payload<Bytes>) -> String {
        format!("raw {}", String::from_utf8_lossy(&body))
    }

    #[message_mapping("/int")]
    fn number(&self, Payload(n): Payload<i32>) -> i32 {
        n.wrapping_add(1)
    }

    #[message_mapping("/boolean")]
    fn flag(&self, Payload(b): Payload<bool>) -> bool {
        !b
    }

    #[message_mapping("/list")]
    fn list(&self, Payload(numbers): Payload<Vec<Option<i32>>>) -> Option<i32> {
        let mut numbers = numbers.into_iter();
        numbers.try_fold(0, |sum: i32, n| Some(sum.wrapping_add(n?)))
    }

    #[message_mapping("/array")]
    fn array(&self, Payload(words): Payload<Vec<Option<String>>>) -> String {
        let words: Vec<_> = words
            .iter()
            .map(|word| word.as_deref().unwrap_or("null"))
            .collect();
        words.join("+")
    }

    #[message_mapping("/map")]
    fn map(&self, Payload(mut notes): Payload<HashMap<String, Option<Note>>>) -> Option<String> {
        notes.remove("first")??.sender
    }

    #[message_mapping("/tree")]
    fn tree(&self, Payload(tree): Payload<serde_json::Value>) -> serde_json::Value {
        tree
    }

    #[message_mapping("/enum")]
    fn color(&self, Payload(color): Payload<Color>) -> Color {
        color
    }

    #[message_mapping("/typed")]
    fn typed(&self, Payload(typed): Payload<Typed>) -> Typed {
        typed
    }

    #[message_mapping("/optional-string")]
    fn optional_string(&self, text: Option<Payload<String>>) -> String {
        text.map_or_else(|| "none".to_owned(), |Payload(text)| format!("some {text}"))
    }
}

/// A property of every kind; Java's primitive ones are never null, the others may be.
#[derive(Debug, Serialize, Deserialize)]
struct Typed {
    #[serde(default)]
    whole: i32,
    #[serde(default)]
    big: i64,
    #[serde(default)]
    real: f64,
    #[serde(default)]
    flag: bool,
    color: Option<Color>,
    day: Option<Date>,
    at: Option<Instant>,
    maybe: Option<String>,
    words: Option<Vec<Option<String>>>,
    note: Option<Note>,
}
