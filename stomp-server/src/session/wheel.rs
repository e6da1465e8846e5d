//! One wheel of deadlines for all sessions: a heart-beat costs an entry, not a timer.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use stomp_core::Moment;

use super::Shared;
use crate::env::Env;

/// How exact deadlines are.
const TICK: Duration = Duration::from_millis(100);
/// Slots of the wheel; a deadline further away than a turn waits several turns.
const SLOTS: usize = 512;

/// Wakes sessions at their deadlines, to a tenth of a second.
///
/// A session stands in it once, and for a while twice when its deadline has come nearer; when it is woken it says when it
/// wants to be woken next. Nothing is moved when a session reads or writes.
#[derive(Debug)]
pub(crate) struct Wheel {
    state: Mutex<State>,
    /// The present moment in milliseconds, to a tick: what sessions go by, so that none asks a clock.
    now: AtomicU64,
}

#[derive(Debug)]
struct State {
    slots: Vec<Vec<Entry>>,
    /// The tick that was served last.
    tick: u64,
}

#[derive(Debug)]
struct Entry {
    tick: u64,
    session: Weak<Shared>,
}

impl Wheel {
    pub(crate) fn new() -> Self {
        let slots = std::iter::repeat_with(Vec::new).take(SLOTS).collect();
        Self {
            state: Mutex::new(State { slots, tick: 0 }),
            now: AtomicU64::new(0),
        }
    }

    /// The present moment, to a tick.
    pub(crate) fn now(&self) -> Moment {
        Moment::from_millis(self.now.load(Ordering::Relaxed))
    }

    /// Wakes `session` at `deadline` or up to a tick later.
    pub(crate) fn arm(&self, deadline: Moment, session: Weak<Shared>) {
        let mut state = self.lock();
        let tick = ticks(deadline).max(state.tick) + 1;
        state.slots[slot(tick)].push(Entry { tick, session });
    }

    /// Turns the wheel for as long as anybody holds it.
    pub(crate) async fn turn(wheel: Weak<Self>, env: Env) {
        while let Some(this) = wheel.upgrade() {
            let due = this.due(env.now());
            drop(this);
            for session in due {
                session.deadline_passed();
            }
            env.sleep(TICK).await;
        }
    }

    fn due(&self, now: Moment) -> Vec<Arc<Shared>> {
        self.now.store(now.as_millis(), Ordering::Relaxed);
        let mut state = self.lock();
        let (from, to) = (state.tick, ticks(now));
        let mut due = Vec::new();
        // After a pause longer than a turn every slot is looked at once.
        for tick in (from + 1..=to).rev().take(SLOTS) {
            let entries = &mut state.slots[slot(tick)];
            entries.retain(|entry| {
                let keep = entry.tick > to;
                if !keep {
                    due.extend(entry.session.upgrade());
                }
                keep
            });
            if entries.is_empty() && entries.capacity() > 64 {
                *entries = Vec::new();
            }
        }
        state.tick = to.max(from);
        due
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ticks(moment: Moment) -> u64 {
    moment.as_millis() / 100
}

fn slot(tick: u64) -> usize {
    // The remainder of a small modulus fits.
    (tick % SLOTS as u64) as usize
}
