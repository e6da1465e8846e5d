//! The broker inside the server: topics in memory.
//!
//! | file | holds |
//! |---|---|
//! | `topic` | one destination: its subscribers and the line of its publishers |
//! | `members` | a list of subscribers that is walked without a lock |
//! | `patterns` | pattern subscriptions, and which destinations they were found to match |
//! | `remembered` | the destinations whose matching patterns are known, the oldest of which goes first |
//! | `walk` | one message on its way past the subscribers |

mod members;
mod patterns;
mod remembered;
mod topic;
mod walk;

use std::{
    collections::{HashMap, hash_map::RandomState},
    fmt,
    hash::BuildHasher,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use stomp_core::destination;

use self::{
    members::Members,
    patterns::Patterns,
    topic::{Entered, Topic},
    walk::Walk,
};
use super::{Address, Broker, Completion, Publication, Subscription, Ticket};
use crate::{channel::OutboundChannel, counters::Counters, env::Env};

const SHARDS: usize = 64;

/// Pattern subscriptions that match a destination.
type Matched = Arc<[Arc<Members>]>;

type Shard = RwLock<HashMap<Address, Arc<Topic>>>;

/// Keeps nothing, confirms at once: a message reaches whoever is subscribed when it is published.
pub(crate) struct SimpleBroker {
    shards: Box<[Shard]>,
    hasher: RandomState,
    patterns: Patterns,
    /// Begins the message ids of the next topic.
    next_epoch: AtomicU64,
    /// Stands in for the topic of a session's own destination that only patterns are subscribed to.
    unsubscribed: Arc<Topic>,
    delivery: Arc<Delivery>,
}

/// What a message needs on its way to the outboxes.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) outbound: OutboundChannel,
    pub(crate) counters: Arc<Counters>,
    pub(crate) env: Env,
}

impl SimpleBroker {
    pub(crate) fn new(delivery: Delivery, pattern_cache: usize) -> Self {
        Self {
            shards: std::iter::repeat_with(Shard::default).take(SHARDS).collect(),
            hasher: RandomState::new(),
            patterns: Patterns::new(pattern_cache),
            next_epoch: AtomicU64::new(1),
            unsubscribed: Arc::new(Topic::new(Address::Shared("".into()), 0)),
            delivery: Arc::new(delivery),
        }
    }

    fn shard(&self, address: &Address) -> &Shard {
        // The remainder of a small modulus fits.
        &self.shards[(self.hasher.hash_one(address) % SHARDS as u64) as usize]
    }

    fn topic(&self, address: &Address) -> Option<Arc<Topic>> {
        read(self.shard(address)).get(address).cloned()
    }

    /// The topic of an address, made if it is not there; `with` runs before anybody can remove it again.
    fn with_topic<R>(&self, address: &Address, with: impl FnOnce(&Arc<Topic>) -> R) -> R {
        let mut shard = self
            .shard(address)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let topic = shard.entry(address.clone()).or_insert_with(|| {
            let epoch = self.next_epoch.fetch_add(1, Ordering::Relaxed);
            Arc::new(Topic::new(address.clone(), epoch))
        });
        with(topic)
    }

    /// Forgets a topic that nobody is subscribed to and no pattern was found for.
    fn forget_if_idle(&self, address: &Address) {
        let mut shard = self
            .shard(address)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if shard.get(address).is_some_and(|topic| topic.is_idle()) {
            shard.remove(address);
        }
        if shard.is_empty() {
            shard.shrink_to_fit();
        }
    }

    /// The topic to publish to and the pattern subscriptions beside it; `None` when nobody is subscribed.
    fn target(&self, address: &Address) -> Option<(Arc<Topic>, Matched)> {
        let topic = self.topic(address);
        if self.patterns.is_empty() {
            return Some((topic?, Arc::default()));
        }
        if let Some(matched) = topic.as_ref().and_then(|topic| topic.matched()) {
            return topic.zip(Some(matched));
        }
        let matched = self.patterns.matching(address);
        match (topic, address) {
            (None, _) if matched.is_empty() => None,
            (_, Address::Shared(_)) => {
                let topic = self.with_topic(address, Arc::clone);
                let (matched, evicted) = self.patterns.remember(&topic);
                evicted.iter().for_each(|address| self.forget_if_idle(address));
                Some((topic, matched))
            }
            // A session's own patterns are few and go with it: nothing is remembered for them.
            (Some(topic), Address::User { .. }) => Some((topic, matched.into())),
            (None, Address::User { .. }) => Some((Arc::clone(&self.unsubscribed), matched.into())),
        }
    }

    fn drain(&self, topic: &Arc<Topic>) {
        while let Some(mut walk) = Walk::next(topic) {
            if !walk.step(&self.delivery) {
                return self.hand_over(Arc::clone(topic), walk);
            }
            walk.finish(&self.delivery);
        }
    }

    /// Lets a task of its own go on where a long list of subscribers would keep the publisher.
    fn hand_over(&self, topic: Arc<Topic>, walk: Walk) {
        let delivery = Arc::clone(&self.delivery);
        let rest = async move {
            let mut next = Some(walk);
            while let Some(mut walk) = next {
                while !walk.step(&delivery) {
                    tokio::task::yield_now().await;
                }
                walk.finish(&delivery);
                next = Walk::next(&topic);
            }
        };
        // Nobody can have subscribed before the server runs, so there is a runtime.
        drop(self.delivery.env.spawn(rest));
    }
}

impl Broker for SimpleBroker {
    fn subscribe(&self, subscription: Subscription, done: Completion) -> Ticket {
        let ticket = if destination::is_pattern(subscription.address.path()) {
            self.patterns.subscribe(subscription)
        } else {
            let address = subscription.address.clone();
            self.with_topic(&address, |topic| topic.members().add(subscription))
        };
        done.complete();
        Ticket(ticket)
    }

    fn unsubscribe(&self, address: &Address, Ticket(ticket): Ticket, done: Completion) {
        if destination::is_pattern(address.path()) {
            for forgotten in self.patterns.unsubscribe(address, ticket) {
                self.forget_if_idle(&forgotten);
            }
        } else {
            let left = self.topic(address).map(|topic| topic.members().remove(ticket));
            if left == Some(0) {
                self.forget_if_idle(address);
            }
        }
        done.complete();
    }

    fn publish(&self, publication: Publication, done: Completion) {
        self.delivery.counters.messages_published.increment();
        let Some((topic, matched)) = self.target(&publication.address) else {
            self.delivery.counters.messages_unheard.increment();
            return done.complete();
        };
        if topic.enter(Entered {
            publication,
            matched,
            done,
        }) {
            self.drain(&topic);
        }
    }
}

impl fmt::Debug for SimpleBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topics: usize = self.shards.iter().map(|shard| read(shard).len()).sum();
        f.debug_struct("SimpleBroker")
            .field("topics", &topics)
            .finish_non_exhaustive()
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
