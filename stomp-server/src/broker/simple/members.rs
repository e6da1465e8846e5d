//! Who is subscribed to one destination or pattern.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use slab::Slab;
use stomp_core::{selector::Selector, session::SubscriptionKey};

use crate::{
    broker::{EncodingKey, Subscription},
    session::Shared,
};

/// A list of subscribers that grows and shrinks in constant time and is walked without a lock.
///
/// The list to walk is made again by the first publish after a change, so that a thousand clients joining cost one
/// copy, not a thousand.
#[derive(Debug, Default)]
pub(super) struct Members(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    members: Slab<Subscription>,
    snapshot: Option<Arc<Snapshot>>,
}

/// The subscribers of one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    members: Vec<Member>,
    /// Those who do not want all messages.
    selective: Vec<(Arc<Selector>, Member)>,
    /// What the members' messages are encoded for: first those that are [shared](Self::SHARED), then the others'.
    encodings: Vec<EncodingKey>,
}

/// A subscriber, as small as can be: a walk reads all of them.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) session: Arc<Shared>,
    pub(super) subscription: SubscriptionKey,
    /// Its place among the encodings.
    pub(super) encoding: u32,
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
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        let mut state = self.lock();
        let State { members, snapshot } = &mut *state;
        Arc::clone(snapshot.get_or_insert_with(|| Arc::new(Snapshot::of(members))))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Snapshot {
    /// How many encodings are looked for among those that members share. Nearly all members share one or two; of
    /// the others each has its own.
    pub(super) const SHARED: usize = 8;

    fn of(subscriptions: &Slab<Subscription>) -> Self {
        let mut all = Self {
            members: Vec::with_capacity(subscriptions.len()),
            selective: Vec::new(),
            encodings: Vec::new(),
        };
        for (_, subscription) in subscriptions {
            let encoding = all.place(&subscription.encoding);
            let member = Member {
                session: Arc::clone(&subscription.session),
                subscription: subscription.key,
                encoding: u32::try_from(encoding).expect("fewer than four billion subscribers"),
            };
            match &subscription.selector {
                None => all.members.push(member),
                Some(selector) => all.selective.push((Arc::clone(selector), member)),
            }
        }
        all
    }

    fn place(&mut self, key: &EncodingKey) -> usize {
        let shared = self
            .encodings
            .iter()
            .take(Self::SHARED)
            .position(|known| known == key);
        shared.unwrap_or_else(|| {
            self.encodings.push(key.clone());
            self.encodings.len() - 1
        })
    }

    /// Those who want all messages.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    pub(super) fn selective(&self) -> &[(Arc<Selector>, Member)] {
        &self.selective
    }

    /// What messages for `member` are encoded for.
    pub(super) fn encoding(&self, member: &Member) -> &EncodingKey {
        &self.encodings[member.encoding as usize]
    }
}

#[cfg(test)]
mod tests {
    use stomp_core::Version;

    use super::*;
    use crate::{
        broker::{Address, Framing},
        session::SessionId,
    };

    fn subscription(id: &str) -> Subscription {
        Subscription {
            address: Address::Shared("/topic/a".into()),
            session: Arc::new(Shared::new(SessionId::from_bits(1), 1)),
            key: SubscriptionKey {
                slot: 0,
                generation: 1,
            },
            encoding: EncodingKey {
                id: id.into(),
                version: Version::V1_2,
                framing: Framing::WebSocket,
            },
            selector: None,
        }
    }

    #[test]
    fn members_with_one_encoding_share_its_place_and_all_find_their_own() {
        let members = Members::default();
        let ids: Vec<String> = (0..20).map(|n| format!("sub-{}", n % 12)).collect();
        for id in &ids {
            members.add(subscription(id));
        }
        let snapshot = members.snapshot();
        let found: Vec<_> = snapshot
            .members()
            .iter()
            .map(|member| snapshot.encoding(member).id.as_str())
            .collect();
        assert_eq!(found, ids);
        assert_eq!(snapshot.members()[0].encoding, snapshot.members()[12].encoding);
        // Eight shared ones, and one for each of the others: four the first time round.
        assert_eq!(snapshot.encodings.len(), Snapshot::SHARED + 4);
    }

    #[test]
    fn a_snapshot_is_kept_until_something_changes() {
        let members = Members::default();
        let ticket = members.add(subscription("a"));
        let before = members.snapshot();
        assert!(Arc::ptr_eq(&before, &members.snapshot()));
        assert_eq!(members.remove(ticket), 0);
        assert!(members.snapshot().members().is_empty());
        assert_eq!(before.members().len(), 1);
    }

    /// Rows: BRK-23
    #[test]
    fn who_comes_and_goes_does_not_change_what_is_walked() {
        let ids = |snapshot: &Snapshot| -> Vec<String> {
            let members = snapshot.members().iter();
            let keys = members.map(|member| snapshot.encoding(member));
            keys.map(|key| key.id.as_str().to_owned()).collect()
        };
        let members = Members::default();
        let tickets = ["a", "b", "c"].map(|id| members.add(subscription(id)));
        let walked = members.snapshot();
        let mut seen = Vec::new();
        for (member, ticket) in walked.members().iter().zip(tickets) {
            members.remove(ticket);
            std::thread::scope(|scope| {
                scope.spawn(|| members.add(subscription("late")));
            });
            members.snapshot();
            seen.push(walked.encoding(member).id.as_str().to_owned());
        }
        assert_eq!(seen, ["a", "b", "c"]);
        assert_eq!(ids(&walked), seen, "nor for whoever walks it again");
        assert_eq!(ids(&members.snapshot()), ["late"; 3]);
    }
}
