//! Stock portfolios: positions, trades, live quotes, form login.
//!
//! | file | holds |
//! |---|---|
//! | `trading` | the handlers: what one writes with stomp-server |
//! | `portfolio` | who holds what, and which trades are possible |
//! | `quotes` | prices, published from outside any handler |
//! | `login`, `web` | the form, the cookie, the page, the list of users |
//! | `tests` | the handlers without a server, in virtual time |

#![allow(clippy::print_stdout, reason = "a program talks to whoever started it")]
#![allow(
    clippy::disallowed_methods,
    reason = "an application waits by the clock and starts tasks as it likes"
)]

mod login;
mod portfolio;
mod quotes;
#[cfg(test)]
mod tests;
mod trading;
mod web;

use std::{io::Write, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Parser;
use login::Logins;
use portfolio::Portfolios;
use stomp_server::{StompServerBuilder, prelude::*, shutdown_signal};
use trading::ConfirmAfter;

/// A stock portfolio server with its page.
#[derive(Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: String,
    /// Milliseconds between two quotes of a stock.
    #[arg(long, default_value_t = 2000, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    quotes_every: u64,
    /// Milliseconds until a trade is confirmed.
    #[arg(long, default_value_t = 1500, value_name = "MS")]
    confirm_after: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let logins = Arc::new(Logins::default());

    let server = application(logins, Duration::from_millis(options.confirm_after))
        .manage(web::page()?)
        .fallback_component::<web::Web>()
        .build()?;
    tokio::spawn(quotes::publish(
        server.template(),
        Duration::from_millis(options.quotes_every),
    ));

    let server = server
        .bind(&options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    println!("portfolio: listening on http://{}", server.local_addr()?);
    std::io::stdout().flush()?;
    server.serve_until(shutdown_signal()).await?;
    Ok(())
}

/// The application without its page.
fn application(logins: Arc<Logins>, confirm_after: Duration) -> StompServerBuilder {
    StompServer::builder()
        .endpoint(Endpoint::new("/portfolio"))
        .provide(Arc::clone(&logins))
        .authenticator(move |login| {
            let decided = logins.authenticate(&login);
            async { decided }
        })
        .manage(Portfolios::default())
        .manage(ConfirmAfter(confirm_after))
}
