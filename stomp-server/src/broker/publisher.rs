//! The broker channel: the one way to publish, for clients, handlers and templates alike.

use std::sync::Arc;

use stomp_core::{
    Message,
    destination::{self, Separator},
};

use super::{Address, Broker, Publication, Refused, Witness};
use crate::{
    BoxError,
    app::{Config, strip_prefix},
    channel::{BrokerChannel, HandledBy, Stopped},
    session::SessionId,
    user::{Sessions, split_user},
};

/// Publishes messages: interceptors, then the user's sessions or the broker.
pub(crate) struct Publisher {
    pub(crate) broker: Arc<dyn Broker>,
    pub(crate) channel: BrokerChannel,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) config: Arc<Config>,
}

/// Why a message was not published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    #[error("the destination is not one that the broker serves")]
    NotServed,
    #[error("the destination is malformed")]
    Malformed,
    #[error("the destination has more messages waiting than it may")]
    Overloaded,
    #[error("an interceptor held the message back")]
    Vetoed,
    #[error("an interceptor failed")]
    Intercepted(#[source] BoxError),
}

impl From<Stopped> for PublishError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Vetoed => Self::Vetoed,
            Stopped::Failed(cause) => Self::Intercepted(cause),
            Stopped::Panicked => Self::Intercepted(Box::new(stopped)),
        }
    }
}

impl From<Refused> for PublishError {
    fn from(Refused: Refused) -> Self {
        Self::Overloaded
    }
}

impl Publisher {
    /// Publishes a message of the application's to its destination, which the broker serves or which is a user's.
    pub(crate) fn publish(&self, message: Message, witness: Witness<'_>) -> Result<(), PublishError> {
        match self.parse(message)? {
            Parsed::User(user, path, message) => self.publish_to_user(&user, &path, message, witness),
            Parsed::Shared(message) => self.channel.send(message, HandledBy::Broker, |message| {
                self.hand_over(message, witness)
            }),
        }
    }

    /// The same for a client's message, which interceptors have seen on the inbound channel: the broker's own does not
    /// pass the broker channel, as in Spring. A user's does, because it is the user destinations that publish it.
    pub(crate) fn publish_of_client(
        &self,
        message: Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        match self.parse(message)? {
            Parsed::User(user, path, message) => self.publish_to_user(&user, &path, message, witness),
            Parsed::Shared(message) => self.hand_over(message, witness),
        }
    }

    fn parse(&self, message: Message) -> Result<Parsed, PublishError> {
        destination::validate(&message.destination, Separator::Slash).map_err(|_| PublishError::Malformed)?;
        if let Some(rest) = self.user_path(&message.destination) {
            let (user, path) = split_user(rest).ok_or(PublishError::Malformed)?;
            let path = path.to_owned();
            return Ok(Parsed::User(user, path, message));
        }
        if strip_prefix(&message.destination, &self.config.broker_destination_prefixes).is_none() {
            return Err(PublishError::NotServed);
        }
        Ok(Parsed::Shared(message))
    }

    fn hand_over(&self, message: Message, witness: Witness<'_>) -> Result<(), PublishError> {
        let Message {
            destination,
            headers,
            body,
            ..
        } = message;
        let publication = Publication {
            address: Address::Shared(Arc::clone(&destination)),
            destination,
            headers,
            body,
        };
        Ok(self.broker.publish(publication, witness.completion())?)
    }

    /// Publishes a message to `path` of all sessions of a user.
    pub(crate) fn publish_to_user(
        &self,
        user: &str,
        path: &str,
        message: Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        let mut sessions = Vec::new();
        self.sessions.of_user(user, &mut sessions);
        self.publish_to_sessions(&sessions, path, message, witness)
    }

    /// Publishes a message to `path` of these sessions; when it is refused for one, the others get it all the same.
    /// Subscribers read `/user` and the path as its destination.
    pub(crate) fn publish_to_sessions(
        &self,
        sessions: &[SessionId],
        path: &str,
        message: Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        destination::validate(path, Separator::Slash).map_err(|_| PublishError::Malformed)?;
        self.channel.send(message, HandledBy::Users, |message| {
            self.hand_over_to_sessions(sessions, path, &message, witness)
        })
    }

    fn hand_over_to_sessions(
        &self,
        sessions: &[SessionId],
        path: &str,
        message: &Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        let path: Arc<str> = path.into();
        let destination: Arc<str> = format!("{}{path}", self.config.user_destination_prefix).into();
        let mut published = Ok(());
        for &session in sessions {
            let publication = Publication {
                address: Address::User {
                    session,
                    path: Arc::clone(&path),
                },
                destination: Arc::clone(&destination),
                headers: message.headers.clone(),
                body: message.body.clone(),
            };
            let one = self.broker.publish(publication, witness.completion());
            published = published.and(one);
        }
        Ok(published?)
    }

    /// What is left of a user destination behind its prefix.
    pub(crate) fn user_path<'d>(&self, destination: &'d str) -> Option<&'d str> {
        strip_prefix(
            destination,
            std::slice::from_ref(&self.config.user_destination_prefix),
        )
    }
}

/// A message with a destination that can be.
enum Parsed {
    /// For a user's sessions, at a path.
    User(String, String, Message),
    Shared(Message),
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
