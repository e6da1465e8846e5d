//! What clients send, before anything is done with it: the one point of decision for every frame.

use std::{error::Error, future::Future, pin::Pin, sync::Arc};

use stomp_core::Message;

use super::{
    Chain, HandledBy, Stopped,
    chain::{ClosuresOnly, callbacks, decided, panicked},
};
use crate::{BoxError, caught::caught, session::Session};

/// What a client's frame asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InboundKind {
    /// CONNECT or STOMP. Interceptors do not see it, the [`Authenticator`](crate::Authenticator) does; a
    /// [`StompErrorHandler`](crate::StompErrorHandler) may see it refused.
    Connect,
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
/// with it; CONNECT is for the [`Authenticator`](crate::Authenticator).
///
/// Implemented for `async` closures and functions from [`InboundFrame`] to `Result<Option<InboundFrame>, BoxError>`, as
/// [`pre_send`](Self::pre_send) alone. Spring's counterpart is a `ChannelInterceptor` (or `ExecutorChannelInterceptor`)
/// on the `clientInboundChannel`. As there, a frame is *sent* when all have let it pass, and *handled* after that: a
/// handler's failure is told to [`after_message_handled`](Self::after_message_handled) only. A panic of any callback
/// ends nothing but what it was to decide.
pub trait InboundInterceptor: Send + Sync + 'static {
    /// Lets a frame pass, changed or not; drops it without a word (`None`; a receipt is sent all the same); or refuses
    /// it with an error, which ends the session with ERROR `forbidden` unless a
    /// [`StompErrorHandler`](crate::StompErrorHandler) decides otherwise. The error goes to that and to the log, not to
    /// the client.
    ///
    /// It may wait, for example for a look-up; meanwhile the session's later frames wait too. Only the message of a SEND
    /// or SUBSCRIBE can be changed: other changes are not looked at.
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_> {
        Box::pin(std::future::ready(Ok(Some(frame))))
    }

    /// Is told that all interceptors have let the frame pass: it is going to be handled. Does not come for what was
    /// dropped or refused. Must not block, like all that follow.
    fn post_send(&self, frame: &InboundFrame, sent: bool) {
        let _ = (frame, sent);
    }

    /// Is told how the sending ended, in reverse order, if its own [`pre_send`](Self::pre_send) let the frame pass. Of a
    /// frame that was dropped or refused further on this is the frame as it came; `sent` is false then, and `failure`
    /// the error, if it was refused.
    fn after_send_completion(
        &self,
        frame: &InboundFrame,
        sent: bool,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        let _ = (frame, sent, failure);
    }

    /// May change the headers and body of the frame's message just before `by` handles it, or skip that with `None`,
    /// which drops the frame. Does not come for frames that nobody serves.
    ///
    /// # Errors
    ///
    /// An error is a failure of the handling: it goes to the log, and ends the session only if a receipt was asked for.
    fn before_handle(&self, frame: InboundFrame, by: HandledBy) -> Result<Option<InboundFrame>, BoxError> {
        let _ = by;
        Ok(Some(frame))
    }

    /// Is told that `by` is done with the frame, in reverse order, if its own [`before_handle`](Self::before_handle) let
    /// it pass: a subscription is live, a handler has returned and its replies are with the broker. `failure` is what
    /// went wrong and was not answered by an exception handler, or that the session was cut off meanwhile.
    fn after_message_handled(
        &self,
        frame: &InboundFrame,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        let _ = (frame, by, failure);
    }

    /// Has it nothing but [`pre_send`](Self::pre_send)? Then frames need not be kept for it. Cannot be overridden.
    #[doc(hidden)]
    fn only_pre_send(&self, _: ClosuresOnly) -> bool {
        false
    }
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

    fn only_pre_send(&self, _: ClosuresOnly) -> bool {
        true
    }
}

/// The interceptors between clients and everything else.
pub(crate) type InboundChannel = Chain<dyn InboundInterceptor>;

impl InboundChannel {
    /// The frame as all interceptors leave it; they have been told that it was sent, or that it was not.
    pub(crate) async fn apply(&self, frame: InboundFrame) -> Result<InboundFrame, Stopped> {
        let original = self.keeps_original().then(|| frame.clone());
        let mut frame = frame;
        for (passed, interceptor) in self.interceptors().iter().enumerate() {
            match judged(&**interceptor, frame).await {
                Ok(changed) => frame = changed,
                Err(stopped) => {
                    if let Some(original) = &original {
                        self.completed(original, passed, false, stopped.failure());
                    }
                    return Err(stopped);
                }
            }
        }
        self.sent(&frame, true, None);
        Ok(frame)
    }
}

/// What one interceptor decides; its panic is caught, so that those before it are still told.
async fn judged(interceptor: &dyn InboundInterceptor, frame: InboundFrame) -> Result<InboundFrame, Stopped> {
    match caught(|| interceptor.pre_send(frame)).await {
        Ok(verdict) => decided(verdict),
        Err(_) => Err(panicked("inbound")),
    }
}

callbacks!(InboundInterceptor of InboundFrame, "inbound", |frame| &mut frame.message.destination);
