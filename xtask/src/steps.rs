//! A run made of named steps: each is announced, timed and listed at the end.

use std::fmt::{self, Display};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// What became of the steps so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Outcome)>,
}

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    LeftOut(String),
}

impl Steps {
    /// Runs one step. A failure is reported at once and remembered; the steps after it still run.
    pub(crate) fn run(&mut self, name: &str, step: impl FnOnce() -> Result<()>) -> bool {
        println!("\n==> {name}");
        let start = now();
        let result = step();
        let took = now().duration_since(start);
        let passed = result.is_ok();
        if let Err(error) = result {
            eprintln!("xtask: {name}: {error:#}");
        }
        self.done.push((
            name.to_owned(),
            if passed {
                Outcome::Passed(took)
            } else {
                Outcome::Failed(took)
            },
        ));
        passed
    }

    /// Notes a step that does not run, and why.
    pub(crate) fn leave_out(&mut self, name: &str, why: &str) {
        println!("\n==> {name}: left out, {why}");
        self.done
            .push((name.to_owned(), Outcome::LeftOut(why.to_owned())));
    }

    /// Prints the table; an error names the steps that failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n{self}");
        let failed: Vec<&str> = self
            .done
            .iter()
            .filter(|(_, it)| matches!(it, Outcome::Failed(_)))
            .map(|(name, _)| &**name)
            .collect();
        ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        Ok(())
    }
}

impl Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.done.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, outcome) in &self.done {
            let (took, verdict) = match outcome {
                Outcome::Passed(took) => (took.as_secs_f64(), "ok".to_owned()),
                Outcome::Failed(took) => (took.as_secs_f64(), "FAILED".to_owned()),
                Outcome::LeftOut(why) => (0.0, format!("left out: {why}")),
            };
            writeln!(f, "  {name:width$}  {took:7.1} s  {verdict}")?;
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "steps take real time")]
fn now() -> Instant {
    Instant::now()
}

/// Runs a command with the output of this program and without input.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    run_interactive(command.stdin(Stdio::null()))
}

/// Runs a command that may ask its user something.
pub(crate) fn run_interactive(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    println!("$ {shown}");
    let status = command
        .status()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
