//! STOMP 1.0, 1.1 and 1.2 as values.
//!
//! Nothing in this crate does I/O, reads a clock or draws a random number: bytes and the present moment go in, values
//! come out. That makes every rule of the protocol testable in a loop, and lets one implementation serve WebSocket,
//! TCP and polling transports alike.
//!
//! | module | holds |
//! |---|---|
//! | [`destination`] | the grammar of destinations and patterns, its matcher, order and joining |
//! | [`codec`] | bytes to [`Frame`]s and back, with limits |
//! | [`selector`] | which messages a subscription wants, by their headers |
//! | [`session`] | the server's side of one connection as a value machine |
//!
//! # Features
//!
//! | feature | default | meaning |
//! |---|---|---|
//! | `protocol` | yes | everything but [`destination`] |

#![forbid(unsafe_code)]

pub mod destination;

#[cfg(feature = "protocol")]
mod close;
#[cfg(feature = "protocol")]
pub mod codec;
#[cfg(feature = "protocol")]
mod command;
#[cfg(feature = "protocol")]
mod frame;
#[cfg(feature = "protocol")]
mod headers;
#[cfg(feature = "protocol")]
mod heart_beat;
#[cfg(feature = "protocol")]
mod message;
#[cfg(feature = "protocol")]
mod moment;
#[cfg(feature = "protocol")]
pub mod selector;
#[cfg(feature = "protocol")]
pub mod session;
#[cfg(feature = "protocol")]
mod version;

#[cfg(feature = "protocol")]
pub use self::{
    close::{CloseReason, ErrorCode, Retry},
    command::Command,
    frame::Frame,
    headers::Headers,
    heart_beat::{HeartBeat, ParseHeartBeatError},
    message::{Message, MessageKind},
    moment::Moment,
    version::Version,
};
