//! They take errors only.
use stomp_server::message_exception_handler;

#[message_exception_handler]
async fn text(_error: &String) {}

fn main() {}
