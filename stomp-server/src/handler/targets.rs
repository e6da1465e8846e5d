//! Where answers go.

use stomp_core::destination::{Separator, Template};

use super::{context::MessageContext, error::HandlerError, route::Target};
use crate::MessageKind;

/// A place that an answer goes to, with all variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReplyTarget {
    /// A destination, through the broker channel.
    Broker(String),
    /// A destination of the session's user.
    User {
        /// Without the user prefix.
        path: String,
        /// To all sessions of the user. Never set for a session without user: only its own session is meant then.
        broadcast: bool,
    },
    /// The subscription that a SUBSCRIBE asks for, past the broker.
    Subscriber,
}

/// The targets of a handler, ready to be filled in.
#[derive(Debug, Default)]
pub(crate) struct Targets(Vec<Place>);

#[derive(Debug)]
enum Place {
    Destination(Template),
    DefaultDestination,
    User { path: Template, broadcast: bool },
    DefaultUser { broadcast: bool },
}

impl Targets {
    /// Errors name the target that cannot be parsed. The macros have parsed them before, so only hand-written routes
    /// can fail.
    pub(crate) fn parse(targets: &[Target], separator: Separator) -> Result<Self, String> {
        let template = |text: &str| {
            Template::parse(text, separator)
                .map_err(|error| format!("the reply destination `{text}`: {error}"))
        };
        let places = targets.iter().map(|target| {
            Ok(match *target {
                Target::Destination(text) => Place::Destination(template(text)?),
                Target::DefaultDestination => Place::DefaultDestination,
                Target::User { path, broadcast } => Place::User {
                    path: template(path)?,
                    broadcast,
                },
                Target::DefaultUser { broadcast } => Place::DefaultUser { broadcast },
            })
        });
        places.collect::<Result<_, String>>().map(Self)
    }

    /// The targets of an answer to `cx`'s message. Without any: a SEND is answered to its default destination, a
    /// SUBSCRIBE to the subscriber.
    pub(crate) fn resolve(&self, cx: &MessageContext) -> Result<Vec<ReplyTarget>, HandlerError> {
        if self.0.is_empty() && cx.message().kind == MessageKind::Subscribe {
            return Ok(vec![ReplyTarget::Subscriber]);
        }
        self.resolve_broadcast(cx)
    }

    /// The same, but a failed SUBSCRIBE is not answered to its subscription: Spring's rule for exception handlers.
    pub(crate) fn resolve_broadcast(&self, cx: &MessageContext) -> Result<Vec<ReplyTarget>, HandlerError> {
        if self.0.is_empty() {
            return Ok(vec![ReplyTarget::Broker(default_destination("/topic", cx))]);
        }
        self.0.iter().map(|place| place.resolve(cx)).collect()
    }
}

impl Place {
    fn resolve(&self, cx: &MessageContext) -> Result<ReplyTarget, HandlerError> {
        Ok(match self {
            Self::Destination(template) => ReplyTarget::Broker(fill(template, cx)?),
            Self::DefaultDestination => ReplyTarget::Broker(default_destination("/topic", cx)),
            Self::User { path, broadcast } => user(fill(path, cx)?, *broadcast, cx),
            Self::DefaultUser { broadcast } => user(default_destination("/queue", cx), *broadcast, cx),
        })
    }
}

fn user(path: String, broadcast: bool, cx: &MessageContext) -> ReplyTarget {
    ReplyTarget::User {
        path,
        broadcast: broadcast && cx.principal().is_some(),
    }
}

/// The values come from clients: they are put in once, and one that could break a header line apart is refused.
fn fill(template: &Template, cx: &MessageContext) -> Result<String, HandlerError> {
    template
        .expand(|name| cx.variable(name))
        .map_err(HandlerError::reply)
}

fn default_destination(prefix: &str, cx: &MessageContext) -> String {
    let path = cx.path();
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{prefix}{slash}{path}")
}
