//! Escapes in headers, per version (STOMP 1.1 and 1.2, "Value Encoding"; STOMP 1.0 has none).

use memchr::memchr;

use super::DecodeError;
use crate::Version;

/// Which of the octets that mean something in a header a text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks(u8);

impl Marks {
    pub(super) const NUL: Self = Self(1);
    pub(super) const LF: Self = Self(2);
    pub(super) const CR: Self = Self(4);
    pub(super) const COLON: Self = Self(8);
    pub(super) const BACKSLASH: Self = Self(16);

    /// What any octet of `text` means. Header texts are short, so that a table beats vector instructions.
    pub(super) fn of(text: &str) -> Self {
        let marks = text
            .bytes()
            .fold(0, |marks, octet| marks | TABLE[usize::from(octet)]);
        Self(marks)
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// What `version` writes with a backslash.
    pub(super) const fn escaped_in(version: Version) -> Self {
        match version {
            Version::V1_0 => Self(0),
            Version::V1_1 => Self::LF.or(Self::COLON).or(Self::BACKSLASH),
            Version::V1_2 => Self::LF.or(Self::COLON).or(Self::BACKSLASH).or(Self::CR),
        }
    }
}

/// What each octet means.
static TABLE: [u8; 256] = {
    let mut table = [0; 256];
    table[b'\0' as usize] = Marks::NUL.0;
    table[b'\n' as usize] = Marks::LF.0;
    table[b'\r' as usize] = Marks::CR.0;
    table[b':' as usize] = Marks::COLON.0;
    table[b'\\' as usize] = Marks::BACKSLASH.0;
    table
};

/// Appends `text` as a header of `version` 1.1 or 1.2 has it.
pub(super) fn escape_into(out: &mut Vec<u8>, text: &str, version: Version) {
    for octet in text.bytes() {
        match octet {
            b'\n' => out.extend_from_slice(b"\\n"),
            b':' => out.extend_from_slice(b"\\c"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\r' if version == Version::V1_2 => out.extend_from_slice(b"\\r"),
            _ => out.push(octet),
        }
    }
}

/// Appends what `text` means in `version` 1.1 or 1.2. Runs once from left to right; anything undefined is an error.
pub(super) fn unescape_into(out: &mut String, mut text: &str, version: Version) -> Result<(), DecodeError> {
    while let Some(at) = memchr(b'\\', text.as_bytes()) {
        out.push_str(&text[..at]);
        out.push(match text.as_bytes().get(at + 1) {
            Some(b'n') => '\n',
            Some(b'c') => ':',
            Some(b'\\') => '\\',
            Some(b'r') if version == Version::V1_2 => '\r',
            _ => return Err(DecodeError::InvalidEscape),
        });
        text = &text[at + 2..];
    }
    out.push_str(text);
    Ok(())
}
