//! A client's connection: STOMP frames over WebSocket, over a socket or a pipe.

use std::fmt;

use futures_util::{SinkExt, StreamExt};
use stomp_core::{
    Version,
    codec::{Decoded, Decoder, Limits, encode},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, protocol::Role},
};

use super::Frame;

/// Whatever carries octets.
pub(super) trait Pipe: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Pipe for T {}

/// What came from the server.
#[derive(Debug)]
pub(super) enum Incoming {
    Frame(Frame),
    HeartBeat,
    /// The server closed the WebSocket, with this code; `None`: it just went away.
    Closed(Option<u16>),
    /// What came is no STOMP, or no WebSocket.
    Broken(String),
}

/// The client's end of a WebSocket.
pub(super) struct Link {
    web_socket: WebSocketStream<Box<dyn Pipe>>,
    decoder: Decoder,
    /// What has been read and not been decoded.
    octets: bytes::Bytes,
    closed: Option<Option<u16>>,
}

impl Link {
    /// Over a pipe whose other end is a WebSocket already.
    pub(super) async fn over(pipe: impl Pipe + 'static) -> Self {
        Self::new(WebSocketStream::from_raw_socket(Box::new(pipe) as Box<dyn Pipe>, Role::Client, None).await)
    }

    /// Over a socket: opens the WebSocket at `url`.
    pub(super) async fn open(url: &str, socket: impl Pipe + 'static) -> Result<Self, String> {
        match client_async(url, Box::new(socket) as Box<dyn Pipe>).await {
            Ok((web_socket, _)) => Ok(Self::new(web_socket)),
            Err(Error::Http(response)) => Err(format!("the server answered {}", response.status())),
            Err(error) => Err(error.to_string()),
        }
    }

    fn new(web_socket: WebSocketStream<Box<dyn Pipe>>) -> Self {
        Self {
            web_socket,
            decoder: Decoder::new(limits()),
            octets: bytes::Bytes::new(),
            closed: None,
        }
    }

    /// A failure is left for [`next`](Self::next) to tell: what the server said before it went is of more use.
    pub(super) async fn send(&mut self, frame: &stomp_core::Frame) {
        let mut octets = Vec::new();
        encode(&mut octets, Version::V1_2, frame);
        let message = match String::from_utf8(octets) {
            Ok(text) => Message::text(text),
            Err(octets) => Message::binary(octets.into_bytes()),
        };
        let _ = self.web_socket.send(message).await;
    }

    /// What comes next. Cancel safe.
    pub(super) async fn next(&mut self) -> Incoming {
        loop {
            if let Some(incoming) = self.decode() {
                return incoming;
            }
            if let Some(code) = self.closed {
                return Incoming::Closed(code);
            }
            match self.web_socket.next().await {
                Some(Ok(Message::Text(text))) => self.octets = text.into(),
                Some(Ok(Message::Binary(octets))) => self.octets = octets,
                Some(Ok(Message::Close(close))) => {
                    let code = close.map_or(1005, |close| u16::from(close.code));
                    self.closed = Some(Some(code));
                    // Sends the answer, which the server waits for.
                    let _ = self.web_socket.flush().await;
                    let _ = self.web_socket.close(None).await;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(Error::Io(_) | Error::ConnectionClosed | Error::AlreadyClosed)) | None => {
                    self.closed = Some(None);
                }
                Some(Err(error)) => return Incoming::Broken(error.to_string()),
            }
        }
    }

    fn decode(&mut self) -> Option<Incoming> {
        let mut rest: &[u8] = &self.octets;
        let before = rest.len();
        let decoded = self.decoder.decode(&mut rest);
        let used = before - rest.len();
        bytes::Buf::advance(&mut self.octets, used);
        match decoded {
            Ok(Some(Decoded::Frame(frame))) => Some(Incoming::Frame(Frame(frame))),
            Ok(Some(Decoded::EndOfLine)) => Some(Incoming::HeartBeat),
            Ok(None) => None,
            Err(error) => Some(Incoming::Broken(error.to_string())),
        }
    }
}

/// Far above what the server's own tests send.
fn limits() -> Limits {
    let most = 64 * 1024 * 1024;
    Limits::default().with_frame(most).with_body(most)
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
