//! What came of a message.

use std::{fmt, sync::Arc};

use super::{Frame, Published, published::Recipient};
use crate::{HandlerError, SessionId};

/// What came of a message that a [`TestSession`](super::TestSession) sent: all that was published because of it, the
/// failure that nothing answered, the ERROR that refused it. [`to`](Self::to) and its like are assertions by themselves:
/// `handled.to("/topic/news");`
///
/// A failure that a `#[message_exception_handler]` answered is not an error here: its answer is among the messages.
#[derive(Debug)]
pub struct Handled {
    pub(super) what: String,
    pub(super) messages: Vec<Published>,
    pub(super) error: Option<Arc<HandlerError>>,
    pub(super) refusal: Option<Frame>,
    pub(super) session: SessionId,
    pub(super) user: Option<String>,
}

impl Handled {
    /// All that was published meanwhile, in order: replies, the sends of templates, and the message itself if it went
    /// past all handlers to the broker.
    #[must_use]
    pub fn messages(&self) -> &[Published] {
        &self.messages
    }

    /// The one message to everybody who is subscribed to `destination`.
    ///
    /// # Panics
    ///
    /// When there is none, or more than one; the text lists what there is.
    #[track_caller]
    pub fn to(&self, destination: &str) -> &Published {
        self.only(&format!("everybody at {destination}"), |message| {
            message.recipient == Recipient::Everybody && message.destination == destination
        })
    }

    /// The one message to `/user{path}` of the sender, in this session or in all of the sender's: to `/queue/errors`,
    /// which the sender's client reads as `/user/queue/errors`.
    ///
    /// # Panics
    ///
    /// As [`to`](Self::to).
    #[track_caller]
    pub fn to_sender(&self, path: &str) -> &Published {
        self.only(&format!("the sender at {path}"), |message| {
            message.destination == path
                && match &message.recipient {
                    Recipient::User(name) => self.user.as_ref() == Some(name),
                    Recipient::Session(id) => *id == self.session,
                    Recipient::Everybody | Recipient::Subscriber(_) => false,
                }
        })
    }

    /// The one message to `/user{path}` of this user, in all sessions.
    ///
    /// # Panics
    ///
    /// As [`to`](Self::to).
    #[track_caller]
    pub fn to_user(&self, user: &str, path: &str) -> &Published {
        let recipient = Recipient::User(user.to_owned());
        self.only(&format!("user {user} at {path}"), |message| {
            message.recipient == recipient && message.destination == path
        })
    }

    /// The one direct answer to a SUBSCRIBE.
    ///
    /// # Panics
    ///
    /// As [`to`](Self::to).
    #[track_caller]
    pub fn reply(&self) -> &Published {
        self.only("the subscriber", |message| {
            message.recipient == Recipient::Subscriber(self.session)
        })
    }

    /// The failure that no exception handler answered: an argument that could not be read, what the handler returned or
    /// panicked with. The session goes on, as it does for a client that asked for no receipt.
    #[must_use]
    pub fn error(&self) -> Option<&HandlerError> {
        self.error.as_deref()
    }

    /// The ERROR that refused the message and ended the session: nobody serves the destination, an interceptor refused
    /// the message, or the frame broke a rule.
    #[must_use]
    pub fn refusal(&self) -> Option<&Frame> {
        self.refusal.as_ref()
    }

    /// Expects that the message went through and that nothing was published.
    ///
    /// # Panics
    ///
    /// When anything was; the text lists it.
    #[track_caller]
    pub fn nothing(&self) {
        let is_nothing = self.messages.is_empty() && self.error.is_none() && self.refusal.is_none();
        assert!(is_nothing, "nothing was expected of it; {self}");
    }

    #[track_caller]
    fn only(&self, whom: &str, is_it: impl Fn(&Published) -> bool) -> &Published {
        let mut found = self.messages.iter().filter(|message| is_it(message));
        match (found.next(), found.count()) {
            (Some(message), 0) => message,
            (None, _) => panic!("a message to {whom} was expected; {self}"),
            (Some(_), more) => panic!("one message to {whom} was expected, not {}; {self}", more + 1),
        }
    }
}

/// All of it, a line each.
impl fmt::Display for Handled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what came of {}:", self.what)?;
        for message in &self.messages {
            write!(f, "\n  {message}")?;
        }
        if let Some(error) = &self.error {
            write!(f, "\n  a failure that nothing answered: {error}")?;
        }
        if let Some(refusal) = &self.refusal {
            write!(f, "\n  {refusal}")?;
        }
        if self.messages.is_empty() && self.error.is_none() && self.refusal.is_none() {
            f.write_str("\n  nothing")?;
        }
        Ok(())
    }
}
