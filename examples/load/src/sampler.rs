//! What the kernel says about another process: CPU time, resident memory, packets sent.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// Long enough to finish what was left to do when the last message had come.
const REST: Duration = Duration::from_millis(3);

/// CPU time of a process, to the nanosecond.
///
/// Read from `/proc/PID/task/*/schedstat`. A thread that has ended keeps what it had used when it was last seen; what
/// it used after that is lost. The figure of a running thread may be one tick old, so a reading waits a moment for the
/// process to come to rest.
#[derive(Debug)]
pub(crate) struct CpuClock {
    pid: u32,
    seen: BTreeMap<u32, u64>,
}

impl CpuClock {
    /// The clock of one process.
    pub(crate) fn new(pid: u32) -> Self {
        Self {
            pid,
            seen: BTreeMap::new(),
        }
    }

    /// Nanoseconds of CPU used so far by all threads.
    ///
    /// # Errors
    ///
    /// When the process is gone or another user's, or the kernel keeps no scheduler statistics.
    pub(crate) fn read(&mut self) -> Result<u64> {
        thread::sleep(REST);
        let tasks = format!("/proc/{}/task", self.pid);
        for entry in fs::read_dir(&tasks).with_context(|| format!("cannot list {tasks}"))? {
            let entry = entry?;
            let Some(thread) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // A thread may end between the listing and the reading.
            let Ok(text) = fs::read_to_string(entry.path().join("schedstat")) else {
                continue;
            };
            let used = parse_schedstat(&text).context("the kernel keeps no schedstat")?;
            self.seen.insert(thread, used);
        }
        Ok(self.seen.values().sum())
    }
}

fn parse_schedstat(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().next()?.parse().ok()
}

/// Resident memory of a process in bytes.
///
/// `smaps_rollup` walks the page table and is exact; `VmRSS`, the fall-back, is a sum of per-CPU counters that may be
/// off by some hundred KiB.
///
/// # Errors
///
/// When neither can be read.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    let exact = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"));
    let kib = exact.ok().and_then(|text| parse_kib(&text, "Rss:"));
    if let Some(kib) = kib {
        return Ok(kib * 1024);
    }
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("cannot read memory use")?;
    parse_kib(&status, "VmRSS:")
        .map(|kib| kib * 1024)
        .context("no VmRSS in the process's status")
}

fn parse_kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// TCP packets with data that the process's network namespace has sent so far.
///
/// On loopback a write without Nagle's delay is one packet of up to 64 KiB, so the growth of this counter tells how
/// many writes the server made, whatever the server is. Other traffic of the namespace counts along.
///
/// # Errors
///
/// When the kernel does not count them.
pub(crate) fn data_packets(pid: u32) -> Result<u64> {
    let text =
        fs::read_to_string(format!("/proc/{pid}/net/netstat")).context("cannot read packet counters")?;
    parse_netstat(&text, "TcpExt:", "TCPOrigDataSent").context("the kernel does not count TCPOrigDataSent")
}

fn parse_netstat(text: &str, table: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(table));
    let (names, values) = (lines.next()?, lines.next()?);
    let column = names.split_ascii_whitespace().position(|it| it == name)?;
    values.split_ascii_whitespace().nth(column)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{CpuClock, parse_kib, parse_netstat, parse_schedstat, resident};

    #[test]
    fn schedstat_begins_with_the_time_on_a_cpu() {
        assert_eq!(parse_schedstat("894795 120 7\n"), Some(894_795));
        assert_eq!(parse_schedstat(""), None);
    }

    #[test]
    fn memory_is_found_by_its_name() {
        let rollup = "55d0-7ffe ---p 00000000 00:00 0   [rollup]\nRss:                1184 kB\nPss:  90 kB\n";
        assert_eq!(parse_kib(rollup, "Rss:"), Some(1184));
        assert_eq!(parse_kib("VmSize:\t 10 kB\nVmRSS:\t   8 kB\n", "VmRSS:"), Some(8));
        assert_eq!(parse_kib("", "Rss:"), None);
    }

    #[test]
    fn counters_are_found_by_column() {
        let text = "TcpExt: A TCPOrigDataSent B\nTcpExt: 1 42 3\nIpExt: A\nIpExt: 9\n";
        assert_eq!(parse_netstat(text, "TcpExt:", "TCPOrigDataSent"), Some(42));
        assert_eq!(parse_netstat(text, "TcpExt:", "C"), None);
    }

    #[test]
    fn this_process_can_be_read() {
        let pid = std::process::id();
        assert!(CpuClock::new(pid).read().unwrap() > 0);
        assert!(resident(pid).unwrap() > 100 * 1024);
    }
}
