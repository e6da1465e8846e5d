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
//! | `shared` | what others may touch of a session |
//! | `attributes`, `id` | what an application sees of a session, beside [`Session`] itself |

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
mod shared;
#[cfg(test)]
mod tests;
mod tickets;
mod unsent;
mod watch;
mod wheel;
mod work;

use std::sync::Arc;

use stomp_core::CloseReason;

pub use self::id::SessionId;
pub(crate) use self::{
    attributes::Attributes,
    connection::Connection,
    outbox::{Command, Frame, Outbox, Pushed},
    shared::Shared,
    wheel::Wheel,
};
use crate::Principal;

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
        self.0.id()
    }

    /// The user, if the session has one.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        self.0.principal()
    }

    /// Keeps a value under its type, in place of an earlier one of that type.
    pub fn insert<T: Clone + Send + Sync + 'static>(&self, value: T) {
        self.0.attributes().insert(value);
        self.0.forget_if_completed();
    }

    /// A copy of the value kept under type `T`; made now if there is none. Where two calls make one at a time, for
    /// example in `concurrent` handlers, both get the same and the other is dropped. Keep an `Arc` to share one value.
    pub fn get_or_insert_with<T: Clone + Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> T {
        if let Some(kept) = self.get() {
            return kept;
        }
        let kept = self.0.attributes().insert_if_absent(make());
        self.0.forget_if_completed();
        kept
    }

    /// A copy of the value kept under type `T`.
    #[must_use]
    pub fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        self.0.attributes().get()
    }

    /// Takes the value kept under type `T` away.
    pub fn remove<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        self.0.attributes().remove()
    }

    /// Keeps a value under a name, as Spring's `sessionAttributes.put(name, value)` does.
    pub fn set_attribute<T: Clone + Send + Sync + 'static>(&self, name: &str, value: T) {
        self.0.attributes().set_named(name, value);
        self.0.forget_if_completed();
    }

    /// Takes the value kept under `name` away; says whether there was one.
    pub fn remove_attribute(&self, name: &str) -> bool {
        self.0.attributes().remove_named(name)
    }

    /// The names that values are kept under, in alphabetical order; those kept under their type have none.
    #[must_use]
    pub fn attribute_names(&self) -> Vec<String> {
        self.0.attributes().names()
    }

    /// A copy of the value kept under `name`, if it is a `T`.
    #[must_use]
    pub fn attribute<T: Clone + Send + Sync + 'static>(&self, name: &str) -> Option<T> {
        self.0.attributes().named(name)
    }

    /// Ends the session: what is on its way to the client is written first.
    pub fn close(&self) {
        self.0.outbox().command(Command::Close(CloseReason::Closed));
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
