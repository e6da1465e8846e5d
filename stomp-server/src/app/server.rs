//! A server: built, bound, served, shut down.

use std::{fmt, future::Future, io, net::SocketAddr, sync::Arc};

use futures_core::future::BoxFuture;
use stomp_core::CloseReason;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};

use super::{ServerState, StompServerBuilder};
use crate::{
    ApplicationEventPublisher, BrokerAvailabilityEvent, CounterSnapshot, SimpMessagingTemplate,
    handler::{RouteInfo, tell},
    session::Command,
    transport::serve_connection,
    user::SimpUserRegistry,
};

/// A server that has been built and can be bound to an address.
pub struct StompServer {
    pub(crate) state: Arc<ServerState>,
}

impl StompServer {
    /// Starts from the defaults: handlers that were linked in, application prefix `/app`, simple broker on `/topic`
    /// and `/queue`, user prefix `/user`, heart-beats of ten seconds; no endpoint yet.
    pub fn builder() -> StompServerBuilder {
        StompServerBuilder::new()
    }

    /// Sends messages from anywhere, before, while and after the server runs. Each call gives a publisher of its own.
    #[must_use]
    pub fn template(&self) -> SimpMessagingTemplate {
        self.state.services.template().separate()
    }

    /// The value of this type that was given to [`manage`](StompServerBuilder::manage) or
    /// [`provide`](StompServerBuilder::provide), or made by [`component`](StompServerBuilder::component): for `main`, HTTP
    /// handlers and jobs.
    #[must_use]
    pub fn state<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.state.services.context().get()
    }

    /// Who is connected.
    #[must_use]
    pub fn users(&self) -> SimpUserRegistry {
        SimpUserRegistry::new(Arc::clone(&self.state.sessions))
    }

    /// Publishes events to the application's `#[event_listener]`s.
    #[must_use]
    pub fn event_publisher(&self) -> ApplicationEventPublisher {
        self.state.events.clone()
    }

    /// The routes, as data.
    pub fn routes(&self) -> impl Iterator<Item = RouteInfo> {
        self.state.handlers.routes()
    }

    /// Opens the port.
    ///
    /// # Errors
    ///
    /// Those of the operating system: the address is in use, or not this machine's.
    pub async fn bind(self, address: impl ToSocketAddrs) -> io::Result<BoundServer> {
        let listener = TcpListener::bind(address).await?;
        Ok(BoundServer {
            listener,
            state: self.state,
        })
    }

    /// Takes a port that somebody else has opened.
    #[must_use]
    pub fn listen(self, listener: TcpListener) -> BoundServer {
        BoundServer {
            listener,
            state: self.state,
        }
    }
}

impl fmt::Debug for StompServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StompServer").field(&self.state).finish()
    }
}

/// A server with an open port. Clients that connect wait until it is served.
#[derive(Debug)]
pub struct BoundServer {
    listener: TcpListener,
    state: Arc<ServerState>,
}

impl BoundServer {
    /// The address it listens on; tells the port where 0 was asked for.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Reaches the server while it runs.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        ServerHandle {
            state: Arc::clone(&self.state),
        }
    }

    /// Serves until [`ServerHandle::shutdown`] is called, then drains: no new sessions, what was received is handled,
    /// what was published is written, each session is closed with 1012. Sessions that take longer than
    /// `Config::drain_deadline` are cut off; only a handler that blocks its thread ends with the runtime.
    ///
    /// # Errors
    ///
    /// None today: a connection that cannot be accepted concerns nobody else.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the port; sessions go on until they end.
    pub async fn serve(self) -> io::Result<()> {
        self.serve_until(std::future::pending()).await
    }

    /// The same, and `signal` begins the shutdown as well.
    ///
    /// # Errors
    ///
    /// As [`serve`](Self::serve).
    pub async fn serve_until(self, signal: impl Future<Output = ()>) -> io::Result<()> {
        let Self { listener, state } = self;
        if state.endpoints.is_empty() {
            tracing::warn!("there is no endpoint: no client can connect (`StompServerBuilder::endpoint`)");
        }
        state.start();
        let mut signal = std::pin::pin!(signal);
        if let Some(told) = available(&state, true) {
            // A listener that hangs keeps clients out, but not the shutdown.
            tokio::select! {
                () = &mut signal => state.stopping.cancel(),
                () = state.stopping.cancelled() => {}
                () = told => {}
            }
        }
        loop {
            tokio::select! {
                () = &mut signal => break,
                () = state.stopping.cancelled() => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => accept(stream, peer, &state),
                    Err(error) => {
                        // Most often there are no file descriptors left: some will be free in a moment.
                        tracing::warn!(%error, "a connection could not be accepted");
                        state.env.sleep(std::time::Duration::from_millis(50)).await;
                    }
                },
            }
        }
        drop(listener);
        state.stopping.cancel();
        if let Some(told) = available(&state, false) {
            let _ = state.env.within(state.config.drain_deadline, told).await;
        }
        drain(&state).await;
        Ok(())
    }
}

/// Reaches a running server from elsewhere. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ServerHandle {
    pub(crate) state: Arc<ServerState>,
}

impl ServerHandle {
    /// Begins the shutdown; [`BoundServer::serve`] returns when it is done.
    pub fn shutdown(&self) {
        self.state.stopping.cancel();
    }

    /// Sends messages from anywhere. Each call gives a publisher of its own.
    #[must_use]
    pub fn template(&self) -> SimpMessagingTemplate {
        self.state.services.template().separate()
    }

    /// The value of this type that was given to [`manage`](StompServerBuilder::manage) or
    /// [`provide`](StompServerBuilder::provide), or made by [`component`](StompServerBuilder::component): for `main`, HTTP
    /// handlers and jobs.
    #[must_use]
    pub fn state<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.state.services.context().get()
    }

    /// Who is connected.
    #[must_use]
    pub fn users(&self) -> SimpUserRegistry {
        SimpUserRegistry::new(Arc::clone(&self.state.sessions))
    }

    /// Publishes events to the application's `#[event_listener]`s.
    #[must_use]
    pub fn event_publisher(&self) -> ApplicationEventPublisher {
        self.state.events.clone()
    }

    /// How many connections are open, also those that have not sent CONNECT.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.sessions.len()
    }

    /// How much of what clients have sent is unfinished: connections with frames that were read and not handled, handlers
    /// or listeners that run, streams that have something to say, messages that are not written; destinations with
    /// messages on their way to subscribers; connections that open or end. 0: there was a moment when none of that was.
    ///
    /// What a client has sent counts from the moment the server reads it: once a WebSocket ping that was sent behind it is
    /// answered, it is counted here until it is done and what came of it is written. Not counted: tasks that a handler
    /// has started and left to themselves, a stream that waits for its next item, a client that has said nothing.
    ///
    /// It looks at every session and every destination, so a health page or a test may ask, and no message pays for it.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.state.in_flight()
    }

    /// What the server has counted.
    #[must_use]
    pub fn counters(&self) -> CounterSnapshot {
        self.state.counters.snapshot()
    }
}

/// Tells listeners whether the broker takes messages.
fn available(state: &ServerState, available: bool) -> Option<BoxFuture<'static, ()>> {
    tell(&state.handlers, None, || BrokerAvailabilityEvent::new(available))
}

fn accept(stream: TcpStream, peer: SocketAddr, state: &Arc<ServerState>) {
    drop(state.env.spawn(serve_connection(stream, peer, Arc::clone(state))));
}

/// Ends all sessions, so that what was accepted is delivered first: while one session still handles what it has
/// received, all others are there to hear of it.
pub(crate) async fn drain(state: &ServerState) {
    state.stopping.cancel();
    tell_all(state, &Command::Drain);
    state.handling.close();
    state.tasks.close();
    let all_done = async {
        state.handling.wait().await;
        tell_all(state, &Command::Close(CloseReason::Draining));
        state.tasks.wait().await;
    };
    if state
        .env
        .within(state.config.drain_deadline, all_done)
        .await
        .is_none()
    {
        tracing::warn!(
            sessions = state.sessions.len(),
            "the drain deadline cuts sessions off"
        );
        tell_all(state, &Command::Abort(CloseReason::Draining));
        // Only a handler that blocks its thread keeps its session now, and that nobody can end.
        let _ = state.env.within(state.config.linger, state.tasks.wait()).await;
    }
}

fn tell_all(state: &ServerState, command: &Command) {
    for session in state.sessions.all() {
        session.outbox().command(command.clone());
    }
}
