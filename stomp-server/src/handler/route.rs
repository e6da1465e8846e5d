//! What the macros write down about a handler: plain constants, readable as data.

use std::{fmt, sync::Arc};

use futures_core::future::BoxFuture;

use super::{call::Called, context::MessageContext, services::Requirements};
use crate::MessageKind;

/// Everything known about a mapped function before the application is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteMeta {
    /// `Chat::post`, or `ping` for a free function.
    pub name: &'static str,
    /// SEND or SUBSCRIBE.
    pub kind: MessageKind,
    /// The patterns, prefix of the controller included, variables in the spelling `{name}`, as far as the compiler knows
    /// them: without the application's separator and properties. [`RouteInfo`](crate::RouteInfo) has the real ones.
    pub patterns: &'static [&'static str],
    /// Prefix and destination of each pattern as written: how they are joined depends on the application's separator.
    pub(crate) parts: &'static [(&'static str, &'static str)],
    /// Where answers go, as written; empty means the default of the kind.
    pub targets: &'static [Target],
    /// How calls of it may run beside each other.
    pub mode: ExecutionMode,
    /// Where it was written.
    pub location: Location,
    /// Its documentation comment.
    pub docs: &'static str,
}

impl RouteMeta {
    /// Only for the expansion of the macros.
    #[doc(hidden)]
    #[must_use]
    #[expect(
        clippy::too_many_arguments,
        reason = "called by generated code only, one argument for each field"
    )]
    pub const fn new(
        name: &'static str,
        kind: MessageKind,
        patterns: &'static [&'static str],
        parts: &'static [(&'static str, &'static str)],
        targets: &'static [Target],
        mode: ExecutionMode,
        location: Location,
        docs: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            patterns,
            parts,
            targets,
            mode,
            location,
            docs,
        }
    }
}

/// A place in the source: where a handler was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Location {
    /// The file, as the compiler was given it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Location {
    /// A place in the source.
    #[must_use]
    pub const fn new(file: &'static str, line: u32, column: u32) -> Self {
        Self { file, line, column }
    }
}

impl fmt::Display for Location {
    /// `src/chat.rs:12`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Where an answer goes, as the attributes say it. Placeholders are as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// `#[send_to("…")]`
    Destination(&'static str),
    /// `#[send_to]`: `/topic` and the destination without the application prefix.
    DefaultDestination,
    /// `#[send_to_user("…")]`
    User {
        /// The user destination, without the user prefix.
        path: &'static str,
        /// To all sessions of the user, or only to the one that sent the message.
        broadcast: bool,
    },
    /// `#[send_to_user]`: `/queue` and the destination without the application prefix.
    DefaultUser {
        /// To all sessions of the user, or only to the one that sent the message.
        broadcast: bool,
    },
}

/// How calls of a handler may run beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ExecutionMode {
    /// One after the other within a session, in the order of the frames.
    #[default]
    Ordered,
    /// Beside the session's other frames: `#[message_mapping("…", concurrent)]`.
    Concurrent,
    /// On a thread where it may block: `#[message_mapping("…", blocking)]`.
    Blocking,
}

/// What an extractor is told about the argument it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArgSpec {
    /// The argument's name.
    pub name: &'static str,
    /// The destination variable of that name, if the mapping has one.
    pub variable: Option<&'static str>,
    /// The name given in `#[header("…")]`, as written.
    pub rename: Option<&'static str>,
    /// What stands for a header that is absent or empty, as written: `#[header("…", default = "…")]`.
    pub default: Option<&'static str>,
    /// Has one of these texts a `${…}`?
    pub(crate) placeholders: bool,
}

impl ArgSpec {
    /// An argument called `name` that stands for nothing else.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            variable: None,
            rename: None,
            default: None,
            placeholders: false,
        }
    }

    /// The same, with the destination variable it may read.
    #[must_use]
    pub const fn with_variable(mut self, name: &'static str) -> Self {
        self.variable = Some(name);
        self
    }

    /// The same, with another name for what it reads.
    #[must_use]
    pub const fn renamed(mut self, name: &'static str) -> Self {
        self.rename = Some(name);
        self.placeholders |= has_placeholder(name);
        self
    }

    /// The same, with what stands for a value that is absent or empty.
    #[must_use]
    pub const fn with_default(mut self, text: &'static str) -> Self {
        self.default = Some(text);
        self.placeholders |= has_placeholder(text);
        self
    }
}

const fn has_placeholder(text: &str) -> bool {
    let text = text.as_bytes();
    let mut at = 1;
    while at < text.len() {
        if text[at - 1] == b'$' && text[at] == b'{' {
            return true;
        }
        at += 1;
    }
    false
}

/// Types that a handler reads and answers with, recorded as data for whoever describes an application.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Describe {
    /// The type that the body is read as.
    pub payload: Option<&'static str>,
    /// The return type, as written.
    pub reply: Option<&'static str>,
}

/// One mapped function of `C`, with the glue that calls it. `C` is `()` for free functions.
#[doc(hidden)]
pub struct Route<C: 'static> {
    pub meta: RouteMeta,
    pub requirements: fn(&mut Requirements),
    pub describe: fn(&mut Describe),
    pub call: fn(Arc<C>, MessageContext) -> BoxFuture<'static, Called>,
}

impl<C> fmt::Debug for Route<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Route").field(&self.meta).finish()
    }
}
