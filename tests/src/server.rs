//! A server on a port of its own, for one test.

use std::{net::SocketAddr, time::Duration};

use stomp_server::{CounterSnapshot, Endpoint, ServerHandle, StompServer, StompServerBuilder};
use tokio::task::JoinHandle;

use crate::peer::{Handshake, Peer, patiently};

/// A running server. It begins to shut down when this is dropped.
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
    handle: ServerHandle,
    serving: Option<JoinHandle<std::io::Result<()>>>,
}

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
        Self::serve(builder.build().unwrap_or_else(|error| panic!("{error}"))).await
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
        let bound = server.bind("127.0.0.1:0").await.expect("there is a free port");
        let (address, handle) = (bound.local_addr().expect("bound"), bound.handle());
        Self {
            address,
            handle,
            serving: Some(tokio::spawn(bound.serve())),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reaches it.
    #[must_use]
    pub fn handle(&self) -> &ServerHandle {
        &self.handle
    }

    /// What it has counted.
    #[must_use]
    pub fn counters(&self) -> CounterSnapshot {
        self.handle.counters()
    }

    /// An anonymous session.
    pub async fn connect(&self) -> Peer {
        Peer::connect(self.address).await
    }

    /// A session of a user.
    pub async fn connect_as(&self, login: &str) -> Peer {
        Peer::connect_as(self.address, login).await
    }

    /// A WebSocket that has said nothing yet.
    pub async fn open(&self) -> Peer {
        Peer::open(self.address).await
    }

    /// A handshake that may still be changed.
    #[must_use]
    pub fn handshake(&self) -> Handshake {
        Handshake::to(self.address)
    }

    /// Waits until `condition` holds. For what no frame tells of, such as counters and the end of other sessions.
    pub async fn until(&self, what: &str, condition: impl Fn(&ServerHandle) -> bool) {
        eventually(what, || condition(&self.handle)).await;
    }

    /// Shuts the server down, and waits until it has.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub async fn stop(mut self) {
        self.handle.shutdown();
        let serving = self.serving.take().expect("stopped once");
        patiently("the server to stop", serving)
            .await
            .expect("the server does not panic")
            .expect("the server does not fail");
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.handle.shutdown();
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
