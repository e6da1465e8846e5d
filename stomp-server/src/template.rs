//! Sending from anywhere.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use serde::Serialize;
use stomp_core::{Headers, Message};

use crate::{
    broker::{Latch, Lost, PublishError, Publisher, Witness},
    convert::{ConvertError, Converters},
    session::SessionId,
};

/// Sends messages to destinations and users: from handlers, HTTP handlers, jobs, other threads.
///
/// A send hands the message to the broker and returns; it never waits for a subscriber. Each send has a twin,
/// `…_confirmed`, that waits until the broker is done with the message. Cheap to clone; it may be used before the
/// server runs (then nobody is listening yet) and after it has stopped (then nobody is any more).
///
/// The messages of one thread reach each subscriber of a destination in the order they were sent.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = stomp_server::StompServer::builder().scope(module_path!()).build()?;
/// let template = server.template();
/// std::thread::spawn(move || template.convert_and_send("/topic/news", "hello"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SimpMessagingTemplate(Arc<Inner>);

struct Inner {
    converters: Converters,
    /// Empty for a template that leads nowhere.
    publisher: OnceLock<Arc<Publisher>>,
}

impl SimpMessagingTemplate {
    pub(crate) fn new(converters: Converters, publisher: Arc<Publisher>) -> Self {
        Self(Arc::new(Inner {
            converters,
            publisher: OnceLock::from(publisher),
        }))
    }

    /// A template that leads nowhere, for tests of handlers.
    #[must_use]
    pub fn detached() -> Self {
        Self(Arc::new(Inner {
            converters: Converters::new(),
            publisher: OnceLock::new(),
        }))
    }

    /// Converts `payload` and sends it to all subscribers of `destination` (Spring's `convertAndSend`). The
    /// destination is under one of the broker's prefixes, or a user's: `/user/ann/queue/news`. That nobody listens is
    /// not an error.
    ///
    /// # Errors
    ///
    /// [`SendError`] when the payload cannot be converted, the destination is not one to send to, or too much waits for
    /// it already.
    pub fn convert_and_send<T>(&self, destination: impl AsRef<str>, payload: &T) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        self.convert_and_send_with_headers(destination, payload, &Headers::new())
    }

    /// The same with headers, which subscribers get to read. A `content-type` among them says how to convert.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send`](Self::convert_and_send).
    pub fn convert_and_send_with_headers<T>(
        &self,
        destination: impl AsRef<str>,
        payload: &T,
        headers: &Headers,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        self.send(self.convert(destination.as_ref(), payload, headers)?)
    }

    /// Converts `payload`, sends it to all subscribers of `destination`, and returns when the broker is done with it:
    /// everybody subscribed has it in their outbox.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send`](Self::convert_and_send).
    ///
    /// # Cancel safety
    ///
    /// The message is with the broker when this first waits; dropping the future only forgets the confirmation.
    pub async fn convert_and_send_confirmed<T>(
        &self,
        destination: impl AsRef<str>,
        payload: &T,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        let message = self.convert(destination.as_ref(), payload, &Headers::new())?;
        let latch = Arc::new(Latch::default());
        if let Some(publisher) = self.0.publisher.get() {
            publisher.publish(message, Witness::Latch(&latch))?;
        }
        Ok(latch.opened().await?)
    }

    /// Converts `payload` and sends it to `destination` of every session of a user, who subscribes to it with the user
    /// prefix: `/queue/news` is `/user/queue/news` to a client (Spring's `convertAndSendToUser`). A user who is not
    /// connected gets nothing, which is not an error; a session without user goes by its id. `destination` need not be
    /// under one of the broker's prefixes.
    ///
    /// # Errors
    ///
    /// [`SendError::Convert`] when the payload cannot be converted, [`SendError::Malformed`] when the destination is,
    /// [`SendError::Overloaded`] when too much waits for it already.
    pub fn convert_and_send_to_user<T>(
        &self,
        user: impl AsRef<str>,
        destination: impl AsRef<str>,
        payload: &T,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        self.convert_and_send_to_user_with_headers(user, destination, payload, &Headers::new())
    }

    /// The same with headers, which subscribers get to read. A `content-type` among them says how to convert.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send_to_user`](Self::convert_and_send_to_user).
    pub fn convert_and_send_to_user_with_headers<T>(
        &self,
        user: impl AsRef<str>,
        destination: impl AsRef<str>,
        payload: &T,
        headers: &Headers,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        let destination = with_slash(destination.as_ref());
        let message = self.convert(&destination, payload, headers)?;
        if let Some(publisher) = self.0.publisher.get() {
            publisher.publish_to_user(user.as_ref(), &destination, message, Witness::Nobody)?;
        }
        Ok(())
    }

    /// Converts `payload` and sends it to `destination` of one session, whether it has a user or not: `/queue/news` is
    /// `/user/queue/news` to its client. A session that has ended gets nothing, which is not an error.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send_to_user`](Self::convert_and_send_to_user).
    pub fn convert_and_send_to_session<T>(
        &self,
        session: SessionId,
        destination: impl AsRef<str>,
        payload: &T,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        let destination = with_slash(destination.as_ref());
        let message = self.convert(&destination, payload, &Headers::new())?;
        if let Some(publisher) = self.0.publisher.get() {
            publisher.publish_to_sessions(&[session], &destination, message, Witness::Nobody)?;
        }
        Ok(())
    }

    /// Sends a message that needs no conversion.
    ///
    /// # Errors
    ///
    /// [`SendError`] when the destination is not one to send to, or too much waits for it already.
    pub fn send(&self, message: Message) -> Result<(), SendError> {
        match self.0.publisher.get() {
            Some(publisher) => Ok(publisher.publish(message, Witness::Nobody)?),
            None => Ok(()),
        }
    }

    fn convert<T>(&self, destination: &str, payload: &T, headers: &Headers) -> Result<Message, SendError>
    where
        T: Serialize + ?Sized,
    {
        let mut all = headers.clone();
        let body = match headers.get("content-type") {
            Some(content_type) => self.0.converters.write_as(payload, content_type)?,
            None => {
                let (body, content_type) = self.0.converters.write(payload)?;
                all.push("content-type", &content_type);
                body
            }
        };
        Ok(Message {
            headers: all,
            ..Message::new(destination, body)
        })
    }
}

impl fmt::Debug for SimpMessagingTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpMessagingTemplate").finish_non_exhaustive()
    }
}

fn with_slash(destination: &str) -> String {
    if destination.starts_with('/') {
        destination.to_owned()
    } else {
        format!("/{destination}")
    }
}

/// Why a message could not be sent. Unless it says so, nothing was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The payload cannot be converted.
    #[error("the payload cannot be converted")]
    Convert(#[from] ConvertError),
    /// The destination is neither a user's nor under one of the broker's prefixes, so nobody can be subscribed to it.
    #[error("the destination is neither a user's nor under one of the broker's prefixes")]
    NotServed,
    /// The destination is empty, has an empty segment or names no user.
    #[error("the destination is empty, has an empty segment or names no user")]
    Malformed,
    /// The destination has more messages waiting than [`Config::publish_queue_limit`](crate::Config) allows: they are
    /// sent faster than they can be handed to its subscribers. Of a user's sessions, some may have it.
    #[error("the destination has more messages waiting than it may")]
    Overloaded,
    /// An interceptor on the broker channel held the message back.
    #[error("an interceptor held the message back")]
    Vetoed,
    /// An interceptor on the broker channel failed. Its error is the source; of a panic the text says no more than that.
    #[error("an interceptor failed")]
    Intercepted(#[source] crate::BoxError),
    /// The server stopped before everybody had the message: some may have it. Only those who wait for the
    /// confirmation learn of it.
    #[error("the server stopped before everybody had the message")]
    Lost,
}

impl From<Lost> for SendError {
    fn from(Lost: Lost) -> Self {
        Self::Lost
    }
}

impl From<PublishError> for SendError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotServed => Self::NotServed,
            PublishError::Malformed => Self::Malformed,
            PublishError::Overloaded => Self::Overloaded,
            PublishError::Vetoed => Self::Vetoed,
            PublishError::Intercepted(cause) => Self::Intercepted(cause),
        }
    }
}
