//! Which messages go to a function.

use syn::LitStr;

use crate::{
    diag::Diagnostics,
    grammar::Pattern,
    parse::{Attribute, Name},
};

/// One mapping attribute.
pub(crate) struct Mapping {
    pub(crate) subscribe: bool,
    /// Each with the literal to point at.
    pub(crate) patterns: Vec<(Pattern, LitStr)>,
    pub(crate) mode: Mode,
}

/// How calls may run beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Ordered,
    Concurrent,
    Blocking,
}

impl Mapping {
    /// Every prefix with every destination, as Spring combines those of type and method.
    pub(super) fn new(
        attribute: &Attribute,
        prefixes: &[LitStr],
        is_async: bool,
        diags: &mut Diagnostics,
    ) -> Self {
        let destinations = &attribute.values.destinations;
        let name = attribute.name.as_str();
        if destinations.is_empty() && prefixes.is_empty() {
            let message =
                format!("`#[{name}]` needs a destination, as in `#[{name}(\"/chat/{{room_id}}\")]`");
            diags.at(attribute.span, message);
        }
        let patterns = if destinations.is_empty() {
            prefixes
                .iter()
                .filter_map(|prefix| diags.take(parsed(prefix)))
                .collect()
        } else {
            joined(prefixes, destinations, diags)
        };
        Self {
            subscribe: attribute.name == Name::SubscribeMapping,
            patterns,
            mode: mode(attribute, is_async, diags),
        }
    }
}

fn parsed(literal: &LitStr) -> syn::Result<(Pattern, LitStr)> {
    Ok((Pattern::parse(literal)?, literal.clone()))
}

/// All tails behind the first prefix, then all behind the next, as Spring does.
fn joined(prefixes: &[LitStr], tails: &[LitStr], diags: &mut Diagnostics) -> Vec<(Pattern, LitStr)> {
    let alone: Vec<_> = tails.iter().filter_map(|tail| diags.take(parsed(tail))).collect();
    if prefixes.is_empty() {
        return alone;
    }
    // A prefix that is wrong by itself has been reported at the controller.
    let prefixes = prefixes.iter().filter(|prefix| Pattern::parse(prefix).is_ok());
    let pairs = prefixes.flat_map(|prefix| alone.iter().map(move |(_, tail)| (prefix, tail)));
    let joined =
        pairs.filter_map(|(prefix, tail)| Some((diags.take(Pattern::joined(prefix, tail))?, tail.clone())));
    joined.collect()
}

fn mode(attribute: &Attribute, is_async: bool, diags: &mut Diagnostics) -> Mode {
    match (attribute.values.concurrent, attribute.values.blocking) {
        (None, None) => Mode::Ordered,
        (Some(_), None) => Mode::Concurrent,
        (None, Some(blocking)) => {
            if is_async {
                diags.at(
                    blocking,
                    "`blocking` is for functions that are not `async`: an async one waits without a thread",
                );
            }
            Mode::Blocking
        }
        (Some(_), Some(blocking)) => {
            diags.at(blocking, "a handler is `concurrent` or `blocking`, not both");
            Mode::Blocking
        }
    }
}
