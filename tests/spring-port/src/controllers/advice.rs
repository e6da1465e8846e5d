//! `Advice.java`: free functions answer the exceptions of all controllers. The class's `@SendToUser` stands on each.

use stomp_server::{
    ConvertError, InvalidValue, MissingHeader, MissingVariable, ValidationError, ValidationErrors, prelude::*,
};

use crate::gate::Refused;

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
fn on_undelivered(error: &SendError) -> Option<&'static str> {
    Some(match error {
        SendError::Convert(_) => "unreadable or unwritable payload",
        SendError::NoDefaultDestination => "illegal state",
        SendError::Malformed => "illegal argument",
        // Java's interceptor throws a `MessagingException`, which is no `MessageDeliveryException` and stays as it is.
        SendError::Intercepted(cause) if cause.is::<Refused>() => return None,
        _ => "not delivered",
    })
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_state(_error: &IllegalState) -> &'static str {
    "illegal state"
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_invalid(errors: &ValidationErrors) -> String {
    // What concerns no field names none.
    let field = |error: &ValidationError| {
        format!("{} {}", error.field, error.message)
            .trim_start()
            .to_owned()
    };
    let mut fields: Vec<_> = errors.iter().map(field).collect();
    fields.sort();
    format!("invalid: [{}]", fields.join(", "))
}

/// Java's handler meets both as `MessageHandlingException`, and takes the name from its text.
#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_missing(error: &MissingHeader) -> String {
    format!("missing: header {}", error.name)
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_missing_variable(error: &MissingVariable) -> String {
    format!("missing: variable {}", error.name)
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_type(_error: &InvalidValue) -> &'static str {
    "value of another type"
}
