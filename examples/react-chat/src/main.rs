//! One room for everybody, with a client in React and TypeScript: endpoint `/ws-stomp`, messages to `/pub/messages`,
//! everybody listens to `/sub/message`.

#![allow(clippy::print_stdout, reason = "a program talks to whoever started it")]

use std::{io::Write, path::Path};

use anyhow::Context;
use clap::Parser;
use page::{Npm, Page};
use serde::{Deserialize, Serialize};
use stomp_server::{StompServerBuilder, prelude::*, shutdown_signal};

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

    let server = application().fallback(page).build()?;
    let server = server
        .bind(&options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    println!("react-chat: listening on http://{}", server.local_addr()?);
    std::io::stdout().flush()?;
    server.serve_until(shutdown_signal()).await?;
    Ok(())
}

/// The application without its page.
fn application() -> StompServerBuilder {
    StompServer::builder()
        .endpoint(Endpoint::new("/ws-stomp").allowed_origins(["*"]))
        .application_destination_prefixes(["/pub"])
        .enable_simple_broker(["/sub"])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use stomp_server::testing::TestServer;

    use super::*;

    #[tokio::test]
    async fn everybody_hears_what_one_says() {
        let server = TestServer::start(application()).await;
        let (mut ann, mut ben) = (server.connect().await, server.connect().await);
        ann.subscribe("/sub/message").await;
        ben.subscribe("/sub/message").await;
        let hello = json!({"sender": "ann", "content": "hello"});
        ann.send_done("/pub/messages", &hello).await;
        for client in [&mut ann, &mut ben] {
            assert_eq!(client.expect_message().await.json::<Value>(), hello);
        }
    }
}
