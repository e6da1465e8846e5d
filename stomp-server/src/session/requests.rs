//! What a session does with each request, and with what comes of it.

use std::{cell::OnceCell, sync::Arc};

use futures_core::future::BoxFuture;
use stomp_core::{
    CloseReason, ErrorCode, Message, MessageKind,
    selector::{Selector, SelectorError},
    session::{Connect, Fault, Request, Send, Subscribe, SubscriptionKey, Unsubscribe},
};

use super::{
    Connection, Frame, Session,
    busy::{Busy, Judgement, Settled, Step, panicked},
    connection::Phase,
    refusal::{Refusal, receipt, unpublished},
    watch::{Watch, judge},
    work::{Errand, Subscriber},
};
use crate::{
    Principal, SessionConnectEvent, SessionConnectedEvent, SessionSubscribeEvent, SessionUnsubscribeEvent,
    broker::{Address, EncodingKey, PublishError, Subscription, Witness, encode_session_frame},
    handler::{ErrorChain, ExecutionMode, Found},
    security::{AuthenticationError, Login},
    transport::Transport,
};

impl<T: Transport> Connection<T> {
    /// Begins with the next request: passes it to the interceptors, if there are any.
    pub(super) fn begin(&mut self, request: Request) {
        self.present(&request);
        if self.server.inbound.is_empty() || matches!(request, Request::Connect(_) | Request::Fault(_)) {
            return self.perform(request, None);
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
            Step::Decided(_, Some(Err(error))) => self.refuse(error),
            Step::Decided(_, None) => self.fail_request(panicked(None)),
            Step::Judged(Judgement::Passed(request), ..) => self.perform_watched(request),
            Step::Judged(Judgement::Dropped, receipt, subscription) => self.drop_frame(receipt, subscription),
            Step::Judged(Judgement::Refused(refusal), _, subscription) => {
                self.fail_request(refusal.of_subscription(subscription));
            }
            Step::Handled(outcome, then) => self.conclude(outcome, then),
            Step::Settled(settled) => self.settled(settled),
            Step::Told => {}
        }
    }

    /// Does what is asked for. Of a client that is leaving only messages count: all else was for itself.
    pub(super) fn perform(&mut self, request: Request, watch: Option<Box<Watch>>) {
        if self.is_leaving() && !matches!(request, Request::Send(_)) {
            return;
        }
        match request {
            Request::Connect(connect) => self.connect(connect),
            Request::Send(send) => self.send_message(send, watch),
            Request::Subscribe(subscribe) => self.subscribe(subscribe, watch),
            Request::Unsubscribe(unsubscribe) => self.unsubscribe(unsubscribe, watch),
            Request::Disconnect { receipt } => {
                if let Some(mut watch) = watch {
                    watch.done(None);
                }
                self.answer_receipt(receipt.as_deref());
                self.close(CloseReason::Disconnected, None);
            }
            Request::Fault(fault) => self.fail_request(fault),
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
        self.busy = self.greet(connect).map(Busy::Listening);
    }

    /// Tells of the CONNECT, then that it was answered.
    fn greet(&self, connect: &Connect) -> Option<BoxFuture<'static, ()>> {
        let headers = OnceCell::new();
        let headers = || Arc::clone(headers.get_or_init(|| Arc::new(connect.frame.headers.clone())));
        let connecting = self.tell(|session| SessionConnectEvent::new(session, headers()));
        let connected =
            self.tell(|session| SessionConnectedEvent::new(session).with_connect_headers(headers()));
        match (connecting, connected) {
            (Some(first), Some(second)) => Some(Box::pin(async move {
                first.await;
                second.await;
            })),
            (first, second) => first.or(second),
        }
    }

    fn refuse(&mut self, error: AuthenticationError) {
        let fault = Fault::new(CloseReason::Refused, error.client_message().to_owned());
        let refusal = Refusal::from(fault.with_code(ErrorCode::Unauthenticated));
        self.fail_request(refusal.because(Some(Arc::new(error))));
    }

    fn send_message(&mut self, Send { message, receipt }: Send, watch: Option<Box<Watch>>) {
        self.server.counters.messages_received.increment();
        let destination = Arc::clone(&message.destination);
        let found = self.handler_of(MessageKind::Send, &destination);
        if let Some(found) = found {
            // Subscribers see the message before the handler's answer to it.
            let published = match self.server.config.routing.is_overlapping() && self.is_served(&destination)
            {
                true => self.publish_in_lane(message.clone()),
                false => Ok(()),
            };
            return match published {
                Err(error) if self.fails_beside_handler(&error, &destination, receipt.is_some()) => {
                    give_up(watch, &error);
                    self.fail_request(unpublished(error, &destination, receipt.as_deref()));
                }
                _ => {
                    let then = Settled {
                        receipt,
                        watch,
                        ..Settled::default()
                    };
                    self.handle(message, None, found, then);
                }
            };
        }
        let published = self.publish(message);
        if let Some(mut watch) = watch {
            watch.done(published.as_ref().err().map(|error| error as _));
        }
        match published {
            Err(error) if self.fails(&error, &destination, receipt.is_some()) => {
                self.fail_request(unpublished(error, &destination, receipt.as_deref()));
            }
            _ => self.settle(Settled {
                receipt,
                ..Settled::default()
            }),
        }
    }

    /// Notes why a message was not published; says whether that fails its frame.
    fn fails(&self, error: &PublishError, destination: &str, receipt: bool) -> bool {
        match error {
            // A veto is no failure: the receipt is answered, as for a frame that is dropped on the way in.
            PublishError::Vetoed => false,
            // As with a handler's failure, the client learns of it if it asked for a receipt.
            PublishError::Intercepted(cause) => {
                tracing::error!(
                    session = %self.shared.id(),
                    destination = %destination.escape_debug(),
                    error = %ErrorChain(&**cause),
                    "an interceptor failed; the message was not published"
                );
                receipt
            }
            PublishError::Overloaded => true,
            PublishError::NotServed | PublishError::Malformed => !self.ignores_unmapped(),
        }
    }

    /// The same where a handler has the message too: that the destination names no user is nothing to the handler, but
    /// a receipt would say that both have it.
    fn fails_beside_handler(&self, error: &PublishError, destination: &str, receipt: bool) -> bool {
        let names_nobody = matches!(error, PublishError::NotServed | PublishError::Malformed);
        (receipt || !names_nobody) && self.fails(error, destination, receipt)
    }

    fn publish(&self, message: Message) -> Result<(), PublishError> {
        let publisher = &self.server.publisher;
        publisher.publish_of_client(self.shared.id(), message, Witness::session(&self.shared))
    }

    /// The same for a message that something of this session follows at once, which must not overtake it.
    fn publish_in_lane(&self, message: Message) -> Result<(), PublishError> {
        let publisher = &self.server.publisher;
        let lane = self.shared.lane(|| Some(publisher.session_lane()));
        let witness = Witness::session(&self.shared);
        let witness = lane.as_ref().map_or(witness, |lane| witness.in_lane(lane));
        publisher.publish_of_client(self.shared.id(), message, witness)
    }

    pub(super) fn handler_of(&self, kind: MessageKind, destination: &str) -> Option<Found> {
        let path = self.server.config.routing.lookup(destination)?;
        self.server.handlers.find(kind, path)
    }

    /// Is a destination the broker's or a user's?
    fn is_served(&self, destination: &str) -> bool {
        let routing = &self.server.config.routing;
        routing.is_brokers(destination) || routing.user_path(destination).is_some()
    }

    fn subscribe(&mut self, subscribe: Subscribe, mut watch: Option<Box<Watch>>) {
        let Subscribe {
            key,
            id,
            message,
            receipt,
            ..
        } = subscribe;
        let found = self.handler_of(MessageKind::Subscribe, &message.destination);
        let address = match found {
            Some(_) if !self.server.config.routing.is_overlapping() => None,
            _ => self.address(&message.destination),
        };
        if found.is_none() && address.is_none() {
            let error = PublishError::NotServed;
            give_up(watch.take(), &error);
            if !self.ignores_unmapped() {
                let refusal = unpublished(error, &message.destination, receipt.as_deref());
                return self.fail_request(refusal.of_subscription(Some(key)));
            }
        }
        let selector = match address.as_ref().and_then(|_| self.selector(&message)).transpose() {
            Ok(selector) => selector,
            Err(error) => {
                give_up(watch, &error);
                let fault = Fault::new(CloseReason::ProtocolError, error.to_string());
                let fault = fault.with_destination(Some(&message.destination));
                return self.fail_request(fault.with_receipt(receipt.as_deref()));
            }
        };
        let destination = Arc::clone(&message.destination);
        self.shared.subscribed().insert(key, id.clone(), destination);
        let encoding = EncodingKey {
            id,
            version: self.machine.version(),
            framing: self.transport.framing(),
        };
        let listening = self.subscribed(&encoding, &message);
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
        let then = Settled {
            receipt,
            listening,
            watch,
            presented: None,
        };
        match found {
            Some(found) => self.handle(message, Some(Subscriber { key, encoding }), found, then),
            None => self.settle(then),
        }
    }

    fn subscribe_to(&mut self, subscription: Subscription) {
        let (address, key) = (subscription.address.clone(), subscription.key);
        let done = Witness::session(&self.shared).completion();
        let ticket = self.server.publisher.broker.subscribe(subscription, done);
        self.tickets.insert(key, address, ticket);
    }

    /// Which messages a SUBSCRIBE wants; `None`: all.
    fn selector(&self, message: &Message) -> Option<Result<Arc<Selector>, SelectorError>> {
        let text = message.header(self.server.config.selector_header_name.as_deref()?)?;
        (!text.trim().is_empty()).then(|| Selector::parse(text).map(Arc::new))
    }

    fn subscribed(&self, encoding: &EncodingKey, message: &Message) -> Option<BoxFuture<'static, ()>> {
        self.tell(|session| {
            let (id, destination) = (encoding.id.as_str().into(), Arc::clone(&message.destination));
            SessionSubscribeEvent::new(session, id, destination).with_headers(message.headers.clone())
        })
    }

    fn unsubscribe(&mut self, unsubscribe: Unsubscribe, watch: Option<Box<Watch>>) {
        let Unsubscribe {
            key,
            id,
            destination,
            receipt,
        } = unsubscribe;
        self.forget(key);
        let listening =
            self.tell(|session| SessionUnsubscribeEvent::new(session, id.as_str().into(), destination));
        self.settle(Settled {
            receipt,
            listening,
            watch,
            presented: None,
        });
    }

    /// A SUBSCRIBE comes to nothing, and the client does not know: it may end what it began, or begin with the id anew.
    pub(super) fn pass_over(&mut self, key: SubscriptionKey) {
        self.machine.pass_over(key);
        self.forget(key);
    }

    /// A subscription is over, or was refused: nobody finds it any more, and the broker stops.
    fn forget(&mut self, key: SubscriptionKey) {
        self.shared.subscribed().remove(key);
        if let Some((address, ticket)) = self.tickets.remove(key) {
            let done = Witness::session(&self.shared).completion();
            self.server.publisher.broker.unsubscribe(&address, ticket, done);
        }
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
        let then = Settled {
            presented: self.presented.take(),
            ..then
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

    /// Counts a frame for what nobody serves; says whether that is passed over in silence.
    fn ignores_unmapped(&self) -> bool {
        self.server.counters.unmapped.increment();
        self.server.config.ignore_unmapped
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

/// What interceptors watch failed for this reason.
fn give_up(watch: Option<Box<Watch>>, error: &(dyn std::error::Error + std::marker::Send + Sync + 'static)) {
    if let Some(mut watch) = watch {
        watch.done(Some(error));
    }
}
