//! `cargo xtask parity`: does `docs/spring-parity.md` say of every behaviour of Spring what became of it, and do the
//! tests that it names exist and name it in turn?

mod row;
mod scenarios;
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, ensure};

use self::{
    row::{Row, Status, Witness},
    scenarios::Scenarios,
    tests::Tests,
};
use crate::root;

const TABLE: &str = "docs/spring-parity.md";
const ROWS: &str = "tests/data/spring-rows.txt";
const ORACLE: &str = "tests/spring-port";
const SOURCES: [&str; 5] = ["stomp-core", "stomp-macros", "stomp-server", "tests", "examples"];

/// Checks the table and prints how many rows have which status.
///
/// # Errors
///
/// Everything that is wrong, one line each.
pub(crate) fn run() -> Result<()> {
    let root = root();
    let read =
        |file: &str| fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"));
    let (rows, mut problems) = Row::read_all(&read(TABLE)?);
    let wanted = read(ROWS)?;
    let scenarios = Scenarios::read(&root.join(ORACLE))?;
    let tests = Tests::find(&root, &SOURCES.map(Path::new))?;
    problems.extend(check(&rows, wanted.lines(), &scenarios, &tests));
    for problem in &problems {
        println!("{problem}");
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *counts.entry(row.status.name()).or_default() += 1;
    }
    println!("{} rows: {counts:?}", rows.len());
    ensure!(problems.is_empty(), "{} problems in {TABLE}", problems.len());
    Ok(())
}

/// All that is wrong with `rows`.
fn check<'a>(
    rows: &[Row],
    wanted: impl IntoIterator<Item = &'a str>,
    scenarios: &Scenarios,
    tests: &Tests,
) -> Vec<String> {
    let mut problems = Vec::new();
    let wanted: BTreeSet<&str> = wanted.into_iter().collect();
    let mut seen = BTreeSet::new();
    for row in rows {
        if !wanted.contains(&*row.id) {
            problems.push(format!("{}: Spring's list has no such row", row.id));
        }
        if !seen.insert(&*row.id) {
            problems.push(format!("{}: it is there twice", row.id));
        }
        check_status(row, &mut problems);
        check_witnesses(row, scenarios, tests, &mut problems);
    }
    for missing in wanted.difference(&seen) {
        problems.push(format!("{missing}: it has no line"));
    }
    check_claims(rows, tests, &mut problems);
    problems
}

fn check_status(row: &Row, problems: &mut Vec<String>) {
    let witnessed = !row.witnesses.is_empty();
    let id = &row.id;
    match &row.status {
        Status::Same | Status::Better(_) if !witnessed => problems.push(format!("{id}: no test shows it")),
        Status::NotApplicable(_) if witnessed => {
            problems.push(format!("{id}: a test shows what is said not to be there"));
        }
        Status::Better(why) | Status::NotApplicable(why) | Status::Open(why) if why.is_empty() => {
            problems.push(format!("{id}: it does not say why"));
        }
        Status::Open(_) if !row.may_be_open() => {
            problems.push(format!(
                "{id}: only what needs the relay, a bus or SockJS may be open"
            ));
        }
        Status::Unknown(text) => problems.push(format!(
            "{id}: `{text}` is none of `same`, `better: …`, `not applicable: …`, `open: …`"
        )),
        _ => {}
    }
}

fn check_witnesses(row: &Row, scenarios: &Scenarios, tests: &Tests, problems: &mut Vec<String>) {
    let id = &row.id;
    let mut shown = false;
    for witness in &row.witnesses {
        match witness {
            Witness::Scenario(name) if !scenarios.contains(name) => {
                problems.push(format!("{id}: there is no scenario {name}"));
            }
            Witness::Scenario(name) => shown |= !scenarios.differs(name),
            Witness::Test(name) => match tests.rows_of(name) {
                None => problems.push(format!("{id}: there is no test {name}")),
                Some(claimed) if !claimed.contains(id) => {
                    problems.push(format!("{id}: {name} does not name the row: `/// Rows: {id}`"));
                }
                Some(_) => shown = true,
            },
        }
    }
    if matches!(row.status, Status::Same) && !row.witnesses.is_empty() && !shown {
        problems.push(format!("{id}: `same`, but all its scenarios differ from Spring"));
    }
}

/// A test that claims a row must stand in its line.
fn check_claims(rows: &[Row], tests: &Tests, problems: &mut Vec<String>) {
    for (test, claimed) in tests.all() {
        for id in claimed {
            let listed = rows.iter().find(|row| row.id == *id);
            let names_it = |row: &Row| {
                row.witnesses
                    .iter()
                    .any(|it| matches!(it, Witness::Test(name) if name == test))
            };
            match listed {
                None => problems.push(format!("{test}: there is no row {id}")),
                Some(row) if !names_it(row) => problems.push(format!("{id}: its line does not name {test}")),
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod checks {
    use super::*;

    /// The problems of a table with the given lines, in a project with one test and two scenarios, one of which
    /// differs.
    fn problems(lines: &[&str]) -> Vec<String> {
        let (rows, mut problems) = Row::read_all(&lines.join("\n"));
        let scenarios = Scenarios::of(&["mapping/a", "mapping/b"], &["mapping/b"]);
        let tests = Tests::of(
            "tests/x.rs",
            "/// Rows: ARG-01\n#[test]\nfn shows() {}\n\n#[test]\nfn mute() {}\n",
        );
        problems.extend(check(&rows, ["ARG-01"], &scenarios, &tests));
        problems
    }

    #[test]
    fn a_row_with_its_test_is_well() {
        assert_eq!(
            problems(&["| ARG-01 | x | same | `tests/x.rs::shows` |"]),
            [""; 0]
        );
    }

    #[test]
    fn a_program_that_must_not_compile_names_its_rows_in_its_last_line() {
        let (rows, _) = Row::read_all("| ARG-01 | x | better: refused | `tests/ui/fail/x.rs` |");
        for (text, well) in [
            ("fn main() {}\n// Rows: ARG-01\n", true),
            ("// Rows: ARG-01\nfn main() {}\n", false),
        ] {
            let tests = Tests::of("tests/ui/fail/x.rs", text);
            let problems = check(&rows, ["ARG-01"], &Scenarios::of(&[], &[]), &tests);
            assert_eq!(problems.is_empty(), well, "{problems:?}");
        }
    }

    #[test]
    fn each_mistake_is_told() {
        let shown = "| ARG-01 | x | same | `tests/x.rs::shows` |";
        let table: [(&[&str], &str); 12] = [
            (&[], "it has no line"),
            (&[shown, shown], "it is there twice"),
            (
                &[shown, "| ARG-02 | x | same | `tests/x.rs::shows` |"],
                "has no such row",
            ),
            (&["| ARG-01 | x | same | |"], "no test shows it"),
            (
                &["| ARG-01 | x | same | `tests/x.rs::gone` |"],
                "there is no test",
            ),
            (
                &["| ARG-01 | x | same | `tests/x.rs::mute` |"],
                "does not name the row",
            ),
            (
                &["| ARG-01 | x | same | `scenario mapping/none` |"],
                "there is no scenario",
            ),
            (
                &["| ARG-01 | x | same | `scenario mapping/b` |"],
                "all its scenarios differ",
            ),
            (
                &["| ARG-01 | x | better: | `tests/x.rs::shows` |"],
                "does not say why",
            ),
            (
                &["| ARG-01 | x | not applicable: beans | `tests/x.rs::shows` |"],
                "said not to be there",
            ),
            (&["| ARG-01 | x | open: later | – |"], "may be open"),
            (&["| ARG-01 | x |  | `tests/x.rs::shows` |"], "is none of"),
        ];
        for (lines, expected) in table {
            let found = problems(lines);
            assert!(
                found.iter().any(|problem| problem.contains(expected)),
                "{lines:?}: {found:?}"
            );
        }
    }

    #[test]
    fn a_test_whose_row_does_not_name_it_is_told() {
        let found = problems(&["| ARG-01 | x | same | `scenario mapping/a` |"]);
        assert_eq!(found, ["ARG-01: its line does not name tests/x.rs::shows"]);
    }
}
