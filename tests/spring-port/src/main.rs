//! Runs the application; `SPRING_PROFILES_ACTIVE` chooses its configuration.

#![allow(clippy::print_stdout, reason = "a program talks to whoever started it")]

use std::{
    error::Error,
    io::{IsTerminal, Write},
};

use clap::Parser;
use spring_port::Profile;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// A Spring application's controllers in Rust.
#[derive(Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    listen: String,
    /// Which configuration: default, ordered, dot, dotbroker, bare, custom, beat.
    #[arg(
        long,
        env = "SPRING_PROFILES_ACTIVE",
        default_value = "default",
        value_name = "NAME"
    )]
    profile: Profile,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let options = Options::parse();
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .from_env_lossy();
    let stderr = std::io::stderr();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr.is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let server = spring_port::bind(options.profile, &options.listen).await?;
    println!("spring-port: listening on http://{}", server.local_addr()?);
    std::io::stdout().flush()?;
    server.serve_until(interrupted()).await?;
    Ok(())
}

/// Ctrl-C, or a polite request of the operating system.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).expect("signals can be listened to");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}
