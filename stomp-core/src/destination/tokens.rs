//! The segments of a destination, cut where it lies.

use std::ops::Range;

use super::Separator;

/// The segments that are left of a destination, from either end. Empty segments vanish, as with Spring's
/// `tokenizeToStringArray`: `/a//b` has the segments `a` and `b`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens<'d> {
    octets: &'d [u8],
    separator: u8,
    /// What is left; never starts or ends with the separator.
    start: usize,
    end: usize,
}

impl<'d> Tokens<'d> {
    pub(super) fn new(text: &'d str, separator: Separator) -> Self {
        let mut tokens = Self {
            octets: text.as_bytes(),
            separator: separator.as_byte(),
            start: 0,
            end: text.len(),
        };
        tokens.trim_front();
        tokens.trim_back();
        tokens
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Where the next segment starts; the end of the segments if there is none.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Takes the last segment.
    pub(super) fn next_back(&mut self) -> Option<Range<usize>> {
        if self.is_empty() {
            return None;
        }
        let left = &self.octets[self.start..self.end];
        let length = left
            .iter()
            .rev()
            .take_while(|octet| **octet != self.separator)
            .count();
        let token = self.end - length..self.end;
        self.end = token.start;
        self.trim_back();
        Some(token)
    }

    fn trim_front(&mut self) {
        while self.start < self.end && self.octets[self.start] == self.separator {
            self.start += 1;
        }
    }

    fn trim_back(&mut self) {
        while self.start < self.end && self.octets[self.end - 1] == self.separator {
            self.end -= 1;
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Range<usize>;

    /// Takes the first segment.
    fn next(&mut self) -> Option<Range<usize>> {
        if self.is_empty() {
            return None;
        }
        let left = &self.octets[self.start..self.end];
        let length = left.iter().take_while(|octet| **octet != self.separator).count();
        let token = self.start..self.start + length;
        self.start = token.end;
        self.trim_front();
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_segments_vanish_from_both_ends() {
        let text = "//a///bc/d//";
        let cut = |ranges: Vec<Range<usize>>| ranges.into_iter().map(|at| &text[at]).collect::<Vec<_>>();
        let forward = Tokens::new(text, Separator::Slash);
        assert_eq!(cut(forward.collect()), ["a", "bc", "d"]);
        let mut both = forward;
        assert_eq!(
            cut(vec![
                both.next_back().unwrap(),
                both.next().unwrap(),
                both.next().unwrap()
            ]),
            ["d", "a", "bc"]
        );
        assert!(both.is_empty() && both.next().is_none() && both.next_back().is_none());
        assert!(Tokens::new("...", Separator::Dot).is_empty());
    }
}
