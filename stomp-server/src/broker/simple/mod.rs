//! The broker inside the server: topics in memory.
//!
//! | file | holds |
//! |---|---|
//! | `topic` | one destination: its subscribers and the line of its publishers |
//! | `topics` | the destinations by address |
//! | `turn` | the right to walk a topic |
//! | `members` | a list of subscribers that is walked without a lock |
//! | `patterns` | pattern subscriptions, and which destinations they were found to match |
//! | `remembered` | the destinations whose matching patterns are known, the oldest of which goes first |
//! | `walk` | one message on its way past the subscribers |

mod members;
mod patterns;
mod remembered;
mod topic;
mod topics;
mod turn;
mod walk;

use std::{fmt, sync::Arc};

use stomp_core::destination;
use tokio_util::task::TaskTracker;

use self::{
    members::Members,
    patterns::Patterns,
    topic::{Retired, Topic},
    topics::Topics,
    turn::Turn,
    walk::{Budget, Walk},
};
use super::{Address, Broker, Completion, Publication, Refused, Room, Subscription, Ticket, Witness};
use crate::{activity::Survey, app::Config, channel::OutboundChannel, counters::Counters, env::Env};

/// Pattern subscriptions that match a destination.
type Matched = Arc<[Arc<Members>]>;

/// Keeps nothing, confirms at once: a message reaches whoever is subscribed when it is published.
pub(crate) struct SimpleBroker {
    topics: Arc<Topics>,
    patterns: Patterns,
    /// Octets that may wait in one line.
    queue_limit: usize,
    delivery: Arc<Delivery>,
}

/// Where a message goes.
struct Target {
    topic: Arc<Topic>,
    /// The pattern subscriptions beside the topic's own.
    matched: Matched,
    /// Nothing keeps the topic in its place once the message is through.
    passing: bool,
}

/// What a message needs on its way to the outboxes.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) outbound: OutboundChannel,
    pub(crate) counters: Arc<Counters>,
    pub(crate) env: Env,
    /// What a shutdown waits for: the tasks that walk for publishers too.
    pub(crate) tasks: TaskTracker,
}

impl SimpleBroker {
    pub(crate) fn new(delivery: Delivery, config: &Config) -> Self {
        Self {
            topics: Arc::new(Topics::new()),
            patterns: Patterns::new(config.pattern_cache, config.routing.separator()),
            queue_limit: config.publish_queue_limit,
            delivery: Arc::new(delivery),
        }
    }

    /// Where to publish to; `None` when nobody is subscribed.
    fn target(&self, address: &Address) -> Result<Option<Target>, Retired> {
        let topic = self.topics.get(address);
        if self.patterns.is_empty() {
            return Ok(topic.map(|topic| Target::kept(topic, Matched::default())));
        }
        if let Some(topic) = &topic
            && let Some(matched) = topic.matched()
        {
            return Ok(Some(Target::kept(Arc::clone(topic), matched)));
        }
        let matched = self.patterns.matching(address);
        if topic.is_none() && matched.is_empty() {
            return Ok(None);
        }
        let topic = topic.unwrap_or_else(|| self.topics.with(address, Arc::clone));
        match address {
            Address::Shared(_) => self.remember(topic).map(Some),
            // A session's own patterns are few and go with it: nothing is remembered for them.
            Address::User { .. } => Ok(Some(Target {
                topic,
                matched: matched.into(),
                passing: true,
            })),
        }
    }

    fn remember(&self, topic: Arc<Topic>) -> Result<Target, Retired> {
        let found = self.patterns.remember(&topic)?;
        if let Some(evicted) = found.evicted {
            self.topics.forget_if_idle(&evicted);
        }
        Ok(Target {
            topic,
            matched: found.matched,
            passing: !found.remembered,
        })
    }

    /// Ends a subscription to exactly this destination.
    fn leave(&self, address: &Address, ticket: usize) {
        let Some(topic) = self.topics.get(address) else {
            return;
        };
        if topic.members().remove(ticket) == 0 {
            self.patterns.forget_unmatched(&topic);
            self.topics.forget_if_idle(address);
        }
    }

    /// Takes the turn of whoever came first into the topic's line, for one go: what others put there meanwhile does
    /// not keep it for ever.
    ///
    /// The first message is the publisher's own, as the line was empty when it came: the witness is asked for a completion
    /// if that is not done within the call.
    fn drain(&self, topic: Arc<Topic>, witness: Witness<'_>) {
        let mut own = Some(witness);
        let mut turn = Turn::new(&*self.topics, topic);
        let mut budget = Budget::new();
        while let Some(mut walk) = turn.next() {
            if budget.is_spent() || !walk.step(&mut budget, &self.delivery) {
                if let Some(witness) = own {
                    walk.expect(witness.completion());
                }
                return self.hand_over(turn.pass(Arc::clone(&self.topics)), walk);
            }
            walk.finish(&self.delivery);
            own = None;
        }
    }

    /// Lets a task of its own go on where the rest of the line would keep the publisher.
    fn hand_over(&self, mut turn: Turn<Arc<Topics>>, walk: Walk) {
        let delivery = Arc::clone(&self.delivery);
        let rest = async move {
            let mut budget = Budget::new();
            let mut present = Some(walk);
            while let Some(mut walk) = present {
                while budget.is_spent() || !walk.step(&mut budget, &delivery) {
                    tokio::task::yield_now().await;
                    budget = Budget::new();
                }
                walk.finish(&delivery);
                present = turn.next();
            }
        };
        // Nobody can have subscribed before the server runs, so there is a runtime. Where it has stopped, the turn
        // goes away with the task.
        drop(self.delivery.env.spawn(self.delivery.tasks.track_future(rest)));
    }
}

impl Broker for SimpleBroker {
    fn subscribe(&self, subscription: Subscription, done: Completion) -> Ticket {
        let ticket = if destination::is_pattern(subscription.address.path()) {
            self.patterns.subscribe(subscription)
        } else {
            let address = subscription.address.clone();
            self.topics
                .with(&address, |topic| topic.members().add(subscription))
        };
        done.complete();
        Ticket(ticket)
    }

    fn unsubscribe(&self, address: &Address, Ticket(ticket): Ticket, done: Completion) {
        if destination::is_pattern(address.path()) {
            for forgotten in self.patterns.unsubscribe(address, ticket) {
                self.topics.forget_if_idle(&forgotten);
            }
        } else {
            self.leave(address, ticket);
        }
        done.complete();
    }

    fn publish(&self, publication: Publication, witness: Witness<'_>, room: Room) -> Result<(), Refused> {
        let counters = &self.delivery.counters;
        let limit = match room {
            Room::Limited => self.queue_limit,
            Room::Owed => usize::MAX,
        };
        loop {
            let target = match self.target(&publication.address) {
                Ok(Some(target)) => target,
                Ok(None) => {
                    counters.messages_published.increment();
                    counters.messages_unheard.increment();
                    return Ok(());
                }
                Err(Retired) => continue,
            };
            // A topic that was retired since it was found has made way: the next look finds no trace of it.
            let Some(mut place) = target.topic.line() else {
                continue;
            };
            if target.passing {
                place.retire_after();
            }
            let is_first = place
                .enter(publication, target.matched, limit, witness)
                .inspect_err(|Refused| counters.publishes_refused.increment())?;
            counters.messages_published.increment();
            if is_first {
                self.drain(target.topic, witness);
            }
            return Ok(());
        }
    }

    fn survey(&self, survey: &mut Survey) {
        self.topics.survey(survey);
    }
}

impl Target {
    /// A topic that something keeps in its place.
    fn kept(topic: Arc<Topic>, matched: Matched) -> Self {
        Self {
            topic,
            matched,
            passing: false,
        }
    }
}

impl fmt::Debug for SimpleBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpleBroker")
            .field("topics", &self.topics.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
