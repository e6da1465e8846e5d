//! `Advice.java`: free functions answer the exceptions of all controllers. The class's `@SendToUser` stands on each.

use stomp_server::{ConvertError, prelude::*};

use super::{
    exceptions::{IllegalState, UnsupportedOperation},
    room_gone::RoomGone,
};

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_unsupported(error: &UnsupportedOperation) -> String {
    format!("global: {error}")
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_room_gone(error: &RoomGone) -> String {
    format!("global: {error}")
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_conversion(_error: &ConvertError) -> &'static str {
    "unreadable or unwritable payload"
}

/// `onUndelivered(MessageDeliveryException)`, and what else a template says of a message that it cannot send.
#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_undelivered(error: &SendError) -> &'static str {
    match error {
        SendError::Convert(_) => "unreadable or unwritable payload",
        SendError::NoDefaultDestination => "illegal state",
        SendError::Malformed => "illegal argument",
        _ => "not delivered",
    }
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_state(_error: &IllegalState) -> &'static str {
    "illegal state"
}

/// An error that the advice does not know either.
#[derive(Debug, thiserror::Error)]
#[error("no handler answers it")]
struct Unanswered;

/// `onMissing(MessageHandlingException)` and `onType(ConversionException)`: what is wrong with an argument is told in
/// the error's words for clients. Handlers of every error are asked last.
#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_argument(error: &HandlerError) -> Result<String, Unanswered> {
    if !error.is_extraction() {
        return Err(Unanswered);
    }
    let text = error.client_message();
    Ok(match text.strip_suffix(" is missing") {
        Some(what) => format!("missing: {}", what.replace('`', "")),
        None => "value of another type".to_owned(),
    })
}
