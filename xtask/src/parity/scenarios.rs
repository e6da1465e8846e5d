//! The recorded conversations with Spring.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

/// Their names, as `group/name`.
pub(super) struct Scenarios {
    all: BTreeSet<String>,
    /// Those in which the port answers otherwise on purpose.
    different: BTreeSet<String>,
}

impl Scenarios {
    /// Reads the scenarios of `oracle` and `oracle-more`, and `differences.json` of the port.
    pub(super) fn read(port: &Path) -> Result<Self> {
        let mut all = BTreeSet::new();
        for folder in ["oracle/scenarios", "oracle-more/scenarios"] {
            names(&port.join(folder), &mut all)?;
        }
        let mut different = BTreeSet::new();
        named(&json(&port.join("differences.json"))?, &mut different);
        Ok(Self { all, different })
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.all.contains(name)
    }

    pub(super) fn differs(&self, name: &str) -> bool {
        self.different.contains(name)
    }

    #[cfg(test)]
    pub(super) fn of(all: &[&str], different: &[&str]) -> Self {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            all: set(all),
            different: set(different),
        }
    }
}

/// Adds the names of the scenarios in `folder`, as `group/name`.
fn names(folder: &Path, found: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let group = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let Value::Array(scenarios) = json(&path)? else {
            continue;
        };
        let names = scenarios.iter().filter_map(|scenario| scenario["name"].as_str());
        found.extend(names.map(|name| format!("{group}/{name}")));
    }
    Ok(())
}

/// Every `"scenario": …` anywhere in `value`.
fn named(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| named(value, found)),
        Value::Object(fields) => {
            found.extend(fields.get("scenario").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| named(value, found));
        }
        _ => {}
    }
}

fn json(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}
