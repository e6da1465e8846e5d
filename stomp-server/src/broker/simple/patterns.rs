//! Pattern subscriptions, and the destinations that they were found to match.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use stomp_core::destination::{Pattern, PatternId, PatternSet, Separator};

use super::{Matched, Members, Topic, remembered::Remembered, topic::Retired};
use crate::{
    broker::{Address, Subscription},
    session::SessionId,
};

/// All pattern subscriptions.
///
/// Which patterns match a destination is found once and kept with its topic. A pattern that comes or goes touches only
/// the remembered destinations under its literal prefix that it matches; exact subscriptions touch nothing in here.
pub(super) struct Patterns {
    count: AtomicUsize,
    state: Mutex<State>,
    limit: usize,
}

/// Which pattern subscriptions match a destination.
pub(super) struct Found {
    pub(super) matched: Matched,
    /// It is kept with the topic.
    pub(super) remembered: bool,
    /// Who had to be forgotten for it.
    pub(super) evicted: Option<Address>,
}

/// A pattern over a session's own destinations, as written and parsed, and who is subscribed to it.
type Own = (Arc<str>, Pattern, Arc<Members>);

#[derive(Default)]
struct State {
    /// What stands between the segments of destinations.
    separator: Separator,
    shared: PatternSet<Arc<Members>>,
    by_text: HashMap<Arc<str>, (PatternId, Arc<Members>)>,
    users: HashMap<SessionId, Vec<Own>>,
    /// Shared destinations whose matches are kept with their topics. That keeps these from being retired.
    remembered: Remembered,
}

impl Patterns {
    pub(super) fn new(limit: usize, separator: Separator) -> Self {
        let state = State {
            separator,
            ..State::default()
        };
        Self {
            count: AtomicUsize::new(0),
            state: Mutex::new(state),
            limit,
        }
    }

    /// There are no pattern subscriptions at all.
    pub(super) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// The pattern subscriptions that match an address.
    pub(super) fn matching(&self, address: &Address) -> Vec<Arc<Members>> {
        self.lock().matching(address)
    }

    /// Keeps with a shared destination's topic which patterns match it, if there may be room for it.
    pub(super) fn remember(&self, topic: &Arc<Topic>) -> Result<Found, Retired> {
        let mut state = self.lock();
        let matched: Matched = state.matching(topic.address()).into();
        if self.limit == 0 {
            return Ok(Found {
                matched,
                remembered: false,
                evicted: None,
            });
        }
        topic.set_matched(Arc::clone(&matched))?;
        Ok(Found {
            matched,
            remembered: true,
            evicted: state.remember(topic, self.limit),
        })
    }

    /// Adds a subscription whose destination is a pattern; gives back its ticket.
    pub(super) fn subscribe(&self, subscription: Subscription) -> usize {
        let mut state = self.lock();
        let address = subscription.address.clone();
        let members = state.members(&address);
        let is_first = members.is_empty();
        let ticket = members.add(subscription);
        self.count.fetch_add(1, Ordering::Release);
        if is_first {
            state.refresh(&address);
        }
        ticket
    }

    /// Removes a subscription; gives back the addresses that nothing matches any more.
    pub(super) fn unsubscribe(&self, address: &Address, ticket: usize) -> Vec<Address> {
        let mut state = self.lock();
        let members = state.members(address);
        let left = members.remove(ticket);
        self.count.fetch_sub(1, Ordering::Release);
        if left > 0 {
            return Vec::new();
        }
        state.remove(address);
        state.refresh(address)
    }

    /// Forgets that nothing matches a topic that nobody is subscribed to any more: that alone does not keep it.
    pub(super) fn forget_unmatched(&self, topic: &Topic) {
        if topic.matched().is_some_and(|matched| matched.is_empty()) {
            self.lock().forget_unmatched(topic);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn matching(&self, address: &Address) -> Vec<Arc<Members>> {
        match address {
            Address::Shared(path) => self.shared.matching(path).map(Arc::clone).collect(),
            Address::User { session, path } => {
                let patterns = self.users.get(session).map(Vec::as_slice).unwrap_or_default();
                let matching = patterns.iter().filter(|(_, pattern, _)| pattern.matches(path));
                matching.map(|(.., members)| Arc::clone(members)).collect()
            }
        }
    }

    /// Makes room for a topic and puts it there, if it is not there yet; gives back who had to make room.
    fn remember(&mut self, topic: &Arc<Topic>, limit: usize) -> Option<Address> {
        if self.remembered.contains(topic.address().path()) {
            return None;
        }
        let surplus = self.remembered.len() >= limit;
        let evicted = surplus.then(|| self.remembered.pop_oldest()).flatten();
        self.remembered.insert(topic);
        evicted.map(|evicted| {
            evicted.forget_matched();
            evicted.address().clone()
        })
    }

    fn forget_unmatched(&mut self, topic: &Topic) {
        if topic.matched().is_some_and(|matched| matched.is_empty()) {
            self.remembered.remove(topic.address().path());
            topic.forget_matched();
        }
    }

    /// The subscribers to a pattern; a new list for a new one.
    fn members(&mut self, address: &Address) -> Arc<Members> {
        match address {
            Address::Shared(text) => {
                if let Some((_, members)) = self.by_text.get(text) {
                    return Arc::clone(members);
                }
                let members = Arc::<Members>::default();
                let id = self.shared.insert(self.pattern(text), Arc::clone(&members));
                self.by_text.insert(Arc::clone(text), (id, Arc::clone(&members)));
                members
            }
            Address::User { session, path } => {
                let patterns = self.users.get(session).map(Vec::as_slice).unwrap_or_default();
                if let Some((.., members)) = patterns.iter().find(|(text, ..)| text == path) {
                    return Arc::clone(members);
                }
                let members = Arc::<Members>::default();
                let own = (Arc::clone(path), self.pattern(path), Arc::clone(&members));
                self.users.entry(*session).or_default().push(own);
                members
            }
        }
    }

    fn remove(&mut self, address: &Address) {
        match address {
            Address::Shared(text) => {
                if let Some((id, _)) = self.by_text.remove(text) {
                    self.shared.remove(id);
                }
            }
            Address::User { session, path } => {
                let Some(patterns) = self.users.get_mut(session) else {
                    return;
                };
                patterns.retain(|(text, ..)| text != path);
                if patterns.is_empty() {
                    self.users.remove(session);
                }
            }
        }
    }

    /// Finds the matches of all remembered destinations that a new or removed pattern matches anew; gives back those
    /// that nothing matches any more.
    fn refresh(&mut self, address: &Address) -> Vec<Address> {
        let Address::Shared(text) = address else {
            return Vec::new();
        };
        let changed = self.pattern(text);
        // Without its separator: `/topic/**` matches `/topic` too.
        let prefix = changed
            .literal_prefix()
            .trim_end_matches(self.separator.as_char());
        let touched: Vec<Arc<Topic>> = self
            .remembered
            .under(prefix)
            .filter(|topic| changed.matches(topic.address().path()))
            .map(Arc::clone)
            .collect();
        let mut forgotten = Vec::new();
        for topic in touched {
            let matched = self.matching(topic.address());
            if matched.is_empty() && topic.members().is_empty() {
                self.remembered.remove(topic.address().path());
                topic.forget_matched();
                forgotten.push(topic.address().clone());
            } else {
                let kept = topic.set_matched(matched.into());
                debug_assert_eq!(kept, Ok(()), "a remembered topic is not retired");
            }
        }
        forgotten
    }

    /// A subscription's destination as a pattern. On the wire every text is one: what is not a wildcard is literal.
    fn pattern(&self, text: &str) -> Pattern {
        Pattern::parse(text, self.separator).unwrap_or_else(|_| Pattern::literal(text, self.separator))
    }
}

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patterns")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}
