//! What a client asks for.

use std::sync::Arc;

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
    /// UNSUBSCRIBE. The id is free already, and nothing more is delivered for it.
    Unsubscribe(Unsubscribe),
    /// DISCONNECT: answer the receipt when everything before it is done, then close.
    Disconnect {
        /// The receipt asked for.
        receipt: Option<Box<str>>,
    },
    /// The client broke a rule: write ERROR when everything before it is done, then close.
    Fault(Fault),
}

/// A client's CONNECT with what was agreed on.
#[derive(Debug)]
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
