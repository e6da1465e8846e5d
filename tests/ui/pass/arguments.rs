//! Everything that handlers can take and return.
#![deny(warnings)]
use std::sync::Arc;

use futures_core::Stream;
use stomp_server::{
    BoxError, DestinationVariable, HandlerError, Header, HeaderList, Headers, InvalidValue, Message, MessageContext,
    MissingHeader, Outgoing, Payload, Principal, Rejection, Reply, RouteMeta, Session, SessionAttribute, SessionId,
    SimpMessagingTemplate, State, Valid, Validate, message_exception_handler, message_mapping, subscribe_mapping,
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

#[message_mapping("/headers/{ids}")]
async fn headers(
    #[header("x-a", default = "7")] a: u8,
    #[header(default = "red")] color: String,
    #[header("x-b")] b: Vec<String>,
    #[header("x-c", default = "1, 2")] c: Option<Vec<u8>>,
    d: Header<Vec<u8>>,
    e: Option<Header<Vec<u8>>>,
    #[header("x-f")] HeaderList(f): HeaderList<u8>,
    #[header("${x.g:x-g}", default = "${none:8}")] Header(g): Header<u8>,
    lookup_destination: Header<String>,
    ids: Vec<u32>,
    route: &'static RouteMeta,
) -> String {
    let (d, e) = (d.0, e.map(|e| e.0));
    format!("{a} {color} {b:?} {c:?} {d:?} {e:?} {f:?} {g} {} {ids:?} {}", lookup_destination.0, route.name)
}

#[message_exception_handler]
async fn failed(
    error: &MissingHeader,
    #[destination_variable] ids: Vec<u32>,
    #[destination_variable("roomId")] room: Option<u32>,
    DestinationVariable(other): DestinationVariable<String>,
    #[payload] body: Option<String>,
    #[header("x-a")] a: String,
    route: &'static RouteMeta,
    _user: Principal,
    _session: Session,
    _message: Message,
) -> String {
    format!("{error} {ids:?} {room:?} {other} {body:?} {a} {}", route.name)
}

#[message_exception_handler(std::fmt::Error, std::io::Error)]
async fn several(error: &HandlerError) -> bool {
    error.is_thrown()
}

#[message_exception_handler(InvalidValue)]
async fn unseen() {}

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
