//! The machine itself.

use std::{fmt, sync::Arc};

use super::{
    AckMode, Connect, Fault, Request, Send, SessionConfig, Subscribe, SubscriptionId, SubscriptionKey,
    Subscriptions, Unsubscribe, beats::Beats, media_type::is_media_type,
};
use crate::{
    CloseReason, Command, ErrorCode, Frame, HeartBeat, Message, MessageKind, Moment, Version,
    codec::{DecodeError, Decoded, Decoder, FrameWriter},
    destination::{self, Separator},
};

/// The server's side of one STOMP connection. See the [module](super) for how to drive it.
pub struct ServerSession {
    config: Arc<SessionConfig>,
    decoder: Decoder,
    state: State,
    /// What CONNECTED told the client; until then it does not know, and nothing is written by a version's rules.
    version: Option<Version>,
    beats: Beats,
    subscriptions: Subscriptions,
    /// From when on the present, unfinished frame is waited for: its first octet, or the end of a pause. Before
    /// CONNECT, when the connection came.
    waiting_since: Moment,
    /// The caller reads nothing, so the client cannot be late.
    paused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but CONNECT is allowed.
    Opened,
    /// CONNECT came; frames behind it wait for the answer.
    Connecting,
    /// Any frame but CONNECT is allowed.
    Connected,
    /// Nothing more is received. Heart-beats go on until the last frame is written.
    Ended,
}

/// What [`ServerSession::time_out`] finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdue {
    /// Nothing; ask again at the next deadline.
    Nothing,
    /// Nothing was written for so long that a heart-beat is owed: one `\n`. It counts as written; the next one is due
    /// an interval later, also when the transport does not take this one.
    HeartBeat,
    /// The client took too long; the session is over.
    Ended(CloseReason),
}

impl ServerSession {
    /// A session of a connection that was opened `now`.
    #[must_use]
    pub fn new(config: Arc<SessionConfig>, now: Moment) -> Self {
        Self {
            decoder: Decoder::new(config.connect_limits),
            config,
            state: State::Opened,
            version: None,
            beats: Beats::default(),
            subscriptions: Subscriptions::default(),
            waiting_since: now,
            paused: false,
        }
    }

    /// Takes the next request from the front of `input`. `None`: all input is used up, or the session has ended and
    /// the rest of it does not matter.
    ///
    /// Between a [`Request::Connect`] and its answer the machine receives nothing and leaves `input` as it is.
    pub fn receive(&mut self, input: &mut &[u8], now: Moment) -> Option<Request> {
        if !input.is_empty() {
            self.beats.received(now);
        }
        while matches!(self.state, State::Opened | State::Connected) && !input.is_empty() {
            let was_idle = self.decoder.is_idle();
            match self.decoder.decode(input) {
                Ok(Some(Decoded::EndOfLine)) => {}
                Ok(Some(Decoded::Frame(frame))) => return Some(self.judge(frame)),
                Ok(None) => {
                    if was_idle && self.state == State::Connected {
                        self.waiting_since = now;
                    }
                }
                Err(error) => return Some(self.malformed(&error)),
            }
        }
        if self.state == State::Ended {
            *input = &[];
        }
        None
    }

    /// Accepts the CONNECT: writes CONNECTED into `out`. From here on heart-beats run.
    ///
    /// Does nothing when no CONNECT waits for its answer, because the session was ended in the meantime.
    pub fn accept(
        &mut self,
        out: &mut Vec<u8>,
        connect: &Connect,
        session: &str,
        user: Option<&str>,
        now: Moment,
    ) {
        if self.state != State::Connecting {
            return;
        }
        let version = connect.version;
        let heart_beat = match version {
            Version::V1_0 => HeartBeat::NONE,
            Version::V1_1 | Version::V1_2 => self.config.heart_beat,
        };
        let mut frame = FrameWriter::start(out, version, Command::Connected)
            .header("version", version.as_str())
            .header("heart-beat", &heart_beat.to_string());
        if self.config.session_header {
            frame = frame.header("session", session);
        }
        if self.config.server_header {
            frame = frame.header("server", &self.config.server);
        }
        if let Some(user) = user {
            frame = frame.header("user-name", user);
        }
        frame.end(&[]);
        let (sends, hears) = heart_beat.negotiate(connect.heart_beat);
        self.beats
            .agree(sends, hears, self.config.heart_beat_tolerance, now);
        self.version = Some(version);
        self.decoder.set_version(version);
        self.decoder.set_limits(self.config.limits);
        self.state = State::Connected;
    }

    /// Ends the session with an ERROR, written into `out`: a refused CONNECT, a failed request, a shutdown.
    pub fn fail(&mut self, out: &mut Vec<u8>, fault: &Fault) {
        fault.write(out, self.version);
        self.end();
    }

    /// Writes the RECEIPT for a request that is done (STOMP 1.2, "RECEIPT").
    pub fn receipt(&self, out: &mut Vec<u8>, receipt: &str) {
        FrameWriter::start(out, self.version(), Command::Receipt)
            .header("receipt-id", receipt)
            .end(&[]);
    }

    /// Receives nothing more and owes no more heart-beats: the last frame is written.
    pub fn end(&mut self) {
        self.state = State::Ended;
        self.beats.stop();
    }

    /// The caller reads nothing for a while, say because what it has received is not handled yet. The client cannot be
    /// late then: it is not waited for, neither for a sign of life nor for the rest of a frame.
    pub fn pause(&mut self) {
        self.paused = true;
    }

    /// The caller reads again: the client has its full time from now on. Does nothing unless reading was
    /// [paused](Self::pause); says whether it was, as the [deadline](Self::deadline) is another then.
    pub fn resume(&mut self, now: Moment) -> bool {
        let paused = std::mem::take(&mut self.paused);
        if paused && self.state == State::Connected {
            self.waiting_since = now;
            self.beats.received(now);
        }
        paused
    }

    /// Something was written to the client.
    pub fn sent(&mut self, now: Moment) {
        self.beats.sent(now);
    }

    /// A sign of life that is not STOMP's: a WebSocket ping or pong.
    pub fn heard(&mut self, now: Moment) {
        self.beats.received(now);
    }

    /// When [`time_out`](Self::time_out) should be called at the latest. Every other call may change it.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        let late = self.late_at().map(|(at, _)| at);
        [late, self.beats.due_at()].into_iter().flatten().min()
    }

    /// Says what is overdue at `now`. A session that has not connected, not finished a frame or not been heard of in
    /// time is ended by this call.
    pub fn time_out(&mut self, now: Moment) -> Overdue {
        if let Some((_, reason)) = self.late_at().filter(|(at, _)| *at <= now) {
            self.end();
            return Overdue::Ended(reason);
        }
        if self.beats.take_due(now) {
            Overdue::HeartBeat
        } else {
            Overdue::Nothing
        }
    }

    /// The agreed version; 1.2 until one is.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version.unwrap_or(Version::V1_2)
    }

    /// Has the session been accepted, and not ended since?
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.state == State::Connected
    }

    /// Is nothing more received?
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// The session's subscriptions.
    #[must_use]
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.subscriptions
    }

    /// Ends a subscription from the server's side, for example because it was refused.
    pub fn cancel(&mut self, key: SubscriptionKey) {
        self.subscriptions.remove(key);
    }

    /// Nothing comes of a subscription, and the client was not told: it may end it as if it were one, or SUBSCRIBE with
    /// its id again.
    pub fn pass_over(&mut self, key: SubscriptionKey) {
        self.subscriptions.pass_over(key);
    }

    /// When the client is too late, and what the session ends with then.
    fn late_at(&self) -> Option<(Moment, CloseReason)> {
        match self.state {
            State::Opened => Some((
                self.waiting_since.after(self.config.connect_deadline),
                CloseReason::TimedOut,
            )),
            State::Connected if !self.paused => {
                let silent = self.beats.lost_at().map(|at| (at, CloseReason::HeartBeatLost));
                let half = self.frame_deadline().map(|at| (at, CloseReason::TimedOut));
                [silent, half].into_iter().flatten().min_by_key(|(at, _)| *at)
            }
            State::Connecting | State::Connected | State::Ended => None,
        }
    }

    fn frame_deadline(&self) -> Option<Moment> {
        (!self.decoder.is_idle()).then(|| self.waiting_since.after(self.config.frame_deadline))
    }

    /// What was received is still to be answered, and so the client still to be kept from giving up.
    fn stop_receiving(&mut self) {
        self.state = State::Ended;
        self.beats.stop_expecting();
    }

    fn judge(&mut self, frame: Frame) -> Request {
        let asks = !frame.command.opens_session();
        let receipt = frame.header("receipt").filter(|_| asks).map(Box::from);
        let request = match (self.state, frame.command) {
            (State::Opened, Command::Connect | Command::Stomp) => self.connect(frame),
            (State::Opened, _) => Err(not_connected("the first frame must be CONNECT")),
            (_, Command::Connect | Command::Stomp) => Err(not_connected("the session is connected already")),
            (_, Command::Send) => send(frame, receipt.clone(), self.config.separator),
            (_, Command::Subscribe) => self.subscribe(frame, receipt.clone()),
            (_, Command::Unsubscribe) => self.unsubscribe(&frame, receipt.clone()),
            (_, Command::Disconnect) => {
                self.stop_receiving();
                Ok(Request::Disconnect {
                    receipt: receipt.clone(),
                })
            }
            (_, Command::Ack | Command::Nack | Command::Begin | Command::Commit | Command::Abort) => {
                Err(unsupported("acknowledgements and transactions are not supported"))
            }
            (_, Command::Connected | Command::Message | Command::Receipt | Command::Error) => {
                Err(malformed("this frame is for servers to send"))
            }
        };
        request.unwrap_or_else(|fault| {
            self.refuse(Fault {
                receipt: fault.receipt.or(receipt),
                ..fault
            })
        })
    }

    fn connect(&mut self, frame: Frame) -> Result<Request, Fault> {
        let heart_beat = frame
            .header("heart-beat")
            .map_or(Ok(HeartBeat::NONE), HeartBeat::parse);
        let Some(version) = Version::negotiate(frame.header("accept-version")) else {
            let message = "this server speaks STOMP 1.0, 1.1 and 1.2";
            return Err(Fault::new(CloseReason::UnsupportedVersion, message));
        };
        let heart_beat = match version {
            Version::V1_0 => HeartBeat::NONE,
            Version::V1_1 | Version::V1_2 => heart_beat.map_err(|error| malformed(error.to_string()))?,
        };
        self.state = State::Connecting;
        Ok(Request::Connect(Connect {
            frame,
            version,
            heart_beat,
        }))
    }

    fn subscribe(&mut self, frame: Frame, receipt: Option<Box<str>>) -> Result<Request, Fault> {
        let message = message(MessageKind::Subscribe, frame, self.config.separator)?;
        let claimed = self.claim(&message);
        let (key, id) = claimed.map_err(|fault| fault.with_destination(Some(&message.destination)))?;
        Ok(Request::Subscribe(Subscribe {
            key,
            id,
            ack: AckMode::Auto,
            message,
            receipt,
        }))
    }

    /// Takes the subscription's id.
    fn claim(&mut self, message: &Message) -> Result<(SubscriptionKey, SubscriptionId), Fault> {
        let id = match (message.header("id"), self.version()) {
            (Some(id), _) => SubscriptionId::from(id),
            (None, Version::V1_0) => SubscriptionId::unnamed(Arc::clone(&message.destination)),
            (None, _) => return Err(malformed("SUBSCRIBE needs an id header")),
        };
        match AckMode::parse(message.header("ack")) {
            Some(AckMode::Auto) => {}
            Some(_) => return Err(unsupported("this server supports ack auto only")),
            None => return Err(malformed("ack must be auto, client or client-individual")),
        }
        if self.subscriptions.held() >= self.config.max_subscriptions {
            let message = "the session holds as many subscriptions as it may";
            return Err(Fault::new(CloseReason::Refused, message).with_code(ErrorCode::Quota));
        }
        let destination = Arc::clone(&message.destination);
        let key = self.subscriptions.insert(id.clone(), destination);
        let key = key.ok_or_else(|| malformed("this subscription id is in use"))?;
        Ok((key, id))
    }

    fn unsubscribe(&mut self, frame: &Frame, receipt: Option<Box<str>>) -> Result<Request, Fault> {
        let key = match (frame.header("id"), frame.header("destination"), self.version()) {
            (Some(id), ..) => self.subscriptions.find(&SubscriptionId::from(id)),
            (None, Some(destination), Version::V1_0) => self.subscriptions.find_destination(destination),
            (None, None, Version::V1_0) => {
                return Err(malformed("UNSUBSCRIBE needs an id or a destination header"));
            }
            (None, ..) => return Err(malformed("UNSUBSCRIBE needs an id header")),
        };
        let (key, (id, destination)) = key
            .and_then(|key| Some((key, self.subscriptions.remove(key)?)))
            .ok_or_else(|| malformed("there is no such subscription"))?;
        Ok(Request::Unsubscribe(Unsubscribe {
            key,
            id,
            destination,
            receipt,
        }))
    }

    fn malformed(&mut self, error: &DecodeError) -> Request {
        let fault = Fault::new(error.close_reason(), error.to_string());
        let fault = fault.with_receipt(self.decoder.receipt_of_failed());
        self.refuse(fault)
    }

    fn refuse(&mut self, fault: Fault) -> Request {
        self.stop_receiving();
        Request::Fault(fault)
    }
}

impl fmt::Debug for ServerSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSession")
            .field("state", &self.state)
            .field("version", &self.version)
            .field("subscriptions", &self.subscriptions.len())
            .finish_non_exhaustive()
    }
}

fn send(frame: Frame, receipt: Option<Box<str>>, separator: Separator) -> Result<Request, Fault> {
    if frame.headers.contains("transaction") {
        let fault = unsupported("transactions are not supported");
        return Err(fault.with_destination(frame.header("destination")));
    }
    if let Some(content_type) = frame.header("content-type")
        && !is_media_type(content_type)
    {
        let fault = malformed("the content-type is no MIME type");
        return Err(fault.with_destination(frame.header("destination")));
    }
    Ok(Request::Send(Send {
        message: message(MessageKind::Send, frame, separator)?,
        receipt,
    }))
}

/// The frame as a message with a destination that may be one (invariant 2 of docs/architecture.md).
fn message(kind: MessageKind, frame: Frame, separator: Separator) -> Result<Message, Fault> {
    let Frame {
        command,
        headers,
        body,
    } = frame;
    let Some(destination) = headers.get("destination") else {
        return Err(malformed(format!("{command} needs a destination header")));
    };
    let destination: Arc<str> = destination.into();
    destination::validate(&destination, separator)
        .map_err(|error| malformed(error.to_string()).with_destination(Some(&destination)))?;
    Ok(Message {
        kind,
        destination,
        headers,
        body,
    })
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> Fault {
    Fault::new(CloseReason::ProtocolError, message)
}

fn not_connected(message: &'static str) -> Fault {
    malformed(message).with_code(ErrorCode::NotConnected)
}

fn unsupported(message: &'static str) -> Fault {
    malformed(message).with_code(ErrorCode::Unsupported)
}
