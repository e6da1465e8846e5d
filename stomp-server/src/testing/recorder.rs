//! What an application published and what failed in it, in order, until a test has looked at it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use stomp_core::Headers;
use tokio::sync::Notify;

use super::{Published, client, published};
use crate::{HandlerError, SessionId, broker::is_servers, tap::Recipient};

/// Listens at the tap of a [`TestApp`](super::TestApp)'s server.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    log: Mutex<Log>,
    /// Calls those who wait for a message.
    published: Notify,
}

#[derive(Debug, Default)]
struct Log {
    /// In order; what a test has looked at is gone.
    messages: Vec<(u64, Published)>,
    failures: Vec<Failure>,
    /// The number of what comes next.
    next: u64,
}

/// A failure that nothing answered.
#[derive(Debug)]
struct Failure {
    number: u64,
    session: SessionId,
    error: Arc<HandlerError>,
}

/// A point in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(u64);

impl Recorder {
    pub(crate) fn published(
        &self,
        recipient: Recipient<'_>,
        destination: &str,
        headers: &Headers,
        body: &Bytes,
    ) {
        let published = |recipient| Published {
            recipient,
            destination: destination.to_owned(),
            headers: headers.iter().filter(|(name, _)| !is_servers(name)).collect(),
            body: body.clone(),
        };
        let mut log = self.lock();
        match recipient {
            Recipient::Everybody => log.push(published(published::Recipient::Everybody)),
            Recipient::User(client::NOBODY) => {}
            Recipient::User(name) => log.push(published(published::Recipient::User(name.to_owned()))),
            Recipient::Sessions(ids) => {
                for id in ids {
                    log.push(published(published::Recipient::Session(*id)));
                }
            }
            Recipient::Subscriber(id) => log.push(published(published::Recipient::Subscriber(id))),
        }
        drop(log);
        self.published.notify_waiters();
    }

    pub(crate) fn failed(&self, session: SessionId, error: &Arc<HandlerError>) {
        let mut log = self.lock();
        let failure = Failure {
            number: log.next,
            session,
            error: Arc::clone(error),
        };
        log.failures.push(failure);
        log.next += 1;
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.lock().next)
    }

    /// All messages since `mark`, and the last failure of this session since then. Earlier failures, of streams, are
    /// forgotten.
    pub(super) fn take_since(
        &self,
        mark: Mark,
        session: SessionId,
    ) -> (Vec<Published>, Option<Arc<HandlerError>>) {
        let mut log = self.lock();
        let from = log.messages.partition_point(|(number, _)| *number < mark.0);
        let messages = log.messages.drain(from..).map(|(_, message)| message);
        let messages = messages.collect();
        let failures = log.failures.extract_if(.., |failure| failure.session == session);
        let failure = failures.filter(|failure| failure.number >= mark.0).last();
        (messages, failure.map(|failure| failure.error))
    }

    /// All that is left, oldest first.
    pub(super) fn rest(&self) -> Vec<Published> {
        let log = self.lock();
        log.messages.iter().map(|(_, message)| message.clone()).collect()
    }

    /// The oldest message to `destination` that is left; waits for it.
    pub(super) async fn next_to(&self, destination: &str) -> Published {
        loop {
            let mut called = std::pin::pin!(self.published.notified());
            called.as_mut().enable();
            if let Some(published) = self.take_to(destination) {
                return published;
            }
            called.await;
        }
    }

    fn take_to(&self, destination: &str) -> Option<Published> {
        let mut log = self.lock();
        let at = log
            .messages
            .iter()
            .position(|(_, message)| message.destination == destination)?;
        Some(log.messages.remove(at).1)
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        // Each change is one call that cannot fail half-way.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn push(&mut self, message: Published) {
        self.messages.push((self.next, message));
        self.next += 1;
    }
}
