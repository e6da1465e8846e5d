//! Exception handlers through the wire: what they can take, who is asked, and what becomes of streams that fail.

use futures_util::{StreamExt, stream};
use stomp_server::{
    BoxError, ConvertError, InvalidValue, MissingHeader, MissingVariable, Rejection, RouteMeta,
    ValidationErrors, prelude::*,
};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

#[derive(Debug, thiserror::Error)]
#[error("room {0} is gone")]
struct RoomGone(String);

#[derive(Debug, thiserror::Error)]
#[error("odd")]
struct Odd;

#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct Detailed {
    text: String,
    #[source]
    cause: RoomGone,
}

#[derive(Debug, thiserror::Error)]
#[error("one")]
struct One;

#[derive(Debug, thiserror::Error)]
#[error("two")]
struct Two;

#[derive(Debug, thiserror::Error)]
#[error("broken")]
struct Broken;

#[derive(Debug, thiserror::Error)]
#[error("silent")]
struct Silent;

#[derive(Debug, thiserror::Error)]
#[error("shouting")]
struct Shouting;

#[derive(Debug, thiserror::Error)]
#[error("slow")]
struct Slow;

#[derive(Component)]
struct Fail;

#[controller("/fail/{kind}")]
#[send_to("/topic/errors")]
impl Fail {
    #[message_mapping("/detailed/{roomId}")]
    async fn detailed(&self, room_id: String, #[payload] text: String) -> Result<(), Detailed> {
        let cause = RoomGone(room_id);
        Err(Detailed { text, cause })
    }

    #[message_mapping("/two")]
    async fn two(&self) -> Result<(), Two> {
        Err(Two)
    }

    #[message_mapping("/one")]
    async fn one(&self) -> Result<(), One> {
        Err(One)
    }

    #[message_mapping("/broken")]
    async fn broken(&self) -> Result<(), Broken> {
        Err(Broken)
    }

    #[message_mapping("/silent")]
    async fn silent(&self) -> Result<(), Silent> {
        Err(Silent)
    }

    #[message_mapping("/shouting")]
    async fn shouting(&self) -> Result<(), Shouting> {
        Err(Shouting)
    }

    #[message_mapping("/slow")]
    async fn slow(&self) -> Result<(), Slow> {
        Err(Slow)
    }

    #[message_mapping("/odd")]
    async fn odd(&self) -> Result<(), Odd> {
        Err(Odd)
    }

    #[message_exception_handler]
    #[send_to("/topic/errors/{roomId}")]
    async fn on_detailed(
        &self,
        error: &Detailed,
        route: &'static RouteMeta,
        #[destination_variable] room_id: String,
        DestinationVariable(kind): DestinationVariable<u8>,
        #[header("x-a")] a: String,
        #[header("x-b", default = "7")] b: u8,
        #[payload] text: String,
        user: Principal,
        session: Session,
        message: Message,
        lookup_destination: Header<String>,
    ) -> String {
        let (cause, lookup) = (&error.cause, lookup_destination.0);
        assert!(session.principal().is_some() && message.body == text);
        format!(
            "{error} | {cause} | {} | {room_id} | {kind} | {a} | {b} | {text} | {} | {lookup}",
            route.name,
            user.name()
        )
    }

    #[message_exception_handler(One, Two)]
    async fn on_several(&self, error: &HandlerError) -> String {
        format!(
            "several: {} {}",
            error.is_thrown(),
            error.downcast_ref::<Two>().is_some()
        )
    }

    #[message_exception_handler]
    async fn on_broken(&self, _error: &Broken) -> Result<String, RoomGone> {
        Err(RoomGone("handler".to_owned()))
    }

    #[message_exception_handler(Silent)]
    async fn on_silent(&self) {}

    #[message_exception_handler]
    async fn on_slow(&self, error: &Slow) -> String {
        tokio::task::yield_now().await;
        error.to_string()
    }
}

#[message_mapping("/shouting")]
fn shouting() -> Result<(), Shouting> {
    Err(Shouting)
}

#[message_exception_handler]
fn on_shouting(error: &Shouting) -> String {
    format!("shouted: {error}")
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_room_gone(error: &RoomGone) -> String {
    format!("global: {error}")
}

#[message_mapping("/gone/{room}")]
async fn gone(room: String) -> Result<(), BoxError> {
    Err(Box::new(RoomGone(room)))
}

/// A variable that the failing message does not have.
#[message_exception_handler]
fn on_odd(_error: &Odd, #[destination_variable] seat: String) -> String {
    seat
}

#[message_mapping("/countdown")]
#[send_to("/topic/countdown")]
async fn countdown() -> impl Stream<Item = Result<u32, RoomGone>> {
    stream::iter([Ok(2), Ok(1), Err(RoomGone("zero".to_owned())), Ok(0)])
}

#[message_mapping("/panicking")]
#[send_to("/topic/countdown")]
async fn panicking() -> impl Stream<Item = u32> {
    stream::iter([1, 0]).map(|n| 1 / n)
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_panic(error: &HandlerError) -> String {
    format!("panic: {}", error.is_panic())
}

#[message_mapping("/argument/{n}")]
fn argument(n: u8, #[header("x-n")] x: u8, #[payload] body: Vec<u32>) -> String {
    format!("{n} {x} {body:?}")
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_missing(error: &MissingHeader) -> String {
    format!("missing: header {}", error.name)
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_variable(error: &MissingVariable) -> String {
    format!("missing: variable {}", error.name)
}

#[message_exception_handler(InvalidValue)]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_type() -> &'static str {
    "value of another type"
}

#[message_exception_handler(ConvertError)]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_conversion(error: &HandlerError) -> String {
    error.client_message().into_owned()
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_invalid(errors: &ValidationErrors) -> ValidationErrors {
    errors.clone()
}

#[message_mapping("/principal")]
fn principal(user: Principal) -> String {
    user.name().to_owned()
}

/// Nobody but the catch-all asks for it by name: every refused argument is one.
#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
fn on_rejection(refused: &Rejection) -> String {
    format!("refused: {}", refused.client_message())
}

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

async fn connected() -> (TestServer, Peer) {
    let server = TestServer::start(app(module_path!()).authenticator(by_login)).await;
    let mut peer = server.connect_as("ann").await;
    peer.subscribe("t", "/topic/**").await;
    peer.subscribe("e", "/user/queue/errors").await;
    (server, peer)
}

/// Sends and says what arrives, as `destination <- body`; nothing else may.
async fn check(table: &[(&str, &str, &str, &str)]) {
    let (_server, mut peer) = connected().await;
    for (destination, headers, body, expected) in table {
        peer.send_with(destination, headers, body).await;
        let message = peer.expect("MESSAGE").await;
        let heard = message.header("destination").unwrap_or_default();
        assert_eq!(
            format!("{heard} <- {}", message.text()),
            *expected,
            "{destination}"
        );
        peer.expect_nothing().await;
    }
}

/// Rows: ARG-04, ARG-37, ARG-38, EXC-11, EXC-12
#[tokio::test]
async fn an_exception_handler_takes_every_argument_of_a_handler() {
    check(&[(
        "/app/fail/3/detailed/7",
        "x-a:one\nx-b:\n",
        "why",
        "/topic/errors/7 <- why | room 7 is gone | Fail::detailed | 7 | 3 | one | 7 | why | ann | /fail/3/detailed/7",
    )])
    .await;
}

/// Rows: ARG-34, EXC-18, EXC-19, EXC-22
#[tokio::test]
async fn an_exception_handler_that_cannot_be_called_or_fails_is_the_end_of_it() {
    let (server, mut peer) = connected().await;
    let failing: [(&str, &str); 4] = [
        ("/app/fail/3/detailed/7", ""),
        ("/app/fail/x/detailed/7", "x-a:one\n"),
        ("/app/fail/3/broken", ""),
        ("/app/fail/3/odd", ""),
    ];
    for (at, (destination, headers)) in failing.into_iter().enumerate() {
        peer.send_with(destination, headers, "why").await;
        peer.expect_nothing().await;
        assert_eq!(server.counters().handlers_failed, at as u64 + 1, "{destination}");
    }
    peer.send_with("/app/fail/3/silent", "receipt:r\n", "").await;
    peer.expect_receipt("r").await;
    peer.expect_nothing().await;
    assert_eq!(server.counters().handlers_failed, 4, "no answer is an answer");
}

/// Rows: EXC-01, EXC-02, EXC-15, EXC-16, EXC-17, EXC-20
#[tokio::test]
async fn who_answers_and_where_the_answer_goes() {
    check(&[
        ("/app/fail/3/one", "", "", "/topic/errors <- several: true false"),
        ("/app/fail/3/two", "", "", "/topic/errors <- several: true true"),
        ("/app/fail/3/slow", "", "", "/topic/errors <- slow"),
        (
            "/app/fail/3/shouting",
            "",
            "",
            "/topic/fail/3/shouting <- shouted: shouting",
        ),
        ("/app/shouting", "", "", "/topic/shouting <- shouted: shouting"),
        (
            "/app/gone/7",
            "",
            "",
            "/user/queue/errors <- global: room 7 is gone",
        ),
    ])
    .await;
}

/// Rows: ARG-01, ARG-05, ARG-16, ARG-25, ARG-39, ARG-40, ARG-42, ARG-46, ARG-53, EXC-14, CONV-11
#[tokio::test]
async fn refused_arguments_are_errors_by_type() {
    check(&[
        (
            "/app/argument/1",
            "x-n:2\n",
            "[3]",
            "/topic/argument/1 <- 1 2 [3]",
        ),
        (
            "/app/argument/1",
            "",
            "[3]",
            "/user/queue/errors <- missing: header x-n",
        ),
        (
            "/app/argument/x",
            "x-n:2\n",
            "[3]",
            "/user/queue/errors <- value of another type",
        ),
        (
            "/app/argument/x",
            "",
            "",
            "/user/queue/errors <- value of another type",
        ),
        (
            "/app/argument/1",
            "x-n:two\n",
            "[3]",
            "/user/queue/errors <- value of another type",
        ),
        (
            "/app/argument/1",
            "x-n:2\n",
            r#"["x"]"#,
            "/user/queue/errors <- the body does not have the expected shape, seen at line 1, column 4 (payload `body`)",
        ),
        (
            "/app/argument/1",
            "x-n:2\ncontent-type:text/plain\n",
            "[3]",
            "/user/queue/errors <- a body of content type `text/plain` is not accepted here (payload `body`)",
        ),
        (
            "/app/argument/1",
            "x-n:2\n",
            "",
            r#"/user/queue/errors <- [{"field":"","message":"Payload value must not be empty"}]"#,
        ),
    ])
    .await;
    let server = TestServer::start(app(module_path!())).await;
    let mut nobody = server.connect().await;
    nobody.subscribe("e", "/user/queue/errors").await;
    nobody.send("/app/principal", "").await;
    nobody.expect_message("refused: not authenticated").await;
}

/// Rows: EXC-21
#[tokio::test]
async fn a_stream_that_fails_is_answered_behind_what_it_gave() {
    let (server, mut peer) = connected().await;
    peer.send("/app/countdown", "").await;
    for body in ["2", "1", "global: room zero is gone"] {
        peer.expect_message(body).await;
    }
    peer.expect_nothing().await;
    peer.send("/app/panicking", "").await;
    for body in ["1", "panic: true"] {
        peer.expect_message(body).await;
    }
    peer.expect_nothing().await;
    assert_eq!(server.counters().handlers_failed, 0);
    assert_eq!(server.counters().handlers_panicked, 1);
}
