//! How a session ends: asked to, overdue, failed, or left.

use std::{collections::VecDeque, sync::Arc};

use stomp_core::{
    CloseReason, Moment,
    session::{Fault, Overdue},
};

use super::{Command, Connection, Frame, connection::Phase, unsent::Unsent};
use crate::{
    broker::{Completion, encode_session_frame},
    transport::Transport,
};

impl<T: Transport> Connection<T> {
    /// Does what others have asked for. A call without a command is for a deadline or a completion: those come first
    /// in the next round.
    #[inline(never)]
    pub(super) fn obey(&mut self) {
        self.stir();
        let asked = self.shared.outbox().asked();
        for command in asked.commands {
            match command {
                Command::Drain if self.phase == Phase::Open => self.phase = Phase::Draining,
                Command::Close(reason) if matches!(self.phase, Phase::Open | Phase::Draining) => {
                    self.phase = Phase::Finishing(reason);
                }
                Command::Drain | Command::Close(_) => {}
                Command::Abort(reason) => self.abort(reason),
            }
        }
        if asked.overflowed {
            self.unsent.give_up();
            let text = "the client does not read as fast as it is sent to";
            self.fail(&Fault::new(CloseReason::SlowConsumer, text));
        }
    }

    #[inline(never)]
    pub(super) fn on_deadline(&mut self) {
        let now = self.server.wheel.now();
        if self.waits_until.is_some_and(|until| until <= now) {
            self.waits_until = None;
            self.concurrent.clear();
        }
        if !self.reads() {
            // Whoever is not listened to is not late.
            self.paused = true;
            self.machine.pause();
        }
        match self.phase {
            Phase::Open | Phase::Draining | Phase::Finishing(_) => self.on_session_deadline(),
            Phase::Closing { reason, until, .. } if until <= now => self.leave(reason),
            Phase::Closing { .. } | Phase::Gone { .. } => {}
        }
        self.shrink();
    }

    fn on_session_deadline(&mut self) {
        let now = self.server.wheel.now();
        let silent = |reason| Fault::new(reason, "the client was silent for too long");
        match self.machine.time_out(now) {
            Overdue::Nothing if self.message_deadline().is_some_and(|at| at <= now) => {
                self.fail(&silent(CloseReason::TimedOut));
            }
            Overdue::Nothing => {}
            Overdue::HeartBeat => self.send(Frame::of_session(Arc::clone(&self.server.heart_beat))),
            Overdue::Ended(reason) => self.fail(&silent(reason)),
        }
    }

    /// When a WebSocket message that has begun must be there: the machine cannot know of it.
    fn message_deadline(&self) -> Option<Moment> {
        let begun = self.unfinished_since.filter(|_| !self.paused)?;
        Some(begun.after(self.server.config.session.frame_deadline))
    }

    #[inline(never)]
    pub(super) fn arm(&mut self) {
        let deadline = match self.phase {
            Phase::Open | Phase::Draining | Phase::Finishing(_) => {
                let all = [self.machine.deadline(), self.message_deadline(), self.waits_until];
                all.into_iter().flatten().min()
            }
            Phase::Closing { until, .. } => Some(until),
            Phase::Gone { .. } => self.waits_until,
        };
        if let Some(deadline) = deadline
            && self.armed_for.is_none_or(|armed| deadline < armed)
        {
            self.armed_for = Some(deadline);
            self.server.wheel.arm(deadline, Arc::downgrade(&self.shared));
        }
    }

    /// Ends the session because of one of its requests: nothing behind that is handled (STOMP 1.2, "ERROR").
    pub(super) fn end_with(&mut self, fault: &Fault) {
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
        self.stir();
        self.server.counters.count_ending(reason);
        let rest = self.shared.outbox().close();
        self.unsent.extend(rest);
        self.unsent.drop_ended(self.machine.subscriptions());
        if let Some(fault) = fault {
            let machine = &mut self.machine;
            let octets = encode_session_frame(self.transport.framing(), |out| machine.fail(out, fault));
            self.unsent.extend([Frame::of_session(octets)]);
            let destination = fault.destination.as_deref().map(str::escape_debug);
            tracing::info!(
                session = %self.shared.id(),
                code = fault.code.as_str(),
                message = %fault.message.escape_debug(),
                destination = destination.map(tracing::field::display),
                "a session ends with an ERROR"
            );
        }
        self.machine.end();
        let text = match reason {
            CloseReason::Closed | CloseReason::Draining => reason.as_str(),
            // The code says it already, or an ERROR has, or the client itself.
            _ => "",
        };
        self.transport.close(reason, text);
        self.unsent.extend(self.transport.take_control());
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
    pub(super) fn leave(&mut self, reason: CloseReason) {
        if matches!(self.phase, Phase::Gone { .. }) {
            return;
        }
        if !matches!(self.phase, Phase::Closing { .. }) {
            self.server.counters.count_ending(reason);
        }
        self.phase = Phase::Gone { reason, told: false };
        self.leaving = Some(self.server.passages.begin());
        drop(self.shared.outbox().close());
        self.unsent = Unsent::default();
        self.release();
        self.server.sessions.remove(&self.shared);
        if self.accepted {
            self.server.counters.sessions_ended.increment();
        }
    }

    /// Ends the session here and now, whatever runs or waits.
    fn abort(&mut self, reason: CloseReason) {
        self.leave(reason);
        self.busy = None;
        self.concurrent.clear();
        self.inbox.clear();
        self.input.clear();
    }

    /// Ends all subscriptions and answers.
    fn release(&mut self) {
        for (address, ticket) in self.tickets.drain() {
            let broker = &self.server.publisher.broker;
            broker.unsubscribe(&address, ticket, Completion::unheeded());
        }
        self.shared.subscribed().clear();
        self.answers.clear();
    }

    /// Frees what a burst left behind.
    fn shrink(&mut self) {
        self.shared.outbox().shrink();
        self.unsent.shrink();
        self.inbox.shrink();
        if self.input.is_empty() {
            self.input = VecDeque::new();
        }
    }
}
