//! Every way in which a peer can get a frame wrong, by name.

use crate::CloseReason;

/// A frame that breaks a rule of STOMP or a limit: the connection has to end, as nobody knows where the next frame
/// begins.
///
/// The texts are stable, short, and hold nothing that the peer sent, no line ends, colons or backslashes: they may
/// stand in the `message` header of an ERROR before a version, and so a way of escaping, is agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The first line is no command. Commands are case sensitive, and blanks count (STOMP 1.2, "Augmented BNF").
    #[error("unknown command")]
    UnknownCommand,
    /// The first line is longer than any command could be.
    #[error("command line too long")]
    CommandTooLong,
    /// A NUL between two frames, where only ends of line may stand (STOMP 1.2, "Augmented BNF").
    #[error("NUL between frames")]
    StrayNul,
    /// A NUL before the blank line that ends the headers. The grammar would let it pass inside of a header, but what
    /// is meant is a frame without that blank line.
    #[error("NUL before the blank line that ends the headers")]
    NulInHeader,
    /// A header line without a colon (STOMP 1.2, "Augmented BNF").
    #[error("header line without a colon")]
    HeaderWithoutColon,
    /// A header line that begins with its colon (STOMP 1.2, "Augmented BNF").
    #[error("header with an empty name")]
    EmptyHeaderName,
    /// A backslash followed by something that the version does not define (STOMP 1.2, "Value Encoding").
    #[error("undefined escape in a header")]
    InvalidEscape,
    /// A carriage return without a line feed in a header of STOMP 1.2; earlier versions allow it.
    #[error("carriage return inside a header")]
    LoneCarriageReturn,
    /// The command and the headers are UTF-8 (STOMP 1.2, "STOMP Frames").
    #[error("header that is not UTF-8")]
    HeaderNotUtf8,
    /// A `content-length` that is not one to nineteen digits (STOMP 1.2, "Header content-length").
    #[error("invalid content-length")]
    InvalidContentLength,
    /// No NUL behind as many octets of body as `content-length` says (STOMP 1.2, "Header content-length").
    #[error("no NUL where content-length ends the body")]
    BodyNotTerminated,
    /// A body where only SEND, MESSAGE and ERROR may have one (STOMP 1.2, "Body").
    #[error("body in a frame that may not have one")]
    UnexpectedBody,
    /// More entries than [`Limits::headers`](crate::codec::Limits::headers).
    #[error("too many headers")]
    TooManyHeaders,
    /// More octets than [`Limits::header_line`](crate::codec::Limits::header_line).
    #[error("header line too long")]
    HeaderLineTooLong,
    /// More octets than [`Limits::body`](crate::codec::Limits::body), found or announced.
    #[error("body too large")]
    BodyTooLarge,
    /// More octets than [`Limits::frame`](crate::codec::Limits::frame), found or announced.
    #[error("frame too large")]
    FrameTooLarge,
}

impl DecodeError {
    /// How the session ends: [`CloseReason::TooLarge`] over a limit, else [`CloseReason::ProtocolError`].
    #[must_use]
    pub const fn close_reason(self) -> CloseReason {
        match self {
            Self::CommandTooLong
            | Self::TooManyHeaders
            | Self::HeaderLineTooLong
            | Self::BodyTooLarge
            | Self::FrameTooLarge => CloseReason::TooLarge,
            Self::UnknownCommand
            | Self::StrayNul
            | Self::NulInHeader
            | Self::HeaderWithoutColon
            | Self::EmptyHeaderName
            | Self::InvalidEscape
            | Self::LoneCarriageReturn
            | Self::HeaderNotUtf8
            | Self::InvalidContentLength
            | Self::BodyNotTerminated
            | Self::UnexpectedBody => CloseReason::ProtocolError,
        }
    }
}
