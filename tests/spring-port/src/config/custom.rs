//! An application's own converter, argument, return value, error frame, prefixes and limits; heart-beats by default.

use std::time::Duration;

use stomp_server::{Endpoint, ErrorFrame, Limits, RefusedFrame, StompServerBuilder};

use crate::{
    controllers::CustomController,
    gate::{Broken, Gate},
    login,
    note_converter::NoteConverter,
};

pub(super) fn configure(builder: StompServerBuilder) -> StompServerBuilder {
    builder
        .application_destination_prefixes(["/app", "/app/v2", "/plain"])
        .user_destination_prefix("/me")
        .heart_beat(Duration::from_secs(10), Duration::from_secs(10))
        .limits(Limits::default().with_frame(1024).with_body(1000))
        .controller(CustomController)
        .converter(NoteConverter)
        .configure(|config, _| config.pattern_cache = 2)
        .endpoint(Endpoint::new("/ws"))
        .authenticator(login::by_token)
        .inbound_interceptor(Gate("inbound"))
        .error_handler(explain)
}

/// `Explain`: says why, and lets one kind of failure pass in silence.
fn explain(refused: &RefusedFrame, error: ErrorFrame) -> Option<ErrorFrame> {
    if refused.downcast_ref::<Broken>().is_some() {
        return None;
    }
    let error = error.with_message("not accepted").with_header("x-help", "ask");
    Some(error.with_body("read the manual"))
}
