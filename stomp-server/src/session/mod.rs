//! One client's connection, from CONNECT to its end.
//!
//! | file | holds |
//! |---|---|
//! | `connection` | the task of one connection: reads, decodes, handles in order, writes |
//! | `requests`, `busy`, `settling` | what it does with each request, what it waits for, and how that ends |
//! | `refusal`, `watch` | what an error handler decides, and what interceptors are told |
//! | `ending` | how it ends: asked to, overdue, failed, or left |
//! | `work` | what a handler's message needs: the call, replies, exceptions |
//! | `inbox`, `outbox` | what waits on either side, both bounded |
//! | `unsent` | what is being written |
//! | `wheel` | deadlines of all sessions |
//! | `attributes`, `id` | what an application sees of a session |

mod attributes;
mod busy;
mod connection;
mod ending;
mod id;
mod inbox;
mod outbox;
mod refusal;
mod requests;
mod settling;
#[cfg(test)]
mod tests;
mod tickets;
mod unsent;
mod watch;
mod wheel;
mod work;

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    task::Wake,
};

use stomp_core::CloseReason;

pub use self::id::SessionId;
pub(crate) use self::{
    attributes::Attributes,
    connection::Connection,
    outbox::{Command, Frame, Outbox, Pushed},
    wheel::Wheel,
};
use crate::{Principal, activity::Survey, broker::Lane, user::Subscribed};

/// A connected client, as handlers and listeners see it: its id, its user and its attributes.
///
/// Cheap to clone; it may be kept for as long as one likes.
///
/// The attributes are the session's own state (Spring's session attributes, and its `websocket` scope). They live until
/// the session's listeners have been told of its end, and are dropped then, whoever still holds a `Session`: a value that
/// implements [`Drop`] learns of the end that way (Spring's destruction callback). What is kept later is dropped at once.
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicU32, Ordering}};
/// use stomp_server::prelude::*;
///
/// #[derive(Default)]
/// struct Visits(AtomicU32);
///
/// impl Drop for Visits {
///     fn drop(&mut self) {
///         println!("gone after {} visits", self.0.get_mut());
///     }
/// }
///
/// #[message_mapping("/visit")]
/// async fn visit(session: Session) -> u32 {
///     let visits = session.get_or_insert_with(Arc::<Visits>::default);
///     visits.0.fetch_add(1, Ordering::Relaxed) + 1
/// }
/// # assert!(StompServer::builder().scope(module_path!()).build().is_ok());
/// ```
#[derive(Debug, Clone)]
pub struct Session(Arc<Shared>);

/// What others may touch of a session while its task runs.
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

impl Session {
    /// A session that belongs to no connection, for tests of handlers.
    #[must_use]
    pub fn detached(id: SessionId, principal: Option<Principal>) -> Self {
        let shared = Shared::new(id, 0);
        shared.set_principal(principal);
        Self(Arc::new(shared))
    }

    /// The session's id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.0.id
    }

    /// The user, if the session has one.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        self.0.principal()
    }

    /// Keeps a value under its type, in place of an earlier one of that type.
    pub fn insert<T: Clone + Send + Sync + 'static>(&self, value: T) {
        self.0.attributes.insert(value);
        self.0.forget_if_completed();
    }

    /// A copy of the value kept under type `T`; made now if there is none. Where two calls make one at a time, for
    /// example in `concurrent` handlers, both get the same and the other is dropped. Keep an `Arc` to share one value.
    pub fn get_or_insert_with<T: Clone + Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> T {
        if let Some(kept) = self.get() {
            return kept;
        }
        let kept = self.0.attributes.insert_if_absent(make());
        self.0.forget_if_completed();
        kept
    }

    /// A copy of the value kept under type `T`.
    #[must_use]
    pub fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        self.0.attributes.get()
    }

    /// Takes the value kept under type `T` away.
    pub fn remove<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        self.0.attributes.remove()
    }

    /// Keeps a value under a name, as Spring's `sessionAttributes.put(name, value)` does.
    pub fn set_attribute<T: Clone + Send + Sync + 'static>(&self, name: &str, value: T) {
        self.0.attributes.set_named(name, value);
        self.0.forget_if_completed();
    }

    /// Takes the value kept under `name` away; says whether there was one.
    pub fn remove_attribute(&self, name: &str) -> bool {
        self.0.attributes.remove_named(name)
    }

    /// The names that values are kept under, in alphabetical order; those kept under their type have none.
    #[must_use]
    pub fn attribute_names(&self) -> Vec<String> {
        self.0.attributes.names()
    }

    /// A copy of the value kept under `name`, if it is a `T`.
    #[must_use]
    pub fn attribute<T: Clone + Send + Sync + 'static>(&self, name: &str) -> Option<T> {
        self.0.attributes.named(name)
    }

    /// Ends the session: what is on its way to the client is written first.
    pub fn close(&self) {
        self.0.outbox.command(Command::Close(CloseReason::Closed));
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0
    }
}

impl From<Arc<Shared>> for Session {
    fn from(shared: Arc<Shared>) -> Self {
        Self(shared)
    }
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

    /// The session is over and everybody was told: drops its attributes.
    pub(crate) fn complete_attributes(&self) {
        self.completed.store(true, Ordering::SeqCst);
        self.attributes.clear();
    }

    /// What was kept too late is dropped at once.
    fn forget_if_completed(&self) {
        if self.completed.load(Ordering::SeqCst) {
            self.attributes.clear();
        }
    }

    /// What the client is subscribed to.
    pub(crate) fn subscribed(&self) -> &Subscribed {
        &self.subscribed
    }

    /// The lane of what the session's handlers send with a template.
    pub(crate) fn lane(&self, new: impl FnOnce() -> Option<Arc<Lane>>) -> Option<Arc<Lane>> {
        if let Some(lane) = self.lane.get() {
            return Some(Arc::clone(lane));
        }
        let lane = new()?;
        Some(Arc::clone(self.lane.get_or_init(|| lane)))
    }

    /// Waits until what the session's handlers have sent with a template has arrived: what follows of this session
    /// must not overtake it.
    pub(crate) async fn lane_idle(&self) {
        if let Some(lane) = self.lane.get() {
            lane.idle().await;
        }
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
