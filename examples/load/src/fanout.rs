//! One publisher, many subscribers of one destination: what a delivery costs the server.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::client::{Connection, allow_sockets};
use crate::floor::{CURVE, Floor, How, Pass};
use crate::report::{Report, progress};
use crate::sampler::{CpuClock, data_packets, resident};
use crate::sink::Sink;
use crate::stats::{interpolate, percentile, sorted};
use crate::target::{Target, TargetArgs};
use crate::wire::{stomp, websocket};

/// The bounds: × the floor with one message in flight, and with bursts.
const SINGLE_BOUND: f64 = 1.25;
const BURST_BOUND: f64 = 1.45;

/// Options of `load fanout`.
#[derive(Args, Clone, Debug)]
pub(crate) struct FanoutArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Where the messages go
    #[arg(long, default_value = "/topic/load")]
    destination: String,
    /// Sessions, one subscription each
    #[arg(long, default_value_t = 1000)]
    subscribers: usize,
    /// Bytes of a message's body
    #[arg(long, default_value_t = 128)]
    payload: usize,
    /// Messages that are published at once in the second half of a round
    #[arg(long, default_value_t = 16)]
    burst: usize,
    /// Rounds; medians are shown
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Messages in a round with one in flight
    #[arg(long, default_value_t = 200)]
    messages: usize,
    /// Bursts in a round
    #[arg(long, default_value_t = 40)]
    bursts: usize,
    /// Messages whose time of arrival is taken, after the rounds
    #[arg(long, default_value_t = 200)]
    timed: usize,
    /// Milliseconds between two looks at the sockets
    #[arg(long, default_value_t = 5)]
    pause: u64,
    /// Frames per write in bursts, if it is known better than it can be counted
    #[arg(long)]
    frames_per_write: Option<f64>,
}

/// What the rounds found.
#[derive(Debug, Default)]
struct Costs {
    single: Vec<f64>,
    single_floor: Vec<f64>,
    single_ratio: Vec<f64>,
    burst: Vec<f64>,
    burst_floor: Vec<f64>,
    burst_ratio: Vec<f64>,
    frames_per_write: Vec<f64>,
    counted_frames_per_write: Vec<f64>,
    gathered: Vec<f64>,
    curve: [Vec<f64>; CURVE.len()],
}

/// Runs `load fanout`.
pub(crate) fn run(args: &FanoutArgs) -> Result<()> {
    let target = args.target.open()?;
    let before = resident(target.pid)?;
    let mut fanout = Fanout::set_up(
        &target,
        &args.destination,
        args.subscribers,
        args.payload,
        args.pause,
    )?;
    let per_session =
        (resident(target.pid)?.saturating_sub(before)) as f64 / args.subscribers as f64 / 1024.0;
    let pause = Duration::from_millis(args.pause);
    let mut floor = Floor::start(target.pinning, args.subscribers, &fanout.frame, pause)?;
    let mut costs = Costs::default();
    for round in 1..=args.rounds {
        progress(&format!("fan-out, round {round} of {}", args.rounds));
        measure_single(args, &mut fanout, &mut floor, &mut costs)?;
        measure_bursts(args, &mut fanout, &mut floor, &mut costs)?;
    }
    progress("fan-out, times of arrival");
    let times = fanout.times(args.timed)?;

    let mut report = Report::new("fan-out: CPU of the server process per delivery");
    report.setting("server", &target.url);
    report.setting("subscribers", args.subscribers);
    report.setting("bytes of payload", args.payload);
    report.setting("bytes of a frame", fanout.frame.len());
    report.setting("pinned", target.pinning.describe());
    costs.report(&mut report, args);
    for percent in [50.0, 99.0, 100.0] {
        let time = percentile(&times, percent);
        report.rounds(format!("arrival, percentile {percent}"), "µs", time.as_slice());
    }
    report.rounds("resident memory per subscriber", "KiB", &[per_session]);
    report.print(args.target.json);
    Ok(())
}

impl Costs {
    fn report(&self, report: &mut Report, args: &FanoutArgs) {
        report.rounds("1 in flight: server", "ns", &self.single);
        report.rounds("1 in flight: floor, bare send", "ns", &self.single_floor);
        report.bounded(
            "1 in flight: server ÷ floor",
            "",
            &self.single_ratio,
            SINGLE_BOUND,
        );
        let burst = args.burst;
        report.rounds(format!("bursts of {burst}: server"), "ns", &self.burst);
        report.rounds(
            format!("bursts of {burst}: frames per write"),
            "",
            &self.frames_per_write,
        );
        report.rounds(
            format!("bursts of {burst}: frames per write, server's count"),
            "",
            &self.counted_frames_per_write,
        );
        report.rounds(
            format!("bursts of {burst}: floor at that number"),
            "ns",
            &self.burst_floor,
        );
        report.bounded(
            format!("bursts of {burst}: server ÷ floor"),
            "",
            &self.burst_ratio,
            BURST_BOUND,
        );
        for (frames, costs) in CURVE.into_iter().zip(&self.curve) {
            report.rounds(format!("floor, {frames} joined per send"), "ns", costs);
        }
        report.rounds("floor, 16 gathered per writev", "ns", &self.gathered);
    }
}

fn measure_single(
    args: &FanoutArgs,
    fanout: &mut Fanout<'_>,
    floor: &mut Floor,
    costs: &mut Costs,
) -> Result<()> {
    let server = fanout.measure(args.messages, 1)?;
    let bare = floor.measure(
        args.messages,
        Pass {
            how: How::Joined,
            frames: 1,
            sweeps: 1,
        },
    )?;
    costs.single.push(server.cost);
    costs.single_floor.push(bare);
    costs.single_ratio.push(server.cost / bare);
    Ok(())
}

fn measure_bursts(
    args: &FanoutArgs,
    fanout: &mut Fanout<'_>,
    floor: &mut Floor,
    costs: &mut Costs,
) -> Result<()> {
    let server = fanout.measure(args.bursts, args.burst)?;
    let mut curve = Vec::new();
    for (frames, all) in CURVE.into_iter().zip(&mut costs.curve) {
        // The same frames to each socket before it is read, in as many writes as that takes.
        let sweeps = args.burst.div_ceil(frames);
        let cost = floor.measure(
            args.bursts,
            Pass {
                how: How::Joined,
                frames,
                sweeps,
            },
        )?;
        curve.push((frames as f64, cost));
        all.push(cost);
    }
    costs.gathered.push(floor.measure(
        args.bursts,
        Pass {
            how: How::Gathered,
            frames: 16,
            sweeps: 1,
        },
    )?);
    let frames = args
        .frames_per_write
        .or(server.counted_frames_per_write)
        .unwrap_or(server.frames_per_write);
    let bare = interpolate(&curve, frames).unwrap_or(f64::NAN);
    costs.burst.push(server.cost);
    costs.frames_per_write.push(server.frames_per_write);
    costs
        .counted_frames_per_write
        .extend(server.counted_frames_per_write);
    costs.burst_floor.push(bare);
    costs.burst_ratio.push(server.cost / bare);
    Ok(())
}

/// A publisher and its subscribers.
#[derive(Debug)]
pub(crate) struct Fanout<'a> {
    target: &'a Target,
    publisher: Connection,
    sink: Sink,
    clock: CpuClock,
    /// SEND, as the publisher writes it.
    request: Vec<u8>,
    /// MESSAGE, as the server wrote the first one.
    frame: Vec<u8>,
}

/// What one part of a round found.
#[derive(Clone, Copy, Debug)]
struct Measured {
    /// Nanoseconds per delivery.
    cost: f64,
    /// As the kernel's count of packets tells.
    frames_per_write: f64,
    /// As the server says itself.
    counted_frames_per_write: Option<f64>,
}

impl<'a> Fanout<'a> {
    /// Connects everybody and publishes once, looking at each copy.
    pub(crate) fn set_up(
        target: &'a Target,
        destination: &str,
        subscribers: usize,
        payload: usize,
        pause: u64,
    ) -> Result<Self> {
        allow_sockets(2 * subscribers as u64)?;
        let body = vec![b'x'; payload];
        let mut request = Vec::new();
        let send = stomp::send(destination, "text/plain", &body);
        websocket::push_masked(&mut request, websocket::TEXT, &send);
        progress(&format!("connecting {subscribers} subscribers"));
        let mut sessions = Vec::with_capacity(subscribers);
        for _ in 0..subscribers {
            let mut session = target.session()?;
            session.subscribe("sub-0", destination)?;
            sessions.push(session);
        }
        let mut publisher = target.session()?;
        publisher.send_raw(&request)?;
        let mut sink = Sink::new(Duration::from_millis(pause));
        let mut frame = Vec::new();
        for mut session in sessions {
            let message = session.expect("MESSAGE")?;
            if message.body != body || message.header("subscription") != Some("sub-0") {
                bail!("a subscriber received something else than was published: {message:?}");
            }
            frame = session.last_bytes().to_vec();
            sink.add(session.into_stream()?)?;
        }
        let clock = CpuClock::new(target.pid);
        Ok(Self {
            target,
            publisher,
            sink,
            clock,
            request,
            frame,
        })
    }

    /// Publishes `burst` messages at once, `times` times, each time waiting until all have come.
    pub(crate) fn publish(&mut self, times: usize, burst: usize) -> Result<()> {
        let bytes = self.request.repeat(burst);
        for _ in 0..times {
            self.publisher.send_raw(&bytes)?;
            self.sink.wait(burst as u64)?;
        }
        Ok(())
    }

    fn measure(&mut self, times: usize, burst: usize) -> Result<Measured> {
        let counters = self.target.counters();
        let packets = data_packets(self.target.pid)?;
        let before = self.clock.read()?;
        self.publish(times, burst)?;
        let used = self.clock.read()? - before;
        let packets = data_packets(self.target.pid)?.saturating_sub(packets + times as u64);
        let after = self.target.counters();
        let deliveries = (times * burst * self.sink.len()) as f64;
        Ok(Measured {
            cost: used as f64 / deliveries,
            frames_per_write: deliveries / packets.max(1) as f64,
            counted_frames_per_write: grown(counters.frames, after.frames)
                .zip(grown(counters.writes, after.writes))
                .map(|(frames, writes)| frames / writes.max(1.0)),
        })
    }

    /// Times of arrival in ascending order, in microseconds.
    fn times(&mut self, messages: usize) -> Result<Vec<f64>> {
        let mut all = Vec::with_capacity(messages * self.sink.len());
        for _ in 0..messages {
            let times = self.sink.time(|| self.publisher.send_raw(&self.request))?;
            all.extend(times.iter().map(|time| time.as_secs_f64() * 1e6));
        }
        Ok(sorted(&all))
    }
}

fn grown(before: Option<u64>, after: Option<u64>) -> Option<f64> {
    Some(after?.saturating_sub(before?) as f64)
}
