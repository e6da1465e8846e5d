//! A parsed selector: steps that are taken one after the other, on a small stack, without recursion or allocation.

use std::ops::Range;

use super::{
    Selector,
    like::{self, Piece, Steps},
    value::{Arithmetic, Comparison, Number, Value, and, or},
};

/// How many values may wait while a selector is evaluated.
pub(super) const STACK: usize = 32;

/// A part of the selector's texts or pieces.
pub(super) type Span = Range<u16>;

/// One step: takes values from the stack and leaves one there.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Header(Span),
    Text(Span),
    Number(Number),
    Truth(bool),
    Calculate(Arithmetic),
    Compare(Comparison),
    Between,
    /// One of so many constants, which stand in [`Program::constants`] from there on.
    In(Span),
    Like(Span),
    IsNull,
    Not,
    And,
    Or,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Constant {
    Text(Span),
    Number(Number),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// All names and texts, without their quotes.
    pub(super) texts: String,
    pub(super) constants: Vec<Constant>,
    pub(super) pieces: Vec<Piece>,
    /// How many headers are looked up.
    pub(super) lookups: usize,
    /// How often all patterns together may look at each octet of the headers.
    pub(super) effort: usize,
}

impl Step {
    /// How many values it takes.
    pub(super) const fn takes(&self) -> usize {
        match self {
            Self::Header(_) | Self::Text(_) | Self::Number(_) | Self::Truth(_) => 0,
            Self::In(_) | Self::Like(_) | Self::IsNull | Self::Not => 1,
            Self::Calculate(_) | Self::Compare(_) | Self::And | Self::Or => 2,
            Self::Between => 3,
        }
    }
}

impl Program {
    /// `None`: unknown.
    pub(super) fn run<'h>(&self, header: impl Fn(&str) -> Option<&'h str>) -> Option<bool> {
        let mut stack = [Value::Unknown; STACK];
        let mut height = 0;
        let mut like_steps = Steps::default();
        for step in &self.steps {
            height -= step.takes();
            let [a, b, c] = [0, 1, 2].map(|n| stack.get(height + n).copied().unwrap_or(Value::Unknown));
            stack[height] = match step {
                Step::Header(name) => header(self.text(name)).map_or(Value::Unknown, Value::Header),
                Step::Text(text) => Value::Text(self.text(text)),
                Step::Number(number) => Value::Number(*number),
                Step::Truth(truth) => Value::Truth(*truth),
                Step::Calculate(arithmetic) => a.calculate(*arithmetic, b),
                Step::Compare(comparison) => a.compare(*comparison, b).into(),
                Step::Between => and(
                    a.compare(Comparison::GreaterOrEqual, b),
                    a.compare(Comparison::LessOrEqual, c),
                )
                .into(),
                Step::In(constants) => self.is_in(a, constants).into(),
                Step::Like(pieces) => a
                    .text()
                    .and_then(|text| self.is_like(text, pieces, &mut like_steps))
                    .into(),
                Step::IsNull => Value::Truth(a == Value::Unknown),
                Step::Not => a.truth().map(|truth| !truth).into(),
                Step::And => and(a.truth(), b.truth()).into(),
                Step::Or => or(a.truth(), b.truth()).into(),
            };
            height += 1;
        }
        stack[0].truth()
    }

    /// Roughly how many octets one run looks at, at most.
    pub(super) fn cost(&self, entries: usize, octets: usize) -> usize {
        /// A number is read from no more.
        const STEP: usize = super::value::LONGEST_NUMBER;
        /// Each name before the one that is looked for.
        const ENTRY: usize = 8;
        let looked_up = self.lookups.saturating_mul(entries).saturating_mul(ENTRY);
        let taken = (self.steps.len() + self.constants.len()) * STEP;
        let like = self.effort.saturating_mul(octets).min(Selector::MAX_STEPS);
        taken.saturating_add(looked_up).saturating_add(like)
    }

    fn is_like(&self, text: &str, pieces: &Span, steps: &mut Steps) -> Option<bool> {
        like::matches(&self.pieces[range(pieces)], &self.texts, text, steps)
    }

    fn is_in(&self, value: Value<'_>, constants: &Span) -> Option<bool> {
        self.constants[range(constants)]
            .iter()
            .map(|constant| match constant {
                Constant::Text(text) => value.equals(Value::Text(self.text(text))),
                Constant::Number(number) => value.equals(Value::Number(*number)),
            })
            .fold(Some(false), or)
    }

    fn text(&self, span: &Span) -> &str {
        &self.texts[range(span)]
    }
}

pub(super) fn range(span: &Span) -> Range<usize> {
    usize::from(span.start)..usize::from(span.end)
}
