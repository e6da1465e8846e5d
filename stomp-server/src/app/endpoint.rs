//! Where clients connect.

use std::sync::Arc;

use crate::transport::{AllowedOrigins, HandshakeInterceptor, HandshakeInterceptors};

/// A path where clients open WebSockets (Spring's `registry.addEndpoint`), or several with the same settings.
#[derive(Debug, Clone)]
pub struct Endpoint {
    paths: Vec<String>,
    origins: AllowedOrigins,
    interceptors: HandshakeInterceptors,
}

impl Endpoint {
    /// An endpoint for pages of the server's own origin, and for clients that are no browsers. It is exactly this path,
    /// whatever the query.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            paths: vec![path.into()],
            origins: AllowedOrigins::SameOrigin,
            interceptors: HandshakeInterceptors::default(),
        }
    }

    /// The same endpoint at one more path.
    #[must_use]
    pub fn and_path(mut self, path: impl Into<String>) -> Self {
        self.paths.push(path.into());
        self
    }

    /// The same endpoint for pages of other origins too: exact ones like `https://example.org`, or patterns like
    /// `https://*.example.org`, `http://localhost:[*]` and `*` (Spring's `setAllowedOrigins` and
    /// `setAllowedOriginPatterns`). The server's own pages may always connect.
    #[must_use]
    pub fn allowed_origins<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.origins = AllowedOrigins::Patterns(origins.into_iter().map(Into::into).collect());
        self
    }

    /// The same endpoint with an interceptor of handshakes, behind those that were added before (Spring's
    /// `addInterceptors`). They are asked before anything else, and an origin is looked at behind them.
    #[must_use]
    pub fn handshake_interceptor(mut self, interceptor: impl HandshakeInterceptor) -> Self {
        self.interceptors.add(Arc::new(interceptor));
        self
    }

    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }

    pub(crate) fn origins(&self) -> &AllowedOrigins {
        &self.origins
    }

    pub(crate) fn interceptors(&self) -> &HandshakeInterceptors {
        &self.interceptors
    }
}
