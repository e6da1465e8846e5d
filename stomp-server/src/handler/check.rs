//! What the patterns of a program must not do to each other.

use std::{cmp::Ordering, collections::HashMap};

use super::{
    grammar::{covers, has_double_star, has_expression},
    overlaps::Overlaps,
    problem::{BuildProblem, Place},
    route::RouteMeta,
    table::Entry,
};

pub(crate) fn place(route: &RouteMeta) -> Place {
    Place {
        name: route.name,
        location: route.location,
    }
}

/// Checks the patterns of one kind of message: each destination must have one handler, and each pattern a destination.
pub(super) fn patterns(
    entries: &[Entry],
    overlaps: &Overlaps,
    routes: &[&'static RouteMeta],
    problems: &mut Vec<BuildProblem>,
) {
    let mut known: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let same = known.entry(entry.pattern.as_str()).or_default();
        let same_text = same
            .iter()
            .map(|&earlier| duplicate(&entries[earlier], entry, routes));
        let overlapping = overlaps
            .with(index)
            .iter()
            .take_while(|&&earlier| earlier < index);
        let others = overlapping.filter(|earlier| !same.contains(earlier));
        let of_others = others.map(|&earlier| overlap(&entries[earlier], entry, routes));
        problems.extend(same_text.chain(of_others).flatten());
        same.push(index);
    }
    cycles(entries, overlaps, routes, problems);
}

fn duplicate(first: &Entry, second: &Entry, routes: &[&'static RouteMeta]) -> Option<BuildProblem> {
    (first.route != second.route).then(|| BuildProblem::Duplicate {
        kind: routes[first.route].kind,
        pattern: first.pattern.as_str().to_owned(),
        handlers: [place(routes[first.route]), place(routes[second.route])],
    })
}

/// Two patterns with destinations in common: one of them must win, and the other keep some.
fn overlap(first: &Entry, second: &Entry, routes: &[&'static RouteMeta]) -> Option<BuildProblem> {
    if first.route == second.route {
        return None;
    }
    let (p, q) = (&first.pattern, &second.pattern);
    match p.specificity(q) {
        Ordering::Equal if has_expression(p) && has_expression(q) => None,
        Ordering::Equal => Some(BuildProblem::Ambiguous {
            kind: routes[first.route].kind,
            patterns: [p.as_str().to_owned(), q.as_str().to_owned()],
            handlers: [place(routes[first.route]), place(routes[second.route])],
        }),
        Ordering::Less => unreachable_behind(first, second, routes),
        Ordering::Greater => unreachable_behind(second, first, routes),
    }
}

/// `loser` has no destination of its own when the pattern that beats it matches all that it does.
fn unreachable_behind(winner: &Entry, loser: &Entry, routes: &[&'static RouteMeta]) -> Option<BuildProblem> {
    covers(&winner.pattern, &loser.pattern).then(|| BuildProblem::Unreachable {
        pattern: loser.pattern.as_str().to_owned(),
        handler: place(routes[loser.route]),
        beaten_by: winner.pattern.as_str().to_owned(),
        winner: place(routes[winner.route]),
    })
}

/// Spring's order can go in circles, but only with `**` in the game: `/a/a/**` beats `/**/b`, that `/{x}/*/*`, and that
/// `/a/a/**`. Its answer then depends on how it sorts.
fn cycles(
    entries: &[Entry],
    overlaps: &Overlaps,
    routes: &[&'static RouteMeta],
    problems: &mut Vec<BuildProblem>,
) {
    let spans = |index: usize| has_double_star(&entries[index].pattern);
    for a in 0..entries.len() {
        let behind = |index: usize| {
            overlaps
                .with(index)
                .iter()
                .copied()
                .filter(move |&other| other > index)
        };
        for b in behind(a) {
            for c in behind(b).filter(|&c| overlaps.contains(a, c)) {
                if spans(a) || spans(b) || spans(c) {
                    let found = circle([&entries[a], &entries[b], &entries[c]]);
                    problems.extend(found.map(|circle| problem(circle, routes)));
                }
            }
        }
    }
}

/// The three in the order in which each beats the next; all overlap each other.
fn circle([a, b, c]: [&Entry; 3]) -> Option<[&Entry; 3]> {
    let beats = |p: &Entry, q: &Entry| p.pattern.specificity(&q.pattern).is_lt();
    if beats(a, b) && beats(b, c) && beats(c, a) {
        Some([a, b, c])
    } else if beats(a, c) && beats(c, b) && beats(b, a) {
        Some([a, c, b])
    } else {
        None
    }
}

fn problem(circle: [&Entry; 3], routes: &[&'static RouteMeta]) -> BuildProblem {
    BuildProblem::Cycle {
        patterns: circle.map(|entry| entry.pattern.as_str().to_owned()),
        handlers: circle.map(|entry| place(routes[entry.route])),
    }
}
