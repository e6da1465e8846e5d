//! `cargo xtask fuzz`: each fuzz target for a while.
//!
//! A target is a libFuzzer program. Cargo alone builds and runs it, given the flags that let libFuzzer see where it has
//! been, so nothing but a nightly toolchain has to be there.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::root;
use crate::steps::{Steps, run};

/// Coverage for libFuzzer, comparisons included, and the address sanitizer: what `cargo fuzz` passes too.
const FLAGS: &[&str] = &[
    "--cfg=fuzzing",
    "-Zsanitizer=address",
    "-Ccodegen-units=1",
    "-Cdebug-assertions",
    "-Coverflow-checks",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Fuzzes every target for so many seconds, from its seeds and from what earlier runs found.
pub(crate) fn run_all(seconds: &str) -> Result<()> {
    let seconds: u32 = seconds.parse().context("--seconds takes a whole number")?;
    ensure!(seconds > 0, "--seconds 0 would mean for ever");
    let host = nightly_host()?;
    let targets = targets()?;
    println!("{} for {seconds} s each", targets.join(", "));
    let mut steps = Steps::default();
    for target in targets {
        steps.run(&target, || fuzz(&target, seconds, &host));
    }
    steps.finish()
}

fn fuzz(target: &str, seconds: u32, host: &str) -> Result<()> {
    let folder = root().join("fuzz");
    let corpus = folder.join("corpus").join(target);
    let artifacts = folder.join("artifacts").join(target);
    for made in [&corpus, &artifacts] {
        std::fs::create_dir_all(made).with_context(|| format!("cannot make {}", made.display()))?;
    }
    // The rest is for libFuzzer. It writes what it finds into the first of the two folders.
    run(Command::new("cargo")
        .args([
            "+nightly",
            "run",
            "--quiet",
            "--release",
            "--target",
            host,
            "--bin",
            target,
        ])
        .arg("--")
        .args([&corpus, &folder.join("seeds").join(target)])
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(format!("-max_total_time={seconds}"))
        .args(["-timeout=10", "-print_final_stats=1", "-verbosity=0"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("RUSTFLAGS", FLAGS.join(" "))
        .current_dir(&folder))
}

/// The names of the targets: every file in their folder is one.
fn targets() -> Result<Vec<String>> {
    let folder = root().join("fuzz/fuzz_targets");
    let mut targets = Vec::new();
    for entry in folder.read_dir().context("no fuzz targets")? {
        let path = entry?.path();
        targets.extend(name(&path));
    }
    targets.sort();
    Ok(targets)
}

fn name(path: &Path) -> Option<String> {
    let is_target = path.extension().is_some_and(|extension| extension == "rs");
    Some(path.file_stem().filter(|_| is_target)?.to_str()?.to_owned())
}

/// The platform that a nightly compiler builds for. It has to be named, so that build scripts are not instrumented.
fn nightly_host() -> Result<String> {
    let asked = Command::new("rustc").args(["+nightly", "-vV"]).output();
    let answer = match asked {
        Ok(output) if output.status.success() => output.stdout,
        _ => bail!("fuzzing needs a nightly toolchain: `rustup toolchain install nightly --profile minimal`"),
    };
    let answer = String::from_utf8_lossy(&answer);
    let host = answer.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc +nightly -vV` names no host")?.to_owned())
}
