//! The task of one connection: reads, decodes, handles in order, writes.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::{Buf, Bytes};
use futures_core::future::BoxFuture;
use stomp_core::{
    CloseReason, Moment,
    session::{Request, ServerSession},
};

use super::{
    Attributes, Command, Frame, Session, Shared,
    busy::Busy,
    inbox::{Inbox, ends_session},
    tickets::Tickets,
    unsent::{Unsent, Written},
    work::Answers,
};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::{
    ApplicationEvent, SessionDisconnectEvent,
    activity::Passage,
    app::ServerState,
    error_handler::Shown,
    handler::tell,
    transport::{Handshake, Received, Transport},
};

/// Stands for a connection that broke without a close frame (RFC 6455 section 7.4.1).
const ABNORMAL: u16 = 1006;

/// One client's connection.
///
/// Everything that happens to it happens in [`drive`](Self::drive), which goes as far as it can and then sleeps until
/// the connection, the outbox, a handler or the wheel wakes it.
pub(crate) struct Connection<T: Transport> {
    pub(super) transport: T,
    pub(super) server: Arc<ServerState>,
    pub(super) shared: Arc<Shared>,
    pub(super) machine: ServerSession,
    /// The request that opened the connection, until the client is known.
    pub(super) handshake: Option<Arc<Handshake>>,
    /// What has been read and not been decoded, because the inbox is full or CONNECT is not answered.
    pub(super) input: VecDeque<Bytes>,
    pub(super) inbox: Inbox,
    /// What the present request waits for.
    pub(super) busy: Option<Busy>,
    /// Calls of handlers marked `concurrent`.
    pub(super) concurrent: Vec<Busy>,
    /// Streams that handlers answered with.
    pub(super) answers: Vec<Answers>,
    /// The broker's names of the subscriptions that it serves.
    pub(super) tickets: Tickets,
    pub(super) unsent: Unsent,
    pub(super) phase: Phase,
    /// CONNECTED has been sent, so the session's end will be an event.
    pub(super) accepted: bool,
    /// What an error handler may see of the present request; kept only for that.
    pub(super) presented: Option<Box<Shown>>,
    /// What the client's WebSocket was closed with, if not by us.
    pub(super) close_status: Option<u16>,
    /// Look at the deadlines again: something has happened that may have changed them.
    pub(super) rearm: bool,
    /// The earliest entry in the wheel.
    pub(super) armed_for: Option<Moment>,
    /// Reading was given up at a deadline, and the client is not waited for.
    pub(super) paused: bool,
    /// When the WebSocket message that has begun to arrive began.
    pub(super) unfinished_since: Option<Moment>,
    /// Until when a request that ends the session waits for calls beside it.
    pub(super) waits_until: Option<Moment>,
    /// A shutdown waits for this before it closes sessions: something may still be handled.
    pub(super) handling: Option<TaskTrackerToken>,
    /// Something is to be done that is not writing, or was when this was looked at last.
    pub(super) stirred: bool,
    /// The connection is gone, and not all that follows from it is done.
    pub(super) leaving: Option<Passage>,
    /// A shutdown waits for this before it is done.
    _running: TaskTrackerToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Frames are read and handled.
    Open,
    /// The server shuts down: nothing more is read, what has been received is handled, and others' messages are still
    /// delivered, until all sessions are done with theirs.
    Draining,
    /// Nothing more is read; what has been received is handled, then the connection closes.
    Finishing(CloseReason),
    /// Everything has been said: the rest is written, and the client's close awaited until the deadline.
    Closing {
        reason: CloseReason,
        until: Moment,
        shut: bool,
    },
    /// The connection is gone; what has been received is handled all the same (STOMP 1.2, "DISCONNECT"), then the
    /// listeners are told.
    Gone { reason: CloseReason, told: bool },
}

impl<T: Transport> Connection<T> {
    pub(crate) fn new(
        transport: T,
        handshake: Handshake,
        attributes: Attributes,
        server: Arc<ServerState>,
    ) -> Self {
        let shared = Shared::new(server.new_session_id(), server.config.outbox_limit);
        let shared = Arc::new(shared.with_attributes(attributes));
        server.counters.connections_opened.increment();
        server.sessions.open(Arc::clone(&shared));
        let (handling, running) = (server.handling.token(), server.tasks.token());
        if server.stopping.is_cancelled() {
            // The shutdown has told all sessions that it knew of, and may not have known of this one.
            shared.outbox().command(Command::Close(CloseReason::Draining));
        }
        Self {
            transport,
            machine: ServerSession::new(Arc::clone(&server.config.session), server.wheel.now()),
            handshake: Some(Arc::new(handshake)),
            shared,
            server,
            input: VecDeque::new(),
            inbox: Inbox::default(),
            busy: None,
            concurrent: Vec::new(),
            answers: Vec::new(),
            tickets: Tickets::default(),
            unsent: Unsent::default(),
            phase: Phase::Open,
            accepted: false,
            presented: None,
            close_status: None,
            rearm: true,
            armed_for: None,
            paused: false,
            unfinished_since: None,
            waits_until: None,
            handling: Some(handling),
            leaving: None,
            stirred: true,
            _running: running,
        }
    }

    /// The session, as handlers see it.
    #[cfg(feature = "testing")]
    pub(crate) fn session(&self) -> Session {
        Session::from(Arc::clone(&self.shared))
    }

    /// Goes as far as possible; ready when the session is over.
    ///
    /// It sleeps only when nothing of this has moved: the transport has nothing more to read, no request can go on, the
    /// outbox is empty or the transport takes no more, and nobody has called.
    ///
    /// What a session that only writes does not need is kept out of line: its registers would be saved at each wake.
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if self.shared.take_deadline_passed() {
                self.armed_for = None;
                self.rearm = true;
                self.on_deadline();
            }
            if self.paused && self.reads() {
                self.paused = false;
                self.rearm |= self.machine.resume(self.server.wheel.now());
            }
            let received = self.poll_receive();
            if !self.answers.is_empty() {
                self.poll_answers(cx);
            }
            let handled = !self.is_idle() && self.poll_requests(cx);
            let sent = self.poll_send(cx);
            if self.is_over() {
                return Poll::Ready(());
            }
            if !received && !handled && !sent {
                break;
            }
        }
        if std::mem::take(&mut self.rearm) {
            self.arm();
        }
        if self.stirred {
            self.rest();
        }
        Poll::Pending
    }

    /// Something is to be done that is not writing: who asks whether anything is under way sees it from now on.
    pub(super) fn stir(&mut self) {
        if !self.stirred {
            self.stirred = true;
            self.shared.stir();
        }
    }

    /// If everything that was received is done, nothing but writing may be left, which the outbox knows of.
    #[inline(never)]
    fn rest(&mut self) {
        // A stream that has nothing to say for now keeps nothing up.
        if self.has_handled() && self.answers.iter().all(Answers::is_at_rest) {
            self.stirred = false;
            self.shared.rest();
        }
    }

    /// Everything that was received is done, and nothing is to come of it but what a client or a shutdown does next.
    fn has_handled(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Draining)
            && self.busy.is_none()
            && self.input.is_empty()
            && self.inbox.is_empty()
            && self.concurrent.is_empty()
    }

    /// Nothing waits to be handled, and the phase does not change by itself.
    fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Open)
            && self.busy.is_none()
            && self.input.is_empty()
            && self.inbox.is_empty()
            && self.concurrent.is_empty()
    }

    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Gone { told: true, .. }) && self.busy.is_none()
    }

    /// Reads what has come; says whether there may be more.
    fn poll_receive(&mut self) -> bool {
        // Asked first: a session is woken far more often to write than to read.
        if !self.shared.is_readable() {
            return false;
        }
        let wanted = match self.phase {
            Phase::Open => self.reads(),
            Phase::Closing { .. } => self.unsent.is_empty(),
            Phase::Draining | Phase::Finishing(_) | Phase::Gone { .. } => false,
        };
        if !wanted || !self.shared.take_readable() {
            return false;
        }
        self.ask_transport()
    }

    #[inline(never)]
    fn ask_transport(&mut self) -> bool {
        let waker = Waker::from(Arc::clone(&self.shared));
        let cx = &mut Context::from_waker(&waker);
        match self.phase {
            Phase::Closing { reason, until, shut } => {
                let closed = shut || self.await_close(cx);
                self.phase = Phase::Closing {
                    reason,
                    until,
                    shut: closed,
                };
                if closed && self.transport.poll_drain(cx).is_ready() {
                    self.leave(reason);
                }
                false
            }
            Phase::Open | Phase::Draining | Phase::Finishing(_) | Phase::Gone { .. } => self.receive(cx),
        }
    }

    fn receive(&mut self, cx: &mut Context<'_>) -> bool {
        self.stir();
        if self.input.capacity() == 0 {
            // Most often one message comes at a time.
            self.input.reserve_exact(1);
        }
        let Poll::Ready(received) = self.transport.poll_receive(cx, &mut self.input) else {
            return false;
        };
        self.shared.keep_readable();
        let now = self.server.wheel.now();
        self.machine.heard(now);
        self.unfinished_since = match self.transport.is_unfinished() {
            true => self.unfinished_since.or(Some(now)),
            false => None,
        };
        self.rearm |= self.unfinished_since == Some(now);
        match received {
            Received::Something => self.send_control(),
            // Its answer is the last thing to be written: it stays with the transport until then.
            Received::Closed(code) => {
                self.close_status = Some(code);
                self.phase = Phase::Finishing(CloseReason::ConnectionLost);
            }
            Received::Broken(reason) => self.phase = Phase::Finishing(reason),
            Received::Lost => {
                self.close_status = Some(ABNORMAL);
                self.leave(CloseReason::ConnectionLost);
            }
        }
        true
    }

    /// Has the client closed its side? If so, nothing more is written.
    fn await_close(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            match self.transport.poll_receive(cx, &mut self.input) {
                Poll::Ready(Received::Something) => self.input.clear(),
                Poll::Ready(Received::Closed(_) | Received::Broken(_) | Received::Lost) => {
                    self.input.clear();
                    let _ = self.transport.poll_shutdown(cx);
                    return true;
                }
                Poll::Pending => return false,
            }
        }
    }

    /// The next request: one that waited, or else the next one that can be decoded.
    fn next_request(&mut self) -> Option<Request> {
        self.inbox.pop().or_else(|| self.decode())
    }

    /// Decodes while a handler runs, as far as the inbox has room.
    fn decode_ahead(&mut self) {
        while self.has_room()
            && let Some(request) = self.decode()
        {
            self.inbox.push(request);
        }
    }

    fn decode(&mut self) -> Option<Request> {
        let now = self.server.wheel.now();
        while let Some(octets) = self.input.front_mut() {
            let mut rest: &[u8] = octets;
            let before = rest.len();
            let request = self.machine.receive(&mut rest, now);
            let used = before - rest.len();
            octets.advance(used);
            // An empty message is used up as it is.
            let used_up = octets.is_empty();
            if used_up {
                self.input.pop_front();
                self.rearm = true;
            }
            if request.is_some() || (used == 0 && !used_up) {
                return request;
            }
        }
        None
    }

    /// Handles what has been received, in order, as far as that goes without waiting; says whether anything moved.
    #[inline(never)]
    fn poll_requests(&mut self, cx: &mut Context<'_>) -> bool {
        self.stir();
        let mut moved = false;
        loop {
            self.poll_concurrent(cx);
            if let Some(busy) = &mut self.busy {
                let Poll::Ready(step) = busy.poll(cx, &self.shared) else {
                    self.decode_ahead();
                    return moved;
                };
                self.busy = None;
                self.proceed(step);
            } else if !self.concurrent.is_empty() && self.inbox.ends_session() {
                self.wait_for_concurrent();
                return moved;
            } else if self.concurrent.len() >= self.server.config.max_concurrent {
                self.decode_ahead();
                return moved;
            } else if let Some(request) = self.next_request() {
                if !self.concurrent.is_empty() && ends_session(&request) {
                    // It waits for them, at the front.
                    self.inbox.push(request);
                    continue;
                }
                self.begin(request);
            } else {
                return self.finish() || moved;
            }
            moved = true;
        }
    }

    fn poll_concurrent(&mut self, cx: &mut Context<'_>) {
        let mut at = 0;
        while let Some(call) = self.concurrent.get_mut(at) {
            match call.poll(cx, &self.shared) {
                Poll::Ready(step) => {
                    self.concurrent.swap_remove(at);
                    self.proceed_beside(step);
                }
                Poll::Pending => at += 1,
            }
        }
    }

    /// What ends the session waits for the calls beside it, but not for ever.
    fn wait_for_concurrent(&mut self) {
        if self.waits_until.is_none() {
            self.waits_until = Some(self.server.wheel.now().after(self.server.config.linger));
            self.rearm = true;
        }
    }

    /// Nothing is left to handle: goes on to the next phase, if it is time; says whether it did.
    fn finish(&mut self) -> bool {
        if !self.concurrent.is_empty() {
            return false;
        }
        match self.phase {
            Phase::Finishing(reason) => self.close(reason, None),
            Phase::Draining if self.handling.is_some() => self.handling = None,
            Phase::Gone { reason, told: false } => {
                self.handling = None;
                self.phase = Phase::Gone { reason, told: true };
                if self.accepted {
                    let status = self.close_status.unwrap_or(reason.web_socket_code());
                    self.busy = self
                        .tell(|session| {
                            SessionDisconnectEvent::new(session, reason).with_close_status(status)
                        })
                        .map(Busy::Listening);
                }
            }
            _ => return false,
        }
        true
    }

    /// Polls streams while there is room for what they yield.
    #[inline(never)]
    fn poll_answers(&mut self, cx: &mut Context<'_>) {
        self.stir();
        self.shared.streams_are_asked();
        let mut at = 0;
        while at < self.answers.len() {
            let answers = &mut self.answers[at];
            let live = answers
                .subscription()
                .is_none_or(|key| self.machine.subscriptions().is_live(key));
            if live && answers.poll(cx, &self.shared).is_pending() {
                at += 1;
            } else {
                self.answers.swap_remove(at);
            }
        }
    }

    /// Writes what waits; says whether more is to be done.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> bool {
        let outbox = self.shared.outbox();
        let takes = self.unsent.is_empty();
        let asked = if takes {
            let asked = outbox.take(self.unsent.empty(), cx);
            if self.machine.subscriptions().any_ended() {
                outbox.settle(self.unsent.drop_ended(self.machine.subscriptions()));
            }
            asked
        } else {
            outbox.park(cx)
        };
        if asked {
            self.obey();
            return true;
        }
        if self.unsent.is_empty() {
            return false;
        }
        let moved = self.write(cx);
        // What came while the rest of an earlier batch was written has called already.
        moved || (!takes && self.unsent.is_empty())
    }

    /// Writes what was taken; says whether that made something possible.
    #[inline]
    fn write(&mut self, cx: &mut Context<'_>) -> bool {
        let mut written = Written::default();
        let poll = self.unsent.poll_write(&mut self.transport, cx, &mut written);
        self.count(written);
        if let Poll::Ready(Err(_)) = poll {
            self.lose();
            return true;
        }
        written.writes > 0 && (!self.answers.is_empty() || matches!(self.phase, Phase::Closing { .. }))
    }

    /// The connection broke.
    #[inline(never)]
    fn lose(&mut self) {
        if !self.is_leaving() {
            self.close_status.get_or_insert(ABNORMAL);
        }
        self.leave(CloseReason::ConnectionLost);
    }

    fn count(&mut self, written: Written) {
        if written.writes > 0 {
            self.machine.sent(self.server.wheel.now());
            let counters = &self.server.counters;
            counters.writes.add(written.writes);
            counters.frames_written.add(written.frames);
            counters.octets_written.add(written.octets);
            // Last: whoever finds nothing under way finds it counted.
            self.shared.outbox().settle(written.octets);
        }
    }

    /// Tells the listeners of an event, if there are any.
    pub(super) fn tell<E: ApplicationEvent>(
        &self,
        event: impl FnOnce(Session) -> E,
    ) -> Option<BoxFuture<'static, ()>> {
        tell(&self.server.handlers, Some(self.shared.id()), || {
            event(Session::from(Arc::clone(&self.shared)))
        })
    }

    /// Puts a frame of the session's own behind everything that waits for the client.
    pub(super) fn send(&self, frame: Frame) {
        // When the outbox is full or closed, the session is about to end, and that is told in another way.
        let _ = self.shared.outbox().push(frame);
    }

    fn send_control(&mut self) {
        if let Some(frame) = self.transport.take_control() {
            self.send(frame);
        }
    }

    /// Has everything been said, or is there nobody left to say it to?
    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.phase, Phase::Closing { .. } | Phase::Gone { .. })
    }

    /// Is the client listened to? Not while its frames wait for its handlers, or too many behind its CONNECT.
    pub(super) fn reads(&self) -> bool {
        let config = &self.server.config;
        matches!(self.phase, Phase::Open)
            && self.has_room()
            && self.input.len() < config.inbox_frames
            && self.input.iter().map(Bytes::len).sum::<usize>() < config.inbox_octets
    }

    fn has_room(&self) -> bool {
        let config = &self.server.config;
        self.inbox.has_room(config.inbox_frames, config.inbox_octets)
    }
}

impl<T: Transport> Future for Connection<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.drive(cx)
    }
}

/// A task that is dropped before its end, with its runtime, leaves nothing behind either.
impl<T: Transport> Drop for Connection<T> {
    fn drop(&mut self) {
        self.leave(CloseReason::Internal);
        self.shared.outbox().abandon();
        self.shared.complete_attributes();
    }
}

impl<T: Transport> fmt::Debug for Connection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("session", &self.shared.id())
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
