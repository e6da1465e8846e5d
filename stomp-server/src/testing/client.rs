//! A small STOMP client for tests.

use std::{collections::VecDeque, future::Future, panic::Location, time::Duration};

use bytes::Bytes;
use serde::Serialize;
use stomp_core::Command;

use super::{
    Frame,
    link::{Incoming, Link},
    transcript::Transcript,
};
use crate::{Env, app::ServerState, convert::Converters};

/// The user to whom [`TestClient::no_message`] sends what nobody gets.
pub(crate) const NOBODY: &str = "nobody-but-a-test";

/// How long anything may take, unless a test says otherwise.
const PATIENCE: Duration = Duration::from_secs(20);

/// A STOMP client that waits for receipts instead of sleeping.
///
/// It is made by [`TestServer::connect`](super::TestServer::connect), over a socket, or by
/// [`TestSession::client`](super::TestSession::client), over a pipe in memory. It speaks STOMP 1.2 over WebSocket, and
/// asks for no heart-beats unless the headers of its CONNECT do.
///
/// It reads all the time. Messages are kept until the test asks for them, in the order they came; heart-beats and
/// receipts that nobody waits for are passed over. Every wait ends after [20 seconds](Self::set_patience).
///
/// # Panics
///
/// When something else comes than what a test waits for, or nothing for too long: the text says what was awaited, in
/// which line of the test, what came instead, and what was said so far.
#[derive(Debug)]
pub struct TestClient {
    link: Link,
    env: Env,
    converters: Converters,
    fence: String,
    patience: Duration,
    connected: Frame,
    /// What has come and has not been asked for.
    unread: VecDeque<Frame>,
    next_subscription: usize,
    next_receipt: usize,
    pub(super) transcript: Transcript,
}

/// Why a wait did not end well.
enum Failure {
    /// The server refused, and why.
    Refused(Frame),
    /// Nothing that could help came.
    Other(String),
}

/// What a client needs to know of its server.
pub(super) struct Setting {
    pub(super) env: Env,
    pub(super) converters: Converters,
    pub(super) user_prefix: String,
}

impl TestClient {
    /// Connects with these headers; the ERROR when the server refuses.
    pub(super) async fn connect(
        link: Link,
        setting: Setting,
        headers: &[(&str, &str)],
        at: &'static Location<'static>,
    ) -> Result<Self, Frame> {
        let mut client = Self {
            link,
            env: setting.env,
            converters: setting.converters,
            fence: format!("{}/{NOBODY}/queue/fence", setting.user_prefix),
            patience: PATIENCE,
            connected: Frame(stomp_core::Frame::new(Command::Connected)),
            unread: VecDeque::new(),
            next_subscription: 0,
            next_receipt: 0,
            transcript: Transcript::default(),
        };
        let mut connect = stomp_core::Frame::new(Command::Connect);
        let usual = [
            ("accept-version", "1.2"),
            ("host", "localhost"),
            ("heart-beat", "0,0"),
        ];
        let missing = usual
            .iter()
            .filter(|(name, _)| headers.iter().all(|(given, _)| given != name));
        connect.headers.extend(headers.iter().chain(missing).copied());
        client.write(&connect);
        match client.await_frame(|frame| frame.command() == "CONNECTED").await {
            Ok(connected) => {
                client.connected = connected;
                Ok(client)
            }
            Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Other(came)) => client.transcript.fail(at, "CONNECTED", &came),
        }
    }

    /// How long each of the following waits may take. Default: 20 seconds, which no test on an idle machine needs a
    /// hundredth of; with a [`VirtualClock`](super::VirtualClock) they are virtual.
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// The CONNECTED that accepted the session.
    #[must_use]
    pub fn connected(&self) -> &Frame {
        &self.connected
    }

    /// Subscribes, and waits until the subscription is live: whatever is published from now on comes. Gives the
    /// subscription's id.
    ///
    /// What a `#[subscribe_mapping]` answers directly has come by then, too, unless it is a stream.
    #[track_caller]
    pub fn subscribe(&mut self, destination: &str) -> impl Future<Output = String> + Send {
        let at = Location::caller();
        async move {
            match self.try_subscribe(destination).await {
                Ok(id) => id,
                Err(error) => self.refused(at, &format!("the receipt of SUBSCRIBE to {destination}"), &error),
            }
        }
    }

    /// The same where the server may refuse.
    ///
    /// # Errors
    ///
    /// The ERROR with which the server refuses the subscription and ends the session.
    #[track_caller]
    pub fn try_subscribe(&mut self, destination: &str) -> impl Future<Output = Result<String, Frame>> + Send {
        let at = Location::caller();
        async move {
            let id = format!("sub-{}", self.next_subscription);
            self.next_subscription += 1;
            let subscribe = stomp_core::Frame::new(Command::Subscribe)
                .with_header("id", &id)
                .with_header("destination", destination);
            self.done(at, subscribe).await.map(|()| id)
        }
    }

    /// Ends a subscription, and waits until nothing more can come for it.
    #[track_caller]
    pub fn unsubscribe(&mut self, id: &str) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            let unsubscribe = stomp_core::Frame::new(Command::Unsubscribe).with_header("id", id);
            if let Err(error) = self.done(at, unsubscribe).await {
                self.refused(at, &format!("the receipt of UNSUBSCRIBE {id}"), &error);
            }
        }
    }

    /// Sends `payload`, and waits for nothing. It is converted as
    /// [`SimpMessagingTemplate::convert_and_send`](crate::SimpMessagingTemplate::convert_and_send) does: a `&str` goes as
    /// `text/plain`, `bytes::Bytes` as octets, and a struct, a map or `&serde_json::json!({…})` as JSON. Text that is JSON
    /// already goes with [`send_with`](Self::send_with) and its `content-type`.
    #[track_caller]
    pub fn send<T>(&mut self, destination: &str, payload: &T) -> impl Future<Output = ()> + Send
    where
        T: Serialize + ?Sized,
    {
        let send = self.converted(destination, payload);
        async move { self.write(&send) }
    }

    /// Sends octets with these headers, and waits for nothing.
    pub fn send_with(
        &mut self,
        destination: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> impl Future<Output = ()> + Send {
        let send = raw(destination, headers, body.into());
        async move { self.write(&send) }
    }

    /// Sends `payload`, converted as [`send`](Self::send) does, and waits until it is done: its handler has returned, and whatever that sent is on its way to
    /// every subscriber.
    #[track_caller]
    pub fn send_done<T>(&mut self, destination: &str, payload: &T) -> impl Future<Output = ()> + Send
    where
        T: Serialize + ?Sized,
    {
        let at = Location::caller();
        let send = self.converted(destination, payload);
        async move {
            if let Err(error) = self.done(at, send).await {
                self.refused(at, &format!("the receipt of SEND to {destination}"), &error);
            }
        }
    }

    /// The same where the server may refuse.
    ///
    /// # Errors
    ///
    /// The ERROR with which the server refuses the message and ends the session: nobody serves the destination, an
    /// interceptor refuses it, or its handler failed and no exception handler answered.
    #[track_caller]
    pub fn try_send_done<T>(
        &mut self,
        destination: &str,
        payload: &T,
    ) -> impl Future<Output = Result<(), Frame>> + Send
    where
        T: Serialize + ?Sized,
    {
        let at = Location::caller();
        let send = self.converted(destination, payload);
        self.done(at, send)
    }

    /// The next MESSAGE, of whatever subscription; waits for it.
    #[track_caller]
    pub fn expect_message(&mut self) -> impl Future<Output = Frame> + Send {
        self.expect("a MESSAGE".to_owned(), |frame| frame.command() == "MESSAGE")
    }

    /// The next MESSAGE with this `destination`; waits for it. Messages of other destinations stay for later.
    #[track_caller]
    pub fn expect_message_from(&mut self, destination: &str) -> impl Future<Output = Frame> + Send {
        self.expect(format!("a MESSAGE from {destination}"), move |frame| {
            frame.command() == "MESSAGE" && frame.destination() == destination
        })
    }

    /// Expects that nothing was sent to this client that the test has not asked for. Nothing is waited for but a
    /// receipt: what was published before comes before it.
    ///
    /// The receipt is that of a SEND to a user who does not exist. Inbound interceptors must let that pass; it goes to
    /// `/user/nobody-but-a-test/queue/fence`.
    #[track_caller]
    pub fn no_message(&mut self) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            let fence = raw(&self.fence, &[], Bytes::new());
            if let Err(error) = self.done(at, fence).await {
                self.refused(at, "the receipt that shows that no MESSAGE comes", &error);
            }
            if let Some(message) = self.unread.front() {
                self.transcript
                    .fail(at, "no MESSAGE", &format!("{message} has come"));
            }
        }
    }

    /// The ERROR that ends this session; waits for it. Messages that come before stay for later.
    #[track_caller]
    pub fn expect_error(&mut self) -> impl Future<Output = Frame> + Send {
        let at = Location::caller();
        async move {
            match self.await_frame(|_| false).await {
                Err(Failure::Refused(error)) => error,
                Err(Failure::Other(came)) => self.transcript.fail(at, "an ERROR", &came),
                Ok(frame) => self.transcript.fail(at, "an ERROR", &format!("{frame} came")),
            }
        }
    }

    /// Waits until the server has closed the connection, and gives the WebSocket's close code: 1000 after DISCONNECT,
    /// 1012 at a shutdown. `None` when it was cut off. Messages that come before stay for later.
    #[track_caller]
    pub fn expect_close(&mut self) -> impl Future<Output = Option<u16>> + Send {
        let at = Location::caller();
        async move {
            let (env, patience) = (self.env.clone(), self.patience);
            let closed = env.within(patience, self.await_close()).await;
            match closed.unwrap_or_else(|| Err(self.nothing_came())) {
                Ok(code) => code,
                Err(came) => self.transcript.fail(at, "the close", &came),
            }
        }
    }

    /// Disconnects in good order, and waits until the server has closed the connection.
    #[track_caller]
    pub fn disconnect(mut self) -> impl Future<Output = ()> + Send {
        let at = Location::caller();
        async move {
            let disconnect = stomp_core::Frame::new(Command::Disconnect);
            if let Err(error) = self.done(at, disconnect).await {
                self.refused(at, "the receipt of DISCONNECT", &error);
            }
            let code = self.expect_close().await;
            if code != Some(1000) {
                self.transcript
                    .fail(at, "a close with 1000", &format!("it was {code:?}"));
            }
        }
    }

    /// Sends a frame with a receipt and waits for that; the ERROR that came instead.
    pub(super) async fn done(
        &mut self,
        at: &'static Location<'static>,
        frame: stomp_core::Frame,
    ) -> Result<(), Frame> {
        let receipt = format!("receipt-{}", self.next_receipt);
        self.next_receipt += 1;
        let command = frame.command;
        self.write(&frame.with_header("receipt", &receipt));
        let is_it =
            |frame: &Frame| frame.command() == "RECEIPT" && frame.header("receipt-id") == Some(&*receipt);
        match self.await_frame(is_it).await {
            Ok(_) => Ok(()),
            Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Other(came)) => {
                let awaited = format!("the receipt of {command}");
                self.transcript.fail(at, &awaited, &came)
            }
        }
    }

    #[track_caller]
    pub(super) fn converted<T: Serialize + ?Sized>(
        &self,
        destination: &str,
        payload: &T,
    ) -> stomp_core::Frame {
        let (body, content_type) = match self.converters.write(payload) {
            Ok(written) => written,
            Err(error) => panic!("the payload for {destination} cannot be converted: {error}"),
        };
        raw(destination, &[("content-type", &content_type)], body)
    }

    fn refused(&self, at: &Location<'_>, awaited: &str, error: &Frame) -> ! {
        self.transcript
            .fail(at, awaited, &format!("the server refused: {error}"))
    }

    #[track_caller]
    fn expect(
        &mut self,
        awaited: String,
        is_it: impl Fn(&Frame) -> bool + Send + Sync,
    ) -> impl Future<Output = Frame> + Send {
        let at = Location::caller();
        async move {
            if let Some(at) = self.unread.iter().position(&is_it) {
                return self.unread.remove(at).expect("it is there");
            }
            match self.await_frame(&is_it).await {
                Ok(frame) => frame,
                Err(Failure::Refused(error)) => self.refused(at, &awaited, &error),
                Err(Failure::Other(came)) => self.transcript.fail(at, &awaited, &came),
            }
        }
    }

    /// Reads until a frame is the one; messages before it stay for later.
    async fn await_frame(&mut self, is_it: impl Fn(&Frame) -> bool) -> Result<Frame, Failure> {
        let (env, patience) = (self.env.clone(), self.patience);
        let frame = env.within(patience, self.read_until(is_it)).await;
        frame.unwrap_or_else(|| Err(Failure::Other(self.nothing_came())))
    }

    async fn read_until(&mut self, is_it: impl Fn(&Frame) -> bool) -> Result<Frame, Failure> {
        loop {
            match self.read().await {
                Incoming::Frame(frame) if is_it(&frame) => return Ok(frame),
                Incoming::Frame(frame) if frame.command() == "ERROR" => return Err(Failure::Refused(frame)),
                Incoming::Frame(frame) => self.keep(frame),
                Incoming::HeartBeat => {}
                Incoming::Closed(Some(code)) => {
                    return Err(Failure::Other(format!("the server closed with {code}")));
                }
                Incoming::Closed(None) => return Err(Failure::Other("the connection ended".to_owned())),
                Incoming::Broken(why) => return Err(Failure::Other(why)),
            }
        }
    }

    async fn await_close(&mut self) -> Result<Option<u16>, String> {
        loop {
            match self.read().await {
                Incoming::Closed(code) => return Ok(code),
                Incoming::Broken(why) => return Err(why),
                Incoming::Frame(frame) => self.keep(frame),
                Incoming::HeartBeat => {}
            }
        }
    }

    fn keep(&mut self, frame: Frame) {
        if frame.command() == "MESSAGE" {
            self.unread.push_back(frame);
        }
    }

    fn write(&mut self, frame: &stomp_core::Frame) {
        self.transcript.sent(frame);
        self.link.send(frame);
    }

    async fn read(&mut self) -> Incoming {
        let incoming = self.link.next().await;
        match &incoming {
            Incoming::Frame(frame) => self.transcript.received(frame),
            Incoming::HeartBeat => self.transcript.note("a heart-beat"),
            Incoming::Closed(Some(code)) => self.transcript.note(&format!("closed with {code}")),
            Incoming::Closed(None) => self.transcript.note("the connection ended"),
            Incoming::Broken(why) => self.transcript.note(why),
        }
        incoming
    }

    fn nothing_came(&self) -> String {
        let patience = self.patience;
        match self.unread.len() {
            0 => format!("it did not come for {patience:?}"),
            unread => {
                format!("it did not come for {patience:?} ({unread} other messages have not been asked for)")
            }
        }
    }
}

pub(super) fn raw(destination: &str, headers: &[(&str, &str)], body: Bytes) -> stomp_core::Frame {
    let mut send = stomp_core::Frame::new(Command::Send).with_header("destination", destination);
    send.headers.extend(headers.iter().copied());
    send.with_body(body)
}

impl Setting {
    pub(super) fn of(state: &ServerState) -> Self {
        Self {
            env: state.env.clone(),
            converters: state.services.converters().clone(),
            user_prefix: state.config.user_destination_prefix.clone(),
        }
    }
}
