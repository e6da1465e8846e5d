//! The application's say in handshakes.

use std::{
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::Poll,
};

use http::{HeaderMap, Response, StatusCode};

use super::{Body, Handshake};
use crate::session::Attributes;

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
    /// Lets a request pass, or refuses it. It has [`Config::handshake_deadline`](crate::Config::handshake_deadline) for
    /// that; what takes longer is refused with 503, what panics with 500.
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
#[derive(Debug)]
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

    /// Headers that the response will have, whatever it is. Those that open the WebSocket are the server's to set.
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
        (self.handshake, self.headers, self.attributes)
    }
}

/// The answer to a request that a [`HandshakeInterceptor`] refuses.
#[derive(Debug)]
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
        *response.headers_mut() = *self.headers;
        response
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

/// An endpoint's interceptors, in the order they were added.
#[derive(Debug, Clone, Default)]
pub(crate) struct HandshakeInterceptors(Vec<Arc<dyn HandshakeInterceptor>>);

impl HandshakeInterceptors {
    pub(crate) fn add(&mut self, interceptor: Arc<dyn HandshakeInterceptor>) {
        self.0.push(interceptor);
    }

    /// Asks one after the other; says how many let the request pass.
    pub(crate) async fn before(
        &self,
        attempt: HandshakeAttempt,
    ) -> (usize, Result<HandshakeAttempt, HandshakeRefusal>) {
        let mut attempt = attempt;
        for (passed, interceptor) in self.0.iter().enumerate() {
            match caught(interceptor.as_ref(), attempt).await {
                Ok(admitted) => attempt = admitted,
                Err(refusal) => return (passed, Err(refusal)),
            }
        }
        (self.0.len(), Ok(attempt))
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

/// What an interceptor decides; one that panics refuses. Unwind safety: the attempt was moved into the call, and the
/// call is never polled again.
async fn caught(
    interceptor: &dyn HandshakeInterceptor,
    attempt: HandshakeAttempt,
) -> Result<HandshakeAttempt, HandshakeRefusal> {
    let panicked = || {
        tracing::error!("a handshake interceptor panicked; the request was refused");
        Err(StatusCode::INTERNAL_SERVER_ERROR.into())
    };
    let Ok(mut admission) = catch_unwind(AssertUnwindSafe(|| interceptor.before_handshake(attempt))) else {
        return panicked();
    };
    let polled = std::future::poll_fn(move |cx| {
        match catch_unwind(AssertUnwindSafe(|| admission.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    });
    polled.await.unwrap_or_else(panicked)
}
