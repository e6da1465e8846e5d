//! The body of a frame: how its end is found, and the part of it that is already there.

use bytes::Bytes;
use memchr::memchr;

use super::DecodeError;
use crate::{Command, Headers, Version, codec::Limits};

/// How the end of a body is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyLength {
    /// `content-length` says how many octets there are; a NUL follows them.
    Counted(usize),
    /// The first NUL ends the body.
    Open {
        /// Octets that the body may have.
        most: usize,
        /// What is wrong with more.
        over: DecodeError,
    },
}

impl BodyLength {
    /// Decides with the headers alone: what is announced and too large is refused before any of it is read.
    pub(super) fn of(
        command: Command,
        headers: &Headers,
        version: Version,
        head: usize,
        limits: &Limits,
    ) -> Result<Self, DecodeError> {
        let frame_room = limits
            .frame
            .checked_sub(head + 1)
            .ok_or(DecodeError::FrameTooLarge)?;
        let forbidden = !command.has_body() && version > Version::V1_0;
        match headers.get("content-length").map(parse_length).transpose()? {
            Some(length) if forbidden && length > 0 => Err(DecodeError::UnexpectedBody),
            Some(length) if length > limits.body as u64 => Err(DecodeError::BodyTooLarge),
            Some(length) if length > frame_room as u64 => Err(DecodeError::FrameTooLarge),
            // Not more than `limits.body`, so it is a `usize`.
            Some(length) => Ok(Self::Counted(length as usize)),
            None if forbidden => Ok(Self::Open {
                most: 0,
                over: DecodeError::UnexpectedBody,
            }),
            None if limits.body <= frame_room => Ok(Self::Open {
                most: limits.body,
                over: DecodeError::BodyTooLarge,
            }),
            None => Ok(Self::Open {
                most: frame_room,
                over: DecodeError::FrameTooLarge,
            }),
        }
    }

    /// The body at the front of `octets`, if it and its NUL are all there.
    pub(super) fn split(self, octets: &[u8]) -> Result<Option<&[u8]>, DecodeError> {
        match self {
            Self::Counted(length) => match octets.get(length) {
                None => Ok(None),
                Some(b'\0') => Ok(Some(&octets[..length])),
                Some(_) => Err(DecodeError::BodyNotTerminated),
            },
            Self::Open { most, over } => match memchr(b'\0', &octets[..octets.len().min(most + 1)]) {
                Some(end) => Ok(Some(&octets[..end])),
                None if octets.len() > most => Err(over),
                None => Ok(None),
            },
        }
    }

    /// What is left of it behind `octets` of body without their NUL.
    fn minus(self, octets: usize) -> Self {
        match self {
            Self::Counted(length) => Self::Counted(length - octets),
            Self::Open { most, over } => Self::Open {
                most: most - octets,
                over,
            },
        }
    }
}

/// One to nineteen digits: they fit `u64`, and longer numbers only serve to break parsers.
fn parse_length(text: &str) -> Result<u64, DecodeError> {
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or(DecodeError::InvalidContentLength)
}

/// The part of a body that has arrived.
#[derive(Debug)]
pub(super) struct PartialBody {
    octets: Vec<u8>,
    /// How the end of what is missing is found.
    left: BodyLength,
}

impl PartialBody {
    /// Keeps the first octets of a body of which [`BodyLength::split`] said that there is more to come.
    pub(super) fn new(octets: &[u8], length: BodyLength) -> Self {
        Self {
            octets: octets.to_vec(),
            left: length.minus(octets.len()),
        }
    }

    /// Takes what belongs to the body from the front of `input`. `true`: the body is whole, and its NUL is taken.
    pub(super) fn advance(&mut self, input: &mut &[u8]) -> Result<bool, DecodeError> {
        let (taken, whole) = match self.left.split(input)? {
            Some(rest) => (rest, true),
            None => (*input, false),
        };
        self.left = self.left.minus(taken.len());
        self.extend(taken);
        *input = &input[taken.len() + usize::from(whole)..];
        Ok(whole)
    }

    /// Grows by doubling, but never beyond a length that is known: a counted body ends in a buffer of its size,
    /// which becomes the frame's without a copy.
    fn extend(&mut self, octets: &[u8]) {
        let missing = octets.len();
        if let BodyLength::Counted(left) = self.left
            && self.octets.capacity() - self.octets.len() < missing
        {
            let spare = self.octets.len().min(left);
            self.octets.reserve_exact(missing + spare);
        }
        self.octets.extend_from_slice(octets);
    }

    /// The whole body, without spare room. This one is empty afterwards.
    pub(super) fn take(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.octets).into_boxed_slice())
    }
}
