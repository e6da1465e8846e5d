//! What an application published, as a value.

use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use stomp_core::Headers;

use super::body;
use crate::SessionId;

/// A message that an application published: a handler's reply, a template's send, or what a client sent past all
/// handlers to the broker. It has passed the interceptors of the broker channel; whether anybody is subscribed does not
/// matter.
#[derive(Clone, PartialEq, Eq)]
pub struct Published {
    pub(super) recipient: Recipient,
    pub(super) destination: String,
    pub(super) headers: Headers,
    pub(super) body: Bytes,
}

/// For whom a message was published.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recipient {
    /// All subscribers of its destination.
    Everybody,
    /// All sessions of the user of this name, who need not be connected (`convert_and_send_to_user`,
    /// `#[send_to_user]`).
    User(String),
    /// One session of a user (`#[send_to_user(…, broadcast = false)]`).
    Session(SessionId),
    /// The subscription of this session that asked (`#[subscribe_mapping]` without targets).
    Subscriber(SessionId),
}

impl Published {
    /// For whom it is.
    #[must_use]
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// Where it goes. Of a user's message what stands behind `/user/{name}`: `/queue/errors`.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// The headers that subscribers get, but for those that the server writes itself.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        body::text(&self.body)
    }

    /// The body read as JSON.
    ///
    /// # Panics
    ///
    /// When it is no JSON, or not a `T`; the text shows the body.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        body::json(&self.body)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.write_str("everybody"),
            Self::User(name) => write!(f, "user {}", name.escape_debug()),
            Self::Session(id) => write!(f, "session {id}"),
            Self::Subscriber(_) => f.write_str("the subscriber"),
        }
    }
}

/// One line: for whom, where, headers and the beginning of the body.
impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to {}: {}", self.recipient, self.destination.escape_debug())?;
        for (name, value) in &self.headers {
            write!(f, " {name}:{}", value.escape_debug())?;
        }
        write!(f, " {}", body::shown(&self.body))
    }
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Messages as a failure lists them.
pub(super) fn listed(messages: &[Published]) -> String {
    match messages {
        [] => "nothing was published".to_owned(),
        _ => messages
            .iter()
            .fold("published was:".to_owned(), |list, message| {
                format!("{list}\n  {message}")
            }),
    }
}
