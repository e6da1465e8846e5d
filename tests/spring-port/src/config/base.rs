//! What all profiles share: events, properties, and the switches that keep quiet about what Spring does not say.

use std::time::Duration;

use stomp_server::{StompServer, StompServerBuilder};

use crate::event_log::EventLog;

pub(super) fn configure(events: &EventLog) -> StompServerBuilder {
    StompServer::builder()
        .manage(events.clone())
        .controller(events.clone())
        .property("oracle.place", "market")
        .property("oracle.header", "x-configured")
        .ignore_unmapped()
        // Spring's broker has no heart-beats without a scheduler.
        .heart_beat(Duration::ZERO, Duration::ZERO)
        .configure(|_, session| {
            session.session_header = false;
            session.server_header = false;
        })
}
