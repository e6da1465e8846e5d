//! The order of one publisher who does not wait: a template, or a session that sends more than one message at a time.
//!
//! A session handles its next frame when the broker is done with the last one, and so keeps the order of its frames. What
//! is sent without such a wait, by a template or as the second of several answers, stands in a line of the publisher's
//! own while an earlier message of it is still on its way to subscribers, because there are so many or somebody else's
//! go first.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio_util::task::TaskTracker;

use super::{Broker, Completion, Heed, Publication, Refused, Room, Witness};
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
}

/// One publisher's messages, in order over all destinations.
#[derive(Debug)]
pub(crate) struct Lane {
    lanes: Arc<Lanes>,
    /// Octets that may wait.
    limit: usize,
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
    /// While the lane is busy.
    passage: Option<Passage>,
}

#[derive(Debug)]
struct Waiting {
    publication: Publication,
    octets: usize,
    /// Who waits for it, from now on.
    done: Completion,
}

impl Lanes {
    /// A lane for a new publisher, in which so many octets may wait.
    pub(crate) fn lane(self: &Arc<Self>, limit: usize) -> Arc<Lane> {
        Arc::new(Lane {
            lanes: Arc::clone(self),
            limit,
            is_busy: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }
}

impl Lane {
    /// Is something of it on its way?
    pub(crate) fn is_busy(&self) -> bool {
        self.is_busy.load(Ordering::Acquire)
    }

    /// Hands a message to the broker, or lets it wait for those before it. Never blocks. Refused is what does not fit
    /// beside others that wait; a session's own messages always fit, since it handles nothing more until they arrive.
    pub(crate) fn publish(
        self: &Arc<Self>,
        publication: Publication,
        witness: Witness<'_>,
    ) -> Result<(), Refused> {
        if self.is_busy() {
            let state = self.lock();
            if state.is_busy() {
                return self.wait(state, publication, witness);
            }
        }
        let broker = &self.lanes.broker;
        broker.publish(publication, witness.in_lane(self), Room::Limited)
    }

    fn wait(
        &self,
        mut state: MutexGuard<'_, State>,
        publication: Publication,
        witness: Witness<'_>,
    ) -> Result<(), Refused> {
        let octets = publication.size();
        let is_owed = matches!(witness.heed, Heed::Session(_));
        if !is_owed && state.octets > 0 && state.octets.saturating_add(octets) > self.limit {
            drop(state);
            self.lanes.counters.publishes_refused.increment();
            return Err(Refused);
        }
        state.octets += octets;
        let witness = Witness {
            lane: None,
            ..witness
        };
        state.waiting.push_back(Waiting {
            publication,
            octets,
            done: witness.completion(),
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

    fn rest(&self, state: &mut State) {
        self.is_busy.store(false, Ordering::Release);
        state.passage = None;
        state.waiting = VecDeque::new();
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
            publication, done, ..
        } = waiting;
        let witness = Witness {
            heed: (&done.waiting).into(),
            lane: Some(&self.0),
        };
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
        f.debug_struct("Lanes").finish_non_exhaustive()
    }
}
