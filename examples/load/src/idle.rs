//! Many sessions that wait: what each keeps in the server's memory, before and after a burst.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;

use crate::client::{Connection, allow_sockets};
use crate::report::{Report, progress};
use crate::sampler::{CpuClock, resident};
use crate::sink::Sink;
use crate::target::{Target, TargetArgs};
use crate::wire::{stomp, websocket};

/// The bounds: KiB per session, and how far a burst may leave that behind.
const KIB_BOUND: f64 = 3.0;
const BURST_BOUND: f64 = 1.1;

/// Heart-beats are offered at this period and sent a little more often.
const PERIOD: Duration = Duration::from_secs(10);
const BEAT_SLOTS: usize = 90;
const SLOT: Duration = Duration::from_millis(100);

/// Sessions that share one source address: fewer than a usual range of ports.
const SESSIONS_PER_ADDRESS: usize = 20_000;

/// Options of `load idle`.
#[derive(Args, Clone, Debug)]
pub(crate) struct IdleArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Sessions
    #[arg(long, default_value_t = 8000)]
    sessions: usize,
    /// Where the messages go
    #[arg(long, default_value = "/topic/idle")]
    destination: String,
    /// Seconds of silence before memory is read
    #[arg(long, default_value_t = 30)]
    silence: u64,
    /// Messages of the burst
    #[arg(long, default_value_t = 8)]
    burst: usize,
    /// Bytes of a message of the burst
    #[arg(long, default_value_t = 16 * 1024)]
    burst_payload: usize,
}

/// Runs `load idle`.
pub(crate) fn run(args: &IdleArgs) -> Result<()> {
    let target = args.target.open()?;
    allow_sockets(args.sessions as u64)?;
    // Whatever is set up once is set up by one session that comes and goes.
    let mut first = target.session()?;
    first.subscribe("sub-0", &args.destination)?;
    first.send(&stomp::send(&args.destination, "", b"x"))?;
    first.expect("MESSAGE")?;
    drop(first);
    thread::sleep(Duration::from_millis(500));
    let empty = resident(target.pid)?;

    let mut crowd = Crowd::gather(&target, args)?;
    crowd.hush(args.silence)?;
    let quiet = resident(target.pid)?;
    let mut clock = CpuClock::new(target.pid);
    let (cpu, beats) = (clock.read()?, crowd.sink.beats());
    crowd.burst(args)?;
    let peak = resident(target.pid)?;
    crowd.hush(args.silence)?;
    let after = resident(target.pid)?;
    let (cpu, beats) = (clock.read()? - cpu, crowd.sink.beats() - beats);

    let per_session = |bytes: u64| bytes.saturating_sub(empty) as f64 / args.sessions as f64 / 1024.0;
    let mut report = Report::new("idle: growth of the server's resident memory per session");
    report.setting("server", &target.url);
    report.setting("sessions", args.sessions);
    report.setting("seconds of silence", args.silence);
    report.setting("burst", format!("{} × {} bytes", args.burst, args.burst_payload));
    report.setting("heart-beats received after the burst", beats);
    report.rounds(
        "resident before the first session",
        "KiB",
        &[empty as f64 / 1024.0],
    );
    report.bounded("after silence", "KiB", &[per_session(quiet)], KIB_BOUND);
    report.rounds("right after the burst", "KiB", &[per_session(peak)]);
    report.rounds("after silence again", "KiB", &[per_session(after)]);
    report.bounded(
        "the same ÷ before the burst",
        "",
        &[per_session(after) / per_session(quiet)],
        BURST_BOUND,
    );
    report.rounds("CPU for burst and silence", "ms", &[cpu as f64 / 1e6]);
    report.print(args.target.json);
    Ok(())
}

/// Sessions that keep up their heart-beats.
#[derive(Debug)]
struct Crowd {
    sink: Sink,
    publisher: Connection,
    beat: Vec<u8>,
    slot: usize,
    due: Instant,
}

impl Crowd {
    fn gather(target: &Target, args: &IdleArgs) -> Result<Self> {
        let mut beat = Vec::new();
        websocket::push_masked(&mut beat, websocket::TEXT, b"\n");
        // The publisher beats with its messages only, so it must not have promised to.
        let publisher = target.session()?;
        let sink = Sink::new(Duration::from_millis(2));
        let mut crowd = Self {
            sink,
            publisher,
            beat,
            slot: 0,
            due: Instant::now() + SLOT,
        };
        for index in 0..args.sessions {
            let session = join(target, args, index).with_context(|| format!("session {index}"))?;
            crowd.sink.add(session.into_stream()?)?;
            crowd.keep_up()?;
            if (index + 1).is_multiple_of(1000) {
                progress(&format!("{} of {} sessions", index + 1, args.sessions));
            }
        }
        crowd
            .publisher
            .send(&stomp::send(&args.destination, "", b"hello"))?;
        crowd.sink.wait(1)?;
        Ok(crowd)
    }

    fn burst(&mut self, args: &IdleArgs) -> Result<()> {
        progress("burst");
        let body = vec![b'x'; args.burst_payload];
        let mut bytes = Vec::new();
        websocket::push_masked(
            &mut bytes,
            websocket::TEXT,
            &stomp::send(&args.destination, "", &body),
        );
        self.publisher.send_raw(&bytes.repeat(args.burst))?;
        self.sink.wait(args.burst as u64)
    }

    /// Lets time pass.
    fn hush(&mut self, seconds: u64) -> Result<()> {
        progress(&format!("{seconds} s of silence"));
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            thread::sleep(Duration::from_millis(20));
            self.keep_up()?;
        }
        Ok(())
    }

    /// Sends the heart-beats that are due: each tenth of a second those of some sessions, all within nine seconds.
    fn keep_up(&mut self) -> Result<()> {
        while Instant::now() >= self.due {
            let sessions = (self.slot..self.sink.len()).step_by(BEAT_SLOTS);
            self.sink.send(sessions, &self.beat)?;
            if self.slot.is_multiple_of(10) {
                self.sink.drain()?;
            }
            self.slot = (self.slot + 1) % BEAT_SLOTS;
            self.due += SLOT;
        }
        Ok(())
    }
}

fn join(target: &Target, args: &IdleArgs, index: usize) -> Result<Connection> {
    let block = u8::try_from(index / SESSIONS_PER_ADDRESS).context("too many sessions")?;
    let source = target
        .url
        .resolve()?
        .ip()
        .is_loopback()
        .then(|| Ipv4Addr::new(127, 0, 0, 1 + block));
    let mut session = Connection::open(&target.url, source)?;
    session.connect(
        &target.login,
        u32::try_from(PERIOD.as_millis()).context("a short period")?,
    )?;
    session.subscribe("sub-0", &args.destination)?;
    Ok(session)
}
