//! The order of one publisher who does not wait: a template.
//!
//! A session handles its next frame when the broker is done with the last one, and so keeps its order. A template must
//! not wait: what it sends while an earlier message of its own is still on its way to subscribers, because there are so
//! many or somebody else's go first, stands in a line of the template's own until that has arrived.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio_util::task::TaskTracker;

use super::{Broker, Completion, Latch, Publication, Refused, Room, Witness};
use crate::{
    activity::{Passage, Passages},
    counters::Counters,
    env::Env,
};

/// What lanes need.
pub(crate) struct Lanes {
    pub(crate) broker: Arc<dyn Broker>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) env: Env,
    /// What a shutdown waits for: the tasks that publish what has waited.
    pub(crate) tasks: TaskTracker,
    pub(crate) passages: Passages,
    /// Octets that may wait in one lane.
    pub(crate) limit: usize,
}

/// One publisher's messages, in order over all destinations.
#[derive(Debug)]
pub(crate) struct Lane {
    lanes: Arc<Lanes>,
    /// Something is on its way or waits, so that what comes has to wait too. Changed with the state.
    is_busy: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Messages that the broker has and is not done with.
    unfinished: usize,
    waiting: VecDeque<Waiting>,
    /// What waits holds so many octets.
    octets: usize,
    /// A task publishes what waits.
    flushed: bool,
    /// Those who wait until nothing is on its way.
    idle: Vec<Completion>,
    /// While the lane is busy.
    passage: Option<Passage>,
}

#[derive(Debug)]
struct Waiting {
    publication: Publication,
    octets: usize,
    latch: Option<Arc<Latch>>,
    /// Of the latch: it waits for this message before the broker has it.
    done: Completion,
}

impl Lanes {
    /// A lane for a new publisher.
    pub(crate) fn lane(self: &Arc<Self>) -> Arc<Lane> {
        Arc::new(Lane {
            lanes: Arc::clone(self),
            is_busy: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }
}

impl Lane {
    /// Hands a message to the broker, or lets it wait for those before it. Never blocks. Refused is what does not fit
    /// beside others that wait.
    pub(crate) fn publish(
        self: &Arc<Self>,
        publication: Publication,
        latch: Option<&Arc<Latch>>,
    ) -> Result<(), Refused> {
        if self.is_busy.load(Ordering::Acquire) {
            let state = self.lock();
            if state.is_busy() {
                return self.wait(state, publication, latch);
            }
        }
        let witness = Witness::Lane(self, latch);
        self.lanes.broker.publish(publication, witness, Room::Limited)
    }

    fn wait(
        &self,
        mut state: MutexGuard<'_, State>,
        publication: Publication,
        latch: Option<&Arc<Latch>>,
    ) -> Result<(), Refused> {
        let octets = publication.size();
        if state.octets > 0 && state.octets.saturating_add(octets) > self.lanes.limit {
            drop(state);
            self.lanes.counters.publishes_refused.increment();
            return Err(Refused);
        }
        state.octets += octets;
        state.waiting.push_back(Waiting {
            publication,
            octets,
            latch: latch.map(Arc::clone),
            done: latch.map_or(Witness::Nobody, Witness::Latch).completion(),
        });
        Ok(())
    }

    /// The broker has a message and is not done with it.
    pub(super) fn expect(&self) {
        let mut state = self.lock();
        state.unfinished += 1;
        self.is_busy.store(true, Ordering::Release);
        let State { passage, .. } = &mut *state;
        passage.get_or_insert_with(|| self.lanes.passages.begin());
    }

    /// The broker is done with one of the messages, or will never be. Called in the middle of a walk: what waits is
    /// published by a task.
    pub(super) fn arrive(self: &Arc<Self>) {
        let mut state = self.lock();
        state.unfinished -= 1;
        if state.unfinished > 0 || state.flushed {
            return;
        }
        if state.waiting.is_empty() {
            self.rest(&mut state);
            return;
        }
        state.flushed = true;
        drop(state);
        let flush = Flush(Arc::clone(self));
        let Lanes { env, tasks, .. } = &*self.lanes;
        // Where there is no runtime any more, the task goes away at once, and says so.
        drop(env.spawn(tasks.track_future(flush.run())));
    }

    /// Waits until nothing of this lane is on its way: what has been sent in it has arrived, or never will.
    pub(crate) async fn idle(&self) {
        if !self.is_busy.load(Ordering::Acquire) {
            return;
        }
        let latch = Arc::default();
        {
            let mut state = self.lock();
            if !state.is_busy() {
                return;
            }
            state.idle.push(Witness::Latch(&latch).completion());
        }
        let _ = latch.opened().await;
    }

    fn rest(&self, state: &mut State) {
        self.is_busy.store(false, Ordering::Release);
        state.passage = None;
        state.waiting = VecDeque::new();
        std::mem::take(&mut state.idle)
            .into_iter()
            .for_each(Completion::complete);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_busy(&self) -> bool {
        self.unfinished > 0 || self.flushed || !self.waiting.is_empty()
    }
}

/// The task that publishes what has waited. When it goes away with its runtime, what waits is lost, and those who wait
/// for that are told.
struct Flush(Arc<Lane>);

impl Flush {
    async fn run(self) {
        while let Some(waiting) = self.next() {
            self.publish(waiting);
            // Each may have been a walk past many.
            tokio::task::yield_now().await;
        }
    }

    /// The next message; `None` when nothing waits, or it has to wait for the one before.
    fn next(&self) -> Option<Waiting> {
        let mut state = self.0.lock();
        if state.unfinished == 0
            && let Some(next) = state.waiting.pop_front()
        {
            state.octets -= next.octets;
            return Some(next);
        }
        state.flushed = false;
        if state.unfinished == 0 {
            self.0.rest(&mut state);
        }
        None
    }

    fn publish(&self, waiting: Waiting) {
        let Waiting {
            publication,
            latch,
            done,
            ..
        } = waiting;
        let witness = Witness::Lane(&self.0, latch.as_ref());
        match self.0.lanes.broker.publish(publication, witness, Room::Owed) {
            Ok(()) => done.complete(),
            Err(Refused) => tracing::warn!("a message was lost: the broker refused what was accepted"),
        }
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if !state.flushed {
            return;
        }
        state.flushed = false;
        state.octets = 0;
        let lost = std::mem::take(&mut state.waiting);
        if state.unfinished == 0 {
            self.0.rest(&mut state);
        }
        drop(state);
        tracing::warn!(
            waiting = lost.len(),
            "messages were lost: the task that published them has ended"
        );
    }
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
