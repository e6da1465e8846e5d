//! What is delivered, before a subscriber gets it.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use stomp_core::Headers;

use super::caught;
use crate::{
    broker::Publication,
    session::{Session, Shared},
};

/// A message on its way to one subscriber.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OutboundMessage {
    /// The session that is to get it.
    pub session: Session,
    /// The client's name for its subscription.
    pub subscription: String,
    /// The destination it was published to.
    pub destination: Arc<str>,
    /// The headers, without those that the server writes itself.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

/// Sees every message on its way to every subscriber.
///
/// It runs in the publisher's call and must not block. As soon as there is one, each subscriber's copy is encoded for
/// itself: that is what it costs.
pub trait OutboundInterceptor: Send + Sync + 'static {
    /// May change the headers and body of a subscriber's copy, or hold it back with `None`.
    fn pre_send(&self, message: OutboundMessage) -> Option<OutboundMessage>;
}

impl<F> OutboundInterceptor for F
where
    F: Fn(OutboundMessage) -> Option<OutboundMessage> + Send + Sync + 'static,
{
    fn pre_send(&self, message: OutboundMessage) -> Option<OutboundMessage> {
        self(message)
    }
}

/// The interceptors between the broker and subscribers, in the order they were added.
#[derive(Clone, Default)]
pub(crate) struct OutboundChannel(Vec<Arc<dyn OutboundInterceptor>>);

impl OutboundChannel {
    pub(crate) fn add(&mut self, interceptor: Arc<dyn OutboundInterceptor>) {
        self.0.push(interceptor);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A subscriber's copy as all interceptors leave it; `None` when one of them held it back.
    pub(crate) fn apply(
        &self,
        publication: &Publication,
        session: &Arc<Shared>,
        subscription: &str,
    ) -> Option<Publication> {
        let message = OutboundMessage {
            session: Session::from(Arc::clone(session)),
            subscription: subscription.to_owned(),
            destination: Arc::clone(&publication.destination),
            headers: publication.headers.clone(),
            body: publication.body.clone(),
        };
        let changed = self.0.iter().try_fold(message, |message, interceptor| {
            caught("outbound", || interceptor.pre_send(message))
        })?;
        Some(Publication {
            headers: changed.headers,
            body: changed.body,
            ..publication.clone()
        })
    }
}

impl fmt::Debug for OutboundChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OutboundChannel").field(&self.0.len()).finish()
    }
}
