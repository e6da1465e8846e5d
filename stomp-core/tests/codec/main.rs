//! The codec, as tables (`tests/data`), at its limits, and for all inputs.

mod decode;
mod encode;
mod limits;
mod notation;
mod pieces;
mod properties;
