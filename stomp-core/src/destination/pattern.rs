//! A parsed pattern.

use std::{cmp::Ordering, ops::Range};

use super::{
    Separator,
    captures::{Captures, Ignore},
    error::{PatternError, PatternErrorKind},
    mapping, matching, overlap,
    segment::{self, Matcher, Names, Part, Segment},
    specificity::Specificity,
    tokens::Tokens,
};

/// A pattern for destinations: literal text, Ant wildcards (`?`, `*`, `**`) and variables (`{room}`, `{id:[0-9]+}`).
///
/// It matches, extracts and orders as Spring's `AntPathMatcher` does. Parsing and matching take bounded work, whatever
/// a peer sends. Two patterns are equal if they are written alike, `<room>` and `{room}` counting as one spelling.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub(super) text: Box<str>,
    pub(super) separator: Separator,
    pub(super) kind: Kind,
    pub(super) parts: Box<[Part]>,
    pub(super) names: Box<[Box<str>]>,
    pub(super) specificity: Specificity,
}

/// Which of its constructors made a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Wire,
    Mapping,
    Exact,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.separator, &self.text) == (other.kind, other.separator, &other.text)
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// How many octets a pattern may have.
    pub const MAX_LENGTH: usize = 4096;
    /// How many segments a pattern may have.
    pub const MAX_SEGMENTS: usize = 256;

    /// Reads a pattern as a peer sends it, with the meaning of Spring's `AntPathMatcher`: whatever is not a wildcard
    /// or variable is literal text, also an unclosed `{`.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for a text over the limits, an expression that does not compile or captures, and for `{*rest}`.
    /// Spring finds the last two only when a destination gets that far; refusing them at once tells the one who wrote
    /// them.
    pub fn parse(text: &str, separator: Separator) -> Result<Self, PatternError> {
        let mut names = Names::default();
        let parts = segments_of(text, separator)?
            .into_iter()
            .map(|at| segment::read(text, at, &mut names))
            .collect::<Result<_, _>>()?;
        Ok(Self::new(text, separator, Kind::Wire, parts, names))
    }

    /// Reads the literal of a mapping, strictly: what can only be a mistake is an error. `<room>` is another spelling
    /// of `{room}`, and `<rest..>` of `{*rest}`. As in Spring, a missing leading `/` is added.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for what [`parse`](Self::parse) refuses, except `{*rest}` at the end; and for unclosed or
    /// unopened braces, names that Rust cannot have, two variables with one Rust name and empty segments.
    pub fn parse_mapping(text: &str, separator: Separator) -> Result<Self, PatternError> {
        mapping::parse(text, separator)
    }

    /// The pattern that matches exactly this text, whatever characters it has.
    #[must_use]
    pub fn literal(text: &str, separator: Separator) -> Self {
        let parts = Tokens::new(text, separator).map(|at| Part {
            at,
            matcher: Matcher::Literal,
        });
        Self::new(text, separator, Kind::Exact, parts.collect(), Names::default())
    }

    pub(super) fn new(
        text: &str,
        separator: Separator,
        kind: Kind,
        parts: Box<[Part]>,
        names: Names,
    ) -> Self {
        Self {
            text: text.into(),
            separator,
            kind,
            parts,
            names: names.0.into(),
            specificity: Specificity::of(text, separator),
        }
    }

    /// The text of the pattern; that of a mapping in Spring's spelling (`{room}` for `<room>`), names as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands between the segments.
    #[must_use]
    pub fn separator(&self) -> Separator {
        self.separator
    }

    /// The segments before the first that has a wildcard or variable; of a pattern that has none all segments.
    pub fn leading_literals(&self) -> impl Iterator<Item = &str> {
        let literal = self.parts.iter().take_while(|part| part.is_literal());
        literal.map(|part| &self.text[part.at.clone()])
    }

    /// Whether there is neither wildcard nor variable.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.parts.iter().all(Part::is_literal)
    }

    /// The text before the first segment with a wildcard or variable; all of it if there is none. Each destination
    /// that matches and has no empty segment starts with it, but for one case: a final `**` matches nothing, too, so
    /// that `/topic/**` matches `/topic`.
    #[must_use]
    pub fn literal_prefix(&self) -> &str {
        match self.parts.iter().find(|part| !part.is_literal()) {
            Some(first) => &self.text[..first.at.start],
            None => &self.text,
        }
    }

    /// The names of the variables, each once: as written, those of a mapping as Rust names.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// The segments, for those who index patterns.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.parts.iter().map(|part| match part.matcher {
            Matcher::Literal => Segment::Literal(&self.text[part.at.clone()]),
            Matcher::Variable(variable) => Segment::Variable(&self.names[variable]),
            Matcher::Star => Segment::Star,
            Matcher::Glob(_) | Matcher::Expression(_) => Segment::Glob,
            Matcher::DoubleStar => Segment::DoubleStar,
            Matcher::Rest(variable) => Segment::Rest(&self.names[variable]),
        })
    }

    /// Whether the destination matches. Allocates nothing unless the pattern has an expression.
    #[must_use]
    pub fn matches(&self, destination: &str) -> bool {
        match self.kind {
            Kind::Exact => *self.text == *destination,
            Kind::Wire | Kind::Mapping => matching::run(self, destination, &mut Ignore),
        }
    }

    /// Where the variables lie in the destination; `None` if it does not match.
    #[must_use]
    pub fn captures(&self, destination: &str) -> Option<Captures> {
        let mut captures = Captures::default();
        let matches = match self.kind {
            Kind::Exact => *self.text == *destination,
            Kind::Wire | Kind::Mapping => matching::run(self, destination, &mut captures),
        };
        matches.then_some(captures)
    }

    /// Orders two patterns that match a destination: [`Ordering::Less`] if this one is more specific. The rule is
    /// Spring's `AntPatternComparator`. It is no total order: three patterns can beat each other in a circle.
    #[must_use]
    pub fn compare(&self, other: &Self, destination: &str) -> Ordering {
        let (is_it, is_other) = (*self.text == *destination, *other.text == *destination);
        self.specificity.compare_with(is_it, &other.specificity, is_other)
    }

    /// As [`compare`](Self::compare) for every destination that both match, unless one of them is written exactly
    /// like that destination although it has wildcards.
    #[must_use]
    pub fn specificity(&self, other: &Self) -> Ordering {
        // a literal that matches is the destination itself
        let (is_it, is_other) = (self.is_literal(), other.is_literal());
        if is_it && is_other {
            return self.specificity.compare(&other.specificity);
        }
        self.specificity.compare_with(is_it, &other.specificity, is_other)
    }

    /// Whether some destination may match both. Exact but for expressions, which count as matching any segment, and
    /// for the end of the destination in a few odd cases: there the answer is `true` to be on the safe side.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        overlap::overlaps(self, other)
    }
}

/// Where the segments lie, if the text keeps the limits.
pub(super) fn segments_of(text: &str, separator: Separator) -> Result<Vec<Range<usize>>, PatternError> {
    let refuse = |kind| {
        Err(PatternError {
            at: 0..text.len(),
            kind,
        })
    };
    if text.len() > Pattern::MAX_LENGTH {
        return refuse(PatternErrorKind::TooLong);
    }
    let segments: Vec<_> = Tokens::new(text, separator)
        .take(Pattern::MAX_SEGMENTS + 1)
        .collect();
    if segments.len() > Pattern::MAX_SEGMENTS {
        return refuse(PatternErrorKind::TooManySegments);
    }
    Ok(segments)
}
