//! The page, and an HTTP way into the rooms.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use stomp_server::{
    Body, HttpHandler, SimpMessagingTemplate,
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
    http_body_util::{BodyExt, Limited},
    hyper::body::Incoming,
};

use crate::{
    assets::{self, Assets, CONTENT_SECURITY_POLICY},
    chat::checked,
    rooms::RoomName,
};

/// An announcement is a few words, not a book.
const LARGEST: usize = 16 * 1024;

/// Everything that is served over plain HTTP.
#[derive(Clone)]
pub(crate) struct Web(Arc<Inner>);

struct Inner {
    assets: Assets,
    template: OnceLock<SimpMessagingTemplate>,
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

impl Web {
    pub(crate) fn load() -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Inner {
            assets: assets::load()?,
            template: OnceLock::new(),
        })))
    }

    /// Announcements go out through this template.
    pub(crate) fn announce_through(&self, template: SimpMessagingTemplate) {
        let _ = self.0.template.set(template);
    }

    fn file(&self, path: &str) -> Response<Body> {
        let Some((content_type, content)) = self.0.assets.get(path) else {
            return plain(StatusCode::NOT_FOUND);
        };
        let mut response = Response::new(Body::from(content.clone()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CONTENT_SECURITY_POLICY),
        );
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        response
    }

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
        let Some(template) = self.0.template.get() else {
            return plain(StatusCode::SERVICE_UNAVAILABLE);
        };
        let destination = format!("/topic/chat/{room}");
        let announced = Announced {
            room,
            from: "announcement",
            text,
            at: Timestamp::now(),
        };
        match template.convert_and_send(destination, &announced) {
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
                (&Method::GET | &Method::HEAD, path) => self.file(path),
                (&Method::POST, "/announce") => self.announce(request).await,
                _ => plain(StatusCode::METHOD_NOT_ALLOWED),
            }
        })
    }
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::from(status.canonical_reason().unwrap_or_default()));
    *response.status_mut() = status;
    response
}
