//! The server's side of one connection, as a value machine: bytes and the present moment go in, values come out.
//!
//! # How to drive a [`ServerSession`]
//!
//! Everything goes by the caller's clock: moments must not run backwards, and each call is told the present one.
//!
//! **Receiving.** Call [`receive`](ServerSession::receive) with what the transport read until it returns `None`. Each
//! [`Request`] is handled before the next one is asked for, or queued; the order is that of the frames either way.
//! `None` with input left over happens only behind a [`Request::Connect`] that was not answered: keep that input, and
//! offer it again afterwards. Behind a [`Request::Disconnect`] or a [`Request::Fault`] nothing is received any more,
//! and input is dropped. Reading may be [`pause`](ServerSession::pause)d and [`resume`](ServerSession::resume)d.
//!
//! **Answering.** Each method that answers appends one frame to a buffer of the caller's:
//!
//! | request | when it is done | when it failed |
//! |---|---|---|
//! | [`Request::Connect`] | [`accept`](ServerSession::accept) | [`fail`](ServerSession::fail) |
//! | [`Request::Send`], [`Request::Subscribe`], [`Request::Unsubscribe`] | [`receipt`](ServerSession::receipt), if asked for | `fail` |
//! | [`Request::Disconnect`] | `receipt`, if asked for, then [`end`](ServerSession::end) | |
//! | [`Request::Fault`] | `fail`, with this fault | |
//!
//! `fail` and `end` end the session at any time; nothing is to be written behind them.
//!
//! **Time.** At [`deadline`](ServerSession::deadline), or a tick of a coarse clock later, call
//! [`time_out`](ServerSession::time_out) and do what it says. Any other call may bring the deadline forward, so ask
//! for it again once there is nothing more to do. Tell [`sent`](ServerSession::sent) of each write, and
//! [`heard`](ServerSession::heard) of signs of life that are no octets of STOMP.
//!
//! The machine owns the client's subscription ids ([`Subscriptions`]), so that an id is taken whether a broker or a
//! handler answers it, and so that nothing is delivered after UNSUBSCRIBE.

mod beats;
mod config;
mod fault;
mod media_type;
mod request;
mod server;
mod subscriptions;

pub use self::{
    config::SessionConfig,
    fault::{Fault, FaultContent},
    request::{AckMode, Connect, Request, Send, Subscribe, Unsubscribe},
    server::{Overdue, ServerSession},
    subscriptions::{SubscriptionId, SubscriptionKey, Subscriptions},
};
