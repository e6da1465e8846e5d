//! What others may touch of a session while its task runs.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    task::Wake,
};

use super::{Attributes, Outbox, SessionId};
use crate::{Principal, activity::Survey, broker::Lane, user::Subscribed};

/// The part of a session that its task shares with handlers, the broker and the wheel.
#[derive(Debug)]
pub(crate) struct Shared {
    id: SessionId,
    principal: Mutex<Option<Principal>>,
    attributes: Attributes,
    subscribed: Subscribed,
    outbox: Outbox,
    /// Completions that the session waits for before it handles its next frame.
    completions: AtomicU32,
    /// It does so just now, and must be called when the last one comes.
    waiting: AtomicBool,
    /// Its listeners have been told of its end: attributes are not kept any more.
    completed: AtomicBool,
    /// The wheel has come round to the session's deadline.
    deadline_passed: AtomicBool,
    /// The transport has something to read, or has not been asked since it had.
    readable: AtomicBool,
    /// A stream that a handler answered with has something to say.
    due: AtomicBool,
    /// The order of what its handlers send with a template, once one has.
    lane: OnceLock<Arc<Lane>>,
    /// Odd while the session's task has something to do beside writing; only that task changes it.
    stirred: AtomicU64,
}

impl Shared {
    pub(crate) fn new(id: SessionId, outbox_limit: usize) -> Self {
        Self {
            id,
            principal: Mutex::default(),
            attributes: Attributes::default(),
            subscribed: Subscribed::default(),
            outbox: Outbox::new(outbox_limit),
            completions: AtomicU32::new(0),
            waiting: AtomicBool::new(false),
            completed: AtomicBool::new(false),
            deadline_passed: AtomicBool::new(false),
            readable: AtomicBool::new(true),
            due: AtomicBool::new(false),
            lane: OnceLock::new(),
            stirred: AtomicU64::new(1),
        }
    }

    /// The same session with what the handshake left to it.
    pub(crate) fn with_attributes(mut self, attributes: Attributes) -> Self {
        self.attributes = attributes;
        self
    }

    pub(crate) fn id(&self) -> SessionId {
        self.id
    }

    pub(crate) fn principal(&self) -> Option<Principal> {
        self.principal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set_principal(&self, principal: Option<Principal>) {
        *self.principal.lock().unwrap_or_else(PoisonError::into_inner) = principal;
    }

    /// What the application keeps with the session.
    pub(super) fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The session is over and everybody was told: drops its attributes.
    pub(crate) fn complete_attributes(&self) {
        self.completed.store(true, Ordering::SeqCst);
        self.attributes.clear();
    }

    /// What was kept too late is dropped at once.
    pub(super) fn forget_if_completed(&self) {
        if self.completed.load(Ordering::SeqCst) {
            self.attributes.clear();
        }
    }

    /// What the client is subscribed to.
    pub(crate) fn subscribed(&self) -> &Subscribed {
        &self.subscribed
    }

    /// The lane of what the session publishes without waiting: what its handlers send with a template, several answers
    /// of one.
    pub(crate) fn lane(&self, new: impl FnOnce() -> Option<Arc<Lane>>) -> Option<Arc<Lane>> {
        if let Some(lane) = self.lane.get() {
            return Some(Arc::clone(lane));
        }
        let lane = new()?;
        Some(Arc::clone(self.lane.get_or_init(|| lane)))
    }

    /// The same, if something is on its way in it: what the session publishes next must not overtake that.
    pub(crate) fn busy_lane(&self) -> Option<&Arc<Lane>> {
        self.lane.get().filter(|lane| lane.is_busy())
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The session waits for one completion more.
    pub(crate) fn expect_completion(&self) {
        self.completions.fetch_add(1, Ordering::SeqCst);
    }

    /// A completion has come; the last one calls the session, if it waits.
    pub(crate) fn complete(&self) {
        if self.completions.fetch_sub(1, Ordering::SeqCst) == 1 && self.waiting.swap(false, Ordering::SeqCst)
        {
            self.outbox.call();
        }
    }

    /// Must the session wait for completions? If so, the last one calls it.
    pub(crate) fn awaits_completion(&self) -> bool {
        let outstanding = || self.completions.load(Ordering::SeqCst) > 0;
        outstanding() && {
            self.waiting.store(true, Ordering::SeqCst);
            outstanding()
        }
    }

    pub(crate) fn deadline_passed(&self) {
        self.deadline_passed.store(true, Ordering::Release);
        self.outbox.call();
    }

    /// Has the transport called since it was asked for input?
    pub(crate) fn is_readable(&self) -> bool {
        self.readable.load(Ordering::Relaxed)
    }

    /// Should the transport be asked for input? It is asked once for each time that it calls.
    pub(crate) fn take_readable(&self) -> bool {
        self.readable.load(Ordering::Relaxed) && self.readable.swap(false, Ordering::AcqRel)
    }

    /// The transport was not asked to the end.
    pub(crate) fn keep_readable(&self) {
        self.readable.store(true, Ordering::Release);
    }

    /// The session's task has something to do that is not writing. It calls this and [`rest`](Self::rest) by turns,
    /// and nobody else does.
    pub(crate) fn stir(&self) {
        let stirred = self.stirred.load(Ordering::Relaxed);
        self.stirred.store(stirred.wrapping_add(1), Ordering::Release);
    }

    /// Everything that was received is done.
    pub(crate) fn rest(&self) {
        self.stir();
    }

    /// A stream has called.
    pub(crate) fn stream_is_due(&self) {
        self.due.store(true, Ordering::Release);
    }

    /// All streams are asked.
    pub(crate) fn streams_are_asked(&self) {
        self.due.store(false, Ordering::Release);
    }

    /// Notes whether anything of this session is under way. Whoever is woken calls [`stir`](Self::stir) before the reason
    /// cannot be seen any more, so that is read last.
    pub(crate) fn survey(&self, survey: &mut Survey) {
        let called = self.outbox.survey(survey);
        let due = self.due.load(Ordering::Acquire);
        let stirred = self.stirred.load(Ordering::Acquire);
        survey.note(called || due || stirred & 1 == 1, stirred);
    }

    pub(crate) fn take_deadline_passed(&self) -> bool {
        self.deadline_passed.load(Ordering::Relaxed) && self.deadline_passed.swap(false, Ordering::AcqRel)
    }
}

/// What a transport wakes when it has something to read. A session is woken far more often to write: it asks the
/// transport for input only when this was it.
impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.keep_readable();
        self.outbox.call();
    }
}
