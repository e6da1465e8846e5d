//! Where the variables of a pattern lie in a destination.

use std::ops::Range;

/// How many variables need no memory of their own.
const INLINE: usize = 4;

/// Where the variables of a pattern lie in a destination that it matches.
///
/// Ranges are in octets of that destination. They borrow neither of the two, so they can travel with the message; up
/// to four variables they need no heap memory. The names are [`Pattern::variables`](super::Pattern::variables), by
/// index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Captures {
    few: [Option<Range<usize>>; INLINE],
    more: Vec<Option<Range<usize>>>,
}

impl Captures {
    /// Where the variable with this index lies. `None` for an index without variable, and for a variable whose
    /// expression took no part in the match.
    #[must_use]
    pub fn get(&self, variable: usize) -> Option<Range<usize>> {
        let slot = match variable.checked_sub(INLINE) {
            None => &self.few[variable],
            Some(index) => self.more.get(index)?,
        };
        slot.clone()
    }

    /// The index of each variable and where it lies, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        let all = self.few.iter().chain(&self.more).enumerate();
        all.filter_map(|(variable, at)| Some((variable, at.clone()?)))
    }
}

/// Takes what a match captures. A name that is declared twice takes the value that comes last, like the map in Spring.
pub(super) trait Sink {
    /// Whether anybody listens: without, an expression need not look for its groups.
    const LISTENS: bool;

    fn capture(&mut self, variable: usize, at: Range<usize>);
}

impl Sink for Captures {
    const LISTENS: bool = true;

    fn capture(&mut self, variable: usize, at: Range<usize>) {
        match variable.checked_sub(INLINE) {
            None => self.few[variable] = Some(at),
            Some(index) => {
                if index >= self.more.len() {
                    self.more.resize(index + 1, None);
                }
                self.more[index] = Some(at);
            }
        }
    }
}

/// For a match whose captures nobody wants.
pub(super) struct Ignore;

impl Sink for Ignore {
    const LISTENS: bool = false;

    fn capture(&mut self, _: usize, _: Range<usize>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_variables_comes_back_in_order() {
        let mut captures = Captures::default();
        for variable in [5, 0, 3, 4] {
            captures.capture(variable, variable..variable + 1);
        }
        captures.capture(0, 7..9);
        let all: Vec<_> = captures.iter().collect();
        assert_eq!(all, [(0, 7..9), (3, 3..4), (4, 4..5), (5, 5..6)]);
        assert_eq!(captures.get(4), Some(4..5));
        assert_eq!(captures.get(1), None);
        assert_eq!(captures.get(100), None);
    }
}
