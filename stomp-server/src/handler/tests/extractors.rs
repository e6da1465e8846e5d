//! Every extractor, each with its failing twin.

use std::sync::Arc;

use ::bytes::Bytes;
use serde::Deserialize;

use super::Bench;
use crate::{
    BoxError, Context, DestinationVariable, Header, Headers, Message, MessageContext, Payload, Principal,
    Rejection, Session, SessionAttribute, SessionId, SimpMessagingTemplate, State, Valid, Validate,
    message_mapping, subscribe_mapping,
};

#[derive(Deserialize)]
struct Draft {
    text: String,
}

impl Validate for Draft {
    fn validate(&self) -> Result<(), BoxError> {
        if self.text.is_empty() {
            Err("no text".into())
        } else {
            Ok(())
        }
    }
}

#[derive(Clone)]
struct Joined(&'static str);

struct Clock(&'static str);

trait Store: Send + Sync {
    fn name(&self) -> &'static str;
}

struct Memory;

impl Store for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }
}

#[message_mapping("/bare/{roomId}")]
async fn bare(room_id: u32) -> u32 {
    room_id
}

#[message_mapping("/wrapped/{id}")]
async fn wrapped(DestinationVariable(id): DestinationVariable<u32>) -> u32 {
    id
}

#[message_mapping("/renamed/<roomId>")]
async fn renamed(#[destination_variable("room-id")] number: u32) -> u32 {
    number
}

#[message_mapping("/twice-said/<roomId>")]
async fn twice_said(
    #[destination_variable("roomId")] number: DestinationVariable<u32>,
    #[payload] body: Option<Payload<String>>,
    #[header("x-id")] Header(id): Header<u8>,
    #[header("x-none")] none: Option<Header<u8>>,
) -> String {
    format!(
        "{} {:?} {id} {:?}",
        number.0,
        body.map(|body| body.0),
        none.is_none()
    )
}

#[message_mapping("/twice-said-valid")]
async fn twice_said_valid(#[payload] Valid(Payload(draft)): Valid<Payload<Draft>>) -> String {
    draft.text
}

#[message_mapping("/maybe", "/maybe/{n}")]
async fn maybe(n: Option<u32>) -> String {
    format!("{n:?}")
}

#[message_mapping("/raw/{type}")]
async fn raw(r#type: String) -> String {
    r#type
}

#[message_mapping("/number/{id:[0-9]+}")]
async fn number(id: String) -> String {
    format!("number {id}")
}

#[message_mapping("/number/{name:[a-z]+}")]
async fn word(name: String) -> String {
    format!("word {name}")
}

#[message_mapping("/rest/{*rest}")]
async fn rest(rest: String) -> String {
    rest
}

#[message_mapping("/text")]
async fn text(Payload(body): Payload<String>) -> String {
    body
}

#[message_mapping("/bytes")]
async fn bytes(Payload(body): Payload<Bytes>) -> Bytes {
    body
}

#[message_mapping("/json")]
async fn json(#[payload] draft: Draft) -> String {
    draft.text
}

#[message_mapping("/maybe-json")]
async fn maybe_json(#[payload] draft: Option<Draft>) -> String {
    draft.map_or_else(|| "none".to_owned(), |draft| draft.text)
}

#[message_mapping("/valid")]
async fn valid(Valid(Payload(draft)): Valid<Payload<Draft>>) -> String {
    draft.text
}

#[message_mapping("/header")]
async fn header(x_count: Header<u8>, #[header("x-id")] id: Option<u8>) -> String {
    format!("{} {id:?}", x_count.0)
}

#[message_mapping("/headers")]
async fn headers(all: Headers, message: Message) -> String {
    format!("{} {}", all.len(), message.destination)
}

#[message_mapping("/principal")]
async fn principal(user: Principal) -> String {
    user.name().to_owned()
}

#[message_mapping("/maybe-principal")]
async fn maybe_principal(user: Option<Principal>) -> String {
    user.map_or_else(|| "nobody".to_owned(), |user| user.name().to_owned())
}

#[message_mapping("/tried")]
async fn tried(user: Result<Principal, Rejection>) -> String {
    user.map_or_else(
        |refused| refused.client_message().to_owned(),
        |user| user.name().to_owned(),
    )
}

#[message_mapping("/join")]
async fn join(session: Session) {
    session.insert(Joined("lobby"));
}

#[message_mapping("/joined")]
async fn joined(SessionAttribute(room): SessionAttribute<Joined>, id: SessionId) -> String {
    format!("{} {id}", room.0)
}

#[message_mapping("/state")]
async fn state(
    clock: State<Clock>,
    same: Arc<Clock>,
    store: State<dyn Store>,
    _: SimpMessagingTemplate,
) -> String {
    format!("{} {} {}", clock.0.0, same.0, store.name())
}

#[subscribe_mapping("/context")]
async fn context(cx: MessageContext) -> String {
    format!("{:?} {}", cx.subscription(), cx.path())
}

fn bench() -> Bench {
    let mut context = Context::default();
    context.insert(Arc::new(Clock("12:00")));
    context.insert::<dyn Store>(Arc::new(Memory));
    Bench::with(module_path!(), context)
}

async fn check(table: &[(&str, &'static str, &str)]) {
    let bench = bench();
    for (destination, body, expected) in table {
        let answers = bench.send(&format!("/app{destination}"), body).await;
        let expected = match expected.strip_prefix('!') {
            Some(error) => format!("unanswered: {error}"),
            None => format!("/topic{destination} <- {expected}"),
        };
        assert_eq!(answers, [expected], "{destination}");
    }
}

/// Rows: ARG-33
#[tokio::test]
async fn destination_variables() {
    check(&[
        ("/bare/7", "", "7"),
        (
            "/bare/x",
            "",
            "!argument `room_id`: destination variable `room_id` is not valid (it is not a whole number)",
        ),
        ("/wrapped/7", "", "7"),
        (
            "/wrapped/-1",
            "",
            "!argument `id`: destination variable `id` is not valid (it is not a whole number)",
        ),
        ("/renamed/7", "", "7"),
        ("/maybe", "", "None"),
        ("/maybe/7", "", "Some(7)"),
        (
            "/maybe/x",
            "",
            "!argument `n`: destination variable `n` is not valid (it is not a whole number)",
        ),
        ("/raw/t", "", "t"),
        ("/number/42", "", "number 42"),
        ("/number/abc", "", "word abc"),
        ("/rest/a/b", "", "a/b"),
    ])
    .await;
    assert_eq!(bench().send("/app/number/A1", "").await, ["no handler"]);
}

/// Rows: ARG-10, ARG-42, ARG-43, ARG-44, ARG-52
#[tokio::test]
async fn payloads() {
    check(&[
        ("/text", "hi", "hi"),
        ("/text", "  ", "  "),
        ("/text", "", "!argument `body`: the body is empty"),
        ("/bytes", "hi", "hi"),
        ("/bytes", "", "!argument `body`: the body is empty"),
        ("/json", r#"{"text":"hi"}"#, "hi"),
        (
            "/json",
            r#"{"text":"#,
            "!argument `draft`: the body is malformed at line 1, column 8",
        ),
        ("/json", "", "!argument `draft`: the body is empty"),
        ("/maybe-json", "", "none"),
        ("/maybe-json", r#"{"text":"hi"}"#, "hi"),
        (
            "/maybe-json",
            "{",
            "!argument `draft`: the body is malformed at line 1, column 1",
        ),
        ("/valid", r#"{"text":"hi"}"#, "hi"),
        (
            "/valid",
            r#"{"text":""}"#,
            "!argument `draft`: the payload is not valid",
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_annotation_may_stand_before_the_extractor_it_means() {
    check(&[
        ("/twice-said/7", "hi", "!argument `id`: header `x-id` is missing"),
        ("/twice-said-valid", r#"{"text":"hi"}"#, "hi"),
    ])
    .await;
    let message = Message::new("/app/twice-said/7", "hi").with_header("x-id", "9");
    assert_eq!(
        bench().dispatch(message).await,
        [r#"/topic/twice-said/7 <- 7 Some("hi") 9 true"#]
    );
}

/// Rows: ARG-30, ARG-37
#[tokio::test]
async fn headers_are_found_by_the_arguments_name() {
    let bench = bench();
    let message = || Message::new("/app/header", "");
    let good = message().with_header("x-count", "3").with_header("x-id", "9");
    assert_eq!(bench.dispatch(good).await, ["/topic/header <- 3 Some(9)"]);
    let absent = message().with_header("x_count", "3");
    assert_eq!(bench.dispatch(absent).await, ["/topic/header <- 3 None"]);
    let malformed = message().with_header("x-count", "3").with_header("x-id", "q");
    assert_eq!(
        bench.dispatch(malformed).await,
        ["unanswered: argument `id`: header `x-id` is not valid (it is not a whole number)"]
    );
    assert_eq!(
        bench.dispatch(message()).await,
        ["unanswered: argument `x_count`: header `x_count` is missing"]
    );
    let all = Message::new("/app/headers", "").with_header("a", "1");
    assert_eq!(bench.dispatch(all).await, ["/topic/headers <- 1 /app/headers"]);
}

/// Rows: ARG-02, ARG-35
#[tokio::test]
async fn the_user_may_be_absent_only_where_the_handler_says_so() {
    check(&[
        ("/principal", "", "!argument `user`: not authenticated"),
        ("/maybe-principal", "", "nobody"),
        ("/tried", "", "not authenticated"),
    ])
    .await;
    let bench = bench().user("ann");
    for destination in ["/principal", "/maybe-principal", "/tried"] {
        assert_eq!(
            bench.send(destination, "").await,
            [format!("/topic{destination} <- ann")]
        );
    }
}

/// Rows: ARG-32
#[tokio::test]
async fn session_attributes_outlive_the_message() {
    let bench = bench();
    let before = bench.send("/joined", "").await;
    assert_eq!(
        before,
        ["unanswered: argument `room`: the session is not yet ready for this message"]
    );
    assert!(bench.send("/join", "").await.is_empty());
    let id = SessionId::from_bits(1);
    assert_eq!(
        bench.send("/joined", "").await,
        [format!("/topic/joined <- lobby {id}")]
    );
}

#[tokio::test]
async fn state_is_injected_by_type() {
    check(&[("/state", "", "12:00 12:00 memory")]).await;
    let problems = Bench::try_with(module_path!(), Context::default()).err().unwrap();
    let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(texts[0].contains("`dyn "), "{texts:#?}");
    assert!(texts[1].contains("extractors::Clock` was registered with `manage`; needed by `state` ("));
}

/// Rows: ARG-31
#[tokio::test]
async fn the_context_knows_the_subscription() {
    assert_eq!(
        bench().subscribe("/app/context").await,
        ["subscriber <- Some(\"sub-0\") /context"]
    );
}
