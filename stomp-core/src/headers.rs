//! The headers of a frame: decoded text, in order, repeats included.

use std::fmt::{self, Write as _};

/// The headers of a frame or message, in the order they came and with their repeats.
///
/// Where a name is repeated only the first entry counts ([`Headers::get`]); the others are history that is passed on
/// (STOMP 1.2, "Repeated Header Entries"). Names are case sensitive. All text is in one allocation, so that a frame's
/// headers cost two, however many there are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// `name` and `value` of each entry, one behind the other.
    text: String,
    /// Where the name and the value of each entry end in `text`.
    ends: Vec<(u32, u32)>,
}

impl Headers {
    /// No headers; allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
        }
    }

    /// No headers yet, with room for `entries` of `bytes` of names and values together.
    #[must_use]
    pub fn with_capacity(entries: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(entries),
        }
    }

    /// Adds an entry behind all others. A name that is there already keeps its first value in [`Headers::get`].
    ///
    /// # Panics
    ///
    /// When all names and values together exceed 4 GiB.
    pub fn push(&mut self, name: &str, value: &str) {
        self.text.push_str(name);
        let name_end = self.position();
        self.text.push_str(value);
        let value_end = self.position();
        self.ends.push((name_end, value_end));
    }

    /// The same headers with one more: numbers and all else that can be shown are written as text.
    ///
    /// # Panics
    ///
    /// As [`push`](Self::push).
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.text.push_str(name);
        let name_end = self.position();
        write!(self.text, "{value}").expect("a `String` takes everything");
        let value_end = self.position();
        self.ends.push((name_end, value_end));
        self
    }

    /// The same headers with one more if there is a value for it.
    ///
    /// # Panics
    ///
    /// As [`push`](Self::push).
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The value of the first entry called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(entry, _)| *entry == name)
            .map(|(_, value)| value)
    }

    /// Is there an entry called `name`?
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Replaces the first entry called `name` in its place and drops its repeats, or adds one at the end.
    pub fn set(&mut self, name: &str, value: &str) {
        let mut changed = Self::with_capacity(self.len() + 1, self.text.len() + name.len() + value.len());
        let mut placed = false;
        for (entry, old) in self.iter() {
            if entry != name {
                changed.push(entry, old);
            } else if !std::mem::replace(&mut placed, true) {
                changed.push(name, value);
            }
        }
        if !placed {
            changed.push(name, value);
        }
        *self = changed;
    }

    /// Drops all entries called `name`; says whether there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.len();
        if self.contains(name) {
            *self = self.iter().filter(|(entry, _)| *entry != name).collect();
        }
        self.len() != before
    }

    /// All entries, in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            headers: self,
            next: 0,
        }
    }

    /// The number of entries, repeats included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Octets of all names and values together.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.text.len()
    }

    /// Are there no entries?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Is this the name of a header that holds a credential: `login`, `passcode` or `authorization`, in any case? Their
    /// values stand in no `Debug` text.
    #[must_use]
    pub fn is_credential(name: &str) -> bool {
        ["login", "passcode", "authorization"]
            .iter()
            .any(|credential| name.eq_ignore_ascii_case(credential))
    }

    fn position(&self) -> u32 {
        u32::try_from(self.text.len()).expect("headers of less than 4 GiB")
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Credentials never reach a log line.
        fn shown<'v>((name, value): (&'v str, &'v str)) -> (&'v str, &'v str) {
            if Headers::is_credential(name) {
                (name, "…")
            } else {
                (name, value)
            }
        }
        f.debug_map().entries(self.iter().map(shown)).finish()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Headers {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(entries: I) -> Self {
        let mut headers = Self::new();
        headers.extend(entries);
        headers
    }
}

impl<'a> Extend<(&'a str, &'a str)> for Headers {
    fn extend<I: IntoIterator<Item = (&'a str, &'a str)>>(&mut self, entries: I) {
        for (name, value) in entries {
            self.push(name, value);
        }
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The entries of [`Headers`], in order. Made by [`Headers::iter`].
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    headers: &'a Headers,
    next: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let Headers { text, ends } = self.headers;
        let &(name_end, value_end) = ends.get(self.next)?;
        let start = self.next.checked_sub(1).map_or(0, |before| ends[before].1);
        self.next += 1;
        Some((
            &text[start as usize..name_end as usize],
            &text[name_end as usize..value_end as usize],
        ))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.headers.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: CHAN-29
    #[test]
    fn the_first_of_repeated_entries_counts_and_the_others_stay() {
        let headers: Headers = [("foo", "World"), ("bar", ""), ("foo", "Hello")]
            .into_iter()
            .collect();
        assert_eq!(headers.get("foo"), Some("World"));
        assert_eq!(headers.get("bar"), Some(""));
        assert_eq!(headers.get("Foo"), None);
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [("foo", "World"), ("bar", ""), ("foo", "Hello")]
        );
    }

    /// Rows: CHAN-29
    #[test]
    fn set_replaces_in_place_and_drops_repeats() {
        let mut headers: Headers = [("a", "1"), ("b", "2"), ("a", "3")].into_iter().collect();
        headers.set("a", "9");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("a", "9"), ("b", "2")]);
        headers.set("c", "4");
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [("a", "9"), ("b", "2"), ("c", "4")]
        );
        assert!(headers.remove("b") && !headers.remove("b"));
    }

    #[test]
    fn values_are_written_as_text_and_missing_ones_are_left_out() {
        let headers = Headers::new()
            .with("kind", "greeting")
            .with("count", 3)
            .with_some("none", None::<&str>)
            .with_some("some", Some(true));
        let expected = [("kind", "greeting"), ("count", "3"), ("some", "true")];
        assert_eq!(headers, expected.into_iter().collect());
    }

    /// Rows: CHAN-31
    #[test]
    fn credentials_are_not_shown() {
        let headers: Headers = [("login", "ann"), ("passcode", "secret"), ("host", "h")]
            .into_iter()
            .collect();
        assert_eq!(
            format!("{headers:?}"),
            r#"{"login": "…", "passcode": "…", "host": "h"}"#
        );
        for name in ["Login", "PASSCODE", "Authorization", "AUTHORIZATION", "passCode"] {
            let headers = Headers::new().with(name, "secret");
            assert_eq!(format!("{headers:?}"), format!("{{{name:?}: \"…\"}}"));
            let message = crate::Message::new("/app/a", "").with_header(name, "secret");
            assert!(!format!("{message:?}").contains("secret"), "{name}");
        }
        let others = Headers::new().with("logins", "shown");
        assert_eq!(format!("{others:?}"), r#"{"logins": "shown"}"#);
    }
}
