//! What routing needs of the destination grammar.

use std::{cmp::Ordering, sync::Arc};

use stomp_core::destination::{self as core, Separator};

use super::context::Variables;

/// A pattern of a route.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(core::Pattern, Vec<Arc<str>>);

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parsed =
            core::Pattern::parse_mapping(text, Separator::Slash).map_err(|error| error.to_string())?;
        let names = parsed.variables().map(Arc::from).collect();
        Ok(Self(parsed, names))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn is_literal(&self) -> bool {
        self.0.is_literal()
    }

    pub(crate) fn captures(&self, path: &str) -> Option<Variables> {
        let found = self.0.captures(path)?;
        Some(
            found
                .iter()
                .map(|(variable, place)| (Arc::clone(&self.1[variable]), place))
                .collect(),
        )
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.0.overlaps(&other.0)
    }

    pub(crate) fn compare(&self, other: &Self, path: &str) -> Ordering {
        self.0.compare(&other.0, path)
    }

    /// The order that holds for every destination, as far as there is one.
    pub(crate) fn specificity(&self, other: &Self) -> Ordering {
        self.0.specificity(&other.0)
    }
}

/// A reply destination with placeholders.
#[derive(Debug)]
pub(crate) struct Template(core::Template);

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        core::Template::parse(text, Separator::Slash)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Errors with what keeps it from being filled in.
    pub(crate) fn expand<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<String, String> {
        self.0.expand(value).map_err(|error| error.to_string())
    }
}
