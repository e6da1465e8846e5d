//! Telling listeners: of what happens to sessions, and of the application's own events.

use std::{
    any::TypeId,
    fmt,
    sync::{Arc, OnceLock, Weak},
};

use futures_core::future::BoxFuture;

use super::{assemble::Handlers, error::ErrorChain, listener::Event};
use crate::{ApplicationEvent, SessionId};

/// Publishes the application's own events to its `#[event_listener]`s (Spring's class of that name). An argument of
/// handlers and listeners, a field of components, and what
/// [`StompServer::event_publisher`](crate::StompServer::event_publisher) gives to everybody else. Cheap to clone.
///
/// ```
/// use stomp_server::{ApplicationEvent, ApplicationEventPublisher, prelude::*};
///
/// struct RoomOpened(String);
///
/// impl ApplicationEvent for RoomOpened {}
///
/// #[message_mapping("/open/<room>")]
/// async fn open(room: String, events: ApplicationEventPublisher) {
///     events.publish_event(RoomOpened(room)).await;
/// }
///
/// #[event_listener]
/// async fn announce(opened: &RoomOpened, template: SimpMessagingTemplate) -> Result<(), SendError> {
///     template.convert_and_send("/topic/rooms", &opened.0)
/// }
///
/// assert!(StompServer::builder().scope(module_path!()).build().is_ok());
/// ```
#[derive(Clone, Default)]
pub struct ApplicationEventPublisher(Arc<OnceLock<Weak<Handlers>>>);

impl ApplicationEventPublisher {
    /// A publisher that reaches nobody, for tests of handlers.
    #[must_use]
    pub fn detached() -> Self {
        Self::default()
    }

    /// From now on it reaches these listeners, for as long as their server is there.
    pub(crate) fn lead_to(&self, handlers: &Arc<Handlers>) {
        // It is led somewhere once, by the builder that made it.
        let _ = self.0.set(Arc::downgrade(handlers));
    }

    /// Tells all listeners for `E`, one after the other in the order of the source, and returns when they are done. The
    /// failure or panic of one is logged, and the next is told all the same; the publisher does not learn of it. Events
    /// that are awaited one after the other are heard in that order. Nobody listening is not an error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops where it is: the listeners behind that are not told.
    pub async fn publish_event<E: ApplicationEvent>(&self, event: E) {
        let Some(handlers) = self.0.get().and_then(Weak::upgrade) else {
            return;
        };
        if let Some(telling) = tell(&handlers, None, || event) {
            telling.await;
        }
    }
}

impl fmt::Debug for ApplicationEventPublisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplicationEventPublisher")
            .finish_non_exhaustive()
    }
}

/// Tells all listeners of an event, one after the other; a failure of one does not keep it from the next. `None` when
/// there are none, and then the event is not made.
pub(crate) fn tell<E: ApplicationEvent>(
    handlers: &Arc<Handlers>,
    session: Option<SessionId>,
    event: impl FnOnce() -> E,
) -> Option<BoxFuture<'static, ()>> {
    let heard = TypeId::of::<E>();
    if handlers.listeners(heard).is_empty() {
        return None;
    }
    let handlers = Arc::clone(handlers);
    let event: Event = Arc::new(event());
    Some(Box::pin(async move {
        for listener in handlers.listeners(heard) {
            if let Err(error) = listener.call(Arc::clone(&event)).await {
                tracing::error!(
                    session = session.map(tracing::field::display),
                    listener = listener.meta.name,
                    error = %ErrorChain(&error),
                    "an event listener failed"
                );
            }
        }
    }))
}
