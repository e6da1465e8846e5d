//! HTTP: the endpoints, and whatever else an application serves on the same port.

use std::{convert::Infallible, fmt, future::Future, net::SocketAddr, pin::Pin, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header::ORIGIN};
use http_body_util::Full;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::service_fn,
    upgrade::{OnUpgrade, Upgraded},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::{
    Handshake, HandshakeAttempt, WebSocket,
    handshake::{self, Refused},
};
use crate::{
    Endpoint,
    app::ServerState,
    session::{Attributes, Connection},
};

/// The body of an HTTP response.
pub type Body = Full<Bytes>;

/// Answers the HTTP requests that are for no endpoint: pages, an API.
///
/// Implemented for functions and closures from a request to a future of a response. A request may be upgraded through
/// `hyper::upgrade::on`. The types are those of the crates [`http`](crate::http), [`hyper`](crate::hyper) and
/// [`http_body_util`](crate::http_body_util), which are exported here in the versions that fit.
///
/// ```
/// use stomp_server::{
///     Body, StompServer,
///     http::{Request, Response, StatusCode},
///     hyper::body::Incoming,
/// };
///
/// async fn page(request: Request<Incoming>) -> Response<Body> {
///     let mut response = Response::new(Body::from("nothing here but /health"));
///     match request.uri().path() {
///         "/health" => *response.body_mut() = Body::from("well"),
///         _ => *response.status_mut() = StatusCode::NOT_FOUND,
///     }
///     response
/// }
///
/// let builder = StompServer::builder().fallback(page);
/// # drop(builder);
/// ```
pub trait HttpHandler: Send + Sync + 'static {
    /// The response, sooner or later.
    fn handle(&self, request: Request<Incoming>)
    -> Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>>;
}

impl<F, Fut> HttpHandler for F
where
    F: Fn(Request<Incoming>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Response<Body>> + Send + 'static,
{
    fn handle(
        &self,
        request: Request<Incoming>,
    ) -> Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>> {
        Box::pin(self(request))
    }
}

/// Serves one connection until it is closed or has become a WebSocket.
pub(crate) async fn serve_connection(stream: TcpStream, peer: SocketAddr, server: Arc<ServerState>) {
    set_options(&stream, server.config.kernel_send_buffer);
    let deadline = server.config.handshake_deadline;
    let stopping = server.stopping.clone();
    let service = service_fn(|request| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(respond(request, peer, server).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(deadline)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "an HTTP connection broke");
    }
}

/// Is this an endpoint's own path, perhaps with escapes, which mean the same (RFC 3986 section 2.3)? A slash with an
/// escape is none.
fn is_path(own: &str, asked: &str) -> bool {
    own == asked || asked.contains('%') && unescaped(asked).eq(own.bytes())
}

fn unescaped(path: &str) -> impl Iterator<Item = u8> {
    let mut rest = path.as_bytes();
    std::iter::from_fn(move || {
        let octet = escaped(rest).filter(|octet| *octet != b'/');
        rest = rest.get(if octet.is_some() { 3 } else { 0 }..)?;
        octet.or_else(|| rest.split_off_first().copied())
    })
}

/// What `%41` and its like at the front stand for.
fn escaped(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else {
        return None;
    };
    let digit = |octet: u8| char::from(octet).to_digit(16);
    u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()
}

async fn respond(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    server: Arc<ServerState>,
) -> Response<Body> {
    let path = request.uri().path();
    let at_path = |endpoint: &&Endpoint| endpoint.paths().iter().any(|own| is_path(own, path));
    let Some(endpoint) = server.endpoints.iter().find(at_path) else {
        return match &server.fallback {
            Some(fallback) => fallback.handle(request).await,
            None => status(StatusCode::NOT_FOUND),
        };
    };
    if server.stopping.is_cancelled() || server.sessions.len() >= server.config.max_connections {
        server.counters.sessions_refused.increment();
        return status(StatusCode::SERVICE_UNAVAILABLE);
    }
    let handshake = Handshake {
        uri: request.uri().clone(),
        headers: request.headers().clone(),
        peer,
    };
    let interceptors = endpoint.interceptors();
    if interceptors.is_empty() {
        return answer(&mut request, HandshakeAttempt::new(handshake), endpoint, &server);
    }
    let attempt = HandshakeAttempt::new(handshake.clone());
    let (passed, admitted) = interceptors
        .before(attempt, &server.env, server.config.handshake_deadline)
        .await;
    let response = match admitted {
        Ok(attempt) => answer(&mut request, attempt, endpoint, &server),
        Err(refusal) => {
            server.counters.sessions_refused.increment();
            tracing::debug!(%peer, "a handshake interceptor refused a request");
            refusal.into_response()
        }
    };
    interceptors.after(passed, &handshake, response.status());
    response
}

/// Opens a WebSocket, if that is what the request asks for.
fn answer(
    request: &mut Request<Incoming>,
    attempt: HandshakeAttempt,
    endpoint: &Endpoint,
    server: &Arc<ServerState>,
) -> Response<Body> {
    let (handshake, headers, attributes) = attempt.into_parts();
    let mut response = match handshake::accept(request, endpoint.origins()) {
        Ok(response) => {
            let upgrade = hyper::upgrade::on(request);
            server.spawn_opening(open(upgrade, handshake, attributes, Arc::clone(server)));
            response
        }
        Err(refused) => {
            server.counters.sessions_refused.increment();
            tell(refused, handshake.peer, request.headers());
            refused.response()
        }
    };
    // The server's own headers say what the response is.
    let own = std::mem::replace(response.headers_mut(), headers);
    response.headers_mut().extend(own);
    response
}

/// A page that the developer has forgotten to allow is worth a warning; requests that are no handshakes are not.
fn tell(refused: Refused, peer: SocketAddr, headers: &HeaderMap) {
    if refused == Refused::Origin {
        let origin = headers.get(ORIGIN);
        tracing::warn!(%peer, ?origin, "a page was refused: `Endpoint::allowed_origins` does not name its origin");
    } else {
        tracing::debug!(%peer, %refused, "a handshake was refused");
    }
}

/// Starts a session once its connection has been upgraded.
///
/// It gets a task of its own: what the handshake needed is gone with this one.
async fn open(upgrade: OnUpgrade, handshake: Handshake, attributes: Attributes, server: Arc<ServerState>) {
    let Ok(upgraded) = upgrade.await else { return };
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => start(
            parts.io.into_inner(),
            &parts.read_buf,
            handshake,
            attributes,
            &server,
        ),
        Err(upgraded) => start(
            TokioIo::<Upgraded>::new(upgraded),
            &[],
            handshake,
            attributes,
            &server,
        ),
    }
}

fn start<S>(io: S, early: &[u8], handshake: Handshake, attributes: Attributes, server: &Arc<ServerState>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    // Copied, because the octets would keep hyper's read buffer, which is larger than all that an idle session holds.
    let early = Bytes::copy_from_slice(early);
    let web_socket = WebSocket::new(io, early, server.config.max_message());
    let connection = Connection::new(web_socket, handshake, attributes, Arc::clone(server));
    drop(server.env.spawn(connection));
}

/// Failures leave the socket as it is: it works all the same.
fn set_options(stream: &TcpStream, kernel_send_buffer: u32) {
    let _ = stream.set_nodelay(true);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if kernel_send_buffer > 0 {
        let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(kernel_send_buffer);
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    if kernel_send_buffer > 0 {
        let _ = socket2::SockRef::from(stream).set_send_buffer_size(kernel_send_buffer as usize);
    }
}

fn status(status: StatusCode) -> Response<Body> {
    let text = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}

impl fmt::Debug for dyn HttpHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpHandler")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Mutex, PoisonError},
    };

    use http::HeaderValue;

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            log.extend_from_slice(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(refused: Refused) -> String {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://shop.example"))]);
        tracing::subscriber::with_default(subscriber, || tell(refused, ([127, 0, 0, 1], 1).into(), &headers));
        let log = log.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
    }

    #[test]
    fn a_refused_origin_is_a_warning_that_names_it_and_the_cure() {
        let log = logged(Refused::Origin);
        for expected in ["WARN", "https://shop.example", "Endpoint::allowed_origins"] {
            assert!(log.contains(expected), "{expected} is missing: {log}");
        }
        assert_eq!(logged(Refused::Upgrade), "", "not worth a line at `info`");
    }

    #[test]
    fn a_path_may_be_written_with_escapes() {
        let same = ["/ws/ä", "/%77s/ä", "/ws/%C3%a4", "/%77%73/%c3%A4"];
        for asked in same {
            assert!(is_path("/ws/ä", asked), "{asked}");
        }
        for asked in [
            "/ws%2Fä",
            "/%7",
            "/%",
            "/%zzs/ä",
            "/%+7s/ä",
            "/%2577s/ä",
            "/WS/ä",
            "/ws/ä/",
        ] {
            assert!(!is_path("/ws/ä", asked), "{asked}");
        }
        assert!(is_path("/100%", "/100%") && is_path("/100%", "/100%25"));
    }
}
