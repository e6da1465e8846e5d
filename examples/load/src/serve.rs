//! `load serve`: the server that is measured when no other is named.

use std::future::Future;
use std::net::SocketAddr;

use anyhow::{Result, bail};
use clap::Args;
use tokio::runtime::{Builder, Runtime};

use crate::client::allow_sockets;
use crate::target::Counters;
use crate::{child, raw};

/// Sockets that the server is ready to hold, as far as the system lets it.
const SOCKETS: u64 = 65_000;

/// Options of `load serve`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServeArgs {
    /// Address and port; port 0 takes a free one, which is printed
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Worker threads [default: one for each processor it may use]
    #[arg(long)]
    workers: Option<usize>,
    /// End when standard input does
    #[arg(long, hide = true)]
    stop_at_eof: bool,
}

/// Runs `load serve`.
pub(crate) fn run(args: &ServeArgs) -> Result<()> {
    #[cfg(feature = "count-allocations")]
    let _counting = dhat::Profiler::builder().testing().build();
    let runtime = args.runtime()?;
    args.until_told(&runtime, serve(args.listen))
}

/// Runs `load serve-raw`.
pub(crate) fn run_raw(args: &ServeArgs) -> Result<()> {
    let runtime = args.runtime()?;
    args.until_told(&runtime, raw::serve(args.listen))
}

impl ServeArgs {
    fn runtime(&self) -> Result<Runtime> {
        if allow_sockets(SOCKETS).is_err() {
            let (_, hard) = rlimit::Resource::NOFILE.get()?;
            rlimit::Resource::NOFILE.set(hard, hard)?;
        }
        let mut builder = Builder::new_multi_thread();
        if let Some(workers) = self.workers {
            builder.worker_threads(workers);
        }
        Ok(builder.enable_all().build()?)
    }

    fn until_told(&self, runtime: &Runtime, serving: impl Future<Output = Result<()>>) -> Result<()> {
        let (told, stop) = tokio::sync::oneshot::channel::<()>();
        // Without a parent it ends by a signal only, so the channel stays open.
        let mut told = Some(told);
        if self.stop_at_eof {
            let told = told.take();
            std::thread::spawn(move || {
                child::wait_for_eof();
                drop(told);
            });
        }
        runtime.block_on(async {
            tokio::select! {
                done = serving => done,
                _ = stop => Ok(()),
                _ = tokio::signal::ctrl_c() => Ok(()),
            }
        })
    }
}

/// Serves the STOMP endpoint, the plain echo and the counters.
async fn serve(listen: SocketAddr) -> Result<()> {
    let _ = counters();
    bail!("the STOMP half of this server is not there yet, so nothing can listen on {listen}")
}

/// What `/stats` answers.
fn counters() -> Counters {
    #[cfg(feature = "count-allocations")]
    let allocations = Some(dhat::HeapStats::get().total_blocks);
    #[cfg(not(feature = "count-allocations"))]
    let allocations = None;
    Counters {
        frames: None,
        writes: None,
        allocations,
    }
}
