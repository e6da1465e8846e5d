//! Instructions and allocations of a fan-out, per delivery: the slope between two lengths of run.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::callgrind::{Callgrind, slope};
use crate::fanout::Fanout;
use crate::report::{Report, progress};
use crate::target::TargetArgs;

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

    fn bursts(&self) -> [(usize, String); 2] {
        [
            (1, "1 in flight".to_owned()),
            (self.burst, format!("bursts of {}", self.burst)),
        ]
    }
}

/// Runs `load instructions`.
pub(crate) fn run(args: &SlopeArgs) -> Result<()> {
    let mut callgrind = Callgrind::find(&args.target, args.keep.clone())?;
    let mut report = args.report("fan-out: user instructions of the server per delivery");
    for (burst, name) in args.bursts() {
        let mut count = |messages: usize| -> Result<(usize, u64)> {
            progress(&format!("{name}, {messages} messages under callgrind"));
            let times = messages.div_ceil(burst);
            let file = format!("fanout-{burst}-{messages}");
            let counted = callgrind.count(&args.target, &file, |target| {
                let mut fanout =
                    Fanout::set_up(target, &args.destination, args.subscribers, args.payload, PAUSE)?;
                fanout.publish(times, burst)
            })?;
            Ok((times * burst * args.subscribers, counted))
        };
        let per_delivery = slope(count(args.short)?, count(args.long)?);
        report.bounded(name, "instructions", &[per_delivery], INSTRUCTIONS_BOUND);
    }
    report.print(args.target.json);
    Ok(())
}

/// Runs `load allocations`.
pub(crate) fn run_allocations(args: &SlopeArgs) -> Result<()> {
    let target = args.target.open()?;
    let count = || -> Result<u64> {
        let counted = target.counters().allocations;
        counted.context("the server does not count: build with `--features count-allocations`")
    };
    count()?;
    let mut fanout = Fanout::set_up(&target, &args.destination, args.subscribers, args.payload, PAUSE)?;
    let mut report = args.report("fan-out: allocations of the server per delivery");
    for (burst, name) in args.bursts() {
        let mut grown = |messages: usize| -> Result<(usize, u64)> {
            progress(&format!("{name}, {messages} messages"));
            let times = messages.div_ceil(burst);
            let before = count()?;
            fanout.publish(times, burst)?;
            Ok((times * burst * args.subscribers, count()? - before))
        };
        grown(args.short)?;
        let per_delivery = slope(grown(args.short)?, grown(args.long)?);
        report.bounded(name, "allocations", &[per_delivery], ALLOCATIONS_BOUND);
    }
    report.print(args.target.json);
    Ok(())
}
