//! `CatchAllController.java`

use stomp_server::prelude::*;

use super::{
    exceptions::{RuntimeException, UnsupportedOperation},
    room_gone::RoomGone,
};

/// A handler for everything beside precise ones.
#[derive(Debug, Component)]
pub(crate) struct CatchAllController;

/// A checked exception. Java's `RuntimeException` handler does not meet it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Checked(String);

#[controller("/catch-all")]
#[send_to("/topic/errors")]
impl CatchAllController {
    #[message_mapping("/room")]
    fn room(&self, Payload(text): Payload<String>) -> Result<(), RoomGone> {
        Err(RoomGone(text))
    }

    #[message_mapping("/global")]
    fn global(&self, Payload(text): Payload<String>) -> Result<(), UnsupportedOperation> {
        Err(UnsupportedOperation::new(text))
    }

    #[message_mapping("/wrapped")]
    fn wrapped(&self, Payload(text): Payload<String>) -> Result<(), RuntimeException> {
        Err(RuntimeException::caused_by(RoomGone(text)))
    }

    #[message_mapping("/checked")]
    fn checked(&self, Payload(text): Payload<String>) -> Result<(), Checked> {
        Err(Checked(text))
    }

    #[message_mapping("/future")]
    async fn future(&self, Payload(text): Payload<String>) -> Result<String, RoomGone> {
        tokio::task::yield_now().await;
        Err(RoomGone(text))
    }

    #[message_mapping("/missing")]
    fn missing(&self, #[header("x-none")] none: String) -> String {
        none
    }

    #[message_exception_handler]
    fn on_room_gone(&self, _error: &RoomGone) -> &'static str {
        "precise"
    }

    /// Every error is met by this type, which stands for Java's `RuntimeException`.
    #[message_exception_handler]
    fn on_anything(&self, _error: &HandlerError) -> &'static str {
        "catch-all"
    }

    /// Java's handler names two types, `IOException` and `Exception`.
    #[message_exception_handler]
    fn on_checked(&self, _error: &Checked) -> &'static str {
        "checked"
    }
}
