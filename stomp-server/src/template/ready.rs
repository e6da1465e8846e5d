//! Sending what is converted already.

use std::{borrow::Cow, sync::Arc};

use stomp_core::Message;

use super::{SendError, SimpMessagingTemplate};
use crate::{
    Outgoing,
    broker::{Latch, PublishError, Publisher, Witness},
    session::SessionId,
};

/// Where a template's message goes.
#[derive(Debug, Clone, Copy)]
enum Recipient<'a> {
    /// All subscribers of a destination.
    Destination(&'a str),
    /// A user's sessions.
    User(&'a str, &'a str),
    /// One session.
    Session(SessionId, &'a str),
}

/// Messages that need no conversion, or that were [converted](SimpMessagingTemplate::convert) and then changed.
impl SimpMessagingTemplate {
    /// Sends a message to the destination that it has (Spring's `send(message)`).
    ///
    /// # Errors
    ///
    /// [`SendError`] when the destination is not one to send to, too much waits for it already, or an interceptor holds
    /// the message back or fails.
    pub fn send(&self, message: Message) -> Result<(), SendError> {
        self.publish(message, None)
    }

    /// The same, and returns when the broker is done with it.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`SendError::Lost`].
    ///
    /// # Cancel safety
    ///
    /// As [`convert_and_send_confirmed`](Self::convert_and_send_confirmed).
    pub async fn send_confirmed(&self, message: Message) -> Result<(), SendError> {
        let latch = Arc::new(Latch::default());
        self.publish(message, Some(&latch))?;
        Ok(latch.opened().await?)
    }

    /// Sends `outgoing` to all subscribers of `destination` (Spring's `send(destination, message)`).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_to(&self, destination: impl AsRef<str>, outgoing: Outgoing) -> Result<(), SendError> {
        self.deliver(Recipient::Destination(destination.as_ref()), outgoing)
    }

    /// The same, and returns when the broker is done with it.
    ///
    /// # Errors
    ///
    /// As [`send_confirmed`](Self::send_confirmed).
    ///
    /// # Cancel safety
    ///
    /// As [`convert_and_send_confirmed`](Self::convert_and_send_confirmed).
    pub async fn send_to_confirmed(
        &self,
        destination: impl AsRef<str>,
        outgoing: Outgoing,
    ) -> Result<(), SendError> {
        let recipient = Recipient::Destination(destination.as_ref());
        self.deliver_confirmed(recipient, outgoing).await
    }

    /// Sends `outgoing` to the [default destination](Self::with_default_destination).
    ///
    /// # Errors
    ///
    /// [`SendError::NoDefaultDestination`], and as [`send`](Self::send).
    pub fn send_to_default(&self, outgoing: Outgoing) -> Result<(), SendError> {
        self.deliver(Recipient::Destination(self.default_destination()?), outgoing)
    }

    /// The same, and returns when the broker is done with it.
    ///
    /// # Errors
    ///
    /// As [`send_to_default`](Self::send_to_default), and [`SendError::Lost`].
    ///
    /// # Cancel safety
    ///
    /// As [`convert_and_send_confirmed`](Self::convert_and_send_confirmed).
    pub async fn send_to_default_confirmed(&self, outgoing: Outgoing) -> Result<(), SendError> {
        let recipient = Recipient::Destination(self.default_destination()?);
        self.deliver_confirmed(recipient, outgoing).await
    }

    /// Sends `outgoing` to `destination` of every session of a user, as
    /// [`convert_and_send_to_user`](Self::convert_and_send_to_user) does.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send_to_user`](Self::convert_and_send_to_user), without conversion.
    pub fn send_to_user(
        &self,
        user: impl AsRef<str>,
        destination: impl AsRef<str>,
        outgoing: Outgoing,
    ) -> Result<(), SendError> {
        let recipient = Recipient::User(user.as_ref(), destination.as_ref());
        self.deliver(recipient, outgoing)
    }

    /// The same, and returns when the broker is done with it for all of the user's sessions.
    ///
    /// # Errors
    ///
    /// As [`send_to_user`](Self::send_to_user), and [`SendError::Lost`].
    ///
    /// # Cancel safety
    ///
    /// As [`convert_and_send_confirmed`](Self::convert_and_send_confirmed).
    pub async fn send_to_user_confirmed(
        &self,
        user: impl AsRef<str>,
        destination: impl AsRef<str>,
        outgoing: Outgoing,
    ) -> Result<(), SendError> {
        let recipient = Recipient::User(user.as_ref(), destination.as_ref());
        self.deliver_confirmed(recipient, outgoing).await
    }

    /// Sends `outgoing` to `destination` of one session, as
    /// [`convert_and_send_to_session`](Self::convert_and_send_to_session) does.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send_to_user`](Self::convert_and_send_to_user), without conversion.
    pub fn send_to_session(
        &self,
        session: SessionId,
        destination: impl AsRef<str>,
        outgoing: Outgoing,
    ) -> Result<(), SendError> {
        self.deliver(Recipient::Session(session, destination.as_ref()), outgoing)
    }

    /// The same, and returns when the broker is done with it.
    ///
    /// # Errors
    ///
    /// As [`send_to_session`](Self::send_to_session), and [`SendError::Lost`].
    ///
    /// # Cancel safety
    ///
    /// As [`convert_and_send_confirmed`](Self::convert_and_send_confirmed).
    pub async fn send_to_session_confirmed(
        &self,
        session: SessionId,
        destination: impl AsRef<str>,
        outgoing: Outgoing,
    ) -> Result<(), SendError> {
        let recipient = Recipient::Session(session, destination.as_ref());
        self.deliver_confirmed(recipient, outgoing).await
    }

    fn deliver(&self, recipient: Recipient<'_>, outgoing: Outgoing) -> Result<(), SendError> {
        self.deliver_as(recipient, outgoing, None)
    }

    async fn deliver_confirmed(&self, recipient: Recipient<'_>, outgoing: Outgoing) -> Result<(), SendError> {
        let latch = Arc::new(Latch::default());
        self.deliver_as(recipient, outgoing, Some(&latch))?;
        Ok(latch.opened().await?)
    }

    fn deliver_as(
        &self,
        recipient: Recipient<'_>,
        outgoing: Outgoing,
        latch: Option<&Arc<Latch>>,
    ) -> Result<(), SendError> {
        let (headers, body) = outgoing.into_parts();
        let message = |destination: &str| Message {
            headers,
            ..Message::new(destination, body)
        };
        let Some((publisher, witness)) = self.way(latch) else {
            return Ok(());
        };
        match recipient {
            Recipient::Destination(destination) => to_everybody(publisher, message(destination), witness)?,
            Recipient::User(user, destination) => {
                let path = with_slash(destination);
                publisher.publish_to_user(user, &path, message(&path), witness)?;
            }
            Recipient::Session(session, destination) => {
                let path = with_slash(destination);
                publisher.publish_to_sessions(&[session], &path, message(&path), witness)?;
            }
        }
        Ok(())
    }

    fn publish(&self, message: Message, latch: Option<&Arc<Latch>>) -> Result<(), SendError> {
        match self.way(latch) {
            Some((publisher, witness)) => Ok(to_everybody(publisher, message, witness)?),
            None => Ok(()),
        }
    }

    /// The way to the broker; `None` when the template leads nowhere.
    fn way<'a>(&'a self, latch: Option<&'a Arc<Latch>>) -> Option<(&'a Publisher, Witness<'a>)> {
        let publisher = self.inner.publisher.as_ref()?;
        let witness = latch.map_or(Witness::NOBODY, Witness::latch);
        Some((publisher, witness.in_lane(self.lane.as_ref()?)))
    }
}

/// What nobody serves is nobody's loss where the application wants it so.
fn to_everybody(publisher: &Publisher, message: Message, witness: Witness<'_>) -> Result<(), PublishError> {
    match publisher.publish(message, witness) {
        Err(PublishError::NotServed) if publisher.config.ignore_unmapped => {
            publisher.lanes.counters.unmapped.increment();
            Ok(())
        }
        published => published,
    }
}

fn with_slash(destination: &str) -> Cow<'_, str> {
    if destination.starts_with('/') {
        Cow::Borrowed(destination)
    } else {
        Cow::Owned(format!("/{destination}"))
    }
}
