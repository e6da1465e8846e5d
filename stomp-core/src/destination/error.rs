//! Why a text is not a pattern.

use std::{fmt, ops::Range};

use super::name::variable_name;

/// A text that is not a pattern, and where it goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// The octets of the text that are meant; always on character boundaries.
    pub at: Range<usize>,
    /// What is wrong with them.
    pub kind: PatternErrorKind,
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternErrorKind {
    /// More than [`Pattern::MAX_LENGTH`](super::Pattern::MAX_LENGTH) octets.
    TooLong,
    /// More than [`Pattern::MAX_SEGMENTS`](super::Pattern::MAX_SEGMENTS) segments.
    TooManySegments,
    /// An opening brace or angle bracket without its partner.
    Unclosed(char),
    /// A closing brace or angle bracket without its partner.
    Unopened(char),
    /// `{}` or `<>`.
    EmptyName,
    /// A name that cannot be one in Rust.
    BadName(String),
    /// Two variables with one Rust name, as written.
    Duplicate(String, String),
    /// `{*rest}` before the end of the pattern.
    RestNotLast,
    /// `{*rest}` beside `**`: which takes how much would be anyone's guess.
    RestBesideDoubleStar,
    /// `{*rest}` where only Spring's `AntPathMatcher` is understood, which refuses it too.
    RestNotAllowed,
    /// Nothing between two separators.
    EmptySegment,
    /// An expression that does not compile or is too large; the text says why.
    Expression(String),
    /// Look-around or a back-reference in an expression.
    UnsupportedExpression,
    /// A capturing group in an expression, which Spring refuses as well.
    CapturingGroup,
    /// The separator inside braces, where it would cut the variable in two.
    SeparatorInVariable(char),
    /// A wildcard, expression or rest variable in a reply destination.
    WildcardInReply,
    /// NUL, carriage return or line feed.
    ControlCharacter,
    /// No text at all where a destination is needed.
    Empty,
}

impl fmt::Display for PatternErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("the pattern is too long"),
            Self::TooManySegments => f.write_str("the pattern has too many segments"),
            Self::Unclosed(open) => write!(f, "`{open}` is never closed"),
            Self::Unopened(close) => write!(f, "`{close}` closes nothing"),
            Self::EmptyName => f.write_str("a variable needs a name"),
            Self::BadName(name) => write!(f, "`{name}` is not a valid variable name"),
            Self::Duplicate(first, second) if first == second => {
                write!(f, "variable `{first}` is declared twice")
            }
            Self::Duplicate(first, second) => {
                let folded = variable_name(first);
                write!(
                    f,
                    "variables `{first}` and `{second}` are the same Rust name `{folded}`"
                )
            }
            Self::RestNotLast => f.write_str("a named rest variable must be the last segment"),
            Self::RestBesideDoubleStar => f.write_str("a named rest variable and `**` exclude each other"),
            Self::RestNotAllowed => f.write_str("`{*name}` is for mappings only; use `**` here"),
            Self::EmptySegment => f.write_str("empty segment"),
            Self::Expression(why) => write!(f, "`{{name:regex}}`: {why}"),
            Self::UnsupportedExpression => f.write_str(
                "`{name:regex}`: look-around and back-references are not supported in destination patterns",
            ),
            Self::CapturingGroup => {
                f.write_str("`{name:regex}`: a group must not capture; write `(?:` instead of `(`")
            }
            Self::SeparatorInVariable(separator) => write!(
                f,
                "a variable cannot contain the separator `{separator}`: segments are cut first"
            ),
            Self::WildcardInReply => {
                f.write_str("a reply destination is one place: wildcards are not allowed here")
            }
            Self::ControlCharacter => f.write_str("NUL, carriage return and line feed are not allowed"),
            Self::Empty => f.write_str("the destination is empty"),
        }
    }
}

impl fmt::Display for PatternError {
    /// The kind's text; the place is for the caller to draw.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for PatternError {}
