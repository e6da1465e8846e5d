//! What a session is subscribed to, for others to read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stomp_core::session::{SubscriptionId, SubscriptionKey};

/// The live subscriptions of one session, found by their place in it. The session's task has them too; this is what
/// others may look at while it runs.
#[derive(Debug, Default)]
pub(crate) struct Subscribed(Mutex<Vec<Option<Live>>>);

/// A short id stands in its place, and the destination is the one that the frame came with.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) id: SubscriptionId,
    pub(crate) destination: Arc<str>,
}

impl Subscribed {
    pub(crate) fn insert(&self, key: SubscriptionKey, id: SubscriptionId, destination: Arc<str>) {
        let slot = key.slot as usize;
        let mut live = self.lock();
        if slot >= live.len() {
            if slot < 4 {
                // Exactly, because most sessions hold one or two.
                let more = slot + 1 - live.len();
                live.reserve_exact(more);
            }
            live.resize_with(slot + 1, || None);
        }
        live[slot] = Some(Live { id, destination });
    }

    pub(crate) fn remove(&self, key: SubscriptionKey) {
        if let Some(place) = self.lock().get_mut(key.slot as usize) {
            *place = None;
        }
    }

    /// The session is over.
    pub(crate) fn clear(&self) {
        *self.lock() = Vec::new();
    }

    /// Those that are live now, oldest place first.
    pub(crate) fn all(&self) -> Vec<Live> {
        self.lock().iter().flatten().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<Live>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(slot: u32, generation: u32) -> SubscriptionKey {
        SubscriptionKey { slot, generation }
    }

    fn names(subscribed: &Subscribed) -> Vec<String> {
        let all = subscribed.all();
        all.iter().map(|live| live.id.as_str().to_owned()).collect()
    }

    #[test]
    fn what_has_ended_is_not_listed_and_its_place_is_used_again() {
        let subscribed = Subscribed::default();
        for (slot, id) in (0..).zip(["a", "b", "c"]) {
            subscribed.insert(key(slot, slot + 1), id.into(), "/topic/x".into());
        }
        subscribed.remove(key(1, 2));
        subscribed.remove(key(9, 10));
        assert_eq!(names(&subscribed), ["a", "c"]);
        subscribed.insert(key(1, 4), "d".into(), "/topic/x".into());
        assert_eq!(names(&subscribed), ["a", "d", "c"]);
        subscribed.clear();
        assert!(subscribed.all().is_empty());
    }

    #[test]
    fn the_first_subscription_costs_one_place() {
        let subscribed = Subscribed::default();
        subscribed.insert(key(0, 1), "a".into(), "/topic/x".into());
        assert_eq!(subscribed.lock().capacity(), 1);
        assert!(size_of::<Option<Live>>() <= 40, "an idle session has one");
        assert!(size_of::<Subscribed>() <= 32, "every session has one");
    }
}
