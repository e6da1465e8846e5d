//! The subscriptions of one session.

use std::{collections::HashMap, fmt, sync::Arc};

/// A client's name for a subscription: short ones are kept in place, so that comparing and copying them costs no
/// trip to the heap (browsers call theirs `sub-0`, `sub-1`, …).
///
/// STOMP 1.0 clients need not give one. Their subscription is then known by its destination, and its messages have no
/// `subscription` header (STOMP 1.0, "SUBSCRIBE"): see [`given`](Self::given).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SubscriptionId(Repr);

const INLINE: usize = 22;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Inline {
        len: u8,
        octets: [u8; INLINE],
    },
    Shared(Arc<str>),
    /// The destination of a subscription without an id. It is no id: a client may give an equal one to another.
    Unnamed(Arc<str>),
}

impl SubscriptionId {
    /// What a subscription to `destination` goes by whose client gave no id.
    #[must_use]
    pub fn unnamed(destination: Arc<str>) -> Self {
        Self(Repr::Unnamed(destination))
    }

    /// The id that the client gave: the `subscription` header of what it is sent. `None`: there is no such header.
    #[must_use]
    pub fn given(&self) -> Option<&str> {
        match &self.0 {
            Repr::Inline { .. } | Repr::Shared(_) => Some(self.as_str()),
            Repr::Unnamed(_) => None,
        }
    }

    /// A name for people: the id, or else the destination.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Inline { len, octets } => {
                std::str::from_utf8(&octets[..usize::from(*len)]).expect("made from a whole `str`")
            }
            Repr::Shared(name) | Repr::Unnamed(name) => name,
        }
    }
}

impl From<&str> for SubscriptionId {
    fn from(id: &str) -> Self {
        let mut octets = [0; INLINE];
        match (octets.get_mut(..id.len()), u8::try_from(id.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(id.as_bytes());
                Self(Repr::Inline { len, octets })
            }
            _ => Self(Repr::Shared(id.into())),
        }
    }
}

impl fmt::Debug for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Where a subscription stands in its session. The generation tells a subscription from an earlier one in the same
/// slot, so that what was on its way to the earlier one is not delivered to the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubscriptionKey {
    /// The place.
    pub slot: u32,
    /// Which subscription in that place; never zero.
    pub generation: u32,
}

#[derive(Debug)]
struct Subscription {
    generation: u32,
    id: SubscriptionId,
    destination: Arc<str>,
    /// The client may not know that nothing comes of it.
    passed_over: bool,
}

#[derive(Debug)]
enum Slot {
    Taken(Subscription),
    /// With the slot that was left before this one.
    Empty(Option<u32>),
}

/// The live subscriptions of a session.
#[derive(Debug, Default)]
pub struct Subscriptions {
    slots: Vec<Slot>,
    /// The slot that was left last: the head of a list through the empty ones.
    empty: Option<u32>,
    /// From id to slot, once a linear search would cost.
    #[expect(
        clippy::box_collection,
        reason = "few sessions have one, and all would pay for its 48 octets"
    )]
    index: Option<Box<HashMap<SubscriptionId, u32>>>,
    live: u32,
    passed_over: u32,
    generation: u32,
}

/// From so many subscriptions on a map finds them.
const INDEXED_FROM: usize = 16;

impl Subscriptions {
    /// The number of live subscriptions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live as usize
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Has any subscription ended yet? Until then whatever was addressed to one is addressed to a live one.
    #[must_use]
    pub fn any_ended(&self) -> bool {
        self.generation != self.live
    }

    /// Is this subscription live?
    #[must_use]
    pub fn is_live(&self, key: SubscriptionKey) -> bool {
        self.of(key).is_some_and(|subscription| !subscription.passed_over)
    }

    /// How many ids are taken: those of the live subscriptions, and of those that were passed over.
    pub(super) fn held(&self) -> usize {
        self.len() + self.passed_over as usize
    }

    fn of(&self, key: SubscriptionKey) -> Option<&Subscription> {
        self.at(key.slot)
            .filter(|subscription| subscription.generation == key.generation)
    }

    /// The key of the subscription that the client calls `id`.
    #[must_use]
    pub fn find(&self, id: &SubscriptionId) -> Option<SubscriptionKey> {
        let slot = match &self.index {
            Some(index) => *index.get(id)?,
            None => u32::try_from(
                self.slots
                    .iter()
                    .position(|slot| slot.taken().is_some_and(|taken| taken.id == *id))?,
            )
            .ok()?,
        };
        Some(SubscriptionKey {
            slot,
            generation: self.at(slot)?.generation,
        })
    }

    /// The subscriptions whose ids are taken, with their destinations.
    pub fn iter(&self) -> impl Iterator<Item = (SubscriptionKey, &SubscriptionId, &Arc<str>)> {
        (0u32..).zip(&self.slots).filter_map(|(slot, entry)| {
            let Subscription {
                generation,
                id,
                destination,
                ..
            } = entry.taken()?;
            Some((
                SubscriptionKey {
                    slot,
                    generation: *generation,
                },
                id,
                destination,
            ))
        })
    }

    /// The subscription to `destination`, at first the one without an id (STOMP 1.0, "UNSUBSCRIBE").
    pub(super) fn find_destination(&self, destination: &str) -> Option<SubscriptionKey> {
        let unnamed = self.find(&SubscriptionId::unnamed(destination.into()));
        unnamed.or_else(|| self.find_named(destination))
    }

    fn find_named(&self, destination: &str) -> Option<SubscriptionKey> {
        self.iter()
            .find(|(_, _, subscribed)| &***subscribed == destination)
            .map(|(key, ..)| key)
    }

    /// Adds a subscription whose id is not taken; `None` when it is.
    pub(super) fn insert(&mut self, id: SubscriptionId, destination: Arc<str>) -> Option<SubscriptionKey> {
        if let Some(earlier) = self.find(&id) {
            if !self.at(earlier.slot)?.passed_over {
                return None;
            }
            self.remove(earlier);
        }
        self.generation = self.generation.checked_add(1).unwrap_or(1);
        let generation = self.generation;
        let slot = self.put(Subscription {
            generation,
            id: id.clone(),
            destination,
            passed_over: false,
        })?;
        if let Some(index) = &mut self.index {
            index.insert(id, slot);
        }
        self.live += 1;
        if self.index.is_none() && self.held() >= INDEXED_FROM {
            self.index = Some(Box::new(
                self.iter().map(|(key, id, _)| (id.clone(), key.slot)).collect(),
            ));
        }
        Some(SubscriptionKey { slot, generation })
    }

    /// Keeps a subscription of which nothing comes, so that the client may end it; another one may take its id.
    pub(super) fn pass_over(&mut self, key: SubscriptionKey) {
        if self.is_live(key)
            && let Some(Slot::Taken(subscription)) = self.slots.get_mut(key.slot as usize)
        {
            subscription.passed_over = true;
            self.live -= 1;
            self.passed_over += 1;
        }
    }

    /// Ends a subscription; gives back its name and destination.
    pub(super) fn remove(&mut self, key: SubscriptionKey) -> Option<(SubscriptionId, Arc<str>)> {
        self.of(key)?;
        let left = self.slots.get_mut(key.slot as usize)?;
        let Slot::Taken(ended) = std::mem::replace(left, Slot::Empty(self.empty)) else {
            return None;
        };
        self.empty = Some(key.slot);
        let Subscription {
            id,
            destination,
            passed_over,
            ..
        } = ended;
        if let Some(index) = &mut self.index {
            index.remove(&id);
        }
        match passed_over {
            true => self.passed_over -= 1,
            false => self.live -= 1,
        }
        Some((id, destination))
    }

    fn at(&self, slot: u32) -> Option<&Subscription> {
        self.slots.get(slot as usize)?.taken()
    }

    /// Puts a subscription into an empty slot, or a new one.
    fn put(&mut self, subscription: Subscription) -> Option<u32> {
        if let Some(slot) = self.empty {
            let place = self.slots.get_mut(slot as usize)?;
            if let Slot::Empty(before) = std::mem::replace(place, Slot::Taken(subscription)) {
                self.empty = before;
            }
            return Some(slot);
        }
        let slot = u32::try_from(self.slots.len()).ok()?;
        if self.slots.len() == self.slots.capacity() {
            // One at a time at first: most sessions hold one or two, and four would be allocated otherwise.
            let more = if slot < 4 { 1 } else { self.slots.len() };
            self.slots.reserve_exact(more);
        }
        self.slots.push(Slot::Taken(subscription));
        Some(slot)
    }
}

impl Slot {
    fn taken(&self) -> Option<&Subscription> {
        match self {
            Self::Taken(subscription) => Some(subscription),
            Self::Empty(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(slot: u32, generation: u32) -> SubscriptionKey {
        SubscriptionKey { slot, generation }
    }

    #[test]
    fn a_slot_is_used_again_but_not_its_generation() {
        let mut all = Subscriptions::default();
        assert_eq!(all.insert("a".into(), "/topic/a".into()), Some(key(0, 1)));
        assert_eq!(all.insert("a".into(), "/topic/b".into()), None);
        assert_eq!(all.remove(key(0, 1)), Some(("a".into(), "/topic/a".into())));
        assert_eq!(all.remove(key(0, 1)), None);
        assert_eq!(all.insert("a".into(), "/topic/c".into()), Some(key(0, 2)));
        assert!(!all.is_live(key(0, 1)) && all.is_live(key(0, 2)));
    }

    #[test]
    fn growing_is_rare_and_what_was_left_is_used_first() {
        let mut all = Subscriptions::default();
        let mut sizes = Vec::new();
        for n in 0..1000_u32 {
            all.insert((&*n.to_string()).into(), "/topic/a".into());
            sizes.push(all.slots.capacity());
        }
        sizes.dedup();
        assert_eq!(sizes, [1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
        for slot in [7, 900, 3] {
            all.remove(key(slot, slot + 1)).expect("live");
        }
        let slots =
            ["x", "y", "z", "new"].map(|id| all.insert(id.into(), "/topic/a".into()).map(|key| key.slot));
        assert_eq!(slots, [Some(3), Some(900), Some(7), Some(1000)]);
    }

    #[test]
    fn what_is_passed_over_may_be_ended_or_replaced() {
        let mut all = Subscriptions::default();
        let insert = |all: &mut Subscriptions| all.insert("a".into(), "/topic/a".into());
        let first = insert(&mut all).expect("free");
        all.pass_over(first);
        assert_eq!(all.find(&"a".into()), Some(first));
        assert!(!all.is_live(first) && all.any_ended());
        assert_eq!((all.len(), all.held()), (0, 1));
        let second = insert(&mut all).expect("free again");
        assert!(!all.is_live(first) && all.len() == 1);
        all.pass_over(first);
        assert_eq!(insert(&mut all), None, "the second is in use");
        all.pass_over(second);
        assert!(all.remove(second).is_some() && all.held() == 0);
    }

    #[test]
    fn many_subscriptions_are_found_as_few_are() {
        let mut all = Subscriptions::default();
        let ids: Vec<SubscriptionId> = (0..100)
            .map(|n| SubscriptionId::from(&*format!("{n:030}")))
            .collect();
        for id in &ids {
            all.insert(id.clone(), "/topic/a".into());
        }
        for id in &ids[..50] {
            let key = all.find(id).expect("inserted");
            assert_eq!(all.remove(key).expect("live").0, *id);
        }
        assert_eq!(all.len(), 50);
        assert!(ids[..50].iter().all(|id| all.find(id).is_none()));
        assert!(
            ids[50..]
                .iter()
                .all(|id| all.find(id).is_some_and(|key| all.is_live(key)))
        );
    }
}
