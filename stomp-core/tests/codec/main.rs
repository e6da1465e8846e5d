//! The codec, as tables (`tests/data`), at its limits, and for all inputs.

mod decode;
mod encode;
mod frames;
mod limits;
#[path = "../notation/mod.rs"]
mod notation;
mod pieces;
mod properties;
