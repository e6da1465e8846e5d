//! The variables that the mappings of one function declare.

use super::mapping::Mapping;
use crate::{diag::did_you_mean, grammar::rust_name};

/// By their Rust names, in the order they are declared.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// Declared by every pattern.
    everywhere: Vec<String>,
    /// Declared by some patterns.
    somewhere: Vec<String>,
    /// Not known here: an exception handler has those of whichever message failed.
    open: bool,
}

impl Variables {
    pub(super) fn of(mappings: &[Mapping]) -> Self {
        let patterns = || mappings.iter().flat_map(|mapping| &mapping.patterns);
        let mut variables = Self::default();
        for (pattern, _) in patterns() {
            for name in pattern.variables() {
                if !variables.somewhere.iter().any(|known| known == name) {
                    variables.somewhere.push(name.to_owned());
                }
            }
        }
        let in_all =
            |name: &&String| patterns().all(|(pattern, _)| pattern.variables().any(|known| known == **name));
        variables.everywhere = variables.somewhere.iter().filter(in_all).cloned().collect();
        variables
    }

    /// Those of any mapping: whether one is there is known when a message fails.
    pub(super) fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// The variable that every pattern has under the name of an argument or placeholder.
    pub(super) fn everywhere(&self, name: &str) -> Option<String> {
        let name = rust_name(name);
        (self.open || self.everywhere.contains(&name)).then_some(name)
    }

    /// The variable for an argument that says it is one, and that may be absent.
    pub(super) fn maybe(&self, name: &str) -> Option<String> {
        self.somewhere(name)
            .or_else(|| self.open.then(|| rust_name(name)))
    }

    /// The same of some patterns, for `Option`s.
    pub(super) fn somewhere(&self, name: &str) -> Option<String> {
        let name = rust_name(name);
        self.somewhere.contains(&name).then_some(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.somewhere.iter().map(String::as_str)
    }

    /// What to say of `name`, which is not a variable of every pattern.
    pub(super) fn unknown(&self, what: &str, name: &str) -> String {
        if self.somewhere(name).is_some() {
            return format!(
                "{what} `{name}` is declared by some of the destinations only: it must be in all of them"
            );
        }
        let hint = did_you_mean(&rust_name(name), self.iter());
        format!("unknown {what} `{name}`; {}{hint}", self.list())
    }

    /// Which there are, in words.
    pub(super) fn list(&self) -> String {
        if self.somewhere.is_empty() {
            return "the mapping declares no variables".to_owned();
        }
        let names: Vec<_> = self
            .somewhere
            .iter()
            .map(|name| format!("`{{{name}}}`"))
            .collect();
        format!("the mapping declares {}", names.join(", "))
    }
}
