//! What is under way in a server: who asks whether anything is finds out here.
//!
//! Nothing is counted while messages pass. Who asks looks at every session and every line of the broker, twice: what
//! was at rest both times, and not stirred in between, was at rest at the moment between the two looks, all at once.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// One look at everything.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    under_way: usize,
    /// A number for everything that was looked at, which is another one whenever it has stirred.
    stirrings: Vec<u64>,
}

impl Survey {
    /// Looks twice, with `look`; says how much is under way. 0: there was a moment when nothing was.
    pub(crate) fn count(mut look: impl FnMut(&mut Self)) -> usize {
        let (mut first, mut second) = (Self::default(), Self::default());
        look(&mut first);
        if first.under_way > 0 {
            return first.under_way;
        }
        look(&mut second);
        // What has stirred between the two looks was under way.
        second
            .under_way
            .max(usize::from(first.stirrings != second.stirrings))
    }

    /// Notes whether something is under way, and how often it has stirred.
    pub(crate) fn note(&mut self, under_way: bool, stirred: u64) {
        self.under_way += usize::from(under_way);
        self.stirrings.push(stirred);
    }
}

/// Counts what has no other place where it could be seen: connections that open, and those that end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Passages(Arc<Passed>);

#[derive(Debug, Default)]
struct Passed {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// Something that has begun, and ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Passage(Arc<Passed>);

impl Passages {
    pub(crate) fn begin(&self) -> Passage {
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        Passage(Arc::clone(&self.0))
    }

    pub(crate) fn survey(&self, survey: &mut Survey) {
        // In this order: what ends in between counts as under way.
        let ended = self.0.ended.load(Ordering::SeqCst);
        let begun = self.0.begun.load(Ordering::SeqCst);
        for _ in ended..begun {
            survey.note(true, begun);
        }
        survey.note(false, begun);
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_at_one_look_or_stirs_between_two_is_not_overlooked() {
        // What the looks find: under way, and how often it has stirred.
        let table = [
            ([(false, 4), (false, 4)], 0),
            ([(true, 4), (false, 4)], 1),
            ([(false, 4), (true, 5)], 1),
            ([(false, 4), (false, 6)], 1),
        ];
        for (looks, expected) in table {
            let mut looks = looks.into_iter();
            let counted = Survey::count(|survey| {
                let (under_way, stirred) = looks.next().expect("two looks");
                survey.note(under_way, stirred);
            });
            assert_eq!(counted, expected);
        }
    }

    #[test]
    fn what_appears_between_two_looks_has_stirred() {
        let mut count = 0;
        let counted = Survey::count(|survey| {
            count += 1;
            (0..count).for_each(|_| survey.note(false, 0));
        });
        assert_eq!(counted, 1);
    }

    #[test]
    fn passages_count_until_they_are_dropped() {
        let passages = Passages::default();
        let count = || Survey::count(|survey| passages.survey(survey));
        let (one, two) = (passages.begin(), passages.begin());
        assert_eq!(count(), 2);
        drop(one);
        assert_eq!(count(), 1);
        drop(two);
        assert_eq!(count(), 0);
    }
}
