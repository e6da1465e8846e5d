//! Which patterns of a program have destinations in common.

use std::collections::HashMap;

use super::table::Entry;

/// For each pattern the others that overlap it, in ascending order. Exact destinations overlap nothing: they are taken
/// before any pattern is looked at.
///
/// Thousands of patterns are compared only where their leading literal segments allow it, so that an application with
/// many handlers starts as fast as the sum of its parts.
#[derive(Debug)]
pub(super) struct Overlaps(Vec<Vec<usize>>);

impl Overlaps {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut tree = Node::default();
        let patterns = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.pattern.is_literal());
        for (index, entry) in patterns.clone() {
            let mut node = &mut tree;
            for segment in entry.pattern.leading_literals() {
                node = node.below.entry(segment).or_default();
            }
            node.here.push(index);
        }
        let mut found = Self(vec![Vec::new(); entries.len()]);
        for (index, entry) in patterns {
            // Patterns overlap only if the leading literals of one are the beginning of the other's: each pair is met
            // once, on the way of the longer one.
            let mut node = Some(&tree);
            let mut way = entry.pattern.leading_literals();
            while let Some(met) = node {
                let next = way.next();
                for &other in &met.here {
                    let once = next.is_some() || other < index;
                    if once && entries[other].pattern.overlaps(&entry.pattern) {
                        found.0[index].push(other);
                        found.0[other].push(index);
                    }
                }
                node = next.and_then(|segment| met.below.get(segment));
            }
        }
        found.0.iter_mut().for_each(|others| others.sort_unstable());
        found
    }

    /// The patterns that overlap the one at `index`.
    pub(super) fn with(&self, index: usize) -> &[usize] {
        &self.0[index]
    }

    pub(super) fn contains(&self, a: usize, b: usize) -> bool {
        self.0[a].binary_search(&b).is_ok()
    }
}

#[derive(Debug, Default)]
struct Node<'a> {
    below: HashMap<&'a str, Node<'a>>,
    here: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stomp_core::destination::{Pattern, Separator};

    use super::*;

    #[test]
    fn the_tree_finds_what_comparing_all_with_all_finds() {
        let texts = [
            "/a",
            "/a/{x}",
            "/a/*",
            "/a/b/{x}",
            "/a/b/**",
            "/**",
            "/{x}/b",
            "/{x}/b/c",
            "/b/{x}",
            "/a/{x}/c",
            "/a/**/c",
            "/b/b/{y}",
            "/*/{z}",
            "/a/b?/{x}",
            "/c/{x:[0-9]+}",
            "/c/{y:[a-z]+}",
        ];
        for separator in [Separator::Slash, Separator::Dot] {
            let entries: Vec<_> = texts
                .iter()
                .enumerate()
                .map(|(route, text)| {
                    let text = match separator {
                        Separator::Slash => (*text).to_owned(),
                        Separator::Dot => text[1..].replace('/', "."),
                    };
                    let pattern = Arc::new(Pattern::parse(&text, separator).expect("a pattern"));
                    Entry { pattern, route }
                })
                .collect();
            let overlaps = Overlaps::of(&entries);
            let mut pairs = 0;
            for a in 0..entries.len() {
                for b in 0..entries.len() {
                    let (p, q) = (&entries[a].pattern, &entries[b].pattern);
                    let expected = a != b && !p.is_literal() && !q.is_literal() && p.overlaps(q);
                    assert_eq!(overlaps.contains(a, b), expected, "{} {}", p.as_str(), q.as_str());
                    pairs += usize::from(expected);
                }
            }
            assert!(pairs > 20, "the patterns are worth comparing");
        }
    }
}
