//! An application: built from its settings and handlers, then served.

mod builder;
mod config;
mod endpoint;
mod error;
mod routing;
mod server;
mod signal;
mod state;

#[cfg(feature = "testing")]
pub(crate) use self::server::drain;
pub use self::{
    builder::StompServerBuilder,
    config::Config,
    endpoint::Endpoint,
    error::{BuildError, ConfigProblem},
    server::{BoundServer, ServerHandle, StompServer},
    signal::shutdown_signal,
};
pub(crate) use self::{routing::Routing, state::ServerState};
