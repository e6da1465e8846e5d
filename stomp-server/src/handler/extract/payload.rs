//! The body of a message.

use std::any::type_name;

use serde::de::DeserializeOwned;

use super::{ArgSpec, Describe, FromMessage, MessageContext, OptionalFromMessage, Rejection};

/// The body, read by the application's converters: text for `String`, the bytes for `Bytes` and `Vec<u8>`, JSON for
/// everything else. Spring's `@Payload`.
///
/// An empty body is an empty `String` or no bytes; for all other types it is absent. (Spring refuses it for every
/// type.)
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
        let read = cx.converters().read(&message.body, message.content_type());
        read.map(Self)
            .map_err(|error| Rejection::new(error.client_message()).because(error))
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
