//! The broker, the endpoints and the limits that most scenarios run against.

use stomp_server::{Endpoint, StompServerBuilder};

use crate::{door::door, gate::Gate, login, trace_log::TraceLog};

pub(super) fn configure(builder: StompServerBuilder, trace: &TraceLog) -> StompServerBuilder {
    let patterns = ["http://localhost:*", "http://*.example.org"];
    builder
        .application_destination_prefixes(["/app", "/api/"])
        .selector_header_name("selector")
        .endpoint(Endpoint::new("/ws").and_path("/ws2").allowed_origins(patterns))
        .endpoint(Endpoint::new("/same-origin"))
        .endpoint(
            Endpoint::new("/listed").allowed_origins(["http://one.example.com", "http://two.example.com/"]),
        )
        .endpoint(Endpoint::new("/any").allowed_origins(["*"]))
        .endpoint(Endpoint::new("/ports").allowed_origins(["http://ports.example.org:[8080,8081]"]))
        .endpoint(Endpoint::new("/door").handshake_interceptor(door))
        .authenticator(login::by_token)
        .inbound_interceptor(Gate("inbound"))
        .inbound_interceptor(trace.interceptor("inbound"))
        .inbound_interceptor(trace.interceptor("inbound-2"))
        .broker_interceptor(Gate("broker"))
        .broker_interceptor(trace.interceptor("broker"))
        .outbound_interceptor(Gate("outbound"))
        .outbound_interceptor(trace.interceptor("outbound"))
}
