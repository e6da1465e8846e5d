//! Who is connected, as an application sees it.

use std::{fmt, sync::Arc};

use stomp_core::session::SubscriptionId;

use super::Sessions;
use crate::{
    Principal,
    session::{Session, SessionId, Shared},
};

/// The users that are connected to this server, their sessions and subscriptions (Spring's `SimpUserRegistry`).
/// Sessions without a user are not in it.
///
/// Cheap to clone. What it returns is as of the call: lists are snapshots, and a [`SimpUser`] or [`SimpSession`] that
/// is kept can be asked again.
///
/// ```
/// # use stomp_server::SimpUserRegistry;
/// fn readers(registry: &SimpUserRegistry, room: &str) -> Vec<String> {
///     let found = registry.find_subscriptions(|subscription| subscription.destination() == room);
///     found.iter().map(|found| found.session().user().name().to_owned()).collect()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct SimpUserRegistry(Arc<Sessions>);

impl SimpUserRegistry {
    pub(crate) fn new(sessions: Arc<Sessions>) -> Self {
        Self(sessions)
    }

    /// The user of this name, if connected. The name is the [one for destinations](Principal::destination_user_name).
    #[must_use]
    pub fn user(&self, name: &str) -> Option<SimpUser> {
        self.user_of(&*self.0.one_of_user(name)?)
    }

    /// All connected users, in no particular order.
    #[must_use]
    pub fn users(&self) -> Vec<SimpUser> {
        let sessions = self.0.one_of_each_user();
        sessions.iter().filter_map(|one| self.user_of(one)).collect()
    }

    /// How many users are connected.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.0.users()
    }

    /// The subscriptions of connected users that `matches` accepts, in no particular order. All subscriptions are
    /// looked at.
    #[must_use]
    pub fn find_subscriptions(&self, matches: impl Fn(&SimpSubscription) -> bool) -> Vec<SimpSubscription> {
        let sessions = self.0.of_all_users();
        let sessions = sessions.into_iter().filter_map(|shared| {
            let user = self.user_of(&shared)?;
            Some(SimpSession { user, shared })
        });
        sessions
            .flat_map(|session| session.subscriptions())
            .filter(|subscription| matches(subscription))
            .collect()
    }

    fn user_of(&self, session: &Shared) -> Option<SimpUser> {
        Some(SimpUser {
            principal: session.principal()?,
            registry: Arc::clone(&self.0),
        })
    }
}

/// A connected user (Spring's `SimpUser`). Two are equal when their names are.
#[derive(Clone)]
pub struct SimpUser {
    principal: Principal,
    registry: Arc<Sessions>,
}

impl SimpUser {
    /// The user's name in destinations and in the registry: what
    /// [`convert_and_send_to_user`](crate::SimpMessagingTemplate::convert_and_send_to_user) takes.
    #[must_use]
    pub fn name(&self) -> &str {
        self.principal.destination_user_name()
    }

    /// The user, as one of the sessions' authenticator said.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The sessions that the user has open now, in the order they were accepted; none when the user has left since.
    #[must_use]
    pub fn sessions(&self) -> Vec<SimpSession> {
        let sessions = self.registry.of_user(self.name());
        sessions
            .into_iter()
            .map(|shared| SimpSession {
                user: self.clone(),
                shared,
            })
            .collect()
    }

    /// The session with this id, if it is one of this user's and still open.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<SimpSession> {
        self.sessions().into_iter().find(|session| session.id() == id)
    }

    /// Is the user still connected?
    #[must_use]
    pub fn has_sessions(&self) -> bool {
        self.registry.one_of_user(self.name()).is_some()
    }
}

impl PartialEq for SimpUser {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for SimpUser {}

impl fmt::Debug for SimpUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpUser")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// A session of a connected user (Spring's `SimpSession`). Two are equal when their ids are.
#[derive(Clone)]
pub struct SimpSession {
    user: SimpUser,
    shared: Arc<Shared>,
}

impl SimpSession {
    /// The session's id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.shared.id()
    }

    /// The session's user.
    #[must_use]
    pub fn user(&self) -> &SimpUser {
        &self.user
    }

    /// The session itself, with its attributes and its own principal.
    #[must_use]
    pub fn session(&self) -> Session {
        Session::from(Arc::clone(&self.shared))
    }

    /// What the client is subscribed to now, whether the broker or a handler serves it; nothing when the session has
    /// ended.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<SimpSubscription> {
        let subscribed = self.shared.subscribed().all();
        subscribed
            .into_iter()
            .map(|live| SimpSubscription {
                id: live.id,
                session: self.clone(),
                destination: live.destination,
            })
            .collect()
    }
}

impl PartialEq for SimpSession {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for SimpSession {}

impl fmt::Debug for SimpSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpSession")
            .field("id", &self.id())
            .field("user", &self.user.name())
            .finish_non_exhaustive()
    }
}

/// A subscription of a connected user (Spring's `SimpSubscription`). Two are equal when their ids and sessions are.
#[derive(Clone)]
pub struct SimpSubscription {
    id: SubscriptionId,
    session: SimpSession,
    destination: Arc<str>,
}

impl SimpSubscription {
    /// The client's id for it. A client of STOMP 1.0 that gave none has the destination here.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// The session that subscribed.
    #[must_use]
    pub fn session(&self) -> &SimpSession {
        &self.session
    }

    /// The destination as the client wrote it: with the user prefix, and with wildcards where it is a pattern.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }
}

impl PartialEq for SimpSubscription {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.session == other.session
    }
}

impl Eq for SimpSubscription {}

impl fmt::Debug for SimpSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpSubscription")
            .field("id", &self.id)
            .field("session", &self.session.id())
            .field("destination", &self.destination)
            .finish()
    }
}
