//! `ErrorController.java`

use stomp_server::{BoxError, RouteMeta, prelude::*};

use super::{
    exceptions::{AssertionError, IllegalState, RuntimeException, UnsupportedOperation},
    room_gone::RoomGone,
};

/// Exceptions met by this controller's own handlers.
#[derive(Debug, Component)]
pub(crate) struct ErrorController;

/// Extends [`IllegalState`]: in Rust the more general error is the source of the more special one.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Odd(#[source] IllegalState);

/// Extends [`Odd`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct VeryOdd(#[source] Odd);

#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Detailed {
    message: String,
    #[source]
    cause: Completion,
}

/// `CompletionException`
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Completion(String);

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Shouting(String);

#[derive(Debug, thiserror::Error)]
#[error("silent")]
struct Silent;

#[derive(Debug, thiserror::Error)]
#[error("broken")]
struct Broken;

#[derive(Debug, thiserror::Error)]
#[error("slow")]
struct Slow;

#[controller("/fail")]
impl ErrorController {
    #[message_mapping("/room")]
    fn room(&self, Payload(text): Payload<String>) -> Result<(), RoomGone> {
        Err(RoomGone(text))
    }

    #[message_mapping("/odd")]
    fn odd(&self, Payload(text): Payload<String>) -> Result<(), Odd> {
        Err(Odd(IllegalState(text)))
    }

    #[message_mapping("/very-odd")]
    fn very_odd(&self, Payload(text): Payload<String>) -> Result<(), VeryOdd> {
        Err(VeryOdd(Odd(IllegalState(text))))
    }

    #[message_mapping("/state")]
    fn state(&self, Payload(text): Payload<String>) -> Result<(), IllegalState> {
        Err(IllegalState(text))
    }

    #[message_mapping("/unhandled")]
    fn unhandled(&self, Payload(text): Payload<String>) -> Result<(), BoxError> {
        Err(text.into())
    }

    #[message_mapping("/wrapped")]
    fn wrapped(&self, Payload(text): Payload<String>) -> Result<(), RuntimeException> {
        Err(RuntimeException::caused_by(RoomGone(text)))
    }

    #[message_mapping("/wrapped-twice")]
    fn wrapped_twice(&self, Payload(text): Payload<String>) -> Result<(), RuntimeException> {
        Err(RuntimeException::caused_by(RuntimeException::caused_by(
            RoomGone(text),
        )))
    }

    #[message_mapping("/wrapped-global")]
    fn wrapped_global(&self, Payload(text): Payload<String>) -> Result<(), UnsupportedOperation> {
        Err(UnsupportedOperation::new(text.clone()).because(RoomGone(text)))
    }

    #[message_mapping("/global")]
    fn global(&self, Payload(text): Payload<String>) -> Result<(), UnsupportedOperation> {
        Err(UnsupportedOperation::new(text))
    }

    #[message_mapping("/error")]
    fn error(&self, Payload(text): Payload<String>) -> Result<(), AssertionError> {
        Err(AssertionError(text))
    }

    #[message_mapping("/arguments/{id}")]
    fn arguments(&self, id: String, Payload(message): Payload<String>) -> Result<(), Detailed> {
        Err(Detailed {
            message,
            cause: Completion(format!("cause of {id}")),
        })
    }

    #[message_mapping("/shout/{id}")]
    fn shout(
        &self,
        #[destination_variable("id")] _id: String,
        Payload(text): Payload<String>,
    ) -> Result<(), Shouting> {
        Err(Shouting(text))
    }

    #[message_mapping("/silent")]
    fn silent(&self, Payload(_): Payload<String>) -> Result<(), Silent> {
        Err(Silent)
    }

    #[message_mapping("/broken")]
    fn broken(&self, Payload(_): Payload<String>) -> Result<(), Broken> {
        Err(Broken)
    }

    #[message_mapping("/slow")]
    fn slow(&self, Payload(_): Payload<String>) -> Result<(), Slow> {
        Err(Slow)
    }

    #[message_exception_handler]
    #[send_to_user("/queue/errors", broadcast = false)]
    fn on_room_gone(&self, error: &RoomGone) -> String {
        format!("local: {error}")
    }

    #[message_exception_handler]
    #[send_to("/topic/errors")]
    fn on_state(&self, error: &IllegalState, _message: Message) -> String {
        format!("state: {error}")
    }

    #[message_exception_handler]
    #[send_to("/topic/errors")]
    fn on_odd(&self, error: &Odd) -> String {
        format!("odd: {error}")
    }

    #[message_exception_handler]
    #[send_to("/topic/errors")]
    fn on_error(&self, error: &AssertionError) -> String {
        format!("error: {error}")
    }

    #[message_exception_handler]
    #[send_to("/topic/errors/{id}")]
    fn on_detailed(
        &self,
        error: &Detailed,
        method: &'static RouteMeta,
        #[destination_variable] id: String,
        #[header("x-a")] a: String,
        Payload(text): Payload<String>,
        user: Principal,
    ) -> String {
        let method = method.name.rsplit("::").next().unwrap_or_default();
        format!(
            "{error} | {} | {method} | {id} | {a} | {text} | {}",
            error.cause,
            user.name()
        )
    }

    #[message_exception_handler]
    fn on_shouting(&self, error: &Shouting) -> String {
        format!("shouted: {error}")
    }

    #[message_exception_handler]
    fn on_silent(&self, _error: &Silent) {}

    #[message_exception_handler]
    #[send_to("/topic/errors")]
    fn on_broken(&self, _error: &Broken) -> Result<String, RoomGone> {
        Err(RoomGone("handler".to_owned()))
    }

    #[message_exception_handler]
    #[send_to("/topic/errors")]
    async fn on_slow(&self, _error: &Slow) -> &'static str {
        "slow"
    }
}
