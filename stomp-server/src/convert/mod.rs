//! Bodies to values and back.
//!
//! Three converters are always there, as in Spring's chain: text, bytes and JSON. They are plain functions over the
//! type at hand, so that nothing is boxed on the way. An application's own [`MessageConverter`]s stand before them and
//! are asked when a content type names them.

mod error;
mod media_type;
mod raw;

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

pub use self::error::ConvertError;
use self::media_type::MediaType;

/// The content type of a `String`.
pub(crate) const TEXT: &str = "text/plain;charset=UTF-8";
/// The content type of bytes.
pub(crate) const OCTETS: &str = "application/octet-stream";
/// The content type of everything else.
pub(crate) const JSON: &str = "application/json";

/// Reads and writes bodies of the media types it names, with any type that serde knows.
///
/// The counterpart of Spring's `MessageConverter`.
pub trait MessageConverter: Send + Sync + 'static {
    /// The media types it reads and writes, without parameters: `application/cbor`. The first is the one it writes.
    fn media_types(&self) -> &[&'static str];

    /// Gives `read` a deserializer over `body`.
    ///
    /// # Errors
    ///
    /// When the body is malformed.
    fn read(
        &self,
        body: &[u8],
        read: &mut dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error>,
    ) -> Result<(), crate::BoxError>;

    /// The body for `value`.
    ///
    /// # Errors
    ///
    /// When the value cannot be written in this format.
    fn write(&self, value: &dyn erased_serde::Serialize) -> Result<Vec<u8>, crate::BoxError>;
}

/// The converters of an application, in the order they are asked: its own, then text, bytes and JSON.
///
/// | type | reads | writes, unless another content type is asked for |
/// |---|---|---|
/// | `String` | text, JSON strings from JSON bodies | the text, `text/plain;charset=UTF-8` |
/// | `Bytes`, `Vec<u8>` | every body as it is | the bytes, `application/octet-stream` |
/// | all others | JSON, also without a content type | JSON, `application/json` |
#[derive(Clone, Default)]
pub struct Converters {
    own: Arc<[Arc<dyn MessageConverter>]>,
}

impl Converters {
    /// Text, bytes and JSON.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with `converter` behind the application's others and before text, bytes and JSON.
    #[must_use]
    pub fn with(self, converter: impl MessageConverter) -> Self {
        let added: Arc<dyn MessageConverter> = Arc::new(converter);
        Self {
            own: self.own.iter().cloned().chain([added]).collect(),
        }
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`ConvertError`] when no converter reads this content type as a `T`, or when the body is malformed.
    pub fn read<T: DeserializeOwned + 'static>(
        &self,
        body: &Bytes,
        content_type: Option<&str>,
    ) -> Result<T, ConvertError> {
        let media_type = content_type.map(MediaType::parse);
        if let Some(bytes) = raw::bytes_as(body) {
            return Ok(bytes);
        }
        if let Some(own) = media_type.and_then(|media_type| self.own_for(media_type)) {
            return read_own(&**own, body);
        }
        match media_type {
            None => match raw::text_as(body, None) {
                Some(text) => text,
                None => read_json(body),
            },
            Some(media_type) if media_type.is_json() => read_json(body),
            Some(media_type) if media_type.is("text/plain") => raw::text_as(body, media_type.charset())
                .unwrap_or_else(|| Err(ConvertError::unsupported(content_type))),
            Some(_) => Err(ConvertError::unsupported(content_type)),
        }
    }

    /// Writes a value in the way that suits its type: the body and its content type.
    ///
    /// # Errors
    ///
    /// [`ConvertError`] when serde cannot write the value.
    pub fn write<T: Serialize + ?Sized>(
        &self,
        value: &T,
    ) -> Result<(Bytes, Cow<'static, str>), ConvertError> {
        if let Some(text) = raw::text_of(value) {
            return Ok((text, Cow::Borrowed(TEXT)));
        }
        if let Some(bytes) = raw::bytes_of(value) {
            return Ok((bytes, Cow::Borrowed(OCTETS)));
        }
        Ok((write_json(value)?, Cow::Borrowed(JSON)))
    }

    /// Writes a value with the content type that its sender asks for.
    ///
    /// # Errors
    ///
    /// [`ConvertError`] when no converter writes such a value with this content type, or serde cannot write it.
    pub fn write_as<T: Serialize + ?Sized>(
        &self,
        value: &T,
        content_type: &str,
    ) -> Result<Bytes, ConvertError> {
        let media_type = MediaType::parse(content_type);
        if let Some(own) = self.own_for(media_type) {
            return own
                .write(&value)
                .map(Bytes::from)
                .map_err(ConvertError::unwritable);
        }
        let refused = || ConvertError::unconvertible(content_type);
        if media_type.is_json() {
            write_json(value)
        } else if media_type.is("text/plain") {
            let text = raw::text_of(value).ok_or_else(refused)?;
            raw::encode(&text, media_type.charset())
        } else if media_type.is(OCTETS) {
            raw::bytes_of(value).ok_or_else(refused)
        } else {
            Err(refused())
        }
    }

    fn own_for(&self, media_type: MediaType<'_>) -> Option<&Arc<dyn MessageConverter>> {
        self.own
            .iter()
            .find(|own| own.media_types().iter().any(|known| media_type.is(known)))
    }
}

impl fmt::Debug for Converters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.own.iter().flat_map(|own| own.media_types());
        f.debug_list().entries(own).entries([TEXT, OCTETS, JSON]).finish()
    }
}

fn read_json<T: DeserializeOwned>(body: &Bytes) -> Result<T, ConvertError> {
    if body.is_empty() {
        return Err(ConvertError::empty());
    }
    serde_json::from_slice(body).map_err(ConvertError::json)
}

fn write_json<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, ConvertError> {
    serde_json::to_vec(value)
        .map(Bytes::from)
        .map_err(ConvertError::unwritable)
}

fn read_own<T: DeserializeOwned>(own: &dyn MessageConverter, body: &Bytes) -> Result<T, ConvertError> {
    let mut value = None;
    own.read(body, &mut |from| {
        value = Some(erased_serde::deserialize(from)?);
        Ok(())
    })
    .map_err(ConvertError::malformed)?;
    value.ok_or_else(|| ConvertError::malformed("the converter read nothing"))
}

#[cfg(test)]
mod tests;
