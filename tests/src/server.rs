//! A server on a port of its own, for one test.

use std::{net::SocketAddr, time::Duration};

use stomp_server::{
    CounterSnapshot, Endpoint, ServerHandle, StompServer, StompServerBuilder, testing::TestServer as Running,
};

use crate::peer::{Handshake, Peer, patiently};

/// A running server as applications test with it, and clients that may break rules. It begins to shut down when this is
/// dropped.
#[derive(Debug)]
pub struct TestServer(Running);

/// A builder for the handlers of one module, with an endpoint at `/ws`.
pub fn app(module: &str) -> StompServerBuilder {
    StompServer::builder()
        .scope(module)
        .endpoint(Endpoint::new("/ws"))
}

impl TestServer {
    /// Starts what `builder` describes.
    ///
    /// # Panics
    ///
    /// When it cannot be built.
    pub async fn start(builder: StompServerBuilder) -> Self {
        Self(Running::start(builder).await)
    }

    /// Starts the handlers of one module with the defaults.
    pub async fn of(module: &str) -> Self {
        Self::start(app(module)).await
    }

    /// Starts a server.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub async fn serve(server: StompServer) -> Self {
        Self(Running::serve(server).await)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Reaches it.
    #[must_use]
    pub fn handle(&self) -> &ServerHandle {
        self.0.handle()
    }

    /// What it has counted.
    #[must_use]
    pub fn counters(&self) -> CounterSnapshot {
        self.0.handle().counters()
    }

    /// An anonymous session.
    pub async fn connect(&self) -> Peer {
        Peer::connect(self.0.address()).await
    }

    /// A session of a user.
    pub async fn connect_as(&self, login: &str) -> Peer {
        Peer::connect_as(self.0.address(), login).await
    }

    /// A WebSocket that has said nothing yet.
    pub async fn open(&self) -> Peer {
        Peer::open(self.0.address()).await
    }

    /// A handshake that may still be changed.
    #[must_use]
    pub fn handshake(&self) -> Handshake {
        Handshake::to(self.0.address())
    }

    /// Waits until `condition` holds. For what no frame tells of, such as counters and the end of other sessions.
    pub async fn until(&self, what: &str, condition: impl Fn(&ServerHandle) -> bool) {
        eventually(what, || condition(self.0.handle())).await;
    }

    /// Shuts the server down, and waits until it has.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}

/// Waits until `condition` holds, a moment at a time.
pub async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    patiently(what, wait).await;
}
