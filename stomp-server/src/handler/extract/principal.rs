//! The user.

use super::{ArgSpec, FromMessage, MessageContext, OptionalFromMessage, Rejection};
use crate::Principal;

/// The session's user; a session without one is refused. Take `Option<Principal>` where anybody may come.
impl FromMessage for Principal {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        cx.principal().ok_or_else(|| Rejection::new("not authenticated"))
    }
}

impl OptionalFromMessage for Principal {
    async fn from_message_optional(
        cx: &MessageContext,
        _: &'static ArgSpec,
    ) -> Result<Option<Self>, Rejection> {
        Ok(cx.principal())
    }
}
