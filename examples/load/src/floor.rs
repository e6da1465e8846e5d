//! The floor: a process that does nothing but send, to measure servers against.
//!
//! `load floor-worker` (hidden) accepts sockets and writes to them on command, one thread and no runtime. It runs
//! where the server runs, writes the bytes that the server wrote, and is read by the same kind of sink.

use std::io::{BufRead, BufReader, ErrorKind, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::child::{self, Child};
use crate::client::{allow_sockets, dial};
use crate::pin::Pinning;
use crate::report::{Report, progress};
use crate::sampler::CpuClock;
use crate::sink::Sink;
use crate::wire::websocket::{TEXT, push_unmasked};

/// The numbers of frames per write at which the curve is taken.
pub(crate) const CURVE: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// Options of `load floor`.
#[derive(Args, Clone, Debug)]
pub(crate) struct FloorArgs {
    /// Sockets to write to
    #[arg(long, default_value_t = 1000)]
    sockets: usize,
    /// Bytes of a finished frame, its WebSocket head included
    #[arg(long, default_value_t = 226)]
    frame: usize,
    /// Rounds; the median is shown
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Passes over all sockets in a round
    #[arg(long, default_value_t = 100)]
    passes: usize,
    /// Milliseconds between two looks at the sockets
    #[arg(long, default_value_t = 5)]
    pause: u64,
    /// Leave the placement of processes to the system
    #[arg(long)]
    no_pin: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Runs `load floor`.
pub(crate) fn run(args: &FloorArgs) -> Result<()> {
    let pinning = Pinning::set_up(!args.no_pin);
    let mut frame = Vec::new();
    push_unmasked(&mut frame, TEXT, &vec![b'x'; args.frame.saturating_sub(4)]);
    let mut floor = Floor::start(pinning, args.sockets, &frame, Duration::from_millis(args.pause))?;
    let mut joined = CURVE.map(|_| Vec::new());
    let (mut gathered, mut noise) = (Vec::new(), Vec::new());
    for round in 1..=args.rounds {
        progress(&format!("floor, round {round} of {}", args.rounds));
        for (frames, costs) in CURVE.into_iter().zip(&mut joined) {
            costs.push(floor.measure(
                args.passes,
                Pass {
                    how: How::Joined,
                    frames,
                    sweeps: 1,
                },
            )?);
        }
        let gather = Pass {
            how: How::Gathered,
            frames: 16,
            sweeps: 1,
        };
        gathered.push(floor.measure(args.passes, gather)?);
        // The ratio of a thing to itself shows what a ratio is worth here.
        let bare = Pass {
            how: How::Joined,
            frames: 1,
            sweeps: 1,
        };
        noise.push(floor.measure(args.passes, bare)? / floor.measure(args.passes, bare)?);
    }
    let mut report = Report::new("floor: CPU per frame of a process that only sends");
    report.setting("sockets", args.sockets);
    report.setting("bytes per frame", frame.len());
    report.setting("pinned", pinning.describe());
    for (frames, costs) in CURVE.into_iter().zip(&joined) {
        let name = if frames == 1 {
            "bare send".to_owned()
        } else {
            format!("{frames} frames joined in one send")
        };
        report.rounds(name, "ns", costs);
    }
    report.rounds("16 frames gathered in one writev", "ns", &gathered);
    report.rounds("bare send ÷ bare send, measured in turns", "", &noise);
    report.print(args.json);
    Ok(())
}

/// How the frames of one write are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// In one buffer, for `send`.
    Joined,
    /// As pieces, for `writev`.
    Gathered,
}

/// What the worker does on one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    /// How frames are put together.
    pub(crate) how: How,
    /// Frames in a write.
    pub(crate) frames: usize,
    /// How often it goes over all sockets, one write each.
    pub(crate) sweeps: usize,
}

impl Pass {
    fn line(self) -> String {
        let how = if self.how == How::Joined {
            "joined"
        } else {
            "gathered"
        };
        format!("{how} {} {}\n", self.frames, self.sweeps)
    }
}

impl FromStr for Pass {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let mut words = line.split_ascii_whitespace();
        let how = match words.next() {
            Some("joined") => How::Joined,
            Some("gathered") => How::Gathered,
            other => bail!("unknown command {other:?}"),
        };
        let mut number = || {
            words
                .next()
                .context("a number is missing")?
                .parse::<usize>()
                .context("no number")
        };
        Ok(Self {
            how,
            frames: number()?,
            sweeps: number()?,
        })
    }
}

/// The worker, with the sink that reads what it writes.
#[derive(Debug)]
pub(crate) struct Floor {
    control: BufReader<TcpStream>,
    sink: Sink,
    clock: CpuClock,
    _worker: Child,
}

impl Floor {
    /// Starts a worker that writes `frame` to so many sockets.
    pub(crate) fn start(pinning: Pinning, sockets: usize, frame: &[u8], pause: Duration) -> Result<Self> {
        allow_sockets(sockets as u64)?;
        let worker = Child::start(&pinning.launcher(), &["floor-worker".to_owned()])?;
        let mut control = dial(worker.address, None)?;
        control.write_all(format!("{sockets} {}\n", frame.len()).as_bytes())?;
        control.write_all(frame)?;
        let mut sink = Sink::new(pause);
        for _ in 0..sockets {
            sink.add(dial(worker.address, None)?)?;
        }
        let clock = CpuClock::new(worker.pid());
        let mut floor = Self {
            control: BufReader::new(control),
            sink,
            clock,
            _worker: worker,
        };
        floor.pass(Pass {
            how: How::Joined,
            frames: 1,
            sweeps: 2,
        })?;
        Ok(floor)
    }

    /// Nanoseconds of the worker's CPU per frame, over so many passes.
    pub(crate) fn measure(&mut self, passes: usize, pass: Pass) -> Result<f64> {
        let before = self.clock.read()?;
        for _ in 0..passes {
            self.pass(pass)?;
        }
        let used = self.clock.read()? - before;
        Ok(used as f64 / (passes * pass.frames * pass.sweeps * self.sink.len()) as f64)
    }

    fn pass(&mut self, pass: Pass) -> Result<()> {
        self.control.get_mut().write_all(pass.line().as_bytes())?;
        self.sink.wait((pass.frames * pass.sweeps) as u64)?;
        let mut answer = String::new();
        self.control.read_line(&mut answer)?;
        if answer != "done\n" {
            bail!("the floor's worker ended");
        }
        Ok(())
    }
}

/// Runs `load floor-worker`.
pub(crate) fn work() -> Result<()> {
    thread::spawn(|| {
        child::wait_for_eof();
        std::process::exit(0);
    });
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    child::announce(listener.local_addr()?)?;
    let mut control = BufReader::new(listener.accept()?.0);
    let (sockets, frame) = read_task(&mut control)?;
    allow_sockets(sockets as u64)?;
    let sockets = (0..sockets)
        .map(|_| accept(&listener))
        .collect::<Result<Vec<_>>>()?;
    let mut line = String::new();
    while control.read_line(&mut line)? > 0 {
        perform(line.parse()?, &sockets, &frame)?;
        control.get_mut().write_all(b"done\n")?;
        line.clear();
    }
    Ok(())
}

fn read_task(control: &mut BufReader<TcpStream>) -> Result<(usize, Vec<u8>)> {
    let mut line = String::new();
    control.read_line(&mut line)?;
    let (sockets, length) = line.trim_end().split_once(' ').context("no task")?;
    let mut frame = vec![0; length.parse()?];
    control.read_exact(&mut frame)?;
    Ok((sockets.parse()?, frame))
}

fn accept(listener: &TcpListener) -> Result<TcpStream> {
    let (socket, _) = listener.accept()?;
    socket.set_nodelay(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn perform(pass: Pass, sockets: &[TcpStream], frame: &[u8]) -> Result<()> {
    let joined = frame.repeat(pass.frames);
    let pieces = vec![IoSlice::new(frame); pass.frames];
    for _ in 0..pass.sweeps {
        for mut socket in sockets {
            let wrote = match pass.how {
                How::Joined => socket.write(&joined),
                How::Gathered => socket.write_vectored(&pieces),
            };
            let wrote = match wrote {
                Ok(wrote) => wrote,
                Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
                Err(error) => return Err(error.into()),
            };
            if wrote < joined.len() {
                finish(socket, &joined[wrote..])?;
            }
        }
    }
    Ok(())
}

/// What a full socket did not take; sockets that are drained do not get here.
fn finish(mut socket: &TcpStream, mut rest: &[u8]) -> Result<()> {
    while !rest.is_empty() {
        match socket.write(rest) {
            Ok(wrote) => rest = &rest[wrote..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{How, Pass};

    #[test]
    fn a_command_survives_its_line() {
        for how in [How::Joined, How::Gathered] {
            let pass = Pass {
                how,
                frames: 16,
                sweeps: 3,
            };
            assert_eq!(pass.line().parse::<Pass>().unwrap(), pass);
        }
        assert!("joined 1".parse::<Pass>().is_err());
        assert!("scattered 1 1".parse::<Pass>().is_err());
    }
}
