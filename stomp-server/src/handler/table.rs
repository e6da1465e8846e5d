//! From a destination to its handler.

use std::{cmp::Ordering, collections::HashMap};

use super::{
    context::Variables,
    grammar::Pattern,
    problem::{BuildProblem, Place},
    route::RouteMeta,
};
use crate::MessageKind;

/// The patterns of all routes.
///
/// Exact destinations are looked up by hash. What is left is searched for matches, of which the most specific wins.
#[derive(Debug, Default)]
pub(crate) struct Table {
    send: Kind,
    subscribe: Kind,
}

#[derive(Debug, Default)]
struct Kind {
    exact: HashMap<Box<str>, usize>,
    list: Vec<(Pattern, usize)>,
}

impl Table {
    /// The table over `routes`; each is known by its index from then on.
    pub(crate) fn build(routes: &[&'static RouteMeta], problems: &mut Vec<BuildProblem>) -> Self {
        let mut table = Self::default();
        for (index, route) in routes.iter().enumerate() {
            for text in route.patterns {
                match Pattern::parse(text) {
                    Ok(pattern) => table.of_mut(route.kind).add(pattern, index, routes, problems),
                    Err(reason) => problems.push(BuildProblem::Malformed {
                        reason: format!("`{text}`: {reason}"),
                        handler: place(route),
                    }),
                }
            }
        }
        table
    }

    /// The route for `path`, with the values of its variables.
    pub(crate) fn find(&self, kind: MessageKind, path: &str) -> Option<(usize, Variables)> {
        self.of(kind).find(path)
    }

    fn of(&self, kind: MessageKind) -> &Kind {
        match kind {
            MessageKind::Send => &self.send,
            MessageKind::Subscribe => &self.subscribe,
        }
    }

    fn of_mut(&mut self, kind: MessageKind) -> &mut Kind {
        match kind {
            MessageKind::Send => &mut self.send,
            MessageKind::Subscribe => &mut self.subscribe,
        }
    }
}

pub(crate) fn place(route: &RouteMeta) -> Place {
    Place {
        name: route.name,
        location: route.location,
    }
}

impl Kind {
    fn add(
        &mut self,
        pattern: Pattern,
        index: usize,
        routes: &[&'static RouteMeta],
        problems: &mut Vec<BuildProblem>,
    ) {
        let route = routes[index];
        if pattern.is_literal() {
            if let Some(earlier) = self.exact.insert(pattern.as_str().into(), index) {
                problems.push(BuildProblem::Duplicate {
                    kind: route.kind,
                    pattern: pattern.as_str().to_owned(),
                    handlers: [place(routes[earlier]), place(route)],
                });
            }
            return;
        }
        for (earlier, at) in &self.list {
            if earlier.overlaps(&pattern) && earlier.specificity(&pattern).is_eq() {
                problems.push(BuildProblem::Ambiguous {
                    kind: route.kind,
                    patterns: [earlier.as_str().to_owned(), pattern.as_str().to_owned()],
                    handlers: [place(routes[*at]), place(route)],
                });
            }
        }
        self.list.push((pattern, index));
    }

    fn find(&self, path: &str) -> Option<(usize, Variables)> {
        if let Some(&index) = self.exact.get(path) {
            return Some((index, Variables::new()));
        }
        let matches = self
            .list
            .iter()
            .filter_map(|(pattern, index)| Some((pattern, *index, pattern.captures(path)?)));
        let best = matches.min_by(|a, b| -> Ordering { a.0.compare(b.0, path) })?;
        Some((best.1, best.2))
    }
}
