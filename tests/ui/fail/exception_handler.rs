//! Exception handlers take one error.
use stomp_server::{Component, HandlerError, controller, message_exception_handler, message_mapping};

#[derive(Component)]
struct C;

#[controller]
impl C {
    #[message_exception_handler]
    async fn none(&self) {}

    #[message_exception_handler]
    async fn two(&self, _a: &std::fmt::Error, _b: &HandlerError) {}

    #[message_exception_handler("/a")]
    async fn destination(&self, _error: &std::io::Error) {}

    #[message_exception_handler]
    #[message_mapping("/b")]
    async fn both(&self) {}
}

#[derive(Component)]
struct D;

#[controller]
impl D {
    #[message_exception_handler]
    async fn first(&self, _error: &std::fmt::Error) {}

    #[message_exception_handler]
    async fn second(&self, _error: &std::fmt::Error) {}
}

#[message_exception_handler]
async fn owned(_error: HandlerError) {}

#[message_exception_handler]
async fn any(_error: &dyn std::error::Error) {}

#[message_exception_handler]
async fn any_in_parentheses(_error: &(dyn std::error::Error + 'static)) {}

#[message_exception_handler(std::fmt::Error, std::io::Error)]
async fn one_of_two(_error: &std::io::Error) {}

#[message_exception_handler(String)]
async fn no_error() {}

fn main() {}

// Rows: EXC-08, EXC-09, EXC-10
