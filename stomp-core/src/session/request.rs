//! What a client asks for.

use std::{fmt, sync::Arc};

use super::{Fault, SubscriptionId, SubscriptionKey};
use crate::{Frame, HeartBeat, Message, Version};

/// One thing that a client asks for, in the order of its frames.
#[derive(Debug)]
pub enum Request {
    /// CONNECT or STOMP: decide who this is, then [`accept`](super::ServerSession::accept) or
    /// [`fail`](super::ServerSession::fail).
    Connect(Connect),
    /// SEND.
    Send(Send),
    /// SUBSCRIBE. The id is taken already.
    Subscribe(Subscribe),
    /// UNSUBSCRIBE. The id is free already, and its key no longer live: nothing more is to be delivered for it.
    Unsubscribe(Unsubscribe),
    /// DISCONNECT: when everything before it is done, answer the receipt, [`end`](super::ServerSession::end) the
    /// session and close.
    Disconnect {
        /// The receipt asked for.
        receipt: Option<Box<str>>,
    },
    /// The client broke a rule: when everything before it is done, [`fail`](super::ServerSession::fail) the session
    /// with this and close.
    Fault(Fault),
}

/// A client's CONNECT with what was agreed on.
///
/// Its `Debug` shows no headers: they may hold credentials.
pub struct Connect {
    /// The frame; `login` and `passcode` are headers of it.
    pub frame: Frame,
    /// The version that the session will speak.
    pub version: Version,
    /// The client's heart-beats.
    pub heart_beat: HeartBeat,
}

impl Connect {
    /// The `login` header.
    #[must_use]
    pub fn login(&self) -> Option<&str> {
        self.frame.header("login")
    }

    /// The `passcode` header.
    #[must_use]
    pub fn passcode(&self) -> Option<&str> {
        self.frame.header("passcode")
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("version", &self.version)
            .field("heart_beat", &self.heart_beat)
            .finish_non_exhaustive()
    }
}

/// A client's SEND.
#[derive(Debug)]
pub struct Send {
    /// The message.
    pub message: Message,
    /// The receipt asked for.
    pub receipt: Option<Box<str>>,
}

/// A client's SUBSCRIBE.
#[derive(Debug)]
pub struct Subscribe {
    /// The subscription's place in the session.
    pub key: SubscriptionKey,
    /// The client's name for it.
    pub id: SubscriptionId,
    /// How messages are acknowledged.
    pub ack: AckMode,
    /// The frame as a message, for handlers.
    pub message: Message,
    /// The receipt asked for.
    pub receipt: Option<Box<str>>,
}

/// A client's UNSUBSCRIBE.
#[derive(Debug)]
pub struct Unsubscribe {
    /// The place the subscription had.
    pub key: SubscriptionKey,
    /// The client's name for it.
    pub id: SubscriptionId,
    /// Its destination.
    pub destination: Arc<str>,
    /// The receipt asked for.
    pub receipt: Option<Box<str>>,
}

/// The `ack` header of SUBSCRIBE (STOMP 1.2, "SUBSCRIBE ack Header").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AckMode {
    /// A message counts as acknowledged as soon as it is sent.
    #[default]
    Auto,
    /// An ACK acknowledges all messages up to its own.
    Client,
    /// An ACK acknowledges its own message.
    ClientIndividual,
}

impl AckMode {
    /// Reads the header; a missing one means [`AckMode::Auto`], an unknown one nothing.
    #[must_use]
    pub fn parse(header: Option<&str>) -> Option<Self> {
        Some(match header {
            None | Some("auto") => Self::Auto,
            Some("client") => Self::Client,
            Some("client-individual") => Self::ClientIndividual,
            Some(_) => return None,
        })
    }
}
