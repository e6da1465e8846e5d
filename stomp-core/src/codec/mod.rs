//! Bytes to frames and back.

mod decode;
mod encode;
mod escape;
mod limits;

pub use self::{
    decode::{DecodeError, Decoded, Decoder},
    encode::{FrameWriter, encode},
    limits::Limits,
};
