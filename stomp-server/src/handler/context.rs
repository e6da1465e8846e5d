//! What extractors look at.

use std::{borrow::Cow, sync::Arc};

use stomp_core::destination::{Captures, Pattern, Separator};

use super::{
    properties::Properties,
    route::RouteMeta,
    services::{Context, Services},
};
use crate::{Message, Principal, Session, SimpMessagingTemplate, convert::Converters};

/// One message on its way to a handler: the message, its session, the values of the destination's variables, the
/// application's state.
///
/// Cheap to clone and owned, so that the call that uses it can be kept, moved or spawned. It is an argument that
/// handlers can take too.
#[derive(Debug, Clone)]
pub struct MessageContext {
    message: Arc<Message>,
    session: Session,
    services: Arc<Services>,
    bound: Bound,
}

/// What is known once a route was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bound {
    pub(crate) route: Option<&'static RouteMeta>,
    /// Where the destination without the application prefix begins.
    pub(crate) path_start: usize,
    /// Knows the names of the variables.
    pub(crate) pattern: Option<Arc<Pattern>>,
    pub(crate) captures: Captures,
}

impl MessageContext {
    pub(crate) fn new(message: Arc<Message>, session: Session, services: Arc<Services>) -> Self {
        Self {
            message,
            session,
            services,
            bound: Bound::default(),
        }
    }

    /// The context of a message that came over no connection, for tests of extractors. [`Properties`] in `context` are
    /// its properties.
    #[must_use]
    pub fn detached(message: Message, session: Session, context: Context) -> Self {
        let template = SimpMessagingTemplate::detached();
        let services = Services::new(context, Converters::new(), template);
        Self::new(Arc::new(message), session, Arc::new(services))
    }

    /// The same as if the message's destination, whole, had been found by `pattern`: with its variables. `None` if the
    /// pattern does not match it, or is none.
    #[must_use]
    pub fn matched(self, pattern: &str) -> Option<Self> {
        let pattern = Pattern::parse_mapping(pattern, Separator::Slash).ok()?;
        let captures = pattern.captures(&self.message.destination)?;
        Some(self.bind(Bound {
            pattern: Some(Arc::new(pattern)),
            captures,
            ..Bound::default()
        }))
    }

    pub(crate) fn bind(mut self, bound: Bound) -> Self {
        self.bound = bound;
        self
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &Arc<Message> {
        &self.message
    }

    /// The session that sent it.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The user that the session belongs to.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        self.session.principal()
    }

    /// The first value of a header of the message.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.message.header(name)
    }

    /// The text of a destination variable. `name` is in snake case, whatever the pattern's spelling.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        let pattern = self.bound.pattern.as_ref()?;
        let index = pattern.variables().position(|known| known == name)?;
        self.path().get(self.bound.captures.get(index)?)
    }

    /// The destination without the application prefix: what the pattern was matched against. Spring's
    /// `lookupDestination`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.message
            .destination
            .get(self.bound.path_start..)
            .unwrap_or_default()
    }

    /// The client's name for the subscription that this message asks for; only a SUBSCRIBE has one.
    #[must_use]
    pub fn subscription(&self) -> Option<&str> {
        match self.message.kind {
            crate::MessageKind::Send => None,
            crate::MessageKind::Subscribe => self.header("id"),
        }
    }

    /// The application's value of type `T`.
    #[must_use]
    pub fn state<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.services.context().get()
    }

    /// The template, for sending from within an extractor. All who send with this one share its order; as an argument of
    /// a handler it has its session's.
    #[must_use]
    pub fn template(&self) -> &SimpMessagingTemplate {
        self.services.template()
    }

    /// What the application was configured with by name.
    #[must_use]
    pub fn properties(&self) -> &Properties {
        self.services.properties()
    }

    /// The text of a header argument with its `${…}` put in.
    pub(crate) fn resolved(&self, text: &'static str) -> Cow<'_, str> {
        self.services.resolved(text)
    }

    /// What converts bodies.
    #[must_use]
    pub fn converters(&self) -> &Converters {
        self.services.converters()
    }

    /// The route that was found for the message.
    #[must_use]
    pub fn route(&self) -> Option<&'static RouteMeta> {
        self.bound.route
    }

    pub(crate) fn context(&self) -> &Context {
        self.services.context()
    }
}
