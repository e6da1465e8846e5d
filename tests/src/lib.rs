//! Tests that cross crates, and what they are made with.
//!
//! | module | holds |
//! |---|---|
//! | [`peer`] | a client in octets, which can break every rule |
//! | [`server`] | a server on a port of its own, for one test |
//! | [`conversation`] | conversations as data |

#![allow(
    clippy::disallowed_methods,
    reason = "tests run in real time and start tasks of their own; `Env` is the server's"
)]

pub mod ant_golden;
pub mod conversation;
pub mod peer;
pub mod server;
