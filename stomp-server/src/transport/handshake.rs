//! Opening a WebSocket (RFC 6455 section 4).

use std::{fmt, net::SocketAddr};

use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
    header::{
        ALLOW, CONNECTION, HOST, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
        SEC_WEBSOCKET_VERSION, UPGRADE,
    },
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{AllowedOrigins, Body};

/// The request that opened a connection, for the authenticator. Its `Debug` text has the path and the headers' names:
/// queries and values hold tokens and cookies.
#[derive(Clone)]
#[non_exhaustive]
pub struct Handshake {
    /// The request's target.
    pub uri: Uri,
    /// The request's headers. Their `Debug` text holds cookies and tokens: do not log it.
    pub headers: HeaderMap,
    /// Who connected: the client, or the last proxy.
    pub peer: SocketAddr,
}

impl Handshake {
    /// That of a connection that never was HTTP: a pipe of a test.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn in_memory(uri: Uri) -> Self {
        Self {
            uri,
            headers: HeaderMap::new(),
            peer: (std::net::Ipv4Addr::LOCALHOST, 0).into(),
        }
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("path", &self.uri.path())
            .field("headers", &HeaderNames(&self.headers))
            .field("peer", &self.peer)
            .finish()
    }
}

/// Headers in a `Debug` text, which has no cookies and no tokens.
pub(super) struct HeaderNames<'h>(pub(super) &'h HeaderMap);

impl fmt::Debug for HeaderNames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.keys().map(http::HeaderName::as_str);
        f.debug_set().entries(names).finish()
    }
}

/// Why a request does not open a WebSocket. What the client reads is what Spring answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("pages of this origin may not connect")]
    Origin,
    #[error("a WebSocket endpoint answers GET")]
    Method,
    #[error("the request asks for no upgrade to websocket")]
    Upgrade,
    #[error("the connection header does not say upgrade")]
    Connection,
    #[error("the header sec-websocket-key is missing or malformed")]
    Key,
    #[error("this server speaks WebSocket version 13")]
    Version,
}

impl Refused {
    pub(super) fn response(self) -> Response<Body> {
        let (status, body) = match self {
            Self::Origin => (StatusCode::FORBIDDEN, ""),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, ""),
            Self::Upgrade => (StatusCode::BAD_REQUEST, r#"Can "Upgrade" only to "WebSocket"."#),
            Self::Connection => (StatusCode::BAD_REQUEST, r#""Connection" must be "upgrade"."#),
            Self::Key => (StatusCode::BAD_REQUEST, ""),
            Self::Version => (StatusCode::UPGRADE_REQUIRED, ""),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        match self {
            Self::Method => drop(headers.insert(ALLOW, HeaderValue::from_static("GET"))),
            Self::Version => drop(headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))),
            Self::Origin | Self::Upgrade | Self::Connection | Self::Key => {}
        }
        response
    }
}

/// The answer that accepts a WebSocket.
pub(super) fn accept<B>(request: &Request<B>, origins: &AllowedOrigins) -> Result<Response<Body>, Refused> {
    let headers = request.headers();
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    // An origin that is no text is nobody's own.
    let origin = headers
        .get(ORIGIN)
        .map(|origin| origin.to_str().unwrap_or("null"));
    if !origins.allows(origin, text(HOST)) {
        return Err(Refused::Origin);
    }
    if request.method() != Method::GET {
        return Err(Refused::Method);
    }
    if request.version() < Version::HTTP_11 || !names(headers, UPGRADE, "websocket") {
        return Err(Refused::Upgrade);
    }
    if !names(headers, CONNECTION, "upgrade") {
        return Err(Refused::Connection);
    }
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .filter(|key| is_key(key))
        .ok_or(Refused::Key)?;
    if headers
        .get(SEC_WEBSOCKET_VERSION)
        .is_none_or(|version| version != "13")
    {
        return Err(Refused::Version);
    }
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let answer = response.headers_mut();
    answer.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.insert(UPGRADE, HeaderValue::from_static("websocket"));
    let derived = HeaderValue::try_from(derive_accept_key(key.as_bytes())).map_err(|_| Refused::Key)?;
    answer.insert(SEC_WEBSOCKET_ACCEPT, derived);
    if let Some(protocol) = sub_protocol(headers) {
        answer.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    Ok(response)
}

/// The first of the client's sub-protocols that is one of STOMP's, as the client writes it. The version itself is agreed
/// on in CONNECT.
fn sub_protocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL);
    let mut offered = offered
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    let known = stomp_core::Version::ALL.map(stomp_core::Version::sub_protocol);
    let chosen = offered.find(|protocol| known.iter().any(|known| known.eq_ignore_ascii_case(protocol)))?;
    HeaderValue::from_str(chosen).ok()
}

fn names(headers: &HeaderMap, header: http::HeaderName, token: &str) -> bool {
    let mut values = headers
        .get_all(header)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.any(|value| {
        value
            .split(',')
            .any(|part| part.trim().eq_ignore_ascii_case(token))
    })
}

/// 16 octets in base 64.
fn is_key(key: &HeaderValue) -> bool {
    let key = key.as_bytes();
    key.len() == 24
        && key.ends_with(b"==")
        && key[..22]
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stomp_core::Headers;

    use super::*;
    use crate::{
        HandshakeAttempt, Login,
        session::{Session, SessionId},
    };

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn request(change: &[(&str, Option<&str>)]) -> Request<()> {
        let mut request = Request::get("/ws").body(()).expect("a request");
        let usual = [
            ("host", Some("h")),
            ("connection", Some("keep-alive, Upgrade")),
            ("upgrade", Some("WebSocket")),
            ("sec-websocket-version", Some("13")),
            ("sec-websocket-key", Some(KEY)),
        ];
        for (name, value) in usual.iter().chain(change) {
            let name = http::HeaderName::try_from(*name).expect("a name");
            match value {
                Some(value) => drop(
                    request
                        .headers_mut()
                        .insert(name, HeaderValue::try_from(*value).expect("a value")),
                ),
                None => drop(request.headers_mut().remove(name)),
            }
        }
        request
    }

    #[test]
    fn what_a_request_shows_of_itself_has_no_cookies_and_no_tokens() {
        let request = request(&[
            ("cookie", Some("session=secret")),
            ("authorization", Some("Bearer secret")),
        ]);
        let handshake = Handshake {
            uri: Uri::from_static("http://ann:secret@h/ws?access_token=secret"),
            headers: request.headers().clone(),
            peer: (std::net::Ipv4Addr::LOCALHOST, 9).into(),
        };
        let shown = format!("{handshake:?}");
        for part in [r#""/ws""#, r#""cookie""#, r#""authorization""#, "127.0.0.1:9"] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        let mut attempt = HandshakeAttempt::new(handshake.clone());
        let set_cookie = HeaderValue::from_static("session=secret");
        attempt
            .response_headers()
            .insert(http::header::SET_COOKIE, set_cookie);
        let session = Session::detached(SessionId::from_bits(1), None);
        let headers = Headers::new().with("PASSCODE", "secret");
        let login = Login::new(Arc::new(handshake), headers, session);
        for text in [
            shown,
            format!("{attempt:?}"),
            format!("{login:?}"),
            format!("{:?}", attempt.refuse(StatusCode::FORBIDDEN)),
        ] {
            assert!(!text.contains("secret"), "{text}");
        }
    }

    #[test]
    fn a_proper_request_is_accepted() {
        let response = accept(&request(&[]), &AllowedOrigins::SameOrigin).expect("accepted");
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        // The example of RFC 6455 section 1.3.
        assert_eq!(
            response.headers()[SEC_WEBSOCKET_ACCEPT],
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
        assert!(!response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL));
    }

    #[test]
    fn the_clients_first_known_sub_protocol_is_chosen() {
        let table = [
            ("v12.stomp", Some("v12.stomp")),
            ("v10.stomp, v11.stomp, v12.stomp", Some("v10.stomp")),
            ("mqtt,v11.stomp", Some("v11.stomp")),
            ("V12.Stomp", Some("V12.Stomp")),
            ("mqtt", None),
        ];
        for (offered, chosen) in table {
            let request = request(&[("sec-websocket-protocol", Some(offered))]);
            let response = accept(&request, &AllowedOrigins::SameOrigin).expect("accepted");
            let got = response
                .headers()
                .get(SEC_WEBSOCKET_PROTOCOL)
                .map(|value| value.to_str().expect("text"));
            assert_eq!(got, chosen, "{offered}");
        }
    }

    #[test]
    fn other_requests_are_refused_by_name() {
        let table: [(&str, Option<&str>, Refused); 8] = [
            ("connection", None, Refused::Connection),
            ("connection", Some("close"), Refused::Connection),
            ("upgrade", Some("h2c"), Refused::Upgrade),
            ("sec-websocket-version", None, Refused::Version),
            ("sec-websocket-version", Some("8"), Refused::Version),
            ("sec-websocket-key", None, Refused::Key),
            ("sec-websocket-key", Some("short"), Refused::Key),
            ("origin", Some("http://evil.example"), Refused::Origin),
        ];
        for (name, value, refused) in table {
            let got = accept(&request(&[(name, value)]), &AllowedOrigins::SameOrigin);
            assert_eq!(got.err(), Some(refused), "{name}: {value:?}");
        }
        let mut post = request(&[]);
        *post.method_mut() = Method::POST;
        assert_eq!(
            accept(&post, &AllowedOrigins::SameOrigin).err(),
            Some(Refused::Method)
        );
        let foreign = HeaderValue::from_static("http://evil.example");
        post.headers_mut().insert(ORIGIN, foreign);
        let got = accept(&post, &AllowedOrigins::SameOrigin);
        assert_eq!(got.err(), Some(Refused::Origin), "the origin is looked at first");
    }
}
