//! The page, and an HTTP way into the rooms.

use std::{fs, future::Future, pin::Pin, sync::Arc};

use anyhow::Context;
use jiff::Timestamp;
use page::{Npm, Page, plain};
use serde::{Deserialize, Serialize};
use stomp_server::{
    Body, Component, HttpHandler, SimpMessagingTemplate,
    http::{Method, Request, Response, StatusCode},
    http_body_util::{BodyExt, Limited},
    hyper::body::Incoming,
};

use crate::{chat::checked, rooms::RoomName};

/// Where the page lives, `package.json` and what npm fetches included.
const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");
const STOMPJS: &str = "node_modules/@stomp/stompjs/bundles/stomp.umd.min.js";

/// An announcement is a few words, not a book.
const LARGEST: usize = 16 * 1024;

/// Everything that is served over plain HTTP.
#[derive(Component)]
pub(crate) struct Web {
    page: Arc<Page>,
    /// Announcements go out through it.
    template: SimpMessagingTemplate,
}

#[derive(Deserialize)]
struct Announcement {
    text: String,
    room: Option<RoomName>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "announcement")]
struct Announced {
    room: RoomName,
    from: &'static str,
    text: String,
    at: Timestamp,
}

/// The page, once npm has fetched what it needs.
pub(crate) fn page() -> anyhow::Result<Page> {
    let stompjs = Npm::at(WEB).fetched(STOMPJS)?;
    let stompjs = fs::read(&stompjs).with_context(|| format!("cannot read {}", stompjs.display()))?;
    Ok(Page::default()
        .with_file("/", include_bytes!("../web/index.html").as_slice())
        .with_file("/chat.css", include_bytes!("../web/chat.css").as_slice())
        .with_file("/chat.js", include_bytes!("../web/chat.js").as_slice())
        .with_file("/icon.svg", include_bytes!("../web/icon.svg").as_slice())
        .with_file("/stomp.umd.min.js", stompjs))
}

impl Web {
    /// `curl -d '{"text":"Lunch!"}' localhost:8080/announce` speaks to the lobby.
    async fn announce(&self, request: Request<Incoming>) -> Response<Body> {
        let Ok(body) = Limited::new(request.into_body(), LARGEST).collect().await else {
            return plain(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let Ok(Announcement { text, room }) = serde_json::from_slice(&body.to_bytes()) else {
            return plain(StatusCode::BAD_REQUEST);
        };
        let (Ok(text), Some(room)) = (checked(text), room.or_else(|| "lobby".parse().ok())) else {
            return plain(StatusCode::BAD_REQUEST);
        };
        let destination = format!("/topic/chat/{room}");
        let announced = Announced {
            room,
            from: "announcement",
            text,
            at: Timestamp::now(),
        };
        match self.template.convert_and_send(destination, &announced) {
            Ok(()) => plain(StatusCode::ACCEPTED),
            Err(_) => plain(StatusCode::BAD_REQUEST),
        }
    }
}

impl HttpHandler for Web {
    fn handle(
        &self,
        request: Request<Incoming>,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>> {
        Box::pin(async move {
            match (request.method(), request.uri().path()) {
                (&Method::GET | &Method::HEAD, path) => self.page.respond(path),
                (&Method::POST, "/announce") => self.announce(request).await,
                _ => plain(StatusCode::METHOD_NOT_ALLOWED),
            }
        })
    }
}
