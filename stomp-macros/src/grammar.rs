//! The destination grammar at the literals of the attributes.

use std::ops::Range;

use stomp_core::destination::{self, Separator, variable_name};
use syn::LitStr;

use crate::diag::in_literal;

/// A destination pattern with its prefix.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(destination::Pattern);

/// A variable: as written, and as Rust names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) written: String,
    pub(crate) name: String,
}

impl Pattern {
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        destination::Pattern::parse_mapping(&literal.value(), Separator::Slash)
            .map(Self)
            .map_err(|error| in_literal(literal, error.at.clone(), error))
    }

    /// `prefix` and `tail` in one.
    pub(crate) fn joined(prefix: &LitStr, tail: &LitStr) -> syn::Result<Self> {
        let joined = destination::join(&prefix.value(), &tail.value(), Separator::Slash)
            .map_err(|error| syn::Error::new(tail.span(), error))?;
        destination::Pattern::parse_mapping(&joined, Separator::Slash)
            .map(Self)
            .map_err(|error| {
                let message =
                    format!("with the prefix of the controller the destination is \"{joined}\": {error}");
                syn::Error::new(tail.span(), message)
            })
    }

    /// With variables in the spelling `{name}`.
    pub(crate) fn text(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = Variable> {
        self.0.variables().map(|written| Variable {
            written: written.to_owned(),
            name: variable_name(written),
        })
    }

    /// Could a destination match both, with neither pattern more specific than the other?
    pub(crate) fn ambiguous_with(&self, other: &Self) -> bool {
        self.0.overlaps(&other.0) && self.0.specificity(&other.0).is_eq()
    }
}

/// The name that Rust has for a variable: `roomId` is `room_id`.
pub(crate) fn rust_name(variable: &str) -> String {
    variable_name(variable)
}

/// A reply destination.
pub(crate) struct Template {
    /// With variables in the spelling `{room_id}`.
    pub(crate) text: String,
    /// The variables, with their places in the literal.
    pub(crate) variables: Vec<(Variable, Range<usize>)>,
}

impl Template {
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        let pattern = destination::Template::parse(&literal.value(), Separator::Slash)
            .map_err(|error| in_literal(literal, error.at.clone(), error))?;
        let text = literal.value();
        let place = |written: &str| -> Range<usize> {
            let braced = [format!("{{{written}}}"), format!("<{written}>")];
            let start = braced.iter().find_map(|braced| text.find(braced)).unwrap_or(0);
            start..start + written.len() + 2
        };
        let variables = pattern
            .variables()
            .map(|written| Variable {
                written: written.to_owned(),
                name: variable_name(written),
            })
            .map(|variable| {
                let place = place(&variable.written);
                (variable, place)
            });
        Ok(Self {
            variables: variables.collect(),
            text: pattern.as_str().to_owned(),
        })
    }
}
