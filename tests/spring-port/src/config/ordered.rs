//! One frame after the other, in both directions: what this server always does.

use stomp_server::{Endpoint, StompServerBuilder};

use crate::{gate::Gate, login};

pub(super) fn configure(builder: StompServerBuilder) -> StompServerBuilder {
    builder
        .endpoint(Endpoint::new("/ws"))
        .authenticator(login::by_token)
        .inbound_interceptor(Gate("inbound"))
}
