//! A frame from the server.

use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use stomp_core::Headers;

use super::body;

/// A frame that a [`TestClient`](super::TestClient) got: CONNECTED, MESSAGE, RECEIPT or ERROR, with its headers
/// unescaped.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame(pub(super) stomp_core::Frame);

impl Frame {
    /// The command: `MESSAGE`.
    #[must_use]
    pub fn command(&self) -> &'static str {
        self.0.command.as_str()
    }

    /// All headers, in order and with repeats.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.0.headers
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.header(name)
    }

    /// The header `destination`; empty where there is none.
    #[must_use]
    pub fn destination(&self) -> &str {
        self.header("destination").unwrap_or_default()
    }

    /// The header `code` of an ERROR, `no-handler` for example; empty where there is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.header("code").unwrap_or_default()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        body::text(&self.0.body)
    }

    /// The body read as JSON.
    ///
    /// # Panics
    ///
    /// When it is no JSON, or not a `T`; the text shows the body.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        body::json(&self.0.body)
    }
}

/// One line, as transcripts show it. Credentials are left out.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.command())?;
        for (name, value) in self.headers() {
            let is_secret = Headers::is_credential(name) && !name.eq_ignore_ascii_case("login");
            let value = if is_secret { "…" } else { value };
            write!(f, " {name}:{}", value.escape_debug())?;
        }
        if !self.body().is_empty() {
            write!(f, " {}", body::shown(self.body()))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
