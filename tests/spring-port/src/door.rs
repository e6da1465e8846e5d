//! Refuses `?deny=…`, and keeps `?room=…` as a session attribute.

use stomp_server::{
    HandshakeAttempt, HandshakeRefusal,
    http::{HeaderValue, StatusCode},
};

use crate::query::parameter;

/// What the Java interceptor answers where it sets no status.
const NO_STATUS: StatusCode = StatusCode::OK;

pub(crate) async fn door(mut attempt: HandshakeAttempt) -> Result<HandshakeAttempt, HandshakeRefusal> {
    let headers = attempt.response_headers();
    headers.insert("x-door", HeaderValue::from_static("seen"));
    let uri = attempt.handshake().uri.clone();
    if let Some(deny) = parameter(&uri, "deny") {
        let status = deny.parse().unwrap_or(NO_STATUS);
        return Err(attempt.refuse(status));
    }
    if let Some(room) = parameter(&uri, "room") {
        attempt.set_attribute("room", room);
    }
    Ok(attempt)
}
