//! Refuses `?deny=…`, and keeps `?room=…` as a session attribute.

use stomp_server::{
    HandshakeAttempt, HandshakeRefusal,
    http::{HeaderValue, StatusCode},
};

use crate::query::raw_parameter;

/// What the Java interceptor answers where it sets no status.
const NO_STATUS: StatusCode = StatusCode::OK;

pub(crate) async fn door(mut attempt: HandshakeAttempt) -> Result<HandshakeAttempt, HandshakeRefusal> {
    let headers = attempt.response_headers();
    headers.insert("x-door", HeaderValue::from_static("seen"));
    let uri = attempt.handshake().uri.clone();
    match raw_parameter(&uri, "deny") {
        Some(None) => return Err(attempt.refuse(NO_STATUS)),
        Some(Some(status)) => {
            // Java throws where it knows no such status.
            let known = status
                .parse()
                .ok()
                .and_then(|code| StatusCode::from_u16(code).ok());
            let known = known.filter(|status| status.canonical_reason().is_some());
            return Err(attempt.refuse(known.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)));
        }
        None => {}
    }
    if let Some(Some(room)) = raw_parameter(&uri, "room") {
        attempt.set_attribute("room", room.to_owned());
    }
    Ok(attempt)
}
