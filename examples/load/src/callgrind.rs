//! Runs the server under callgrind and counts the instructions it executed in user space.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::pin::Pinning;
use crate::target::{Target, TargetArgs};

/// Writing out the profile takes callgrind a while.
const PATIENCE: Duration = Duration::from_secs(300);

/// A way to count instructions.
#[derive(Debug)]
pub(crate) struct Callgrind {
    /// Where profiles stay, if they are wanted.
    keep: Option<PathBuf>,
    runs: u32,
}

impl Callgrind {
    /// Checks that callgrind is there and the server is one that it can run.
    pub(crate) fn find(args: &TargetArgs, keep: Option<PathBuf>) -> Result<Self> {
        if args.is_foreign() {
            bail!("instructions can only be counted in a server that this program starts: leave out --url");
        }
        if cfg!(feature = "count-allocations") {
            bail!("counting allocations executes instructions, too: build without `count-allocations`");
        }
        let found = Command::new("valgrind")
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        if !found.is_ok_and(|status| status.success()) {
            bail!("valgrind is not installed (Debian, Ubuntu: `apt-get install valgrind`)");
        }
        if let Some(keep) = &keep {
            fs::create_dir_all(keep).with_context(|| format!("cannot make {}", keep.display()))?;
        }
        Ok(Self { keep, runs: 0 })
    }

    /// The instructions of a server from its start to its end, with `work` in between.
    pub(crate) fn count(
        &mut self,
        args: &TargetArgs,
        name: &str,
        work: impl FnOnce(&Target) -> Result<()>,
    ) -> Result<u64> {
        self.runs += 1;
        let file = match &self.keep {
            Some(folder) => folder.join(format!("callgrind.out.{name}")),
            None => std::env::temp_dir().join(format!("load-callgrind-{}-{}", std::process::id(), self.runs)),
        };
        let launcher = [
            "valgrind".to_owned(),
            "--quiet".to_owned(),
            "--tool=callgrind".to_owned(),
            format!("--callgrind-out-file={}", file.display()),
        ];
        let target = args.one_worker().start(&launcher, Pinning::set_up(false))?;
        work(&target)?;
        target.into_child()?.stop(PATIENCE)?;
        let instructions = read_total(&file);
        if self.keep.is_none() {
            // A temporary file that cannot be removed is no reason to lose the figure.
            let _ = fs::remove_file(&file);
        }
        instructions
    }
}

/// The slope of a cost between two lengths of run.
pub(crate) fn slope(short: (usize, u64), long: (usize, u64)) -> f64 {
    (long.1 as f64 - short.1 as f64) / (long.0 as f64 - short.0 as f64)
}

fn read_total(file: &Path) -> Result<u64> {
    let text = fs::read_to_string(file).with_context(|| format!("no profile at {}", file.display()))?;
    parse_total(&text).context("the profile has no total")
}

fn parse_total(profile: &str) -> Option<u64> {
    let line = profile
        .lines()
        .find_map(|line| line.strip_prefix("summary:").or(line.strip_prefix("totals:")))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{parse_total, slope};

    #[test]
    fn the_total_is_in_the_summary() {
        let profile = "version: 1\ncreator: callgrind-3.19.0\nevents: Ir\nsummary: 123456\n\nob=(1) /bin/x\ntotals: 9\n";
        assert_eq!(parse_total(profile), Some(123_456));
        assert_eq!(parse_total("events: Ir\ntotals: 77\n"), Some(77));
        assert_eq!(parse_total("events: Ir\n"), None);
    }

    #[test]
    fn a_slope_leaves_out_what_is_done_once() {
        assert_eq!(slope((10, 5_000), (20, 6_000)), 100.0);
    }
}
