//! What a session waits for before it handles its next frame.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::{Stream, future::BoxFuture};
use stomp_core::{
    CloseReason,
    session::{Connect, Fault, Request, SubscriptionKey},
};

use super::{
    Shared,
    refusal::Refusal,
    watch::Watch,
    work::{Answers, Outcome},
};
use crate::{Principal, caught::poll_caught, error_handler::Shown, security::AuthenticationError};

/// The one thing that a session waits for.
pub(super) enum Busy {
    /// The authenticator decides about a CONNECT.
    Deciding {
        connect: Option<Connect>,
        decision: BoxFuture<'static, Result<Option<Principal>, AuthenticationError>>,
    },
    /// Interceptors look at a frame.
    Judging {
        verdict: BoxFuture<'static, Judgement>,
        receipt: Option<Box<str>>,
        /// The subscription asked for: its id is free again if the frame is dropped.
        subscription: Option<SubscriptionKey>,
    },
    /// A handler runs.
    Handling {
        outcome: BoxFuture<'static, Outcome>,
        then: Settled,
    },
    /// The broker has been asked for something and has not said that it is done.
    Settling { settled: Settled },
    /// Listeners are told of an event.
    Listening(BoxFuture<'static, ()>),
}

/// What follows when the broker is done.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) receipt: Option<Box<str>>,
    /// Listeners to be told then.
    pub(super) listening: Option<BoxFuture<'static, ()>>,
    /// Interceptors to be told then.
    pub(super) watch: Option<Box<Watch>>,
    /// What an error handler may see of the frame if it fails: the session's present one may be another by then.
    pub(super) presented: Option<Box<Shown>>,
}

/// What the interceptors made of a frame.
pub(super) enum Judgement {
    Passed(Request),
    Dropped,
    Refused(Refusal),
}

/// The answer to a frame whose interceptor or handler's error panicked.
pub(super) fn panicked(receipt: Option<&str>) -> Fault {
    Fault::new(CloseReason::Internal, "the server failed").with_receipt(receipt)
}

/// What the session goes on with.
pub(super) enum Step {
    /// Who the client is; `None` when the authenticator panicked.
    Decided(Connect, Option<Result<Option<Principal>, AuthenticationError>>),
    /// What the interceptors left of a frame.
    Judged(Judgement, Option<Box<str>>, Option<SubscriptionKey>),
    /// How a handler ended.
    Handled(Outcome, Settled),
    /// The broker is done.
    Settled(Settled),
    /// The listeners have been told.
    Told,
}

impl Busy {
    /// A panic of the application's code ends nothing but the call: it refuses what it was to decide about.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, session: &Arc<Shared>) -> Poll<Step> {
        Poll::Ready(match self {
            Self::Deciding { connect, decision } => {
                let decided = ready!(poll_logged(decision, cx, "an authenticator"));
                let connect = connect.take().expect("not polled after its end");
                Step::Decided(connect, decided)
            }
            Self::Judging {
                verdict,
                receipt,
                subscription,
            } => {
                let judged = ready!(poll_logged(verdict, cx, "an inbound interceptor"));
                let judged =
                    judged.unwrap_or_else(|| Judgement::Refused(panicked(receipt.as_deref()).into()));
                Step::Judged(judged, receipt.take(), *subscription)
            }
            Self::Handling { outcome, then } => {
                // The handler's own panics are its errors; this is for what its errors say of themselves.
                let outcome = ready!(poll_logged(outcome, cx, "an error"));
                let failed = || Box::new(panicked(None).into());
                let outcome = outcome.unwrap_or_else(|| Outcome::Failed(failed()));
                Step::Handled(outcome, std::mem::take(then))
            }
            Self::Settling { settled } => {
                if session.awaits_completion() {
                    return Poll::Pending;
                }
                Step::Settled(std::mem::take(settled))
            }
            Self::Listening(listening) => {
                ready!(poll_logged(listening, cx, "an event listener"));
                Step::Told
            }
        })
    }
}

/// `None` when the future panicked.
fn poll_logged<T>(future: &mut BoxFuture<'static, T>, cx: &mut Context<'_>, whose: &str) -> Poll<Option<T>> {
    let polled = ready!(poll_caught(future.as_mut(), cx));
    Poll::Ready(polled.map_err(|_| tracing::error!("{whose} panicked")).ok())
}

/// How many answers one stream may give before others get their turn.
const STRIDE: usize = 64;

impl Answers {
    /// Sends what the stream yields for as long as the outbox has room; ready at its end.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, session: &Arc<Shared>) -> Poll<()> {
        let waker = self.waker(session, cx.waker());
        let cx = &mut Context::from_waker(&waker);
        for given in 0.. {
            if let Some(waiting) = &mut self.waiting {
                ready!(waiting.poll(cx));
                self.waiting = None;
            }
            if !session.outbox().has_room() {
                break;
            }
            if given == STRIDE {
                cx.waker().wake_by_ref();
                break;
            }
            match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(answer) => self.send(answer),
                None => return Poll::Ready(()),
            }
        }
        Poll::Pending
    }
}

impl fmt::Debug for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deciding { .. } => "Deciding",
            Self::Judging { .. } => "Judging",
            Self::Handling { .. } => "Handling",
            Self::Settling { .. } => "Settling",
            Self::Listening(_) => "Listening",
        })
    }
}
