//! Who is subscribed to one destination or pattern.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use slab::Slab;

use crate::broker::Subscription;

/// A list of subscribers that grows and shrinks in constant time and is walked without a lock.
///
/// The list to walk is made again by the first publish after a change, so that a thousand clients joining cost one
/// copy, not a thousand.
#[derive(Debug, Default)]
pub(super) struct Members(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    members: Slab<Subscription>,
    snapshot: Option<Arc<[Subscription]>>,
}

impl Members {
    /// Adds a subscriber and says how it is called here.
    pub(super) fn add(&self, subscription: Subscription) -> usize {
        let mut state = self.lock();
        state.snapshot = None;
        state.members.insert(subscription)
    }

    /// Removes a subscriber and says how many are left.
    pub(super) fn remove(&self, ticket: usize) -> usize {
        let mut state = self.lock();
        state.snapshot = None;
        state.members.try_remove(ticket);
        if state.members.is_empty() {
            state.members = Slab::new();
        }
        state.members.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().members.is_empty()
    }

    /// All subscribers of this moment.
    pub(super) fn snapshot(&self) -> Arc<[Subscription]> {
        let mut state = self.lock();
        let State { members, snapshot } = &mut *state;
        Arc::clone(snapshot.get_or_insert_with(|| members.iter().map(|(_, member)| member.clone()).collect()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
