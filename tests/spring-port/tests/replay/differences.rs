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
        let document = folder.join("../../docs/differences-from-spring.md");
        let document = fs::read_to_string(document).expect("the document is there");
        Self::new(read(&folder.join("differences.json")), &document)
    }

    fn new(kinds: Vec<Kind>, document: &str) -> Self {
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
            document: words(document),
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

/// A scenario of two steps, to which Spring answers 1 and 2.
#[cfg(test)]
fn scenario() -> (Suite, std::sync::Arc<Scenario>) {
    let steps = json!({"name": "one", "steps": [{"frame": "a"}, {"frame": "a"}]});
    let golden = vec![json!({"got": 1}), json!({"got": 2})];
    let scenario = std::sync::Arc::new(Scenario::new("group", &steps, golden));
    let scenarios = vec![std::sync::Arc::clone(&scenario)];
    (Suite { scenarios }, scenario)
}

#[cfg(test)]
fn listed(kinds: &Value, document: &str) -> Differences {
    Differences::new(serde_json::from_value(kinds.clone()).expect("kinds"), document)
}

#[test]
fn a_listed_difference_is_expected_and_every_other_one_is_a_problem() {
    let (suite, scenario) = scenario();
    let entry = json!({"scenario": "group/one", "step": 1, "answer": {"got": 3}});
    let kinds = json!([{"kind": "k", "rule": "what Spring does", "entries": [entry]}]);
    let differences = listed(&kinds, "| what\nSpring does | something else |");
    assert!(differences.unfounded().is_empty());
    assert!(differences.unknown(&suite).is_empty());
    assert_eq!(differences.expected(&scenario)[1], json!({"got": 3}));
    let table = [
        ([1, 3], None),
        ([1, 2], Some("is listed, and is as in Spring")),
        ([1, 4], Some("is listed with another answer")),
        ([9, 3], Some("is not listed")),
    ];
    for (answers, expected) in table {
        let answers = answers.map(|answer| json!({"got": answer}));
        let problems = differences.judge(&scenario, &answers);
        assert_eq!(problems.len(), usize::from(expected.is_some()), "{problems:?}");
        assert!(
            problems
                .iter()
                .all(|problem| problem.contains(expected.unwrap_or_default()))
        );
    }
}

#[test]
fn what_is_listed_needs_a_rule_and_a_step() {
    let (suite, _) = scenario();
    let entry = json!({"scenario": "group/one", "step": 2, "answer": {}});
    let kinds = json!([
        {"kind": "no such rule", "rule": "what nobody wrote down", "entries": [entry]},
        {"kind": "empty", "rule": "what Spring does"},
        {"kind": "left out", "rule": "what Spring does", "left_out": ["group/", "group/two"]},
    ]);
    let differences = listed(&kinds, "what Spring does");
    let unfounded = differences.unfounded();
    assert_eq!(unfounded.len(), 2, "{unfounded:?}");
    assert!(unfounded[0].contains("what nobody wrote down") && unfounded[1].contains("empty"));
    let unknown = differences.unknown(&suite);
    assert_eq!(unknown.len(), 2, "{unknown:?}");
    assert!(differences.leaves_out("group/one") && !differences.leaves_out("other/one"));
}
