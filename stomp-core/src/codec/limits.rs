//! How much one frame may hold.

/// Limits on one frame; each has its own error in [`DecodeError`](super::DecodeError) (STOMP 1.2, "Size Limits").
///
/// A frame exactly at a limit passes, one octet more fails. Nothing is reserved for octets that have not arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Header entries, repeats included. Default: 64.
    pub headers: usize,
    /// Octets of one header line as it came, without its end of line. Default: 8 KiB.
    pub header_line: usize,
    /// Octets of the body. Default: 64 KiB, Spring's limit for a whole message.
    pub body: usize,
    /// Octets of the whole frame, from the command to the NUL. Default: 128 KiB.
    pub frame: usize,
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
