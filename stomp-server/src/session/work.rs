//! What a client's message needs: its handler, the replies, and the exception handlers when that fails.

use std::{
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use futures_core::future::BoxFuture;
use stomp_core::{
    CloseReason, Headers, Message,
    session::{Fault, SubscriptionKey},
};

use super::{Frame, Session, Shared, refusal::Refusal};
use crate::{
    SendError,
    app::ServerState,
    broker::{Address, EncodingKey, Latch, Publication, PublishError, Witness, encode_message},
    handler::{
        Called, ErrorChain, Found, HandlerError, MessageContext, Outgoing, Reply, ReplyStream, ReplyTarget,
    },
    tap::Recipient,
};

/// How a message's handling ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is done, also when an exception handler answered.
    Done,
    /// The handler answered with a stream: the message is done, and the answers follow.
    Streaming(Answers),
    /// Nothing answered the failure, and nobody asked for a receipt.
    Unanswered(Arc<HandlerError>),
    /// Nothing answered the failure, and the receipt that was asked for is refused.
    Failed(Box<Refusal>),
}

/// A subscription that a handler answers directly.
#[derive(Debug, Clone)]
pub(super) struct Subscriber {
    pub(super) key: SubscriptionKey,
    pub(super) encoding: EncodingKey,
}

/// A message on its way through its handler.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) server: Arc<ServerState>,
    pub(super) session: Session,
    pub(super) message: Arc<Message>,
    /// The subscription, when the message is a SUBSCRIBE.
    pub(super) subscriber: Option<Subscriber>,
    /// The receipt that the client asked for.
    pub(super) receipt: Option<Box<str>>,
}

/// The answers of a handler that returned a stream, and where they go.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) stream: ReplyStream,
    targets: Vec<ReplyTarget>,
    errand: Errand,
    /// What the broker has not done of them: of its own, so that other requests do not wait for it.
    latch: Arc<Latch>,
    pub(super) waiting: Option<Waiting>,
    /// What the stream wakes.
    waker: Option<Arc<StreamWaker>>,
    /// Who answers when the stream fails; nobody if it is itself the answer of an exception handler.
    recovery: Option<Box<(Found, MessageContext)>>,
}

/// Notes that a stream has something to say, and wakes the session's task.
#[derive(Debug)]
struct StreamWaker {
    session: Arc<Shared>,
    task: Waker,
}

impl Wake for StreamWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.session.stream_is_due();
        self.task.wake_by_ref();
    }
}

/// Waits for the broker.
pub(super) struct Waiting(BoxFuture<'static, ()>);

impl Waiting {
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl Answers {
    /// The subscription whose end ends the answers.
    pub(super) fn subscription(&self) -> Option<SubscriptionKey> {
        self.errand.subscriber.as_ref().map(|subscriber| subscriber.key)
    }

    /// What the stream is to wake.
    pub(super) fn waker(&mut self, session: &Arc<Shared>, task: &Waker) -> Waker {
        let known = self.waker.take().filter(|waker| waker.task.will_wake(task));
        let waker = known.unwrap_or_else(|| {
            Arc::new(StreamWaker {
                session: Arc::clone(session),
                task: task.clone(),
            })
        });
        Waker::from(Arc::clone(self.waker.insert(waker)))
    }

    /// Is the broker done with all answers that the stream has given?
    pub(super) fn is_at_rest(&self) -> bool {
        self.waiting.is_none()
    }

    /// Sends one answer. A failure ends the answers: exception handlers are asked, as when the handler itself fails.
    pub(super) fn send(&mut self, answer: Result<Outgoing, HandlerError>) {
        let witness = Witness::latch(&self.latch);
        let sent = answer.and_then(|answer| self.errand.send(&self.targets, answer, witness));
        let failed = sent.err().map(|error| {
            self.stream = ReplyStream::ended();
            (self.errand.behind(), self.recovery.take(), error)
        });
        if failed.is_none() && !self.latch.is_expecting() {
            return;
        }
        let latch = Arc::clone(&self.latch);
        self.waiting = Some(Waiting(Box::pin(async move {
            if let Some((errand, recovery, error)) = failed {
                errand.recover(recovery, error, Witness::latch(&latch)).await;
            }
            if latch.is_expecting() {
                // Lost: the runtime is going away, and the stream with it.
                let _ = latch.opened().await;
            }
        })));
    }
}

impl Errand {
    /// Calls the handler, sends its replies, and lets exception handlers answer what fails.
    pub(super) fn run(self, mut found: Found) -> BoxFuture<'static, Outcome> {
        Box::pin(async move {
            let services = Arc::clone(&self.server.services);
            let cx = found.bind(MessageContext::new(
                Arc::clone(&self.message),
                self.session.clone(),
                services,
            ));
            let called = found.call(cx.clone()).await;
            let witness = Witness::session(self.session.shared());
            match self.answer(called, || found.reply_targets(&cx), witness) {
                Ok(None) => Outcome::Done,
                Ok(Some(answered)) => self.streaming(answered, Some(Box::new((found, cx)))),
                Err(error) => {
                    let session = self.session.clone();
                    let witness = Witness::session(session.shared());
                    self.recover(Some(Box::new((found, cx))), error, witness).await
                }
            }
        })
    }

    /// The same message once its receipt is no longer asked for: the handler has returned.
    fn behind(&self) -> Self {
        Self {
            server: Arc::clone(&self.server),
            session: self.session.clone(),
            message: Arc::clone(&self.message),
            subscriber: self.subscriber.clone(),
            receipt: None,
        }
    }

    /// Lets an exception handler answer `error`.
    async fn recover(
        self,
        recovery: Option<Box<(Found, MessageContext)>>,
        error: HandlerError,
        witness: Witness<'_>,
    ) -> Outcome {
        self.count(&error);
        let error = Arc::new(error);
        let known = recovery.and_then(|known| Some((known.0.exception_handler(&error)?, known.1)));
        let Some((handler, cx)) = known else {
            return self.unanswered(error);
        };
        let called = handler.call(cx.clone(), Arc::clone(&error)).await;
        match self.answer(called, || handler.reply_targets(&cx), witness) {
            Ok(None) => Outcome::Done,
            Ok(Some(answered)) => self.streaming(answered, None),
            Err(error) => {
                self.count(&error);
                self.unanswered(Arc::new(error))
            }
        }
    }

    /// Sends a reply to its targets, or gives back the stream that it is.
    fn answer(
        &self,
        called: Called,
        targets: impl FnOnce() -> Result<Vec<ReplyTarget>, HandlerError>,
        witness: Witness<'_>,
    ) -> Result<Option<(ReplyStream, Vec<ReplyTarget>)>, HandlerError> {
        match called? {
            Reply::Nothing => Ok(None),
            Reply::Message(message) => self.send(&targets()?, message, witness).map(|()| None),
            Reply::Stream(stream) => Ok(Some((stream, targets()?))),
        }
    }

    fn streaming(
        self,
        (stream, targets): (ReplyStream, Vec<ReplyTarget>),
        recovery: Option<Box<(Found, MessageContext)>>,
    ) -> Outcome {
        Outcome::Streaming(Answers {
            stream,
            targets,
            errand: self,
            latch: Arc::default(),
            waiting: None,
            waker: None,
            recovery,
        })
    }

    /// A failure that nothing answered: the log has it, and the client learns of it if it asked for a receipt.
    fn unanswered(&self, error: Arc<HandlerError>) -> Outcome {
        self.server.counters.handlers_failed.increment();
        tracing::error!(
            session = %self.session.id(),
            destination = &*self.message.destination.escape_debug().to_string(),
            error = %ErrorChain(&*error),
            "a handler failed and no exception handler answered"
        );
        if self.server.publisher.tap.failed(self.session.id(), &error) {
            return Outcome::Unanswered(error);
        }
        // What the handler could not be given is the client's mistake, all else is the server's.
        let reason = match error.is_extraction() {
            true => CloseReason::ProtocolError,
            false => CloseReason::HandlerFailed,
        };
        match self.receipt.as_deref() {
            Some(receipt) => {
                let fault = Fault::new(reason, error.client_message().into_owned())
                    .with_receipt(Some(receipt))
                    .with_destination(Some(&self.message.destination));
                Outcome::Failed(Box::new(Refusal::of_frame(fault).because(Some(error))))
            }
            None => Outcome::Unanswered(error),
        }
    }

    fn count(&self, error: &HandlerError) {
        if error.is_panic() {
            self.server.counters.handlers_panicked.increment();
        }
    }

    /// Sends one message to all places that answers go to.
    fn send(
        &self,
        targets: &[ReplyTarget],
        answer: Outgoing,
        witness: Witness<'_>,
    ) -> Result<(), HandlerError> {
        let (headers, body) = answer.into_parts();
        let headers = self.server.reply_headers.complete(&self.message.headers, headers);
        let Some((last, others)) = targets.split_last() else {
            return Ok(());
        };
        // One answer waits for nobody but what is on its way in the session's lane; several wait for each other.
        let session = self.session.shared();
        let lane = match others {
            [] => session.busy_lane().map(Arc::clone),
            _ => session.lane(|| Some(self.server.publisher.session_lane())),
        };
        let witness = lane.as_ref().map_or(witness, |lane| witness.in_lane(lane));
        for target in others {
            self.send_to(target, headers.clone(), body.clone(), witness)?;
        }
        self.send_to(last, headers, body, witness)
    }

    fn send_to(
        &self,
        target: &ReplyTarget,
        headers: Headers,
        body: bytes::Bytes,
        witness: Witness<'_>,
    ) -> Result<(), HandlerError> {
        let Self { server, session, .. } = self;
        match target {
            ReplyTarget::Broker(destination) => {
                let message = Message {
                    headers,
                    ..Message::new(&**destination, body)
                };
                match server.publisher.publish_from(session.id(), message, witness) {
                    Err(PublishError::NotServed) if server.config.ignore_unmapped => {
                        server.counters.unmapped.increment();
                        Ok(())
                    }
                    published => published.map_err(unsent),
                }
            }
            ReplyTarget::User { path, broadcast } => {
                let message = Message {
                    headers,
                    ..Message::new(&**path, body)
                };
                let published = match session.principal().filter(|_| *broadcast) {
                    Some(user) => {
                        server
                            .publisher
                            .publish_to_user(user.destination_user_name(), path, message, witness)
                    }
                    None => server
                        .publisher
                        .publish_to_sessions(&[session.id()], path, message, witness),
                };
                published.map_err(unsent)
            }
            ReplyTarget::Subscriber => {
                self.answer_directly(headers, body);
                Ok(())
            }
        }
    }

    /// Past the broker, to the subscription that asked (Spring's `@SubscribeMapping`).
    fn answer_directly(&self, headers: Headers, body: bytes::Bytes) {
        let Self {
            server,
            session,
            message,
            subscriber,
            ..
        } = self;
        let Some(Subscriber { key, encoding }) = subscriber else {
            return;
        };
        let destination = Arc::clone(&message.destination);
        let recipient = Recipient::Subscriber(session.id());
        server
            .publisher
            .tap
            .published(recipient, &destination, &headers, &body);
        let address = Address::User {
            session: session.id(),
            path: Arc::clone(&destination),
        };
        let publication = Publication {
            address,
            destination,
            headers,
            body,
        };
        let push = |publication: &Publication| {
            let octets = encode_message(encoding, &server.next_direct_message_id(), publication);
            session
                .shared()
                .outbox()
                .push(Frame::of_subscription(octets, *key));
        };
        if server.outbound.is_empty() {
            return push(&publication);
        }
        let (channel, id) = (&server.outbound, encoding.id.as_str());
        channel.deliver(&publication, session.shared(), id, push);
    }
}

/// A reply that was not published. Exception handlers see the same error as where a handler sends through the template.
fn unsent(error: PublishError) -> HandlerError {
    HandlerError::reply(SendError::from(error))
}
