//! An application without a server.

use std::{future::Future, panic::Location, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::{io::duplex, sync::Mutex};

use super::{
    Frame, Published, Recorder, TestClient, TestSession,
    client::Setting,
    identities::Identities,
    link::{Link, handshake_headers},
    published,
};
use crate::{
    Principal, ServerHandle, SimpMessagingTemplate, StompServer, StompServerBuilder,
    app::{ServerState, drain},
    session::{Attributes, Connection},
    transport::{Handshake, HandshakeAttempt, WebSocket},
};

/// Octets that a pipe holds each way.
const PIPE: usize = 64 * 1024;

/// How long an application may take to publish what is awaited.
const PATIENCE: Duration = Duration::from_secs(20);

/// An application that runs without sockets: its sessions are pipes in memory, all else is real. Messages go through
/// its interceptors, converters, handlers, exception handlers, users and broker.
///
/// One thing differs: a failure that no exception handler answers is a value
/// ([`Handled::error`](super::Handled::error)) and does not end its session, although a receipt was asked for.
///
/// What Spring leaves to be assembled by hand from channels and message headers (there is no `MockMvc` for messages).
/// Cheap to clone. It needs a tokio runtime, and ends with its last clone and session, or by [`stop`](Self::stop).
#[derive(Debug, Clone)]
pub struct TestApp(Arc<Running>);

#[derive(Debug)]
pub(super) struct Running {
    pub(super) state: Arc<ServerState>,
    pub(super) recorder: Arc<Recorder>,
    /// Whose message is being handled: one at a time, so that what comes of each is told apart.
    pub(super) turn: Mutex<()>,
    identities: Identities,
}

impl TestApp {
    /// Builds the application and starts it. An endpoint is not needed.
    ///
    /// # Panics
    ///
    /// When it cannot be built, with all that is wrong; without a tokio runtime.
    #[must_use]
    #[track_caller]
    pub fn start(builder: StompServerBuilder) -> Self {
        match builder.build() {
            Ok(server) => Self::serve(server),
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts an application that has been built.
    ///
    /// # Panics
    ///
    /// Without a tokio runtime.
    #[must_use]
    pub fn serve(server: StompServer) -> Self {
        let mut state = server.state;
        let unbound = Arc::get_mut(&mut state).expect("nobody reaches a server before it is bound");
        let identities = Identities::before(unbound.authenticator.take());
        unbound.authenticator = Some(Arc::new(identities.clone()));
        let recorder = Arc::<Recorder>::default();
        let unheard = state.publisher.tap.recorder.set(Arc::clone(&recorder));
        unheard.expect("nobody else has listened to a server that is not bound");
        state.start();
        Self(Arc::new(Running {
            state,
            recorder,
            turn: Mutex::new(()),
            identities,
        }))
    }

    /// A session of the user of this name, whatever the application's authenticator would say: what is tested is what
    /// follows. Names are not checked against anything.
    #[track_caller]
    pub fn user(&self, name: &str) -> impl Future<Output = TestSession> + Send {
        self.principal(Principal::new(name))
    }

    /// The same for a user with claims.
    #[track_caller]
    pub fn principal(&self, principal: Principal) -> impl Future<Output = TestSession> + Send {
        self.vouched(Some(principal), Location::caller())
    }

    /// A session without a user, whatever the application's authenticator would say.
    #[track_caller]
    pub fn anonymous(&self) -> impl Future<Output = TestSession> + Send {
        self.vouched(None, Location::caller())
    }

    /// A session that the application's own authenticator decides about, from a CONNECT with these headers: `login`,
    /// `passcode`, `heart-beat`.
    ///
    /// # Errors
    ///
    /// The ERROR that refuses the client.
    #[track_caller]
    pub fn connect_with(
        &self,
        headers: &[(&str, &str)],
    ) -> impl Future<Output = Result<TestSession, Frame>> + Send {
        self.open(request(HeaderMap::new()), headers, Location::caller())
    }

    /// The same with headers in the request that would have opened the WebSocket, for the authenticator: cookies,
    /// tokens.
    ///
    /// # Errors
    ///
    /// The ERROR that refuses the client.
    ///
    /// # Panics
    ///
    /// When one of `handshake` is no header.
    #[track_caller]
    pub fn connect_with_handshake(
        &self,
        handshake: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> impl Future<Output = Result<TestSession, Frame>> + Send {
        self.open(request(handshake_headers(handshake)), headers, Location::caller())
    }

    /// The same with another target of that request, and past the [handshake
    /// interceptors](crate::HandshakeInterceptor) of the endpoint that is there: `connect_to("/ws?tenant=a", &[], &[])`.
    /// Origins are not looked at.
    ///
    /// # Errors
    ///
    /// The ERROR that refuses the client.
    ///
    /// # Panics
    ///
    /// When an interceptor refuses the request, with the status; when there is no endpoint at `target`, or one of
    /// `handshake` is no header.
    #[track_caller]
    pub fn connect_to(
        &self,
        target: &str,
        handshake: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> impl Future<Output = Result<TestSession, Frame>> + Send {
        let at = Location::caller();
        let mut request = request(handshake_headers(handshake));
        request.uri = match target.parse() {
            Ok(uri) => uri,
            Err(error) => panic!("{target:?} is no target of a request: {error}"),
        };
        async move {
            let (request, attributes) = self.intercepted(request, at).await;
            self.opened(request, attributes, headers, at).await
        }
    }

    /// Everything that was published and that no [`Handled`](super::Handled) holds, oldest first: by templates, tasks,
    /// streams and listeners.
    #[must_use]
    pub fn published(&self) -> Vec<Published> {
        self.0.recorder.rest()
    }

    /// The oldest message to `destination` that no [`Handled`](super::Handled) holds; waits for it, and takes it. Of a
    /// user's message the destination is what stands behind `/user/{name}`.
    ///
    /// # Panics
    ///
    /// When none comes for 20 seconds; the text lists what was published instead.
    #[track_caller]
    pub fn expect_published(&self, destination: &str) -> impl Future<Output = Published> + Send {
        let at = Location::caller();
        async move {
            let (env, recorder) = (&self.0.state.env, &self.0.recorder);
            let published = env.within(PATIENCE, recorder.next_to(destination)).await;
            published.unwrap_or_else(|| {
                let rest = published::listed(&recorder.rest());
                panic!(
                    "a message to {destination} was awaited at {at}, and none came for {PATIENCE:?}; {rest}"
                )
            })
        }
    }

    /// Sends messages as the application does from anywhere.
    #[must_use]
    pub fn template(&self) -> SimpMessagingTemplate {
        self.handle().template()
    }

    /// Who is connected, what was counted.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        ServerHandle {
            state: Arc::clone(&self.0.state),
        }
    }

    /// Shuts the application down as a server does: what was received is handled, what was published is written, each
    /// session is closed with 1012; what takes longer than `Config::drain_deadline` is cut off.
    pub async fn stop(self) {
        drain(&self.0.state).await;
    }

    async fn vouched(&self, principal: Option<Principal>, at: &'static Location<'static>) -> TestSession {
        let mut handshake = HeaderMap::new();
        self.0.identities.vouch(&mut handshake, principal);
        match self.open(request(handshake), &[], at).await {
            Ok(session) => session,
            Err(error) => panic!("a session was awaited at {at}, and the application refused it: {error}"),
        }
    }

    /// Lets the interceptors of an endpoint see the request, as if it was answered with a WebSocket.
    async fn intercepted(
        &self,
        request: Handshake,
        at: &'static Location<'static>,
    ) -> (Handshake, Attributes) {
        let path = request.uri.path();
        let mut endpoints = self.0.state.endpoints.iter();
        let found = endpoints.find(|endpoint| endpoint.paths().iter().any(|own| own == path));
        let Some(endpoint) = found else {
            panic!("a session at {path} was awaited at {at}, and there is no such endpoint");
        };
        let interceptors = endpoint.interceptors();
        let (attempt, state) = (HandshakeAttempt::new(request.clone()), &self.0.state);
        let deadline = state.config.handshake_deadline;
        let (passed, admitted) = interceptors.before(attempt, &state.env, deadline).await;
        match admitted {
            Ok(attempt) => {
                interceptors.after(passed, &request, StatusCode::SWITCHING_PROTOCOLS);
                let (request, _, attributes) = attempt.into_parts();
                (request, attributes)
            }
            Err(refusal) => {
                let status = refusal.into_response().status();
                interceptors.after(passed, &request, status);
                panic!("a session at {path} was awaited at {at}, and an interceptor answered {status}")
            }
        }
    }

    async fn open(
        &self,
        request: Handshake,
        headers: &[(&str, &str)],
        at: &'static Location<'static>,
    ) -> Result<TestSession, Frame> {
        self.opened(request, Attributes::default(), headers, at).await
    }

    async fn opened(
        &self,
        handshake: Handshake,
        attributes: Attributes,
        headers: &[(&str, &str)],
        at: &'static Location<'static>,
    ) -> Result<TestSession, Frame> {
        let state = &self.0.state;
        let (ours, theirs) = duplex(PIPE);
        let transport = WebSocket::new(theirs, Bytes::new(), state.config.max_message());
        let connection = Connection::new(transport, handshake, attributes, Arc::clone(state));
        let session = connection.session();
        drop(state.env.spawn(connection));
        let client = TestClient::connect(
            Link::over(&state.env, ours).await,
            Setting::of(state),
            headers,
            at,
        )
        .await?;
        Ok(TestSession::new(Arc::clone(&self.0), client, session))
    }
}

/// The request that would have opened the WebSocket of a session.
fn request(headers: HeaderMap) -> Handshake {
    let mut request = Handshake::in_memory(http::Uri::from_static("/ws"));
    request.headers = headers;
    request
}
