//! The variables of a destination.

use std::str::FromStr;

use super::{
    ArgSpec, FromMessage, InvalidValue, MessageContext, MissingVariable, OptionalFromMessage, Rejection,
    ValuePlace,
};
use crate::BoxError;

/// The destination variable that the argument is named after, read with [`FromStr`].
///
/// `room_id: RoomId` beside `{room_id}` or `{roomId}` means the same; this spelling is for aliases and wrappers. An
/// exception handler says `#[destination_variable] room_id: RoomId` or this: it has the variables of the message that
/// failed. A `Vec<T>` named after a variable is what stands between commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DestinationVariable<T>(pub T);

/// What a destination variable can be turned into: everything that implements [`FromStr`].
#[diagnostic::on_unimplemented(
    message = "a destination variable cannot be turned into `{Self}`",
    label = "this argument has the name of a destination variable",
    note = "implement `FromStr` for `{Self}`, or rename the argument if it was not meant to be the variable"
)]
pub trait FromDestinationVariable: Sized + Send {
    /// Reads the text.
    ///
    /// # Errors
    ///
    /// Those of [`FromStr`].
    fn from_variable(text: &str) -> Result<Self, BoxError>;
}

#[diagnostic::do_not_recommend]
impl<T> FromDestinationVariable for T
where
    T: FromStr + Send,
    T::Err: Into<BoxError>,
{
    fn from_variable(text: &str) -> Result<Self, BoxError> {
        text.parse().map_err(Into::into)
    }
}

impl<T: FromDestinationVariable> FromMessage for DestinationVariable<T> {
    const VARIABLE: bool = true;

    async fn from_message(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Self, Rejection> {
        variable(cx, name(arg)).map(Self)
    }
}

impl<T: FromDestinationVariable> OptionalFromMessage for DestinationVariable<T> {
    const VARIABLE: bool = true;

    async fn from_message_optional(
        cx: &MessageContext,
        arg: &'static ArgSpec,
    ) -> Result<Option<Self>, Rejection> {
        optional_variable(cx, name(arg)).map(|value| value.map(Self))
    }
}

fn name(arg: &ArgSpec) -> &'static str {
    arg.variable.unwrap_or(arg.name)
}

/// The variable `name` of the destination. Called by the expansion for arguments that are named after a variable.
#[doc(hidden)]
pub fn variable<T: FromDestinationVariable>(cx: &MessageContext, name: &str) -> Result<T, Rejection> {
    optional_variable(cx, name)?.ok_or_else(|| missing(name))
}

/// The same for a `Vec`: what stands between commas, as in Spring.
#[doc(hidden)]
pub fn variable_list<T: FromDestinationVariable>(
    cx: &MessageContext,
    name: &str,
) -> Result<Vec<T>, Rejection> {
    let text = cx.variable(name).ok_or_else(|| missing(name))?;
    super::split(text).map(|text| parse(name, text)).collect()
}

fn optional_variable<T: FromDestinationVariable>(
    cx: &MessageContext,
    name: &str,
) -> Result<Option<T>, Rejection> {
    cx.variable(name).map(|text| parse(name, text)).transpose()
}

fn parse<T: FromDestinationVariable>(name: &str, text: &str) -> Result<T, Rejection> {
    T::from_variable(text)
        .map_err(|error| InvalidValue::new(ValuePlace::DestinationVariable, name, error).into())
}

fn missing(name: &str) -> Rejection {
    let name = name.to_owned();
    MissingVariable { name }.into()
}
