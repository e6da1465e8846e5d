//! What clients send, before anything is done with it: the one point of decision for every frame.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use stomp_core::Message;

use crate::{BoxError, session::Session};

/// What a client's frame asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InboundKind {
    /// SEND.
    Send,
    /// SUBSCRIBE.
    Subscribe,
    /// UNSUBSCRIBE; the message has no headers but its destination and no body.
    Unsubscribe,
    /// DISCONNECT; the destination is empty.
    Disconnect,
}

/// A client's frame on its way in.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InboundFrame {
    /// What it asks for.
    pub kind: InboundKind,
    /// Whose it is.
    pub session: Session,
    /// Destination, headers and body.
    pub message: Message,
}

/// Sees every SEND, SUBSCRIBE, UNSUBSCRIBE and DISCONNECT of every connected client, in order, before anything is done
/// with it; CONNECT is for the [`Authenticator`](crate::Authenticator). It may wait, for example for a look-up; meanwhile
/// the session's later frames wait too.
///
/// Implemented for `async` closures and functions from [`InboundFrame`] to `Result<Option<InboundFrame>, BoxError>`.
pub trait InboundInterceptor: Send + Sync + 'static {
    /// Lets a frame pass, changed or not; drops it without a word (`None`; a receipt is sent all the same); or refuses
    /// it with an error, which ends the session with ERROR `forbidden`. The error goes to the log, not to the client.
    ///
    /// Only the message of a SEND or SUBSCRIBE can be changed: other changes are not looked at.
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_>;
}

/// What an [`InboundInterceptor`] decides, sooner or later.
pub type Verdict<'a> = Pin<Box<dyn Future<Output = Result<Option<InboundFrame>, BoxError>> + Send + 'a>>;

impl<F, Fut> InboundInterceptor for F
where
    F: Fn(InboundFrame) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<InboundFrame>, BoxError>> + Send + 'static,
{
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_> {
        Box::pin(self(frame))
    }
}

/// The interceptors between clients and everything else, in the order they were added.
#[derive(Clone, Default)]
pub(crate) struct InboundChannel(Vec<Arc<dyn InboundInterceptor>>);

impl InboundChannel {
    pub(crate) fn add(&mut self, interceptor: Arc<dyn InboundInterceptor>) {
        self.0.push(interceptor);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The frame as all interceptors leave it; `None` when one of them dropped it.
    pub(crate) async fn apply(&self, frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
        let mut frame = frame;
        for interceptor in &self.0 {
            match interceptor.pre_send(frame).await? {
                Some(passed) => frame = passed,
                None => return Ok(None),
            }
        }
        Ok(Some(frame))
    }
}

impl fmt::Debug for InboundChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InboundChannel").field(&self.0.len()).finish()
    }
}
