//! Who is connected.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::session::{Session, SessionId, Shared};

/// All open connections by id, and the accepted sessions by the name of their user.
#[derive(Debug, Default)]
pub(crate) struct Sessions(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    by_id: HashMap<SessionId, Arc<Shared>>,
    by_user: HashMap<Box<str>, Vec<Arc<Shared>>>,
}

impl Sessions {
    /// A connection was opened.
    pub(crate) fn open(&self, session: Arc<Shared>) {
        self.write().by_id.insert(session.id(), session);
    }

    /// A session was accepted, and its user is known.
    pub(crate) fn accept(&self, session: &Arc<Shared>) {
        let mut state = self.write();
        if let Some(user) = session.principal() {
            let sessions = state
                .by_user
                .entry(user.name().into())
                .or_insert_with(|| Vec::with_capacity(1));
            sessions.push(Arc::clone(session));
        }
    }

    /// A connection is gone.
    pub(crate) fn remove(&self, session: &Shared) {
        let mut state = self.write();
        state.by_id.remove(&session.id());
        let Some(user) = session.principal() else { return };
        if let Some(sessions) = state.by_user.get_mut(user.name()) {
            sessions.retain(|other| other.id() != session.id());
            if sessions.is_empty() {
                state.by_user.remove(user.name());
            }
        }
    }

    /// The ids of a user's sessions; a session without a user has no name to be found by.
    pub(crate) fn of_user(&self, user: &str, found: &mut Vec<SessionId>) {
        let state = self.read();
        if let Some(sessions) = state.by_user.get(user) {
            found.extend(sessions.iter().map(|session| session.id()));
        } else if let Some(session) = SessionId::parse(user).and_then(|id| state.by_id.get(&id))
            && session.principal().is_none()
        {
            found.push(session.id());
        }
    }

    pub(crate) fn all(&self) -> Vec<Arc<Shared>> {
        self.read().by_id.values().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.read().by_id.len()
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The users that are connected to this server (Spring's `SimpUserRegistry`). Sessions without a user are not in it.
///
/// Cheap to clone; everything it returns is a snapshot.
#[derive(Debug, Clone)]
pub struct SimpUserRegistry(Arc<Sessions>);

impl SimpUserRegistry {
    pub(crate) fn new(sessions: Arc<Sessions>) -> Self {
        Self(sessions)
    }

    /// The user of this name, if connected.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<SimpUser> {
        self.0
            .read()
            .by_user
            .get_key_value(name)
            .map(|(name, sessions)| SimpUser::new(name, sessions))
    }

    /// All connected users, in no particular order.
    #[must_use]
    pub fn users(&self) -> Vec<SimpUser> {
        self.0
            .read()
            .by_user
            .iter()
            .map(|(name, sessions)| SimpUser::new(name, sessions))
            .collect()
    }

    /// How many users are connected.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.0.read().by_user.len()
    }
}

/// A connected user.
#[derive(Debug, Clone)]
pub struct SimpUser {
    name: String,
    sessions: Vec<Session>,
}

impl SimpUser {
    fn new(name: &str, sessions: &[Arc<Shared>]) -> Self {
        Self {
            name: name.to_owned(),
            sessions: sessions
                .iter()
                .map(|session| Session::from(Arc::clone(session)))
                .collect(),
        }
    }

    /// The user's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The user's sessions, at least one.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }
}
