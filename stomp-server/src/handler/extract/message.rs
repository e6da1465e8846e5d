//! The message itself.

use std::convert::Infallible;

use super::{ArgSpec, FromMessage, MessageContext, Rejection};
use crate::Message;

/// The whole message, headers and body as they came. Spring's `Message<byte[]>`.
impl FromMessage for Message {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(Self::clone(cx.message()))
    }
}

/// Everything there is to know about the call.
impl FromMessage for MessageContext {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(cx.clone())
    }
}

impl From<Infallible> for Rejection {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
