//! The body of a message.

use std::any::type_name;

use serde::de::DeserializeOwned;

use super::{
    ArgSpec, Describe, FromMessage, MessageContext, OptionalFromMessage, Rejection, ValidationErrors,
};

/// The body, read by the application's converters: text for `String`, the bytes for `Bytes` and `Vec<u8>`, JSON for
/// everything else. Spring's `@Payload`.
///
/// A body is required, as in Spring: without one the message is refused with [`ValidationErrors`]. Take
/// `Option<Payload<T>>` where it may be absent. A body that cannot be read is refused with a
/// [`ConvertError`](crate::ConvertError).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Payload<T>(pub T);

/// What [`Payload`] can read: everything that implements `serde::Deserialize` and borrows nothing.
#[diagnostic::on_unimplemented(
    message = "the body of a message cannot be read as `{Self}`",
    label = "not readable from a message body",
    note = "derive `serde::Deserialize` for `{Self}`"
)]
pub trait MessageBody: DeserializeOwned + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> MessageBody for T {}

impl<T: MessageBody> FromMessage for Payload<T> {
    fn describe(describe: &mut Describe) {
        describe.payload = Some(type_name::<T>());
    }

    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        let message = cx.message();
        if message.body.is_empty() {
            return Err(Rejection::of_payload("the body is empty").because(ValidationErrors::empty_payload()));
        }
        let read = cx.converters().read(&message.body, message.content_type());
        read.map(Self)
            .map_err(|error| Rejection::of_payload(error.client_message()).because(error))
    }
}

impl<T: MessageBody> OptionalFromMessage for Payload<T> {
    fn describe(describe: &mut Describe) {
        <Self as FromMessage>::describe(describe);
    }

    async fn from_message_optional(
        cx: &MessageContext,
        arg: &'static ArgSpec,
    ) -> Result<Option<Self>, Rejection> {
        if cx.message().body.is_empty() {
            return Ok(None);
        }
        Self::from_message(cx, arg).await.map(Some)
    }
}
