//! What goes wrong between a message and its handler's answer.

use std::{any::Any, borrow::Cow, error::Error, fmt, sync::Arc};

use crate::BoxError;

/// Why a message was not handled: an argument could not be read, the handler returned an error or panicked, or its
/// answer could not be converted.
///
/// A `#[message_exception_handler]` that takes `&HandlerError` sees every one of them; one that takes `&E` sees those
/// whose error, or one of its sources, is an `E`.
///
/// `Display` is for logs. What may be told to a client is [`client_message`](Self::client_message), which never names
/// Rust types, files or another user's data.
pub struct HandlerError {
    phase: Phase,
    source: BoxError,
    /// What an exception handler was to answer when this happened to it.
    handling: Option<Arc<HandlerError>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Extraction { argument: &'static str },
    Thrown,
    Panicked,
    Reply,
}

impl HandlerError {
    /// An argument could not be taken from the message.
    #[must_use]
    pub fn extraction(argument: &'static str, rejection: Rejection) -> Self {
        Self {
            phase: Phase::Extraction { argument },
            source: Box::new(rejection),
            handling: None,
        }
    }

    /// The handler returned an error.
    #[must_use]
    pub fn thrown(error: impl Into<BoxError>) -> Self {
        Self {
            phase: Phase::Thrown,
            source: error.into(),
            handling: None,
        }
    }

    /// The answer could not be converted, or has no valid place to go.
    #[must_use]
    pub fn reply(error: impl Into<BoxError>) -> Self {
        Self {
            phase: Phase::Reply,
            source: error.into(),
            handling: None,
        }
    }

    /// The handler panicked with `payload`.
    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        Self {
            phase: Phase::Panicked,
            source: Box::new(Panicked(panic_text(payload))),
            handling: None,
        }
    }

    /// The same of an exception handler, which was to answer `first`.
    pub(crate) fn while_handling(mut self, first: Arc<Self>) -> Self {
        self.handling = Some(first);
        self
    }

    /// The failure that an exception handler was to answer when it failed itself with this one, or when its answer had
    /// no valid place to go. The log has both.
    #[must_use]
    pub fn handling(&self) -> Option<&Self> {
        self.handling.as_deref()
    }

    /// Could an argument not be taken from the message?
    #[must_use]
    pub fn is_extraction(&self) -> bool {
        self.argument().is_some()
    }

    /// The argument that could not be taken from the message.
    #[must_use]
    pub fn argument(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Extraction { argument } => Some(argument),
            _ => None,
        }
    }

    /// Did the handler return this error?
    #[must_use]
    pub fn is_thrown(&self) -> bool {
        self.phase == Phase::Thrown
    }

    /// Did the handler panic?
    #[must_use]
    pub fn is_panic(&self) -> bool {
        self.phase == Phase::Panicked
    }

    /// Could the answer not be converted or addressed?
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.phase == Phase::Reply
    }

    /// The error as an `E`, if the handler returned one, or if an argument was refused because of one.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.chain().find_map(|error| error.downcast_ref())
    }

    /// What a client may be told: which argument was wrong, or that the message could not be handled.
    #[must_use]
    pub fn client_message(&self) -> Cow<'_, str> {
        match self.source.downcast_ref::<Rejection>() {
            Some(rejection) if self.is_extraction() => match self.argument() {
                Some(argument) if rejection.0.of_payload => {
                    Cow::Owned(format!("{rejection} (payload `{argument}`)"))
                }
                _ => Cow::Borrowed(rejection.client_message()),
            },
            _ => Cow::Borrowed("the message could not be handled"),
        }
    }

    /// The error itself, then its sources, outermost first.
    pub(crate) fn chain(&self) -> impl Iterator<Item = &(dyn Error + 'static)> {
        let outermost: &(dyn Error + 'static) = &*self.source;
        std::iter::successors(Some(outermost), |&error| error.source())
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.phase {
            Phase::Extraction { argument } => write!(f, "argument `{argument}`: {}", self.source),
            Phase::Thrown | Phase::Panicked => self.source.fmt(f),
            Phase::Reply => write!(f, "the reply cannot be sent: {}", self.source),
        }
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerError")
            .field("phase", &self.phase)
            .field("source", &self.source)
            .field("handling", &self.handling)
            .finish()
    }
}

impl Error for HandlerError {
    /// The cause of the error that `Display` shows.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}

/// Why an argument could not be taken from a message.
///
/// Its text is meant for the client that sent the message; what only the developer should see is the source.
#[derive(Debug)]
pub struct Rejection(Box<Refused>);

#[derive(Debug)]
struct Refused {
    client: Cow<'static, str>,
    /// Does only the argument's name say which payload it was?
    of_payload: bool,
    source: Option<BoxError>,
}

impl Rejection {
    /// A rejection that tells the client `text`. Name what was wrong with the message; name no Rust types.
    #[must_use]
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Refused {
            client: text.into(),
            of_payload: false,
            source: None,
        }))
    }

    /// The same of a payload: clients are told the argument's name too.
    pub(crate) fn of_payload(text: impl Into<Cow<'static, str>>) -> Self {
        let mut rejection = Self::new(text);
        rejection.0.of_payload = true;
        rejection
    }

    /// The same with what caused it, for logs and for exception handlers that ask for its type.
    #[must_use]
    pub fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What the client is told.
    #[must_use]
    pub fn client_message(&self) -> &str {
        &self.0.client
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.client)
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

impl From<BoxError> for Rejection {
    /// The client learns nothing of `error` but that the message was refused.
    fn from(error: BoxError) -> Self {
        Self::new("the message was refused").because(error)
    }
}

/// What a handler panicked with.
#[derive(Debug, thiserror::Error)]
#[error("the handler panicked: {0}")]
struct Panicked(Box<str>);

fn panic_text(payload: &(dyn Any + Send)) -> Box<str> {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is not text").into()
}

/// An error with its causes, on one line and with nothing in it that could forge a log line.
pub(crate) struct ErrorChain<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.0.to_string();
        write!(f, "{}", text.escape_debug())?;
        let mut next = self.0.source();
        while let Some(error) = next {
            let cause = error.to_string();
            // A refused argument says what its cause says.
            if !text.ends_with(&cause) {
                write!(f, ": {}", cause.escape_debug())?;
            }
            (text, next) = (cause, error.source());
        }
        let failed = self.0.downcast_ref::<HandlerError>();
        match failed.and_then(HandlerError::handling) {
            Some(first) => write!(
                f,
                "; this happened while an exception handler answered: {}",
                ErrorChain(first)
            ),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_learn_which_argument_was_wrong_and_nothing_of_its_cause() {
        let cause = "x".parse::<u32>().unwrap_err();
        let rejection = Rejection::new("destination variable `room_id` is not valid").because(cause);
        let error = HandlerError::extraction("room_id", rejection);
        assert!(error.is_extraction() && !error.is_panic() && !error.is_thrown());
        assert_eq!(error.argument(), Some("room_id"));
        assert_eq!(
            error.client_message(),
            "destination variable `room_id` is not valid"
        );
        assert_eq!(
            error.to_string(),
            "argument `room_id`: destination variable `room_id` is not valid"
        );
        assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
    }

    #[test]
    fn clients_learn_nothing_of_a_thrown_error_or_a_panic() {
        let thrown = HandlerError::thrown("/etc/passwd: alloc::string::String");
        assert_eq!(thrown.client_message(), "the message could not be handled");
        let panic: Box<dyn Any + Send> = Box::new("index out of bounds".to_owned());
        let panicked = HandlerError::panicked(&*panic);
        assert!(panicked.is_panic());
        assert_eq!(panicked.client_message(), "the message could not be handled");
        assert_eq!(panicked.to_string(), "the handler panicked: index out of bounds");
    }
}
