//! What most programs use: `use stomp_server::prelude::*;`.

pub use crate::{
    AuthenticationError, Component, DestinationVariable, Endpoint, HandlerError, Header, Headers, Login,
    Message, Outgoing, Payload, Principal, SendError, Session, SessionAttribute, SessionConnectEvent,
    SessionConnectedEvent, SessionDisconnectEvent, SessionId, SessionSubscribeEvent, SessionUnsubscribeEvent,
    SimpMessagingTemplate, SimpUserRegistry, State, StompServer, Stream, Valid,
};
#[cfg(feature = "macros")]
pub use crate::{
    controller, event_listener, message_exception_handler, message_mapping, send_to, send_to_user,
    subscribe_mapping,
};
