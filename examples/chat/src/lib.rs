//! A chat: rooms, who is in them, private messages, and a page to use it all.
//!
//! | file | holds |
//! |---|---|
//! | `chat` | the handlers: what one writes with stomp-server |
//! | `rooms` | who is where, and what was said |
//! | `web` | the page, and an HTTP way in |
//!
//! It is a library, so that the tests in `tests/` drive the same application that `main` serves.

mod chat;
mod rooms;
mod web;

use stomp_server::{StompServerBuilder, prelude::*};

/// The handlers, the rooms and who may come in, without the page.
pub fn application() -> StompServerBuilder {
    StompServer::builder()
        .endpoint(Endpoint::new("/ws"))
        .authenticator(chat::sign_in)
        .manage(rooms::Rooms::default())
}

/// The whole: the application with its page, for which npm is needed once.
///
/// # Errors
///
/// When the page cannot be had.
pub fn server() -> anyhow::Result<StompServer> {
    let application = application().manage(web::page()?);
    Ok(application.fallback_component::<web::Web>().build()?)
}
