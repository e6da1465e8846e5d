//! Exception handlers say which arguments are variables, and borrow the error.
use stomp_server::{HandlerError, message_exception_handler};

#[derive(Debug, thiserror::Error)]
#[error("gone")]
struct Gone;

struct RoomId;

#[message_exception_handler]
async fn unmarked(_error: &Gone, _room: u32) {}

#[message_exception_handler(std::fmt::Error, std::io::Error)]
async fn unmarked_option(_room: Option<String>) {}

#[message_exception_handler]
async fn by_value(_e: Gone) {}

mod unknown {
    use super::*;

    #[message_exception_handler]
    async fn unmarked_type(_error: &HandlerError, _room: RoomId) {}
}

fn main() {}
