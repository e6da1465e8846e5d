//! A client's connection: STOMP frames over WebSocket, over a socket or a pipe.
//!
//! A task reads and writes, also while the test is busy with something else: the server never waits for the test.

use bytes::{Buf, Bytes};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use stomp_core::{
    Version,
    codec::{Decoded, Decoder, Limits, encode},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, error::ProtocolError, protocol::Role},
};

use super::Frame;
use crate::Env;

/// What came from the server.
#[derive(Debug)]
pub(super) enum Incoming {
    Frame(Frame),
    HeartBeat,
    /// The server closed the WebSocket with this code, 1005 for none; `None`: it just went away. That is the last.
    Closed(Option<u16>),
    /// What came is no STOMP, or no WebSocket. That is the last.
    Broken(String),
}

/// The client's end of a connection. When it is dropped, what was sent is written, and the connection breaks off.
#[derive(Debug)]
pub(super) struct Link {
    outgoing: UnboundedSender<Message>,
    incoming: UnboundedReceiver<Incoming>,
    closed: Option<u16>,
}

impl Link {
    /// Over a pipe whose other end is a WebSocket already.
    pub(super) async fn over(env: &Env, pipe: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self::new(
            env,
            WebSocketStream::from_raw_socket(pipe, Role::Client, None).await,
        )
    }

    /// Over a socket: opens the WebSocket at `url` with these headers in the request.
    pub(super) async fn open(
        env: &Env,
        url: &str,
        headers: HeaderMap,
        socket: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<Self, String> {
        let mut request = url.into_client_request().map_err(|error| error.to_string())?;
        request.headers_mut().extend(headers);
        match client_async(request, socket).await {
            Ok((web_socket, _)) => Ok(Self::new(env, web_socket)),
            Err(Error::Http(response)) => Err(format!("the server answered {}", response.status())),
            Err(error) => Err(error.to_string()),
        }
    }

    fn new<S>(env: &Env, web_socket: WebSocketStream<S>) -> Self
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (outgoing, to_write) = unbounded_channel();
        let (has_come, incoming) = unbounded_channel();
        let (sink, stream) = web_socket.split();
        drop(env.spawn(async move {
            tokio::select! {
                () = write(sink, to_write) => {}
                () = read(stream, &has_come) => {}
            }
        }));
        Self {
            outgoing,
            incoming,
            closed: None,
        }
    }

    /// A failure is left for [`next`](Self::next) to tell: what the server said before it went is of more use.
    pub(super) fn send(&self, frame: &stomp_core::Frame) {
        let mut octets = Vec::new();
        encode(&mut octets, Version::V1_2, frame);
        let message = match String::from_utf8(octets) {
            Ok(text) => Message::text(text),
            Err(octets) => Message::binary(octets.into_bytes()),
        };
        let _ = self.outgoing.send(message);
    }

    /// What comes next. Cancel safe.
    pub(super) async fn next(&mut self) -> Incoming {
        match self.incoming.recv().await {
            Some(incoming) => {
                if let Incoming::Closed(code) = incoming {
                    self.closed = code;
                }
                incoming
            }
            None => Incoming::Closed(self.closed),
        }
    }
}

/// Writes what the test sends, until the test has no more use for the connection.
async fn write<S>(mut sink: SplitSink<WebSocketStream<S>, Message>, mut to_write: UnboundedReceiver<Message>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = to_write.recv().await {
        if sink.send(message).await.is_err() {
            // The reading half tells why.
            std::future::pending::<()>().await;
        }
    }
}

/// Reads until the connection ends. tungstenite answers pings and the close meanwhile.
async fn read<S>(mut stream: SplitStream<WebSocketStream<S>>, has_come: &UnboundedSender<Incoming>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut decoder = Decoder::new(limits());
    let mut last = Incoming::Closed(None);
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => decode(&mut decoder, text.into(), has_come),
            Some(Ok(Message::Binary(octets))) => decode(&mut decoder, octets, has_come),
            Some(Ok(Message::Close(close))) => {
                last = Incoming::Closed(Some(close.map_or(1005, |close| close.code.into())));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Err(
                Error::Io(_)
                | Error::ConnectionClosed
                | Error::AlreadyClosed
                | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake),
            ))
            | None => break,
            Some(Err(error)) => {
                last = Incoming::Broken(error.to_string());
                break;
            }
        }
    }
    let _ = has_come.send(last);
}

fn decode(decoder: &mut Decoder, mut octets: Bytes, has_come: &UnboundedSender<Incoming>) {
    loop {
        let mut rest: &[u8] = &octets;
        let decoded = decoder.decode(&mut rest);
        let used = octets.len() - rest.len();
        octets.advance(used);
        let incoming = match decoded {
            Ok(Some(Decoded::Frame(frame))) => Incoming::Frame(Frame(frame)),
            Ok(Some(Decoded::EndOfLine)) => Incoming::HeartBeat,
            Ok(None) => return,
            Err(error) => {
                let _ = has_come.send(Incoming::Broken(error.to_string()));
                return;
            }
        };
        let _ = has_come.send(incoming);
    }
}

/// Headers of a handshake.
#[track_caller]
pub(super) fn handshake_headers(headers: &[(&str, &str)]) -> HeaderMap {
    let parsed = headers.iter().map(|(name, value)| {
        let header = HeaderName::try_from(*name)
            .ok()
            .zip(HeaderValue::try_from(*value).ok());
        header.unwrap_or_else(|| panic!("{name:?}: {value:?} is no header of a request"))
    });
    parsed.collect()
}

/// Far above what servers send to tests.
fn limits() -> Limits {
    let most = 64 * 1024 * 1024;
    Limits::default().with_frame(most).with_body(most)
}
