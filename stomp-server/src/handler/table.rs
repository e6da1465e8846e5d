//! From a destination to its handler.

use std::{collections::HashMap, sync::Arc};

use stomp_core::destination::{Captures, Pattern, PatternSet, Separator};

use super::{check, grammar, problem::BuildProblem, route::RouteMeta};
use crate::MessageKind;

/// The patterns of all routes.
///
/// Exact destinations are looked up by hash, and nothing else is considered when there is one: Spring's literal
/// shortcut. Patterns of whole segments that overlap no other are in a `matchit` tree, where a hit is by construction
/// the only one. The others are searched for all matches, of which the most specific wins. They cannot be put in order
/// beforehand: Spring's order depends on the destination and is not transitive.
#[derive(Debug, Default)]
pub(crate) struct Table {
    send: Kind,
    subscribe: Kind,
}

/// A pattern and the index of its route.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) pattern: Arc<Pattern>,
    pub(super) route: usize,
}

/// The route for a destination, and where the variables of its pattern lie.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) route: usize,
    pub(crate) pattern: Arc<Pattern>,
    pub(crate) captures: Captures,
}

#[derive(Default)]
struct Kind {
    exact: HashMap<Box<str>, Entry>,
    alone: matchit::Router<Entry>,
    others: PatternSet<Entry>,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kind")
            .field("exact", &self.exact)
            .field("others", &self.others)
            .finish_non_exhaustive()
    }
}

impl Table {
    /// The table over `routes`; each is known by its index from then on.
    pub(crate) fn build(
        routes: &[&'static RouteMeta],
        separator: Separator,
        problems: &mut Vec<BuildProblem>,
    ) -> Self {
        let mut entries: [Vec<Entry>; 2] = [Vec::new(), Vec::new()];
        for (index, route) in routes.iter().enumerate() {
            for (prefix, destination) in route.parts {
                match grammar::mapping(prefix, destination, separator) {
                    Ok(pattern) => entries[slot(route.kind)].push(Entry {
                        pattern: Arc::new(pattern),
                        route: index,
                    }),
                    Err(reason) => {
                        problems.push(BuildProblem::Malformed {
                            reason,
                            handler: check::place(route),
                        });
                    }
                }
            }
        }
        for entries in &entries {
            check::patterns(entries, routes, problems);
        }
        let [send, subscribe] = entries.map(Kind::new);
        Self { send, subscribe }
    }

    /// The route for `path`.
    pub(crate) fn find(&self, kind: MessageKind, path: &str) -> Option<Hit> {
        match kind {
            MessageKind::Send => self.send.find(path),
            MessageKind::Subscribe => self.subscribe.find(path),
        }
    }
}

fn slot(kind: MessageKind) -> usize {
    match kind {
        MessageKind::Send => 0,
        MessageKind::Subscribe => 1,
    }
}

impl Kind {
    fn new(entries: Vec<Entry>) -> Self {
        let mut kind = Self::default();
        let (exact, patterns): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.pattern.is_literal());
        for entry in exact {
            kind.exact.insert(entry.pattern.as_str().into(), entry);
        }
        for (index, entry) in patterns.iter().enumerate() {
            let mut rest = patterns.iter().enumerate().filter(|(other, _)| *other != index);
            let is_alone = !rest.any(|(_, other)| other.pattern.overlaps(&entry.pattern));
            if !(is_alone && kind.add_alone(entry)) {
                kind.others.insert(Pattern::clone(&entry.pattern), entry.clone());
            }
        }
        kind
    }

    /// Puts a pattern into the tree, if it can be written there.
    fn add_alone(&mut self, entry: &Entry) -> bool {
        let spelt = grammar::for_matchit(&entry.pattern);
        spelt.is_some_and(|spelt| self.alone.insert(spelt, entry.clone()).is_ok())
    }

    fn find(&self, path: &str) -> Option<Hit> {
        if let Some(entry) = self.exact.get(path) {
            return Some(entry.hit(Captures::default()));
        }
        // The grammar has the last word: the tree may see a match in an odd destination where the grammar sees none.
        let alone = self.alone.at(path).ok().map(|found| found.value);
        if let Some((entry, captures)) = alone.and_then(|entry| Some((entry, entry.pattern.captures(path)?)))
        {
            return Some(entry.hit(captures));
        }
        let best = self.others.matching(path).min_by(|a, b| {
            let by_rule = a.pattern.compare(&b.pattern, path);
            by_rule.then(a.route.cmp(&b.route))
        })?;
        Some(best.hit(best.pattern.captures(path)?))
    }
}

impl Entry {
    fn hit(&self, captures: Captures) -> Hit {
        Hit {
            route: self.route,
            pattern: Arc::clone(&self.pattern),
            captures,
        }
    }
}
