//! Listeners take one event and answer nobody.
use stomp_server::{ApplicationEvent, SessionConnectedEvent, event_listener, send_to};

#[event_listener]
async fn none() {}

#[event_listener]
#[send_to("/topic/a")]
async fn answers(_event: &SessionConnectedEvent) {}

#[event_listener]
async fn owned(_event: SessionConnectedEvent) {}

#[event_listener]
async fn any(_event: &dyn ApplicationEvent) {}

fn main() {}
