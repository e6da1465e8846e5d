//! The words that begin a frame.

use std::fmt;

/// The command of a frame, client's and server's alike (STOMP 1.2, "Client Frames" and "Server Frames").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Opens a session.
    Connect,
    /// The same as [`Command::Connect`], for servers that share a port with HTTP.
    Stomp,
    /// Publishes a message.
    Send,
    /// Asks for the messages of a destination.
    Subscribe,
    /// Ends a subscription.
    Unsubscribe,
    /// Acknowledges messages.
    Ack,
    /// Refuses messages.
    Nack,
    /// Starts a transaction.
    Begin,
    /// Applies a transaction.
    Commit,
    /// Forgets a transaction.
    Abort,
    /// Ends the session in good order.
    Disconnect,
    /// Accepts a session.
    Connected,
    /// Carries a message to a subscriber.
    Message,
    /// Says that a client's frame has been dealt with.
    Receipt,
    /// Says why the connection is about to end.
    Error,
}

impl Command {
    /// The command spelled exactly like `word`; commands are case sensitive (STOMP 1.2, "Augmented BNF").
    #[must_use]
    pub fn from_bytes(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"CONNECT" => Self::Connect,
            b"STOMP" => Self::Stomp,
            b"SEND" => Self::Send,
            b"SUBSCRIBE" => Self::Subscribe,
            b"UNSUBSCRIBE" => Self::Unsubscribe,
            b"ACK" => Self::Ack,
            b"NACK" => Self::Nack,
            b"BEGIN" => Self::Begin,
            b"COMMIT" => Self::Commit,
            b"ABORT" => Self::Abort,
            b"DISCONNECT" => Self::Disconnect,
            b"CONNECTED" => Self::Connected,
            b"MESSAGE" => Self::Message,
            b"RECEIPT" => Self::Receipt,
            b"ERROR" => Self::Error,
            _ => return None,
        })
    }

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::Stomp => "STOMP",
            Self::Send => "SEND",
            Self::Subscribe => "SUBSCRIBE",
            Self::Unsubscribe => "UNSUBSCRIBE",
            Self::Ack => "ACK",
            Self::Nack => "NACK",
            Self::Begin => "BEGIN",
            Self::Commit => "COMMIT",
            Self::Abort => "ABORT",
            Self::Disconnect => "DISCONNECT",
            Self::Connected => "CONNECTED",
            Self::Message => "MESSAGE",
            Self::Receipt => "RECEIPT",
            Self::Error => "ERROR",
        }
    }

    /// May a frame of this kind carry a body? Only SEND, MESSAGE and ERROR may (STOMP 1.2, "Body").
    #[must_use]
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Send | Self::Message | Self::Error)
    }

    /// Are the headers of this frame written as they are, without escapes (STOMP 1.2, "Value Encoding")?
    #[must_use]
    pub const fn is_escape_exempt(self) -> bool {
        matches!(self, Self::Connect | Self::Stomp | Self::Connected)
    }

    /// Is this CONNECT by one of its names? It is the one client frame without `receipt` (STOMP 1.2, "Standard
    /// Headers").
    pub(crate) const fn opens_session(self) -> bool {
        matches!(self, Self::Connect | Self::Stomp)
    }

    /// Does a client send this frame?
    #[must_use]
    pub const fn is_client(self) -> bool {
        !matches!(
            self,
            Self::Connected | Self::Message | Self::Receipt | Self::Error
        )
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
