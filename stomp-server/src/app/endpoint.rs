//! Where clients connect.

use crate::transport::AllowedOrigins;

/// A path where clients open WebSockets (Spring's `registry.addEndpoint`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    path: String,
    origins: AllowedOrigins,
}

impl Endpoint {
    /// An endpoint for pages of the server's own origin, and for clients that are no browsers.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            origins: AllowedOrigins::SameOrigin,
        }
    }

    /// The same endpoint for pages of other origins: exact ones like `https://example.org`, or patterns like
    /// `https://*.example.org`, `http://localhost:[*]` and `*` (Spring's `setAllowedOriginPatterns`). The server's own
    /// origin must be listed too, if its pages are to connect.
    #[must_use]
    pub fn allowed_origins<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.origins = AllowedOrigins::Patterns(origins.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn origins(&self) -> &AllowedOrigins {
        &self.origins
    }
}
