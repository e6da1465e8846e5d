//! Selectors: which messages a subscription wants, by their headers.
//!
//! The language is that of message selectors in JMS, a part of SQL-92, as ActiveMQ, Artemis and RabbitMQ read it:
//!
//! ```text
//! kind = 'news' AND (price BETWEEN 10 AND 20 OR "x-urgent" = TRUE) AND title NOT LIKE 'draft%'
//! ```
//!
//! | part | written |
//! |---|---|
//! | header | `kind`: a letter, `_` or `$`, then letters, digits, `_`, `$` and `.`; any other name in double quotes: `"x-kind"`, where `""` is a quote. Case matters, as in STOMP. `x-kind` without quotes is `x` minus `kind` |
//! | text | `'news'`, where `''` is a quote |
//! | number | `7`, `-3.5`, `6E2` |
//! | truth | `TRUE`, `FALSE` |
//! | comparison | `=`, `<>` (or `!=`), `<`, `<=`, `>`, `>=`, `[NOT] BETWEEN … AND …` |
//! | membership | `header [NOT] IN ('a', 'b', 3)` |
//! | pattern | `header [NOT] LIKE 'a_b%'`, with `ESCAPE '!'`: `_` is one character, `%` any |
//! | presence | `header IS [NOT] NULL` |
//! | arithmetic | `+`, `-`, `*`, `/`; whole numbers stay whole, as in Java |
//! | logic | `AND`, `OR`, `NOT`, parentheses; a header is a condition if it says `true` or `false` |
//!
//! Words may be written in any case. Headers of STOMP are texts: each is read as what it is compared with. A header
//! that is not there, or is not a number where one is needed, makes the comparison *unknown*, as NULL does in SQL; two
//! headers are equal when their texts are. Only what is true matches: neither what is false nor what is unknown. Division
//! by zero and numbers beyond 64 bits are unknown too.
//!
//! What a client may ask of the server has bounds: a header longer than 64 octets is no number, and a LIKE is unknown
//! once all of a message together take more than [`Selector::MAX_STEPS`]. Those without `_` take about one for each octet
//! of the header; `_` behind a `%` is tried at every place.
//!
//! | file | holds |
//! |---|---|
//! | `lexer`, `parse` | from the text to a program |
//! | `program` | the program's steps, and how they are taken |
//! | `value`, `like` | what the steps do |
//! | `error` | what can be wrong with a selector |

mod error;
mod lexer;
mod like;
mod parse;
mod program;
mod value;

use std::str::FromStr;

pub use self::error::{SelectorError, SelectorProblem};
use self::program::Program;

/// Which messages a subscription wants, by their headers.
///
/// ```
/// use stomp_core::{Headers, selector::Selector};
///
/// let selector = Selector::parse("kind = 'news' AND price > 9")?;
/// let headers: Headers = [("kind", "news"), ("price", "10")].into_iter().collect();
/// assert!(selector.matches(|name| headers.get(name)));
/// assert!(!selector.matches(|_| None));
/// # Ok::<(), stomp_core::selector::SelectorError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Selector(Program);

impl Selector {
    /// Octets of the longest selector.
    pub const MAX_LENGTH: usize = 1024;
    /// How deep parentheses may be nested.
    pub const MAX_DEPTH: usize = 16;
    /// How many comparisons all LIKEs of one evaluation may take together; those that need more are unknown.
    pub const MAX_STEPS: usize = 1 << 18;

    /// Parses a selector.
    ///
    /// # Errors
    ///
    /// [`SelectorError`] says what is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        parse::parse(text).map(Self)
    }

    /// Is the selector true of a message whose headers `header` looks up? Allocates nothing.
    pub fn matches<'h>(&self, header: impl Fn(&str) -> Option<&'h str>) -> bool {
        self.evaluate(header) == Some(true)
    }

    /// Is the selector true, false, or neither (`None`), because a header is missing or is no number?
    pub fn evaluate<'h>(&self, header: impl Fn(&str) -> Option<&'h str>) -> Option<bool> {
        self.0.run(header)
    }

    /// Roughly how many octets one evaluation looks at, at most, of a message with so many header entries, which are so
    /// many octets: whoever evaluates many selectors can tell by it when others must have their turn.
    #[must_use]
    pub fn cost(&self, entries: usize, octets: usize) -> usize {
        self.0.cost(entries, octets)
    }
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        Self::parse(text)
    }
}
