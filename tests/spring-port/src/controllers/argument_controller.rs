//! `ArgumentController.java`

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;
use serde::Serialize;
use stomp_server::{MessageContext, prelude::*};
use uuid::Uuid;

use super::{color::Color, visit_counter::VisitCounter};
use crate::{event_log::EventLog, note::Note};

/// Everything a handler can ask for besides the payload.
#[derive(Debug, Component)]
pub(crate) struct ArgumentController {
    events: Arc<EventLog>,
}

#[controller]
impl ArgumentController {
    // --- #[header]

    #[message_mapping("/headers/required")]
    #[send_to("/topic/headers")]
    fn header_required(&self, #[header("x-a")] a: String) -> String {
        format!("x-a={a}")
    }

    #[message_mapping("/headers/optional")]
    #[send_to("/topic/headers")]
    fn header_optional(
        &self,
        #[header("x-a")] a: Option<String>,
        #[header("x-n", default = "7")] n: i32,
    ) -> String {
        format!("x-a={} x-n={n}", shown(a))
    }

    #[message_mapping("/headers/parameter-name")]
    #[send_to("/topic/headers")]
    fn header_parameter_name(&self, #[header] color: String) -> String {
        format!("color={color}")
    }

    #[message_mapping("/headers/maybe")]
    #[send_to("/topic/headers")]
    fn header_maybe(&self, #[header("x-a")] a: Option<String>, #[header("x-n")] n: Option<i32>) -> String {
        let n = n.map_or(0, |n| n.wrapping_add(1));
        format!("x-a={} x-n={n}", a.as_deref().unwrap_or("none"))
    }

    #[message_mapping("/headers/types/{type}")]
    #[send_to("/topic/headers")]
    fn header_types(
        &self,
        r#type: String,
        #[header("x-i")] i: Option<i32>,
        #[header("x-l")] l: Option<i64>,
        #[header("x-b", default = "false")] b: bool,
        #[header("x-c")] c: Option<Color>,
        #[header("x-d")] d: Option<f64>,
    ) -> String {
        let d = d.map(|d| format!("{d:?}"));
        format!("{type} {} {} {b} {} {}", shown(i), shown(l), shown(c), shown(d))
    }

    #[message_mapping("/headers/primitive")]
    #[send_to("/topic/headers")]
    fn header_primitive(&self, #[header("x-i")] i: i32) -> String {
        format!("x-i={i}")
    }

    #[message_mapping("/headers/list")]
    #[send_to("/topic/headers")]
    fn header_list(&self, #[header("x-a")] a: Vec<String>) -> Vec<String> {
        a
    }

    #[message_mapping("/headers/expression")]
    #[send_to("/topic/headers")]
    fn header_expression(&self, #[header("${oracle.header}", default = "21")] value: String) -> String {
        format!("value={value}")
    }

    #[message_mapping("/headers/known")]
    #[send_to("/topic/headers")]
    fn header_known(
        &self,
        #[header("destination")] destination: String,
        #[header("simpDestination")] simp: String,
        #[header("lookupDestination")] lookup: String,
        #[header("content-type")] text: String,
        #[header("contentType")] parsed: String,
        #[header("simpMessageType")] kind: String,
        #[header("simpSessionId")] session: String,
    ) -> [String; 7] {
        let session = if session.is_empty() {
            "no session"
        } else {
            "session"
        };
        [destination, simp, lookup, text, parsed, kind, session.to_owned()]
    }

    #[message_mapping("/headers/native-prefix")]
    #[send_to("/topic/headers")]
    fn headers_native_prefix(&self, #[header("nativeHeaders.x-a")] a: String) -> String {
        format!("x-a={a}")
    }

    // --- Headers, messages

    #[message_mapping("/headers/names")]
    #[send_to("/topic/headers")]
    fn header_names(&self, headers: Headers) -> String {
        names(&headers)
    }

    #[message_mapping("/headers/names/{n}")]
    #[send_to("/topic/headers")]
    fn header_names_variable(&self, headers: Headers) -> String {
        names(&headers)
    }

    #[message_mapping("/headers/native")]
    #[send_to("/topic/headers")]
    fn headers_native(&self, headers: Headers) -> BTreeMap<String, Vec<String>> {
        let mut native = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in headers.iter() {
            native.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        native
    }

    #[message_mapping("/message")]
    #[send_to("/topic/message")]
    fn message(
        &self,
        Payload(payload): Payload<Note>,
        message: Message,
        #[header("simpMessageType")] kind: String,
        _session: SessionId,
    ) -> Seen {
        Seen {
            payload,
            destination: message.destination.to_string(),
            kind,
            has_session: true,
            content_type: shown(message.content_type()),
        }
    }

    #[message_mapping("/message/string")]
    #[send_to("/topic/message")]
    fn message_string(&self, Payload(text): Payload<String>) -> String {
        format!("text {text}")
    }

    #[message_mapping("/message/raw")]
    #[send_to("/topic/message")]
    fn message_raw(&self, message: Message) -> String {
        format!("{} bytes", message.body.len())
    }

    // --- destination variables

    #[message_mapping("/types/long/{v}")]
    #[send_to("/topic/types")]
    fn type_long(&self, v: i64) -> String {
        format!("long {}", v.wrapping_add(1))
    }

    #[message_mapping("/types/boolean/{v}")]
    #[send_to("/topic/types")]
    fn type_boolean(&self, v: bool) -> String {
        format!("boolean {v}")
    }

    #[message_mapping("/types/double/{v}")]
    #[send_to("/topic/types")]
    fn type_double(&self, v: f64) -> String {
        if v.is_infinite() {
            // As Java writes it.
            return format!("double {}Infinity", if v < 0.0 { "-" } else { "" });
        }
        format!("double {v:?}")
    }

    #[message_mapping("/types/enum/{v}")]
    #[send_to("/topic/types")]
    fn type_enum(&self, v: Color) -> String {
        format!("enum {v}")
    }

    #[message_mapping("/types/uuid/{v}")]
    #[send_to("/topic/types")]
    fn type_uuid(&self, v: Uuid) -> String {
        format!("uuid {v}")
    }

    #[message_mapping("/types/date/{v}")]
    #[send_to("/topic/types")]
    fn type_date(&self, v: Date) -> Result<String, jiff::Error> {
        Ok(format!("date {}", v.tomorrow()?))
    }

    #[message_mapping("/types/list/{v}")]
    #[send_to("/topic/types")]
    fn type_list(&self, v: Vec<i32>) -> Vec<i32> {
        v
    }

    #[message_mapping("/types/char/{v}")]
    #[send_to("/topic/types")]
    fn type_char(&self, v: char) -> String {
        format!("char {v}")
    }

    /// Spring's also asks for a variable `w`, which the pattern does not have.
    #[message_mapping("/types/maybe/{v}")]
    #[send_to("/topic/types")]
    fn type_optional(&self, v: Option<i32>) -> String {
        format!("v {} w absent", v.unwrap_or(-1))
    }

    // --- the user and the session

    #[message_mapping("/principal")]
    #[send_to("/topic/principal")]
    fn principal(&self, principal: Option<Principal>) -> String {
        format!("user {}", principal.as_ref().map_or("null", Principal::name))
    }

    #[message_mapping("/principal/optional")]
    #[send_to("/topic/principal")]
    fn principal_optional(&self, principal: Option<Principal>) -> String {
        format!("user {}", principal.as_ref().map_or("nobody", Principal::name))
    }

    #[message_mapping("/session/count")]
    #[send_to("/topic/session/count")]
    fn session_count(&self, session: Session) -> i32 {
        let n = session.attribute::<i32>("n").unwrap_or_default() + 1;
        session.set_attribute("n", n);
        n
    }

    #[message_mapping("/session/room")]
    #[send_to("/topic/session/room")]
    fn session_room(&self, session: Session, call: MessageContext) -> String {
        let room = session.attribute::<String>("room");
        let bound = call.session().attribute::<String>("room") == room;
        format!("room {}, bound {bound}", shown(room))
    }

    #[message_mapping("/session/visits")]
    #[send_to("/topic/session/visits")]
    fn session_visits(&self, session: Session, user: Option<Principal>) -> u32 {
        VisitCounter::of(&session, &self.events).next(user)
    }
}

/// What `/message` saw.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    payload: Note,
    destination: String,
    #[serde(rename = "type")]
    kind: String,
    has_session: bool,
    content_type: String,
}

/// The value, or `null` as Java shows nothing.
fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

/// The names, each once, in order.
fn names(headers: &Headers) -> String {
    let names: BTreeSet<_> = headers.iter().map(|(name, _)| name).collect();
    names.into_iter().collect::<Vec<_>>().join(",")
}
