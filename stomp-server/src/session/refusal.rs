//! Refusing one of a client's frames: the session ends with an ERROR, unless the application's error handler would
//! rather say nothing.

use std::{error::Error, sync::Arc};

use futures_core::future::BoxFuture;
use stomp_core::{
    CloseReason,
    session::{Fault, Request, Send, Subscribe, SubscriptionKey},
};

use super::{Connection, Session, busy::Settled};
use crate::{
    InboundKind,
    broker::PublishError,
    channel::Cause,
    error_handler::{RefusedFrame, Shown, explain},
    transport::Transport,
};

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) fault: Fault,
    cause: Option<Cause>,
    /// The frame, where the session cannot know which of those under way it was.
    frame: Option<Shown>,
    /// Only this frame is refused: the session could go on.
    may_continue: bool,
    /// The subscription asked for: its id is free again if the session goes on.
    subscription: Option<SubscriptionKey>,
}

impl From<Fault> for Refusal {
    /// A rule was broken: the session must end.
    fn from(fault: Fault) -> Self {
        Self {
            fault,
            cause: None,
            frame: None,
            may_continue: false,
            subscription: None,
        }
    }
}

impl Refusal {
    /// Only one frame is refused, and the session could go on.
    pub(super) fn of_frame(fault: Fault) -> Self {
        Self {
            may_continue: true,
            ..Self::from(fault)
        }
    }

    pub(super) fn because(mut self, cause: Option<Cause>) -> Self {
        self.cause = cause;
        self
    }

    /// What went wrong, for interceptors.
    pub(super) fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }

    pub(super) fn of_subscription(mut self, subscription: Option<SubscriptionKey>) -> Self {
        self.subscription = subscription;
        self
    }

    /// The frame, unless it is known already.
    pub(super) fn presented_as(mut self, presented: Option<Box<Shown>>) -> Self {
        self.frame = self.frame.or(presented.map(|frame| *frame));
        self
    }

    pub(super) fn with_receipt(mut self, receipt: Option<&str>) -> Self {
        self.fault = self.fault.with_receipt(receipt);
        self
    }
}

impl<T: Transport> Connection<T> {
    /// Keeps of a request what an error handler may want to see, if there is one.
    pub(super) fn present(&mut self, request: &Request) {
        if self.server.error_handler.is_some() {
            self.presented = shown(request).map(Box::new);
        }
    }

    /// Ends the session because of one of its requests: nothing behind that is handled (STOMP 1.2, "ERROR"). An error
    /// handler may have it say something else, or go on in silence where that is possible.
    pub(super) fn fail_request(&mut self, refusal: impl Into<Refusal>) {
        self.fail_request_but_tell(refusal.into(), None);
    }

    /// The same for what has been done in part: if the session goes on, these listeners are told.
    pub(super) fn fail_request_but_tell(
        &mut self,
        refusal: Refusal,
        listening: Option<BoxFuture<'static, ()>>,
    ) {
        if self.is_leaving() {
            return self.end_with(&refusal.fault);
        }
        let subscription = refusal.subscription;
        match self.explained(refusal) {
            Some(fault) => self.end_with(&fault),
            None => {
                if let Some(refused) = subscription {
                    self.pass_over(refused);
                }
                let settled = Settled {
                    listening,
                    ..Settled::default()
                };
                // What it published before it failed is waited for; a call beside others waits for nothing here.
                match self.busy {
                    None => self.settle(settled),
                    Some(_) => self.settled_beside(settled),
                }
            }
        }
    }

    fn explained(&mut self, refusal: Refusal) -> Option<Fault> {
        let Some(handler) = self.server.error_handler.clone() else {
            return Some(refusal.fault);
        };
        let refused = RefusedFrame {
            session: Session::from(Arc::clone(&self.shared)),
            frame: refusal
                .frame
                .or_else(|| self.presented.take().map(|frame| *frame)),
            fault: refusal.fault,
            cause: refusal.cause,
            may_continue: refusal.may_continue,
        };
        explain(&*handler, &refused)
    }
}

fn shown(request: &Request) -> Option<Shown> {
    let nothing = stomp_core::Headers::new();
    Some(match request {
        Request::Connect(connect) => Shown::new(InboundKind::Connect, &connect.frame.headers),
        Request::Send(send) => Shown::new(InboundKind::Send, &send.message.headers),
        Request::Subscribe(subscribe) => Shown::new(InboundKind::Subscribe, &subscribe.message.headers),
        Request::Unsubscribe(_) => Shown::new(InboundKind::Unsubscribe, &nothing),
        Request::Disconnect { .. } => Shown::new(InboundKind::Disconnect, &nothing),
        Request::Fault(_) => return None,
    })
}

/// What a request asked for beside its work, and where.
pub(super) fn receipt(request: &Request) -> Option<&str> {
    match request {
        Request::Send(Send { receipt, .. })
        | Request::Subscribe(Subscribe { receipt, .. })
        | Request::Unsubscribe(stomp_core::session::Unsubscribe { receipt, .. })
        | Request::Disconnect { receipt } => receipt.as_deref(),
        Request::Connect(_) | Request::Fault(_) => None,
    }
}

/// The refusal of a frame that could not be handled, through no fault of the client's.
pub(super) fn failed(receipt: Option<&str>, destination: Option<&str>) -> Fault {
    Fault::new(CloseReason::HandlerFailed, "the message could not be handled")
        .with_receipt(receipt)
        .with_destination(destination)
}

/// The refusal of a frame whose message was not published.
pub(super) fn unpublished(error: PublishError, destination: &str, receipt: Option<&str>) -> Refusal {
    let refused = |reason, text: &'static str| {
        let fault = Fault::new(reason, text);
        Refusal::of_frame(fault.with_receipt(receipt).with_destination(Some(destination)))
    };
    match error {
        PublishError::NotServed => refused(CloseReason::NoHandler, "nobody serves this destination"),
        PublishError::Malformed => refused(CloseReason::NoHandler, "the destination names no user and queue"),
        // Too many messages wait for this destination. What came before this one may wait among them.
        PublishError::Overloaded => refused(
            CloseReason::Internal,
            "the destination has more messages waiting than it may",
        ),
        PublishError::Intercepted(cause) => {
            Refusal::of_frame(failed(receipt, Some(destination))).because(Some(cause.into()))
        }
        PublishError::Vetoed => Refusal::of_frame(failed(receipt, Some(destination))),
    }
}
