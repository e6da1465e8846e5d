//! The head of a frame, once it is all there: command and headers.

use memchr::{memchr, memchr_iter, memchr2};

use super::{DecodeError, body::BodyLength};
use crate::{
    Command, Headers, Version,
    codec::{Limits, escape},
};

/// A head that has been understood.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) command: Command,
    pub(super) headers: Headers,
    /// How the end of the body is found.
    pub(super) length: BodyLength,
    /// Whether the body is handed on; STOMP 1.0 has it ignored where it makes no sense.
    pub(super) keeps_body: bool,
}

impl Head {
    /// Reads a whole head, blank line included, that has `entries` header lines.
    pub(super) fn parse(
        head: &[u8],
        entries: usize,
        agreed: Option<Version>,
        limits: &Limits,
    ) -> Result<Self, DecodeError> {
        let (first, rest) = split_line(head);
        let command = Command::from_bytes(first).ok_or(DecodeError::UnknownCommand)?;
        let lines = str::from_utf8(rest).map_err(|_| DecodeError::HeaderNotUtf8)?;
        let rules = Rules::of(command, lines, agreed);
        let headers = rules.headers(lines, entries)?;
        let length = BodyLength::of(command, &headers, rules.version, head.len(), limits)?;
        Ok(Self {
            command,
            headers,
            length,
            keeps_body: command.has_body(),
        })
    }
}

/// The `receipt` in those lines of a refused frame's head that are in order, for the ERROR that answers it. CONNECT
/// has none (STOMP 1.2, "Standard Headers").
pub(super) fn receipt_in(lines: &[u8], agreed: Option<Version>) -> Option<String> {
    let (first, mut rest) = split_line(lines);
    // An unknown command has the rules of the others.
    let command = Command::from_bytes(first).unwrap_or(Command::Send);
    if command.opens_session() {
        return None;
    }
    let rules = Rules::of(command, "", agreed);
    let mut scratch = String::new();
    while !rest.is_empty() {
        let (line, next) = split_line(rest);
        rest = next;
        let Ok(text) = str::from_utf8(line) else { continue };
        if let Ok(("receipt", value)) = rules.header(text, &mut scratch) {
            return Some(value.to_owned());
        }
    }
    None
}

/// How header lines are read.
#[derive(Debug, Clone, Copy)]
struct Rules {
    version: Version,
    /// CONNECT, STOMP and CONNECTED have no escapes, nor has STOMP 1.0.
    escapes: bool,
}

impl Rules {
    /// A frame that agrees on a version is itself read as in that version; anything else that comes before has to
    /// obey the strictest one.
    fn of(command: Command, lines: &str, agreed: Option<Version>) -> Self {
        let version = agreed.or_else(|| match command {
            Command::Connect | Command::Stomp => Version::negotiate(raw_value(lines, "accept-version")),
            Command::Connected => Version::negotiate(raw_value(lines, "version")),
            _ => None,
        });
        let version = version.unwrap_or(Version::V1_2);
        Self {
            version,
            escapes: version > Version::V1_0 && !command.is_escape_exempt(),
        }
    }

    fn headers(self, lines: &str, entries: usize) -> Result<Headers, DecodeError> {
        if entries == 0 {
            return Ok(Headers::new());
        }
        // Each line has a colon and an end that are not kept, and the blank line is not kept either.
        let mut headers = Headers::with_capacity(entries, lines.len().saturating_sub(2 * entries + 1));
        let plain = self.version > Version::V1_0 && memchr2(b'\r', b'\\', lines.as_bytes()).is_none();
        let mut scratch = String::new();
        for line in header_lines(lines) {
            let (name, value) = if plain {
                split_header(line)?
            } else {
                self.header(line, &mut scratch)?
            };
            headers.push(name, value);
        }
        Ok(headers)
    }

    /// One line's name and value, unescaped in `scratch` if need be.
    fn header<'l>(self, line: &'l str, scratch: &'l mut String) -> Result<(&'l str, &'l str), DecodeError> {
        let (name, mut value) = split_header(line)?;
        if self.version == Version::V1_0 {
            // The examples of STOMP 1.0 have a blank behind the colon; later versions forbid to trim.
            value = value.trim_start_matches(' ');
        }
        if self.version == Version::V1_2 && memchr(b'\r', line.as_bytes()).is_some() {
            return Err(DecodeError::LoneCarriageReturn);
        }
        if !self.escapes || memchr(b'\\', line.as_bytes()).is_none() {
            return Ok((name, value));
        }
        scratch.clear();
        escape::unescape_into(scratch, name, self.version)?;
        let name_end = scratch.len();
        escape::unescape_into(scratch, value, self.version)?;
        Ok(scratch.split_at(name_end))
    }
}

/// Splits at the first colon; further ones belong to the value.
fn split_header(line: &str) -> Result<(&str, &str), DecodeError> {
    match memchr(b':', line.as_bytes()) {
        None => Err(DecodeError::HeaderWithoutColon),
        Some(0) => Err(DecodeError::EmptyHeaderName),
        Some(colon) => Ok((&line[..colon], &line[colon + 1..])),
    }
}

/// The header lines of a head, without their ends.
fn header_lines(lines: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr_iter(b'\n', lines.as_bytes())
        .map(move |end| {
            let line = &lines[start..end];
            start = end + 1;
            line.strip_suffix('\r').unwrap_or(line)
        })
        .take_while(|line| !line.is_empty())
}

/// The value of the first line called `name`, as it stands there.
fn raw_value<'l>(lines: &'l str, name: &str) -> Option<&'l str> {
    header_lines(lines)
        .filter_map(|line| line.split_once(':'))
        .find(|(entry, _)| *entry == name)
        .map(|(_, value)| value)
}

/// The first line without its end, and what follows.
fn split_line(octets: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match memchr(b'\n', octets) {
        Some(end) => (&octets[..end], &octets[end + 1..]),
        None => (octets, &[][..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}
