//! Instructions and allocations of a fan-out, per delivery: the slope between two lengths of run.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::callgrind::{Callgrind, slope};
use crate::fanout::Fanout;
use crate::report::{Report, progress};
use crate::target::{Target, TargetArgs};

/// The bound on user instructions per delivery.
const INSTRUCTIONS_BOUND: f64 = 1000.0;

/// What counts as none: a reallocation of a list now and then is not one per delivery.
const ALLOCATIONS_BOUND: f64 = 0.01;

/// Milliseconds between two looks at the sockets.
const PAUSE: u64 = 1;

/// Options of `load instructions` and `load allocations`.
#[derive(Args, Clone, Debug)]
pub(crate) struct SlopeArgs {
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
    /// Messages that are published at once in the second pair of runs
    #[arg(long, default_value_t = 16)]
    burst: usize,
    /// Messages of the shorter run
    #[arg(long, default_value_t = 32)]
    short: usize,
    /// Messages of the longer run
    #[arg(long, default_value_t = 160)]
    long: usize,
    /// Folder that keeps the profiles of callgrind
    #[arg(long)]
    keep: Option<PathBuf>,
}

impl SlopeArgs {
    fn report(&self, scenario: &'static str) -> Report {
        let mut report = Report::new(scenario);
        report.setting("subscribers", self.subscribers);
        report.setting("bytes of payload", self.payload);
        report.setting("messages", format!("{} and {}", self.short, self.long));
        report
    }

    fn set_up<'a>(&self, target: &'a Target) -> Result<Fanout<'a>> {
        Fanout::set_up(target, &self.destination, self.subscribers, self.payload, PAUSE)
    }

    /// Both lengths of run, in bursts.
    fn lengths(&self, burst: usize) -> [usize; 2] {
        [self.short.div_ceil(burst), self.long.div_ceil(burst)]
    }

    /// Allocations of the server per message.
    fn allocations(&self, burst: usize) -> Result<f64> {
        progress(&format!(
            "{} subscribers, {burst} messages at once",
            self.subscribers
        ));
        let target = self.target.open()?;
        let count = || {
            let counted = target.counters().allocations;
            counted.context("the server does not count: build with `--features count-allocations`")
        };
        count()?;
        let mut fanout = self.set_up(&target)?;
        let publish = |times| fanout.publish(times, burst);
        let per_burst = slope(self.lengths(burst), publish, |work| {
            let before = count()?;
            work()?;
            Ok(count()? - before)
        })?;
        Ok(per_burst / burst as f64)
    }

    fn bursts(&self) -> [(usize, String); 2] {
        [
            (1, "1 in flight".to_owned()),
            (self.burst, format!("bursts of {}", self.burst)),
        ]
    }
}

/// Runs `load instructions`.
pub(crate) fn run(args: &SlopeArgs) -> Result<()> {
    let callgrind = Callgrind::find(&args.target, args.keep.as_deref())?;
    let mut report = args.report("fan-out: user instructions of the server per delivery");
    for (burst, name) in args.bursts() {
        progress(&format!("{name}, under callgrind"));
        let (target, mut profile) = callgrind.start(&format!("fanout-{burst}"))?;
        let mut fanout = args.set_up(&target)?;
        let per_burst = profile.slope(args.lengths(burst), |times| fanout.publish(times, burst))?;
        let per_delivery = per_burst / (burst * args.subscribers) as f64;
        report.bounded(name, "instructions", &[per_delivery], INSTRUCTIONS_BOUND);
    }
    report.print(args.target.json);
    Ok(())
}

/// Runs `load allocations`.
///
/// What a publish allocates once, whoever listens, is told apart from what it allocates for each subscriber by a
/// second measurement with a tenth of them.
pub(crate) fn run_allocations(args: &SlopeArgs) -> Result<()> {
    let few = SlopeArgs {
        subscribers: args.subscribers.div_ceil(10),
        ..args.clone()
    };
    let mut report = args.report("fan-out: allocations of the server");
    for (burst, name) in args.bursts() {
        let (at_few, at_all) = (few.allocations(burst)?, args.allocations(burst)?);
        let more = (args.subscribers - few.subscribers).max(1) as f64;
        let per_delivery = (at_all - at_few) / more;
        report.rounds(
            format!("{name}: per publish to {}", few.subscribers),
            "allocations",
            &[at_few],
        );
        report.rounds(
            format!("{name}: per publish to {}", args.subscribers),
            "allocations",
            &[at_all],
        );
        report.bounded(
            format!("{name}: per delivery"),
            "allocations",
            &[per_delivery],
            ALLOCATIONS_BOUND,
        );
    }
    report.print(args.target.json);
    Ok(())
}
