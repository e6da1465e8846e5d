//! `load serve`: the server that is measured when no other is named.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use clap::Args;
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use stomp_server::prelude::*;
use stomp_server::{Body, CounterSnapshot, ServerHandle};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

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

/// What goes to `/app/echo` and comes back.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Said {
    text: String,
}

/// The handler whose round trip is measured.
#[message_mapping("/echo")]
#[send_to_user("/queue/echo", broadcast = false)]
async fn echo(Payload(said): Payload<Said>) -> Said {
    said
}

/// Serves STOMP on `/ws`, the plain echo on `/raw` and the counters on `/stats`.
async fn serve(listen: SocketAddr) -> Result<()> {
    let handle = Arc::new(OnceLock::new());
    let reached = Arc::clone(&handle);
    let server = StompServer::builder()
        .endpoint(Endpoint::new("/ws"))
        .fallback(move |request| answer(request, reached.get().map(ServerHandle::counters)))
        .build()?;
    let bound = server.bind(listen).await?;
    handle.get_or_init(|| bound.handle());
    child::announce(bound.local_addr()?)?;
    Ok(bound.serve().await?)
}

/// Answers whatever is not for STOMP.
async fn answer(mut request: Request<Incoming>, counted: Option<CounterSnapshot>) -> Response<Body> {
    let body = match request.uri().path() {
        "/raw" => return upgrade(&mut request),
        "/stats" => serde_json::to_vec(&counters(counted)).ok(),
        _ => None,
    };
    let status = if body.is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    let mut response = Response::new(Body::from(body.unwrap_or_default()));
    *response.status_mut() = status;
    response
}

/// What `/stats` answers.
fn counters(counted: Option<CounterSnapshot>) -> Counters {
    #[cfg(feature = "count-allocations")]
    let allocations = Some(dhat::HeapStats::get().total_blocks);
    #[cfg(not(feature = "count-allocations"))]
    let allocations = None;
    let frames = counted.map(|it| it.frames_written);
    Counters {
        frames,
        writes: counted.map(|it| it.writes),
        allocations,
    }
}

/// Makes a plain WebSocket of a connection; only well-meaning clients come here.
fn upgrade(request: &mut Request<Incoming>) -> Response<Body> {
    let mut response = Response::new(Body::default());
    let Some(key) = request.headers().get(SEC_WEBSOCKET_KEY) else {
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    };
    let accept = derive_accept_key(key.as_bytes());
    let upgrade = hyper::upgrade::on(request);
    tokio::spawn(async move {
        // A client that breaks off is no concern of the others.
        if let Ok(upgraded) = upgrade.await {
            let _ = echo_upgraded(upgraded).await;
        }
    });
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(
        SEC_WEBSOCKET_ACCEPT,
        accept.parse().expect("base64 fits into a header"),
    );
    response
}

/// The echo runs on the bare socket: hyper's wrapper is none of its cost.
async fn echo_upgraded(upgraded: Upgraded) -> Result<()> {
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => raw::echo(parts.io.into_inner()).await,
        Err(upgraded) => raw::echo(TokioIo::new(upgraded)).await,
    }
}
