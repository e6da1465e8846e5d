//! Does a pattern match a destination?

use super::{Pattern, captures::Sink, segment::Matcher, segment::Part, tokens::Tokens};

/// Matches as `doMatch` of Spring's `AntPathMatcher`: segments before the first `**` from the front, those behind the
/// last `**` from the back, and each group between two `**` at the first place where it fits. Nothing is ever tried
/// again, so the work is bounded by the length of the pattern times that of the destination.
pub(super) fn run(pattern: &Pattern, destination: &str, sink: &mut impl Sink) -> bool {
    let separator = pattern.separator.as_char();
    if destination.starts_with(separator) != pattern.text.starts_with(separator) {
        return false;
    }
    let mut walk = Walk {
        pattern,
        destination,
        parts: &pattern.parts,
        path: Tokens::new(destination, pattern.separator),
    };
    walk.run(sink)
}

struct Walk<'a> {
    pattern: &'a Pattern,
    destination: &'a str,
    /// What is left of the pattern.
    parts: &'a [Part],
    /// What is left of the destination.
    path: Tokens<'a>,
}

impl Walk<'_> {
    fn run(&mut self, sink: &mut impl Sink) -> bool {
        if !self.front(sink) {
            return false;
        }
        if self.path.is_empty() {
            return self.at_end_of_path();
        }
        match self.parts {
            [] => false,
            [
                Part {
                    matcher: Matcher::Rest(variable),
                    ..
                },
            ] => {
                sink.capture(*variable, self.path.start()..self.destination.len());
                true
            }
            _ => self.back(sink) && (self.path.is_empty() || self.between(sink)) && self.only_double_stars(),
        }
    }

    /// All segments up to the first that spans several.
    fn front(&mut self, sink: &mut impl Sink) -> bool {
        while let Some((part, rest)) = self.parts.split_first() {
            if part.spans_segments() {
                break;
            }
            let Some(token) = self.path.next() else { break };
            if !part.matches(&self.pattern.text, self.destination, token, sink) {
                return false;
            }
            self.parts = rest;
        }
        true
    }

    /// The destination is used up before any `**` was met.
    fn at_end_of_path(&self) -> bool {
        match self.parts {
            [] => self.trailing_separators_agree(),
            [only] if matches!(only.matcher, Matcher::Star) && self.destination_is_open() => true,
            _ => self.only_double_stars(),
        }
    }

    /// All segments behind the last `**`.
    fn back(&mut self, sink: &mut impl Sink) -> bool {
        let mut is_last = true;
        while let Some((part, rest)) = self.parts.split_last() {
            if part.is_double_star() {
                break;
            }
            let Some(token) = self.path.next_back() else { break };
            if !part.matches(&self.pattern.text, self.destination, token, sink) {
                return false;
            }
            if is_last && !self.trailing_separators_agree() {
                return false;
            }
            is_last = false;
            self.parts = rest;
        }
        true
    }

    /// The groups between two `**`.
    fn between(&mut self, sink: &mut impl Sink) -> bool {
        while self.parts.len() > 1 && !self.path.is_empty() {
            let behind = &self.parts[1..];
            let Some(length) = behind.iter().position(Part::is_double_star) else {
                return false;
            };
            if !self.skip_to(&behind[..length], sink) {
                return false;
            }
            self.parts = &behind[length..];
        }
        true
    }

    /// Goes behind the first place where these parts match.
    fn skip_to(&mut self, parts: &[Part], sink: &mut impl Sink) -> bool {
        loop {
            let mut path = self.path;
            let fits = parts.iter().all(|part| {
                path.next()
                    .is_some_and(|token| part.matches(&self.pattern.text, self.destination, token, sink))
            });
            if fits {
                self.path = path;
                return true;
            }
            if self.path.next().is_none() {
                return false;
            }
        }
    }

    fn only_double_stars(&self) -> bool {
        self.parts.iter().all(Part::is_double_star)
    }

    fn trailing_separators_agree(&self) -> bool {
        self.pattern.text.ends_with(self.pattern.separator.as_char()) == self.destination_is_open()
    }

    fn destination_is_open(&self) -> bool {
        self.destination.ends_with(self.pattern.separator.as_char())
    }
}
