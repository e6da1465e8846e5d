//! A whole server for one test.

use std::{future::Future, io, net::SocketAddr, panic::Location, sync::Arc, time::Duration};

use http::HeaderMap;
use tokio::{net::TcpStream, task::JoinHandle};

use super::{
    Frame, TestClient,
    client::Setting,
    link::{Link, handshake_headers},
};
use crate::{ServerHandle, SimpMessagingTemplate, StompServer, StompServerBuilder, app::ServerState};

/// How long a socket may take to open, and a server to end beyond its drain deadline.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a free port of this machine: WebSocket, HTTP and all. It begins to shut down when it is dropped.
///
/// Spring's `@SpringBootTest(webEnvironment = RANDOM_PORT)` with a `WebSocketStompClient`. Use a
/// [`TestApp`](super::TestApp) where the network does not matter: with that, time may be
/// [virtual](super::VirtualClock).
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
    url: String,
    handle: ServerHandle,
    serving: Option<JoinHandle<io::Result<()>>>,
}

impl TestServer {
    /// Builds the server and starts it.
    ///
    /// # Panics
    ///
    /// When it cannot be built, with all that is wrong; when it has no endpoint; without a tokio runtime.
    #[track_caller]
    pub fn start(builder: StompServerBuilder) -> impl Future<Output = Self> + Send {
        match builder.build() {
            Ok(server) => Self::serve(server),
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts a server that has been built.
    ///
    /// # Panics
    ///
    /// When it has no endpoint; without a tokio runtime.
    #[track_caller]
    pub fn serve(server: StompServer) -> impl Future<Output = Self> + Send {
        let endpoint = server.state.endpoints.first();
        let path = endpoint.and_then(|endpoint| endpoint.paths().first());
        let path = path.expect("clients need an `endpoint` to connect to").clone();
        async move {
            let bound = server.bind("127.0.0.1:0").await.expect("there is a free port");
            let address = bound.local_addr().expect("it is bound");
            let handle = bound.handle();
            let env = handle.state.env.clone();
            env.enter_runtime();
            Self {
                address,
                url: format!("ws://{address}{path}"),
                handle,
                serving: env.spawn(bound.serve()),
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its first endpoint: `ws://127.0.0.1:40123/ws`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Reaches it: who is connected, what was counted.
    #[must_use]
    pub fn handle(&self) -> &ServerHandle {
        &self.handle
    }

    /// Sends messages as the application does from anywhere.
    #[must_use]
    pub fn template(&self) -> SimpMessagingTemplate {
        self.handle.template()
    }

    /// A client at the first endpoint, without a `login`.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    #[track_caller]
    pub fn connect(&self) -> impl Future<Output = TestClient> + Send {
        self.connected(&[], Location::caller())
    }

    /// A client with this `login` in its CONNECT.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    #[track_caller]
    pub fn connect_as(&self, login: &str) -> impl Future<Output = TestClient> + Send {
        let at = Location::caller();
        async move { self.connected(&[("login", login)], at).await }
    }

    /// A client with these headers in its CONNECT, where the server may refuse.
    ///
    /// # Errors
    ///
    /// The ERROR that refuses it.
    ///
    /// # Panics
    ///
    /// When there is no WebSocket to be had at the endpoint.
    #[track_caller]
    pub fn connect_with(
        &self,
        headers: &[(&str, &str)],
    ) -> impl Future<Output = Result<TestClient, Frame>> + Send {
        self.open(&self.url, HeaderMap::new(), headers, Location::caller())
    }

    /// The same with headers in the request that opens the WebSocket, too: cookies, an `origin`, tokens.
    ///
    /// # Errors
    ///
    /// The ERROR that refuses the client.
    ///
    /// # Panics
    ///
    /// When the server refuses the request itself, or one of `handshake` is no header.
    #[track_caller]
    pub fn connect_with_handshake(
        &self,
        handshake: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> impl Future<Output = Result<TestClient, Frame>> + Send {
        self.open(
            &self.url,
            handshake_headers(handshake),
            headers,
            Location::caller(),
        )
    }

    /// The same with another target of that request: a further endpoint, a query. `connect_to("/ws?tenant=a", &[], &[])`
    /// is what a [`HandshakeInterceptor`](crate::HandshakeInterceptor) sees.
    ///
    /// # Errors
    ///
    /// The ERROR that refuses the client.
    ///
    /// # Panics
    ///
    /// When the server refuses the request itself, with the status; when `target` does not begin with a slash, or one of
    /// `handshake` is no header.
    #[track_caller]
    pub fn connect_to(
        &self,
        target: &str,
        handshake: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> impl Future<Output = Result<TestClient, Frame>> + Send {
        assert!(target.starts_with('/'), "{target:?} does not begin with a slash");
        let url = format!("ws://{}{target}", self.address);
        let handshake = handshake_headers(handshake);
        let at = Location::caller();
        async move { self.open(&url, handshake, headers, at).await }
    }

    /// Shuts the server down and waits until it has: what was received is handled, what was published is written, and
    /// each client is closed with 1012.
    ///
    /// # Panics
    ///
    /// When that takes 20 seconds longer than `Config::drain_deadline`.
    #[track_caller]
    pub fn stop(mut self) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            self.handle.shutdown();
            let Some(serving) = self.serving.take() else {
                return;
            };
            let state: &ServerState = &self.handle.state;
            let patience = state.config.drain_deadline.saturating_add(PATIENCE);
            match state.env.within(patience, serving).await {
                Some(ended) => ended
                    .expect("the server does not panic")
                    .expect("the server does not fail"),
                None => panic!("the end of the server was awaited at {at}, and it ran for {patience:?}"),
            }
        }
    }

    async fn connected(&self, headers: &[(&str, &str)], at: &'static Location<'static>) -> TestClient {
        match self.open(&self.url, HeaderMap::new(), headers, at).await {
            Ok(client) => client,
            Err(error) => panic!("CONNECTED was awaited at {at}, and the server refused: {error}"),
        }
    }

    async fn open(
        &self,
        url: &str,
        handshake: HeaderMap,
        headers: &[(&str, &str)],
        at: &'static Location<'static>,
    ) -> Result<TestClient, Frame> {
        let state: &Arc<ServerState> = &self.handle.state;
        let opening = async {
            let socket = TcpStream::connect(self.address)
                .await
                .map_err(|error| error.to_string())?;
            // Where this fails, it is only slower.
            let _ = socket.set_nodelay(true);
            Link::open(&state.env, url, handshake, socket).await
        };
        let opened = state.env.within(PATIENCE, opening).await;
        match opened.unwrap_or_else(|| Err(format!("nothing came for {PATIENCE:?}"))) {
            Ok(link) => TestClient::connect(link, Setting::of(state), headers, at).await,
            Err(why) => panic!("a WebSocket at {url} was awaited at {at}: {why}"),
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}
