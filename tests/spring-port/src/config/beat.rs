//! Short heart-beats.

use std::time::Duration;

use stomp_server::{Endpoint, StompServerBuilder};

use crate::login;

pub(super) fn configure(builder: StompServerBuilder) -> StompServerBuilder {
    builder
        .heart_beat(Duration::from_millis(300), Duration::from_millis(400))
        .endpoint(Endpoint::new("/ws"))
        .authenticator(login::by_query)
}
