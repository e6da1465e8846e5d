//! The chores of the project: `cargo xtask <task>`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to the one who runs it"
)]

mod ant_golden;
mod fuzz;
mod handlers;
mod parity;
mod setup;
mod steps;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask <task>

  test [--no-system]   everything that must hold: format, lints, docs, tests, features, licences, browser.
                       Installs what it needs, after saying so. --no-system runs what needs Rust alone.
  ant-golden FILE      replays answers of Spring's AntPathMatcher (.tsv or .tsv.gz).
  handlers [N]         what N handlers (2,000 unless told) cost to check, to build and to start.
  parity               does docs/spring-parity.md account for every row, with tests that exist and name it?
  fuzz [--seconds N]   every fuzz target for N seconds, 60 unless told. Needs a nightly toolchain.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<()> {
    match args {
        ["test"] => test::run_all(true),
        ["test", "--no-system"] => test::run_all(false),
        ["ant-golden", file] => ant_golden::run(Path::new(file)),
        ["handlers"] => handlers::run("2000"),
        ["handlers", count] => handlers::run(count),
        ["parity"] => parity::run(),
        ["fuzz"] => fuzz::run_all("60"),
        ["fuzz", "--seconds", seconds] => fuzz::run_all(seconds),
        [] | ["help" | "-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("no such task: {}\n\n{USAGE}", args.join(" ")),
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let mut folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    folder.pop();
    folder
}
