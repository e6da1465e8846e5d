//! What happens to sessions and to the broker, for `#[event_listener]`.

use std::{any::Any, sync::Arc};

use crate::{CloseReason, Headers, Session};

/// Something that `#[event_listener]` functions can listen to. Implemented for the events of this crate; an application
/// may implement it for its own, and publish those through
/// [`ApplicationEventPublisher`](crate::ApplicationEventPublisher).
pub trait ApplicationEvent: Any + Send + Sync {}

/// A client's CONNECT was accepted, by the authenticator if there is one. Comes right before
/// [`SessionConnectedEvent`], never after it, and not for a CONNECT that was refused.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionConnectEvent {
    session: Session,
    headers: Arc<Headers>,
}

/// A session was accepted: CONNECTED is on its way.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionConnectedEvent {
    session: Session,
    connect_headers: Arc<Headers>,
}

/// A subscription is live: the broker has it, or the `#[subscribe_mapping]` handler that answers it has returned. Comes
/// also for one that nobody serves, where [`ignore_unmapped`](crate::StompServerBuilder::ignore_unmapped) lets that pass.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionSubscribeEvent {
    session: Session,
    subscription: Arc<str>,
    destination: Arc<str>,
    headers: Headers,
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
    close_status: u16,
}

/// The broker has begun to take messages, or is about to stop. The simple broker is there as long as its server: this
/// comes with `true` before the first client is let in, and with `false` when a shutdown begins, while messages are
/// still delivered. The shutdown waits for listeners, up to its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokerAvailabilityEvent {
    /// Does the broker take messages? Spring's `isBrokerAvailable()`.
    pub available: bool,
}

impl ApplicationEvent for BrokerAvailabilityEvent {}
impl ApplicationEvent for SessionConnectEvent {}
impl ApplicationEvent for SessionConnectedEvent {}
impl ApplicationEvent for SessionSubscribeEvent {}
impl ApplicationEvent for SessionUnsubscribeEvent {}
impl ApplicationEvent for SessionDisconnectEvent {}

impl BrokerAvailabilityEvent {
    /// Says whether the broker takes messages.
    #[must_use]
    pub fn new(available: bool) -> Self {
        Self { available }
    }
}

impl SessionConnectEvent {
    /// Says that a CONNECT with these headers opened `session`.
    #[must_use]
    pub fn new(session: Session, headers: impl Into<Arc<Headers>>) -> Self {
        Self {
            session,
            headers: headers.into(),
        }
    }

    /// The session; it has its user already.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The headers of the CONNECT frame. Their `Debug` text leaves `login`, `passcode` and `authorization` out.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }
}

impl SessionConnectedEvent {
    /// Says that `session` was accepted.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self {
            session,
            connect_headers: Arc::default(),
        }
    }

    /// The same, and these were the headers of its CONNECT.
    #[must_use]
    pub fn with_connect_headers(mut self, headers: impl Into<Arc<Headers>>) -> Self {
        self.connect_headers = headers.into();
        self
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The headers of the CONNECT frame that was accepted (Spring's `simpConnectMessage`). Their `Debug` text leaves
    /// `login`, `passcode` and `authorization` out.
    #[must_use]
    pub fn connect_headers(&self) -> &Headers {
        &self.connect_headers
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
            headers: Headers::new(),
        }
    }

    /// The same, and these were the headers of the SUBSCRIBE.
    #[must_use]
    pub fn with_headers(mut self, headers: Headers) -> Self {
        self.headers = headers;
        self
    }

    /// The headers of the SUBSCRIBE frame.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
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
    /// Says that `session` has ended, with the close code that belongs to `reason`.
    #[must_use]
    pub fn new(session: Session, reason: CloseReason) -> Self {
        Self {
            session,
            reason,
            close_status: reason.web_socket_code(),
        }
    }

    /// The same with another close code.
    #[must_use]
    pub fn with_close_status(mut self, code: u16) -> Self {
        self.close_status = code;
        self
    }

    /// The session. Its attributes can be read until all listeners have been told; then they are dropped.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Why it ended.
    #[must_use]
    pub fn reason(&self) -> CloseReason {
        self.reason
    }

    /// The code that its WebSocket was closed with (RFC 6455 section 7.4; Spring's `getCloseStatus().getCode()`): the
    /// client's if that closed first, 1005 if it named none; 1006 if the connection broke; else the server's own.
    #[must_use]
    pub fn close_status(&self) -> u16 {
        self.close_status
    }
}
