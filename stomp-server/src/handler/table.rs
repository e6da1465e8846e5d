//! From a destination to its handler.

use std::{collections::HashMap, sync::Arc};

use stomp_core::destination::{Captures, Pattern, PatternSet};

use super::{check, grammar, grammar::Notation, overlaps::Overlaps, problem::BuildProblem, route::RouteMeta};
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
    /// Of each route.
    patterns: Vec<Vec<Arc<Pattern>>>,
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
        notation: Notation<'_>,
        problems: &mut Vec<BuildProblem>,
    ) -> Self {
        let mut entries: [Vec<Entry>; 2] = [Vec::new(), Vec::new()];
        let mut patterns = vec![Vec::new(); routes.len()];
        for (index, route) in routes.iter().enumerate() {
            for (prefix, destination) in route.parts {
                match notation.mapping(prefix, destination) {
                    Ok(pattern) => {
                        let pattern = Arc::new(pattern);
                        patterns[index].push(Arc::clone(&pattern));
                        entries[slot(route.kind)].push(Entry {
                            pattern,
                            route: index,
                        });
                    }
                    Err(unreadable) => problems.push(unreadable.at(check::place(route))),
                }
            }
        }
        let [send, subscribe] = entries.map(|entries| {
            let overlaps = Overlaps::of(&entries);
            check::patterns(&entries, &overlaps, routes, problems);
            Kind::new(entries, &overlaps)
        });
        Self {
            send,
            subscribe,
            patterns,
        }
    }

    /// The patterns of a route.
    pub(crate) fn patterns(&self, route: usize) -> impl Iterator<Item = &str> {
        self.patterns[route].iter().map(|pattern| pattern.as_str())
    }

    /// The variables of a route's patterns.
    pub(crate) fn variables(&self, route: usize) -> impl Iterator<Item = &str> {
        self.patterns[route]
            .iter()
            .flat_map(|pattern| pattern.variables())
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
    fn new(entries: Vec<Entry>, overlaps: &Overlaps) -> Self {
        let mut kind = Self::default();
        for (index, entry) in entries.into_iter().enumerate() {
            if entry.pattern.is_literal() {
                kind.exact.insert(entry.pattern.as_str().into(), entry);
            } else if !(overlaps.with(index).is_empty() && kind.add_alone(&entry)) {
                kind.others.insert(Pattern::clone(&entry.pattern), entry);
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

#[cfg(test)]
mod tests {
    use stomp_core::destination::Separator;

    use super::*;
    use crate::handler::{
        Properties,
        route::{ExecutionMode, Location},
    };

    /// A route with one pattern; tests may leak.
    fn route(pattern: String) -> &'static RouteMeta {
        let pattern: &'static str = pattern.leak();
        let location = Location::new("table.rs", 1, 1);
        let parts = Box::leak(Box::new([("", pattern)]));
        let mode = ExecutionMode::Ordered;
        Box::leak(Box::new(RouteMeta::new(
            pattern,
            MessageKind::Send,
            &[],
            parts,
            &[],
            mode,
            location,
            "",
        )))
    }

    /// Small numbers in an order of no significance (a linear congruential generator).
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).expect("31 bits fit") % limit
        }

        fn path(&mut self, segments: &[&str]) -> String {
            let length = 1 + self.below(3);
            (0..length)
                .map(|at| {
                    format!(
                        "/{}",
                        segments[self.below(segments.len())].replace('N', &at.to_string())
                    )
                })
                .collect()
        }
    }

    /// What the documentation of Spring's comparator says: of all that match, an equal text first, then the one that
    /// none other beats.
    fn by_scanning(routes: &[&'static RouteMeta], path: &str) -> Option<usize> {
        let parse = |route: &RouteMeta| Pattern::parse_mapping(route.name, Separator::Slash).unwrap();
        let all = routes
            .iter()
            .enumerate()
            .map(|(index, route)| (index, parse(route)));
        let matching: Vec<_> = all.filter(|(_, pattern)| pattern.matches(path)).collect();
        let winner = matching.iter().find(|(index, pattern)| {
            matching
                .iter()
                .all(|(other, rival)| index == other || pattern.compare(rival, path).is_lt())
        });
        winner.map(|(index, _)| *index)
    }

    #[test]
    fn look_ups_agree_with_a_scan_of_everything() {
        let mut numbers = Numbers(7);
        let (mut tables, mut hits) = (0, 0);
        while tables < 150 {
            let size = 1 + numbers.below(5);
            let patterns = (0..size).map(|_| numbers.path(&["a", "b", "c", "{vN}", "*", "x{vN}", "**"]));
            let routes: Vec<_> = patterns.collect::<Vec<_>>().into_iter().map(route).collect();
            let mut problems = Vec::new();
            let notation = Notation {
                separator: Separator::Slash,
                properties: &Properties::default(),
            };
            let table = Table::build(&routes, notation, &mut problems);
            if !problems.is_empty() {
                continue;
            }
            tables += 1;
            for _ in 0..40 {
                let mut path = numbers.path(&["a", "b", "c", "xa", "*"]);
                if numbers.below(4) == 0 {
                    path.push('/');
                }
                let found = table.find(MessageKind::Send, &path).map(|hit| hit.route);
                let names: Vec<_> = routes.iter().map(|route| route.name).collect();
                assert_eq!(found, by_scanning(&routes, &path), "{path} in {names:?}");
                hits += usize::from(found.is_some());
            }
        }
        assert!(hits > 400, "{hits} hits are too few to tell anything");
    }
}
