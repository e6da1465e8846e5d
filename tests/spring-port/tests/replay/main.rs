//! The conversations that were recorded from Spring, replayed against the port.
//!
//! `oracle/scenarios` says what clients do, `oracle/golden` what Spring answers, `oracle-more` has variations of both, and
//! `differences.json` says where this server answers something else, and by which rule. The replay fails at a difference that is not listed, at a listed one
//! that is none, and at one without a rule.
//!
//! | file | holds |
//! |---|---|
//! | `suite` | the scenarios and the answers on file |
//! | `run` | one scenario, played against a server of its own |
//! | `step` | what a step does |
//! | `wire` | a WebSocket in octets |
//! | `frames` | what came over it, as JSON |
//! | `http` | plain requests |
//! | `normal` | what a server may choose freely |
//! | `text` | JSON as it is written in the files |
//! | `differences` | the list, and whether it holds |
//!
//! `REPLAY=users/` replays the scenarios whose `group/name` holds this text, `REPLAY_SHOW=1` prints what was answered.
//! Each difference is printed as an entry for the list; whoever takes it over says by which rule.

#![allow(
    clippy::disallowed_methods,
    reason = "a replay runs by the clock: some of its steps wait"
)]

mod differences;
mod frames;
mod http;
mod normal;
mod run;
mod step;
mod suite;
mod text;
mod wire;

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use self::{differences::Differences, run::Run, suite::Suite};

/// How many scenarios run at a time; each has a server of its own.
const AT_A_TIME: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_port_answers_as_spring_or_as_a_rule_says() {
    let (suite, differences) = (Suite::load(), Differences::load());
    let only = std::env::var("REPLAY").unwrap_or_default();
    let show = std::env::var("REPLAY_SHOW").is_ok();
    let mut problems = differences.unfounded();
    problems.extend(differences.unknown(&suite));
    let chosen = suite
        .scenarios
        .iter()
        .filter(|scenario| scenario.label.contains(&only) && !differences.leaves_out(&scenario.label));
    let runs = chosen.map(|scenario| {
        let expected = differences.expected(scenario);
        let scenario = Arc::clone(scenario);
        let played = Arc::clone(&scenario);
        let run = tokio::spawn(async move { Run::play(&played, &expected).await });
        async move { (scenario, run.await) }
    });
    let runs: Vec<_> = stream::iter(runs).buffer_unordered(AT_A_TIME).collect().await;
    let mut played = 0;
    for (scenario, answers) in &runs {
        played += 1;
        let answers = match answers {
            Ok(answers) => answers,
            Err(panic) => {
                problems.push(format!("{}: {panic}", scenario.label));
                continue;
            }
        };
        if show {
            println!("--- {}: {}", scenario.label, scenario.about);
            for (step, answer) in scenario.steps.iter().zip(answers) {
                println!("  {}\n      {}", text::dumps(step), text::dumps(answer));
            }
        }
        problems.extend(differences.judge(scenario, answers));
    }
    problems.sort();
    assert!(played > 0, "no scenario is called {only:?}");
    assert!(
        problems.is_empty(),
        "{} of {played} scenarios replayed; {} problems:\n{}",
        played,
        problems.len(),
        problems.join("\n")
    );
}
