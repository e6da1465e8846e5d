//! Whether a publish costs more when there is more that it does not touch.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::callgrind::Callgrind;
use crate::client::{Connection, allow_sockets};
use crate::report::{Report, progress};
use crate::target::{Target, TargetArgs};
use crate::wire::stomp;

/// The bound: per cent more instructions per tenfold.
const BOUND: f64 = 5.0;

/// How many subscriptions one session holds: fewer than servers commonly allow.
const PER_SESSION: usize = 50;

/// Options of `load growth`.
#[derive(Args, Clone, Debug)]
pub(crate) struct GrowthArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// How many others there are, in ascending order
    #[arg(long, value_delimiter = ',', default_value = "100,1000")]
    sizes: Vec<usize>,
    /// Publishes of the shorter run
    #[arg(long, default_value_t = 500)]
    short: usize,
    /// Publishes of the longer run
    #[arg(long, default_value_t = 2500)]
    long: usize,
    /// Folder that keeps the profiles of callgrind
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// What there is more of.
#[derive(Clone, Copy, Debug)]
enum Others {
    Sessions,
    Destinations,
    Patterns,
}

impl Others {
    const ALL: [Self; 3] = [Self::Sessions, Self::Destinations, Self::Patterns];

    fn name(self) -> &'static str {
        match self {
            Self::Sessions => "idle sessions",
            Self::Destinations => "other exact destinations",
            Self::Patterns => "patterns under other prefixes",
        }
    }

    fn set_up(self, target: &Target, size: usize) -> Result<Vec<Connection>> {
        match self {
            Self::Sessions => (0..size).map(|_| target.session()).collect(),
            Self::Destinations => subscribe(target, size, |index| format!("/topic/other.{index}")),
            Self::Patterns => subscribe(target, size, |index| format!("/topic/other{index}/*")),
        }
    }
}

fn subscribe(target: &Target, size: usize, name: impl Fn(usize) -> String) -> Result<Vec<Connection>> {
    let mut sessions = Vec::new();
    for first in (0..size).step_by(PER_SESSION) {
        let mut session = target.session()?;
        let last = size.min(first + PER_SESSION) - 1;
        for index in first..last {
            session.send(&stomp::subscribe(&format!("sub-{index}"), &name(index), None))?;
        }
        session.subscribe(&format!("sub-{last}"), &name(last))?;
        sessions.push(session);
    }
    Ok(sessions)
}

/// Runs `load growth`.
pub(crate) fn run(args: &GrowthArgs) -> Result<()> {
    let callgrind = Callgrind::find(&args.target, args.keep.as_deref())?;
    if args.sizes.len() < 2 || !args.sizes.is_sorted() || args.sizes[0] == 0 {
        bail!("--sizes takes at least two numbers in ascending order");
    }
    allow_sockets(args.sizes.iter().copied().max().unwrap_or(0) as u64)?;
    let mut report = Report::new("growth: user instructions of the server per publish to one subscriber");
    report.setting("publishes", format!("{} and {}", args.short, args.long));
    for others in Others::ALL {
        let mut costs = Vec::new();
        for &size in &args.sizes {
            let cost = measure(args, &callgrind, others, size)?;
            report.rounds(format!("{size} {}", others.name()), "instructions", &[cost]);
            costs.push((size as f64, cost));
        }
        for pair in costs.windows(2) {
            let tenfold = (pair[1].0 / pair[0].0).log10();
            let percent = ((pair[1].1 / pair[0].1).powf(1.0 / tenfold) - 1.0) * 100.0;
            let name = format!(
                "growth per tenfold {}, {} to {}",
                others.name(),
                pair[0].0,
                pair[1].0
            );
            report.bounded(name, "%", &[percent], BOUND);
        }
    }
    report.print(args.target.json);
    Ok(())
}

fn measure(args: &GrowthArgs, callgrind: &Callgrind<'_>, others: Others, size: usize) -> Result<f64> {
    progress(&format!("{size} {}, under callgrind", others.name()));
    let (target, mut profile) = callgrind.start(&format!("growth-{others:?}-{size}"))?;
    let _sessions = others.set_up(&target, size)?;
    let mut subscriber = target.session()?;
    subscriber.subscribe("sub-0", "/topic/growth")?;
    let mut publisher = target.session()?;
    let message = stomp::send("/topic/growth", "text/plain", &[b'x'; 128]);
    profile.slope([args.short, args.long], |publishes| {
        for _ in 0..publishes {
            publisher.send(&message)?;
            subscriber.expect("MESSAGE")?;
        }
        Ok(())
    })
}
