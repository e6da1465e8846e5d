//! What a client did wrong, or what went wrong for it.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;

use crate::{CloseReason, Command, ErrorCode, Headers, Version, codec::FrameWriter};

/// Why a session ends with an ERROR, and what that ERROR says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// How the session ends.
    pub reason: CloseReason,
    /// The `code` header.
    pub code: ErrorCode,
    /// The `message` header, and the body if there is no other: one short sentence for the client's developer. It names
    /// no type, path or other user.
    pub message: Cow<'static, str>,
    /// The `receipt` of the frame that failed.
    pub receipt: Option<Box<str>>,
    /// The destination of the frame that failed.
    pub destination: Option<Arc<str>>,
    /// What the ERROR says beyond that.
    pub more: Option<Box<FaultContent>>,
}

/// What an ERROR says beyond the fault that it is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FaultContent {
    /// Further headers. Those that a [`Fault`] itself writes, and those of the codec, are left out; a `content-type`
    /// takes the place of `text/plain`.
    pub headers: Headers,
    /// Another body than the message.
    pub body: Option<Bytes>,
}

impl Fault {
    /// A fault with the usual code of `reason`.
    #[must_use]
    pub fn new(reason: CloseReason, message: impl Into<Cow<'static, str>>) -> Self {
        let code = reason.error_code().unwrap_or(ErrorCode::Internal);
        Self {
            reason,
            code,
            message: message.into(),
            receipt: None,
            destination: None,
            more: None,
        }
    }

    /// The same fault with another code.
    #[must_use]
    pub fn with_code(mut self, code: ErrorCode) -> Self {
        self.code = code;
        self
    }

    /// The same fault of a frame that asked for this receipt.
    #[must_use]
    pub fn with_receipt(mut self, receipt: Option<&str>) -> Self {
        self.receipt = receipt.map(Into::into);
        self
    }

    /// The same fault of a frame to this destination.
    #[must_use]
    pub fn with_destination(mut self, destination: Option<&str>) -> Self {
        self.destination = destination.map(Into::into);
        self
    }

    /// Writes the ERROR frame (STOMP 1.2, "ERROR").
    ///
    /// As long as no version is agreed, nobody knows how the client reads escapes. Then headers hold nothing that
    /// would need one: what the message has of it becomes blanks (its body is exact), other headers are left out.
    pub(super) fn write(&self, out: &mut Vec<u8>, agreed: Option<Version>) {
        let version = agreed.unwrap_or(Version::V1_2);
        let readable = |value: &&str| agreed.is_some() || !value.contains(ESCAPED);
        let message = match agreed {
            Some(_) => Cow::Borrowed(&*self.message),
            None => Cow::Owned(self.message.replace(ESCAPED, " ")),
        };
        let mut frame = FrameWriter::start(out, version, Command::Error)
            .header("message", &message)
            .header("code", self.code.as_str())
            .header("retry", self.reason.retry().as_str());
        if let Some(receipt) = self.receipt.as_deref().filter(readable) {
            frame = frame.header("receipt-id", receipt);
        }
        if let Some(destination) = self.destination.as_deref().filter(readable) {
            frame = frame.header("destination", destination);
        }
        if self.reason == CloseReason::UnsupportedVersion {
            frame = frame.header("version", Version::LIST);
        }
        let Some(FaultContent { headers, body }) = self.more.as_deref() else {
            return frame
                .header("content-type", "text/plain")
                .end(self.message.as_bytes());
        };
        let content_type = headers.get("content-type").filter(readable);
        frame = frame.header("content-type", content_type.unwrap_or("text/plain"));
        for (name, value) in headers.iter().filter(|(name, _)| !OWN.contains(name)) {
            if readable(&name) && readable(&value) {
                frame = frame.header(name, value);
            }
        }
        frame.end(body.as_deref().unwrap_or(self.message.as_bytes()));
    }
}

/// Headers of an ERROR that are not for others to add.
const OWN: [&str; 8] = [
    "message",
    "code",
    "retry",
    "receipt-id",
    "destination",
    "version",
    "content-type",
    "content-length",
];

/// What some version writes with a backslash.
const ESCAPED: [char; 4] = ['\r', '\n', ':', '\\'];
