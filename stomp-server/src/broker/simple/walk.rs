//! One message on its way past the subscribers.

use std::sync::Arc;

use stomp_core::selector::Selector;

use super::{
    Delivery, Topic,
    members::{Member, Snapshot},
    topic::Entered,
};
use crate::{
    broker::{Completion, Publication, encode_message, subscribers_header},
    session::{Frame, Pushed},
};

/// How many subscribers are served in one go, over all messages, before others get their turn. A selector that has more
/// to look at counts as several.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    /// Of one go.
    pub(super) const fn new() -> Self {
        Self(1024)
    }

    /// Octets that a selector may look at for what one subscriber costs.
    const OCTETS: usize = 1024;

    pub(super) const fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

/// A message, the lists of those who get it, and how far it has come.
#[derive(Debug)]
pub(super) struct Walk {
    publication: Publication,
    done: Completion,
    message_id: String,
    lists: Vec<Arc<Snapshot>>,
    list: usize,
    position: usize,
    /// The encodings that members of the present list share.
    encoded: [Option<Arc<[u8]>>; Snapshot::SHARED],
    heard: usize,
    dropped: usize,
}

impl Walk {
    /// A message at the beginning of its way.
    pub(super) fn new(entered: Entered, message_id: String, topic: &Topic) -> Self {
        let Entered {
            publication,
            matched,
            done,
        } = entered;
        let mut lists = Vec::with_capacity(1 + matched.len());
        lists.push(topic.members().snapshot());
        lists.extend(matched.iter().map(|members| members.snapshot()));
        Self {
            publication,
            done,
            message_id,
            lists,
            list: 0,
            position: 0,
            encoded: Default::default(),
            heard: 0,
            dropped: 0,
        }
    }

    /// Serves the next subscribers, as many as there is budget for; says whether all have been served.
    pub(super) fn step(&mut self, budget: &mut Budget, delivery: &Delivery) -> bool {
        while let Some(list) = self.lists.get(self.list).map(Arc::clone) {
            let (members, selective) = (list.members(), list.selective());
            let all = members.len() + selective.len();
            let end = members.len().min(self.position.saturating_add(budget.0));
            if self.position < end {
                for member in &members[self.position..end] {
                    self.deliver(member, &list, delivery);
                }
                budget.0 -= end - self.position;
                self.position = end;
            }
            if self.position >= members.len() {
                let next = self.position - members.len();
                self.position += self.select(&selective[next..], &list, budget, delivery);
            }
            if self.position < all {
                return false;
            }
            self.list += 1;
            self.position = 0;
            self.encoded = Default::default();
        }
        // The message itself costs something too: many that nobody hears must not keep a publisher either.
        budget.0 = budget.0.saturating_sub(1);
        true
    }

    /// Somebody else goes on: the publisher is to be told.
    pub(super) fn expect(&mut self, done: Completion) {
        self.done = done;
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

    /// Serves those who want the message, as far as the budget goes; says how many have been asked.
    #[inline(never)]
    fn select(
        &mut self,
        selective: &[(Arc<Selector>, Member)],
        list: &Snapshot,
        budget: &mut Budget,
        delivery: &Delivery,
    ) -> usize {
        let headers = &self.publication.headers;
        let (entries, octets) = (
            headers.len(),
            headers.octets() + self.publication.destination.len(),
        );
        for (asked, (selector, member)) in selective.iter().enumerate() {
            if budget.is_spent() {
                return asked;
            }
            let cost = 1 + selector.cost(entries, octets) / Budget::OCTETS;
            budget.0 = budget.0.saturating_sub(cost);
            if selector.matches(|name| subscribers_header(&self.publication, name)) {
                self.deliver(member, list, delivery);
            }
        }
        selective.len()
    }

    #[inline]
    fn deliver(&mut self, member: &Member, list: &Snapshot, delivery: &Delivery) {
        self.heard += 1;
        let octets = match self.encoded.get(member.encoding as usize) {
            Some(Some(octets)) => Arc::clone(octets),
            _ => match self.encode(member, list, delivery) {
                Some(octets) => octets,
                None => return,
            },
        };
        let frame = Frame::of_subscription(octets, member.subscription);
        if member.session.outbox().push(frame) == Pushed::Dropped {
            self.dropped += 1;
        }
    }

    /// Encodes the message for a member, and keeps that for those who share it. With interceptors each member gets a
    /// copy of its own here and now: then, and then only, there is nothing left to deliver.
    #[inline(never)]
    fn encode(&mut self, member: &Member, list: &Snapshot, delivery: &Delivery) -> Option<Arc<[u8]>> {
        let key = list.encoding(member);
        if !delivery.outbound.is_empty() {
            let (id, dropped) = (&self.message_id, &mut self.dropped);
            let deliver = |changed: &Publication| {
                let octets = encode_message(key, id, changed);
                let frame = Frame::of_subscription(octets, member.subscription);
                if member.session.outbox().push(frame) == Pushed::Dropped {
                    *dropped += 1;
                }
            };
            let channel = &delivery.outbound;
            channel.deliver(&self.publication, &member.session, key.id.as_str(), deliver);
            return None;
        }
        let octets = encode_message(key, &self.message_id, &self.publication);
        if let Some(place) = self.encoded.get_mut(member.encoding as usize) {
            *place = Some(Arc::clone(&octets));
        }
        Some(octets)
    }
}
