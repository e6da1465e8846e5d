//! What is delivered, before a subscriber gets it.

use std::{error::Error, sync::Arc};

use bytes::Bytes;
use stomp_core::Headers;

use super::{
    Chain, HandledBy, Stopped,
    chain::{ClosuresOnly, PreSend, callbacks},
};
use crate::{
    BoxError,
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

/// Sees every message on its way to every subscriber: those of the broker, and a `#[subscribe_mapping]`'s direct
/// answers. CONNECTED, RECEIPT, ERROR and heart-beats do not pass.
///
/// It runs in the publisher's call and must not block. As soon as there is one, each subscriber's copy is encoded for
/// itself: that is what it costs. Only headers and body can be changed. An error or a panic holds one subscriber's copy
/// back and reaches nobody but the log.
///
/// Implemented for closures and functions from [`OutboundMessage`] to `Option<OutboundMessage>`, as
/// [`pre_send`](Self::pre_send) alone. Spring's counterpart is a `ChannelInterceptor` (or `ExecutorChannelInterceptor`)
/// on the `clientOutboundChannel`.
pub trait OutboundInterceptor: Send + Sync + 'static {
    /// May change the headers and body of a subscriber's copy, or hold it back with `None`.
    ///
    /// # Errors
    ///
    /// An error holds it back as well, and is logged.
    fn pre_send(&self, message: OutboundMessage) -> Result<Option<OutboundMessage>, BoxError> {
        Ok(Some(message))
    }

    /// Is told that the copy is in the session's outbox.
    fn post_send(&self, message: &OutboundMessage, sent: bool) {
        let _ = (message, sent);
    }

    /// Is told how the sending ended, in reverse order, if its own [`pre_send`](Self::pre_send) let the copy pass.
    fn after_send_completion(
        &self,
        message: &OutboundMessage,
        sent: bool,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        let _ = (message, sent, failure);
    }

    /// May change the headers and body of the copy just before it is written for the session, or skip that with `None`.
    ///
    /// # Errors
    ///
    /// As [`pre_send`](Self::pre_send).
    fn before_handle(
        &self,
        message: OutboundMessage,
        by: HandledBy,
    ) -> Result<Option<OutboundMessage>, BoxError> {
        let _ = by;
        Ok(Some(message))
    }

    /// Is told that the copy is in the session's outbox, in reverse order, if its own
    /// [`before_handle`](Self::before_handle) let it pass.
    fn after_message_handled(
        &self,
        message: &OutboundMessage,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        let _ = (message, by, failure);
    }

    /// Has it nothing but [`pre_send`](Self::pre_send)? Then messages need not be kept for it. Cannot be
    /// overridden.
    #[doc(hidden)]
    fn only_pre_send(&self, _: ClosuresOnly) -> bool {
        false
    }
}

impl<F> OutboundInterceptor for F
where
    F: Fn(OutboundMessage) -> Option<OutboundMessage> + Send + Sync + 'static,
{
    fn pre_send(&self, message: OutboundMessage) -> Result<Option<OutboundMessage>, BoxError> {
        Ok(self(message))
    }

    fn only_pre_send(&self, _: ClosuresOnly) -> bool {
        true
    }
}

/// The interceptors between the broker and subscribers.
pub(crate) type OutboundChannel = Chain<dyn OutboundInterceptor>;

impl OutboundChannel {
    /// Lets `deliver` have a subscriber's copy as all interceptors leave it, unless one of them held it back.
    pub(crate) fn deliver(
        &self,
        publication: &Publication,
        session: &Arc<Shared>,
        subscription: &str,
        deliver: impl FnOnce(&Publication),
    ) {
        let message = OutboundMessage {
            session: Session::from(Arc::clone(session)),
            subscription: subscription.to_owned(),
            destination: Arc::clone(&publication.destination),
            headers: publication.headers.clone(),
            body: publication.body.clone(),
        };
        let sent = self.send(message, HandledBy::Sockets, |message| {
            deliver(&Publication {
                address: publication.address.clone(),
                destination: Arc::clone(&publication.destination),
                headers: message.headers,
                body: message.body,
            });
            Ok(())
        });
        if let Err(Stopped::Failed(cause)) = sent {
            tracing::error!(
                session = %session.id(),
                error = %cause.to_string().escape_debug(),
                "an outbound interceptor failed; a subscriber's copy was held back"
            );
        }
    }
}

impl PreSend<OutboundMessage> for dyn OutboundInterceptor {
    fn pre_send(&self, message: OutboundMessage) -> Result<Option<OutboundMessage>, BoxError> {
        OutboundInterceptor::pre_send(self, message)
    }
}

callbacks!(OutboundInterceptor of OutboundMessage, "outbound", |message| &mut message.destination);
