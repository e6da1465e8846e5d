//! An incremental decoder.
use super::Limits;
use crate::{Frame, Version};

/// What the decoder found.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A whole frame.
    Frame(Frame),
    /// An end of line between frames: a heart-beat.
    EndOfLine,
}
/// Placeholder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// x
    #[error("x")]
    X,
}
/// Placeholder.
#[derive(Debug)]
pub struct Decoder {
    #[expect(dead_code)]
    limits: Limits,
}
impl Decoder {
    /// x
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }
    /// x
    pub fn set_version(&mut self, _version: Version) {}
    /// x
    pub fn set_limits(&mut self, _limits: Limits) {}
    /// x
    #[must_use]
    pub fn is_idle(&self) -> bool {
        true
    }
    /// x
    pub fn decode(&mut self, _input: &mut &[u8]) -> Result<Option<Decoded>, DecodeError> {
        Ok(None)
    }
}
