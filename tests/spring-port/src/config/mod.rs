//! One file for each of the application's configurations.

mod bare;
mod base;
mod beat;
mod custom;
mod dot;
mod dot_broker;
mod ordered;
mod web_socket;

use stomp_server::StompServerBuilder;

use crate::{Profile, event_log::EventLog, trace_log::TraceLog};

/// The configuration of one profile.
pub(crate) fn configure(profile: Profile, events: &EventLog, trace: &TraceLog) -> StompServerBuilder {
    let base = base::configure(events);
    match profile {
        Profile::Default => web_socket::configure(base, trace),
        Profile::Ordered => ordered::configure(base),
        Profile::Dot => dot::configure(base),
        Profile::DotBroker => dot_broker::configure(base),
        Profile::Bare => bare::configure(base),
        Profile::Custom => custom::configure(base),
        Profile::Beat => beat::configure(base),
    }
}
