//! One frame after the other, in both directions: what this server always does.

use stomp_server::{Endpoint, ErrorFrame, RefusedFrame, StompServerBuilder};

use crate::{gate::Gate, login};

pub(super) fn configure(builder: StompServerBuilder) -> StompServerBuilder {
    builder
        .endpoint(Endpoint::new("/ws"))
        .authenticator(login::by_token)
        .inbound_interceptor(Gate("inbound"))
        .error_handler(in_silence)
}

/// With `preserveReceiveOrder` Spring handles frames on other threads than it reads them on, so that clients are not
/// told of failures.
fn in_silence(refused: &RefusedFrame, error: ErrorFrame) -> Option<ErrorFrame> {
    refused.cause().is_none().then_some(error)
}
