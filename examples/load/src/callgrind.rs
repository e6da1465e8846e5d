//! Runs the server under callgrind and counts the instructions it executes in user space.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::pin::Pinning;
use crate::target::{Target, TargetArgs};

/// Starts servers under callgrind.
#[derive(Debug)]
pub(crate) struct Callgrind<'a> {
    args: &'a TargetArgs,
    keep: Option<&'a Path>,
}

impl<'a> Callgrind<'a> {
    /// Checks that callgrind is there and the server is one that it can run; `keep` is a folder for the profiles.
    pub(crate) fn find(args: &'a TargetArgs, keep: Option<&'a Path>) -> Result<Self> {
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
        if let Some(keep) = keep {
            fs::create_dir_all(keep).with_context(|| format!("cannot make {}", keep.display()))?;
        }
        Ok(Self { args, keep })
    }

    /// Starts a server with one worker; its profiles are called `name`.
    pub(crate) fn start(&self, name: &str) -> Result<(Target, Profile)> {
        let file = match self.keep {
            Some(folder) => folder.join(format!("callgrind.out.{name}")),
            None => std::env::temp_dir().join(format!("load-callgrind-{}-{name}", std::process::id())),
        };
        let launcher = [
            "valgrind".to_owned(),
            "--quiet".to_owned(),
            "--tool=callgrind".to_owned(),
            format!("--callgrind-out-file={}", file.display()),
        ];
        let target = self.args.one_worker().start(&launcher, Pinning::set_up(false))?;
        let profile = Profile {
            pid: target.pid,
            file,
            dumps: 0,
            keep: self.keep.is_some(),
        };
        Ok((target, profile))
    }
}

/// What callgrind counts in one process.
#[derive(Debug)]
pub(crate) struct Profile {
    pid: u32,
    file: PathBuf,
    dumps: u32,
    keep: bool,
}

impl Profile {
    /// The instructions that the process executes for `work`.
    pub(crate) fn count(&mut self, work: impl FnOnce() -> Result<()>) -> Result<u64> {
        self.dump()?;
        work()?;
        self.dump()
    }

    /// The slope of the instructions between two lengths of `work`, which leaves out what is done once.
    pub(crate) fn slope(
        &mut self,
        lengths: [usize; 2],
        work: impl FnMut(usize) -> Result<()>,
    ) -> Result<f64> {
        slope(lengths, work, |work| self.count(work))
    }

    /// The instructions since the last dump, or the start.
    fn dump(&mut self) -> Result<u64> {
        let mut control = Command::new("callgrind_control");
        control
            .arg("--dump")
            .arg(self.pid.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = control
            .status()
            .context("cannot run callgrind_control, which comes with valgrind")?;
        if !status.success() {
            bail!("callgrind_control cannot reach the server: {status}");
        }
        self.dumps += 1;
        let file = self.dumped(self.dumps);
        let text = fs::read_to_string(&file).with_context(|| format!("no profile at {}", file.display()))?;
        parse_total(&text).context("the profile has no total")
    }

    fn dumped(&self, number: u32) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        // Temporary files that cannot be removed are no reason to lose the figures.
        let _ = fs::remove_file(&self.file);
        for number in 1..=self.dumps {
            let _ = fs::remove_file(self.dumped(number));
        }
    }
}

/// What `work` costs per unit: the slope of `cost` between two lengths, after a first run that is not counted.
pub(crate) fn slope(
    [short, long]: [usize; 2],
    mut work: impl FnMut(usize) -> Result<()>,
    mut cost: impl FnMut(&mut dyn FnMut() -> Result<()>) -> Result<u64>,
) -> Result<f64> {
    work(short)?;
    let at_short = cost(&mut || work(short))?;
    let at_long = cost(&mut || work(long))?;
    Ok((at_long as f64 - at_short as f64) / (long as f64 - short as f64))
}

fn parse_total(profile: &str) -> Option<u64> {
    let total = |line: &'_ str| {
        line.strip_prefix("summary:")
            .or(line.strip_prefix("totals:"))
            .map(str::to_owned)
    };
    profile
        .lines()
        .find_map(total)?
        .split_ascii_whitespace()
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{parse_total, slope};

    #[test]
    fn the_total_is_in_the_summary() {
        let profile = "version: 1\nevents: Ir\nsummary: 123456\n\nob=(1) /bin/x\ntotals: 9\n";
        assert_eq!(parse_total(profile), Some(123_456));
        assert_eq!(parse_total("events: Ir\ntotals: 77\n"), Some(77));
        assert_eq!(parse_total("events: Ir\n"), None);
    }

    #[test]
    fn a_slope_leaves_out_what_is_done_once() {
        let done = std::cell::Cell::new(0);
        let work = |times: usize| {
            done.set(100 * times as u64 + 4000);
            Ok(())
        };
        let per_unit = slope([10, 20], work, |work| work().map(|()| done.get()));
        assert_eq!(per_unit.unwrap(), 100.0);
    }
}
