//! Has the server nothing left to do? `GET /http/idle`, for those who replay scenarios.

use serde::Serialize;
use stomp_server::ServerHandle;

/// What is under way.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Idle {
    /// What is not done: see [`ServerHandle::in_flight`].
    pub pending: usize,
    /// Open connections.
    pub open: usize,
}

/// What is under way just now.
#[must_use]
pub fn idle(server: &ServerHandle) -> Idle {
    Idle {
        pending: server.in_flight(),
        open: server.connections(),
    }
}
