//! `cargo xtask handlers`: what handlers cost those who write them, in time to check, to build and to start.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{root, setup};

/// How often each figure is taken; the best counts, since all that disturbs makes it larger.
const ROUNDS: usize = 3;

/// Measures a program with `count` handlers of three arguments against the same without any.
pub(crate) fn run(count: &str) -> Result<()> {
    let count: usize = count
        .parse()
        .context("the number of handlers is a whole number")?;
    ensure!(count > 0, "no handlers, no costs");
    let empty = Program::write("no-handlers", 0)?;
    let full = Program::write("many-handlers", count)?;
    let mut table = String::new();
    for (what, arguments) in [("cargo check", ["check"]), ("debug build", ["build"])] {
        let (without, with) = (empty.fastest(&arguments)?, full.fastest(&arguments)?);
        let each = with.saturating_sub(without).as_secs_f64() * 1000.0 / f64::from(u32::try_from(count)?);
        writeln!(
            table,
            "{what}: {:.2} s with {count} handlers, {:.2} s without: {each:.2} ms each",
            with.as_secs_f64(),
            without.as_secs_f64()
        )?;
    }
    print!("\n{table}");
    for release in [false, true] {
        let profile = if release { "release" } else { "debug" };
        println!("start, {profile}: {}", full.start(release)?);
    }
    Ok(())
}

/// A package of its own, which depends on the server as any application does.
struct Program {
    folder: PathBuf,
    target: PathBuf,
}

impl Program {
    fn write(name: &str, count: usize) -> Result<Self> {
        let target = setup::target()?.join("handlers");
        let folder = target.join(name);
        fs::create_dir_all(folder.join("src"))
            .with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(folder.join("Cargo.toml"), manifest(name))?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::write(folder.join("src/main.rs"), source(count))?;
        Ok(Self { folder, target })
    }

    /// The time that cargo takes for this package alone: what it depends on is there.
    fn fastest(&self, arguments: &[&str]) -> Result<Duration> {
        self.cargo(arguments)?;
        let mut best = Duration::MAX;
        for _ in 0..ROUNDS {
            touch(&self.folder.join("src/main.rs"))?;
            let start = now();
            self.cargo(arguments)?;
            best = best.min(now().duration_since(start));
        }
        Ok(best)
    }

    /// What the program says of its own start.
    fn start(&self, release: bool) -> Result<String> {
        let arguments: &[&str] = if release {
            &["build", "--release"]
        } else {
            &["build"]
        };
        self.cargo(arguments)?;
        let name = self.folder.file_name().context("a folder with a name")?;
        let profile = if release { "release" } else { "debug" };
        let output = Command::new(self.target.join("target").join(profile).join(name)).output()?;
        ensure!(output.status.success(), "the program failed: {}", output.status);
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    fn cargo(&self, arguments: &[&str]) -> Result<()> {
        let status = Command::new("cargo")
            .args(arguments)
            .arg("--quiet")
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.target.join("target"))
            .status()
            .context("cannot start cargo")?;
        ensure!(
            status.success(),
            "cargo {} ended with {status}",
            arguments.join(" ")
        );
        Ok(())
    }
}

fn manifest(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nstomp-server = {{ path = {:?} }}\n\n[workspace]\n",
        root().join("stomp-server")
    )
}

/// Handlers with a variable, a payload and a user, in controllers of fifty.
fn source(count: usize) -> String {
    let mut source = String::from(
        "use std::time::Instant;\nuse serde::{Deserialize, Serialize};\nuse stomp_server::prelude::*;\n\n\
         #[derive(Serialize, Deserialize)]\nstruct Note { sender: String, text: String }\n",
    );
    for first in (0..count).step_by(50) {
        let controller = first / 50;
        let _ = write!(
            source,
            "#[derive(Component)]\nstruct C{controller} {{ template: SimpMessagingTemplate }}\n\
             #[controller(\"/c{controller}\")]\nimpl C{controller} {{\n"
        );
        for handler in first..count.min(first + 50) {
            let _ = write!(
                source,
                "    #[message_mapping(\"/h{handler}/<room>\")]\n    #[send_to(\"/topic/c{controller}/<room>\")]\n    \
                 async fn h{handler}(&self, room: String, Payload(note): Payload<Note>, user: Option<Principal>) -> Note {{\n        \
                 let _ = (&self.template, room, user);\n        note\n    }}\n"
            );
        }
        source.push_str("}\n");
    }
    source.push_str(
        "fn main() {\n    let start = Instant::now();\n    let server = StompServer::builder().build().expect(\"it is well-formed\");\n    \
         println!(\"{:.1} ms for {} handlers\", start.elapsed().as_secs_f64() * 1000.0, server.routes().count());\n}\n",
    );
    source
}

/// Makes cargo think that a file has changed.
fn touch(file: &Path) -> Result<()> {
    let text = fs::read(file)?;
    Ok(fs::write(file, text)?)
}

#[expect(clippy::disallowed_methods, reason = "it measures real time")]
fn now() -> Instant {
    Instant::now()
}
