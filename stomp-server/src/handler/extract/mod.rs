//! What handlers can take as arguments.

mod destination_variable;
mod error;
mod header;
mod message;
mod message_header;
mod payload;
mod principal;
mod session;
mod state;
mod validated;
mod validation_errors;

use std::future::Future;

pub use self::{
    destination_variable::{DestinationVariable, FromDestinationVariable, variable, variable_list},
    error::{InvalidValue, MissingHeader, MissingVariable, ValuePlace},
    header::{Header, HeaderList},
    payload::{MessageBody, Payload},
    session::SessionAttribute,
    state::State,
    validated::{Valid, Validate},
    validation_errors::{ValidationError, ValidationErrors},
};
use super::{
    context::MessageContext,
    error::Rejection,
    route::{ArgSpec, Describe},
    services::Requirements,
};

/// A type that a handler can take as an argument: it is made from the message, its session or the application's state.
///
/// Nothing is consumed, so arguments come in any order and two may read the same thing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something a STOMP handler can take as an argument",
    label = "not an extractor",
    note = "to read the message body take `Payload<{Self}>`; to read a header take `Header<{Self}>`",
    note = "to bind a variable of the destination give the argument the variable's name: `room_id` for `/chat/{{room_id}}`"
)]
pub trait FromMessage: Sized + Send {
    /// Does it read the destination variable of the argument's own name? Checked against the mapping at compile time.
    const VARIABLE: bool = false;

    /// Says which values the application must have, so that their absence is found while it is built.
    fn requirements(requirements: &mut Requirements) {
        let _ = requirements;
    }

    /// Says what it reads, as data.
    fn describe(describe: &mut Describe) {
        let _ = describe;
    }

    /// Says what must hold of a name or default that was written down for the argument.
    #[doc(hidden)]
    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        let _ = (requirements, arg);
    }

    /// Takes the argument from a message.
    fn from_message(
        cx: &MessageContext,
        arg: &'static ArgSpec,
    ) -> impl Future<Output = Result<Self, Rejection>> + Send;
}

/// A type that a handler can take as `Option<Self>`: absent is `None`, malformed is still refused.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` is not something a STOMP handler can take as an argument",
    label = "`{Self}` cannot be optional",
    note = "to treat every refusal alike take `Result<{Self}, Rejection>`"
)]
pub trait OptionalFromMessage: Sized + Send {
    /// As [`FromMessage::VARIABLE`].
    const VARIABLE: bool = false;

    /// As [`FromMessage::requirements`].
    fn requirements(requirements: &mut Requirements) {
        let _ = requirements;
    }

    /// As [`FromMessage::describe`].
    fn describe(describe: &mut Describe) {
        let _ = describe;
    }

    #[doc(hidden)]
    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        let _ = (requirements, arg);
    }

    /// Takes the argument from a message, if it is there.
    fn from_message_optional(
        cx: &MessageContext,
        arg: &'static ArgSpec,
    ) -> impl Future<Output = Result<Option<Self>, Rejection>> + Send;
}

impl<T: OptionalFromMessage> FromMessage for Option<T> {
    const VARIABLE: bool = T::VARIABLE;

    fn requirements(requirements: &mut Requirements) {
        T::requirements(requirements);
    }

    fn describe(describe: &mut Describe) {
        T::describe(describe);
    }

    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        T::declared(requirements, arg);
    }

    async fn from_message(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Self, Rejection> {
        T::from_message_optional(cx, arg).await
    }
}

/// The handler decides what to do about a refusal.
impl<T: FromMessage> FromMessage for Result<T, Rejection> {
    const VARIABLE: bool = T::VARIABLE;

    fn requirements(requirements: &mut Requirements) {
        T::requirements(requirements);
    }

    fn describe(describe: &mut Describe) {
        T::describe(describe);
    }

    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        T::declared(requirements, arg);
    }

    async fn from_message(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(T::from_message(cx, arg).await)
    }
}

/// The parts of a list that came as one text: between commas, without the blanks around them. No text has no parts.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let parts = (!text.is_empty()).then(|| text.split(',').map(str::trim));
    parts.into_iter().flatten()
}
