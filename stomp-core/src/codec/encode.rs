//! An encoder that writes into the caller's buffer.
use crate::{Command, Frame, Version};

/// Placeholder.
pub fn encode(_out: &mut Vec<u8>, _version: Version, _frame: &Frame) {}

/// Placeholder.
#[derive(Debug)]
pub struct FrameWriter<'a> {
    out: &'a mut Vec<u8>,
}
impl<'a> FrameWriter<'a> {
    /// x
    pub fn start(out: &'a mut Vec<u8>, _version: Version, _command: Command) -> Self {
        Self { out }
    }
    /// x
    #[must_use]
    pub fn header(self, _name: &str, _value: &str) -> Self {
        self
    }
    /// x
    #[must_use]
    pub fn header_number(self, _name: &str, _value: u64) -> Self {
        self
    }
    /// x
    pub fn end(self, _body: &[u8]) {
        let _ = self.out;
    }
}
