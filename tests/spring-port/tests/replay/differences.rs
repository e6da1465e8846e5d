//! Where this server answers something else than Spring, and by which rule.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::Path,
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    normal::comparable,
    suite::{Scenario, Suite, read},
    text::dumps,
};

/// The list, and the document that its rules stand in.
#[derive(Debug)]
pub(crate) struct Differences {
    kinds: Vec<Kind>,
    document: String,
    by_place: BTreeMap<(String, usize), Value>,
}

/// Differences for one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: String,
    /// Words of docs/differences-from-spring.md that ask for it: a row's, or those of the lines below the tables.
    rule: String,
    #[serde(default)]
    entries: Vec<Entry>,
    /// Scenarios, or groups that end with `/`, that are not replayed.
    #[serde(default)]
    left_out: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    scenario: String,
    step: usize,
    /// The whole answer of this step.
    answer: Value,
}

impl Differences {
    pub(crate) fn load() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let kinds: Vec<Kind> = read(&folder.join("differences.json"));
        let document = folder.join("../../docs/differences-from-spring.md");
        let document = fs::read_to_string(document).expect("the document is there");
        let mut by_place = BTreeMap::new();
        for entry in kinds.iter().flat_map(|kind| &kind.entries) {
            let place = (entry.scenario.clone(), entry.step);
            let earlier = by_place.insert(place, entry.answer.clone());
            assert!(
                earlier.is_none(),
                "{} step {} is listed twice",
                entry.scenario,
                entry.step
            );
        }
        Self {
            kinds,
            document: words(&document),
            by_place,
        }
    }

    /// Kinds whose rule nobody has written down, and kinds without anything.
    pub(crate) fn unfounded(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for kind in &self.kinds {
            if kind.rule.len() < 12 || !self.document.contains(&words(&kind.rule)) {
                problems.push(format!(
                    "no rule: docs/differences-from-spring.md does not say {:?}, for {:?}",
                    kind.rule, kind.kind
                ));
            }
            if kind.entries.is_empty() && kind.left_out.is_empty() {
                problems.push(format!("no entries: {:?}", kind.kind));
            }
        }
        problems
    }

    /// Entries for what is not in the suite.
    pub(crate) fn unknown(&self, suite: &Suite) -> Vec<String> {
        let steps: HashSet<(&str, usize)> = suite
            .scenarios
            .iter()
            .flat_map(|scenario| (0..scenario.steps.len()).map(|step| (scenario.label.as_str(), step)))
            .collect();
        let entries = self.by_place.keys();
        let unknown = entries.filter(|(label, step)| !steps.contains(&(label.as_str(), *step)));
        let mut problems: Vec<_> = unknown
            .map(|(label, step)| format!("{label}: there is no step {step}"))
            .collect();
        let left_out = self.kinds.iter().flat_map(|kind| &kind.left_out);
        let nothing =
            left_out.filter(|name| !suite.scenarios.iter().any(|scenario| fits(name, &scenario.label)));
        problems.extend(nothing.map(|name| format!("{name}: no such scenario is left out")));
        problems
    }

    pub(crate) fn leaves_out(&self, label: &str) -> bool {
        let mut left_out = self.kinds.iter().flat_map(|kind| &kind.left_out);
        left_out.any(|name| fits(name, label))
    }

    /// What this server is to answer: what the list says, else what Spring answered.
    pub(crate) fn expected(&self, scenario: &Scenario) -> Vec<Value> {
        let steps = scenario.golden.iter().enumerate();
        let expected = steps.map(|(step, golden)| self.listed(scenario, step).unwrap_or(golden).clone());
        expected.collect()
    }

    /// What is wrong with what was answered, or with what is listed.
    pub(crate) fn judge(&self, scenario: &Scenario, answers: &[Value]) -> Vec<String> {
        let mut problems = Vec::new();
        for (at, (step, answer)) in scenario.steps.iter().zip(answers).enumerate() {
            let same = |one: &Value| comparable(one, step, scenario) == comparable(answer, step, scenario);
            let golden = &scenario.golden[at];
            let place = format!("{} step {at} {}", scenario.label, dumps(step));
            let entry = json!({"scenario": scenario.label, "step": at, "answer": answer});
            let found = match self.listed(scenario, at) {
                Some(_) if same(golden) => format!("{place}\n  is listed, and is as in Spring"),
                Some(listed) if !same(listed) => format!(
                    "{place}\n  is listed with another answer\n  listed {}\n  entry  {}",
                    dumps(listed),
                    dumps(&entry)
                ),
                None if !same(golden) => {
                    format!(
                        "{place}\n  is not listed\n  spring {}\n  entry  {}",
                        dumps(golden),
                        dumps(&entry)
                    )
                }
                _ => continue,
            };
            problems.push(found);
        }
        problems
    }

    fn listed(&self, scenario: &Scenario, step: usize) -> Option<&Value> {
        self.by_place.get(&(scenario.label.clone(), step))
    }
}

/// Does `name`, a scenario or a group with a slash behind it, mean the scenario `label`?
fn fits(name: &str, label: &str) -> bool {
    name == label || name.ends_with('/') && label.starts_with(name)
}

/// The text with single spaces: lines may be broken anywhere.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
