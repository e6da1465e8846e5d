//! The message itself.

use std::convert::Infallible;

use super::{ArgSpec, FromMessage, MessageContext, Rejection};
use crate::{Message, RouteMeta};

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

/// The handler that the message was for: its name, patterns, targets and place in the source. In an exception handler the
/// one that failed. Spring's `HandlerMethod`.
impl FromMessage for &'static RouteMeta {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        cx.route()
            .ok_or_else(|| Rejection::new("the message is for no handler"))
    }
}

impl From<Infallible> for Rejection {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
