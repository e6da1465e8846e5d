//! Round trips: a SEND to a handler, and its answer on the sender's own queue, against a bare WebSocket echo.

use std::io::{ErrorKind, Read, Write};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use mio::{Events, Interest, Poll, Token};

use crate::client::{Connection, PATIENCE};
use crate::report::{Report, progress};
use crate::sampler::CpuClock;
use crate::stats::{percentile, sorted};
use crate::target::{Target, TargetArgs};
use crate::wire::websocket::FrameCounter;
use crate::wire::{stomp, websocket};

/// The bound: × the echo.
const BOUND: f64 = 1.6;

/// Options of `load rpc`.
#[derive(Args, Clone, Debug)]
pub(crate) struct RpcArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Where requests go
    #[arg(long, default_value = "/app/echo")]
    destination: String,
    /// Where answers come
    #[arg(long, default_value = "/user/queue/echo")]
    reply: String,
    /// Path of the plain echo on the same server
    #[arg(long, default_value = "/raw")]
    raw: String,
    /// Clients, each with one request under way
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Characters of the text in a request
    #[arg(long, default_value_t = 32)]
    text: usize,
    /// Rounds; medians are shown
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Round trips of each client in a round
    #[arg(long, default_value_t = 1000)]
    requests: usize,
}

/// Runs `load rpc`.
pub(crate) fn run(args: &RpcArgs) -> Result<()> {
    let target = args.target.open()?;
    let mut clock = CpuClock::new(target.pid);
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(args.text)).into_bytes();
    let request = stomp::send(&args.destination, "application/json", &body);
    let mut handler = Callers::new(&request)?;
    for _ in 0..args.clients {
        handler.add(stomp_caller(&target, args, &request, &body)?)?;
    }
    let mut echo = Callers::new(&request)?;
    for _ in 0..args.clients {
        match raw_caller(&target, args, &request) {
            Ok(caller) => echo.add(caller)?,
            Err(error) => {
                progress(&format!("no echo to compare with: {error:#}"));
                break;
            }
        }
    }
    let mut costs = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=args.rounds {
        progress(&format!("round trips, round {round} of {}", args.rounds));
        let ours = handler.measure(args.requests, &mut clock)?;
        let plain = echo.measure(args.requests, &mut clock)?;
        if round == 0 {
            // Whatever is done only once was done now.
            handler.times.clear();
            echo.times.clear();
            continue;
        }
        costs[0].extend(ours);
        costs[1].extend(plain);
        costs[2].extend(ours.zip(plain).map(|(ours, plain)| ours / plain));
    }
    let mut report = Report::new("round trips: CPU of the server process");
    report.setting("server", &target.url);
    report.setting("clients", args.clients);
    report.setting("bytes of a request", request.len());
    report.setting("pinned", target.pinning.describe());
    report.rounds("handler, per round trip", "ns", &costs[0]);
    report.rounds("plain echo of the same bytes", "ns", &costs[1]);
    report.bounded("handler ÷ echo", "", &costs[2], BOUND);
    handler.report("handler", &mut report);
    echo.report("echo", &mut report);
    report.print(args.target.json);
    Ok(())
}

fn stomp_caller(target: &Target, args: &RpcArgs, request: &[u8], body: &[u8]) -> Result<Connection> {
    let mut session = target.session()?;
    session.subscribe("sub-0", &args.reply)?;
    session.send(request)?;
    let answer = session.expect("MESSAGE")?;
    if answer.body != body {
        bail!("the handler answered `{}`", String::from_utf8_lossy(&answer.body));
    }
    Ok(session)
}

fn raw_caller(target: &Target, args: &RpcArgs, request: &[u8]) -> Result<Connection> {
    let mut connection = Connection::open_plain(&target.url.with_path(&args.raw))?;
    connection.send(request)?;
    if connection.next_payload()? != request {
        bail!("the echo changed its message");
    }
    Ok(connection)
}

/// Clients that each send a request when the answer to their last one has come.
#[derive(Debug)]
struct Callers {
    poll: Poll,
    callers: Vec<Caller>,
    request: Vec<u8>,
    times: Vec<f64>,
}

#[derive(Debug)]
struct Caller {
    stream: mio::net::TcpStream,
    counter: FrameCounter,
    left: usize,
    asked: Instant,
}

impl Callers {
    fn new(request: &[u8]) -> Result<Self> {
        let mut bytes = Vec::new();
        websocket::push_masked(&mut bytes, websocket::TEXT, request);
        Ok(Self {
            poll: Poll::new()?,
            callers: Vec::new(),
            request: bytes,
            times: Vec::new(),
        })
    }

    fn add(&mut self, connection: Connection) -> Result<()> {
        let stream = connection.into_stream()?;
        stream.set_nonblocking(true)?;
        let mut stream = mio::net::TcpStream::from_std(stream);
        let token = Token(self.callers.len());
        self.poll
            .registry()
            .register(&mut stream, token, Interest::READABLE)?;
        let counter = FrameCounter::default();
        self.callers.push(Caller {
            stream,
            counter,
            left: 0,
            asked: Instant::now(),
        });
        Ok(())
    }

    /// Nanoseconds of the server's CPU per round trip; `None` without clients.
    fn measure(&mut self, requests: usize, clock: &mut CpuClock) -> Result<Option<f64>> {
        if self.callers.is_empty() {
            return Ok(None);
        }
        let before = clock.read()?;
        self.ask(requests)?;
        let used = clock.read()? - before;
        Ok(Some(used as f64 / (requests * self.callers.len()) as f64))
    }

    fn ask(&mut self, requests: usize) -> Result<()> {
        for caller in &mut self.callers {
            caller.left = requests;
            caller.ask(&self.request)?;
        }
        let mut busy = self.callers.len();
        let mut events = Events::with_capacity(256);
        let mut buffer = [0; 16 * 1024];
        while busy > 0 {
            self.poll.poll(&mut events, Some(PATIENCE))?;
            if events.is_empty() {
                bail!("{busy} clients wait for an answer in vain");
            }
            for event in &events {
                let caller = &mut self.callers[event.token().0];
                if !caller.answered(&mut buffer)? {
                    continue;
                }
                self.times.push(caller.asked.elapsed().as_secs_f64() * 1e6);
                if caller.left > 0 {
                    caller.ask(&self.request)?;
                } else {
                    busy -= 1;
                }
            }
        }
        Ok(())
    }

    fn report(&self, name: &str, report: &mut Report) {
        let times = sorted(&self.times);
        for percent in [50.0, 99.0, 99.9] {
            let time = percentile(&times, percent);
            report.rounds(
                format!("{name}: time, percentile {percent}"),
                "µs",
                time.as_slice(),
            );
        }
    }
}

impl Caller {
    fn ask(&mut self, request: &[u8]) -> Result<()> {
        self.left -= 1;
        self.asked = Instant::now();
        let wrote = self.stream.write(request).context("a client cannot send")?;
        if wrote < request.len() {
            bail!("a client cannot send all of its request");
        }
        Ok(())
    }

    /// Reads what has come; whether the answer was in it.
    fn answered(&mut self, buffer: &mut [u8]) -> Result<bool> {
        let before = self.counter.messages;
        loop {
            match self.stream.read(buffer) {
                Ok(0) => bail!("the server closed a client's connection"),
                Ok(length) => self.counter.take(&buffer[..length])?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("a client cannot read"),
            }
        }
        Ok(self.counter.messages > before)
    }
}
