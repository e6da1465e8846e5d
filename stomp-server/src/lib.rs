//! Real-time messaging back ends as annotated handlers, over STOMP on WebSocket.

#![forbid(unsafe_code)]

extern crate self as stomp_server;

mod convert;
mod error;
mod event;
mod handler;
mod security;
mod session;
mod template;

pub use stomp_core::{CloseReason, Headers, Message, MessageKind};

pub use self::{
    convert::{ConvertError, Converters, MessageConverter},
    handler::{
        ArgSpec, BuildProblem, Component, Context, Controller, Describe, DestinationVariable, ExecutionMode,
        FromContext, FromDestinationVariable, FromMessage, HandlerError, Header, IntoReply, Location,
        MessageBody, MessageContext, OptionalFromMessage, Outgoing, Payload, Place, Rejection, Reply,
        ReplyStream, Requirements, RouteInfo, RouteMeta, SessionAttribute, State, Target, Valid, Validate,
    },
};
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
#[cfg(feature = "macros")]
pub use stomp_macros::{
    Component, controller, event_listener, message_exception_handler, message_mapping, send_to, send_to_user,
    subscribe_mapping,
};

#[doc(hidden)]
pub use self::handler::private as __private;
