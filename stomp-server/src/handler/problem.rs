//! Mistakes of the developer, found while the application is built.

use std::fmt;

use super::{properties::PropertyError, route::Location};
use crate::MessageKind;

/// One thing that keeps the application from being built, with the place in the source and the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildProblem {
    /// A handler or component needs a value that nobody registered.
    MissingState {
        /// The Rust type.
        type_name: &'static str,
        /// Who needs it.
        needed_by: Vec<Place>,
    },
    /// Two handlers have the same pattern.
    Duplicate {
        /// SEND or SUBSCRIBE.
        kind: MessageKind,
        /// The pattern.
        pattern: String,
        /// The handlers.
        handlers: [Place; 2],
    },
    /// Two handlers would match the same destinations and neither is more specific.
    Ambiguous {
        /// SEND or SUBSCRIBE.
        kind: MessageKind,
        /// The patterns, in the order of the handlers.
        patterns: [String; 2],
        /// The handlers.
        handlers: [Place; 2],
    },
    /// Each of three patterns beats another of them, so that no order decides.
    Cycle {
        /// The patterns; each is more specific than the next, the last than the first.
        patterns: [String; 3],
        /// The handlers.
        handlers: [Place; 3],
    },
    /// No message ever reaches this handler: another matches all that it matches, and wins.
    Unreachable {
        /// Its pattern.
        pattern: String,
        /// The handler.
        handler: Place,
        /// The pattern that wins.
        beaten_by: String,
        /// Its handler.
        winner: Place,
    },
    /// A pattern or target cannot be read. The attributes refuse most such; they do not know the separator and the
    /// properties of the application.
    Malformed {
        /// What is wrong.
        reason: String,
        /// The handler.
        handler: Place,
    },
    /// A mapping or target has a `${…}` without a value.
    UnresolvedProperty {
        /// The mapping or target, as written.
        text: String,
        /// What is missing.
        error: PropertyError,
        /// The handler.
        handler: Place,
    },
    /// Two exception handlers of one controller, or two free ones, are for the same type.
    DuplicateExceptionHandler {
        /// The error type, as written.
        error: &'static str,
        /// The handlers.
        handlers: [Place; 2],
    },
    /// A handler answers to a destination that is neither the broker's nor a user's: no answer would get there.
    Unserved {
        /// Where it answers to.
        destination: String,
        /// It was not named, but follows from the handler's own destination.
        default: bool,
        /// What the broker serves.
        prefixes: Vec<String>,
        /// The handler.
        handler: Place,
    },
    /// The default of a header cannot be read as the type of the argument.
    HeaderDefault {
        /// The default, placeholders filled in.
        default: String,
        /// The argument.
        argument: &'static str,
        /// Why, if that can be said.
        reason: Option<&'static str>,
        /// The handler, or the controller it belongs to.
        handler: Place,
    },
}

/// A handler and where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The function.
    pub name: &'static str,
    /// Where it was written.
    pub location: Location,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.name, self.location)
    }
}

impl fmt::Display for BuildProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingState { type_name, needed_by } => {
                write!(
                    f,
                    "no value of type `{type_name}` was registered with `manage`; needed by {} (`manage` takes the \
                     value itself; one that is in an `Arc` already goes to `provide`, and the type of one that the \
                     application makes of others to `component`, before those that need it)",
                    listed(needed_by)
                )
            }
            Self::Duplicate {
                kind,
                pattern,
                handlers: [first, second],
            } => write!(
                f,
                "{} `{pattern}` is mapped twice: to {first} and to {second}; remove one or change its destination",
                attribute(*kind)
            ),
            Self::Ambiguous {
                kind,
                patterns: [p, q],
                handlers: [first, second],
            } => write!(
                f,
                "{} some destinations match both `{p}` of {first} and `{q}` of {second}, and neither pattern is more \
                 specific; make one of them longer or fixed where the other has a variable",
                attribute(*kind)
            ),
            Self::Cycle {
                patterns: [p, q, r],
                handlers: [first, second, third],
            } => write!(
                f,
                "`{p}` of {first} is more specific than `{q}` of {second}, that than `{r}` of {third}, and that than \
                 the first again, so a message that matches all three has no handler; change one of them"
            ),
            Self::Unreachable {
                pattern,
                handler,
                beaten_by,
                winner,
            } => write!(
                f,
                "nothing ever reaches {handler}: whatever matches `{pattern}` goes to `{beaten_by}` of {winner}; \
                 remove one or change its destination"
            ),
            Self::Malformed { reason, handler } => write!(f, "{handler}: {reason}"),
            Self::UnresolvedProperty { text, error, handler } => write!(f, "{handler}: `{text}`: {error}"),
            Self::DuplicateExceptionHandler {
                error,
                handlers: [first, second],
            } => write!(
                f,
                "`{error}` is handled twice: by {first} and by {second}; remove one of the two"
            ),
            Self::Unserved {
                destination,
                default,
                prefixes,
                handler,
            } => {
                let (which, cure) = if *default {
                    (" by default", "name another with `#[send_to(\"…\")]`")
                } else {
                    ("", "change it")
                };
                write!(
                    f,
                    "{handler} answers to `{destination}`{which}, which the broker does not serve ({}); {cure}, or add \
                     its prefix to `enable_simple_broker`",
                    prefixes.join(", ")
                )
            }
            Self::HeaderDefault {
                default,
                argument,
                reason,
                handler,
            } => write!(
                f,
                "the default \"{default}\" of argument `{argument}` of {handler} is not of the argument's type{}{}",
                if reason.is_some() { ": " } else { "" },
                reason.unwrap_or_default()
            ),
        }
    }
}

fn listed(places: &[Place]) -> String {
    let places: Vec<_> = places.iter().map(ToString::to_string).collect();
    places.join(", ")
}

fn attribute(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Send => "`#[message_mapping]`:",
        MessageKind::Subscribe => "`#[subscribe_mapping]`:",
    }
}
