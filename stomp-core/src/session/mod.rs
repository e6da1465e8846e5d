//! The server's side of one connection, as a value machine: bytes and the present moment go in, values come out.
//!
//! # How to drive a [`ServerSession`]
//!
//! 1. [`receive`](ServerSession::receive) with what the transport read, until the input is used up. Each [`Request`]
//!    is handled before the next one is taken, or queued in order.
//! 2. Answer a request by writing a frame into a buffer of the caller's: [`accept`](ServerSession::accept) or
//!    [`fail`](ServerSession::fail) for CONNECT, [`receipt`](ServerSession::receipt) for every request that asks.
//! 3. After the end of a [`Request::Fault`] or [`Request::Disconnect`] nothing more is received.
//! 4. At [`deadline`](ServerSession::deadline) call [`time_out`](ServerSession::time_out), which says whether a
//!    heart-beat is due or the session is over. Tell [`sent`](ServerSession::sent) about each write.
//!
//! The machine owns the client's subscription ids ([`Subscriptions`]), so that an id is taken whether a broker or a
//! handler answers it, and so that nothing is delivered after UNSUBSCRIBE.

mod beats;
mod config;
mod fault;
mod request;
mod server;
mod subscriptions;

pub use self::{
    config::SessionConfig,
    fault::Fault,
    request::{AckMode, Connect, Request, Send, Subscribe, Unsubscribe},
    server::{Overdue, ServerSession},
    subscriptions::{SubscriptionId, SubscriptionKey, Subscriptions},
};
