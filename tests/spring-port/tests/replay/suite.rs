//! The scenarios, and what Spring answered.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::Path,
    sync::Arc,
};

use serde_json::Value;
use spring_port::Profile;

/// The conversations that came with the application, and variations of them that were recorded in the same way.
const FOLDERS: [&str; 2] = ["oracle", "oracle-more"];

/// All that was recorded.
#[derive(Debug)]
pub(crate) struct Suite {
    pub(crate) scenarios: Vec<Arc<Scenario>>,
}

/// One conversation.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// `group/name`.
    pub(crate) label: String,
    pub(crate) about: String,
    pub(crate) profile: Profile,
    pub(crate) steps: Vec<Value>,
    /// One answer of Spring's for each step.
    pub(crate) golden: Vec<Value>,
    /// Headers, or `reason`, whose values are not compared.
    pub(crate) free: Vec<String>,
    pub(crate) unordered: bool,
    pub(crate) unordered_http: bool,
}

impl Suite {
    pub(crate) fn load() -> Self {
        let port = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scenarios: Vec<_> = FOLDERS.iter().flat_map(|name| folder(&port.join(name))).collect();
        let labels: HashSet<_> = scenarios.iter().map(|scenario| &scenario.label).collect();
        assert_eq!(labels.len(), scenarios.len(), "a scenario's name is its own");
        Self { scenarios }
    }
}

/// The scenarios of one folder.
fn folder(folder: &Path) -> Vec<Arc<Scenario>> {
    let mut files: Vec<_> = fs::read_dir(folder.join("scenarios"))
        .expect("the scenarios are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    let mut scenarios = Vec::new();
    for file in files {
        let group = file
            .file_stem()
            .expect("files have names")
            .to_string_lossy()
            .into_owned();
        let golden = folder.join("golden").join(format!("{group}.json"));
        let mut golden: BTreeMap<String, Vec<Value>> = read(&golden);
        for scenario in read::<Vec<Value>>(&file) {
            let name = scenario["name"].as_str().expect("a scenario has a name");
            let golden = golden.remove(name).expect("each scenario has been recorded");
            scenarios.push(Arc::new(Scenario::new(&group, &scenario, golden)));
        }
    }
    scenarios
}

impl Scenario {
    pub(crate) fn new(group: &str, scenario: &Value, golden: Vec<Value>) -> Self {
        let text = |key: &str| scenario[key].as_str().unwrap_or_default();
        let list = |key: &str| scenario[key].as_array().cloned().unwrap_or_default();
        let profile = scenario["profile"].as_str().unwrap_or("default");
        Self {
            label: format!("{group}/{}", text("name")),
            about: text("about").to_owned(),
            profile: profile.parse().expect("a profile of the port"),
            steps: list("steps"),
            golden,
            free: list("free")
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            unordered: scenario["unordered"] == true,
            unordered_http: scenario["unordered_http"] == true,
        }
    }
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
