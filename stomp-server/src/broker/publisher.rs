//! The broker channel: the one way to publish, for clients, handlers and templates alike.

use std::sync::Arc;

use stomp_core::{Message, destination};

use super::{Address, Broker, Lane, Lanes, Publication, Refused, Room, Witness};
use crate::{
    BoxError,
    app::Config,
    channel::{BrokerChannel, HandledBy, Stopped},
    session::SessionId,
    tap::{Recipient, Tap},
    user::{Sessions, split_user},
};

/// Publishes messages: interceptors, then the user's sessions or the broker.
pub(crate) struct Publisher {
    pub(crate) broker: Arc<dyn Broker>,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) channel: BrokerChannel,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) config: Arc<Config>,
    /// Where a test sees what is published.
    pub(crate) tap: Tap,
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
        match self.served(message, None, witness)? {
            Some(message) => self.publish_to_everybody(message, witness),
            None => Ok(()),
        }
    }

    /// The same for what a handler answers a client: in user destinations its session's id is a name too, and its own
    /// user's name means this session alone, as in Spring.
    pub(crate) fn publish_from(
        &self,
        session: SessionId,
        message: Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        match self.served(message, Some(session), witness)? {
            Some(message) => self.publish_to_everybody(message, witness),
            None => Ok(()),
        }
    }

    /// The same for what a client sends, which interceptors have seen on the inbound channel: what the broker serves
    /// does not pass the broker channel, as in Spring. What is for a user does, because user destinations publish it.
    pub(crate) fn publish_of_client(
        &self,
        session: SessionId,
        message: Message,
        witness: Witness<'_>,
    ) -> Result<(), PublishError> {
        match self.served(message, Some(session), witness)? {
            Some(message) => self.hand_over_to_everybody(message, witness),
            None => Ok(()),
        }
    }

    /// Gives back what the broker is to have; `None` when the message was for a user and is published.
    fn served(
        &self,
        message: Message,
        origin: Option<SessionId>,
        witness: Witness<'_>,
    ) -> Result<Option<Message>, PublishError> {
        self.validate(&message.destination)?;
        if let Some(rest) = self.user_path(&message.destination) {
            let (user, path) = split_user(rest).ok_or(PublishError::Malformed)?;
            let path = path.to_owned();
            let mut sessions = Vec::new();
            self.sessions.addressed(&user, origin, &mut sessions);
            let recipient = match *sessions {
                [only] if Some(only) == origin => Recipient::Sessions(&sessions),
                _ => Recipient::User(&user),
            };
            self.publish_to(recipient, &sessions, &path, message, witness)?;
            return Ok(None);
        }
        if !self.config.routing.is_brokers(&message.destination) {
            return Err(PublishError::NotServed);
        }
        Ok(Some(message))
    }

    fn publish_to_everybody(&self, message: Message, witness: Witness<'_>) -> Result<(), PublishError> {
        let hand_over = |message: Message| self.hand_over_to_everybody(message, witness);
        self.channel.send(message, HandledBy::Broker, hand_over)
    }

    fn hand_over_to_everybody(&self, message: Message, witness: Witness<'_>) -> Result<(), PublishError> {
        self.tap(&message.destination, &message, Recipient::Everybody);
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
        Ok(self.hand_over(publication, witness)?)
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
        self.channel.send(message, HandledBy::Users, |message| {
            self.tap(path, &message, recipient);
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
            let one = self.hand_over(publication, witness);
            published = published.and(one);
        }
        Ok(published?)
    }

    /// Hands a message to the broker, or to its publisher's lane.
    fn hand_over(&self, publication: Publication, witness: Witness<'_>) -> Result<(), Refused> {
        match witness.way() {
            Some(lane) => lane.publish(publication, witness),
            None => self.broker.publish(publication, witness, Room::Limited),
        }
    }

    /// A lane for a publisher of the application's.
    pub(crate) fn lane(&self) -> Arc<Lane> {
        self.lanes.lane(self.config.publish_queue_limit)
    }

    /// A lane for what a session publishes.
    pub(crate) fn session_lane(&self) -> Arc<Lane> {
        self.lanes.lane(self.config.session_publish_limit)
    }

    /// What is left of a user destination behind its prefix.
    pub(crate) fn user_path<'d>(&self, destination: &'d str) -> Option<&'d str> {
        self.config.routing.user_path(destination)
    }

    fn validate(&self, destination: &str) -> Result<(), PublishError> {
        let separator = self.config.routing.separator();
        destination::validate(destination, separator).map_err(|_| PublishError::Malformed)
    }

    fn tap(&self, destination: &str, message: &Message, recipient: Recipient<'_>) {
        self.tap
            .published(recipient, destination, &message.headers, &message.body);
    }
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
