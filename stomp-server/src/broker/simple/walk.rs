//! One message on its way past the subscribers.

use std::sync::Arc;

use super::{Delivery, Topic, topic::Entered};
use crate::{
    broker::{Completion, EncodingKey, Publication, Subscription, encode_message},
    session::{Frame, Pushed},
};

/// How many subscribers are served in one go before others get their turn.
const STRIDE: usize = 1024;

/// How many different encodings of one message are kept. Nearly all subscribers share one or two.
const ENCODINGS: usize = 8;

/// A message, the lists of those who get it, and how far it has come.
#[derive(Debug)]
pub(super) struct Walk {
    publication: Publication,
    done: Completion,
    message_id: String,
    lists: Vec<Arc<[Subscription]>>,
    list: usize,
    position: usize,
    encoded: Encoded,
    heard: usize,
    dropped: usize,
}

impl Walk {
    /// The topic's next message; `None` when nothing waits, and the caller walks no more.
    pub(super) fn next(topic: &Topic) -> Option<Self> {
        let (
            Entered {
                publication,
                matched,
                done,
            },
            message_id,
        ) = topic.next()?;
        let mut lists = Vec::with_capacity(1 + matched.len());
        lists.push(topic.members().snapshot());
        lists.extend(matched.iter().map(|members| members.snapshot()));
        let encoded = Encoded::default();
        Some(Self {
            publication,
            done,
            message_id,
            lists,
            list: 0,
            position: 0,
            encoded,
            heard: 0,
            dropped: 0,
        })
    }

    /// Serves the next subscribers; says whether all have been served.
    pub(super) fn step(&mut self, delivery: &Delivery) -> bool {
        let mut left = STRIDE;
        while let Some(list) = self.lists.get(self.list).map(Arc::clone) {
            let end = list.len().min(self.position + left);
            for subscriber in &list[self.position..end] {
                self.deliver(subscriber, delivery);
            }
            left -= end - self.position;
            self.position = end;
            if end < list.len() {
                return false;
            }
            self.list += 1;
            self.position = 0;
        }
        true
    }

    /// Counts, and tells the publisher.
    pub(super) fn finish(self, delivery: &Delivery) {
        if self.heard == 0 {
            delivery.counters.messages_unheard.increment();
        }
        if self.dropped > 0 {
            delivery.counters.deliveries_dropped.add(self.dropped);
        }
        self.done.complete();
    }

    fn deliver(&mut self, subscriber: &Subscription, delivery: &Delivery) {
        self.heard += 1;
        let octets = if delivery.outbound.is_empty() {
            Some(
                self.encoded
                    .get(&subscriber.encoding, &self.message_id, &self.publication),
            )
        } else {
            delivery
                .outbound
                .apply(&self.publication, subscriber)
                .map(|changed| encode_message(&subscriber.encoding, &self.message_id, &changed))
        };
        let Some(octets) = octets else { return };
        if subscriber
            .session
            .outbox()
            .push(Frame::of_subscription(octets, subscriber.key))
            == Pushed::Dropped
        {
            self.dropped += 1;
        }
    }
}

/// The encodings of one message, the last used one first to be asked.
#[derive(Debug, Default)]
struct Encoded {
    all: Vec<(EncodingKey, Arc<[u8]>)>,
    last: usize,
}

impl Encoded {
    fn get(&mut self, key: &EncodingKey, message_id: &str, publication: &Publication) -> Arc<[u8]> {
        if let Some((last, octets)) = self.all.get(self.last)
            && last == key
        {
            return Arc::clone(octets);
        }
        if let Some(found) = self.all.iter().position(|(known, _)| known == key) {
            self.last = found;
            return Arc::clone(&self.all[found].1);
        }
        let octets = encode_message(key, message_id, publication);
        if self.all.len() < ENCODINGS {
            self.last = self.all.len();
            self.all.push((key.clone(), Arc::clone(&octets)));
        }
        octets
    }
}
