//! What handlers answer with.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

pub use super::call::ReplyStream;
use super::error::HandlerError;
use crate::{
    Headers,
    convert::{ConvertError, Converters, JSON, OCTETS, TEXT},
};

/// The answer of a handler, before it is known where it goes.
#[derive(Debug)]
pub enum Reply {
    /// Nothing is sent.
    Nothing,
    /// One message.
    Message(Outgoing),
    /// One message for each item.
    Stream(ReplyStream),
}

/// A message to be sent: a body, its content type and further headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The body.
    pub body: Bytes,
    /// The header `content-type`, unless there is one among the further headers; without either the message has none.
    pub content_type: Option<Cow<'static, str>>,
    /// Further headers, in order.
    pub headers: Headers,
}

impl Outgoing {
    /// A message without content type and headers.
    #[must_use]
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            content_type: None,
            headers: Headers::new(),
        }
    }

    /// A message with `value` as JSON.
    ///
    /// # Errors
    ///
    /// [`ConvertError`] when serde cannot write the value.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, ConvertError> {
        let body = Converters::new().write_as(value, JSON)?;
        Ok(Self::new(body).with_content_type(JSON))
    }

    /// The same message with a content type.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The same message with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The headers, the content type among them, and the body. A `content-type` among the further headers counts.
    pub(crate) fn into_parts(self) -> (Headers, Bytes) {
        let Self {
            body,
            content_type,
            mut headers,
        } = self;
        if let Some(content_type) = content_type
            && !headers.contains("content-type")
        {
            headers.push("content-type", &content_type);
        }
        (headers, body)
    }

    /// `value` in the way that suits its type.
    pub(crate) fn converted<T: Serialize + ?Sized>(
        value: &T,
        converters: &Converters,
    ) -> Result<Self, HandlerError> {
        let (body, content_type) = converters.write(value).map_err(HandlerError::reply)?;
        Ok(Self::new(body).with_content_type(content_type))
    }
}

/// A return type that decides by itself what is sent.
///
/// Everything that implements `serde::Serialize` can be returned without it.
pub trait IntoReply {
    /// The answer.
    ///
    /// # Errors
    ///
    /// [`HandlerError::reply`] when there is none.
    fn into_reply(self, converters: &Converters) -> Result<Reply, HandlerError>;
}

impl IntoReply for Reply {
    fn into_reply(self, _: &Converters) -> Result<Reply, HandlerError> {
        Ok(self)
    }
}

impl IntoReply for Outgoing {
    fn into_reply(self, _: &Converters) -> Result<Reply, HandlerError> {
        Ok(Reply::Message(self))
    }
}

/// May borrow the controller, so it is copied.
impl IntoReply for &str {
    fn into_reply(self, _: &Converters) -> Result<Reply, HandlerError> {
        Ok(Reply::Message(
            Outgoing::new(Bytes::copy_from_slice(self.as_bytes())).with_content_type(TEXT),
        ))
    }
}

/// The texts and bytes that are sent as they are, without a copy.
macro_rules! sent_as_is {
    ($($type:ty => $content_type:expr),+ $(,)?) => { $(
        impl IntoReply for $type {
            fn into_reply(self, _: &Converters) -> Result<Reply, HandlerError> {
                Ok(Reply::Message(Outgoing::new(self).with_content_type($content_type)))
            }
        }
    )+ };
}

sent_as_is! {
    String => TEXT,
    Bytes => OCTETS,
    Vec<u8> => OCTETS,
}
