//! Where a test sees what an application publishes, and which failures nothing answered.
//!
//! Without the feature `testing` nobody can look, and nothing is left of this.

use std::sync::Arc;
#[cfg(feature = "testing")]
use std::sync::OnceLock;

use bytes::Bytes;
use stomp_core::Headers;

use crate::{HandlerError, session::SessionId};

/// Where a recorder listens, if a test has put one there.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    #[cfg(feature = "testing")]
    pub(crate) recorder: OnceLock<Arc<crate::testing::Recorder>>,
}

/// For whom a message was published.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(feature = "testing"),
    expect(dead_code, reason = "only a recorder reads it")
)]
pub(crate) enum Recipient<'a> {
    /// All subscribers of its destination.
    Everybody,
    /// All sessions of a user, connected or not.
    User(&'a str),
    /// These sessions.
    Sessions(&'a [SessionId]),
    /// The subscription that asked.
    Subscriber(SessionId),
}

impl Tap {
    /// A message has passed the interceptors of the broker channel, or answers a SUBSCRIBE directly.
    #[inline]
    pub(crate) fn published(
        &self,
        recipient: Recipient<'_>,
        destination: &str,
        headers: &Headers,
        body: &Bytes,
    ) {
        #[cfg(feature = "testing")]
        if let Some(recorder) = self.recorder.get() {
            recorder.published(recipient, destination, headers, body);
        }
        #[cfg(not(feature = "testing"))]
        let _ = (recipient, destination, headers, body);
    }

    /// Nothing answered this failure. Does a test take it as a value? Then the session need not end because of it.
    #[inline]
    pub(crate) fn failed(&self, session: SessionId, error: &Arc<HandlerError>) -> bool {
        #[cfg(feature = "testing")]
        if let Some(recorder) = self.recorder.get() {
            recorder.failed(session, error);
            return true;
        }
        let _ = (session, error);
        false
    }
}
