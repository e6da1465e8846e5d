//! How much one frame may hold.

/// Limits on one frame; each has its own error in [`DecodeError`](super::DecodeError) (STOMP 1.2, "Size Limits").
///
/// A frame exactly at a limit passes, one octet more fails. Nothing is reserved for octets that have not arrived.
/// The limits hold for a frame, in however many pieces it comes. The command line has a fixed limit of 32 octets.
///
/// ```
/// use stomp_core::codec::Limits;
///
/// let limits = Limits::default().with_body(1024 * 1024).with_frame(1024 * 1024 + 8 * 1024);
/// assert_eq!(limits.headers, 64);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Header entries, repeats included. Default: 64.
    pub headers: usize,
    /// Octets of one header line as it came, without its end of line. Default: 8 KiB.
    pub header_line: usize,
    /// Octets of the body. Default: 64 KiB, Spring's limit for a whole message.
    pub body: usize,
    /// Octets of the whole frame, from the command to the NUL, both included. Default: 128 KiB. More than 2 GiB mean
    /// 2 GiB.
    pub frame: usize,
}

impl Limits {
    /// The same limits with another number of [`headers`](Limits::headers).
    #[must_use]
    pub const fn with_headers(mut self, entries: usize) -> Self {
        self.headers = entries;
        self
    }

    /// The same limits with another length of a [`header_line`](Limits::header_line).
    #[must_use]
    pub const fn with_header_line(mut self, octets: usize) -> Self {
        self.header_line = octets;
        self
    }

    /// The same limits with another size of the [`body`](Limits::body). The frame's limit has to leave room for it: a
    /// server whose bodies may be as large as its frames is not built.
    #[must_use]
    pub const fn with_body(mut self, octets: usize) -> Self {
        self.body = octets;
        self
    }

    /// The same limits with another size of the whole [`frame`](Limits::frame).
    #[must_use]
    pub const fn with_frame(mut self, octets: usize) -> Self {
        self.frame = octets;
        self
    }

    /// The same limits, within what positions in a frame can express (see [`Headers`](crate::Headers)).
    pub(super) fn checked(mut self) -> Self {
        self.frame = self.frame.min(i32::MAX as usize);
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            headers: 64,
            header_line: 8 * 1024,
            body: 64 * 1024,
            frame: 128 * 1024,
        }
    }
}
