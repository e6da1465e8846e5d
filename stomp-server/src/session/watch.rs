//! What interceptors are told about a frame's handling.

use std::sync::Arc;

use stomp_core::{Message, session::Request};

use super::{Connection, Session};
use crate::{
    MessageKind,
    app::strip_prefix,
    broker::Address,
    channel::{Failure, HandledBy, InboundChannel, InboundFrame, InboundKind, Stopped},
    transport::Transport,
};

/// A frame that is being handled, kept for the interceptors who are told when that is done. Who drops it instead was
/// cut off.
#[derive(Debug)]
pub(super) struct Watch {
    channel: InboundChannel,
    frame: InboundFrame,
    by: HandledBy,
}

impl Watch {
    /// The handling is done, or has failed and nothing answered that.
    pub(super) fn done(&self, failure: Failure<'_>) {
        self.channel.after_handled(&self.frame, self.by, failure);
    }
}

/// What interceptors see of a request; `None` of those that are not for them. The message is moved, not copied: put it
/// back [with](put_back) the request.
pub(super) fn take_frame(session: Session, request: &mut Request) -> Option<InboundFrame> {
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
pub(super) fn put_back(request: &mut Request, message: Message) {
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
    /// Asks interceptors just before a request is handled. `Ok(None)`: nobody watches, or nobody serves it.
    pub(super) fn watch(&self, request: &mut Request) -> Result<Option<Box<Watch>>, Stopped> {
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
        })))
    }

    /// Who will handle a request; `None` when nobody does.
    fn handled_by(&self, request: &Request) -> Option<HandledBy> {
        let by_destination = |kind, destination: &str| {
            let config = &self.server.config;
            let path = strip_prefix(destination, &config.application_destination_prefixes);
            if path.is_some_and(|path| self.server.handlers.find(kind, path).is_some()) {
                Some(HandledBy::Handlers)
            } else if self.server.publisher.user_path(destination).is_some() {
                Some(HandledBy::Users)
            } else {
                let served = strip_prefix(destination, &config.broker_destination_prefixes);
                served.map(|_| HandledBy::Broker)
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
