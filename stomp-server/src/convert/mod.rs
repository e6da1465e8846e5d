//! Bodies to values and back.
//!
//! Three converters are always there, as in Spring's chain: text, bytes and JSON. They are plain functions over the
//! type at hand, so that nothing is boxed on the way. An application's own [`MessageConverter`]s stand before them and
//! are asked when a content type names them.

mod charset;
mod error;
mod media_type;
mod raw;

use std::{any::TypeId, borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

pub use self::error::ConvertError;
use self::{charset::Charset, media_type::MediaType};

/// The content type of a `String`.
pub(crate) const TEXT: &str = "text/plain;charset=UTF-8";
/// The content type of bytes.
pub(crate) const OCTETS: &str = "application/octet-stream";
/// The content type of everything else.
pub(crate) const JSON: &str = "application/json";

/// Reads and writes bodies of the media types it names, with any type that serde knows.
///
/// The counterpart of Spring's `MessageConverter`. A format that is no serde format can go by way of a value that is:
///
/// ```
/// use serde_json::json;
/// use stomp_server::{BoxError, Converters, MessageConverter, erased_serde};
///
/// /// sender=ann;text=hi
/// struct Notes;
///
/// impl MessageConverter for Notes {
///     fn media_types(&self) -> &[&'static str] {
///         &["application/x-note"]
///     }
///
///     fn read(
///         &self,
///         body: &[u8],
///         read: &mut dyn FnMut(&mut dyn erased_serde::Deserializer<'_>) -> Result<(), erased_serde::Error>,
///     ) -> Result<(), BoxError> {
///         let (sender, text) = std::str::from_utf8(body)?.split_once(';').ok_or("no semicolon")?;
///         let note = json!({ "sender": sender, "text": text });
///         Ok(read(&mut <dyn erased_serde::Deserializer<'_>>::erase(note))?)
///     }
///
///     fn write(&self, value: &dyn erased_serde::Serialize) -> Result<Vec<u8>, BoxError> {
///         let note = serde_json::to_value(value)?;
///         let part = |name| note[name].as_str().ok_or("not a note");
///         Ok(format!("{};{}", part("sender")?, part("text")?).into_bytes())
///     }
/// }
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Note {
///     sender: String,
///     text: String,
/// }
///
/// let converters = Converters::new().with(Notes);
/// let note: Note = converters.read(&"ann;hi".into(), Some("application/x-note"))?;
/// assert_eq!(note.sender, "ann");
/// assert_eq!(converters.write_as(&note, "application/x-note")?, "ann;hi");
/// # Ok::<(), stomp_server::ConvertError>(())
/// ```
pub trait MessageConverter: Send + Sync + 'static {
    /// The media types it reads and writes, without parameters: `application/cbor`. One that names none is asked for
    /// every body, also for those without a content type.
    fn media_types(&self) -> &[&'static str];

    /// Is it for values of this type? One that is not leaves them to the next converter. Default: it is for all.
    fn supports(&self, type_id: TypeId) -> bool {
        let _ = type_id;
        true
    }

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
///
/// A content type that no converter has, or not for the type at hand, is refused: `text/plain` for a structure,
/// `text/html` for a `String`.
#[derive(Clone, Default)]
pub struct Converters {
    own: Arc<[Arc<dyn MessageConverter>]>,
    /// Are text, bytes and JSON left out?
    only_own: bool,
    strict: bool,
    default_content_type: Option<Arc<str>>,
}

impl Converters {
    /// Text, bytes and JSON.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with `converter` behind the application's others and before text, bytes and JSON.
    #[must_use]
    pub fn with(mut self, converter: impl MessageConverter) -> Self {
        let added: Arc<dyn MessageConverter> = Arc::new(converter);
        self.own = self.own.iter().cloned().chain([added]).collect();
        self
    }

    /// The same without text, bytes and JSON: nothing is read and written but by the application's own converters.
    /// (Arguments that are bytes still take every body as it is.) A value that is written without a content type is of
    /// the first media type of the first converter that is for its type. Spring's `configureMessageConverters` that
    /// returns `false`.
    #[must_use]
    pub fn without_defaults(mut self) -> Self {
        self.only_own = true;
        self
    }

    /// The same, reading no body that has no content type: Spring's strict content type match. Bodies that have none
    /// are of the [default](Self::with_default_content_type), if there is one.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// The same, reading bodies without a content type as if they had this one: Spring's content type resolver.
    #[must_use]
    pub fn with_default_content_type(mut self, content_type: &str) -> Self {
        self.default_content_type = Some(content_type.into());
        self
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
        if let Some(bytes) = raw::bytes_as(body) {
            return Ok(bytes);
        }
        let content_type = content_type.or(self.default_content_type.as_deref());
        let media_type = content_type.map(MediaType::parse);
        if let Some(own) = self.own_for(media_type, TypeId::of::<T>) {
            return read_own(&**own, body);
        }
        if self.only_own || (self.strict && media_type.is_none()) {
            return Err(ConvertError::unsupported(content_type));
        }
        match media_type {
            None => match raw::text_as(body, None) {
                Some(text) => text,
                None => read_json(body),
            },
            Some(media_type) if media_type.is_json() => read_json_as(body, json_charset(media_type)),
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
        if self.only_own {
            return self.write_own(value);
        }
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
        if let Some(own) = self.own_for(Some(media_type), typeid::of::<T>) {
            return written_by(&**own, value);
        }
        let refused = || ConvertError::unconvertible(content_type);
        if self.only_own {
            Err(refused())
        } else if media_type.is_json() {
            json_charset(media_type).encode(&write_json(value)?)
        } else if media_type.is("text/plain") {
            let text = raw::text_of(value).ok_or_else(refused)?;
            raw::encode(&text, media_type.charset())
        } else if media_type.is(OCTETS) {
            raw::bytes_of(value).ok_or_else(refused)
        } else {
            Err(refused())
        }
    }

    /// In the way of the first of the application's converters that is for its type.
    fn write_own<T: Serialize + ?Sized>(
        &self,
        value: &T,
    ) -> Result<(Bytes, Cow<'static, str>), ConvertError> {
        let type_id = typeid::of::<T>();
        let named = self.own.iter().find_map(|own| {
            let media_type = own.media_types().first().filter(|_| own.supports(type_id))?;
            Some((own, *media_type))
        });
        let (own, media_type) = named.ok_or_else(|| ConvertError::unsupported(None))?;
        Ok((written_by(&**own, value)?, Cow::Borrowed(media_type)))
    }

    fn own_for(
        &self,
        media_type: Option<MediaType<'_>>,
        type_id: impl Fn() -> TypeId,
    ) -> Option<&Arc<dyn MessageConverter>> {
        self.own.iter().find(|own| {
            let known = own.media_types();
            let is_known = |media_type: MediaType<'_>| known.iter().any(|known| media_type.is(known));
            (known.is_empty() || media_type.is_some_and(is_known)) && own.supports(type_id())
        })
    }
}

impl fmt::Debug for Converters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.own.iter().flat_map(|own| own.media_types());
        let defaults = [TEXT, OCTETS, JSON].into_iter().filter(|_| !self.only_own);
        f.debug_list().entries(own).entries(defaults).finish()
    }
}

/// May stand before JSON (RFC 8259 section 8.1), and means nothing there.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

fn read_json<T: DeserializeOwned>(body: &Bytes) -> Result<T, ConvertError> {
    if body.is_empty() {
        return Err(ConvertError::empty());
    }
    let json = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    serde_json::from_slice(json).map_err(ConvertError::json)
}

/// JSON is UTF-8 unless UTF-16 is named; what else is named is ignored, as in Spring.
fn json_charset(media_type: MediaType<'_>) -> Charset {
    match Charset::named(media_type.charset()) {
        Some(charset @ Charset::Utf16(_)) => charset,
        _ => Charset::Utf8,
    }
}

fn read_json_as<T: DeserializeOwned>(body: &Bytes, charset: Charset) -> Result<T, ConvertError> {
    match charset {
        Charset::Utf8 => read_json(body),
        other => read_json(&Bytes::from(other.decode(body)?)),
    }
}

fn write_json<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, ConvertError> {
    serde_json::to_vec(value)
        .map(Bytes::from)
        .map_err(ConvertError::unwritable)
}

fn written_by<T: Serialize + ?Sized>(own: &dyn MessageConverter, value: &T) -> Result<Bytes, ConvertError> {
    own.write(&value)
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
