//! Refusing one of a client's frames: the session ends with an ERROR, unless the application's error handler would
//! rather say nothing.

use std::{error::Error, sync::Arc};

use stomp_core::{
    CloseReason,
    session::{Fault, Request, Send, Subscribe, SubscriptionKey},
};

use super::{Connection, Session, busy::Settled};
use crate::{
    InboundKind, Message, MessageKind,
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

    /// The refusal of a message that is not the session's present one, or not only.
    pub(super) fn of_message(mut self, message: &Message) -> Self {
        let kind = match message.kind {
            MessageKind::Send => InboundKind::Send,
            MessageKind::Subscribe => InboundKind::Subscribe,
        };
        self.frame = Some(Shown::new(kind, &message.headers));
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
        if self.is_leaving() {
            return self.end_with(&refusal.into().fault);
        }
        let refusal = refusal.into();
        let subscription = refusal.subscription;
        match self.explained(refusal) {
            Some(fault) => self.end_with(&fault),
            None => {
                if let Some(refused) = subscription {
                    self.machine.cancel(refused);
                }
                // What it published before it failed is waited for; a call beside others waits for nothing here.
                if self.busy.is_none() {
                    self.settle(Settled::default());
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
