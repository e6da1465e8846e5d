//! Processes that a run starts: they end with it, however it ends.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

/// What a child prints before its address.
pub(crate) const LISTENING: &str = "load: listening on http://";

/// A child of this program, that serves until its standard input ends.
///
/// The pipe ends with this process even if it is killed, so no child is left behind.
#[derive(Debug)]
pub(crate) struct Child {
    process: std::process::Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Child {
    /// Starts this program with `arguments`, by way of `launcher` (such as `taskset -c 0`), and waits until it
    /// listens.
    pub(crate) fn start(launcher: &[String], arguments: &[String]) -> Result<Self> {
        let program = std::env::current_exe().context("where is this program?")?;
        let mut command = match launcher {
            [] => Command::new(program),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        command
            .args(arguments)
            .arg("--stop-at-eof")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = command
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        match read_address(&mut process) {
            Ok(address) => Ok(Self { process, address }),
            Err(error) => {
                // Nothing to add to the error at hand if it cannot be killed: it has ended then.
                let _ = process.kill();
                let _ = process.wait();
                Err(error)
            }
        }
    }

    /// Its process identifier; `taskset` and `valgrind` keep it.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read_address(process: &mut std::process::Child) -> Result<SocketAddr> {
    let output = process.stdout.take().context("the child's output is piped")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next().transpose()? {
        if let Some(address) = line.strip_prefix(LISTENING) {
            // Whatever it prints later must not block it.
            thread::spawn(move || lines.for_each(drop));
            return address
                .parse()
                .with_context(|| format!("`{address}` is no address"));
        }
    }
    bail!("the child ended before it listened: {}", process.wait()?)
}

/// Waits until standard input ends, which is when the parent has.
pub(crate) fn wait_for_eof() {
    let mut buffer = [0; 64];
    // An error is an end, too.
    while std::io::stdin()
        .lock()
        .read(&mut buffer)
        .is_ok_and(|read| read > 0)
    {}
}

/// Prints the line that [`Child::start`] waits for.
pub(crate) fn announce(address: SocketAddr) -> Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{LISTENING}{address}")?;
    out.flush().context("cannot write to standard output")
}
