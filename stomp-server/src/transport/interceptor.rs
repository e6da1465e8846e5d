//! The application's say in handshakes.

use std::{
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use http::{
    HeaderMap, HeaderName, Response, StatusCode,
    header::{CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
};

use super::{Body, Handshake, handshake::HeaderNames};
use crate::{caught::caught, env::Env, session::Attributes};

/// Sees the requests for an endpoint before anything else does (Spring's `HandshakeInterceptor`): refuses them, adds
/// headers to the response, and gives the session its first attributes.
///
/// Who a client is, the [`Authenticator`](crate::Authenticator) says, which sees the request too. An interceptor is for
/// what has to be settled before there is a WebSocket: a status that a load balancer or a browser can read, a header, a
/// value of the query that handlers want.
///
/// Implemented for functions and closures from [`HandshakeAttempt`] to a future:
///
/// ```
/// use stomp_server::{Endpoint, HandshakeAttempt, HandshakeRefusal, http::StatusCode};
///
/// async fn room(attempt: HandshakeAttempt) -> Result<HandshakeAttempt, HandshakeRefusal> {
///     match attempt.handshake().uri.query() {
///         Some(query) => attempt.set_attribute("room", query.to_owned()),
///         None => return Err(attempt.refuse(StatusCode::BAD_REQUEST)),
///     }
///     Ok(attempt) // handlers read `session.attribute::<String>("room")`
/// }
///
/// let endpoint = Endpoint::new("/ws").handshake_interceptor(room);
/// # drop(endpoint);
/// ```
pub trait HandshakeInterceptor: Send + Sync + 'static {
    /// Lets a request pass, or refuses it. All interceptors together have
    /// [`Config::handshake_deadline`](crate::Config::handshake_deadline) for that; what takes longer is refused with 503,
    /// what panics with 500, both with the headers of the interceptors before.
    ///
    /// It also sees requests that are refused later: from pages of other origins, and such as open no WebSocket.
    fn before_handshake(&self, attempt: HandshakeAttempt) -> Admission<'_>;

    /// Hears how a request was answered that it had let pass: 101 when the WebSocket opens.
    fn after_handshake(&self, handshake: &Handshake, status: StatusCode) {
        let _ = (handshake, status);
    }
}

/// What a [`HandshakeInterceptor`] decides, sooner or later.
pub type Admission<'a> =
    Pin<Box<dyn Future<Output = Result<HandshakeAttempt, HandshakeRefusal>> + Send + 'a>>;

impl<F, Fut> HandshakeInterceptor for F
where
    F: Fn(HandshakeAttempt) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<HandshakeAttempt, HandshakeRefusal>> + Send + 'static,
{
    fn before_handshake(&self, attempt: HandshakeAttempt) -> Admission<'_> {
        Box::pin(self(attempt))
    }
}

impl fmt::Debug for dyn HandshakeInterceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandshakeInterceptor")
    }
}

/// A request that has not been answered.
pub struct HandshakeAttempt {
    handshake: Handshake,
    headers: HeaderMap,
    attributes: Attributes,
}

impl HandshakeAttempt {
    pub(crate) fn new(handshake: Handshake) -> Self {
        Self {
            handshake,
            headers: HeaderMap::new(),
            attributes: Attributes::default(),
        }
    }

    /// The request.
    #[must_use]
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// Headers that the response will have, whatever it is. How the connection goes on and where the body ends is the
    /// server's to say: `sec-websocket-…`, `connection`, `upgrade`, `content-length`, `transfer-encoding` and their like
    /// are left out.
    pub fn response_headers(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// Keeps a value under its type for the session, which [`Session::get`](crate::Session::get) gives.
    pub fn insert<T: Clone + Send + Sync + 'static>(&self, value: T) {
        self.attributes.insert(value);
    }

    /// Keeps a value under a name for the session, which [`Session::attribute`](crate::Session::attribute) gives.
    pub fn set_attribute<T: Clone + Send + Sync + 'static>(&self, name: &str, value: T) {
        self.attributes.set_named(name, value);
    }

    /// A refusal with this status, an empty body and the response's headers so far.
    #[must_use]
    pub fn refuse(self, status: StatusCode) -> HandshakeRefusal {
        HandshakeRefusal {
            status,
            headers: Box::new(self.headers),
            body: Body::default(),
        }
    }

    pub(crate) fn into_parts(self) -> (Handshake, HeaderMap, Attributes) {
        (self.handshake, applications(self.headers), self.attributes)
    }
}

impl fmt::Debug for HandshakeAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandshakeAttempt")
            .field("handshake", &self.handshake)
            .field("headers", &HeaderNames(&self.headers))
            .field("attributes", &self.attributes)
            .finish()
    }
}

/// The answer to a request that a [`HandshakeInterceptor`] refuses.
pub struct HandshakeRefusal {
    status: StatusCode,
    /// Boxed: an error should be small.
    headers: Box<HeaderMap>,
    body: Body,
}

impl HandshakeRefusal {
    /// The same refusal with this body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        // 1xx would leave the connection without an answer.
        *response.status_mut() = match self.status.is_informational() {
            true => StatusCode::INTERNAL_SERVER_ERROR,
            false => self.status,
        };
        *response.headers_mut() = applications(*self.headers);
        response
    }
}

impl fmt::Debug for HandshakeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandshakeRefusal")
            .field("status", &self.status)
            .field("headers", &HeaderNames(&self.headers))
            .finish_non_exhaustive()
    }
}

impl From<StatusCode> for HandshakeRefusal {
    fn from(status: StatusCode) -> Self {
        Self {
            status,
            headers: Box::default(),
            body: Body::default(),
        }
    }
}

/// Those that let a request pass, and the response's headers that they have set.
#[derive(Default)]
struct Passed {
    count: usize,
    headers: HeaderMap,
}

/// Why a request goes no further.
enum Stopped {
    Refused(HandshakeRefusal),
    /// Who was asked has not decided: the response has this status, and the headers of those before.
    With(StatusCode),
}

/// An endpoint's interceptors, in the order they were added.
#[derive(Debug, Clone, Default)]
pub(crate) struct HandshakeInterceptors(Vec<Arc<dyn HandshakeInterceptor>>);

impl HandshakeInterceptors {
    pub(crate) fn add(&mut self, interceptor: Arc<dyn HandshakeInterceptor>) {
        self.0.push(interceptor);
    }

    /// Asks one after the other, who have so long together; says how many let the request pass.
    pub(crate) async fn before(
        &self,
        attempt: HandshakeAttempt,
        env: &Env,
        deadline: Duration,
    ) -> (usize, Result<HandshakeAttempt, HandshakeRefusal>) {
        let mut passed = Passed::default();
        let asked = env.within(deadline, self.ask(attempt, &mut passed)).await;
        let admitted = asked.unwrap_or(Err(Stopped::With(StatusCode::SERVICE_UNAVAILABLE)));
        let admitted = admitted.map_err(|stopped| match stopped {
            Stopped::Refused(refusal) => refusal,
            Stopped::With(status) => HandshakeRefusal {
                headers: Box::new(passed.headers),
                ..status.into()
            },
        });
        (passed.count, admitted)
    }

    async fn ask(
        &self,
        mut attempt: HandshakeAttempt,
        passed: &mut Passed,
    ) -> Result<HandshakeAttempt, Stopped> {
        for interceptor in &self.0 {
            let Ok(admitted) = caught(|| interceptor.before_handshake(attempt)).await else {
                tracing::error!("a handshake interceptor panicked; the request was refused");
                return Err(Stopped::With(StatusCode::INTERNAL_SERVER_ERROR));
            };
            attempt = admitted.map_err(Stopped::Refused)?;
            passed.count += 1;
            passed.headers.clone_from(&attempt.headers);
        }
        Ok(attempt)
    }

    /// Tells those that let the request pass how it was answered, the last one first.
    pub(crate) fn after(&self, passed: usize, handshake: &Handshake, status: StatusCode) {
        for interceptor in self.0[..passed].iter().rev() {
            let told = catch_unwind(AssertUnwindSafe(|| {
                interceptor.after_handshake(handshake, status);
            }));
            if told.is_err() {
                tracing::error!("a handshake interceptor panicked when it was told of the answer");
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Is this for the server alone to say: how the connection goes on, and where the body ends?
fn is_servers(name: &HeaderName) -> bool {
    name.as_str().starts_with("sec-websocket-")
        || [
            CONNECTION,
            CONTENT_LENGTH,
            TE,
            TRAILER,
            TRANSFER_ENCODING,
            UPGRADE,
        ]
        .contains(name)
        || name == "keep-alive"
}

/// What an application's headers are when those of the server alone are gone.
fn applications(headers: HeaderMap) -> HeaderMap {
    if !headers.keys().any(is_servers) {
        return headers;
    }
    let mut kept = headers.clone();
    for name in headers.keys().filter(|name| is_servers(name)) {
        kept.remove(name);
    }
    kept
}
