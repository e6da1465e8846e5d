//! One vocabulary for endings: why a session ended, and what each side is told (invariant 16 of
//! docs/architecture.md).

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The client said DISCONNECT.
    Disconnected,
    /// The client closed the connection, or it broke.
    ConnectionLost,
    /// No heart-beat, or anything else, came from the client for too long.
    HeartBeatLost,
    /// The client did not send CONNECT, or the rest of a frame, in time.
    TimedOut,
    /// The client broke a rule of STOMP or of WebSocket.
    ProtocolError,
    /// The client sent text that is not UTF-8.
    InvalidUtf8,
    /// A frame, message or header was over a limit.
    TooLarge,
    /// The client offered no version of STOMP that the server speaks.
    UnsupportedVersion,
    /// The client was refused: wrong or missing credentials, or a destination that is not for it.
    Refused,
    /// The client asked for a destination that nobody serves.
    NoHandler,
    /// A message with a receipt could not be handled.
    HandlerFailed,
    /// The client did not read what it asked for, and its outbox was full.
    SlowConsumer,
    /// The application ended the session.
    Closed,
    /// The server is shutting down.
    Draining,
    /// The server failed.
    Internal,
}

impl CloseReason {
    /// The WebSocket close code (RFC 6455 section 7.4).
    #[must_use]
    pub const fn web_socket_code(self) -> u16 {
        match self {
            Self::Disconnected | Self::Closed => 1000,
            Self::ConnectionLost => 1001,
            Self::ProtocolError | Self::UnsupportedVersion | Self::NoHandler => 1002,
            Self::InvalidUtf8 => 1007,
            Self::HeartBeatLost | Self::TimedOut | Self::Refused | Self::SlowConsumer => 1008,
            Self::TooLarge => 1009,
            Self::HandlerFailed | Self::Internal => 1011,
            Self::Draining => 1012,
        }
    }

    /// What stands in the `code` header of the ERROR frame; `None` where the client gets none.
    #[must_use]
    pub const fn error_code(self) -> Option<ErrorCode> {
        Some(match self {
            Self::Disconnected | Self::ConnectionLost | Self::Closed => return None,
            Self::HeartBeatLost | Self::TimedOut => ErrorCode::TimedOut,
            Self::ProtocolError | Self::InvalidUtf8 => ErrorCode::Malformed,
            Self::TooLarge => ErrorCode::TooLarge,
            Self::UnsupportedVersion => ErrorCode::UnsupportedVersion,
            Self::Refused => ErrorCode::Forbidden,
            Self::NoHandler => ErrorCode::NoHandler,
            Self::SlowConsumer => ErrorCode::Quota,
            Self::Draining => ErrorCode::Draining,
            Self::HandlerFailed | Self::Internal => ErrorCode::Internal,
        })
    }

    /// Whether and when a client should try again.
    #[must_use]
    pub const fn retry(self) -> Retry {
        match self {
            Self::Disconnected
            | Self::Closed
            | Self::ProtocolError
            | Self::InvalidUtf8
            | Self::TooLarge
            | Self::UnsupportedVersion
            | Self::Refused
            | Self::NoHandler => Retry::Never,
            Self::ConnectionLost | Self::HeartBeatLost | Self::TimedOut => Retry::Now,
            Self::HandlerFailed | Self::SlowConsumer | Self::Draining | Self::Internal => Retry::BackOff,
        }
    }

    /// The name of the counter of sessions that ended so; also a short text for logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::ConnectionLost => "connection-lost",
            Self::HeartBeatLost => "heart-beat-lost",
            Self::TimedOut => "timed-out",
            Self::ProtocolError => "protocol-error",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::TooLarge => "too-large",
            Self::UnsupportedVersion => "unsupported-version",
            Self::Refused => "refused",
            Self::NoHandler => "no-handler",
            Self::HandlerFailed => "handler-failed",
            Self::SlowConsumer => "slow-consumer",
            Self::Closed => "closed",
            Self::Draining => "draining",
            Self::Internal => "internal",
        }
    }
}

/// The stable code of an ERROR, in its `code` header. The list only ever grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A frame before CONNECT, or a second CONNECT.
    NotConnected,
    /// No or wrong credentials.
    Unauthenticated,
    /// Not allowed for this user.
    Forbidden,
    /// A limit on what one client may use was reached.
    Quota,
    /// A limit on size was reached.
    TooLarge,
    /// A rule of the protocol was broken.
    Malformed,
    /// The client was silent for too long.
    TimedOut,
    /// No common version.
    UnsupportedVersion,
    /// Nobody serves this destination.
    NoHandler,
    /// What was asked for is not offered by this server's configuration.
    Unsupported,
    /// The server is shutting down.
    Draining,
    /// The server failed.
    Internal,
}

impl ErrorCode {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConnected => "not-connected",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Quota => "quota",
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::TimedOut => "timed-out",
            Self::UnsupportedVersion => "unsupported-version",
            Self::NoHandler => "no-handler",
            Self::Unsupported => "unsupported",
            Self::Draining => "draining",
            Self::Internal => "internal",
        }
    }
}

/// Whether and when a client should connect again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Not without a change on the client's side.
    Never,
    /// At once.
    Now,
    /// After a pause that grows with each attempt.
    BackOff,
}

impl Retry {
    /// The value of the `retry` header of an ERROR.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Now => "now",
            Self::BackOff => "backoff",
        }
    }
}
