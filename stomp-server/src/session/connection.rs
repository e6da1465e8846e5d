//! The task of one connection: reads, decodes, handles in order, writes.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use stomp_core::{
    CloseReason, Moment,
    session::{Fault, Overdue, ServerSession, SubscriptionKey},
};

use super::{
    Command, Frame, Session, Shared,
    busy::Busy,
    inbox::Inbox,
    outbox::Taken,
    unsent::{Unsent, Written},
    work::{Answers, tell},
};
use crate::{
    SessionDisconnectEvent,
    app::ServerState,
    broker::{Address, Completion, Ticket, encode_session_frame},
    transport::{Handshake, Received, Transport},
};

/// One client's connection.
///
/// Everything that happens to it happens in [`drive`](Self::drive), which goes as far as it can and then sleeps until
/// the connection, the outbox, a handler or the wheel wakes it.
pub(crate) struct Connection<T> {
    pub(super) transport: T,
    pub(super) server: Arc<ServerState>,
    pub(super) shared: Arc<Shared>,
    pub(super) machine: ServerSession,
    /// The request that opened the connection, until the client is known.
    pub(super) handshake: Option<Arc<Handshake>>,
    /// What has been read and not been decoded, because the inbox is full or CONNECT is not answered.
    input: VecDeque<Bytes>,
    inbox: Inbox,
    /// What the present request waits for.
    pub(super) busy: Option<Busy>,
    /// Calls of handlers marked `concurrent`.
    pub(super) concurrent: Vec<Busy>,
    /// Streams that handlers answered with.
    pub(super) answers: Vec<Answers>,
    /// The broker's names of the subscriptions that it serves.
    pub(super) tickets: Vec<(SubscriptionKey, Address, Ticket)>,
    unsent: Unsent,
    pub(super) phase: Phase,
    /// CONNECTED has been sent, so the session's end will be an event.
    pub(super) accepted: bool,
    /// Octets written since the outbox was told.
    settled: usize,
    /// Look at the deadlines again: something has happened that may have changed them.
    pub(super) rearm: bool,
    /// The earliest entry in the wheel.
    armed_for: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Frames are read and handled.
    Open,
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
    pub(crate) fn new(transport: T, handshake: Handshake, server: Arc<ServerState>) -> Self {
        let shared = Arc::new(Shared::new(server.new_session_id(), server.config.outbox_limit));
        server.counters.connections_opened.increment();
        server.sessions.open(Arc::clone(&shared));
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
            tickets: Vec::new(),
            unsent: Unsent::default(),
            phase: Phase::Open,
            accepted: false,
            settled: 0,
            rearm: true,
            armed_for: None,
        }
    }

    /// Goes as far as possible; ready when the session is over.
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.shared.take_deadline_passed() {
            self.armed_for = None;
            self.rearm = true;
            self.on_deadline();
        }
        loop {
            self.poll_receive(cx);
            let decoded = self.decode();
            self.poll_answers(cx);
            let handled = self.poll_requests(cx);
            let sent = self.poll_send(cx);
            if self.is_over() {
                return Poll::Ready(());
            }
            // What was read may have held no whole frame: only a read that finds nothing wakes the task again.
            if !decoded && !handled && !sent {
                break;
            }
        }
        if std::mem::take(&mut self.rearm) {
            self.arm();
        }
        Poll::Pending
    }

    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Gone { told: true, .. }) && self.busy.is_none()
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) {
        match self.phase {
            Phase::Open if self.input.is_empty() && self.has_room() => self.receive(cx),
            Phase::Closing { reason, until, shut } if self.unsent.is_empty() => {
                let closed = shut || self.await_close(cx);
                self.phase = Phase::Closing {
                    reason,
                    until,
                    shut: closed,
                };
                if closed && self.transport.poll_drain(cx).is_ready() {
                    self.leave(reason);
                }
            }
            Phase::Open | Phase::Finishing(_) | Phase::Closing { .. } | Phase::Gone { .. } => {}
        }
    }

    fn receive(&mut self, cx: &mut Context<'_>) {
        while self.input.is_empty()
            && let Poll::Ready(received) = self.transport.poll_receive(cx, &mut self.input)
        {
            self.machine.heard(self.server.wheel.now());
            match received {
                Received::Something => self.send_control(),
                Received::Closed => {
                    // Its answer is the last thing to be written: it stays with the transport until then.
                    self.phase = Phase::Finishing(CloseReason::ConnectionLost);
                }
                Received::Broken(reason) => self.phase = Phase::Finishing(reason),
                Received::Lost => self.leave(CloseReason::ConnectionLost),
            }
            if self.phase != Phase::Open {
                return;
            }
        }
    }

    /// Has the client closed its side? If so, nothing more is written.
    fn await_close(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            match self.transport.poll_receive(cx, &mut self.input) {
                Poll::Ready(Received::Something) => self.input.clear(),
                Poll::Ready(Received::Closed | Received::Broken(_) | Received::Lost) => {
                    self.input.clear();
                    let _ = self.transport.poll_shutdown(cx);
                    return true;
                }
                Poll::Pending => return false,
            }
        }
    }

    /// Decodes what was read, as far as the inbox has room for it; says whether there was anything.
    fn decode(&mut self) -> bool {
        let now = self.server.wheel.now();
        let mut moved = false;
        while self.has_room()
            && let Some(octets) = self.input.front_mut()
        {
            let mut rest: &[u8] = octets;
            let before = rest.len();
            let request = self.machine.receive(&mut rest, now);
            let used = before - rest.len();
            octets.advance(used);
            if octets.is_empty() {
                self.input.pop_front();
                self.rearm |= request.is_none();
            } else if used == 0 && request.is_none() {
                return moved;
            }
            self.inbox.extend(request);
            moved = true;
        }
        moved
    }

    /// Handles what has been received, in order, as far as that goes without waiting; says whether anything moved.
    fn poll_requests(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        loop {
            self.poll_concurrent(cx);
            if self.busy.is_none() && !self.concurrent.is_empty() && self.inbox.ends_session() {
                return moved;
            }
            let step = match &mut self.busy {
                Some(busy) => match busy.poll(cx, &self.shared) {
                    Poll::Ready(step) => {
                        self.busy = None;
                        Some(step)
                    }
                    Poll::Pending => return moved,
                },
                None => None,
            };
            match step {
                Some(step) => self.proceed(step),
                None => match self.inbox.pop() {
                    Some(request) => self.begin(request),
                    None => return self.finish() || moved,
                },
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

    /// Nothing is left to handle: goes on to the next phase, if it is time; says whether it did.
    fn finish(&mut self) -> bool {
        if !self.input.is_empty() {
            return false;
        }
        match self.phase {
            Phase::Finishing(reason) if self.concurrent.is_empty() => self.close(reason, None),
            Phase::Gone { reason, told: false } if self.concurrent.is_empty() => {
                self.phase = Phase::Gone { reason, told: true };
                if self.accepted {
                    let event = SessionDisconnectEvent::new(Session::from(Arc::clone(&self.shared)), reason);
                    self.busy = tell(&self.server, self.shared.id(), event).map(Busy::Listening);
                }
            }
            _ => return false,
        }
        true
    }

    /// Polls streams while there is room for what they yield.
    fn poll_answers(&mut self, cx: &mut Context<'_>) {
        let mut at = 0;
        while at < self.answers.len() {
            let answers = &mut self.answers[at];
            let live = answers
                .desk
                .subscription()
                .is_none_or(|key| self.machine.subscriptions().is_live(key));
            if live && answers.poll(cx, &self.shared).is_pending() {
                at += 1;
            } else {
                self.answers.swap_remove(at);
            }
        }
    }

    /// Writes what waits; says whether that made room for more to be done.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> bool {
        let mut written = Written::default();
        let mut obeyed = false;
        loop {
            let settled = std::mem::take(&mut self.settled);
            let taken = if self.unsent.is_empty() {
                self.shared.outbox().take(settled, &mut self.unsent.frames, cx)
            } else {
                self.shared.outbox().park(settled, cx)
            };
            obeyed |= self.obey(taken);
            if self.unsent.is_empty() || obeyed {
                break;
            }
            self.settled += self.unsent.drop_ended(self.machine.subscriptions());
            let before = written.octets;
            let poll = self.unsent.poll_write(&mut self.transport, cx, &mut written);
            self.settled += written.octets - before;
            match poll {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => {
                    self.leave(CloseReason::ConnectionLost);
                    obeyed = true;
                    break;
                }
                Poll::Pending => {
                    let settled = std::mem::take(&mut self.settled);
                    let taken = self.shared.outbox().park(settled, cx);
                    obeyed |= self.obey(taken);
                    break;
                }
            }
        }
        self.count(written);
        let closing = matches!(self.phase, Phase::Closing { .. });
        obeyed || (written.writes > 0 && (closing || !self.answers.is_empty()))
    }

    fn count(&mut self, written: Written) {
        if written.writes > 0 {
            self.machine.sent(self.server.wheel.now());
            let counters = &self.server.counters;
            counters.writes.add(written.writes);
            counters.frames_written.add(written.frames);
            counters.octets_written.add(written.octets);
        }
    }

    /// Does what others have asked for; says whether there was anything.
    fn obey(&mut self, taken: Taken) -> bool {
        let slow = taken.overflowed && matches!(self.phase, Phase::Open | Phase::Finishing(_));
        if slow {
            self.give_up_on_slow_consumer();
        }
        let commanded = !taken.commands.is_empty();
        for Command::Close(reason) in taken.commands {
            if self.phase == Phase::Open {
                self.phase = Phase::Finishing(reason);
            }
        }
        slow || commanded
    }

    fn on_deadline(&mut self) {
        let now = self.server.wheel.now();
        if !(self.input.is_empty() && self.has_room()) {
            // Nothing is read while the inbox is full, so the client's silence is the server's doing.
            self.machine.heard(now);
        }
        match self.phase {
            Phase::Open | Phase::Finishing(_) => match self.machine.time_out(now) {
                Overdue::Nothing => {}
                Overdue::HeartBeat => self.send(Frame::of_session(Arc::clone(&self.server.heart_beat))),
                Overdue::Ended(reason) => {
                    self.fail(&Fault::new(reason, "the client was silent for too long"))
                }
            },
            Phase::Closing { reason, until, .. } if until <= now => self.leave(reason),
            Phase::Closing { .. } | Phase::Gone { .. } => {}
        }
        self.shrink();
    }

    fn give_up_on_slow_consumer(&mut self) {
        self.unsent.give_up();
        self.fail(&Fault::new(
            CloseReason::SlowConsumer,
            "the client does not read as fast as it is sent to",
        ));
    }

    /// Ends the session because of one of its requests: nothing behind that is handled (STOMP 1.2, "ERROR").
    pub(super) fn fail_request(&mut self, fault: &Fault) {
        self.inbox.clear();
        self.input.clear();
        self.fail(fault);
    }

    /// Ends the session with an ERROR.
    fn fail(&mut self, fault: &Fault) {
        self.close(fault.reason, Some(fault));
    }

    /// Says the last words: what waits, an ERROR if there is one, the transport's close. They are said once.
    pub(super) fn close(&mut self, reason: CloseReason, fault: Option<&Fault>) {
        if self.is_leaving() {
            return;
        }
        self.server.counters.count_ending(reason);
        let rest = self.shared.outbox().close();
        self.unsent.frames.extend(rest);
        self.unsent.drop_ended(self.machine.subscriptions());
        if let Some(fault) = fault {
            let machine = &mut self.machine;
            let octets = encode_session_frame(self.transport.framing(), |out| machine.fail(out, fault));
            self.unsent.frames.push_back(Frame::of_session(octets));
        }
        self.machine.end();
        self.transport.close(reason);
        self.unsent.frames.extend(self.transport.take_control());
        self.release();
        let until = self.server.wheel.now().after(self.server.config.linger);
        self.phase = Phase::Closing {
            reason,
            until,
            shut: false,
        };
        self.rearm = true;
    }

    /// The connection is gone: frees what it holds.
    fn leave(&mut self, reason: CloseReason) {
        if matches!(self.phase, Phase::Gone { .. }) {
            return;
        }
        if matches!(self.phase, Phase::Open | Phase::Finishing(_)) {
            self.server.counters.count_ending(reason);
        }
        self.phase = Phase::Gone { reason, told: false };
        drop(self.shared.outbox().close());
        self.unsent = Unsent::default();
        self.release();
        self.server.sessions.remove(&self.shared);
        if self.accepted {
            self.server.counters.sessions_ended.increment();
        }
    }

    /// Ends all subscriptions and answers.
    fn release(&mut self) {
        for (_, address, ticket) in std::mem::take(&mut self.tickets) {
            self.server
                .publisher
                .broker
                .unsubscribe(&address, ticket, Completion::Nothing);
        }
        self.answers.clear();
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

    fn has_room(&self) -> bool {
        let config = &self.server.config;
        self.inbox.has_room(config.inbox_frames, config.inbox_octets)
    }

    fn arm(&mut self) {
        let deadline = match self.phase {
            Phase::Open | Phase::Finishing(_) => self.machine.deadline(),
            Phase::Closing { until, .. } => Some(until),
            Phase::Gone { .. } => None,
        };
        if let Some(deadline) = deadline
            && self.armed_for.is_none_or(|armed| deadline < armed)
        {
            self.armed_for = Some(deadline);
            self.server.wheel.arm(deadline, Arc::downgrade(&self.shared));
        }
    }

    fn shrink(&mut self) {
        self.shared.outbox().shrink();
        self.unsent.shrink();
        self.inbox.shrink();
        if self.input.is_empty() {
            self.input = VecDeque::new();
        }
    }
}

impl<T: Transport> Future for Connection<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.drive(cx)
    }
}

impl<T> fmt::Debug for Connection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("session", &self.shared.id())
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
