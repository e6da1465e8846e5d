//! Text and bytes, which are not serialised but sent as they are.
//!
//! Whether a type is one of them is asked of the type, not of the value: a new type around a `String` is sent as JSON
//! like every other structure. Getting at the text of a `T` that is a `String` needs no cast then: serde's own visit of
//! the value hands it over.

mod probe;

use std::{
    any::{Any, TypeId},
    borrow::Cow,
};

use bytes::Bytes;
use serde::Serialize;

use super::{ConvertError, charset::Charset};

/// The text of `value`, if its type is text.
pub(super) fn text_of<T: Serialize + ?Sized>(value: &T) -> Option<Bytes> {
    is_text::<T>().then(|| probe::probe(value)).flatten()
}

/// The bytes of `value`, if its type is bytes.
pub(super) fn bytes_of<T: Serialize + ?Sized>(value: &T) -> Option<Bytes> {
    is_bytes::<T>().then(|| probe::probe(value)).flatten()
}

/// The body as it is, if `T` is bytes.
pub(super) fn bytes_as<T: 'static>(body: &Bytes) -> Option<T> {
    give(|| body.clone()).or_else(|| give(|| body.to_vec()))
}

/// The body as text, if `T` is text.
pub(super) fn text_as<T: 'static>(body: &Bytes, charset: Option<&str>) -> Option<Result<T, ConvertError>> {
    if TypeId::of::<T>() != TypeId::of::<String>() {
        return None;
    }
    let text = named(charset).and_then(|charset| charset.decode(body));
    Some(text.map(|text| give(|| text).expect("`T` is `String`, asked above")))
}

/// `value()` as a `T`, if `T` is its type; `value` is not called otherwise.
fn give<V: 'static, T: 'static>(value: impl FnOnce() -> V) -> Option<T> {
    if TypeId::of::<V>() != TypeId::of::<T>() {
        return None;
    }
    let mut given = Some(value());
    (&mut given as &mut dyn Any).downcast_mut::<Option<T>>()?.take()
}

fn is_text<T: ?Sized>() -> bool {
    let id = typeid::of::<T>();
    [
        typeid::of::<str>(),
        typeid::of::<String>(),
        typeid::of::<&str>(),
        typeid::of::<&&str>(),
        typeid::of::<&String>(),
        typeid::of::<Box<str>>(),
        typeid::of::<Cow<'_, str>>(),
    ]
    .contains(&id)
}

fn is_bytes<T: ?Sized>() -> bool {
    let id = typeid::of::<T>();
    [
        typeid::of::<[u8]>(),
        typeid::of::<Vec<u8>>(),
        typeid::of::<Bytes>(),
        typeid::of::<&[u8]>(),
        typeid::of::<&Vec<u8>>(),
        typeid::of::<&Bytes>(),
        typeid::of::<Box<[u8]>>(),
    ]
    .contains(&id)
}

/// UTF-8 text in another character set.
pub(super) fn encode(text: &Bytes, charset: Option<&str>) -> Result<Bytes, ConvertError> {
    named(charset)?.encode(text)
}

fn named(charset: Option<&str>) -> Result<Charset, ConvertError> {
    Charset::named(charset).ok_or_else(|| ConvertError::unsupported(charset))
}
