//! Brokers: who gets what is published.
//!
//! A session asks a [`Broker`] to subscribe, to unsubscribe and to publish, and never assumes that it is done when
//! the call returns: a [`Completion`] says so. That is what lets a relay, a bus between nodes or work queues stand
//! behind the same trait.

mod encode;
mod lane;
mod latch;
mod publisher;
pub(crate) mod simple;

use std::sync::Arc;

use bytes::Bytes;
use stomp_core::{
    Headers, Version,
    selector::Selector,
    session::{SubscriptionId, SubscriptionKey},
};

#[cfg(feature = "testing")]
pub(crate) use self::encode::is_servers;
pub(crate) use self::{
    encode::{Framing, encode_message, encode_session_frame, subscribers_header},
    lane::{Lane, Lanes},
    latch::{Latch, Lost},
    publisher::{PublishError, Publisher},
};
use crate::{
    activity::Survey,
    session::{SessionId, Shared},
};

/// Distributes messages to subscriptions.
pub(crate) trait Broker: Send + Sync + 'static {
    /// Makes a subscription live, then completes. The ticket is the broker's own name for it.
    fn subscribe(&self, subscription: Subscription, done: Completion) -> Ticket;

    /// Ends a subscription, then completes. Frames on their way to it are dropped by its session.
    fn unsubscribe(&self, address: &Address, ticket: Ticket, done: Completion);

    /// Hands a message to all who are subscribed to its address, in the order of the calls per address. Never waits for
    /// a subscriber. What cannot be done within the call is completed later: only then is the witness asked for a
    /// [completion](Witness::completion), within the call.
    fn publish(&self, publication: Publication, witness: Witness<'_>, room: Room) -> Result<(), Refused>;

    /// Notes what is on its way to subscribers just now.
    fn survey(&self, survey: &mut Survey);
}

/// May a message be refused?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// Yes, when too many wait for its destination.
    Limited,
    /// No: it was accepted already, and has waited elsewhere.
    Owed,
}

/// A message was not taken: too many wait for its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

/// A broker's own name for a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(pub(crate) usize);

/// Where a message goes: a destination that all share, or one that belongs to a session.
///
/// The two never meet: no pattern over shared destinations can read a session's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    Shared(Arc<str>),
    User { session: SessionId, path: Arc<str> },
}

impl Address {
    pub(crate) fn path(&self) -> &Arc<str> {
        match self {
            Self::Shared(path) | Self::User { path, .. } => path,
        }
    }
}

/// A message on its way to the subscribers of an address.
#[derive(Debug, Clone)]
pub(crate) struct Publication {
    pub(crate) address: Address,
    /// The destination that subscribers read.
    pub(crate) destination: Arc<str>,
    /// The publisher's headers; those that belong to the server are left out when they are written.
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

impl Publication {
    /// About the octets that it holds.
    fn size(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        size_of::<Self>() + self.destination.len() + headers + self.body.len()
    }
}

/// One subscription of one session, with all that a MESSAGE for it needs.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    /// An exact destination or a pattern.
    pub(crate) address: Address,
    pub(crate) session: Arc<Shared>,
    pub(crate) key: SubscriptionKey,
    pub(crate) encoding: EncodingKey,
    /// Which messages it wants; `None`: all.
    pub(crate) selector: Option<Arc<Selector>>,
}

/// What the octets of a MESSAGE depend on beside the message: who shares it shares the octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncodingKey {
    pub(crate) id: SubscriptionId,
    pub(crate) version: Version,
    pub(crate) framing: Framing,
}

/// Tells somebody that something is done. Who drops it instead says that it will never be.
#[derive(Debug, Default)]
pub(crate) struct Completion {
    waiting: Waiting,
    /// The lane in which it was published: what comes next there waits, too.
    lane: Option<Arc<Lane>>,
}

/// Who waits for one completion.
#[derive(Debug, Clone, Default)]
enum Waiting {
    #[default]
    Nobody,
    /// A session, which counts what it waits for.
    Session(Arc<Shared>),
    /// Whoever waits at a latch.
    Latch(Arc<Latch>),
}

impl Completion {
    /// For what nobody waits for.
    pub(crate) fn unheeded() -> Self {
        Self::default()
    }

    pub(crate) fn complete(mut self) {
        if let Some(lane) = self.lane.take() {
            lane.arrive();
        }
        match std::mem::take(&mut self.waiting) {
            Waiting::Nobody => {}
            Waiting::Session(session) => session.complete(),
            Waiting::Latch(latch) => latch.arrive(),
        }
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        if let Some(lane) = &self.lane {
            lane.arrive();
        }
        match &self.waiting {
            Waiting::Nobody => {}
            // It waits for an end, whatever that is: its own comes soon if the runtime's has.
            Waiting::Session(session) => session.complete(),
            Waiting::Latch(latch) => latch.lose(),
        }
    }
}

/// Who waits for the completions of what is being published, and the lane that it is published in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Witness<'a> {
    heed: Heed<'a>,
    lane: Option<&'a Arc<Lane>>,
}

#[derive(Debug, Clone, Copy)]
enum Heed<'a> {
    Nobody,
    Session(&'a Arc<Shared>),
    Latch(&'a Arc<Latch>),
}

impl<'a> Witness<'a> {
    /// Nobody.
    pub(crate) const NOBODY: Self = Self {
        heed: Heed::Nobody,
        lane: None,
    };

    /// A session: its next frame waits.
    pub(crate) fn session(session: &'a Arc<Shared>) -> Self {
        let heed = Heed::Session(session);
        Self { heed, lane: None }
    }

    /// A task.
    pub(crate) fn latch(latch: &'a Arc<Latch>) -> Self {
        let heed = Heed::Latch(latch);
        Self { heed, lane: None }
    }

    /// The same, and what the publisher sends next in this lane.
    pub(crate) fn in_lane(self, lane: &'a Arc<Lane>) -> Self {
        Self {
            lane: Some(lane),
            ..self
        }
    }

    /// The lane that a message must go through: the one it is for, or that of a session that has something in it.
    fn way(self) -> Option<&'a Arc<Lane>> {
        match self.heed {
            Heed::Session(session) => self.lane.or_else(|| session.busy_lane()),
            Heed::Nobody | Heed::Latch(_) => self.lane,
        }
    }

    /// One completion more that the witness waits for.
    pub(crate) fn completion(self) -> Completion {
        if let Some(lane) = self.lane {
            lane.expect();
        }
        match self.heed {
            Heed::Nobody => {}
            Heed::Session(session) => session.expect_completion(),
            Heed::Latch(latch) => latch.expect(),
        }
        Completion {
            waiting: self.heed.into(),
            lane: self.lane.map(Arc::clone),
        }
    }
}

impl From<Heed<'_>> for Waiting {
    fn from(heed: Heed<'_>) -> Self {
        match heed {
            Heed::Nobody => Self::Nobody,
            Heed::Session(session) => Self::Session(Arc::clone(session)),
            Heed::Latch(latch) => Self::Latch(Arc::clone(latch)),
        }
    }
}

impl<'a> From<&'a Waiting> for Heed<'a> {
    fn from(waiting: &'a Waiting) -> Self {
        match waiting {
            Waiting::Nobody => Self::Nobody,
            Waiting::Session(session) => Self::Session(session),
            Waiting::Latch(latch) => Self::Latch(latch),
        }
    }
}
