//! A message on its way: what a client sent, a handler answers or a template publishes.

use std::sync::Arc;

use bytes::Bytes;

use crate::Headers;

/// A message with its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it came as.
    pub kind: MessageKind,
    /// Where it was sent, as written by whoever sent it.
    pub destination: Arc<str>,
    /// The headers of the frame, in order; of a message made here, what its maker added.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

impl Message {
    /// A SEND without headers.
    #[must_use]
    pub fn new(destination: impl Into<Arc<str>>, body: impl Into<Bytes>) -> Self {
        Self {
            kind: MessageKind::Send,
            destination: destination.into(),
            headers: Headers::new(),
            body: body.into(),
        }
    }

    /// A SUBSCRIBE, as a subscription handler sees it.
    #[must_use]
    pub fn subscribe(destination: impl Into<Arc<str>>) -> Self {
        Self {
            kind: MessageKind::Subscribe,
            ..Self::new(destination, Bytes::new())
        }
    }

    /// The same message with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The `content-type` header.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.header("content-type")
    }
}

/// The client frames that handlers can be mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// SEND, for `#[message_mapping]`.
    Send,
    /// SUBSCRIBE, for `#[subscribe_mapping]`.
    Subscribe,
}
