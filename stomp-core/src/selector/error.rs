//! What is wrong with a selector, and where.

use thiserror::Error;

/// Why a text is no selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{problem} at character {position}")]
pub struct SelectorError {
    /// What is wrong.
    pub problem: SelectorProblem,
    /// Where, counted in characters from 1.
    pub position: usize,
}

/// What is wrong with a selector. The texts name nothing that its author wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SelectorProblem {
    /// It has more octets than [`Selector::MAX_LENGTH`](super::Selector::MAX_LENGTH).
    #[error("the selector is too long")]
    TooLong,
    /// It is nested deeper than [`Selector::MAX_DEPTH`](super::Selector::MAX_DEPTH).
    #[error("the selector is nested too deeply")]
    TooDeep,
    /// A character that begins nothing.
    #[error("unexpected character")]
    UnexpectedCharacter,
    /// A quote that is not closed.
    #[error("a quote that is not closed")]
    Unclosed,
    /// A name in quotes that holds nothing.
    #[error("an empty name")]
    EmptyName,
    /// A number that is none.
    #[error("malformed number")]
    MalformedNumber,
    /// Something else must stand here.
    #[error("{0} expected")]
    Expected(&'static str),
    /// Texts and truth values can be equal or not, but neither is smaller.
    #[error("only numbers have an order")]
    NoOrder,
    /// A text, a number and a truth value are never equal.
    #[error("two kinds of values cannot be compared")]
    NotComparable,
    /// Behind the escape character of LIKE stands none of `%`, `_` and itself.
    #[error("malformed escape in a pattern")]
    MalformedEscape,
}
