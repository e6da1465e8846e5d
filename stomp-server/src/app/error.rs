//! Why an application could not be built.

use std::fmt;

use crate::handler::BuildProblem;

/// Everything that keeps an application from being built, at once.
///
/// Its `Debug` text is its `Display` text: what `main() -> Result<(), Box<dyn Error>>` prints of it is meant for people.
pub struct BuildError {
    pub(super) config: Vec<ConfigProblem>,
    pub(super) handlers: Vec<BuildProblem>,
}

impl BuildError {
    /// What is wrong with the settings.
    #[must_use]
    pub fn config(&self) -> &[ConfigProblem] {
        &self.config
    }

    /// What is wrong with the handlers, each with its place in the source.
    #[must_use]
    pub fn handlers(&self) -> &[BuildProblem] {
        &self.handlers
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self
            .config
            .iter()
            .map(ToString::to_string)
            .chain(self.handlers.iter().map(ToString::to_string));
        let all: Vec<_> = all.collect();
        match &*all {
            [one] => f.write_str(one),
            all => {
                write!(f, "{} problems:", all.len())?;
                all.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
            }
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BuildError {}

/// One setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// An endpoint's path does not begin with a slash.
    #[error("the endpoint `{0}` must begin with a slash")]
    EndpointWithoutSlash(String),
    /// Two endpoints have one path.
    #[error("the endpoint `{0}` is there twice; give one of the two another path")]
    DuplicateEndpoint(String),
    /// No page comes from such an origin.
    #[error(
        "no page has the origin `{origin}`, which the endpoint `{endpoint}` allows; write scheme and host, and the port \
         if it is not the scheme's own, as in `https://example.org`, or `*` for all"
    )]
    OriginMatchesNothing {
        /// The endpoint's path.
        endpoint: String,
        /// What was allowed.
        origin: String,
    },
    /// A destination prefix does not begin with a slash. With dots as separators only that of users must.
    #[error("the destination prefix `{0}` must begin with a slash and hold more than that")]
    MalformedPrefix(String),
    /// The user prefix is one of the application or the broker too. (Those two may share prefixes: both get what is
    /// under them.)
    #[error(
        "the destination prefix `{0}` stands for users and for the application or the broker; choose another for one"
    )]
    PrefixUsedTwice(String),
    /// A frame at its limit would not fit the outbox.
    #[error(
        "the outbox limit of {outbox} octets is smaller than a frame may be ({frame} octets); raise `outbox_limit` or \
         lower the frame limit"
    )]
    OutboxSmallerThanFrame {
        /// `Config::outbox_limit`.
        outbox: usize,
        /// `Limits::frame`.
        frame: usize,
    },
    /// A body at its limit would not fit a frame, so that its limit says nothing.
    #[error(
        "a body may have {body} octets, and a whole frame no more than {frame}; lower the limit of bodies or raise that \
         of frames, which has to leave room for headers"
    )]
    BodyNotInFrame {
        /// `Limits::body`.
        body: usize,
        /// `Limits::frame`.
        frame: usize,
    },
    /// A panic would end the process, so that it cannot end only the handler's call.
    #[error(
        "this program is compiled with `panic = \"abort\"`, so that a panic in one handler would end the server; \
             remove that from the profile"
    )]
    PanicAborts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_main_prints_of_it_names_all_problems() {
        let error = BuildError {
            config: vec![ConfigProblem::DuplicateEndpoint("/ws".to_owned())],
            handlers: vec![BuildProblem::MissingState {
                type_name: "app::Log",
                needed_by: Vec::new(),
            }],
        };
        let printed = format!("{error:?}");
        assert!(
            printed.starts_with("2 problems:\n  - the endpoint `/ws`"),
            "{printed}"
        );
        assert!(printed.contains("\n  - no value of type `app::Log`"), "{printed}");
        assert_eq!(printed, error.to_string());
    }
}
