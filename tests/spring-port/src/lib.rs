//! A Spring application's controllers and configurations in Rust.
//!
//! The application was written to show what Spring answers; its conversations are recorded in `oracle/` and
//! `oracle-more/`, and `tests/replay/` holds this port to them. Each file is one of the Java files, so that the two can be read side by
//! side.
//!
//! | module | holds |
//! |---|---|
//! | `controllers` | the handlers |
//! | [`config`](crate::bind) | one configuration a profile |
//! | `login`, `door`, `gate`, `trace_log` | who clients are, and interceptors |
//! | `event_log`, `http`, `in_flight` | what scenarios ask over HTTP |

#![forbid(unsafe_code)]

mod config;
mod controllers;
mod door;
mod event_log;
mod gate;
mod http;
mod in_flight;
mod login;
mod note;
mod note_converter;
mod profile;
mod query;
mod trace_log;

use std::error::Error;

use stomp_server::BoundServer;

pub use self::in_flight::{Idle, idle};
pub use self::profile::{Profile, UnknownProfile};
use self::{event_log::EventLog, http::Http, trace_log::TraceLog};

/// The application with one of its configurations, bound to an address and not yet served.
///
/// # Errors
///
/// When the application cannot be built, or the address cannot be had.
pub async fn bind(profile: Profile, address: &str) -> Result<BoundServer, Box<dyn Error + Send + Sync>> {
    let (events, trace) = (EventLog::default(), TraceLog::default());
    let http = Http::new(events.clone(), trace.clone());
    let server = config::configure(profile, &events, &trace)
        .fallback(http.clone())
        .build()?;
    let bound = server.bind(address).await?;
    http.serve(bound.handle());
    Ok(bound)
}
