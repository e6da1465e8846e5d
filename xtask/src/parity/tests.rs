//! The tests that name rows: `/// Rows: ARG-01, ARG-02` above a function, `//! Rows: …` in a file of its own, and
//! `// Rows: …` as the last line of a program that must not compile, where it moves no line that the compiler names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result};

/// Every function of the sources with the rows that it names, by `path::function`; a file that names rows by `path`.
pub(super) struct Tests(BTreeMap<String, BTreeSet<String>>);

impl Tests {
    /// Reads all `.rs` files below `folders`.
    pub(super) fn find(root: &Path, folders: &[&Path]) -> Result<Self> {
        let mut found = Self(BTreeMap::new());
        for folder in folders {
            found.walk(root, folder)?;
        }
        Ok(found)
    }

    fn walk(&mut self, root: &Path, folder: &Path) -> Result<()> {
        let shown = folder.display();
        for entry in fs::read_dir(root.join(folder)).with_context(|| format!("cannot read {shown}"))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let name = entry.file_name();
            if entry.file_type()?.is_dir() {
                if name != "node_modules" && name != "target" {
                    self.walk(root, &path)?;
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(entry.path())
                    .with_context(|| format!("cannot read {}", path.display()))?;
                self.read(&path.to_string_lossy().replace('\\', "/"), &text);
            }
        }
        Ok(())
    }

    fn read(&mut self, path: &str, text: &str) {
        let mut claimed = BTreeSet::new();
        for line in text.lines().map(str::trim) {
            if let Some(ids) = line.strip_prefix("/// Rows:") {
                claimed.extend(row_ids(ids));
            } else if let Some(ids) = line.strip_prefix("//! Rows:") {
                self.0.entry(path.to_owned()).or_default().extend(row_ids(ids));
            } else if let Some(name) = function(line) {
                let rows = self.0.entry(format!("{path}::{name}")).or_default();
                rows.append(&mut claimed);
            }
        }
        let last = text.lines().next_back().unwrap_or_default();
        if let Some(ids) = last.strip_prefix("// Rows:") {
            self.0.entry(path.to_owned()).or_default().extend(row_ids(ids));
        }
    }

    /// The rows that a test names; `None` when there is no such function.
    pub(super) fn rows_of(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.0.get(name)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.0.iter().map(|(name, rows)| (&**name, rows))
    }

    #[cfg(test)]
    pub(super) fn of(path: &str, text: &str) -> Self {
        let mut found = Self(BTreeMap::new());
        found.read(path, text);
        found
    }
}

fn row_ids(text: &str) -> impl Iterator<Item = String> {
    let words = text.split([',', ' ', '.']).filter(|word| word.contains('-'));
    words.map(str::to_owned)
}

/// The name of the function that a line begins to define.
fn function(line: &str) -> Option<&str> {
    let at = if line.starts_with("fn ") {
        0
    } else {
        line.find(" fn ")? + 1
    };
    let before = line[..at].trim();
    let is_function = before
        .split_whitespace()
        .all(|word| matches!(word, "pub" | "async" | "const") || word.starts_with("pub("));
    let name = line[at + 3..].split(['(', '<']).next()?.trim();
    is_function.then_some(name)
}
