//! One destination.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Matched, Members};

use crate::{
    activity::Survey,
    broker::{Address, Completion, Publication, Refused, Witness},
};

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
}

/// A message in the line, with the pattern subscriptions that it goes to as well.
#[derive(Debug)]
pub(super) struct Entered {
    pub(super) publication: Publication,
    pub(super) matched: Matched,
    pub(super) done: Completion,
}

/// A topic that was retired before something could be done with it: another one has its address, or will.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Retired;

/// What whoever walks finds next.
#[derive(Debug)]
pub(super) enum Next {
    /// A message with its id.
    Message(Entered, String),
    /// Nothing: the walk has ended.
    Nothing {
        /// Somebody found the topic walked and so could not retire it.
        retire: bool,
    },
}

/// A message, and how many octets it was found to hold.
#[derive(Debug)]
struct Waiting {
    entered: Entered,
    octets: usize,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    /// What waits holds so many octets.
    octets: usize,
    sequence: u64,
    /// The pattern subscriptions that match, once somebody asked while there were any.
    matched: Option<Matched>,
    /// Somebody is walking the subscribers and will take what waits. Nothing waits without that.
    walked: bool,
    /// Whoever walks is to retire the topic in the end.
    retire: bool,
    /// The topic has been removed from its place and takes nothing any more.
    retired: bool,
}

impl Topic {
    pub(super) fn new(address: Address, epoch: u64) -> Self {
        Self {
            address,
            epoch,
            members: Members::default(),
            line: Mutex::default(),
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The subscribers to exactly this destination. They come only while the topic is held in its place.
    pub(super) fn members(&self) -> &Members {
        &self.members
    }

    /// Retires the topic if nobody is subscribed, no pattern is remembered and nobody walks; says whether it is to be
    /// removed. Whoever walks tries again. The caller holds the topic in its place, so that no subscriber comes.
    pub(super) fn retire(&self) -> bool {
        let mut line = self.lock();
        if line.matched.is_some() || !self.members.is_empty() {
            return false;
        }
        line.retire = line.walked;
        line.retired = !line.walked;
        line.retired
    }

    /// The line, to put a message into; `None` when the topic was retired.
    pub(super) fn line(&self) -> Option<Place<'_>> {
        let line = self.lock();
        (!line.retired).then_some(Place(line))
    }

    /// The next message, for whoever walks.
    pub(super) fn next(&self) -> Next {
        let mut line = self.lock();
        let Some(Waiting { entered, octets }) = line.waiting.pop_front() else {
            line.walked = false;
            if line.waiting.capacity() > 64 {
                line.waiting = VecDeque::new();
            }
            let retire = std::mem::take(&mut line.retire);
            return Next::Nothing { retire };
        };
        line.octets -= octets;
        line.sequence += 1;
        Next::Message(entered, format!("{:x}-{}", self.epoch, line.sequence))
    }

    /// Ends a walk that nobody goes on with; gives back what waited, to be dropped without a lock.
    pub(super) fn abandon(&self) -> impl ExactSizeIterator<Item = Entered> + use<> {
        let mut line = self.lock();
        line.walked = false;
        line.retire = false;
        line.octets = 0;
        let waiting = std::mem::take(&mut line.waiting);
        waiting.into_iter().map(|waiting| waiting.entered)
    }

    pub(super) fn matched(&self) -> Option<Matched> {
        self.lock().matched.clone()
    }

    /// Keeps which patterns match.
    pub(super) fn set_matched(&self, matched: Matched) -> Result<(), Retired> {
        let mut line = self.lock();
        if line.retired {
            return Err(Retired);
        }
        line.matched = Some(matched);
        Ok(())
    }

    pub(super) fn forget_matched(&self) {
        self.lock().matched = None;
    }

    /// Notes whether anything is on its way from here.
    pub(super) fn survey(&self, survey: &mut Survey) {
        let line = self.lock();
        survey.note(line.walked, line.sequence);
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line of a topic that is not retired, and will not be before the message is in it.
#[derive(Debug)]
pub(super) struct Place<'t>(MutexGuard<'t, Line>);

impl Place<'_> {
    /// The topic was made for this message alone: whoever walks is to retire it in the end.
    pub(super) fn retire_after(&mut self) {
        self.0.retire = true;
    }

    /// Puts a message into the line. `true`: the caller is first and must [take](Topic::next) until nothing is left.
    /// Refused is what does not fit beside the others that wait.
    ///
    /// The witness is asked for a completion only where the message has to wait: whoever is first may be done with it
    /// before anybody asks.
    pub(super) fn enter(
        mut self,
        publication: Publication,
        matched: Matched,
        limit: usize,
        witness: Witness<'_>,
    ) -> Result<bool, Refused> {
        let line = &mut *self.0;
        if !std::mem::replace(&mut line.walked, true) {
            // It is taken at once.
            let entered = Entered {
                publication,
                matched,
                done: Completion::unheeded(),
            };
            line.waiting.push_back(Waiting { entered, octets: 0 });
            return Ok(true);
        }
        let octets = publication.size();
        if line.octets > 0 && line.octets.saturating_add(octets) > limit {
            return Err(Refused);
        }
        line.octets += octets;
        let entered = Entered {
            publication,
            matched,
            done: witness.completion(),
        };
        line.waiting.push_back(Waiting { entered, octets });
        Ok(false)
    }
}
