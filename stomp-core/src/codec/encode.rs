//! An encoder that writes into the caller's buffer.

use super::escape::{Marks, escape_into};
use crate::{Command, Frame, Version};

const CONTENT_LENGTH: &str = "content-length";

/// Appends `frame` to `out` as a peer of `version` reads it, with the rules of [`FrameWriter`].
///
/// Allocates nothing if `out` has room for the frame.
pub fn encode(out: &mut Vec<u8>, version: Version, frame: &Frame) {
    // The command, an added content-length, the blank line and the NUL; each header has a colon and an end of line.
    let fixed = 64 + frame.body.len();
    let headers = frame.headers.iter();
    out.reserve(
        fixed
            + headers
                .map(|(name, value)| name.len() + value.len() + 2)
                .sum::<usize>(),
    );
    let mut writer = FrameWriter::start(out, version, frame.command);
    for (name, value) in &frame.headers {
        writer = writer.header(name, value);
    }
    writer.end(&frame.body);
}

/// Appends one frame to a buffer, header by header. It is not a frame until [`end`](FrameWriter::end) was called.
///
/// Lines end in LF, which every version reads. Headers are escaped as the peer's version wants it: not in 1.0; LF,
/// colon and backslash in 1.1, where a CR is an ordinary octet; also CR in 1.2; never in CONNECT, STOMP and CONNECTED
/// (STOMP 1.2, "Value Encoding").
///
/// A header that cannot be written in this way **is left out**, whole: no value ever becomes two lines, two headers
/// or two frames, or comes out as another value. That concerns
///
/// - headers with an empty name, or with a NUL in name or value, in all versions: receivers take NUL for the end;
/// - in 1.0: an LF in name or value, a colon in the name;
/// - in CONNECT, STOMP and CONNECTED: a CR or LF in name or value, a colon in the name.
///
/// # Examples
///
/// ```
/// use stomp_core::{Command, Version, codec::FrameWriter};
///
/// let mut out = Vec::new();
/// FrameWriter::start(&mut out, Version::V1_2, Command::Message)
///     .header("subscription", "sub:0")
///     .header_number("message-id", 7)
///     .end(b"hello");
/// assert_eq!(out, b"MESSAGE\nsubscription:sub\\c0\nmessage-id:7\ncontent-length:5\n\nhello\0");
/// ```
#[derive(Debug)]
#[must_use = "a frame without its end takes the next one for its headers"]
pub struct FrameWriter<'a> {
    out: &'a mut Vec<u8>,
    command: Command,
    version: Version,
    /// What a name must not hold.
    name_barred: Marks,
    /// What a value must not hold.
    value_barred: Marks,
    /// What is written with a backslash.
    escaped: Marks,
}

impl<'a> FrameWriter<'a> {
    /// Begins a frame behind what is in `out` already.
    pub fn start(out: &'a mut Vec<u8>, version: Version, command: Command) -> Self {
        out.extend_from_slice(command.as_str().as_bytes());
        out.push(b'\n');
        let raw = Marks::NUL.or(Marks::LF);
        let (value_barred, escaped) = if command.is_escape_exempt() {
            (raw.or(Marks::CR), Marks::escaped_in(Version::V1_0))
        } else if version == Version::V1_0 {
            (raw, Marks::escaped_in(version))
        } else {
            (Marks::NUL, Marks::escaped_in(version))
        };
        Self {
            out,
            command,
            version,
            name_barred: if escaped.any(Marks::COLON) {
                value_barred
            } else {
                value_barred.or(Marks::COLON)
            },
            value_barred,
            escaped,
        }
    }

    /// Adds a header, or leaves it out where the peer could not read it (see [`FrameWriter`]).
    ///
    /// `content-length` is always left out: it is up to [`end`](FrameWriter::end), which knows the body.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name_marks = Marks::of(name);
        let value_marks = Marks::of(value);
        let barred = name_marks.any(self.name_barred) || value_marks.any(self.value_barred);
        if barred || name.is_empty() || name == CONTENT_LENGTH {
            return self;
        }
        self.put(name, name_marks);
        self.out.push(b':');
        self.put(value, value_marks);
        self.out.push(b'\n');
        self
    }

    /// Adds a header whose value is a decimal number.
    pub fn header_number(self, name: &str, value: u64) -> Self {
        self.header(name, itoa::Buffer::new().format(value))
    }

    /// Writes the rest of the frame: `content-length`, the blank line, `body` and the NUL.
    ///
    /// Only SEND, MESSAGE and ERROR have a body (STOMP 1.2, "Body"). They always get a `content-length`, also of 0;
    /// in other frames `body` is ignored.
    pub fn end(self, body: &[u8]) {
        if self.command.has_body() {
            self.out.extend_from_slice(b"content-length:");
            self.out
                .extend_from_slice(itoa::Buffer::new().format(body.len()).as_bytes());
            self.out.extend_from_slice(b"\n\n");
            self.out.extend_from_slice(body);
        } else {
            self.out.push(b'\n');
        }
        self.out.push(b'\0');
    }

    fn put(&mut self, text: &str, marks: Marks) {
        if marks.any(self.escaped) {
            escape_into(self.out, text, self.version);
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
    }
}
