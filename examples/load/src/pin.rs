//! Keeps the measured process and the measuring one on processors of their own, by way of `taskset`.

use std::process::{Command, Stdio};

use crate::report::progress;

/// Which processes are pinned where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pinning(bool);

impl Pinning {
    /// Pins this process to processor 1, if that is wanted and possible, so that children can have processor 0.
    pub(crate) fn set_up(wanted: bool) -> Self {
        if !wanted {
            return Self(false);
        }
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let pinned = processors >= 2 && pin_self();
        if !pinned {
            progress("not pinned: that takes two processors and `taskset`");
        }
        Self(pinned)
    }

    /// What a child is started through.
    pub(crate) fn launcher(self) -> Vec<String> {
        let words: &[&str] = if self.0 { &["taskset", "-c", "0"] } else { &[] };
        words.iter().map(|&word| word.to_owned()).collect()
    }

    /// For the report.
    pub(crate) fn describe(self) -> &'static str {
        if self.0 {
            "server and floor on processor 0, clients on 1"
        } else {
            "none"
        }
    }
}

fn pin_self() -> bool {
    let pid = std::process::id().to_string();
    let mut command = Command::new("taskset");
    command
        .args(["-a", "-p", "-c", "1", &pid])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
