//! The page, signing in and out, and the list of users.

use std::{fs, future::Future, pin::Pin, sync::Arc};

use anyhow::Context;
use page::{Npm, Page, plain};
use serde::{Deserialize, Serialize};
use stomp_server::{
    Body, Component, HttpHandler, SimpUserRegistry,
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header},
    http_body_util::{BodyExt, Limited},
    hyper::body::Incoming,
};

use crate::login::Logins;

const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");
const STOMPJS: &str = "node_modules/@stomp/stompjs/bundles/stomp.umd.min.js";

/// A name and a password are short.
const LARGEST: usize = 1024;

/// Everything that is served over plain HTTP.
#[derive(Component)]
pub(crate) struct Web {
    page: Arc<Page>,
    logins: Arc<Logins>,
    users: SimpUserRegistry,
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

/// A user who is connected.
#[derive(Serialize)]
struct Connected {
    name: String,
    sessions: usize,
}

/// The page, once npm has fetched what it needs.
pub(crate) fn page() -> anyhow::Result<Page> {
    let stompjs = Npm::at(WEB).fetched(STOMPJS)?;
    let stompjs = fs::read(&stompjs).with_context(|| format!("cannot read {}", stompjs.display()))?;
    Ok(Page::default()
        .with_file("/", include_bytes!("../web/index.html").as_slice())
        .with_file(
            "/portfolio.css",
            include_bytes!("../web/portfolio.css").as_slice(),
        )
        .with_file("/portfolio.js", include_bytes!("../web/portfolio.js").as_slice())
        .with_file("/stomp.umd.min.js", stompjs))
}

impl Web {
    async fn sign_in(&self, request: Request<Incoming>) -> Response<Body> {
        let Ok(body) = Limited::new(request.into_body(), LARGEST).collect().await else {
            return plain(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let Ok(Credentials { name, password }) = serde_json::from_slice(&body.to_bytes()) else {
            return plain(StatusCode::BAD_REQUEST);
        };
        match self.logins.sign_in(&name, &password) {
            Some(cookie) => with_cookie(&cookie),
            None => plain(StatusCode::UNAUTHORIZED),
        }
    }

    /// Users see each other; strangers see nobody.
    fn users(&self, headers: &HeaderMap) -> Response<Body> {
        if self.logins.user(headers).is_none() {
            return plain(StatusCode::UNAUTHORIZED);
        }
        let users = self.users.users();
        let mut connected: Vec<_> = users
            .iter()
            .map(|user| Connected {
                name: user.name().to_owned(),
                sessions: user.sessions().len(),
            })
            .collect();
        connected.sort_by(|a, b| a.name.cmp(&b.name));
        match serde_json::to_vec(&connected) {
            Ok(json) => {
                let mut response = Response::new(Body::from(json));
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, json);
                response
            }
            Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
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
                (&Method::GET, "/users") => self.users(request.headers()),
                (&Method::GET | &Method::HEAD, path) => self.page.respond(path),
                (&Method::POST, "/login") => self.sign_in(request).await,
                (&Method::POST, "/logout") => with_cookie(&self.logins.sign_out(request.headers())),
                _ => plain(StatusCode::METHOD_NOT_ALLOWED),
            }
        })
    }
}

fn with_cookie(cookie: &str) -> Response<Body> {
    let mut response = plain(StatusCode::NO_CONTENT);
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
