//! A client in octets: it speaks WebSocket and STOMP by hand, so that it can break every rule of both.
//!
//! | file | holds |
//! |---|---|
//! | `handshake` | the HTTP request that opens a WebSocket |
//! | `web_socket` | WebSocket frames |
//! | `frame` | STOMP frames |
//! | `stomp` | what a well-behaved STOMP client says and expects |
//!
//! Everything that waits does so for [`PATIENCE`] and then fails with what it waited for.

mod frame;
mod handshake;
mod stomp;
pub mod web_socket;

use std::{fmt, future::Future, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use self::web_socket::{BINARY, CLOSE, FIN, PING, PONG, TEXT, masked, parse};
pub use self::{
    frame::Frame,
    handshake::{Handshake, Refusal},
};

/// How long anything may take before a test fails. No test needs a hundredth of it on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for `what`, but not for ever.
///
/// # Panics
///
/// When it takes longer than [`PATIENCE`].
pub async fn patiently<T>(what: &str, wait: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(done) => done,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// A client with an open WebSocket.
#[derive(Debug)]
pub struct Peer {
    stream: TcpStream,
    unread: Vec<u8>,
    fences: usize,
}

/// What comes from the server.
#[derive(Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A text or binary message.
    Message {
        /// Its payload.
        octets: Vec<u8>,
        /// Is it binary?
        binary: bool,
    },
    /// A ping.
    Ping(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    /// A close with its code and reason; 1005 stands for none.
    Close(u16, String),
    /// The end of the stream.
    End,
}

impl Peer {
    /// Opens a WebSocket at `/ws` and says nothing yet.
    pub async fn open(server: SocketAddr) -> Self {
        Handshake::to(server).open().await
    }

    fn new(stream: TcpStream, unread: Vec<u8>) -> Self {
        Self {
            stream,
            unread,
            fences: 0,
        }
    }

    /// Writes octets as they are.
    ///
    /// # Panics
    ///
    /// When the server has closed the connection.
    pub async fn write(&mut self, octets: &[u8]) {
        patiently("the server to read", self.stream.write_all(octets))
            .await
            .expect("the server has not closed the connection");
    }

    /// Sends one text message.
    pub async fn text(&mut self, payload: impl AsRef<[u8]>) {
        self.write(&masked(FIN | TEXT, payload.as_ref())).await;
    }

    /// Sends one binary message.
    pub async fn binary(&mut self, payload: impl AsRef<[u8]>) {
        self.write(&masked(FIN | BINARY, payload.as_ref())).await;
    }

    /// Sends these messages in one go: as text where they are. The server may stop reading before their end.
    pub async fn messages(&mut self, payloads: &[Vec<u8>]) {
        let opcode = |payload| std::str::from_utf8(payload).map_or(BINARY, |_| TEXT);
        let octets: Vec<u8> = payloads
            .iter()
            .flat_map(|payload| masked(FIN | opcode(payload), payload))
            .collect();
        // What keeps the server from reading is what the test looks at next.
        let _ = patiently("the server to read", self.stream.write_all(&octets)).await;
    }

    /// Sends a close.
    pub async fn close(&mut self, code: u16) {
        self.write(&masked(FIN | CLOSE, &code.to_be_bytes())).await;
    }

    /// What comes next, whatever it is.
    pub async fn next(&mut self) -> Incoming {
        patiently("anything from the server", self.receive()).await
    }

    async fn receive(&mut self) -> Incoming {
        loop {
            if let Some((first, payload, length)) = parse(&self.unread) {
                self.unread.drain(..length);
                return incoming(first, payload);
            }
            match self.stream.read_buf(&mut self.unread).await {
                Ok(0) => {
                    assert!(self.unread.is_empty(), "cut off in a frame: {:?}", self.unread);
                    // As clients do; else the server lingers. It may be gone already.
                    let _ = self.stream.shutdown().await;
                    return Incoming::End;
                }
                Ok(_) => {}
                Err(error) => panic!("the connection broke: {error}"),
            }
        }
    }

    /// The next STOMP frame; heart-beats before it are passed over.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn frame(&mut self) -> Frame {
        loop {
            match self.next().await {
                Incoming::Message { octets, .. } if octets == b"\n" => {}
                Incoming::Message { octets, binary } => return Frame::parse(&octets, binary),
                other => panic!("a frame was expected, not {other:?}"),
            }
        }
    }

    /// Expects a close with this code, answers it, and expects the end of the connection.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expect_close(&mut self, code: u16) {
        match self.next().await {
            Incoming::Close(got, reason) => assert_eq!(got, code, "close code, with reason {reason:?}"),
            other => panic!("close {code} was expected, not {other:?}"),
        }
        self.close(code).await;
        self.expect_end().await;
    }

    /// Expects the end of the connection.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expect_end(&mut self) {
        assert_eq!(self.next().await, Incoming::End);
    }

    /// Breaks the connection off without a word; the server gets a reset.
    ///
    /// # Panics
    ///
    /// When the operating system refuses.
    pub fn break_off(self) {
        self.stream.set_zero_linger().expect("linger can be set");
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { octets, binary } => {
                let kind = if *binary { "Binary" } else { "Text" };
                write!(f, "{kind}({:?})", octets.escape_ascii().to_string())
            }
            Self::Ping(octets) => write!(f, "Ping({:?})", octets.escape_ascii().to_string()),
            Self::Pong(octets) => write!(f, "Pong({:?})", octets.escape_ascii().to_string()),
            Self::Close(code, reason) => write!(f, "Close({code}, {reason:?})"),
            Self::End => f.write_str("End"),
        }
    }
}

fn incoming(first: u8, payload: Vec<u8>) -> Incoming {
    match first & 0x0f {
        TEXT => {
            std::str::from_utf8(&payload).expect("text is UTF-8");
            Incoming::Message {
                octets: payload,
                binary: false,
            }
        }
        BINARY => Incoming::Message {
            octets: payload,
            binary: true,
        },
        PING => Incoming::Ping(payload),
        PONG => Incoming::Pong(payload),
        CLOSE => match payload.split_first_chunk::<2>() {
            Some((code, reason)) => Incoming::Close(
                u16::from_be_bytes(*code),
                String::from_utf8(reason.to_vec()).expect("the reason is UTF-8"),
            ),
            None => Incoming::Close(1005, String::new()),
        },
        opcode => panic!("opcode {opcode} from a server"),
    }
}
