//! What the tests need beside Rust: looked for first, installed when it is missing.

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::root;
use crate::steps::{run, run_interactive};

const CARGO_DENY: &str = "0.20.2";
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The folders with a `package.json`.
const NPM: [&str; 4] = [
    "examples/chat/web",
    "examples/portfolio/web",
    "examples/react-chat/web",
    "tests/browser",
];

/// Node, npm, Chromium and the npm packages.
pub(crate) fn browser() -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        println!("node, npm and Chromium are there");
    } else {
        apt_install(&missing)?;
        ensure_all_there()?;
    }
    for folder in NPM {
        println!("installing the npm packages of {folder}");
        run(Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(root().join(folder)))?;
    }
    Ok(())
}

/// A `cargo-deny`: the one on the path, else one built under `target`, once.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    if let Some(found) = find("cargo-deny") {
        return Ok(found);
    }
    let tools = target()?.join("tools");
    let program = tools.join("bin").join(format!("cargo-deny{EXE_SUFFIX}"));
    if !program.is_file() {
        println!(
            "cargo-deny is not there: building {CARGO_DENY} into {}, which takes some minutes",
            tools.display()
        );
        // A debug build: checking takes a second either way, and building a third of the time.
        let install = [
            "install",
            "--quiet",
            "--locked",
            "--debug",
            "--version",
            CARGO_DENY,
            "--root",
        ];
        run(Command::new("cargo").args(install).arg(&tools).arg("cargo-deny"))?;
    }
    Ok(program)
}

/// Where this program was built, and what it builds goes.
pub(crate) fn target() -> Result<PathBuf> {
    let program = env::current_exe().context("cannot tell where this program is")?;
    let folder = program
        .ancestors()
        .nth(2)
        .context("this program is not in a target folder")?;
    Ok(folder.to_owned())
}

/// The Debian packages that hold what is not there.
fn missing() -> Vec<&'static str> {
    let mut packages = Vec::new();
    if find("node").is_none() {
        packages.push("nodejs");
    }
    if find("npm").is_none() {
        packages.push("npm");
    }
    if env::var_os("CHROMIUM").is_none() && !CHROMIUM.iter().any(|name| find(name).is_some()) {
        packages.push("chromium");
    }
    packages
}

fn ensure_all_there() -> Result<()> {
    let missing = missing();
    ensure!(
        missing.is_empty(),
        "installed, and yet not on the path: {}",
        missing.join(", ")
    );
    Ok(())
}

fn apt_install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if find("apt-get").is_none() {
        bail!(
            "missing: {list}. There is no apt-get here; install them as your system does, or run with --no-system"
        );
    }
    let sudo = !is_root();
    if sudo && find("sudo").is_none() {
        bail!(
            "missing: {list}. Installing them takes root or sudo; run `apt-get install {list}`, or with --no-system"
        );
    }
    println!(
        "installing {list} with apt-get {}",
        if sudo { "through sudo" } else { "as root" }
    );
    run_interactive(apt_get(sudo).args(["update", "-qq"]))?;
    run_interactive(
        apt_get(sudo)
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages),
    )
    .with_context(|| format!("cannot install {list}"))
}

fn apt_get(sudo: bool) -> Command {
    let mut command = Command::new(if sudo { "sudo" } else { "env" });
    if sudo && !stdin().is_terminal() {
        command.arg("-n"); // nobody is there to type a password
    }
    if sudo {
        command.arg("env");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// A program on the path.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    ["exe", "cmd"]
        .iter()
        .any(|extension| file.with_extension(extension).is_file())
}
