//! What most programs use: `use stomp_server::prelude::*;`.

pub use crate::{
    AuthenticationError, Component, DestinationVariable, Endpoint, HandlerError, Header, Login, Message,
    Payload, Principal, Session, SessionConnectedEvent, SessionDisconnectEvent, SessionSubscribeEvent,
    SimpMessagingTemplate, SimpUserRegistry, State, StompServer,
};
#[cfg(feature = "macros")]
pub use crate::{
    controller, event_listener, message_exception_handler, message_mapping, send_to, send_to_user,
    subscribe_mapping,
};
