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

use super::{Frame, Session, SessionId, Shared};
use crate::{
    app::ServerState,
    broker::{Address, EncodingKey, Latch, Publication, PublishError, Witness, encode_message},
    handler::{Called, Found, HandlerError, MessageContext, Outgoing, Reply, ReplyStream, ReplyTarget},
    tap::Recipient,
};

/// How a message's handling ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is done, also when an exception handler answered.
    Done,
    /// The handler answered with a stream: the message is done, and the answers follow.
    Streaming(Answers),
    /// Nothing answered the failure.
    Failed(Fault),
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

    /// Sends one answer. A failure ends the answers: there is nobody left to tell of it but the log.
    pub(super) fn send(&mut self, answer: Result<Outgoing, HandlerError>) -> Result<(), ()> {
        let witness = Witness::Latch(&self.latch);
        let sent = answer.and_then(|answer| self.errand.send(&self.targets, answer, witness));
        if self.latch.is_expecting() {
            let latch = Arc::clone(&self.latch);
            // Lost: the runtime is going away, and the stream with it.
            self.waiting = Some(Waiting(Box::pin(async move {
                let _ = latch.opened().await;
            })));
        }
        sent.map_err(|error| {
            self.errand.count(&error);
            let _ = self.errand.unanswered(&Arc::new(error));
        })
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
            match self.answer(called, || found.reply_targets(&cx)) {
                Ok(answered) => self.concluded(answered),
                Err(error) => self.recover(&found, cx, error).await,
            }
        })
    }

    async fn recover(self, found: &Found, cx: MessageContext, error: HandlerError) -> Outcome {
        self.count(&error);
        let error = Arc::new(error);
        let Some(handler) = found.exception_handler(&error) else {
            return self.unanswered(&error);
        };
        let called = handler.call(cx.clone(), Arc::clone(&error)).await;
        match self.answer(called, || handler.reply_targets(&cx)) {
            Ok(answered) => self.concluded(answered),
            Err(error) => {
                self.count(&error);
                self.unanswered(&Arc::new(error))
            }
        }
    }

    /// Sends a reply to its targets, or gives back the stream that it is.
    fn answer(
        &self,
        called: Called,
        targets: impl FnOnce() -> Result<Vec<ReplyTarget>, HandlerError>,
    ) -> Result<Option<(ReplyStream, Vec<ReplyTarget>)>, HandlerError> {
        match called? {
            Reply::Nothing => Ok(None),
            Reply::Message(message) => {
                let witness = Witness::Session(self.session.shared());
                self.send(&targets()?, message, witness).map(|()| None)
            }
            Reply::Stream(stream) => Ok(Some((stream, targets()?))),
        }
    }

    fn concluded(self, answered: Option<(ReplyStream, Vec<ReplyTarget>)>) -> Outcome {
        match answered {
            None => Outcome::Done,
            Some((stream, targets)) => Outcome::Streaming(Answers {
                stream,
                targets,
                errand: self,
                latch: Arc::default(),
                waiting: None,
                waker: None,
            }),
        }
    }

    /// A failure that nothing answered: the log has it, and the client learns of it if it asked for a receipt.
    fn unanswered(&self, error: &Arc<HandlerError>) -> Outcome {
        self.server.counters.handlers_failed.increment();
        tracing::error!(
            session = %self.session.id(),
            destination = &*self.message.destination.escape_debug().to_string(),
            error = %ErrorChain(&**error),
            "a handler failed and no exception handler answered"
        );
        if self.server.publisher.tap.failed(self.session.id(), error) {
            return Outcome::Done;
        }
        // What the handler could not be given is the client's mistake, all else is the server's.
        let reason = match error.is_extraction() {
            true => CloseReason::ProtocolError,
            false => CloseReason::HandlerFailed,
        };
        match self.receipt.as_deref() {
            Some(receipt) => Outcome::Failed(
                Fault::new(reason, error.client_message().into_owned())
                    .with_receipt(Some(receipt))
                    .with_destination(Some(&self.message.destination)),
            ),
            None => Outcome::Done,
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
        for target in targets {
            self.send_to(target, headers.clone(), body.clone(), witness)?;
        }
        Ok(())
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
                    published => published.map_err(HandlerError::reply),
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
                published.map_err(HandlerError::reply)
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
        let octets = encode_message(encoding, &server.next_direct_message_id(), &publication);
        session
            .shared()
            .outbox()
            .push(Frame::of_subscription(octets, *key));
    }
}

/// An error with its causes, on one line and with nothing in it that could forge a log line.
struct ErrorChain<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = self.0.to_string();
        write!(f, "{}", text.escape_debug())?;
        let mut next = self.0.source();
        while let Some(error) = next {
            let cause = error.to_string();
            // A refused argument says what its cause says.
            if !text.ends_with(&cause) {
                write!(f, ": {}", cause.escape_debug())?;
            }
            (text, next) = (cause, error.source());
        }
        Ok(())
    }
}

/// Tells all listeners of an event, one after the other; a failure of one does not keep it from the next.
pub(super) fn tell<E: crate::ApplicationEvent>(
    server: &Arc<ServerState>,
    session: SessionId,
    event: E,
) -> Option<BoxFuture<'static, ()>> {
    if server.handlers.listeners(std::any::TypeId::of::<E>()).is_empty() {
        return None;
    }
    let server = Arc::clone(server);
    let event: Arc<dyn std::any::Any + Send + Sync> = Arc::new(event);
    Some(Box::pin(async move {
        for listener in server.handlers.listeners(std::any::TypeId::of::<E>()) {
            if let Err(error) = listener.call(Arc::clone(&event)).await {
                tracing::error!(%session, error = %ErrorChain(&error), "an event listener failed");
            }
        }
    }))
}
