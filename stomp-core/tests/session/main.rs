//! The server's session: conversations as a table (`tests/data/session.txt`), heart-beats and deadlines under a
//! virtual clock, a scripted client at the other end of an unkind network, and what holds for all inputs.

mod beats;
mod contract;
mod conversations;
mod host;
#[path = "../notation/mod.rs"]
mod notation;
mod pair;
mod properties;
