//! Many patterns at once.

use std::collections::HashMap;

use super::{Pattern, Separator, tokens::Tokens};

/// How deep the tree may be: nobody's destinations are deeper, and a peer's cannot use up the stack.
const MAX_DEPTH: usize = 32;

/// Patterns with a value each, for finding all that match a destination.
///
/// Patterns are kept in a tree of their leading literal segments. A look-up follows the destination through that tree
/// and tests only the patterns it meets, so its cost does not grow with the patterns elsewhere. Slashes and dots may
/// be mixed.
#[derive(Debug)]
pub struct PatternSet<T> {
    slash: Node,
    dot: Node,
    slots: Vec<Slot<T>>,
    free: Vec<usize>,
}

/// Names a pattern in its [`PatternSet`]. It is never given out a second time by the same set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatternId {
    slot: usize,
    generation: u64,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u64,
    entry: Option<(Pattern, T)>,
}

#[derive(Debug, Default)]
struct Node {
    children: HashMap<Box<str>, Node>,
    /// Patterns that end here: they are tested only if the destination ends here, too.
    ending: Vec<usize>,
    /// Patterns that go on, usually with a wildcard or variable.
    open: Vec<usize>,
}

impl Node {
    fn is_empty(&self) -> bool {
        self.children.is_empty() && self.ending.is_empty() && self.open.is_empty()
    }

    fn list(&mut self, pattern: &Pattern) -> &mut Vec<usize> {
        if pattern.is_literal() && pattern.parts.len() <= MAX_DEPTH {
            &mut self.ending
        } else {
            &mut self.open
        }
    }

    /// Takes a slot out, and on the way back the nodes that are left empty.
    fn remove<'a>(&mut self, mut way: impl Iterator<Item = &'a str>, pattern: &Pattern, slot: usize) {
        match way.next() {
            None => self.list(pattern).retain(|listed| *listed != slot),
            Some(segment) => {
                let Some(child) = self.children.get_mut(segment) else {
                    return;
                };
                child.remove(way, pattern, slot);
                if child.is_empty() {
                    self.children.remove(segment);
                }
            }
        }
    }
}

impl<T> Default for PatternSet<T> {
    fn default() -> Self {
        Self {
            slash: Node::default(),
            dot: Node::default(),
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> PatternSet<T> {
    /// Adds a pattern. The same pattern may be added any number of times.
    pub fn insert(&mut self, pattern: Pattern, value: T) -> PatternId {
        let slot = self.free.pop().unwrap_or(self.slots.len());
        let mut node = match pattern.separator() {
            Separator::Slash => &mut self.slash,
            Separator::Dot => &mut self.dot,
        };
        for segment in way(&pattern) {
            // looked up twice so that a known segment is not copied
            if !node.children.contains_key(segment) {
                node.children.insert(segment.into(), Node::default());
            }
            node = node.children.entry(segment.into()).or_default();
        }
        node.list(&pattern).push(slot);
        if slot == self.slots.len() {
            self.slots.push(Slot {
                generation: 0,
                entry: None,
            });
        }
        let entry = &mut self.slots[slot];
        entry.entry = Some((pattern, value));
        PatternId {
            slot,
            generation: entry.generation,
        }
    }

    /// Takes a pattern out and gives back its value; `None` if it is not there any more.
    pub fn remove(&mut self, id: PatternId) -> Option<T> {
        let slot = self
            .slots
            .get_mut(id.slot)
            .filter(|slot| slot.generation == id.generation)?;
        let (pattern, value) = slot.entry.take()?;
        slot.generation += 1;
        self.free.push(id.slot);
        let root = match pattern.separator() {
            Separator::Slash => &mut self.slash,
            Separator::Dot => &mut self.dot,
        };
        root.remove(way(&pattern), &pattern, id.slot);
        Some(value)
    }

    /// The pattern and value of an id; `None` if it is not there any more.
    #[must_use]
    pub fn get(&self, id: PatternId) -> Option<(&Pattern, &T)> {
        let slot = self
            .slots
            .get(id.slot)
            .filter(|slot| slot.generation == id.generation)?;
        slot.entry.as_ref().map(|(pattern, value)| (pattern, value))
    }

    /// How many patterns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values of all patterns that match, in no particular order. Allocates nothing unless a tested pattern has
    /// an expression.
    pub fn matching<'a>(&'a self, destination: &'a str) -> impl Iterator<Item = &'a T> {
        let slash = Nodes::new(&self.slash, destination, Separator::Slash);
        let dot = Nodes::new(&self.dot, destination, Separator::Dot);
        slash.chain(dot).flatten().filter_map(move |slot| {
            let (pattern, value) = self.slots[*slot].entry.as_ref()?;
            pattern.matches(destination).then_some(value)
        })
    }
}

/// The way of a pattern into the tree.
fn way(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.leading_literals().take(MAX_DEPTH)
}

/// The lists of slots along the way of a destination.
struct Nodes<'a> {
    node: Option<&'a Node>,
    destination: &'a str,
    path: Tokens<'a>,
}

impl<'a> Nodes<'a> {
    fn new(root: &'a Node, destination: &'a str, separator: Separator) -> Self {
        Self {
            node: (!root.is_empty()).then_some(root),
            destination,
            path: Tokens::new(destination, separator),
        }
    }
}

impl<'a> Iterator for Nodes<'a> {
    type Item = std::iter::Chain<std::slice::Iter<'a, usize>, std::slice::Iter<'a, usize>>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.node.take()?;
        let ending: &[usize] = match self.path.next() {
            None => &node.ending,
            Some(segment) => {
                self.node = node.children.get(&self.destination[segment]);
                &[]
            }
        };
        Some(node.open.iter().chain(ending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text, Separator::Slash).unwrap()
    }

    fn found<'a>(set: &'a PatternSet<&'a str>, destination: &'a str) -> Vec<&'a str> {
        let mut found: Vec<_> = set.matching(destination).copied().collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn finds_what_a_scan_over_all_finds() {
        let texts = [
            "/a",
            "/a/",
            "/a/b",
            "/a/*",
            "/a/**",
            "/**",
            "/*/b",
            "/{x}",
            "/a/{x}/c",
            "/a/b/**/d",
            "a/b",
            "/",
            "",
        ];
        let mut set = PatternSet::default();
        for text in texts {
            set.insert(pattern(text), text);
        }
        for destination in [
            "/", "", "/a", "/a/", "/a/b", "/a/b/c", "/a/b/c/d", "a/b", "/a//b", "/b",
        ] {
            let mut expected: Vec<_> = texts
                .into_iter()
                .filter(|text| pattern(text).matches(destination))
                .collect();
            expected.sort_unstable();
            assert_eq!(found(&set, destination), expected, "{destination}");
        }
    }

    #[test]
    fn a_removed_pattern_leaves_nothing_behind() {
        let mut set = PatternSet::default();
        let first = set.insert(pattern("/a/b/c"), "first");
        let twice = set.insert(pattern("/a/b/c"), "twice");
        let literal = set.insert(Pattern::literal("/a/*", Separator::Slash), "literal");
        assert_eq!(found(&set, "/a/b/c"), ["first", "twice"]);
        assert_eq!(found(&set, "/a/*"), ["literal"]);
        assert_eq!(set.remove(first), Some("first"));
        assert_eq!(set.remove(first), None);
        let reused = set.insert(pattern("/x"), "reused");
        assert_eq!((set.remove(first), set.len()), (None, 3));
        assert_eq!(set.get(twice).map(|(_, value)| *value), Some("twice"));
        for id in [twice, literal, reused] {
            assert!(set.remove(id).is_some());
        }
        assert!(set.is_empty() && set.slash.is_empty());
    }

    #[test]
    fn slashes_and_dots_live_side_by_side() {
        let mut set = PatternSet::default();
        set.insert(pattern("/a/*"), "slash");
        set.insert(Pattern::parse("/a.*", Separator::Dot).unwrap(), "dot");
        assert_eq!(found(&set, "/a/b"), ["slash"]);
        assert_eq!(found(&set, "/a.b"), ["dot"]);
    }
}
