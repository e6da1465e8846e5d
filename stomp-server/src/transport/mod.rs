//! How octets reach a session and leave it.
//!
//! A session talks to a [`Transport`]: octets in, finished frames out, a close with a reason. Each transport is a
//! small adapter; none knows anything of STOMP.

mod handshake;
mod http;
mod interceptor;
mod origin;
mod web_socket;

use std::{
    collections::VecDeque,
    io,
    task::{Context, Poll},
};

use bytes::Bytes;
use stomp_core::CloseReason;

pub use self::{
    handshake::Handshake,
    http::{Body, HttpHandler},
    interceptor::{Admission, HandshakeAttempt, HandshakeInterceptor, HandshakeRefusal},
    origin::AllowedOrigins,
};
pub(crate) use self::{http::serve_connection, interceptor::HandshakeInterceptors, web_socket::WebSocket};
use crate::{broker::Framing, session::Frame};

/// One client's way in and out.
pub(crate) trait Transport: Send + Unpin + 'static {
    /// What this transport wraps around a frame.
    fn framing(&self) -> Framing;

    /// Reads what is there and appends the octets of STOMP to `into`.
    fn poll_receive(&mut self, cx: &mut Context<'_>, into: &mut VecDeque<Bytes>) -> Poll<Received>;

    /// Has a message begun to arrive that is not there to its end?
    fn is_unfinished(&self) -> bool;

    /// Writes finished frames; says how many octets went.
    fn poll_write(&mut self, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>>;

    /// The transport's own frames, to be written behind what waits already: answers to pings, a close.
    fn take_control(&mut self) -> Option<Frame>;

    /// Begins to close: leaves a closing frame with this text for [`take_control`](Self::take_control).
    fn close(&mut self, reason: CloseReason, text: &'static str);

    /// Ends the connection's sending half.
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// Reads and forgets; ready when the client has closed its half or has said that nothing more comes, so that
    /// nothing unread makes the kernel reset the connection before the client has read the last words.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()>;
}

/// What [`Transport::poll_receive`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    /// Something came: octets of STOMP, or a sign of life.
    Something,
    /// The client has closed in good order, with this code (1005: without one), and waits for the answer.
    Closed(u16),
    /// The client broke a rule of the transport.
    Broken(CloseReason),
    /// The connection is gone.
    Lost,
}
