//! An incremental decoder.

mod body;
mod error;
mod head;
mod scan;

use bytes::Bytes;
use memchr::memchr;

pub use self::error::DecodeError;
use self::{
    body::PartialBody,
    head::Head,
    scan::{HeadScan, Scanned},
};
use super::Limits;
use crate::{Frame, Version};

/// What the decoder found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// A whole frame.
    Frame(Frame),
    /// An end of line between frames: a heart-beat, or the line end that some peers write behind each NUL.
    EndOfLine,
}

/// Turns octets into frames, however they are cut into pieces (STOMP 1.2, "STOMP Frames").
///
/// A frame that is whole in the input is read where it lies. Of one that is not, what has arrived is kept until the
/// rest comes; nothing is reserved for octets that have not arrived, what was searched is not searched again when more
/// comes, and between frames the decoder owns no heap memory. What comes out does not depend on the pieces.
///
/// # What is accepted
///
/// - Frames of clients and servers; who may send which is up to the session.
/// - Lines that end in LF or CR LF, in all versions (1.0 and 1.1 know LF only, but nothing else can be meant).
/// - Escapes as the version defines them: none in 1.0; `\n`, `\c` and `\\` in 1.1; also `\r` in 1.2. None in CONNECT,
///   STOMP and CONNECTED (STOMP 1.2, "Value Encoding").
/// - Blanks before a value in 1.0 only, where they are dropped: its examples have them.
/// - Colons in values, also unescaped.
/// - Bodies of SEND, MESSAGE and ERROR. In 1.0 those of other frames are read and dropped, later they are an error.
///
/// Until [`set_version`](Decoder::set_version) is called, CONNECT, STOMP and CONNECTED are read by the rules of the
/// version they lead to, all else by those of 1.2.
///
/// # Examples
///
/// ```
/// use stomp_core::codec::{Decoded, Decoder, Limits};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let mut input: &[u8] = b"SEND\ndestination:/topic/a\n\nhel";
/// assert_eq!(decoder.decode(&mut input), Ok(None));
/// let mut input: &[u8] = b"lo\0\n";
/// let Ok(Some(Decoded::Frame(frame))) = decoder.decode(&mut input) else { panic!("a frame") };
/// assert_eq!(frame.header("destination"), Some("/topic/a"));
/// assert_eq!(frame.body, "hello");
/// assert_eq!(decoder.decode(&mut input), Ok(Some(Decoded::EndOfLine)));
/// assert!(decoder.is_idle() && input.is_empty());
/// ```
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    version: Option<Version>,
    failed: Option<DecodeError>,
    receipt: Option<Box<str>>,
    /// Boxed, so that the many decoders that wait for nothing stay small.
    partial: Option<Box<Partial>>,
}

/// The part of a frame that has arrived.
#[derive(Debug)]
enum Partial {
    Head { octets: Vec<u8>, scan: HeadScan },
    Body { head: Head, body: PartialBody },
}

/// Why a frame was refused, with its receipt.
struct Refused {
    error: DecodeError,
    receipt: Option<Box<str>>,
}

type Step = Result<Option<Decoded>, Refused>;

impl Decoder {
    /// A decoder at the beginning of a connection. No version is agreed yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits: limits.checked(),
            version: None,
            failed: None,
            receipt: None,
            partial: None,
        }
    }

    /// Sets the version that was agreed on. To be called between two frames; the next one is read by its rules.
    pub fn set_version(&mut self, version: Version) {
        self.version = Some(version);
    }

    /// Changes the limits, say when a client has authenticated. The body of a half frame keeps its old ones.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits.checked();
    }

    /// Is no half frame kept? Then no heap memory is held either.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.partial.is_none()
    }

    /// The first `receipt` header of the frame that [`decode`](Decoder::decode) refused, if it had been read by then.
    /// The ERROR that answers the frame should carry it as `receipt-id` (STOMP 1.2, "ERROR"). Always `None` for
    /// CONNECT, where the header has no meaning.
    #[must_use]
    pub fn receipt_of_failed(&self) -> Option<&str> {
        self.receipt.as_deref()
    }

    /// Takes the next frame or end of line from the front of `input`.
    ///
    /// `Ok(None)` means that all of `input` was taken and more is needed. To be called again until it says so.
    ///
    /// # Errors
    ///
    /// When the frame breaks a rule or a limit. That is the end: `input` is emptied, since what follows a refused
    /// frame is not to be processed, and every later call returns the same error.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Decoded>, DecodeError> {
        if let Some(error) = self.failed {
            *input = &[];
            return Err(error);
        }
        let step = match self.partial.take() {
            None => self.begin(input),
            Some(partial) => self.resume(partial, input),
        };
        step.map_err(|refused| {
            *input = &[];
            self.failed = Some(refused.error);
            self.receipt = refused.receipt;
            refused.error
        })
    }

    /// Nothing is kept: reads the frame where it lies.
    fn begin(&mut self, input: &mut &[u8]) -> Step {
        match input.first() {
            None => return Ok(None),
            Some(b'\n') => return end_of_line(input, 1),
            Some(_) => {}
        }
        let mut scan = HeadScan::default();
        match scan.advance(input, &self.limits) {
            Ok(Scanned::EndOfLine(length)) => end_of_line(input, length),
            Ok(Scanned::Head(length)) => {
                let (head, rest) = input.split_at(length);
                *input = rest;
                self.begin_body(head, scan.headers(), input)
            }
            Ok(Scanned::More) => {
                let octets = std::mem::take(input).to_vec();
                self.keep(Partial::Head { octets, scan })
            }
            Err(error) => Err(self.refuse(error, &input[..scan.good()])),
        }
    }

    fn resume(&mut self, mut partial: Box<Partial>, input: &mut &[u8]) -> Step {
        match &mut *partial {
            Partial::Head { octets, scan } => {
                if let Some(step) = self.resume_head(octets, scan, input) {
                    return step;
                }
            }
            Partial::Body { head, body } => match body.advance(input) {
                Ok(false) => {}
                Ok(true) => return Ok(Some(head.take_frame(body.take()))),
                Err(error) => return Err(refuse_body(error, head)),
            },
        }
        self.partial = Some(partial);
        Ok(None)
    }

    /// Takes line by line, so that nothing behind the head is copied to it. `None`: more is needed.
    fn resume_head(&mut self, octets: &mut Vec<u8>, scan: &mut HeadScan, input: &mut &[u8]) -> Option<Step> {
        while !input.is_empty() {
            let line = memchr(b'\n', input).map_or(input.len(), |end| end + 1);
            // One octet too many is enough to refuse the frame.
            let room = (self.limits.frame + 1).saturating_sub(octets.len()).max(1);
            let (taken, rest) = input.split_at(line.min(room));
            octets.extend_from_slice(taken);
            *input = rest;
            match scan.advance(octets, &self.limits) {
                Ok(Scanned::More) => {}
                Ok(Scanned::EndOfLine(_)) => return Some(Ok(Some(Decoded::EndOfLine))),
                Ok(Scanned::Head(_)) => return Some(self.begin_body(octets, scan.headers(), input)),
                Err(error) => return Some(Err(self.refuse(error, &octets[..scan.good()]))),
            }
        }
        None
    }

    /// The head is whole, and `input` is what follows it.
    fn begin_body(&mut self, head: &[u8], entries: usize, input: &mut &[u8]) -> Step {
        let parsed = Head::parse(head, entries, self.version, &self.limits);
        let mut head = parsed.map_err(|error| self.refuse(error, head))?;
        match head.length.split(input) {
            Ok(Some(body)) => {
                *input = &input[body.len() + 1..];
                Ok(Some(head.take_frame(Bytes::copy_from_slice(body))))
            }
            Ok(None) => {
                let body = PartialBody::new(std::mem::take(input), head.length);
                self.keep(Partial::Body { head, body })
            }
            Err(error) => Err(refuse_body(error, &head)),
        }
    }

    fn keep(&mut self, partial: Partial) -> Step {
        self.partial = Some(Box::new(partial));
        Ok(None)
    }

    fn refuse(&self, error: DecodeError, lines: &[u8]) -> Refused {
        Refused {
            error,
            receipt: head::receipt_in(lines, self.version).map(String::into_boxed_str),
        }
    }
}

impl Head {
    /// What was asked for by the frame with this head.
    fn receipt(&self) -> Option<&str> {
        self.headers
            .get("receipt")
            .filter(|_| !self.command.opens_session())
    }

    /// The frame with this head, which is of no more use afterwards.
    fn take_frame(&mut self, body: Bytes) -> Decoded {
        Decoded::Frame(Frame {
            command: self.command,
            headers: std::mem::take(&mut self.headers),
            body: if self.keeps_body { body } else { Bytes::new() },
        })
    }
}

fn refuse_body(error: DecodeError, head: &Head) -> Refused {
    Refused {
        error,
        receipt: head.receipt().map(Box::from),
    }
}

fn end_of_line(input: &mut &[u8], length: usize) -> Step {
    *input = &input[length..];
    Ok(Some(Decoded::EndOfLine))
}
