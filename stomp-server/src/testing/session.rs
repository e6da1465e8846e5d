//! A user of an application that runs without a server.

use std::{future::Future, panic::Location, sync::Arc};

use bytes::Bytes;
use serde::Serialize;
use stomp_core::Command;

use super::{Handled, TestClient, app::Running, client::raw};
use crate::{Session, SessionId};

/// A session of a [`TestApp`](super::TestApp): sends messages as one user, and shows what came of each.
///
/// The application handles one test session's message at a time; what others send meanwhile waits. Each message asks
/// for a receipt, so handlers see a header `receipt`.
#[derive(Debug)]
pub struct TestSession {
    app: Arc<Running>,
    client: TestClient,
    session: Session,
    next_subscription: usize,
}

impl TestSession {
    pub(super) fn new(app: Arc<Running>, client: TestClient, session: Session) -> Self {
        Self {
            app,
            client,
            session,
            next_subscription: 0,
        }
    }

    /// The session's id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.session.id()
    }

    /// The session as handlers see it, with its user and attributes.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The same session as its client sees it: reads what subscriptions get, sends without waiting, disconnects.
    pub fn client(&mut self) -> &mut TestClient {
        &mut self.client
    }

    /// Sends `payload` and waits until it is handled. It is converted as
    /// [`SimpMessagingTemplate::convert_and_send`](crate::SimpMessagingTemplate::convert_and_send) does: a `&str` goes as
    /// `text/plain`, `bytes::Bytes` as octets, and a struct, a map or `&serde_json::json!({…})` as JSON. Text that is JSON
    /// already goes with [`send_with`](Self::send_with) and its `content-type`.
    ///
    /// # Panics
    ///
    /// When it is not handled within [20 seconds](TestClient::set_patience), or the connection ends without an ERROR.
    #[track_caller]
    pub fn send<T>(&mut self, destination: &str, payload: &T) -> impl Future<Output = Handled> + Send
    where
        T: Serialize + ?Sized,
    {
        let frame = self.client.converted(destination, payload);
        self.handled(Location::caller(), destination, frame)
    }

    /// Sends octets with these headers, and waits until they are handled.
    ///
    /// # Panics
    ///
    /// As [`send`](Self::send).
    #[track_caller]
    pub fn send_with(
        &mut self,
        destination: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> impl Future<Output = Handled> + Send {
        let frame = raw(destination, headers, body.into());
        self.handled(Location::caller(), destination, frame)
    }

    /// Subscribes, and waits until the subscription is live: what a `#[subscribe_mapping]` answered is
    /// [`Handled::reply`], and waits for [`client`](Self::client) to read it. Listeners of the subscription are told
    /// later, and so is what a stream yields: [`TestApp::expect_published`](super::TestApp::expect_published) waits for
    /// that.
    ///
    /// # Panics
    ///
    /// As [`send`](Self::send).
    #[track_caller]
    pub fn subscribe(&mut self, destination: &str) -> impl Future<Output = Handled> + Send {
        let frame = stomp_core::Frame::new(Command::Subscribe)
            .with_header("id", &format!("test-{}", self.next_subscription))
            .with_header("destination", destination);
        self.next_subscription += 1;
        self.handled(Location::caller(), destination, frame)
    }

    /// Disconnects in good order, and waits until the connection is closed.
    #[track_caller]
    pub fn disconnect(self) -> impl Future<Output = ()> + Send {
        self.client.disconnect()
    }

    async fn handled(
        &mut self,
        at: &'static Location<'static>,
        destination: &str,
        frame: stomp_core::Frame,
    ) -> Handled {
        let what = format!("{} to {destination}", frame.command);
        let _turn = self.app.turn.lock().await;
        let mark = self.app.recorder.mark();
        let refusal = self.client.done(at, frame).await.err();
        let (messages, error) = self.app.recorder.take_since(mark, self.session.id());
        Handled {
            what,
            messages,
            error,
            refusal,
            session: self.session.id(),
            user: self.session.principal().map(|user| user.name().to_owned()),
        }
    }
}
