//! Which of two patterns is the more specific one.

use std::cmp::Ordering;

use super::Separator;

/// What Spring's `AntPatternComparator` counts in a pattern. It looks at the text alone, not at what the text means:
/// the `*` of an expression counts like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Specificity {
    variables: usize,
    stars: usize,
    double_stars: usize,
    /// In UTF-16 units, a variable counting as one.
    length: usize,
    /// The separator and `**`, nothing else.
    catch_all: bool,
    /// Ends with the separator and `**`.
    prefix: bool,
}

impl Specificity {
    pub(super) fn of(text: &str, separator: Separator) -> Self {
        let before_stars = text.strip_suffix("**");
        let ends_with_stars = before_stars.is_some_and(|before| before.ends_with(separator.as_char()));
        let catch_all = ends_with_stars && text.len() == "/**".len();
        let (stars, double_stars) = stars(text);
        Self {
            variables: text.matches('{').count(),
            stars,
            double_stars,
            length: length(text),
            catch_all,
            prefix: ends_with_stars && !catch_all,
        }
    }

    /// The order of two patterns of which neither is the destination itself.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        if self.prefix && other.prefix {
            return other.length.cmp(&self.length);
        }
        if self.prefix && other.double_stars == 0 {
            return Ordering::Greater;
        }
        if other.prefix && self.double_stars == 0 {
            return Ordering::Less;
        }
        (self.wildcards().cmp(&other.wildcards()))
            .then(other.length.cmp(&self.length))
            .then(self.stars.cmp(&other.stars))
            .then(self.variables.cmp(&other.variables))
    }

    /// The order, given whether each pattern is the very destination that is looked for.
    pub(super) fn compare_with(&self, is_it: bool, other: &Self, is_other: bool) -> Ordering {
        match (self.catch_all, other.catch_all) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) if is_it || is_other => is_other.cmp(&is_it),
            (false, false) => self.compare(other),
        }
    }

    fn wildcards(&self) -> usize {
        self.variables + self.stars + 2 * self.double_stars
    }
}

/// Orders two texts as patterns for a destination: [`Ordering::Less`] if the first is more specific. The rule is
/// `getPatternComparator` of Spring's `AntPathMatcher`, which orders texts that could not be matched, too.
#[must_use]
pub fn compare(first: &str, second: &str, destination: &str, separator: Separator) -> Ordering {
    Specificity::of(first, separator).compare_with(
        first == destination,
        &Specificity::of(second, separator),
        second == destination,
    )
}

/// Single and double stars. A single one does not count at the very start, nor in a final `.*`.
fn stars(text: &str) -> (usize, usize) {
    let octets = text.as_bytes();
    let (mut single, mut double) = (0, 0);
    let mut at = 0;
    while at < octets.len() {
        if octets[at] != b'*' {
            at += 1;
        } else if octets.get(at + 1) == Some(&b'*') {
            double += 1;
            at += 2;
        } else {
            if at > 0 && &octets[at - 1..] != b".*" {
                single += 1;
            }
            at += 1;
        }
    }
    (single, double)
}

/// The length in UTF-16 units. A variable counts as one: everything from `{` to the next `}` with at least one
/// character and no `/` between, whatever the separator.
fn length(text: &str) -> usize {
    let mut length = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match variable_end(first, rest) {
            Some(end) => {
                length += 1;
                rest = &rest[end..];
            }
            None => length += first.len_utf16(),
        }
    }
    length
}

fn variable_end(first: char, rest: &str) -> Option<usize> {
    if first != '{' {
        return None;
    }
    let inside = rest.chars().next().filter(|letter| *letter != '/')?.len_utf8();
    let close = inside + rest[inside..].find(['}', '/'])?;
    rest[close..].starts_with('}').then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: ROUTE-21, ROUTE-24
    #[test]
    fn the_table_of_the_study() {
        // first, second, destination: who wins on Spring's own class
        let table = [
            ("/a/{x}", "/a/*", "/a/1", Ordering::Less),
            ("/a/**/1", "/a/*", "/a/1", Ordering::Greater),
            ("/a/1", "/a/{x}", "/a/1", Ordering::Less),
            ("/a/1*", "/a/*", "/a/12", Ordering::Less),
            ("/a/**", "/{x}/{y}", "/a/1", Ordering::Greater),
            ("/*/*", "/**/{x}", "/a/b", Ordering::Less),
            ("/a/**", "/**", "/a/1", Ordering::Less),
            ("/a/{x:.*}", "/a/*", "/a/1", Ordering::Greater),
            ("/a/{x}", "/{x}/1", "/a/1", Ordering::Equal),
            (r"/a/{x:\d+}", "/a/{x}", "/a/1", Ordering::Equal),
            ("/a/*", "/*/1", "/a/1", Ordering::Equal),
        ];
        for (first, second, destination, order) in table {
            assert_eq!(
                compare(first, second, destination, Separator::Slash),
                order,
                "{first} {second}"
            );
            let back = compare(second, first, destination, Separator::Slash);
            assert_eq!(back, order.reverse(), "{second} {first}");
        }
    }

    #[test]
    fn a_variable_counts_as_one_character() {
        assert_eq!(length("/a/{room}/b"), "/a/#/b".len());
        assert_eq!(length("/{}x}/{a/b}"), "/#/{a/b}".len());
        assert_eq!(length("😀"), 2);
    }
}
