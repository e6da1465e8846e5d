//! What npm fetches or builds, the first time that it is needed.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

/// A folder with a `package.json` and its lock file.
#[derive(Debug, Clone)]
pub struct Npm {
    folder: PathBuf,
}

impl Npm {
    /// The package in `folder`.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The path of a file that `npm ci` brings; fetches it when it is not there.
    ///
    /// # Errors
    ///
    /// No npm, no network, or a package without that file.
    pub fn fetched(&self, file: &str) -> Result<PathBuf> {
        self.provided(file, &[&["ci", "--no-audit", "--no-fund"]])
    }

    /// The path of a file that `npm run build` makes; fetches and builds when it is not there.
    ///
    /// # Errors
    ///
    /// Those of [`fetched`](Self::fetched), and sources that do not build.
    pub fn built(&self, file: &str) -> Result<PathBuf> {
        self.provided(file, &[&["ci", "--no-audit", "--no-fund"], &["run", "build"]])
    }

    fn provided(&self, file: &str, steps: &[&[&str]]) -> Result<PathBuf> {
        let path = self.folder.join(file);
        if !path.is_file() {
            steps.iter().try_for_each(|step| self.run(step))?;
            ensure!(path.is_file(), "npm left no {file} in {}", self.folder.display());
        }
        Ok(path)
    }

    #[expect(clippy::print_stderr, reason = "says what it does before it takes a while")]
    fn run(&self, arguments: &[&str]) -> Result<()> {
        let shown = self.shown(arguments);
        eprintln!("the page is not complete yet: running {shown}");
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let status = Command::new(npm)
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => bail!("{shown} ended with {status}"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
                "npm is not there, and the page needs it once. Install Node 18 or newer (https://nodejs.org, or \
                 `apt-get install nodejs npm`) and run this again"
            ),
            Err(error) => Err(error).with_context(|| format!("cannot start {shown}")),
        }
    }

    fn shown(&self, arguments: &[&str]) -> String {
        let folder: &Path = &self.folder;
        format!("`npm {}` in {}", arguments.join(" "), folder.display())
    }
}
