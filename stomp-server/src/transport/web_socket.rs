//! WebSocket, over whatever carries octets.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io::{self, Read, Write},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use stomp_core::CloseReason;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    error::{CapacityError, ProtocolError},
    protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext, frame::coding::CloseCode},
};

use super::{Received, Transport};
use crate::{broker::Framing, session::Frame};

/// How much is read at once.
const READ: usize = 64 * 1024;

thread_local! {
    /// The worker's read buffer: a session that waits holds none.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// A WebSocket that reads through tungstenite and writes frames that were finished elsewhere.
///
/// tungstenite is handed what the worker's buffer holds; what it writes (pongs, closes) is collected and joins the
/// session's frames, so that the two never interleave.
#[derive(Debug)]
pub(crate) struct WebSocket<S> {
    io: S,
    context: WebSocketContext,
    /// Octets read behind the handshake.
    early: Bytes,
    control: Vec<u8>,
    /// A message has begun to arrive.
    unfinished: bool,
    /// Nothing more can be read: the octets behind a broken rule mean nothing, and tungstenite must not see them.
    broken: bool,
    /// The client has said its close, behind which it sends nothing.
    said_close: bool,
    /// What it closed with.
    close_code: u16,
}

impl<S> WebSocket<S> {
    /// The server's side of a connection whose handshake is done. `early`: what was read behind it. `max_message`:
    /// octets that one message may hold.
    pub(crate) fn new(io: S, early: Bytes, max_message: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(0)
            .write_buffer_size(0)
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        Self {
            io,
            context: WebSocketContext::new(Role::Server, Some(config)),
            early,
            control: Vec::new(),
            unfinished: false,
            broken: false,
            said_close: false,
            close_code: NO_STATUS,
        }
    }

    /// Lets tungstenite read `octets`.
    fn feed(&mut self, octets: &[u8], into: &mut VecDeque<Bytes>) -> Received {
        let mut wire = Wire {
            octets,
            control: &mut self.control,
        };
        // How much was left when the last message had been read to its end.
        let mut left = octets.len();
        loop {
            match self.context.read(&mut wire) {
                Ok(Message::Text(text)) => {
                    self.unfinished = false;
                    into.extend(Some(Bytes::from(text)).filter(|octets| !octets.is_empty()));
                }
                Ok(Message::Binary(octets)) => {
                    self.unfinished = false;
                    into.extend(Some(octets).filter(|octets| !octets.is_empty()));
                }
                Ok(Message::Close(frame)) => {
                    self.close_code = frame.map_or(NO_STATUS, |frame| frame.code.into());
                }
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.unfinished |= left > 0;
                    return Received::Something;
                }
                Err(error) => {
                    self.broken = true;
                    self.said_close = matches!(error, Error::ConnectionClosed);
                    return ended(&error, self.close_code);
                }
            }
            left = wire.octets.len();
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Transport for WebSocket<S> {
    fn framing(&self) -> Framing {
        Framing::WebSocket
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>, into: &mut VecDeque<Bytes>) -> Poll<Received> {
        if self.broken {
            return Poll::Ready(Received::Lost);
        }
        if !self.early.is_empty() {
            let early = std::mem::take(&mut self.early);
            return Poll::Ready(self.feed(&early, into));
        }
        SCRATCH.with_borrow_mut(|scratch| {
            let mut buffer = ReadBuf::new(scratch);
            Poll::Ready(match ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.feed(buffer.filled(), into),
                Ok(()) | Err(_) => Received::Lost,
            })
        })
    }

    fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, octets)
    }

    fn take_control(&mut self) -> Option<Frame> {
        let octets = std::mem::take(&mut self.control);
        (!octets.is_empty()).then(|| Frame::of_session(Arc::from(octets)))
    }

    fn close(&mut self, reason: CloseReason, text: &'static str) {
        let frame = CloseFrame {
            code: CloseCode::from(reason.web_socket_code()),
            reason: text.into(),
        };
        let mut wire = Wire {
            octets: &[],
            control: &mut self.control,
        };
        // Fails when the connection is closed already, and then there is nothing left to say.
        drop(self.context.close(&mut wire, Some(frame)));
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.io).poll_shutdown(cx).map(drop)
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.said_close {
            // The server closes the connection first then (RFC 6455 section 7.1.1); it need not wait for the client.
            return Poll::Ready(());
        }
        SCRATCH.with_borrow_mut(|scratch| {
            loop {
                let mut buffer = ReadBuf::new(scratch);
                match ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer)) {
                    Ok(()) if !buffer.filled().is_empty() => {}
                    Ok(()) | Err(_) => return Poll::Ready(()),
                }
            }
        })
    }
}

/// What tungstenite takes for the connection.
struct Wire<'a> {
    octets: &'a [u8],
    control: &'a mut Vec<u8>,
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.octets.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.octets.read(buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.control.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Stands for a close frame without a code (RFC 6455 section 7.4.1).
const NO_STATUS: u16 = 1005;

fn ended(error: &Error, close_code: u16) -> Received {
    Received::Broken(match error {
        Error::ConnectionClosed => return Received::Closed(close_code),
        Error::Capacity(CapacityError::MessageTooLong { .. }) => CloseReason::TooLarge,
        Error::Utf8(_) => CloseReason::InvalidUtf8,
        Error::Protocol(error) if *error != ProtocolError::ResetWithoutClosingHandshake => {
            CloseReason::ProtocolError
        }
        _ => return Received::Lost,
    })
}
