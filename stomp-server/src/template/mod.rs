//! Sending from anywhere.

mod error;
mod ready;

use std::{fmt, sync::Arc};

use serde::Serialize;
use stomp_core::Headers;

pub use self::error::SendError;
use crate::{
    Outgoing, Session,
    broker::{Lane, Publisher},
    convert::Converters,
    session::SessionId,
};

/// Sends messages to destinations and users: from handlers, HTTP handlers, jobs, other threads.
///
/// A send hands the message to the broker and returns; it never waits for a subscriber. Its twin, `…_confirmed`, waits
/// until the broker is done with the message; where there is none, [convert](Self::convert) first. Cheap to clone; it
/// may be used before the server runs (then nobody is listening yet) and after it has stopped (then nobody is any more).
///
/// A template is a publisher: its messages reach each subscriber in the order they were sent, also over different
/// destinations and to users. While one is still on its way, because it has very many subscribers or others' messages go
/// first, those behind it wait in the template's own line, for at most
/// [`publish_queue_limit`](crate::Config::publish_queue_limit) octets. Clones share that line, also the order of a
/// template that a component holds: it is one publisher for all sessions whose handlers use it. What
/// [`StompServer::template`] and [`ServerHandle::template`] give has a line of its own each time.
///
/// A template that is a handler's argument belongs to the session: the handler's replies and the session's next messages
/// come behind what was sent with it, and one session does not wait for another's. Of these messages at most
/// [`session_publish_limit`](crate::Config::session_publish_limit) octets wait.
///
/// [`StompServer::template`]: crate::StompServer::template
/// [`ServerHandle::template`]: crate::ServerHandle::template
///
/// | to | a payload | what is converted already |
/// |---|---|---|
/// | a destination | [`convert_and_send`](Self::convert_and_send), `…_with_headers` | [`send_to`](Self::send_to) |
/// | the [default destination](Self::with_default_destination) | [`convert_and_send_to_default`](Self::convert_and_send_to_default), `…_with_headers` | [`send_to_default`](Self::send_to_default) |
/// | a user | [`convert_and_send_to_user`](Self::convert_and_send_to_user), `…_with_headers` | [`send_to_user`](Self::send_to_user) |
/// | a session | [`convert_and_send_to_session`](Self::convert_and_send_to_session), `…_with_headers` | [`send_to_session`](Self::send_to_session) |
/// | where the message says | | [`send`](Self::send) |
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = stomp_server::StompServer::builder().scope(module_path!()).build()?;
/// let template = server.template();
/// std::thread::spawn(move || template.convert_and_send("/topic/news", "hello"));
/// # Ok(())
/// # }
/// ```
///
/// What Spring's post-processors do stands between two calls here:
///
/// ```
/// # use stomp_server::{SendError, SimpMessagingTemplate};
/// fn send(template: &SimpMessagingTemplate, text: &str) -> Result<(), SendError> {
///     let outgoing = template.convert(text)?;
///     let length = outgoing.body.len().to_string();
///     template.send_to("/topic/news", outgoing.with_header("x-length", &length))
/// }
/// # send(&SimpMessagingTemplate::detached(), "hello").unwrap();
/// ```
#[derive(Clone)]
pub struct SimpMessagingTemplate {
    inner: Arc<Inner>,
    /// Keeps the order. `None` for a template that leads nowhere.
    lane: Option<Arc<Lane>>,
}

struct Inner {
    converters: Converters,
    /// None for a template that leads nowhere.
    publisher: Option<Arc<Publisher>>,
    default_destination: Option<Box<str>>,
}

impl SimpMessagingTemplate {
    pub(crate) fn new(converters: Converters, publisher: Arc<Publisher>) -> Self {
        let lane = publisher.lane();
        Self {
            inner: Arc::new(Inner {
                converters,
                publisher: Some(publisher),
                default_destination: None,
            }),
            lane: Some(lane),
        }
    }

    /// The same as a publisher of its own.
    pub(crate) fn separate(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            lane: self.new_lane(),
        }
    }

    /// The same for the handlers of a session, which are one publisher.
    pub(crate) fn of_session(&self, session: &Session) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            lane: session
                .shared()
                .lane(|| Some(self.inner.publisher.as_ref()?.session_lane())),
        }
    }

    fn new_lane(&self) -> Option<Arc<Lane>> {
        let publisher = self.inner.publisher.as_ref()?;
        Some(publisher.lane())
    }

    /// A template that leads nowhere, for tests of handlers.
    #[must_use]
    pub fn detached() -> Self {
        Self {
            inner: Arc::new(Inner {
                converters: Converters::new(),
                publisher: None,
                default_destination: None,
            }),
            lane: None,
        }
    }

    /// A template that sends to `destination` where no other is named (Spring's `setDefaultDestination`). This one
    /// stays as it is.
    #[must_use]
    pub fn with_default_destination(&self, destination: impl Into<Box<str>>) -> Self {
        Self {
            inner: Arc::new(Inner {
                converters: self.inner.converters.clone(),
                publisher: self.inner.publisher.clone(),
                default_destination: Some(destination.into()),
            }),
            lane: self.lane.clone(),
        }
    }

    /// `payload` in the way that suits its type, to be changed and then sent with [`send_to`](Self::send_to) and its
    /// like.
    ///
    /// # Errors
    ///
    /// [`SendError::Convert`] when serde cannot write the payload.
    pub fn convert<T>(&self, payload: &T) -> Result<Outgoing, SendError>
    where
        T: Serialize + ?Sized,
    {
        let (body, content_type) = self.inner.converters.write(payload)?;
        Ok(Outgoing::new(body).with_content_type(content_type))
    }

    /// `payload` as a content type, with its parameters: `application/json`, `text/plain;charset=ISO-8859-1`.
    ///
    /// # Errors
    ///
    /// [`SendError::Convert`] when no converter writes such a payload as this content type, or serde cannot write it.
    pub fn convert_as<T>(&self, payload: &T, content_type: &str) -> Result<Outgoing, SendError>
    where
        T: Serialize + ?Sized,
    {
        let body = self.inner.converters.write_as(payload, content_type)?;
        Ok(Outgoing::new(body).with_content_type(content_type.to_owned()))
    }

    /// Converts `payload` and sends it to all subscribers of `destination` (Spring's `convertAndSend`). The
    /// destination is under one of the broker's prefixes, or a user's: `/user/ann/queue/news`. That nobody listens is
    /// not an error.
    ///
    /// # Errors
    ///
    /// [`SendError`] when the payload cannot be converted, the destination is not one to send to, too much waits for it
    /// already, or an interceptor holds the message back or fails.
    pub fn convert_and_send<T>(&self, destination: impl AsRef<str>, payload: &T) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        self.send_to(destination, self.convert(payload)?)
    }

    /// The same with headers, which subscribers get to read. A `content-type` among them says how to convert.
    ///
    /// ```
    /// # use stomp_server::{Headers, SendError, SimpMessagingTemplate};
    /// # fn send(template: &SimpMessagingTemplate, reply_to: Option<&str>) -> Result<(), SendError> {
    /// let headers = Headers::new().with("x-count", 3).with_some("x-reply-to", reply_to);
    /// template.convert_and_send_with_headers("/topic/news", "hello", &headers)
    /// # }
    /// # send(&SimpMessagingTemplate::detached(), None).unwrap();
    /// ```
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
        self.send_to(destination, self.convert_with(payload, headers)?)
    }

    /// Converts `payload`, sends it to all subscribers of `destination`, and returns when the broker is done with it:
    /// everybody subscribed has it in their outbox.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send`](Self::convert_and_send), and [`SendError::Lost`].
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
        self.send_to_confirmed(destination, self.convert(payload)?).await
    }

    /// Converts `payload` and sends it to the [default destination](Self::with_default_destination) (Spring's
    /// `convertAndSend(payload)`).
    ///
    /// # Errors
    ///
    /// [`SendError::NoDefaultDestination`], and as [`convert_and_send`](Self::convert_and_send).
    pub fn convert_and_send_to_default<T>(&self, payload: &T) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        self.convert_and_send(self.default_destination()?, payload)
    }

    /// The same with headers, which subscribers get to read. A `content-type` among them says how to convert.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send_to_default`](Self::convert_and_send_to_default).
    pub fn convert_and_send_to_default_with_headers<T>(
        &self,
        payload: &T,
        headers: &Headers,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        self.convert_and_send_with_headers(self.default_destination()?, payload, headers)
    }

    /// Converts `payload` and sends it to `destination` of every session of a user, who subscribes to it with the user
    /// prefix: `/queue/news` is `/user/queue/news` to a client (Spring's `convertAndSendToUser`). A missing slash at its
    /// front is added, and it need not be under one of the broker's prefixes.
    ///
    /// The user's name is taken as it is, slashes included. A user who is not connected gets nothing, which is not an
    /// error. A session without a user has no name: see
    /// [`convert_and_send_to_session`](Self::convert_and_send_to_session).
    ///
    /// # Errors
    ///
    /// [`SendError::Convert`] when the payload cannot be converted, [`SendError::Malformed`] when the destination is,
    /// [`SendError::Overloaded`] when too much waits for it already, [`SendError::Vetoed`] and
    /// [`SendError::Intercepted`] when an interceptor stops it.
    pub fn convert_and_send_to_user<T>(
        &self,
        user: impl AsRef<str>,
        destination: impl AsRef<str>,
        payload: &T,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        self.send_to_user(user, destination, self.convert(payload)?)
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
        self.send_to_user(user, destination, self.convert_with(payload, headers)?)
    }

    /// Converts `payload`, sends it to `destination` of every session of a user, and returns when the broker is done
    /// with it for all of them.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send_to_user`](Self::convert_and_send_to_user), and [`SendError::Lost`].
    ///
    /// # Cancel safety
    ///
    /// As [`convert_and_send_confirmed`](Self::convert_and_send_confirmed).
    pub async fn convert_and_send_to_user_confirmed<T>(
        &self,
        user: impl AsRef<str>,
        destination: impl AsRef<str>,
        payload: &T,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        let outgoing = self.convert(payload)?;
        self.send_to_user_confirmed(user, destination, outgoing).await
    }

    /// Converts `payload` and sends it to `destination` of one session, whether it has a user or not: `/queue/news` is
    /// `/user/queue/news` to its client (Spring's `convertAndSendToUser` with the session's id in the headers). A
    /// session that has ended gets nothing, which is not an error.
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
        self.send_to_session(session, destination, self.convert(payload)?)
    }

    /// The same with headers, which subscribers get to read. A `content-type` among them says how to convert.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send_to_user`](Self::convert_and_send_to_user).
    pub fn convert_and_send_to_session_with_headers<T>(
        &self,
        session: SessionId,
        destination: impl AsRef<str>,
        payload: &T,
        headers: &Headers,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        self.send_to_session(session, destination, self.convert_with(payload, headers)?)
    }

    /// Converts `payload`, sends it to `destination` of one session, and returns when the broker is done with it.
    ///
    /// # Errors
    ///
    /// As [`convert_and_send_to_user`](Self::convert_and_send_to_user), and [`SendError::Lost`].
    ///
    /// # Cancel safety
    ///
    /// As [`convert_and_send_confirmed`](Self::convert_and_send_confirmed).
    pub async fn convert_and_send_to_session_confirmed<T>(
        &self,
        session: SessionId,
        destination: impl AsRef<str>,
        payload: &T,
    ) -> Result<(), SendError>
    where
        T: Serialize + ?Sized,
    {
        let outgoing = self.convert(payload)?;
        self.send_to_session_confirmed(session, destination, outgoing)
            .await
    }

    fn convert_with<T>(&self, payload: &T, headers: &Headers) -> Result<Outgoing, SendError>
    where
        T: Serialize + ?Sized,
    {
        let converted = match headers.get("content-type") {
            Some(content_type) => self.convert_as(payload, content_type)?,
            None => self.convert(payload)?,
        };
        Ok(Outgoing {
            headers: headers.clone(),
            ..converted
        })
    }

    fn default_destination(&self) -> Result<&str, SendError> {
        let destination = self.inner.default_destination.as_deref();
        destination.ok_or(SendError::NoDefaultDestination)
    }
}

impl fmt::Debug for SimpMessagingTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimpMessagingTemplate")
            .field("default_destination", &self.inner.default_destination)
            .finish_non_exhaustive()
    }
}
