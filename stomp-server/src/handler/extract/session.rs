//! The session and what is kept with it.

use super::{ArgSpec, FromMessage, MessageContext, OptionalFromMessage, Rejection};
use crate::{Session, SessionId};

impl FromMessage for Session {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(cx.session().clone())
    }
}

impl FromMessage for SessionId {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(cx.session().id())
    }
}

/// A copy of the value of type `T` that was kept with [`Session::insert`].
///
/// ```
/// use stomp_server::prelude::*;
///
/// #[derive(Clone)]
/// struct Nickname(String);
///
/// #[message_mapping("/call-me/<name>")]
/// async fn call_me(name: String, session: Session) {
///     session.insert(Nickname(name));
/// }
///
/// // Refused in a session that has sent nothing to /app/call-me yet; `Option<SessionAttribute<…>>` is not.
/// #[message_mapping("/who-am-i")]
/// async fn who_am_i(SessionAttribute(nickname): SessionAttribute<Nickname>) -> String {
///     nickname.0
/// }
///
/// assert!(StompServer::builder().scope(module_path!()).build().is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionAttribute<T>(pub T);

impl<T: Clone + Send + Sync + 'static> FromMessage for SessionAttribute<T> {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        let kept = cx.session().get().map(Self);
        kept.ok_or_else(|| Rejection::new("the session is not yet ready for this message"))
    }
}

impl<T: Clone + Send + Sync + 'static> OptionalFromMessage for SessionAttribute<T> {
    async fn from_message_optional(
        cx: &MessageContext,
        _: &'static ArgSpec,
    ) -> Result<Option<Self>, Rejection> {
        Ok(cx.session().get().map(Self))
    }
}
