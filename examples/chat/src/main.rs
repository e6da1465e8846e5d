//! A chat: rooms, who is in them, private messages, and a page to use it all.
//!
//! | file | holds |
//! |---|---|
//! | `chat` | the handlers: what one writes with stomp-server |
//! | `rooms` | who is where, and what was said |
//! | `web` | the page, and an HTTP way in |

#![allow(clippy::print_stdout, reason = "a program talks to whoever started it")]

mod chat;
mod rooms;
mod web;

use std::io::{IsTerminal, Write};

use anyhow::Context;
use clap::Parser;
use stomp_server::{prelude::*, shutdown_signal};
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
    let web = web::Web::load()?;

    let server = StompServer::builder()
        .endpoint(Endpoint::new("/ws"))
        .authenticator(chat::sign_in)
        .manage(rooms::Rooms::default())
        .fallback(web.clone())
        .build()?;
    web.announce_through(server.template());

    let server = server
        .bind(&options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    println!("chat: listening on http://{}", server.local_addr()?);
    std::io::stdout().flush()?;
    server.serve_until(shutdown_signal()).await?;
    Ok(())
}
