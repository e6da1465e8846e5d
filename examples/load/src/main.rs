//! Loads a STOMP-over-WebSocket server, any of them, and says what that cost the server.
//!
//! CPU time and memory are the server process's own, read from `/proc`, so this runs on Linux. Costs per delivery are
//! compared with the *floor*: a process that does nothing but send the same bytes to as many sockets, measured in
//! turns with the server.

#![allow(
    clippy::disallowed_methods,
    reason = "a measuring program reads clocks and starts threads"
)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "results and progress are printed"
)]

mod callgrind;
mod child;
mod client;
mod fanout;
mod floor;
mod growth;
mod idle;
mod instructions;
mod pin;
mod raw;
mod report;
mod rpc;
mod sampler;
mod serve;
mod sink;
mod stats;
mod target;
mod wire;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[cfg(feature = "count-allocations")]
#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Loads a STOMP-over-WebSocket server and says what that cost the server
#[derive(Debug, Parser)]
#[command(name = "load")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The server that is measured when no other is named
    Serve(serve::ServeArgs),
    /// Only the plain WebSocket echo of that server, at any path
    ServeRaw(serve::ServeArgs),
    /// One publisher, many subscribers: CPU per delivery, against the floor
    Fanout(fanout::FanoutArgs),
    /// Round trips to a handler: CPU and time, against a plain echo
    Rpc(rpc::RpcArgs),
    /// Sessions that wait: memory of each
    Idle(idle::IdleArgs),
    /// Instructions per publish as what it does not touch grows (needs valgrind)
    Growth(growth::GrowthArgs),
    /// Instructions per delivery of a fan-out (needs valgrind)
    Instructions(instructions::SlopeArgs),
    /// Allocations per delivery of a fan-out (needs the feature `count-allocations`)
    Allocations(instructions::SlopeArgs),
    /// What it costs this machine to send at all
    Floor(floor::FloorArgs),
    /// Writes to sockets on command
    #[command(hide = true)]
    FloorWorker(FloorWorkerArgs),
}

/// Options of the hidden `load floor-worker`.
#[derive(Debug, clap::Args)]
struct FloorWorkerArgs {
    /// Always set: the worker ends with its parent
    #[arg(long)]
    stop_at_eof: bool,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::ServeRaw(args) => serve::run_raw(&args),
        Command::Fanout(args) => fanout::run(&args),
        Command::Rpc(args) => rpc::run(&args),
        Command::Idle(args) => idle::run(&args),
        Command::Growth(args) => growth::run(&args),
        Command::Instructions(args) => instructions::run(&args),
        Command::Allocations(args) => instructions::run_allocations(&args),
        Command::Floor(args) => floor::run(&args),
        Command::FloorWorker(_) => floor::work(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
