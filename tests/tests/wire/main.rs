//! What clients see of a running server, by topic.
//!
//! One program for all of them: it is linked once, and each file's handlers are told apart by `scope`.

#![allow(
    clippy::disallowed_methods,
    reason = "tests run in real time and start tasks of their own; `Env` is the server's"
)]

mod application_events;
mod arguments;
mod authentication;
mod bad_input;
mod broker;
mod build_errors;
mod channels;
mod class_level;
mod components;
mod conversations;
mod converters;
mod endpoint;
mod error_handler;
mod events;
mod exceptions;
mod explicit;
mod floods;
mod handlers;
mod in_flight;
mod interceptors;
mod log;
mod order;
mod order_of_templates;
mod placeholders;
mod prefixes;
mod receipts;
mod registry;
mod returns;
mod routing;
mod selectors;
mod separators;
mod shutdown;
mod slow_consumer;
mod templates;
mod users;
