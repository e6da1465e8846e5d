//! What a session allows, and how long it waits.

use std::time::Duration;

use crate::{HeartBeat, codec::Limits, destination::Separator};

/// The limits and deadlines of a [`ServerSession`](super::ServerSession), shared by all sessions of a server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionConfig {
    /// Limits on each frame.
    pub limits: Limits,
    /// Limits on the first frame, before anybody is known. Default: 8 KiB for the frame. CONNECT has no body, but
    /// the limit leaves room for one, so that another frame is refused for what it is and not for its size.
    pub connect_limits: Limits,
    /// What the server offers in CONNECTED. Default: `10000,10000`.
    pub heart_beat: HeartBeat,
    /// How many of the agreed heart-beat intervals may pass in silence before the client counts as gone. Default: 3,
    /// as Spring and the other brokers do.
    pub heart_beat_tolerance: u32,
    /// How long a client may take to send CONNECT. Default: 10 s.
    pub connect_deadline: Duration,
    /// How long the rest of a frame may take once its first octet came. Default: 60 s.
    pub frame_deadline: Duration,
    /// How many subscriptions a session may hold at a time. Default: 1,024.
    pub max_subscriptions: usize,
    /// The `server` header of CONNECTED: `name` or `name/version`. Default: `stomp-server`.
    pub server: String,
    /// What stands between the segments of destinations: a destination with nothing between two of them is refused.
    /// Default: a slash.
    pub separator: Separator,
    /// CONNECTED has the `server` header. Default: yes. Spring's has none.
    pub server_header: bool,
    /// CONNECTED has the `session` header, with the session's id. Default: yes. Spring's has none.
    pub session_header: bool,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            connect_limits: Limits {
                body: 8 * 1024,
                frame: 8 * 1024,
                ..Limits::default()
            },
            heart_beat: HeartBeat::from_millis(10_000, 10_000),
            heart_beat_tolerance: 3,
            connect_deadline: Duration::from_secs(10),
            frame_deadline: Duration::from_secs(60),
            max_subscriptions: 1024,
            server: "stomp-server".to_owned(),
            separator: Separator::Slash,
            server_header: true,
            session_header: true,
        }
    }
}
