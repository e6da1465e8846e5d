//! What routing needs of the destination grammar.

use std::{cmp::Ordering, ops::Range, sync::Arc};

use stomp_core::destination::{self as core, snake_case};

use super::context::Variables;

/// A pattern of a route.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(core::Pattern, Vec<Arc<str>>);

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parsed = core::Pattern::parse(text).map_err(|error| error.to_string())?;
        let names = parsed.variables().map(|name| snake_case(name).into()).collect();
        Ok(Self(parsed, names))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn is_literal(&self) -> bool {
        self.0.is_literal()
    }

    pub(crate) fn captures(&self, path: &str) -> Option<Variables> {
        let found = self.0.matches(path)?;
        let place = |value: &str| -> Range<usize> {
            let start = value.as_ptr() as usize - path.as_ptr() as usize;
            start..start + value.len()
        };
        Some(
            self.1
                .iter()
                .zip(found)
                .map(|(name, (_, value))| (Arc::clone(name), place(value)))
                .collect(),
        )
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.0.overlaps(&other.0)
    }

    pub(crate) fn compare(&self, other: &Self, _path: &str) -> Ordering {
        self.0.specificity(&other.0)
    }
}

/// A reply destination with placeholders.
#[derive(Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Variable(String),
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').ok_or("`{` is never closed")?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Variable(snake_case(name)));
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// Errors with the name that has no value.
    pub(crate) fn expand<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<String, String> {
        let mut filled = String::new();
        for piece in &self.0 {
            filled.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Variable(name) => value(name).ok_or_else(|| name.clone())?,
            });
        }
        Ok(filled)
    }
}
