//! One destination.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Matched, Members};
use crate::broker::{Address, Completion, Publication};

/// A destination that somebody is subscribed to, and the line in which its publishers stand.
///
/// One publisher at a time hands messages to the subscribers; others put theirs into the line and leave. So all
/// subscribers see one order, and no lock is held while subscribers are walked.
#[derive(Debug)]
pub(super) struct Topic {
    address: Address,
    epoch: u64,
    members: Members,
    line: Mutex<Line>,
    /// The pattern subscriptions that match, once somebody asked while there were any.
    matched: Mutex<Option<Matched>>,
}

/// A message in the line, with the pattern subscriptions that it goes to as well.
#[derive(Debug)]
pub(super) struct Entered {
    pub(super) publication: Publication,
    pub(super) matched: Matched,
    pub(super) done: Completion,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Entered>,
    /// Somebody is walking the subscribers and will take what waits.
    walked: bool,
    sequence: u64,
}

impl Topic {
    pub(super) fn new(address: Address, epoch: u64) -> Self {
        Self {
            address,
            epoch,
            members: Members::default(),
            line: Mutex::default(),
            matched: Mutex::default(),
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The subscribers to exactly this destination.
    pub(super) fn members(&self) -> &Members {
        &self.members
    }

    /// Nobody is subscribed, nothing waits and no pattern is remembered.
    pub(super) fn is_idle(&self) -> bool {
        self.members.is_empty() && self.matched().is_none() && !lock(&self.line).walked
    }

    /// Puts a message into the line. `true`: the caller is first and must [take](Self::next) until nothing is left.
    pub(super) fn enter(&self, entered: Entered) -> bool {
        let mut line = lock(&self.line);
        line.waiting.push_back(entered);
        !std::mem::replace(&mut line.walked, true)
    }

    /// The next message with its id, for whoever walks; `None` ends the walk.
    pub(super) fn next(&self) -> Option<(Entered, String)> {
        let mut line = lock(&self.line);
        let Some(entered) = line.waiting.pop_front() else {
            line.walked = false;
            if line.waiting.capacity() > 64 {
                line.waiting = VecDeque::new();
            }
            return None;
        };
        line.sequence += 1;
        Some((entered, format!("{:x}-{}", self.epoch, line.sequence)))
    }

    pub(super) fn matched(&self) -> Option<Matched> {
        lock(&self.matched).clone()
    }

    pub(super) fn set_matched(&self, matched: Option<Matched>) {
        *lock(&self.matched) = matched;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
