//! The broker channel: the one way to publish, for clients, handlers and templates alike.

use std::sync::Arc;

use stomp_core::{Message, destination};

use super::{Address, Broker, Publication, Refused, Witness};
use crate::{
    app::Config,
    channel::BrokerChannel,
    session::SessionId,
    tap::{Recipient, Tap},
    user::{Sessions, split_user},
};

/// Publishes messages: interceptors, then the user's sessions or the broker.
pub(crate) struct Publisher {
    pub(crate) broker: Arc<dyn Broker>,
    pub(crate) channel: BrokerChannel,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) config: Arc<Config>,
    /// Where a test sees what is published.
    pub(crate) tap: Tap,
}

/// Why a message was not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PublishError {
    #[error("the destination is not one that the broker serves")]
    NotServed,
    #[error("the destination is malformed")]
    Malformed,
    #[error("the destination has more messages waiting than it may")]
    Overloaded,
}

impl From<Refused> for PublishError {
    fn from(Refused: Refused) -> Self {
        Self::Overloaded
    }
}

impl Publisher {
    /// Publishes a message to its destination, which the broker serves or which is a user's.
    pub(crate) fn publish(&self, message: Message, witness: Witness<'_>) -> Result<(), PublishError> {
        self.publish_for(None, message, witness)
    }

    /// The same for what a client sends, and for what a handler answers it: in user destinations its session's id is a
    /// name too, and its own user's name means this session alone, as in Spring.
    pub(crate) fn publish_from(
        &self,
        session: SessionId,
        message: Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        self.publish_for(Some(session), message, witness)
    }

    fn publish_for(
        &self,
        origin: Option<SessionId>,
        message: Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        self.validate(&message.destination)?;
        if let Some(rest) = self.user_path(&message.destination) {
            let (user, path) = split_user(rest).ok_or(PublishError::Malformed)?;
            let path = path.to_owned();
            let mut sessions = Vec::new();
            self.sessions.addressed(&user, origin, &mut sessions);
            return self.publish_to_sessions(&sessions, &path, message, witness);
        }
        if !self.config.routing.is_brokers(&message.destination) {
            return Err(PublishError::NotServed);
        }
        if let Some(message) = self.intercepted(message, Recipient::Everybody) {
            let address = Address::Shared(Arc::clone(&message.destination));
            let Message {
                destination,
                headers,
                body,
                ..
            } = message;
            self.broker.publish(
                Publication {
                    address,
                    destination,
                    headers,
                    body,
                },
                witness.completion(),
            )?;
        }
        Ok(())
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
        self.sessions.addressed(user, None, &mut sessions);
        self.publish_to(Recipient::User(user), &sessions, path, message, witness)
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
        self.publish_to(Recipient::Sessions(sessions), sessions, path, message, witness)
    }

    fn publish_to(
        &self,
        recipient: Recipient<'_>,
        sessions: &[SessionId],
        path: &str,
        message: Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        self.validate(path)?;
        let Some(message) = self.intercepted(message, recipient) else {
            return Ok(());
        };
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
        self.config.routing.user_path(destination)
    }

    fn validate(&self, destination: &str) -> Result<(), PublishError> {
        let separator = self.config.routing.separator();
        destination::validate(destination, separator).map_err(|_| PublishError::Malformed)
    }

    fn intercepted(&self, message: Message, recipient: Recipient<'_>) -> Option<Message> {
        let message = self.channel.apply(message)?;
        self.tap
            .published(recipient, &message.destination, &message.headers, &message.body);
        Some(message)
    }
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
