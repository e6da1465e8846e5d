//! Where answers go.

use std::fmt;

use stomp_core::destination::Template;

use super::{
    context::MessageContext,
    error::HandlerError,
    grammar::{Notation, Unreadable},
    route::Target,
};
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

/// One target.
#[derive(Debug)]
pub(crate) enum Place {
    Destination(Template),
    DefaultDestination,
    User { path: Template, broadcast: bool },
    DefaultUser { broadcast: bool },
}

impl Targets {
    /// Errors name the target that cannot be read.
    pub(crate) fn parse(targets: &[Target], notation: Notation<'_>) -> Result<Self, Unreadable> {
        let places = targets.iter().map(|target| {
            Ok(match *target {
                Target::Destination(text) => Place::Destination(notation.target(text)?),
                Target::DefaultDestination => Place::DefaultDestination,
                Target::User { path, broadcast } => Place::User {
                    path: notation.target(path)?,
                    broadcast,
                },
                Target::DefaultUser { broadcast } => Place::DefaultUser { broadcast },
            })
        });
        places.collect::<Result<_, _>>().map(Self)
    }

    /// Each target, for people.
    pub(crate) fn shown(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(ToString::to_string)
    }

    /// The destinations and the users' paths, each with its variables.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.0.iter().filter_map(|place| match place {
            Place::Destination(template) | Place::User { path: template, .. } => Some(template),
            Place::DefaultDestination | Place::DefaultUser { .. } => None,
        })
    }

    /// The destinations, with their variables.
    pub(crate) fn places(&self) -> &[Place] {
        &self.0
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

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = |broadcast: bool| if broadcast { "" } else { " (own session)" };
        match self {
            Self::Destination(destination) => f.write_str(&braced(destination)),
            Self::DefaultDestination => f.write_str("/topic + destination"),
            Self::User { path, broadcast } => {
                write!(f, "the user's {}{}", braced(path), session(*broadcast))
            }
            Self::DefaultUser { broadcast } => {
                write!(f, "the user's /queue + destination{}", session(*broadcast))
            }
        }
    }
}

/// In the spelling of mappings: `<room>` is `{room}`. A sound template has such brackets around variables only.
fn braced(template: &Template) -> String {
    template.as_str().replace('<', "{").replace('>', "}")
}

/// A missing slash is completed, as in Spring: the path stands behind the user prefix.
fn user(mut path: String, broadcast: bool, cx: &MessageContext) -> ReplyTarget {
    if !path.starts_with('/') {
        path.insert(0, '/');
    }
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
