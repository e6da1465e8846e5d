//! What interceptors decide about a frame on its way in, and what they are told of its handling.

use std::{error::Error, sync::Arc};

use stomp_core::{
    CloseReason, Message,
    session::{Fault, Request, SubscriptionKey},
};

use super::{
    Connection, Session,
    busy::{Judgement, Settled, panicked},
    refusal::{Refusal, failed, receipt},
};
use crate::{
    MessageKind,
    broker::Address,
    channel::{HandledBy, InboundChannel, InboundFrame, InboundKind, Stopped},
    handler::{ErrorChain, HandlerError},
    transport::Transport,
};

/// A frame that is being handled, kept for the interceptors who are told when that is done. Whoever drops it instead
/// gives the handling up, and they are told of that.
#[derive(Debug)]
pub(super) struct Watch {
    channel: InboundChannel,
    frame: InboundFrame,
    by: HandledBy,
    told: bool,
}

/// The session ended before a frame was handled.
#[derive(Debug, thiserror::Error)]
#[error("the handling was given up")]
struct GivenUp;

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.told {
            self.done(Some(&GivenUp));
        }
    }
}

impl Watch {
    /// The handling is done, or has failed and nothing answered that.
    pub(super) fn done(&mut self, failure: Option<&(dyn Error + 'static)>) {
        self.told = true;
        self.channel.after_handled(&self.frame, self.by, failure);
    }
}

/// What interceptors see of a request; `None` of those that are not for them. The message is moved, not copied: put it
/// back [with](put_back) the request.
fn take_frame(session: Session, request: &mut Request) -> Option<InboundFrame> {
    let nothing = || Message::new("", bytes::Bytes::new());
    let (kind, message) = match request {
        Request::Send(send) => (InboundKind::Send, std::mem::replace(&mut send.message, nothing())),
        Request::Subscribe(subscribe) => (
            InboundKind::Subscribe,
            std::mem::replace(&mut subscribe.message, nothing()),
        ),
        Request::Unsubscribe(unsubscribe) => (
            InboundKind::Unsubscribe,
            Message::new(Arc::clone(&unsubscribe.destination), bytes::Bytes::new()),
        ),
        Request::Disconnect { .. } => (InboundKind::Disconnect, nothing()),
        Request::Connect(_) | Request::Fault(_) => return None,
    };
    Some(InboundFrame {
        kind,
        session,
        message,
    })
}

/// The request with what interceptors left of its message.
fn put_back(request: &mut Request, message: Message) {
    match request {
        // What it is stays what it was: only a SEND's or SUBSCRIBE's own kind finds its handlers.
        Request::Send(send) => {
            send.message = Message {
                kind: MessageKind::Send,
                ..message
            }
        }
        Request::Subscribe(subscribe) => {
            subscribe.message = Message {
                kind: MessageKind::Subscribe,
                ..message
            };
        }
        _ => {}
    }
}

impl<T: Transport> Connection<T> {
    /// Drops a frame that interceptors held back: its receipt is answered, as the sender waits for it.
    pub(super) fn drop_frame(&mut self, receipt: Option<Box<str>>, subscription: Option<SubscriptionKey>) {
        if let Some(dropped) = subscription {
            self.pass_over(dropped);
        }
        self.settle(Settled {
            receipt,
            ..Settled::default()
        });
    }

    /// Does what is asked for, if the interceptors who are asked just before that agree.
    pub(super) fn perform_watched(&mut self, mut request: Request) {
        let leaves = matches!(request, Request::Unsubscribe(_) | Request::Disconnect { .. });
        let subscription = match &request {
            Request::Subscribe(subscribe) => Some(subscribe.key),
            _ => None,
        };
        if self.is_leaving() && !matches!(request, Request::Send(_)) {
            // It will not be handled.
            return;
        }
        let stopped = match self.watch(&mut request) {
            Ok(watch) => return self.perform(request, watch),
            Err(stopped) => stopped,
        };
        if let Stopped::Failed(cause) = &stopped {
            tracing::error!(
                session = %self.shared.id(),
                error = %ErrorChain(&**cause),
                "an interceptor failed just before a frame was handled"
            );
        }
        match stopped {
            // The client has left its subscription, or the session: nothing can be kept from that.
            _ if leaves => self.perform(request, None),
            Stopped::Vetoed => self.drop_frame(receipt(&request).map(Into::into), subscription),
            Stopped::Failed(_) | Stopped::Panicked => match receipt(&request) {
                Some(receipt) => {
                    let refusal =
                        Refusal::of_frame(failed(Some(receipt), None)).because(stopped.into_cause());
                    self.fail_request(refusal.of_subscription(subscription));
                }
                None => self.drop_frame(None, subscription),
            },
        }
    }

    /// Asks interceptors just before a request is handled. `Ok(None)`: nobody watches, or nobody serves it.
    fn watch(&self, request: &mut Request) -> Result<Option<Box<Watch>>, Stopped> {
        let channel = &self.server.inbound;
        if !channel.is_watching() {
            return Ok(None);
        }
        let Some(by) = self.handled_by(request) else {
            return Ok(None);
        };
        let session = Session::from(Arc::clone(&self.shared));
        let Some(frame) = take_frame(session, request) else {
            return Ok(None);
        };
        let frame = channel.before_handle(frame, by)?;
        put_back(request, frame.message.clone());
        Ok(Some(Box::new(Watch {
            channel: channel.clone(),
            frame,
            by,
            told: false,
        })))
    }

    /// Who will handle a request; `None` when nobody does.
    fn handled_by(&self, request: &Request) -> Option<HandledBy> {
        let routing = &self.server.config.routing;
        let by_destination = |kind, destination: &str| {
            if self.handler_of(kind, destination).is_some() {
                Some(HandledBy::Handlers)
            } else if routing.user_path(destination).is_some() {
                Some(HandledBy::Users)
            } else {
                routing.is_brokers(destination).then_some(HandledBy::Broker)
            }
        };
        match request {
            Request::Send(send) => by_destination(MessageKind::Send, &send.message.destination),
            Request::Subscribe(subscribe) => {
                by_destination(MessageKind::Subscribe, &subscribe.message.destination)
            }
            Request::Unsubscribe(unsubscribe) => Some(match self.tickets.address(unsubscribe.key) {
                Some(Address::User { .. }) => HandledBy::Users,
                Some(Address::Shared(_)) => HandledBy::Broker,
                None => HandledBy::Handlers,
            }),
            Request::Disconnect { .. } => Some(HandledBy::Broker),
            Request::Connect(_) | Request::Fault(_) => None,
        }
    }
}

/// What follows when nothing answered a handler's failure: its interceptors know of it.
pub(super) fn unwatched(then: Settled, error: &HandlerError) -> Settled {
    if let Some(mut watch) = then.watch {
        watch.done(Some(error));
    }
    Settled { watch: None, ..then }
}

/// Lets the interceptors see a request, and puts what they leave of it back into it.
pub(super) async fn judge(inbound: &InboundChannel, session: Session, mut request: Request) -> Judgement {
    let id = session.id();
    let Some(frame) = take_frame(session, &mut request) else {
        return Judgement::Passed(request);
    };
    let (kind, destination) = (frame.kind, Arc::clone(&frame.message.destination));
    let stopped = match inbound.apply(frame).await {
        Ok(frame) => {
            put_back(&mut request, frame.message);
            return Judgement::Passed(request);
        }
        Err(stopped) => stopped,
    };
    match &stopped {
        // The client has left its subscription, or the session: nothing can be kept from that.
        Stopped::Vetoed if matches!(kind, InboundKind::Unsubscribe | InboundKind::Disconnect) => {
            return Judgement::Passed(request);
        }
        Stopped::Vetoed => return Judgement::Dropped,
        Stopped::Panicked => {}
        Stopped::Failed(error) => {
            tracing::warn!(session = %id, error = %ErrorChain(&**error), "an interceptor refused a frame");
        }
    }
    let fault = match stopped {
        Stopped::Panicked => panicked(None),
        // A DISCONNECT has no destination.
        _ => Fault::new(CloseReason::Refused, "this is not allowed")
            .with_destination(Some(&*destination).filter(|destination| !destination.is_empty())),
    };
    let refusal = match kind {
        // The client has left all the same.
        InboundKind::Unsubscribe | InboundKind::Disconnect => Refusal::from,
        _ => Refusal::of_frame,
    };
    Judgement::Refused(refusal(fault.with_receipt(receipt(&request))).because(stopped.into_cause()))
}
