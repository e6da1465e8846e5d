//! Arguments that were meant to be variables.
use stomp_server::{DestinationVariable, message_mapping};

#[message_mapping("/a/{room_id}")]
async fn wrapped(DestinationVariable(_romm_id): DestinationVariable<u32>) {}

#[message_mapping("/b/{room_id}")]
async fn bare(roomid: u32) {}

#[message_mapping("/c/{room_id}", "/d")]
async fn only_in_one(room_id: u32) {}

fn main() {}

// Rows: ARG-34
