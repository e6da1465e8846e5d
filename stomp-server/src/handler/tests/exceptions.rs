//! Which exception handler answers which error.

use std::{fmt, num::ParseIntError};

use super::Bench;
use crate::{
    BoxError, Component, HandlerError, Principal, controller, message_exception_handler, message_mapping,
    send_to, send_to_user,
};

#[derive(Debug, thiserror::Error)]
#[error("typed")]
struct Typed;

#[derive(Debug, thiserror::Error)]
#[error("outer")]
struct Outer(#[source] Typed);

#[derive(Debug, thiserror::Error)]
#[error("outermost")]
struct Outermost(#[source] Outer);

#[derive(Debug, thiserror::Error)]
#[error("free")]
struct Free;

#[derive(Component)]
struct Local;

#[controller("/local")]
impl Local {
    /// Last in the order of choice wherever it stands.
    #[message_exception_handler]
    #[send_to("/topic/any")]
    fn any(&self, error: &HandlerError) -> String {
        format!("any: {} ({})", error.client_message(), error.is_panic())
    }

    #[message_exception_handler]
    #[send_to("/topic/typed/{id}")]
    async fn typed(&self, error: &Typed, user: Option<Principal>) -> String {
        format!("typed: {error} {}", user.is_some())
    }

    #[message_exception_handler]
    #[send_to_user("/queue/errors", broadcast = false)]
    fn not_a_number(&self, error: &ParseIntError) -> String {
        error.to_string()
    }

    #[message_mapping("/typed/{id}")]
    async fn throw(&self) -> Result<(), Typed> {
        Err(Typed)
    }

    #[message_mapping("/wrapped/{id}")]
    async fn wrap(&self) -> Result<u8, BoxError> {
        Err(Box::new(Outer(Typed)))
    }

    #[message_mapping("/wrapped-twice/{id}")]
    async fn wrap_twice(&self) -> Result<u8, Outermost> {
        Err(Outermost(Outer(Typed)))
    }

    #[message_mapping("/passed-on/{id}")]
    async fn pass_on(&self) -> Result<u8, HandlerError> {
        Err(HandlerError::thrown(Typed))
    }

    #[cfg(feature = "anyhow")]
    #[message_mapping("/anyhow/{id}")]
    fn anyhow(&self) -> anyhow::Result<()> {
        Err(Typed)?
    }

    #[message_mapping("/text")]
    fn text(&self) -> Result<(), String> {
        Err("plain".to_owned())
    }

    #[message_mapping("/free")]
    fn free(&self) -> Result<(), Free> {
        Err(Free)
    }

    #[message_mapping("/panic")]
    async fn panic(&self) {
        panic!("secret");
    }

    #[message_mapping("/extraction/{n}")]
    fn extraction(&self, n: u8) -> u8 {
        n
    }
}

#[message_exception_handler]
fn free_handler(error: &Free) -> String {
    error.to_string()
}

#[message_mapping("/free")]
fn free() -> Result<(), Free> {
    Err(Free)
}

#[message_mapping("/typed")]
fn typed() -> Result<(), Typed> {
    Err(Typed)
}

#[derive(Debug, thiserror::Error)]
#[error("worse")]
struct Worse;

#[message_exception_handler]
async fn fails_itself(_error: &Worse) -> Result<u8, fmt::Error> {
    Err(fmt::Error)
}

#[message_mapping("/worse")]
fn worse() -> Result<(), Worse> {
    Err(Worse)
}

/// Rows: ARG-07, EXC-03, EXC-06, EXC-07, EXC-23
#[tokio::test]
async fn the_nearest_type_answers_and_the_catch_all_comes_last() {
    let bench = Bench::new(module_path!());
    for (destination, expected) in [
        ("/local/typed/1", "/topic/typed/1 <- typed: typed false"),
        ("/local/wrapped/2", "/topic/typed/2 <- typed: typed false"),
        ("/local/wrapped-twice/2", "/topic/typed/2 <- typed: typed false"),
        ("/local/passed-on/3", "/topic/typed/3 <- typed: typed false"),
        (
            "/local/text",
            "/topic/any <- any: the message could not be handled (false)",
        ),
        (
            "/local/extraction/x",
            "session /queue/errors <- invalid digit found in string",
        ),
    ] {
        assert_eq!(bench.send(destination, "").await, [expected], "{destination}");
    }
}

/// As in Spring a local catch-all goes before a free handler for the very type.
///
/// Rows: EXC-04, EXC-15
#[tokio::test]
async fn the_block_goes_before_free_functions() {
    let bench = Bench::new(module_path!());
    let local = bench.send("/local/free", "").await;
    assert_eq!(
        local,
        ["/topic/any <- any: the message could not be handled (false)"]
    );
    assert_eq!(bench.send("/free", "").await, ["/topic/free <- free"]);
    assert_eq!(bench.send("/typed", "").await, ["unanswered: typed"]);
}

/// Rows: EXC-13
#[tokio::test]
async fn a_panic_is_an_error_like_any_other() {
    let answers = Bench::new(module_path!()).send("/local/panic", "").await;
    assert_eq!(
        answers,
        ["/topic/any <- any: the message could not be handled (true)"]
    );
}

/// Rows: EXC-19
#[tokio::test]
async fn a_failing_exception_handler_is_not_asked_again() {
    let answers = Bench::new(module_path!()).send("/worse", "").await;
    assert_eq!(answers, [format!("`fails_itself` failed: {}", fmt::Error)]);
}

#[cfg(feature = "anyhow")]
#[tokio::test]
async fn anyhow_does_not_hide_the_type() {
    let answers = Bench::new(module_path!()).send("/local/anyhow/4", "").await;
    assert_eq!(answers, ["/topic/typed/4 <- typed: typed false"]);
}
