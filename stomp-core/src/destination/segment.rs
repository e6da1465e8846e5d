//! The segments of a pattern.

use std::ops::Range;

use super::{
    brace::Braces,
    captures::Sink,
    error::{PatternError, PatternErrorKind},
    expression::{self, Expression},
    glob::{self, Piece},
};

/// A segment of a pattern, for those who index patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment<'a> {
    /// Text that stands for itself.
    Literal(&'a str),
    /// One plain variable and nothing else: `{room}`.
    Variable(&'a str),
    /// `*` alone: any one segment.
    Star,
    /// Text, wildcards and variables mixed, or an expression: `user-?`, `{a}.{b}`, `{id:[0-9]+}`.
    Glob,
    /// `**`: any number of segments, also none.
    DoubleStar,
    /// `{*rest}`: at least one segment, to the end of the destination.
    Rest(&'a str),
}

/// How a segment matches.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    Literal,
    Variable(usize),
    Star,
    Glob(Box<[Piece]>),
    Expression(Box<Expression>),
    DoubleStar,
    Rest(usize),
}

/// A segment and where it lies in the text of its pattern.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) at: Range<usize>,
    pub(super) matcher: Matcher,
}

impl Part {
    pub(super) fn is_literal(&self) -> bool {
        matches!(self.matcher, Matcher::Literal)
    }

    pub(super) fn is_double_star(&self) -> bool {
        matches!(self.matcher, Matcher::DoubleStar)
    }

    /// Whether this part takes as many segments as it likes.
    pub(super) fn spans_segments(&self) -> bool {
        matches!(self.matcher, Matcher::DoubleStar | Matcher::Rest(_))
    }

    /// Matches exactly one segment of a destination.
    pub(super) fn matches(
        &self,
        pattern: &str,
        destination: &str,
        token: Range<usize>,
        sink: &mut impl Sink,
    ) -> bool {
        match &self.matcher {
            Matcher::Literal => pattern[self.at.clone()] == destination[token],
            Matcher::Variable(variable) => {
                sink.capture(*variable, token);
                true
            }
            Matcher::Star => true,
            Matcher::Glob(pieces) => glob::matches(pieces, destination, token, sink),
            Matcher::Expression(expression) => expression.matches(destination, token, sink),
            // within a pattern these are met only where they span, never as one segment
            Matcher::DoubleStar | Matcher::Rest(_) => true,
        }
    }
}

/// The variables declared so far. One that is declared twice is one variable, as in Spring's map.
#[derive(Debug, Default)]
pub(super) struct Names(pub(super) Vec<Box<str>>);

impl Names {
    pub(super) fn declare(&mut self, name: &str) -> usize {
        match self.0.iter().position(|known| &**known == name) {
            Some(known) => known,
            None => {
                self.0.push(name.into());
                self.0.len() - 1
            }
        }
    }
}

/// Reads the segment at `at`, as Spring's `AntPathStringMatcher` does.
pub(super) fn read(pattern: &str, at: Range<usize>, names: &mut Names) -> Result<Part, PatternError> {
    let text = &pattern[at.clone()];
    let matcher = match text {
        "**" => Matcher::DoubleStar,
        "*" => Matcher::Star,
        _ => {
            let items = scan(text);
            let failed = |(inside, kind): (Range<usize>, _)| PatternError {
                at: at.start + inside.start..at.start + inside.end,
                kind,
            };
            if items.iter().any(|item| {
                matches!(
                    item,
                    Item::Variable {
                        expression: Some(_),
                        ..
                    }
                )
            }) {
                compile(text, &items, names).map_err(failed)?
            } else {
                assemble(&items, names).map_err(failed)?
            }
        }
    };
    Ok(Part { at, matcher })
}

/// A part of a segment as it is written.
enum Item<'a> {
    Text(&'a str),
    One,
    Star,
    Variable {
        name: &'a str,
        expression: Option<&'a str>,
        at: Range<usize>,
    },
}

fn scan(text: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut braces = Braces::new(text);
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text[at..].find(['?', '*', '{']) {
        let special = at + found;
        let (end, item) = match text.as_bytes()[special] {
            b'?' => (special + 1, Item::One),
            b'*' => (special + 1, Item::Star),
            _ => match braces.end_of(special) {
                Some(end) => (end, variable(text, special..end)),
                None => {
                    at = special + 1;
                    continue;
                }
            },
        };
        if from < special {
            items.push(Item::Text(&text[from..special]));
        }
        items.push(item);
        (from, at) = (end, end);
    }
    if from < text.len() {
        items.push(Item::Text(&text[from..]));
    }
    items
}

fn variable(text: &str, at: Range<usize>) -> Item<'_> {
    let inside = &text[at.start + 1..at.end - 1];
    let (name, expression) = match inside.split_once(':') {
        Some((name, expression)) => (name, Some(expression)),
        None => (inside, None),
    };
    Item::Variable { name, expression, at }
}

type Failure = (Range<usize>, PatternErrorKind);

/// A segment without expressions.
fn assemble(items: &[Item<'_>], names: &mut Names) -> Result<Matcher, Failure> {
    let mut pieces = Vec::with_capacity(items.len());
    for item in items {
        let next = match item {
            Item::Text(text) => Piece::Text((*text).into()),
            Item::One => Piece::One,
            Item::Star => Piece::Run(None),
            Item::Variable { name, at, .. } => {
                let variable = declare(name, at, names)?;
                // of two with one name the last counts, so the first only takes room
                for piece in &mut pieces {
                    if *piece == Piece::Run(Some(variable)) {
                        *piece = Piece::Run(None);
                    }
                }
                Piece::Run(Some(variable))
            }
        };
        pieces.push(next);
    }
    Ok(match pieces.as_slice() {
        [] | [Piece::Text(_)] => Matcher::Literal,
        [Piece::Run(Some(variable))] => Matcher::Variable(*variable),
        _ => Matcher::Glob(pieces.into()),
    })
}

/// A segment with expressions becomes one regular expression.
fn compile(text: &str, items: &[Item<'_>], names: &mut Names) -> Result<Matcher, Failure> {
    let mut source = String::new();
    let mut variables = Vec::new();
    for item in items {
        match item {
            Item::Text(text) => source.push_str(&regex::escape(text)),
            Item::One => source.push('.'),
            Item::Star => source.push_str(".*"),
            Item::Variable { name, expression, at } => {
                variables.push(declare(name, at, names)?);
                let expression = expression.unwrap_or(".*");
                if expression::is_unsupported(expression) {
                    return Err((at.clone(), PatternErrorKind::UnsupportedExpression));
                }
                source.extend(["(", &expression::translate(expression), ")"]);
            }
        }
    }
    match Expression::compile(&source, variables) {
        Ok(expression) => Ok(Matcher::Expression(Box::new(expression))),
        Err(kind) => Err((0..text.len(), kind)),
    }
}

fn declare(name: &str, at: &Range<usize>, names: &mut Names) -> Result<usize, Failure> {
    if name.starts_with('*') {
        return Err((at.clone(), PatternErrorKind::RestNotAllowed));
    }
    Ok(names.declare(name))
}
