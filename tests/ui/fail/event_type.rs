//! They hear events, are given state, and return nothing.
use stomp_server::{Payload, SessionConnectedEvent, event_listener};

#[event_listener]
async fn not_an_event(_event: &String) {}

#[event_listener]
async fn no_message(_event: &SessionConnectedEvent, _body: Payload<String>) {}

#[event_listener]
async fn value(_event: &SessionConnectedEvent) -> u8 {
    1
}

fn main() {}
