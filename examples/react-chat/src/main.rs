//! One room for everybody, with a client in React and TypeScript: endpoint `/ws-stomp`, messages to `/pub/messages`,
//! everybody listens to `/sub/message`.

#![allow(clippy::print_stdout, reason = "a program talks to whoever started it")]

use std::{io::Write, path::Path};

use anyhow::Context;
use clap::Parser;
use page::{Npm, Page};
use serde::{Deserialize, Serialize};
use stomp_server::{prelude::*, shutdown_signal};

const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");

/// A chat server with its page.
#[derive(Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    listen: String,
}

#[derive(Serialize, Deserialize)]
struct ChatMessage {
    sender: String,
    content: String,
}

#[message_mapping("/messages")]
#[send_to("/sub/message")]
async fn message(Payload(message): Payload<ChatMessage>) -> ChatMessage {
    message
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    Npm::at(WEB).built("dist/index.html")?;
    let page = Page::default().with_folder(&Path::new(WEB).join("dist"))?;

    let server = StompServer::builder()
        .endpoint(Endpoint::new("/ws-stomp").allowed_origins(["*"]))
        .application_destination_prefixes(["/pub"])
        .enable_simple_broker(["/sub"])
        .fallback(page)
        .build()?;
    let server = server
        .bind(&options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    println!("react-chat: listening on http://{}", server.local_addr()?);
    std::io::stdout().flush()?;
    server.serve_until(shutdown_signal()).await?;
    Ok(())
}
