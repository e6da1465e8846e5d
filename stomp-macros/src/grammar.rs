//! The destination grammar at the literals of the attributes.

use std::ops::Range;

use stomp_core::destination::{self, PatternError, Separator, join, variable_name};
use syn::LitStr;

use crate::diag::in_literal;

/// The pattern of a mapping, prefix of the controller included.
///
/// Which separator the application will have is not known here. A pattern with dots and without slashes is read as one
/// of an application that separates with dots; the application joins and reads the parts anew.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    parsed: destination::Pattern,
    pub(crate) prefix: String,
    pub(crate) destination: String,
}

impl Pattern {
    /// A destination, or a prefix, by itself.
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        let destination = literal.value();
        if let Some(at) = colon_segment(&destination) {
            let name = destination[at.start + 1..at.end].to_owned();
            let message =
                format!("`:{name}` is plain text here, no variable: write `{{{name}}}` or `<{name}>`");
            return Err(in_literal(literal, at, message));
        }
        let parsed = destination::Pattern::parse_mapping(&destination, separator(&destination))
            .map_err(|error| in_literal(literal, error.at.clone(), error))?;
        Ok(Self {
            parsed,
            prefix: String::new(),
            destination,
        })
    }

    /// `prefix` and `tail`, both sound, in one.
    pub(crate) fn joined(prefix: &LitStr, tail: &LitStr) -> syn::Result<Self> {
        let (prefix, destination) = (prefix.value(), tail.value());
        let separator = separator(&format!("{prefix}{destination}"));
        let spelt = |text: &str| -> Result<String, PatternError> {
            Ok(destination::Pattern::parse_mapping(text, separator)?
                .as_str()
                .to_owned())
        };
        let failed = |joined: &str, error: &dyn std::fmt::Display| {
            let message =
                format!("with the prefix of the controller the destination is \"{joined}\": {error}");
            syn::Error::new(tail.span(), message)
        };
        let apart = format!("{prefix}{destination}");
        let first = spelt(&prefix).map_err(|error| failed(&apart, &error))?;
        let second = spelt(&destination).map_err(|error| failed(&apart, &error))?;
        let joined = join(&first, &second, separator).map_err(|error| failed(&apart, &error))?;
        let parsed = destination::Pattern::parse_mapping(&joined, separator)
            .map_err(|error| failed(&joined, &error))?;
        Ok(Self {
            parsed,
            prefix,
            destination,
        })
    }

    /// With variables in the spelling `{name}`.
    pub(crate) fn text(&self) -> &str {
        self.parsed.as_str()
    }

    /// The Rust names of the variables.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.parsed.variables()
    }

    /// Could a destination match both, with neither pattern more specific than the other? Two regular expressions may
    /// exclude each other, which nobody can tell.
    pub(crate) fn ambiguous_with(&self, other: &Self) -> bool {
        let same = self.text() == other.text();
        let tied = self.parsed.overlaps(&other.parsed) && self.parsed.specificity(&other.parsed).is_eq();
        same || (tied && !(self.has_expression() && other.has_expression()))
    }

    fn has_expression(&self) -> bool {
        let mut rest = self.text();
        while let Some((_, inside)) = rest.split_once('{') {
            let name_end = inside
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
                .unwrap_or(inside.len());
            if inside[name_end..].starts_with(':') {
                return true;
            }
            rest = &inside[name_end..];
        }
        false
    }
}

/// A segment like `:room`: a variable to those who come from other routers, text to everybody else.
fn colon_segment(text: &str) -> Option<Range<usize>> {
    let separator = separator(text).as_char();
    let mut start = 0;
    text.split(separator).find_map(|segment| {
        let at = start..start + segment.len();
        start = at.end + separator.len_utf8();
        let name = segment.strip_prefix(':')?;
        let is_name = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        is_name.then_some(at)
    })
}

fn separator(text: &str) -> Separator {
    if text.contains('.') && !text.contains('/') {
        Separator::Dot
    } else {
        Separator::Slash
    }
}

/// The name that Rust has for a variable: `roomId` is `room_id`.
pub(crate) fn rust_name(variable: &str) -> String {
    variable_name(variable)
}

/// A reply destination.
pub(crate) struct Template {
    /// As written.
    pub(crate) text: String,
    pub(crate) variables: Vec<Placeholder>,
}

/// A variable in a reply destination.
pub(crate) struct Placeholder {
    /// Its Rust name.
    pub(crate) name: String,
    pub(crate) written: String,
    /// Where it stands in the literal, brackets included.
    pub(crate) at: Range<usize>,
}

impl Template {
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        let text = literal.value();
        destination::Template::parse(&text, Separator::Slash)
            .map_err(|error| in_literal(literal, error.at.clone(), error))?;
        Ok(Self {
            variables: placeholders(&text),
            text,
        })
    }
}

/// The brackets of a sound template: they are balanced and not nested.
fn placeholders(text: &str) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find(['{', '<']).map(|open| from + open) {
        let Some(close) = text[open..].find(['}', '>']).map(|close| open + close) else {
            break;
        };
        let written = &text[open + 1..close];
        let name = variable_name(written);
        found.push(Placeholder {
            name,
            written: written.to_owned(),
            at: open..close + 1,
        });
        from = close + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(&LitStr::new(text, proc_macro2::Span::call_site())).unwrap()
    }

    #[test]
    fn expressions_that_may_exclude_each_other_are_not_ambiguous() {
        let ambiguous = |a, b| pattern(a).ambiguous_with(&pattern(b));
        assert!(!ambiguous("/x/{id:[0-9]+}", "/x/{name:[a-z]+}"));
        assert!(ambiguous("/x/{id:[0-9]+}", "/x/{name}"));
        assert!(ambiguous("/x/{id:[0-9]+}", "/x/{id:[0-9]+}"));
        assert!(ambiguous("/{a}/y", "/x/{b}"));
        assert!(!ambiguous("/x/{a}", "/x/*"));
        assert!(!ambiguous("/x/{a}", "/x/y"));
    }

    #[test]
    fn a_colon_makes_no_variable_and_is_found() {
        assert_eq!(colon_segment("/chat/:room/x"), Some(6..11));
        assert_eq!(colon_segment("chat.:room"), Some(5..10));
        for sound in ["/chat/{id:[a-z]+}", "/a:b/c", "/:", "/at/12:30", "/:{id}"] {
            assert_eq!(colon_segment(sound), None, "{sound}");
        }
        assert_eq!(pattern("/chat/{name::room}").text(), "/chat/{name::room}");
    }

    #[test]
    fn dots_without_slashes_separate() {
        assert_eq!(pattern("price.stock.<ticker>").text(), "price.stock.{ticker}");
        assert_eq!(pattern("price").text(), "/price");
        assert_eq!(pattern("/a.b").text(), "/a.b");
    }

    #[test]
    fn placeholders_know_their_places() {
        let found = placeholders("/topic/{roomId}.<user-name>");
        let seen: Vec<_> = found
            .iter()
            .map(|one| (one.name.as_str(), one.at.clone()))
            .collect();
        assert_eq!(seen, [("room_id", 7..15), ("user_name", 16..27)]);
    }
}
