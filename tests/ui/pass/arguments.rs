//! Everything that handlers can take and return.
#![deny(warnings)]
use std::sync::Arc;

use futures_core::Stream;
use stomp_server::{
    BoxError, DestinationVariable, Header, Headers, Message, MessageContext, Outgoing, Payload, Principal, Rejection,
    Reply, Session, SessionAttribute, SessionId, SimpMessagingTemplate, State, Valid, Validate, message_mapping,
    subscribe_mapping,
};

#[derive(serde::Deserialize)]
struct Draft {
    text: String,
}

impl Validate for Draft {
    fn validate(&self) -> Result<(), BoxError> {
        if self.text.is_empty() { Err("empty".into()) } else { Ok(()) }
    }
}

struct Clock;
trait Store: Send + Sync {}

#[message_mapping("/x/{type}/{roomId}/{_skip}")]
async fn all(
    r#type: String,
    room_id: u32,
    Payload(Draft { text }): Payload<Draft>,
    mut n: Option<Header<u8>>,
    _: Principal,
    #[header("x-id")] id: String,
    #[header("x-more")] more: Option<u8>,
    #[destination_variable("roomId")] again: u64,
    who: Result<Principal, Rejection>,
) -> String {
    if let Some(n) = &mut n {
        n.0 += 1;
    }
    format!("{type} {room_id} {text} {id} {more:?} {again} {}", who.is_ok(), type = r#type)
}

#[message_mapping("/y/{id}")]
async fn rest(
    DestinationVariable(id): DestinationVariable<u8>,
) {
    let _ = id;
}

#[message_mapping("/z/{id}", "/z")]
async fn sometimes(
    id: Option<u8>,
    _session: Session,
    _id: SessionId,
    _kept: Option<SessionAttribute<u8>>,
    _message: Message,
    _headers: Headers,
    _cx: MessageContext,
    _template: SimpMessagingTemplate,
    State(_clock): State<Clock>,
    _clock2: Arc<Clock>,
    _store: State<dyn Store>,
    _valid: Valid<Payload<Draft>>,
) -> Option<u8> {
    id
}

#[message_mapping("/r1")]
async fn nothing() {}
#[message_mapping("/r2")]
async fn nested() -> Result<Option<u8>, String> {
    Ok(None)
}
#[message_mapping("/r3")]
async fn boxed() -> Result<u8, BoxError> {
    Ok(1)
}
#[message_mapping("/r4")]
async fn opaque(x: Payload<u8>) -> impl serde::Serialize + use<> {
    x.0
}
#[message_mapping("/r5")]
fn reply() -> Reply {
    Reply::Message(Outgoing::new("x").with_header("a", "b"))
}
#[message_mapping("/r6")]
async fn any() -> anyhow::Result<()> {
    Ok(())
}
#[subscribe_mapping("/r7")]
fn stream() -> impl Stream<Item = Result<u8, BoxError>> {
    futures_util::stream::empty()
}
#[subscribe_mapping("/r8")]
async fn tried_stream() -> Result<impl Stream<Item = Outgoing>, BoxError> {
    Ok(futures_util::stream::empty())
}

fn main() {}
