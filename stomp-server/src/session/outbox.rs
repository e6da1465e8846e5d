//! What waits to be written to one client: bounded in octets, the only queue on the way out.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Waker},
};

use stomp_core::{CloseReason, session::SubscriptionKey};

use crate::activity::Survey;

/// Finished octets for one client: a frame of STOMP inside whatever its transport wraps around it.
///
/// The octets are shared by all who get the same ones. A frame with a subscription is left out when that subscription
/// has ended before the frame is written.
#[derive(Clone)]
pub(crate) struct Frame {
    octets: Arc<[u8]>,
    /// `generation` 0: the frame belongs to the session, not to a subscription.
    subscription: SubscriptionKey,
}

impl Frame {
    /// A frame of the session itself: CONNECTED, RECEIPT, ERROR, a heart-beat, something of the transport's.
    pub(crate) fn of_session(octets: Arc<[u8]>) -> Self {
        Self {
            octets,
            subscription: SubscriptionKey {
                slot: 0,
                generation: 0,
            },
        }
    }

    /// A MESSAGE for a subscription.
    pub(crate) fn of_subscription(octets: Arc<[u8]>, subscription: SubscriptionKey) -> Self {
        Self { octets, subscription }
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The subscription that must be live when this is written.
    pub(crate) fn subscription(&self) -> Option<SubscriptionKey> {
        (self.subscription.generation != 0).then_some(self.subscription)
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("octets", &self.octets.len())
            .field("subscription", &self.subscription())
            .finish()
    }
}

/// What somebody outside asks of a session.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    /// Read nothing more, handle what is there, and go on delivering.
    Drain,
    /// End the session for this reason, in good order.
    Close(CloseReason),
    /// End it at once, whatever runs or waits.
    Abort(CloseReason),
}

/// One session's frames on their way out, and its mailbox.
pub(crate) struct Outbox {
    limit: usize,
    /// Octets that have been written and are still counted in the state: settled when the count matters.
    written: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: Vec<Frame>,
    /// Octets in `queue` and those taken from it but not written yet.
    octets: usize,
    /// How often what was written has been taken off `octets`.
    settled: u64,
    commands: Vec<Command>,
    waker: Option<Waker>,
    /// The session's task sleeps and must be woken for anything new.
    parked: bool,
    /// Somebody asked for something that is no frame: the task must look round before it sleeps.
    called: bool,
    /// A frame did not fit; the queue has been given up.
    overflowed: bool,
    /// Nothing is taken any more.
    closed: bool,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It will be written, unless the session ends first.
    Queued,
    /// The session has ended or is about to.
    Dropped,
}

/// What others have asked for beside writing.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) commands: Vec<Command>,
    /// A frame did not fit: the client does not read.
    pub(crate) overflowed: bool,
}

impl Outbox {
    /// An outbox for `limit` octets.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            written: AtomicUsize::new(0),
            state: Mutex::default(),
        }
    }

    /// Appends a frame and wakes the session if it sleeps. Never waits. When the frame does not fit, the session ends
    /// as a slow consumer and what it has not read is dropped.
    #[inline]
    pub(crate) fn push(&self, frame: Frame) -> Pushed {
        let mut state = self.lock();
        if state.closed || state.overflowed {
            return Pushed::Dropped;
        }
        let mut octets = state.octets + frame.octets.len();
        if octets > self.limit {
            state.settle(&self.written);
            octets = state.octets + frame.octets.len();
        }
        if octets > self.limit {
            state.overflowed = true;
            state.queue = Vec::new();
            state.wake();
            return Pushed::Dropped;
        }
        state.octets = octets;
        if state.queue.capacity() == 0 {
            state.queue.reserve_exact(2);
        }
        state.queue.push(frame);
        state.wake();
        Pushed::Queued
    }

    /// Leaves a command for the session and wakes it.
    pub(crate) fn command(&self, command: Command) {
        let mut state = self.lock();
        state.commands.push(command);
        state.called = true;
        state.wake();
    }

    /// Has the session look round, for what is no frame: a deadline, a completion.
    pub(crate) fn call(&self) {
        let mut state = self.lock();
        state.called = true;
        state.wake();
    }

    /// Swaps everything that waits into `empty`, and parks the task: whatever comes from now on wakes it. Says whether
    /// anything was [asked](Self::asked) for.
    #[inline]
    pub(crate) fn take(&self, empty: &mut Vec<Frame>, cx: &Context<'_>) -> bool {
        debug_assert!(empty.is_empty(), "swapped out, not merged");
        let mut state = self.lock();
        std::mem::swap(&mut state.queue, empty);
        state.park(cx)
    }

    /// The same without taking frames: the connection cannot be written to just now.
    pub(crate) fn park(&self, cx: &Context<'_>) -> bool {
        self.lock().park(cx)
    }

    /// What has been asked for since this was called last.
    pub(crate) fn asked(&self) -> Asked {
        let mut state = self.lock();
        state.called = false;
        Asked {
            commands: std::mem::take(&mut state.commands),
            overflowed: state.overflowed,
        }
    }

    /// Octets that were taken have been written, or dropped.
    ///
    /// After the outbox was closed nobody asks for the count any more.
    pub(crate) fn settle(&self, octets: usize) {
        self.written.fetch_add(octets, Ordering::Release);
    }

    /// Is there room for more, by half the limit? Streams that a handler returned wait for it.
    pub(crate) fn has_room(&self) -> bool {
        let mut state = self.lock();
        state.settle(&self.written);
        !state.closed && state.octets < self.limit / 2
    }

    /// Has the task been called and not looked round yet, or is something not written? What was pushed and written
    /// between two looks is noted.
    pub(crate) fn survey(&self, survey: &mut Survey) -> bool {
        let state = self.lock();
        let written = self.written.load(Ordering::Acquire);
        for stirred in [state.settled, state.octets as u64, written as u64] {
            survey.note(false, stirred);
        }
        !state.parked || state.octets > written
    }

    /// Frees what a burst left behind.
    pub(crate) fn shrink(&self) {
        let mut state = self.lock();
        if state.queue.is_empty() {
            state.queue = Vec::new();
        }
    }

    /// Takes nothing more; what waits is given back.
    pub(crate) fn close(&self) -> Vec<Frame> {
        let mut state = self.lock();
        state.closed = true;
        state.overflowed = false;
        state.octets = 0;
        self.written.store(0, Ordering::Relaxed);
        std::mem::take(&mut state.queue)
    }

    /// Nobody will ever take from it again: lets go of the task.
    pub(crate) fn abandon(&self) {
        self.lock().waker = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way; were it to, the queue would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes what has been written off the count.
    #[inline(never)]
    fn settle(&mut self, written: &AtomicUsize) {
        self.octets = self.octets.saturating_sub(written.swap(0, Ordering::Relaxed));
        self.settled += 1;
    }

    fn park(&mut self, cx: &Context<'_>) -> bool {
        self.parked = true;
        if !self
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            self.waker = Some(cx.waker().clone());
        }
        self.called || self.overflowed
    }

    fn wake(&mut self) {
        if std::mem::replace(&mut self.parked, false)
            && let Some(waker) = &self.waker
        {
            waker.wake_by_ref();
        }
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Outbox")
            .field("frames", &state.queue.len())
            .field("octets", &state.octets)
            .finish_non_exhaustive()
    }
}
