//! What a running server is made of.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Config, Endpoint};
use crate::{
    ApplicationEventPublisher,
    activity::{Passages, Survey},
    broker::Publisher,
    channel::{InboundChannel, OutboundChannel},
    counters::Counters,
    env::Env,
    error_handler::StompErrorHandler,
    handler::{Handlers, ReplyHeaders, Services},
    security::Authenticator,
    session::{SessionId, Wheel},
    transport::HttpHandler,
    user::Sessions,
};

/// The parts of a server that its sessions share. It only holds them: what each does is its own business.
pub(crate) struct ServerState {
    pub(crate) config: Arc<Config>,
    pub(crate) env: Env,
    pub(crate) counters: Arc<Counters>,
    pub(crate) wheel: Arc<Wheel>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) inbound: InboundChannel,
    pub(crate) outbound: OutboundChannel,
    pub(crate) handlers: Arc<Handlers>,
    pub(crate) services: Arc<Services>,
    pub(crate) reply_headers: ReplyHeaders,
    pub(crate) authenticator: Option<Arc<dyn Authenticator>>,
    pub(crate) error_handler: Option<Arc<dyn StompErrorHandler>>,
    pub(crate) events: ApplicationEventPublisher,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) fallback: Option<Arc<dyn HttpHandler>>,
    /// The finished frame of a heart-beat.
    pub(crate) heart_beat: Arc<[u8]>,
    /// No more sessions are accepted.
    pub(crate) stopping: CancellationToken,
    /// What a shutdown waits for before it closes sessions: those that still handle what they have received, and
    /// messages on their way past many subscribers.
    pub(crate) handling: TaskTracker,
    /// All sessions, from their handshake on.
    pub(crate) tasks: TaskTracker,
    /// Connections that open, and those that end.
    pub(crate) passages: Passages,
    pub(crate) next_direct_message: AtomicU64,
}

impl ServerState {
    /// Begins to live on the present runtime: time goes by for its sessions.
    pub(crate) fn start(&self) {
        self.env.enter_runtime();
        let turning = Wheel::turn(Arc::downgrade(&self.wheel), self.env.clone());
        drop(self.env.spawn(turning));
    }

    pub(crate) fn new_session_id(&self) -> SessionId {
        SessionId::from_bits(self.env.random_bits())
    }

    /// The id of a message that a handler answers directly, past the broker.
    pub(crate) fn next_direct_message_id(&self) -> String {
        format!(
            "direct-{}",
            self.next_direct_message.fetch_add(1, Ordering::Relaxed)
        )
    }

    /// Runs the task that opens a session, which a shutdown waits for.
    pub(crate) fn spawn_opening(&self, task: impl Future<Output = ()> + Send + 'static) {
        let passage = self.passages.begin();
        let task = async move {
            task.await;
            drop(passage);
        };
        drop(self.env.spawn(self.tasks.track_future(task)));
    }

    /// How much is under way; 0 when everything that has been read is done.
    pub(crate) fn in_flight(&self) -> usize {
        Survey::count(|survey| {
            for session in self.sessions.all() {
                session.survey(survey);
            }
            self.publisher.broker.survey(survey);
            self.passages.survey(survey);
        })
    }
}

impl std::fmt::Debug for ServerState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerState")
            .field("config", &self.config)
            .field("handlers", &self.handlers)
            .finish_non_exhaustive()
    }
}
