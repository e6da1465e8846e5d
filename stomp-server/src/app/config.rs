//! Every setting of a server, with its default.

use std::{sync::Arc, time::Duration};

use stomp_core::{destination::Separator, session::SessionConfig};

use super::Routing;

/// Every setting of a server, with its default. Most are set through [`StompServerBuilder`](crate::StompServerBuilder),
/// all through [`configure`](crate::StompServerBuilder::configure), which has the sessions' own settings beside these.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Destinations whose first segments are one of these go to handlers, which see what is left; `/app` is no prefix
    /// of `/apple`. The first that fits counts. None: all destinations go to handlers. Default: `/app`.
    pub application_destination_prefixes: Vec<String>,
    /// Destinations that start so go to the broker. None: all do but users' own. Default: `/topic`, `/queue`.
    pub broker_destination_prefixes: Vec<String>,
    /// Destinations that start so are a user's own. Default: `/user`.
    pub user_destination_prefix: String,
    /// Limits, heart-beats and deadlines of each session. `build()` puts it here; until then the builder holds it.
    pub(crate) session: Arc<SessionConfig>,
    /// The prefixes, ready to be compared. `build()` makes it.
    pub(crate) routing: Arc<Routing>,
    /// Octets that may wait for one client before its session ends as a slow consumer. Default: 512 KiB, Spring's
    /// `sendBufferSizeLimit`.
    pub outbox_limit: usize,
    /// Frames of one client that may wait for its handlers before reading stops. Default: 32.
    pub inbox_frames: usize,
    /// Octets of one client's frames that may wait for its handlers before reading stops. Default: 64 KiB.
    pub inbox_octets: usize,
    /// Calls of handlers marked `concurrent` that one session may have under way; its next frame waits for one of them
    /// to end. Default: 64.
    pub max_concurrent: usize,
    /// Streams that one session's handlers may be answering with at a time; one more ends the session with ERROR
    /// `quota`. Default: 64.
    pub max_streams: usize,
    /// Connections that may be open at a time; one more is answered with 503. Default: 100,000.
    pub max_connections: usize,
    /// Octets that the kernel takes beyond what the network has sent, per connection; 0 leaves it to the kernel, which
    /// takes megabytes. On Linux and Android `TCP_NOTSENT_LOWAT`, elsewhere `SO_SNDBUF`. Default: 64 KiB.
    pub kernel_send_buffer: u32,
    /// How long a closing connection waits for its client to read the rest and to answer. Default: 5 s.
    pub linger: Duration,
    /// How long a client may take over its HTTP request. Default: 10 s.
    pub handshake_deadline: Duration,
    /// How long a shutdown waits for handlers and for clients to read what they are owed. Sessions that take longer are
    /// cut off then, without last words. Only a handler that blocks its thread outlasts that. Default: 30 s.
    pub drain_deadline: Duration,
    /// Destinations whose matching pattern subscriptions are remembered; further ones are matched anew. Nothing is
    /// remembered while there are no pattern subscriptions. Default: 65,536.
    pub pattern_cache: usize,
    /// Octets of messages that may wait for one destination, while those before them go to its subscribers, until
    /// further ones are refused with [`SendError::Overloaded`](crate::SendError::Overloaded); one may always wait.
    /// Default: 4 MiB.
    pub publish_queue_limit: usize,
    /// Octets of messages that the handlers of one session may have sent with the template that is their argument, and
    /// that wait for earlier ones of the session, until further ones are refused with
    /// [`SendError::Overloaded`](crate::SendError::Overloaded); one may always wait. Other templates have
    /// `publish_queue_limit` for the same. Default: 256 KiB.
    pub session_publish_limit: usize,
    /// The header of SUBSCRIBE that says which messages a subscription wants, by their headers: see
    /// [`selector_header_name`](crate::StompServerBuilder::selector_header_name). Default: none.
    pub selector_header_name: Option<String>,
    /// Stay silent about a destination that nobody serves, as Spring does, instead of answering with an ERROR; also
    /// where a handler answers to one, instead of failing in `build()` or when it answers, and where a template sends
    /// to one. Default: no.
    pub ignore_unmapped: bool,
}

impl Default for Config {
    fn default() -> Self {
        let defaults = Self {
            application_destination_prefixes: vec!["/app".to_owned()],
            broker_destination_prefixes: vec!["/topic".to_owned(), "/queue".to_owned()],
            user_destination_prefix: "/user".to_owned(),
            session: Arc::default(),
            routing: Arc::default(),
            outbox_limit: 512 * 1024,
            inbox_frames: 32,
            inbox_octets: 64 * 1024,
            max_concurrent: 64,
            max_streams: 64,
            max_connections: 100_000,
            kernel_send_buffer: 64 * 1024,
            linger: Duration::from_secs(5),
            handshake_deadline: Duration::from_secs(10),
            drain_deadline: Duration::from_secs(30),
            pattern_cache: 65_536,
            publish_queue_limit: 4 * 1024 * 1024,
            session_publish_limit: 256 * 1024,
            selector_header_name: None,
            ignore_unmapped: false,
        };
        defaults.routed(Separator::Slash)
    }
}

impl Config {
    /// The same with its prefixes ready to be compared.
    pub(crate) fn routed(mut self, separator: Separator) -> Self {
        self.routing = Arc::new(Routing::new(&self, separator));
        self
    }

    /// Octets of one WebSocket message: several frames may come in one, a frame may be spread over many.
    pub(crate) fn max_message(&self) -> usize {
        self.session.limits.frame.saturating_add(1024)
    }
}
