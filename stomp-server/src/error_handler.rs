//! What clients are told when a frame of theirs is refused.

use std::{
    error::Error,
    panic::{AssertUnwindSafe, catch_unwind},
};

use bytes::Bytes;
use stomp_core::{
    CloseReason, Headers,
    session::{Fault, FaultContent},
};

use crate::{HandlerError, InboundKind, Session, channel::Cause};

/// Decides what a client reads when one of its frames is refused (Spring's `StompSubProtocolErrorHandler`).
///
/// It is asked once for each such frame, just before the ERROR is written, and must not block. It is not asked about
/// sessions that end for other reasons: silence, slow reading, a shutdown. A panic leaves the ERROR as it was.
///
/// Implemented for closures and functions from `&`[`RefusedFrame`] and [`ErrorFrame`] to `Option<ErrorFrame>`:
///
/// ```
/// use stomp_server::{ErrorFrame, RefusedFrame, StompServer};
///
/// fn explain(refused: &RefusedFrame, error: ErrorFrame) -> Option<ErrorFrame> {
///     if refused.may_continue() && refused.destination() == Some("/app/optional") {
///         return None; // says nothing, and the session goes on
///     }
///     Some(error.with_message("not accepted").with_header("x-help", "ask").with_body("read the manual"))
/// }
///
/// let server = StompServer::builder().scope(module_path!()).error_handler(explain).build();
/// # assert!(server.is_ok());
/// ```
pub trait StompErrorHandler: Send + Sync + 'static {
    /// The ERROR that the client gets, after which its session ends (STOMP 1.2, "ERROR"); `None` says nothing and keeps
    /// the session, if it [may go on](RefusedFrame::may_continue). If it may not, the ERROR is sent as it was.
    fn handle_client_message_processing_error(
        &self,
        refused: &RefusedFrame,
        error: ErrorFrame,
    ) -> Option<ErrorFrame>;
}

impl<F> StompErrorHandler for F
where
    F: Fn(&RefusedFrame, ErrorFrame) -> Option<ErrorFrame> + Send + Sync + 'static,
{
    fn handle_client_message_processing_error(
        &self,
        refused: &RefusedFrame,
        error: ErrorFrame,
    ) -> Option<ErrorFrame> {
        self(refused, error)
    }
}

impl std::fmt::Debug for dyn StompErrorHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StompErrorHandler")
    }
}

/// A client's frame that was refused, and why.
///
/// All of it but the reason was said by the client: escape it before it goes into a log.
#[derive(Debug)]
pub struct RefusedFrame {
    pub(crate) session: Session,
    pub(crate) frame: Option<Shown>,
    pub(crate) fault: Fault,
    pub(crate) cause: Option<Cause>,
    pub(crate) may_continue: bool,
}

/// What may be shown of a frame.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) kind: InboundKind,
    pub(crate) headers: Headers,
}

impl Shown {
    /// A frame without its credentials.
    pub(crate) fn new(kind: InboundKind, headers: &Headers) -> Self {
        let shown = headers.iter().filter(|(name, _)| !Headers::is_credential(name));
        Self {
            kind,
            headers: shown.collect(),
        }
    }
}

impl RefusedFrame {
    /// Whose frame it was.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What it asked for; `None` when it could not be decoded or was not one that this server reads.
    #[must_use]
    pub fn kind(&self) -> Option<InboundKind> {
        self.frame.as_ref().map(|frame| frame.kind)
    }

    /// The first value of one of its headers. `login`, `passcode` and `authorization` are not shown.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers()?.get(name)
    }

    /// Its headers without `login`, `passcode` and `authorization`; `None` when it could not be decoded.
    #[must_use]
    pub fn headers(&self) -> Option<&Headers> {
        self.frame.as_ref().map(|frame| &frame.headers)
    }

    /// Where it was for, if it was for somewhere.
    #[must_use]
    pub fn destination(&self) -> Option<&str> {
        self.fault.destination.as_deref()
    }

    /// The receipt that it asked for.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.fault.receipt.as_deref()
    }

    /// What stands in the `code` header of the ERROR: `forbidden`, `no-handler`, `malformed` …
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.fault.code.as_str()
    }

    /// How the session ends if it does.
    #[must_use]
    pub fn reason(&self) -> CloseReason {
        self.fault.reason
    }

    /// What went wrong on the server's side: the error of an interceptor, an
    /// [`AuthenticationError`](crate::AuthenticationError) or a [`HandlerError`](crate::HandlerError). Not for clients.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }

    /// The [cause](Self::cause), or one of its sources, as an `E`: what an application asks Spring's `getCause()` for.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        let cause = self.cause()?;
        if let Some(failed) = cause.downcast_ref::<HandlerError>() {
            return failed.downcast_ref();
        }
        std::iter::successors(Some(cause), |&cause| cause.source()).find_map(|cause| cause.downcast_ref())
    }

    /// May the session go on without an answer? Yes if only this frame was refused: by an interceptor, because its
    /// handler failed, or because nobody serves its destination. Not after a broken rule of the protocol, nor a refused
    /// CONNECT.
    #[must_use]
    pub fn may_continue(&self) -> bool {
        self.may_continue
    }
}

/// The ERROR frame that a client is about to get.
///
/// Beside what stands here it has the headers `code`, `retry`, and `receipt-id` and `destination` where they are known;
/// others cannot be put in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorFrame {
    /// The `message` header: one short sentence.
    pub message: String,
    /// Further headers. A `content-type` takes the place of `text/plain`.
    pub headers: Headers,
    /// The body; `None` repeats the message.
    pub body: Option<Bytes>,
}

impl ErrorFrame {
    fn of(fault: &Fault) -> Self {
        Self {
            message: fault.message.clone().into_owned(),
            headers: Headers::new(),
            body: None,
        }
    }

    /// The same with another message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The same with a body of its own.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }
}

/// What the handler makes of a refusal; `None`: nothing is said, and the session goes on.
pub(crate) fn explain(handler: &dyn StompErrorHandler, refused: &RefusedFrame) -> Option<Fault> {
    let fault = refused.fault.clone();
    let ask = || handler.handle_client_message_processing_error(refused, ErrorFrame::of(&fault));
    match catch_unwind(AssertUnwindSafe(ask)) {
        Ok(Some(ErrorFrame {
            message,
            headers,
            body,
        })) => {
            let mut fault = fault;
            fault.message = message.into();
            fault.more = Some(Box::new(FaultContent { headers, body }));
            Some(fault)
        }
        Ok(None) if refused.may_continue => None,
        Ok(None) => Some(fault),
        Err(_) => {
            tracing::error!("an error handler panicked; the client is answered as without it");
            Some(fault)
        }
    }
}
