//! Dots as separators, below slash prefixes: `/app/red.blue`, `/topic/red.blue`.

use stomp_server::{Endpoint, StompServerBuilder};

use crate::login;

pub(super) fn configure(builder: StompServerBuilder) -> StompServerBuilder {
    builder
        .discover(false)
        .endpoint(Endpoint::new("/ws"))
        .authenticator(login::by_query)
}
