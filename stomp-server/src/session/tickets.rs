//! The broker's names of a session's subscriptions.

use stomp_core::session::SubscriptionKey;

use crate::broker::{Address, Ticket};

/// What the broker serves of a session's subscriptions, found by their place in the session.
#[derive(Debug, Default)]
pub(super) struct Tickets(Vec<Option<(SubscriptionKey, Address, Ticket)>>);

impl Tickets {
    pub(super) fn insert(&mut self, key: SubscriptionKey, address: Address, ticket: Ticket) {
        let slot = key.slot as usize;
        if slot >= self.0.len() {
            // Exactly, because most sessions hold one or two.
            self.0.reserve_exact(slot + 1 - self.0.len());
            self.0.resize_with(slot + 1, || None);
        }
        self.0[slot] = Some((key, address, ticket));
    }

    /// Where the broker has the subscription. `None` when a handler answered it, and no broker.
    pub(super) fn address(&self, key: SubscriptionKey) -> Option<&Address> {
        let (known, address, _) = self.0.get(key.slot as usize)?.as_ref()?;
        (*known == key).then_some(address)
    }

    /// The subscription's name, which is not needed any more. `None` when a handler answered it, and no broker.
    pub(super) fn remove(&mut self, key: SubscriptionKey) -> Option<(Address, Ticket)> {
        let place = self.0.get_mut(key.slot as usize)?;
        let (_, address, ticket) = place.take_if(|(known, ..)| *known == key)?;
        Some((address, ticket))
    }

    /// All names, which are not needed any more.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (Address, Ticket)> {
        std::mem::take(&mut self.0)
            .into_iter()
            .flatten()
            .map(|(_, address, ticket)| (address, ticket))
    }
}
