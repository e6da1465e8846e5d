//! The HTTP request that opens a WebSocket.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Peer, patiently};

/// A request to open a WebSocket: a proper one, until it is changed.
#[derive(Debug, Clone)]
pub struct Handshake {
    server: SocketAddr,
    method: &'static str,
    target: String,
    version: &'static str,
    headers: Vec<(String, String)>,
}

/// An answer that opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status code.
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Handshake {
    /// A proper request for `/ws`.
    #[must_use]
    pub fn to(server: SocketAddr) -> Self {
        let headers = [
            ("Host", server.to_string()),
            ("Connection", "Upgrade".to_owned()),
            ("Upgrade", "websocket".to_owned()),
            ("Sec-WebSocket-Version", "13".to_owned()),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==".to_owned()),
        ];
        Self {
            server,
            method: "GET",
            target: "/ws".to_owned(),
            version: "HTTP/1.1",
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        }
    }

    /// The same with another method.
    #[must_use]
    pub fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    /// The same with another target.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// The same with another version of HTTP.
    #[must_use]
    pub fn version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// The same with a header, in place of another of that name.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.headers.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The same without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(header, _)| !header.eq_ignore_ascii_case(name));
        self
    }

    /// Opens the WebSocket.
    ///
    /// # Panics
    ///
    /// When the server does not.
    pub async fn open(self) -> Peer {
        self.open_with_head().await.0
    }

    /// Opens the WebSocket, and gives the answer's head too.
    ///
    /// # Panics
    ///
    /// When the server does not.
    pub async fn open_with_head(self) -> (Peer, String) {
        match self.request().await {
            Ok(opened) => opened,
            Err(refusal) => panic!("refused: {refusal:?}"),
        }
    }

    /// Expects to be refused.
    ///
    /// # Panics
    ///
    /// When the server is fine with it.
    pub async fn refused(self) -> Refusal {
        match self.request().await {
            Ok((_, head)) => panic!("accepted: {head}"),
            Err(refusal) => refusal,
        }
    }

    async fn request(self) -> Result<(Peer, String), Refusal> {
        let mut stream = patiently("a connection", TcpStream::connect(self.server))
            .await
            .expect("the server listens");
        stream.set_nodelay(true).expect("the socket is open");
        patiently(
            "the server to read",
            stream.write_all(self.to_string().as_bytes()),
        )
        .await
        .expect("the server reads requests");
        let mut read = Vec::new();
        let end = loop {
            if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let more = patiently("an answer", stream.read_buf(&mut read)).await;
            assert_ne!(
                more.expect("the server answers"),
                0,
                "the connection ended: {read:?}"
            );
        };
        let head = String::from_utf8(read[..end].to_vec()).expect("the head is text");
        let status = head
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        let rest = read.split_off(end);
        if status == 101 {
            return Ok((Peer::new(stream, rest), head));
        }
        Err(Refusal {
            status,
            body: body(&head, rest, stream).await,
            head,
        })
    }
}

async fn body(head: &str, mut read: Vec<u8>, mut stream: TcpStream) -> String {
    let lower = head.to_ascii_lowercase();
    let length = lower
        .split_once("content-length: ")
        .and_then(|(_, rest)| rest.split_once('\r'));
    let length: usize = length.map_or(0, |(length, _)| length.parse().expect("a length"));
    while read.len() < length {
        let more = patiently("the rest of the answer", stream.read_buf(&mut read)).await;
        assert_ne!(more.expect("the server answers"), 0, "the body is cut off");
    }
    String::from_utf8(read).expect("the body is text")
}

impl std::fmt::Display for Handshake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}\r\n", self.method, self.target, self.version)?;
        for (name, value) in &self.headers {
            write!(f, "{name}: {value}\r\n")?;
        }
        f.write_str("\r\n")
    }
}
