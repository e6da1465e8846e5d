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

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_state(_error: &IllegalState) -> &'static str {
    "illegal state"
}
