//! `cargo xtask test`: all that must hold before a change goes in.

use std::process::Command;

use anyhow::{Context, Result};

use crate::root;
use crate::setup;
use crate::steps::{Steps, run};

/// What cargo does alone: a name, arguments, and what to add to the environment.
type Chore = (
    &'static str,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

const CARGO: &[Chore] = &[
    ("format", &["fmt", "--all", "--check"], &[]),
    (
        "lints",
        &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        &[],
    ),
    (
        "docs",
        &["doc", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    ),
    ("tests", &["test", "--workspace"], &[]),
    (
        "core without features",
        &["check", "-p", "stomp-core", "--no-default-features"],
        &[],
    ),
    (
        "server without features",
        &["check", "-p", "stomp-server", "--no-default-features"],
        &[],
    ),
    (
        "server with the test kit alone",
        &[
            "check",
            "-p",
            "stomp-server",
            "--no-default-features",
            "--features",
            "testing",
        ],
        &[],
    ),
    (
        "server with all features",
        &["check", "-p", "stomp-server", "--all-features"],
        &[],
    ),
];
const PARITY: &str = "Spring parity";
const FUZZ: &str = "fuzz targets";
const LICENCES: &str = "licences and sources";
const BUILD: &str = "build the examples";

/// The examples with a page.
const PAGES: [&str; 3] = ["chat", "portfolio", "react-chat"];
const SETUP: &str = "set-up of the browser test";
const BROWSER: &str = "browser";

/// Runs everything; without `system` only what needs Rust alone.
pub(crate) fn run_all(system: bool) -> Result<()> {
    plan(system);
    let mut steps = Steps::default();
    for (name, args, env) in CARGO {
        steps.run(name, || cargo(args, env));
    }
    steps.run(PARITY, crate::parity::run);
    steps.run(FUZZ, fuzz_targets);
    steps.run(LICENCES, licences);
    let built = steps.run(BUILD, || {
        let packages = PAGES.iter().flat_map(|page| ["-p", page]);
        cargo(&["build"].into_iter().chain(packages).collect::<Vec<_>>(), &[])
    });
    browser(&mut steps, system, built);
    steps.finish()
}

fn plan(system: bool) {
    let names: Vec<&str> = CARGO
        .iter()
        .map(|(name, ..)| *name)
        .chain([PARITY, FUZZ, LICENCES, BUILD])
        .collect();
    println!("With Rust alone: {}.", names.join(", "));
    if system {
        println!("With Node and Chromium, installed if they are missing (apt-get, npm): {BROWSER}.");
    } else {
        println!("Left out, as --no-system asks: {BROWSER} (needs Node, npm and Chromium).");
    }
}

fn browser(steps: &mut Steps, system: bool, built: bool) {
    if !system {
        return steps.leave_out(BROWSER, "--no-system");
    }
    if !steps.run(SETUP, setup::browser) {
        return steps.leave_out(BROWSER, "its set-up failed");
    }
    if !built {
        return steps.leave_out(BROWSER, "the examples were not built");
    }
    steps.run(BROWSER, drive_browser);
}

fn drive_browser() -> Result<()> {
    run(Command::new("npm")
        .args(["run", "build"])
        .current_dir(root().join("examples/react-chat/web")))?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"])
        .args(PAGES.map(|page| format!("{page}.test.js")));
    run(node
        .current_dir(root().join("tests/browser"))
        .env("EXAMPLES", setup::target()?.join("debug")))
}

/// That they compile: what they are checked against changes without them. Nothing is linked, so an empty archive stands
/// for libFuzzer, and nobody needs a C++ compiler.
fn fuzz_targets() -> Result<()> {
    let archive = setup::target()?.join("libfuzzer.a");
    if !archive.exists() {
        std::fs::write(&archive, "!<arch>\n")
            .with_context(|| format!("cannot write {}", archive.display()))?;
    }
    run(Command::new("cargo")
        .args(["check", "--locked", "--manifest-path", "fuzz/Cargo.toml"])
        .env("CUSTOM_LIBFUZZER_PATH", archive)
        .current_dir(root()))
}

fn licences() -> Result<()> {
    let deny = setup::cargo_deny()?;
    run(Command::new(deny)
        .args(["--workspace", "check", "licenses", "bans", "sources"])
        .current_dir(root()))
}

fn cargo(args: &[&str], env: &[(&str, &str)]) -> Result<()> {
    run(Command::new("cargo")
        .args(args)
        .envs(env.iter().copied())
        .current_dir(root()))
}
