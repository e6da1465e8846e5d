//! `VisitCounter.java`

use std::sync::{Arc, Mutex, PoisonError};

use stomp_server::prelude::*;

use crate::event_log::EventLog;

/// One per STOMP session: an attribute of it, made when it is first asked for and dropped with the session.
#[derive(Debug)]
pub(crate) struct VisitCounter {
    events: EventLog,
    visits: Mutex<Visits>,
}

#[derive(Debug, Default)]
struct Visits {
    user: Option<Principal>,
    count: u32,
}

impl VisitCounter {
    /// The session's own. The frames of a session come one after the other, so nobody else makes one meanwhile.
    pub(crate) fn of(session: &Session, events: &EventLog) -> Arc<Self> {
        session.get().unwrap_or_else(|| {
            let counter = Arc::new(Self {
                events: events.clone(),
                visits: Mutex::default(),
            });
            session.insert(Arc::clone(&counter));
            counter
        })
    }

    pub(crate) fn next(&self, user: Option<Principal>) -> u32 {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.user = user;
        visits.count += 1;
        visits.count
    }
}

/// `@PreDestroy`
impl Drop for VisitCounter {
    fn drop(&mut self) {
        let visits = self.visits.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.events.add(
            visits.user.as_ref(),
            format!("gone after {} visits", visits.count),
        );
    }
}
