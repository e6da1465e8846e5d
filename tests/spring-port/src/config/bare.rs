//! No prefixes at all, and an error handler.

use stomp_server::{Endpoint, StompServerBuilder};

use crate::{gate::Gate, login};

pub(super) fn configure(builder: StompServerBuilder) -> StompServerBuilder {
    builder
        .enable_simple_broker::<&str>([])
        .application_destination_prefixes::<&str>([])
        .endpoint(Endpoint::new("/ws"))
        .authenticator(login::by_token)
        .inbound_interceptor(Gate("inbound"))
}
