//! Dots as separators, below slash prefixes: `/app/red.blue`, `/topic/red.blue`.

use stomp_server::{Endpoint, Separator, StompServerBuilder};

use crate::{controllers::DotController, login};

pub(super) fn configure(builder: StompServerBuilder) -> StompServerBuilder {
    builder
        .separator(Separator::Dot)
        // In Spring all controllers are there; with dots, those whose mappings have slashes can be reached by nobody.
        .scope("spring_port::controllers::advice")
        .controller(DotController)
        .endpoint(Endpoint::new("/ws"))
        .authenticator(login::by_query)
}
