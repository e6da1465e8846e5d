//! Annotations of arguments.
use stomp_server::message_mapping;

#[message_mapping("/a")]
async fn two(#[payload] #[header] _body: String) {}

#[message_mapping("/b")]
async fn value(#[header = "x"] _id: String) {}

#[message_mapping("/c/{room_id}")]
async fn unknown(#[destination_variable("romId")] _id: String) {}

#[message_mapping("/d")]
async fn not_a_word(#[payload("x")] _body: String) {}

fn main() {}

// Rows: ARG-47
