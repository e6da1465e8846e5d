//! What happens to sessions, for `#[event_listener]`.

use std::{any::Any, sync::Arc};

use crate::{CloseReason, Session};

/// Something that `#[event_listener]` functions can listen to. Implemented for the session events of this crate; an
/// application may implement it for its own.
pub trait ApplicationEvent: Any + Send + Sync {}

/// A session was accepted: CONNECTED is on its way.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionConnectedEvent {
    session: Session,
}

/// The broker has a subscription. Does not come for a SUBSCRIBE that a `#[subscribe_mapping]` handler answers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionSubscribeEvent {
    session: Session,
    subscription: Arc<str>,
    destination: Arc<str>,
}

/// A subscription was ended by its client's UNSUBSCRIBE. Does not come for those that end with their session: see
/// [`SessionDisconnectEvent`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionUnsubscribeEvent {
    session: Session,
    subscription: Arc<str>,
    destination: Arc<str>,
}

/// A session has ended, in whatever way. Comes exactly once for each [`SessionConnectedEvent`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionDisconnectEvent {
    session: Session,
    reason: CloseReason,
}

impl ApplicationEvent for SessionConnectedEvent {}
impl ApplicationEvent for SessionSubscribeEvent {}
impl ApplicationEvent for SessionUnsubscribeEvent {}
impl ApplicationEvent for SessionDisconnectEvent {}

impl SessionConnectedEvent {
    /// Says that `session` was accepted.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self { session }
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }
}

impl SessionSubscribeEvent {
    /// Says that `session` is now subscribed to `destination` as `subscription`.
    #[must_use]
    pub fn new(session: Session, subscription: Arc<str>, destination: Arc<str>) -> Self {
        Self {
            session,
            subscription,
            destination,
        }
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The client's name for the subscription.
    #[must_use]
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// The destination as the client wrote it.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }
}

impl SessionUnsubscribeEvent {
    /// Says that `subscription` of `session` has ended.
    #[must_use]
    pub fn new(session: Session, subscription: Arc<str>, destination: Arc<str>) -> Self {
        Self {
            session,
            subscription,
            destination,
        }
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The client's name for the subscription.
    #[must_use]
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// The destination as the client wrote it.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }
}

impl SessionDisconnectEvent {
    /// Says that `session` has ended.
    #[must_use]
    pub fn new(session: Session, reason: CloseReason) -> Self {
        Self { session, reason }
    }

    /// The session; its attributes can still be read.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Why it ended.
    #[must_use]
    pub fn reason(&self) -> CloseReason {
        self.reason
    }
}
