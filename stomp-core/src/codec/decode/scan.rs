//! Where does the head of a frame end?

use memchr::memchr2;

use super::DecodeError;
use crate::codec::Limits;

/// Octets of the first line, without its end of line. The longest command has eleven; a short wrong one is reported
/// only behind the headers, so that its receipt can be answered.
const COMMAND_LINE: usize = 32;

/// A search for the blank line that ends a head, which can be taken up again when more octets are there.
///
/// It looks at every octet once and judges nothing but size and NULs. What it finds does not depend on how the
/// octets were cut into pieces: of two faults the one at the earlier octet is reported.
#[derive(Debug, Default)]
pub(super) struct HeadScan {
    /// Where the current line begins.
    line: usize,
    /// Up to where the octets were looked at; there is no end of line from `line` to here.
    seen: usize,
    /// Whole lines before the current one.
    lines: usize,
}

/// What a [`HeadScan`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scanned {
    /// No blank line yet.
    More,
    /// The octets begin with an end of line; its length.
    EndOfLine(usize),
    /// The octets begin with a head of this length, blank line included.
    Head(usize),
}

impl HeadScan {
    /// Goes on with `octets`, which are those of the last call and what has arrived since.
    pub(super) fn advance(&mut self, octets: &[u8], limits: &Limits) -> Result<Scanned, DecodeError> {
        let within = &octets[..octets.len().min(limits.frame)];
        while let Some(at) = memchr2(b'\n', b'\0', &within[self.seen.min(within.len())..]) {
            let end = self.seen + at;
            self.check_length(&within[self.line..end], limits)?;
            if within[end] == b'\0' {
                return Err(self.nul(end));
            }
            if let Some(found) = self.finish_line(&within[self.line..end], end + 1, limits)? {
                return Ok(found);
            }
        }
        self.check_length(within.get(self.line..).unwrap_or_default(), limits)?;
        if octets.len() > limits.frame {
            return Err(DecodeError::FrameTooLarge);
        }
        self.seen = octets.len();
        Ok(Scanned::More)
    }

    /// The number of header lines; only known when the head has ended.
    pub(super) fn headers(&self) -> usize {
        self.lines.saturating_sub(1)
    }

    /// The length of the lines that were found to be in order. An offence is always behind them.
    pub(super) fn good(&self) -> usize {
        self.line
    }

    /// The line without its end. A last CR may be half an end of line and does not count.
    fn check_length(&self, line: &[u8], limits: &Limits) -> Result<(), DecodeError> {
        let (limit, error) = match self.lines {
            0 => (COMMAND_LINE, DecodeError::CommandTooLong),
            _ => (limits.header_line, DecodeError::HeaderLineTooLong),
        };
        let content = line.strip_suffix(b"\r").unwrap_or(line);
        if content.len() > limit { Err(error) } else { Ok(()) }
    }

    fn nul(&self, at: usize) -> DecodeError {
        if at == 0 {
            DecodeError::StrayNul
        } else {
            DecodeError::NulInHeader
        }
    }

    fn finish_line(
        &mut self,
        line: &[u8],
        next: usize,
        limits: &Limits,
    ) -> Result<Option<Scanned>, DecodeError> {
        if matches!(line, b"" | b"\r") {
            return Ok(Some(if self.lines == 0 {
                Scanned::EndOfLine(next)
            } else {
                Scanned::Head(next)
            }));
        }
        if self.lines > limits.headers {
            return Err(DecodeError::TooManyHeaders);
        }
        self.lines += 1;
        self.line = next;
        self.seen = next;
        Ok(None)
    }
}
