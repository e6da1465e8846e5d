//! Serves the chat.

#![allow(clippy::print_stdout, reason = "a program talks to whoever started it")]

use std::io::{IsTerminal, Write};

use anyhow::Context;
use clap::Parser;
use stomp_server::shutdown_signal;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// A chat server with its page.
#[derive(Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env_lossy();
    let stderr = std::io::stderr();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr.is_terminal())
        .with_writer(std::io::stderr)
        .init();

    let server = chat::server()?
        .bind(&options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    println!("chat: listening on http://{}", server.local_addr()?);
    std::io::stdout().flush()?;
    server.serve_until(shutdown_signal()).await?;
    Ok(())
}
