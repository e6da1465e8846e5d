//! The application under test.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stomp_server::{
    HandshakeAttempt, HandshakeRefusal, InboundFrame, StompServerBuilder, Stream, http::StatusCode,
    prelude::*,
};

#[derive(Debug, Serialize, Deserialize, PartialEq)]
pub(crate) struct Note {
    pub(crate) text: String,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is not a place")]
pub(crate) struct NoPlace(pub(crate) String);

#[derive(Debug, thiserror::Error)]
#[error("the store is gone")]
pub(crate) struct Broken;

#[message_mapping("/notes/<place>")]
#[send_to("/topic/notes/<place>")]
async fn note(place: String, Payload(note): Payload<Note>) -> Result<Note, NoPlace> {
    match &*place {
        "nowhere" => Err(NoPlace(place)),
        _ => Ok(note),
    }
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn no_place(error: &NoPlace) -> String {
    error.to_string()
}

/// Nothing answers for this one.
#[message_mapping("/broken")]
async fn broken() -> Result<(), Broken> {
    Err(Broken)
}

#[message_mapping("/panics")]
async fn panics() {
    panic!("as it is asked to");
}

/// To a topic and to two users.
#[message_mapping("/spread")]
async fn spread(
    Payload(text): Payload<String>,
    session: Session,
    template: SimpMessagingTemplate,
) -> Result<(), SendError> {
    template.convert_and_send("/topic/spread", &text)?;
    template.convert_and_send_to_user("ann", "/queue/spread", &text)?;
    template.convert_and_send_to_user("nobody here", "/queue/spread", &text)?;
    template.convert_and_send_to_session(session.id(), "/queue/own", &text)
}

#[message_mapping("/twice")]
#[send_to("/topic/twice", "/topic/twice")]
async fn twice() -> &'static str {
    "again"
}

#[message_mapping("/echo")]
#[send_to_user("/queue/echo")]
async fn echo(Payload(octets): Payload<Vec<u8>>, headers: Headers, user: Option<Principal>) -> Outgoing {
    let name = user.as_ref().map_or("nobody", Principal::name);
    let marked = Outgoing::new(octets).with_header("x-from", name);
    match headers.get("x-mark") {
        Some(mark) => marked.with_header("x-mark", mark),
        None => marked,
    }
}

#[subscribe_mapping("/today")]
async fn today() -> Note {
    Note {
        text: "fair".to_owned(),
    }
}

#[subscribe_mapping("/counts")]
async fn counts() -> impl Stream<Item = u32> {
    futures_util::stream::iter([1, 2])
}

/// Answers once, and then fails with nobody to answer for it.
#[subscribe_mapping("/breaks")]
async fn breaks() -> impl Stream<Item = Result<u32, Broken>> {
    futures_util::stream::iter([Ok(1), Err(Broken)])
}

#[message_mapping("/later")]
async fn later(template: SimpMessagingTemplate) {
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        template.convert_and_send("/topic/later", "at last")
    });
}

#[message_mapping("/slow")]
#[send_to("/topic/slow")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_secs(10)).await;
    "done"
}

#[message_mapping("/blocking", blocking)]
#[send_to("/topic/modes")]
fn blocks() -> &'static str {
    "blocking"
}

#[message_mapping("/concurrent", concurrent)]
#[send_to("/topic/modes")]
async fn beside() -> &'static str {
    tokio::task::yield_now().await;
    "concurrent"
}

/// Waits for longer than any test does.
#[message_mapping("/endless")]
async fn endless() {
    std::future::pending::<()>().await;
}

#[event_listener]
async fn gone(ended: &SessionDisconnectEvent, template: SimpMessagingTemplate) {
    if let Some(user) = ended.session().principal() {
        let _ = template.convert_and_send("/topic/gone", user.name());
    }
}

async fn sign_in(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    let token = login.handshake().headers.get("x-token");
    let token = token.and_then(|token| token.to_str().ok());
    match token.or(login.login()) {
        Some("mallory") => Err(AuthenticationError::new("not you")),
        name => Ok(name.map(Principal::new)),
    }
}

async fn guard(frame: InboundFrame) -> Result<Option<InboundFrame>, stomp_server::BoxError> {
    match &*frame.message.destination {
        "/app/forbidden" => Err("not for you".into()),
        "/app/ignored" => Ok(None),
        _ => Ok(Some(frame)),
    }
}

/// With an authenticator, an inbound interceptor and an endpoint.
pub(crate) fn application() -> StompServerBuilder {
    StompServer::builder()
        .scope(module_path!())
        .endpoint(Endpoint::new("/ws"))
        .authenticator(sign_in)
        .inbound_interceptor(guard)
}

/// Keeps the tenant that the query names, and refuses requests without one.
async fn tenant(attempt: HandshakeAttempt) -> Result<HandshakeAttempt, HandshakeRefusal> {
    let query = attempt.handshake().uri.query();
    match query.and_then(|query| query.strip_prefix("tenant=")) {
        Some(tenant) => attempt.set_attribute("tenant", tenant.to_owned()),
        None => return Err(attempt.refuse(StatusCode::BAD_REQUEST)),
    }
    Ok(attempt)
}

#[message_mapping("/tenant")]
#[send_to_user("/queue/tenant", broadcast = false)]
async fn which(session: Session) -> String {
    session
        .attribute("tenant")
        .unwrap_or_else(|| "nobody's".to_owned())
}

/// The application with an endpoint for tenants.
pub(crate) fn of_tenants() -> StompServerBuilder {
    application().endpoint(Endpoint::new("/tenants").handshake_interceptor(tenant))
}
