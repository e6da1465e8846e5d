//! What the patterns of a program must not do to each other.

use std::cmp::Ordering;

use stomp_core::destination::Pattern;

use super::{
    grammar::{covers, has_double_star, has_expression},
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
pub(super) fn patterns(entries: &[Entry], routes: &[&'static RouteMeta], problems: &mut Vec<BuildProblem>) {
    for (index, entry) in entries.iter().enumerate() {
        for earlier in &entries[..index] {
            if earlier.route != entry.route {
                problems.extend(pair(earlier, entry, routes));
            }
        }
    }
    cycles(entries, routes, problems);
}

fn pair(first: &Entry, second: &Entry, routes: &[&'static RouteMeta]) -> Option<BuildProblem> {
    let (p, q) = (&first.pattern, &second.pattern);
    let kind = routes[first.route].kind;
    let handlers = [place(routes[first.route]), place(routes[second.route])];
    if p.as_str() == q.as_str() {
        let pattern = p.as_str().to_owned();
        return Some(BuildProblem::Duplicate {
            kind,
            pattern,
            handlers,
        });
    }
    // An exact destination is taken before any pattern is looked at.
    if p.is_literal() || q.is_literal() || !p.overlaps(q) {
        return None;
    }
    match p.specificity(q) {
        Ordering::Equal if has_expression(p) && has_expression(q) => None,
        Ordering::Equal => {
            let patterns = [p.as_str().to_owned(), q.as_str().to_owned()];
            Some(BuildProblem::Ambiguous {
                kind,
                patterns,
                handlers,
            })
        }
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
fn cycles(entries: &[Entry], routes: &[&'static RouteMeta], problems: &mut Vec<BuildProblem>) {
    let spans: Vec<bool> = entries
        .iter()
        .map(|entry| has_double_star(&entry.pattern))
        .collect();
    for a in 0..entries.len() {
        for b in a + 1..entries.len() {
            if !beats_or_is_beaten(&entries[a].pattern, &entries[b].pattern) {
                continue;
            }
            for c in b + 1..entries.len() {
                if !(spans[a] || spans[b] || spans[c]) {
                    continue;
                }
                let found = circle([&entries[a], &entries[b], &entries[c]]);
                problems.extend(found.map(|circle| problem(circle, routes)));
            }
        }
    }
}

fn beats_or_is_beaten(p: &Pattern, q: &Pattern) -> bool {
    !p.is_literal() && !q.is_literal() && p.overlaps(q)
}

/// The three in the order in which each beats the next.
fn circle([a, b, c]: [&Entry; 3]) -> Option<[&Entry; 3]> {
    let beats = |p: &Entry, q: &Entry| {
        beats_or_is_beaten(&p.pattern, &q.pattern) && p.pattern.specificity(&q.pattern).is_lt()
    };
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
