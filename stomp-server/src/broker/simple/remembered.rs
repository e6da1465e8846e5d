//! The destinations whose matching patterns are known.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound,
    sync::Arc,
};

use super::Topic;

/// Topics by destination, so that a prefix is a range; the one that was remembered first is forgotten first, whatever
/// its name is.
#[derive(Default)]
pub(super) struct Remembered {
    topics: BTreeMap<Arc<str>, (u64, Arc<Topic>)>,
    /// In the order they came. Who has been removed since, or has come again, has a stamp that is not in `topics`.
    order: VecDeque<(u64, Arc<str>)>,
    next_stamp: u64,
}

impl Remembered {
    /// Stale places in the order that are not worth the trouble.
    const SLACK: usize = 32;

    pub(super) fn len(&self) -> usize {
        self.topics.len()
    }

    pub(super) fn contains(&self, destination: &str) -> bool {
        self.topics.contains_key(destination)
    }

    pub(super) fn insert(&mut self, topic: &Arc<Topic>) {
        let destination = topic.address().path();
        self.next_stamp += 1;
        let remembered = (self.next_stamp, Arc::clone(topic));
        self.topics.insert(Arc::clone(destination), remembered);
        self.order.push_back((self.next_stamp, Arc::clone(destination)));
        self.compact();
    }

    pub(super) fn remove(&mut self, destination: &str) {
        self.topics.remove(destination);
        self.compact();
    }

    /// Takes out the topic that has been in here for the longest time.
    pub(super) fn pop_oldest(&mut self) -> Option<Arc<Topic>> {
        while let Some((stamp, destination)) = self.order.pop_front() {
            if is_current(&self.topics, stamp, &destination) {
                return self.topics.remove(&destination).map(|(_, topic)| topic);
            }
        }
        None
    }

    /// The topics whose destinations begin so.
    pub(super) fn under<'p>(&self, prefix: &'p str) -> impl Iterator<Item = &Arc<Topic>> + use<'_, 'p> {
        self.topics
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |(destination, _)| destination.starts_with(prefix))
            .map(|(_, (_, topic))| topic)
    }

    /// Drops stale places once they are more than the others, so that each costs a moment and no memory for long.
    fn compact(&mut self) {
        let Self { topics, order, .. } = self;
        if order.len() > 2 * topics.len() + Self::SLACK {
            order.retain(|(stamp, destination)| is_current(topics, *stamp, destination));
            order.shrink_to(2 * topics.len() + Self::SLACK);
        }
    }
}

fn is_current(topics: &BTreeMap<Arc<str>, (u64, Arc<Topic>)>, stamp: u64, destination: &str) -> bool {
    topics
        .get(destination)
        .is_some_and(|(current, _)| *current == stamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Address;

    fn topic(destination: &str) -> Arc<Topic> {
        Arc::new(Topic::new(Address::Shared(destination.into()), 1))
    }

    fn remembered(destinations: &[&str]) -> Remembered {
        let mut remembered = Remembered::default();
        for destination in destinations {
            remembered.insert(&topic(destination));
        }
        remembered
    }

    fn drained(mut remembered: Remembered) -> Vec<String> {
        std::iter::from_fn(|| remembered.pop_oldest())
            .map(|topic| topic.address().path().to_string())
            .collect()
    }

    #[test]
    fn the_first_to_come_is_the_first_to_go_whatever_its_name() {
        assert_eq!(
            drained(remembered(&["/m", "/a", "/z", "/b"])),
            ["/m", "/a", "/z", "/b"]
        );
    }

    #[test]
    fn who_was_removed_and_came_again_stands_at_the_end() {
        let mut all = remembered(&["/a", "/b", "/c"]);
        all.remove("/a");
        all.remove("/b");
        all.insert(&topic("/a"));
        assert_eq!(drained(all), ["/c", "/a"]);
    }

    #[test]
    fn removed_destinations_leave_nothing_in_the_order() {
        let mut all = remembered(&["/kept"]);
        for n in 0..10_000 {
            let destination = format!("/{n}");
            all.insert(&topic(&destination));
            all.remove(&destination);
            assert!(all.order.len() <= 2 * all.len() + Remembered::SLACK);
        }
        assert_eq!(drained(all), ["/kept"]);
    }

    #[test]
    fn a_prefix_finds_what_begins_with_it() {
        let all = remembered(&["/b", "/a/2", "/a", "/a/1", "/ab"]);
        let found: Vec<_> = all
            .under("/a")
            .map(|topic| topic.address().path().to_string())
            .collect();
        assert_eq!(found, ["/a", "/a/1", "/a/2", "/ab"]);
    }
}
