//! The client's own half of the protocol: enough WebSocket and STOMP to load a server, and nothing of the server
//! that is measured, so that a mistake there cannot hide itself here.

pub(crate) mod stomp;
pub(crate) mod url;
pub(crate) mod websocket;
