//! One client's connection, from CONNECT to its end.

mod attributes;
mod id;

use std::sync::Arc;

use self::attributes::Attributes;
pub use self::id::SessionId;
use crate::Principal;

/// A connected client, as handlers and listeners see it: its id, its user and its attributes.
///
/// Cheap to clone; it may be kept for as long as one likes. After the session's end the attributes can still be read.
#[derive(Debug, Clone)]
pub struct Session(Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    id: SessionId,
    principal: Option<Principal>,
    attributes: Attributes,
}

impl Session {
    /// A session that belongs to no connection, for tests of handlers.
    #[must_use]
    pub fn detached(id: SessionId, principal: Option<Principal>) -> Self {
        Self(Arc::new(Shared {
            id,
            principal,
            attributes: Attributes::default(),
        }))
    }

    /// The session's id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.0.id
    }

    /// The user, if the session has one.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        self.0.principal.clone()
    }

    /// Keeps a value under its type, in place of an earlier one of that type.
    pub fn insert<T: Clone + Send + Sync + 'static>(&self, value: T) {
        self.0.attributes.insert(value);
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
    }

    /// A copy of the value kept under `name`, if it is a `T`.
    #[must_use]
    pub fn attribute<T: Clone + Send + Sync + 'static>(&self, name: &str) -> Option<T> {
        self.0.attributes.named(name)
    }
}
