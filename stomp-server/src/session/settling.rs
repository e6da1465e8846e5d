//! How requests end: what a handler's outcome means for the session, the wait for the broker, and the receipt.

use futures_core::future::BoxFuture;
use stomp_core::{CloseReason, ErrorCode, session::Fault};

use super::{
    Connection, Frame,
    busy::{Busy, Settled, Step},
    refusal::Refusal,
    watch::unwatched,
    work::{Answers, Outcome},
};
use crate::{broker::encode_session_frame, transport::Transport};

impl<T: Transport> Connection<T> {
    /// Goes on with what ran beside others.
    pub(super) fn proceed_beside(&mut self, step: Step) {
        match step {
            Step::Handled(Outcome::Failed(refusal), then) => self.failed(*refusal, then),
            Step::Handled(Outcome::Streaming(answers), then) => match self.keep(answers) {
                Ok(()) => self.settled_beside(then),
                Err(fault) => self.failed(fault.into(), then),
            },
            Step::Handled(Outcome::Unanswered(error), then) => {
                let then = unwatched(then, &error);
                self.settled_beside(then);
            }
            Step::Handled(Outcome::Done, then) => self.settled_beside(then),
            Step::Settled(settled) => {
                let listening = self.finish_settled(settled);
                self.concurrent.extend(listening.map(Busy::Listening));
            }
            Step::Decided(..) | Step::Judged(..) | Step::Told => {}
        }
    }

    /// A handler that the session waited for is done.
    pub(super) fn conclude(&mut self, outcome: Outcome, then: Settled) {
        match outcome {
            Outcome::Failed(refusal) => self.failed(*refusal, then),
            Outcome::Unanswered(error) => self.settle(unwatched(then, &error)),
            Outcome::Streaming(answers) => match self.keep(answers) {
                Ok(()) => self.settle(then),
                Err(fault) => self.failed(fault.into(), then),
            },
            Outcome::Done => self.settle(then),
        }
    }

    /// A handler failed, nothing answered that, and the receipt is refused; or the session can not go on with it.
    fn failed(&mut self, refusal: Refusal, then: Settled) {
        if let (Some(mut watch), Some(cause)) = (then.watch, refusal.cause()) {
            watch.done(Some(cause));
        }
        let refusal = refusal
            .presented_as(then.presented)
            .with_receipt(then.receipt.as_deref());
        // A subscription that a handler did not answer is one all the same.
        self.fail_request_but_tell(refusal, then.listening);
    }

    /// Goes on with a stream of answers, unless the session is over or has as many as it may.
    fn keep(&mut self, answers: Answers) -> Result<(), Fault> {
        if self.is_leaving() {
            return Ok(());
        }
        if self.answers.len() >= self.server.config.max_streams {
            let fault = Fault::new(
                CloseReason::Refused,
                "the session is answered by as many streams as it may be",
            );
            return Err(fault.with_code(ErrorCode::Quota));
        }
        self.answers.push(answers);
        Ok(())
    }

    /// The broker has been asked: waits until it is done, if it is not.
    pub(super) fn settle(&mut self, settled: Settled) {
        if self.shared.awaits_completion() {
            self.busy = Some(Busy::Settling { settled });
        } else {
            self.settled(settled);
        }
    }

    /// The broker is done with what the session waited for.
    pub(super) fn settled(&mut self, settled: Settled) {
        self.busy = self.finish_settled(settled).map(Busy::Listening);
    }

    /// The broker is done: tells the interceptors and the client, and leaves the listeners to the caller.
    fn finish_settled(&mut self, settled: Settled) -> Option<BoxFuture<'static, ()>> {
        if let Some(mut watch) = settled.watch {
            watch.done(None);
        }
        self.answer_receipt(settled.receipt.as_deref());
        settled.listening
    }

    /// The same as [`settle`](Self::settle), beside others.
    pub(super) fn settled_beside(&mut self, settled: Settled) {
        if settled.receipt.is_some() || settled.listening.is_some() || settled.watch.is_some() {
            self.concurrent.push(Busy::Settling { settled });
        }
    }

    pub(super) fn answer_receipt(&self, receipt: Option<&str>) {
        if let Some(receipt) = receipt {
            let octets =
                encode_session_frame(self.transport.framing(), |out| self.machine.receipt(out, receipt));
            self.send(Frame::of_session(octets));
        }
    }
}
