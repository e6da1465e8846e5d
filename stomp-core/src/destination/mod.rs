//! Destinations and the patterns that match them.
//!
//! There is one grammar, for the mappings of a program, the subscriptions of clients and the routes of brokers: that
//! of Spring's `AntPathMatcher`. A [`Pattern`] matches, extracts variables, orders and joins as that class does, which
//! is checked against tens of thousands of its own answers.
//!
//! | in a pattern | matches |
//! |---|---|
//! | `?` | one character |
//! | `*` | any number of characters within a segment |
//! | `**` | any number of segments, as a segment of its own |
//! | `{room}` | as `*`, and keeps the text as the variable `room` |
//! | `{id:[0-9]+}` | what the regular expression matches, within a segment |
//!
//! A mapping ([`Pattern::parse_mapping`]) may also be spelt `<room>`, and may end with `{*rest}` or `<rest..>`, which
//! keeps all remaining segments. Segments are separated by `/` or `.` ([`Separator`]).
//!
//! ```
//! use stomp_core::destination::{Pattern, Separator};
//!
//! let pattern = Pattern::parse_mapping("/chat/<roomId>/**", Separator::Slash)?;
//! let destination = "/chat/42/typing";
//! let captures = pattern.captures(destination).expect("it matches");
//! let room = captures.get(0).expect("the pattern has one variable");
//! assert_eq!(pattern.variables().next(), Some("room_id"));
//! assert_eq!(&destination[room], "42");
//! # Ok::<(), stomp_core::destination::PatternError>(())
//! ```

mod brace;
mod captures;
mod error;
mod expression;
mod glob;
mod join;
mod mapping;
mod matching;
mod name;
mod overlap;
mod pattern;
mod segment;
mod separator;
mod set;
mod specificity;
mod template;
#[cfg(test)]
mod tests;
mod tokens;
mod validate;

pub use self::{
    captures::Captures,
    error::{PatternError, PatternErrorKind},
    join::{JoinError, join},
    name::variable_name,
    pattern::Pattern,
    segment::Segment,
    separator::Separator,
    set::{PatternId, PatternSet},
    specificity::compare,
    template::{ExpandError, Template},
    validate::{DestinationError, validate},
};

/// Whether a text is a pattern rather than a plain destination: it has a wildcard, or a `{` with a `}` somewhere
/// behind it. The rule is `isPattern` of Spring's `AntPathMatcher`.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    let has_variable = text.find('{').is_some_and(|open| text[open..].contains('}'));
    has_variable || text.contains(['*', '?'])
}
