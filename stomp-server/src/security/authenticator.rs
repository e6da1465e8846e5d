//! Deciding who a client is.

use std::{borrow::Cow, fmt, future::Future, pin::Pin, sync::Arc};

use stomp_core::Headers;

use crate::{Principal, Session, transport::Handshake};

/// Decides who a client is, once for each session, before CONNECTED is written.
///
/// Implemented for functions and closures from [`Login`] to a future:
///
/// ```
/// use stomp_server::{AuthenticationError, Login, Principal, StompServer};
///
/// async fn by_name(login: Login) -> Result<Option<Principal>, AuthenticationError> {
///     match login.login() {
///         Some(name) if !name.is_empty() => Ok(Some(Principal::new(name))),
///         _ => Err(AuthenticationError::new("tell us your name in the login header")),
///     }
/// }
///
/// let server = StompServer::builder().scope(module_path!()).authenticator(by_name).build();
/// # assert!(server.is_ok());
/// ```
pub trait Authenticator: Send + Sync + 'static {
    /// The client's user, `None` for an anonymous one, or an error that refuses the client.
    fn authenticate(&self, login: Login) -> Decision<'_>;
}

/// What an [`Authenticator`] decides, sooner or later.
pub type Decision<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Principal>, AuthenticationError>> + Send + 'a>>;

impl<F, Fut> Authenticator for F
where
    F: Fn(Login) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<Principal>, AuthenticationError>> + Send + 'static,
{
    fn authenticate(&self, login: Login) -> Decision<'_> {
        Box::pin(self(login))
    }
}

impl fmt::Debug for dyn Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authenticator")
    }
}

/// What a client shows of itself: its handshake request and its CONNECT frame.
#[derive(Debug, Clone)]
pub struct Login {
    handshake: Arc<Handshake>,
    headers: Headers,
    session: Session,
}

impl Login {
    pub(crate) fn new(handshake: Arc<Handshake>, headers: Headers, session: Session) -> Self {
        Self {
            handshake,
            headers,
            session,
        }
    }

    /// The request that opened the connection: cookies, tokens, addresses.
    #[must_use]
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// The session as it is before it has a user: handlers will find what is kept with it, and what a
    /// [`HandshakeInterceptor`](crate::HandshakeInterceptor) kept is here.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// All headers of the CONNECT frame. Their `Debug` text leaves `login`, `passcode` and `authorization` out.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The `login` header (STOMP 1.2, "CONNECT or STOMP Frame").
    #[must_use]
    pub fn login(&self) -> Option<&str> {
        self.headers.get("login")
    }

    /// The `passcode` header (STOMP 1.2, "CONNECT or STOMP Frame").
    #[must_use]
    pub fn passcode(&self) -> Option<&str> {
        self.headers.get("passcode")
    }
}

/// Why a client was refused. The client gets the message in an ERROR with code `unauthenticated`; the cause goes
/// nowhere but to whoever asks for [`source`](std::error::Error::source).
pub struct AuthenticationError {
    message: Cow<'static, str>,
    source: Option<crate::BoxError>,
}

impl AuthenticationError {
    /// A refusal with a message for the client.
    #[must_use]
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// The same refusal with its cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<crate::BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What the client reads.
    #[must_use]
    pub fn client_message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationError")
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl std::error::Error for AuthenticationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
