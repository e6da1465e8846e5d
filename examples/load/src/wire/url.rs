//! `ws://host:port/path`, the only kind of address this program needs.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// Where a WebSocket endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    /// Host and port as they go into the `Host` header.
    pub(crate) authority: String,
    /// Path with its leading slash.
    pub(crate) path: String,
}

impl Url {
    /// The same server, another path.
    pub(crate) fn with_path(&self, path: &str) -> Self {
        Self {
            authority: self.authority.clone(),
            path: path.to_owned(),
        }
    }

    /// The first address the authority resolves to.
    pub(crate) fn resolve(&self) -> Result<SocketAddr> {
        let mut found = self
            .authority
            .to_socket_addrs()
            .with_context(|| format!("cannot resolve {}", self.authority))?;
        found
            .next()
            .with_context(|| format!("{} resolves to nothing", self.authority))
    }
}

impl FromStr for Url {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let Some(rest) = text
            .strip_prefix("ws://")
            .or_else(|| text.strip_prefix("http://"))
        else {
            bail!("`{text}` is not a ws:// address (TLS would be measured along with the server)");
        };
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        if authority.is_empty() {
            bail!("`{text}` names no host");
        }
        let authority = if authority.contains(':') {
            authority.to_owned()
        } else {
            format!("{authority}:80")
        };
        Ok(Self {
            authority,
            path: path.to_owned(),
        })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ws://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn an_address_is_split_into_authority_and_path() {
        let url: Url = "ws://127.0.0.1:8080/ws".parse().unwrap();
        assert_eq!(
            (url.authority.as_str(), url.path.as_str()),
            ("127.0.0.1:8080", "/ws")
        );
        assert_eq!(url.to_string(), "ws://127.0.0.1:8080/ws");
        assert_eq!(url.with_path("/raw").to_string(), "ws://127.0.0.1:8080/raw");
    }

    #[test]
    fn port_and_path_have_defaults() {
        assert_eq!(
            "ws://example.org".parse::<Url>().unwrap().to_string(),
            "ws://example.org:80/"
        );
    }

    #[test]
    fn other_schemes_are_refused() {
        assert!("wss://example.org/".parse::<Url>().is_err());
        assert!("ws:///ws".parse::<Url>().is_err());
    }
}
