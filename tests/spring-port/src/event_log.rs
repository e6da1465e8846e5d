//! The session events of one user, read and cleared with `GET /http/events?user=…`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stomp_server::{BrokerAvailabilityEvent, prelude::*};

/// What happened to whom. Cheap to clone: all clones hold one list.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventLog(Arc<Mutex<Vec<Seen>>>);

#[derive(Debug)]
struct Seen {
    user: String,
    what: String,
}

impl EventLog {
    /// Notes what happened to a session of `user`.
    pub(crate) fn add(&self, user: Option<&Principal>, what: impl Into<String>) {
        self.note(user.map_or("nobody", Principal::name), what.into());
    }

    /// Notes what happened to `user`, who may be no user.
    pub(crate) fn note(&self, user: &str, what: String) {
        self.seen().push(Seen {
            user: user.to_owned(),
            what,
        });
    }

    /// Takes what happened to `user`.
    #[must_use]
    pub(crate) fn take(&self, user: &str) -> Vec<String> {
        let mut seen = self.seen();
        seen.extract_if(.., |seen| seen.user == user)
            .map(|seen| seen.what)
            .collect()
    }

    /// Reads what happened to `user`: for what happens once, at the start.
    #[must_use]
    pub(crate) fn read(&self, user: &str) -> Vec<String> {
        let seen = self.seen();
        let of_user = seen.iter().filter(|seen| seen.user == user);
        of_user.map(|seen| seen.what.clone()).collect()
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[controller(manual)]
impl EventLog {
    #[event_listener]
    async fn connect(&self, event: &SessionConnectEvent) {
        let user = event.session().principal();
        let version = event.headers().get("accept-version").unwrap_or("null");
        self.add(user.as_ref(), format!("connect, version {version}"));
    }

    #[event_listener]
    async fn connected(&self, event: &SessionConnectedEvent) {
        let user = event.session().principal();
        let connect = !event.connect_headers().is_empty();
        self.add(
            user.as_ref(),
            format!("connected, with connect message {connect}"),
        );
    }

    #[event_listener]
    async fn subscribed(&self, event: &SessionSubscribeEvent) {
        let user = event.session().principal();
        self.add(
            user.as_ref(),
            format!("subscribe {} {}", event.subscription(), event.destination()),
        );
        assert_ne!(event.destination(), "/topic/listener-fails", "listener");
    }

    #[event_listener]
    async fn unsubscribed(&self, event: &SessionUnsubscribeEvent) {
        let user = event.session().principal();
        self.add(user.as_ref(), format!("unsubscribe {}", event.subscription()));
    }

    #[event_listener]
    async fn ended(&self, event: &SessionDisconnectEvent) {
        let user = event.session().principal();
        self.add(user.as_ref(), format!("disconnect {}", event.close_status()));
    }

    #[event_listener]
    async fn broker(&self, event: &BrokerAvailabilityEvent) {
        self.note("broker", format!("available {}", event.available));
    }
}
