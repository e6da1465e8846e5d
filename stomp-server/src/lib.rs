//! Real-time messaging back ends as annotated handlers, over STOMP on WebSocket.

#![forbid(unsafe_code)]

extern crate self as stomp_server;

mod app;
mod broker;
mod channel;
mod convert;
mod counters;
mod env;
mod error;
mod event;
mod handler;
pub mod prelude;
mod security;
mod session;
mod template;
mod transport;
mod user;

pub use stomp_core::{
    CloseReason, Headers, HeartBeat, Message, MessageKind, codec::Limits, session::SessionConfig,
};
#[cfg(feature = "macros")]
pub use stomp_macros::{
    Component, controller, event_listener, message_exception_handler, message_mapping, send_to, send_to_user,
    subscribe_mapping,
};

pub use self::{
    app::{
        BoundServer, BuildError, Config, ConfigProblem, Endpoint, ServerHandle, StompServer,
        StompServerBuilder,
    },
    channel::{
        BrokerInterceptor, InboundFrame, InboundInterceptor, InboundKind, OutboundInterceptor,
        OutboundMessage, Verdict,
    },
    convert::{ConvertError, Converters, MessageConverter},
    counters::CounterSnapshot,
    env::Env,
    error::BoxError,
    event::{
        ApplicationEvent, SessionConnectedEvent, SessionDisconnectEvent, SessionSubscribeEvent,
        SessionUnsubscribeEvent,
    },
    handler::{
        ArgSpec, BuildProblem, Component, Context, Controller, Describe, DestinationVariable, ExecutionMode,
        FromContext, FromDestinationVariable, FromMessage, HandlerError, Header, IntoReply, Location,
        MessageBody, MessageContext, OptionalFromMessage, Outgoing, Payload, Place, Rejection, Reply,
        ReplyStream, Requirements, RouteInfo, RouteMeta, SessionAttribute, State, Target, Valid, Validate,
    },
    security::{AuthenticationError, Authenticator, Decision, Login, Principal},
    session::{Session, SessionId},
    template::{SendError, SimpMessagingTemplate},
    transport::{AllowedOrigins, Body, Handshake, HttpHandler},
    user::{SimpUser, SimpUserRegistry},
};

#[doc(hidden)]
pub use self::handler::private as __private;
