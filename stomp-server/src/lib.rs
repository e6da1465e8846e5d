//! Real-time messaging back ends as annotated handlers, over STOMP on WebSocket.

#![forbid(unsafe_code)]

extern crate self as stomp_server;

mod error;
mod event;
mod security;
mod session;
mod template;

pub use stomp_core::{CloseReason, Headers, Message, MessageKind};

pub use self::{
    error::BoxError,
    event::{
        ApplicationEvent, SessionConnectedEvent, SessionDisconnectEvent, SessionSubscribeEvent,
        SessionUnsubscribeEvent,
    },
    security::Principal,
    session::{Session, SessionId},
    template::{SendError, SimpMessagingTemplate},
};
