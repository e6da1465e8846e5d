//! What a session does with each request, and with what comes of it.

use std::sync::Arc;

use stomp_core::{
    CloseReason, ErrorCode, Message, MessageKind,
    selector::{Selector, SelectorError},
    session::{Connect, Fault, Request, Send, Subscribe, Unsubscribe},
};

use super::{
    Connection, Frame, Session,
    busy::{Busy, Settled, Step},
    connection::Phase,
    work::{Answers, Errand, Outcome, Subscriber, tell},
};
use crate::{
    Principal, SessionConnectedEvent, SessionSubscribeEvent, SessionUnsubscribeEvent,
    broker::{Address, EncodingKey, PublishError, Subscription, Witness, encode_session_frame},
    channel::{InboundFrame, InboundKind},
    handler::{ExecutionMode, Found},
    security::{AuthenticationError, Login},
    transport::Transport,
};

impl<T: Transport> Connection<T> {
    /// Begins with the next request: passes it to the interceptors, if there are any.
    pub(super) fn begin(&mut self, request: Request) {
        if self.server.inbound.is_empty() || matches!(request, Request::Connect(_) | Request::Fault(_)) {
            return self.perform(request);
        }
        let receipt = receipt(&request).map(Into::into);
        let inbound = self.server.inbound.clone();
        let session = Session::from(Arc::clone(&self.shared));
        let subscription = match &request {
            Request::Subscribe(subscribe) => Some(subscribe.key),
            _ => None,
        };
        let verdict = Box::pin(async move { judge(&inbound, session, request).await });
        self.busy = Some(Busy::Judging {
            verdict,
            receipt,
            subscription,
        });
    }

    /// Goes on with what the session waited for.
    pub(super) fn proceed(&mut self, step: Step) {
        match step {
            Step::Decided(connect, Some(Ok(principal))) => self.accept(&connect, principal),
            Step::Decided(_, Some(Err(error))) => self.refuse(&error),
            Step::Decided(_, None) => {
                self.fail_request(&Fault::new(CloseReason::Internal, "the server failed"));
            }
            Step::Judged(Ok(Some(request)), ..) => self.perform(request),
            Step::Judged(Ok(None), receipt, subscription) => {
                if let Some(dropped) = subscription {
                    self.machine.cancel(dropped);
                }
                self.settle(Settled {
                    receipt,
                    listening: None,
                });
            }
            Step::Judged(Err(fault), ..) => self.fail_request(&fault),
            Step::Handled(outcome, then) => self.conclude(outcome, then),
            Step::Settled(settled) => self.settled(settled),
            Step::Told => {}
        }
    }

    /// The same for a handler that ran beside others.
    pub(super) fn proceed_beside(&mut self, step: Step) {
        match step {
            Step::Handled(Outcome::Failed(fault), _) => self.fail_request(&fault),
            Step::Handled(Outcome::Streaming(answers), then) => {
                self.keep(answers);
                self.settled_beside(then);
            }
            Step::Handled(Outcome::Done, then) => self.settled_beside(then),
            Step::Settled(Settled { receipt, listening }) => {
                self.answer_receipt(receipt.as_deref());
                self.concurrent.extend(listening.map(Busy::Listening));
            }
            Step::Decided(..) | Step::Judged(..) | Step::Told => {}
        }
    }

    /// Does what is asked for. Of a client that is leaving only messages count: all else was for itself.
    fn perform(&mut self, request: Request) {
        if self.is_leaving() && !matches!(request, Request::Send(_)) {
            return;
        }
        match request {
            Request::Connect(connect) => self.connect(connect),
            Request::Send(send) => self.send_message(send),
            Request::Subscribe(subscribe) => self.subscribe(subscribe),
            Request::Unsubscribe(unsubscribe) => self.unsubscribe(unsubscribe),
            Request::Disconnect { receipt } => {
                self.answer_receipt(receipt.as_deref());
                self.close(CloseReason::Disconnected, None);
            }
            Request::Fault(fault) => self.fail_request(&fault),
        }
    }

    fn connect(&mut self, connect: Connect) {
        let handshake = self.handshake.take();
        match (&self.server.authenticator, handshake) {
            (Some(authenticator), Some(handshake)) => {
                let authenticator = Arc::clone(authenticator);
                let session = Session::from(Arc::clone(&self.shared));
                let login = Login::new(handshake, connect.frame.headers.clone(), session);
                let (env, deadline) = (
                    self.server.env.clone(),
                    self.server.config.session.connect_deadline,
                );
                let decision = Box::pin(async move {
                    let decided = env.within(deadline, authenticator.authenticate(login)).await;
                    decided.unwrap_or_else(|| Err(AuthenticationError::new("signing in took too long")))
                });
                self.busy = Some(Busy::Deciding {
                    connect: Some(connect),
                    decision,
                });
            }
            _ => self.accept(&connect, None),
        }
    }

    fn accept(&mut self, connect: &Connect, principal: Option<Principal>) {
        if !matches!(self.phase, Phase::Open | Phase::Finishing(_)) {
            return;
        }
        let (machine, now) = (&mut self.machine, self.server.wheel.now());
        let (id, user) = (
            self.shared.id().to_string(),
            principal.as_ref().map(Principal::name),
        );
        let octets = encode_session_frame(self.transport.framing(), |out| {
            machine.accept(out, connect, &id, user, now);
        });
        self.shared.set_principal(principal);
        self.accepted = true;
        self.rearm = true;
        self.server.sessions.accept(&self.shared);
        self.server.counters.sessions_opened.increment();
        self.send(Frame::of_session(octets));
        let event = SessionConnectedEvent::new(Session::from(Arc::clone(&self.shared)));
        self.busy = tell(&self.server, self.shared.id(), event).map(Busy::Listening);
    }

    fn refuse(&mut self, error: &AuthenticationError) {
        let fault = Fault::new(CloseReason::Refused, error.client_message().to_owned());
        self.fail_request(&fault.with_code(ErrorCode::Unauthenticated));
    }

    fn send_message(&mut self, Send { message, receipt }: Send) {
        self.server.counters.messages_received.increment();
        let then = |receipt| Settled {
            receipt,
            listening: None,
        };
        let found = self.handler_of(MessageKind::Send, &message.destination);
        if let Some(found) = found {
            if self.server.config.routing.is_overlapping() && self.is_served(&message.destination) {
                // Subscribers see the message before the handler's answer to it.
                let published = self.publish(message.clone());
                if published == Err(PublishError::Overloaded) {
                    return self.overloaded(&message.destination, receipt.as_deref());
                }
            }
            return self.handle(message, None, found, then(receipt));
        }
        let destination = Arc::clone(&message.destination);
        match self.publish(message) {
            Ok(()) => self.settle(then(receipt)),
            Err(PublishError::Overloaded) => self.overloaded(&destination, receipt.as_deref()),
            Err(error) => self.unserved(error, &destination, receipt),
        }
    }

    fn publish(&self, message: Message) -> Result<(), PublishError> {
        let publisher = &self.server.publisher;
        publisher.publish_from(self.shared.id(), message, Witness::Session(&self.shared))
    }

    fn handler_of(&self, kind: MessageKind, destination: &str) -> Option<Found> {
        let path = self.server.config.routing.lookup(destination)?;
        self.server.handlers.find(kind, path)
    }

    /// Is a destination the broker's or a user's?
    fn is_served(&self, destination: &str) -> bool {
        let routing = &self.server.config.routing;
        routing.is_brokers(destination) || routing.user_path(destination).is_some()
    }

    fn subscribe(&mut self, subscribe: Subscribe) {
        let Subscribe {
            key,
            id,
            message,
            receipt,
            ..
        } = subscribe;
        self.shared
            .subscribed()
            .insert(key, id.clone(), Arc::clone(&message.destination));
        let encoding = EncodingKey {
            id,
            version: self.machine.version(),
            framing: self.transport.framing(),
        };
        let found = self.handler_of(MessageKind::Subscribe, &message.destination);
        let address = match found {
            Some(_) if !self.server.config.routing.is_overlapping() => None,
            _ => self.address(&message.destination),
        };
        if found.is_none() && address.is_none() {
            return self.unserved(PublishError::NotServed, &message.destination, receipt);
        }
        let selector = match address.as_ref().and_then(|_| self.selector(&message)).transpose() {
            Ok(selector) => selector,
            Err(error) => {
                let fault = Fault::new(CloseReason::ProtocolError, error.to_string());
                let fault = fault.with_destination(Some(&message.destination));
                return self.fail_request(&fault.with_receipt(receipt.as_deref()));
            }
        };
        let event = self.subscribed(&encoding, &message);
        let listening = tell(&self.server, self.shared.id(), event);
        // First, so that what is published behind the handler's answer is not missed.
        if let Some(address) = address {
            self.subscribe_to(Subscription {
                address,
                session: Arc::clone(&self.shared),
                key,
                encoding: encoding.clone(),
                selector,
            });
        }
        let then = Settled { receipt, listening };
        match found {
            Some(found) => self.handle(message, Some(Subscriber { key, encoding }), found, then),
            None => self.settle(then),
        }
    }

    fn subscribe_to(&mut self, subscription: Subscription) {
        let (address, key) = (subscription.address.clone(), subscription.key);
        let done = Witness::Session(&self.shared).completion();
        let ticket = self.server.publisher.broker.subscribe(subscription, done);
        self.tickets.insert(key, address, ticket);
    }

    /// Which messages a SUBSCRIBE wants; `None`: all.
    fn selector(&self, message: &Message) -> Option<Result<Arc<Selector>, SelectorError>> {
        let text = message.header(self.server.config.selector_header_name.as_deref()?)?;
        (!text.trim().is_empty()).then(|| Selector::parse(text).map(Arc::new))
    }

    fn subscribed(&self, encoding: &EncodingKey, message: &Message) -> SessionSubscribeEvent {
        SessionSubscribeEvent::new(
            Session::from(Arc::clone(&self.shared)),
            encoding.id.as_str().into(),
            Arc::clone(&message.destination),
        )
    }

    fn unsubscribe(&mut self, unsubscribe: Unsubscribe) {
        let Unsubscribe {
            key,
            id,
            destination,
            receipt,
        } = unsubscribe;
        self.shared.subscribed().remove(key);
        if let Some((address, ticket)) = self.tickets.remove(key) {
            let done = Witness::Session(&self.shared).completion();
            self.server.publisher.broker.unsubscribe(&address, ticket, done);
        }
        let session = Session::from(Arc::clone(&self.shared));
        let event = SessionUnsubscribeEvent::new(session, id.as_str().into(), destination);
        self.settle(Settled {
            receipt,
            listening: tell(&self.server, self.shared.id(), event),
        });
    }

    /// Lets a handler have the message.
    fn handle(&mut self, message: Message, subscriber: Option<Subscriber>, found: Found, then: Settled) {
        let errand = Errand {
            server: Arc::clone(&self.server),
            session: Session::from(Arc::clone(&self.shared)),
            message: Arc::new(message),
            subscriber,
            receipt: then.receipt.clone(),
        };
        let mode = found.mode();
        let outcome = errand.run(found);
        match mode {
            ExecutionMode::Ordered => self.busy = Some(Busy::Handling { outcome, then }),
            ExecutionMode::Concurrent => self.concurrent.push(Busy::Handling { outcome, then }),
            ExecutionMode::Blocking => {
                let outcome = self.server.env.block_on(outcome);
                self.busy = Some(Busy::Handling { outcome, then });
            }
        }
    }

    fn conclude(&mut self, outcome: Outcome, then: Settled) {
        match outcome {
            Outcome::Failed(fault) => self.fail_request(&fault),
            Outcome::Streaming(answers) => {
                self.keep(answers);
                self.settle(then);
            }
            Outcome::Done => self.settle(then),
        }
    }

    /// Goes on with a stream of answers, unless the session is over or has as many as it may.
    fn keep(&mut self, answers: Answers) {
        if self.is_leaving() {
            return;
        }
        if self.answers.len() >= self.server.config.max_streams {
            let fault = Fault::new(
                CloseReason::Refused,
                "the session is answered by as many streams as it may be",
            );
            return self.fail_request(&fault.with_code(ErrorCode::Quota));
        }
        self.answers.push(answers);
    }

    /// Nobody serves this destination.
    fn unserved(&mut self, error: PublishError, destination: &str, receipt: Option<Box<str>>) {
        self.server.counters.unmapped.increment();
        if self.server.config.ignore_unmapped {
            return self.settle(Settled {
                receipt,
                listening: None,
            });
        }
        let text = match error {
            PublishError::NotServed => "nobody serves this destination",
            PublishError::Malformed | PublishError::Overloaded => "the destination names no user and queue",
        };
        let fault = Fault::new(CloseReason::NoHandler, text);
        self.fail_request(
            &fault
                .with_receipt(receipt.as_deref())
                .with_destination(Some(destination)),
        );
    }

    /// Too many messages wait for this destination. What came before this one may wait among them.
    fn overloaded(&mut self, destination: &str, receipt: Option<&str>) {
        let fault = Fault::new(
            CloseReason::Internal,
            "the destination has more messages waiting than it may",
        );
        self.fail_request(&fault.with_receipt(receipt).with_destination(Some(destination)));
    }

    /// The broker has been asked: waits until it is done, if it is not.
    fn settle(&mut self, settled: Settled) {
        if self.shared.awaits_completion() {
            self.busy = Some(Busy::Settling { settled });
        } else {
            self.settled(settled);
        }
    }

    fn settled(&mut self, Settled { receipt, listening }: Settled) {
        self.answer_receipt(receipt.as_deref());
        self.busy = listening.map(Busy::Listening);
    }

    fn settled_beside(&mut self, settled: Settled) {
        if settled.receipt.is_some() || settled.listening.is_some() {
            self.concurrent.push(Busy::Settling { settled });
        }
    }

    fn answer_receipt(&self, receipt: Option<&str>) {
        if let Some(receipt) = receipt {
            let octets =
                encode_session_frame(self.transport.framing(), |out| self.machine.receipt(out, receipt));
            self.send(Frame::of_session(octets));
        }
    }

    /// Where the broker keeps subscriptions to a destination; `None` when it does not serve it.
    fn address(&self, destination: &Arc<str>) -> Option<Address> {
        if let Some(path) = self.server.publisher.user_path(destination) {
            return (!path.is_empty()).then(|| Address::User {
                session: self.shared.id(),
                path: path.into(),
            });
        }
        let is_brokers = self.server.config.routing.is_brokers(destination);
        is_brokers.then(|| Address::Shared(Arc::clone(destination)))
    }
}

fn receipt(request: &Request) -> Option<&str> {
    match request {
        Request::Send(Send { receipt, .. })
        | Request::Subscribe(Subscribe { receipt, .. })
        | Request::Unsubscribe(Unsubscribe { receipt, .. })
        | Request::Disconnect { receipt } => receipt.as_deref(),
        Request::Connect(_) | Request::Fault(_) => None,
    }
}

/// Lets the interceptors see a request, and puts what they leave of it back into it.
async fn judge(
    inbound: &crate::channel::InboundChannel,
    session: Session,
    request: Request,
) -> Result<Option<Request>, Fault> {
    let (kind, message) = match &request {
        Request::Send(send) => (InboundKind::Send, send.message.clone()),
        Request::Subscribe(subscribe) => (InboundKind::Subscribe, subscribe.message.clone()),
        Request::Unsubscribe(unsubscribe) => (
            InboundKind::Unsubscribe,
            Message::new(Arc::clone(&unsubscribe.destination), bytes::Bytes::new()),
        ),
        Request::Disconnect { .. } => (InboundKind::Disconnect, Message::new("", bytes::Bytes::new())),
        Request::Connect(_) | Request::Fault(_) => return Ok(Some(request)),
    };
    let destination = Arc::clone(&message.destination);
    match inbound
        .apply(InboundFrame {
            kind,
            session,
            message,
        })
        .await
    {
        Ok(Some(frame)) => Ok(Some(with_message(request, frame.message))),
        // The client has left its subscription, or the session: nothing can be kept from that.
        Ok(None) if matches!(kind, InboundKind::Unsubscribe | InboundKind::Disconnect) => Ok(Some(request)),
        Ok(None) => Ok(None),
        Err(error) => {
            tracing::warn!(error = %error.to_string().escape_debug(), "an interceptor refused a frame");
            let fault = Fault::new(CloseReason::Refused, "this is not allowed");
            Err(fault
                .with_receipt(receipt(&request))
                .with_destination(Some(&destination)))
        }
    }
}

fn with_message(request: Request, message: Message) -> Request {
    match request {
        Request::Send(send) => Request::Send(Send { message, ..send }),
        Request::Subscribe(subscribe) => Request::Subscribe(Subscribe { message, ..subscribe }),
        other => other,
    }
}
