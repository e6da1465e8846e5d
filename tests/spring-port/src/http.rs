//! Plain HTTP: what scenarios ask beside messaging.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use serde::Serialize;
use stomp_server::{
    Body, HttpHandler, SendError, ServerHandle,
    http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header},
    http_body_util::{BodyExt, Collected, Limited},
    hyper::body::Incoming,
};

use crate::{event_log::EventLog, in_flight, note::Note, query::joined_parameter, trace_log::TraceLog};

/// No scenario posts more.
const LARGEST: usize = 64 * 1024;

/// What there is, for one method each.
const PAGES: [&str; 8] = [
    "/http/idle",
    "/http/events",
    "/http/broker",
    "/http/trace",
    "/http/user",
    "/http/subscribers",
    "/http/broadcast",
    "/http/note",
];

/// Answers everything below `/http`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Http(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    events: EventLog,
    trace: TraceLog,
    /// There is one as soon as the server is bound.
    server: OnceLock<ServerHandle>,
}

impl Http {
    /// Reads what these logs hold.
    #[must_use]
    pub(crate) fn new(events: EventLog, trace: TraceLog) -> Self {
        Self(Arc::new(Inner {
            events,
            trace,
            server: OnceLock::new(),
        }))
    }

    /// Asks this server.
    pub(crate) fn serve(&self, server: ServerHandle) {
        let _ = self.0.server.set(server);
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, StatusCode> {
        let (parts, body) = request.into_parts();
        let (inner, uri) = (&*self.0, &parts.uri);
        let server = inner.server.get().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        Ok(match (&parts.method, uri.path()) {
            (&Method::GET, "/http/idle") => json(&in_flight::idle(server)),
            (&Method::GET, "/http/events") => json(&inner.events.take(&required(uri, "user")?)),
            (&Method::GET, "/http/broker") => json(&inner.events.read("broker")),
            (&Method::GET, "/http/trace") => json(&inner.trace.take(&required(uri, "destination")?)),
            (&Method::GET, "/http/user") => json(&subscriptions_of(server, &required(uri, "name")?)),
            (&Method::GET, "/http/subscribers") => {
                json(&subscribers_to(server, &required(uri, "destination")?))
            }
            (&Method::POST, "/http/broadcast") => {
                let destination = required(uri, "destination")?;
                let text = text(body).await.ok_or(StatusCode::BAD_REQUEST)?;
                let sent = server.template().convert_and_send(destination, &text);
                sent.map(|()| plain("sent")).map_err(failed)?
            }
            (&Method::POST, "/http/note") => {
                let user = required(uri, "user")?;
                let text = text(body).await.ok_or(StatusCode::BAD_REQUEST)?;
                let note = serde_json::from_str(&text);
                let note: Note = note.map_err(|_| StatusCode::BAD_REQUEST)?;
                let template = server.template();
                let sent = template.convert_and_send_to_user(user, "/queue/notes", &note);
                sent.map(|()| plain("sent")).map_err(failed)?
            }
            (_, path) if PAGES.contains(&path) => return Err(StatusCode::METHOD_NOT_ALLOWED),
            _ => return Err(StatusCode::NOT_FOUND),
        })
    }
}

impl HttpHandler for Http {
    fn handle(
        &self,
        request: Request<Incoming>,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>> {
        Box::pin(async {
            let answer = self.answer(request).await;
            answer.unwrap_or_else(|status| {
                let mut response = Response::new(Body::default());
                *response.status_mut() = status;
                response
            })
        })
    }
}

/// A user's subscriptions: id and destination, sorted.
fn subscriptions_of(server: &ServerHandle, name: &str) -> Vec<String> {
    let sessions = server.users().user(name).map(|user| user.sessions());
    let subscriptions = sessions
        .into_iter()
        .flatten()
        .flat_map(|session| session.subscriptions());
    let mut shown: Vec<_> = subscriptions
        .map(|subscription| format!("{} {}", subscription.id(), subscription.destination()))
        .collect();
    shown.sort();
    shown
}

/// Who is subscribed to `destination`: user and subscription id, sorted.
fn subscribers_to(server: &ServerHandle, destination: &str) -> Vec<String> {
    let found = server
        .users()
        .find_subscriptions(|subscription| subscription.destination() == destination);
    let mut shown: Vec<_> = found
        .iter()
        .map(|subscription| format!("{} {}", subscription.session().user().name(), subscription.id()))
        .collect();
    shown.sort();
    shown
}

fn required(uri: &Uri, name: &str) -> Result<String, StatusCode> {
    joined_parameter(uri, name).ok_or(StatusCode::BAD_REQUEST)
}

/// A controller's exception is the client's 500, as in Spring.
fn failed(_: SendError) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

/// A body is required, as `@RequestBody` has it.
async fn text(body: Incoming) -> Option<String> {
    let collected = Limited::new(body, LARGEST).collect().await;
    let octets = collected.map(Collected::to_bytes).unwrap_or_default();
    (!octets.is_empty()).then(|| String::from_utf8_lossy(&octets).into_owned())
}

fn json<T: Serialize>(value: &T) -> Response<Body> {
    let text = serde_json::to_string(value).expect("lists and maps of text are JSON");
    respond("application/json", text)
}

fn plain(text: &str) -> Response<Body> {
    respond("text/plain;charset=UTF-8", text.to_owned())
}

fn respond(content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
