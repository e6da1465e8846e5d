//! Who is connected, as the server keeps it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::session::{SessionId, Shared};

/// All open connections by id, and the accepted sessions by the name that their user's destinations have.
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
                .entry(user.destination_user_name().into())
                .or_insert_with(|| Vec::with_capacity(1));
            sessions.push(Arc::clone(session));
        }
    }

    /// A connection is gone.
    pub(crate) fn remove(&self, session: &Shared) {
        let mut state = self.write();
        state.by_id.remove(&session.id());
        let Some(user) = session.principal() else { return };
        let name = user.destination_user_name();
        if let Some(sessions) = state.by_user.get_mut(name) {
            sessions.retain(|other| other.id() != session.id());
            if sessions.is_empty() {
                state.by_user.remove(name);
            }
        }
    }

    /// The sessions that a message to `user` goes to. `origin` is the client's session that it comes from: its own id
    /// names it, whether it has a user or not, and of its own user's sessions it means itself alone. A session's id
    /// says nothing to others.
    pub(crate) fn addressed(&self, user: &str, origin: Option<SessionId>, found: &mut Vec<SessionId>) {
        if let Some(own) = origin.filter(|own| SessionId::parse(user) == Some(*own)) {
            return found.push(own);
        }
        let state = self.read();
        let Some(sessions) = state.by_user.get(user) else {
            return;
        };
        match origin.filter(|own| sessions.iter().any(|session| session.id() == *own)) {
            Some(own) => found.push(own),
            None => found.extend(sessions.iter().map(|session| session.id())),
        }
    }

    pub(crate) fn all(&self) -> Vec<Arc<Shared>> {
        self.read().by_id.values().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.read().by_id.len()
    }

    /// A user's sessions, in the order they came; none when nobody of this name is connected.
    pub(super) fn of_user(&self, user: &str) -> Vec<Arc<Shared>> {
        self.read().by_user.get(user).cloned().unwrap_or_default()
    }

    /// The user's session that came first.
    pub(super) fn one_of_user(&self, user: &str) -> Option<Arc<Shared>> {
        self.read().by_user.get(user)?.first().cloned()
    }

    /// One session of each user.
    pub(super) fn one_of_each_user(&self) -> Vec<Arc<Shared>> {
        self.read()
            .by_user
            .values()
            .filter_map(|sessions| sessions.first())
            .cloned()
            .collect()
    }

    /// All sessions that have a user.
    pub(super) fn of_all_users(&self) -> Vec<Arc<Shared>> {
        self.read().by_user.values().flatten().cloned().collect()
    }

    pub(super) fn users(&self) -> usize {
        self.read().by_user.len()
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
