//! The headers of a message.

use std::{borrow::Cow, str::FromStr};

use super::{
    ArgSpec, FromMessage, InvalidValue, MessageContext, MissingHeader, OptionalFromMessage, Rejection,
    Requirements, ValuePlace, message_header,
};
use crate::{BoxError, Headers};

/// A header, read with [`FromStr`]. It is the one named like the argument, with `-` for `_` if there is no such; for
/// other names write `#[header("x-id")] id: T`.
///
/// Spring's `@Header`. `#[header("x-n", default = "7")] n: u32` is 7 where the header is absent or empty. Of a repeated
/// header the first counts, as STOMP 1.2 demands; [`HeaderList`] has all of them. An empty header counts as absent if
/// the type cannot be read from the empty text.
///
/// What Spring keeps with a message beside the frame's headers goes by its names, and before a frame's header of that
/// name: `simpDestination`, `lookupDestination` (without the application prefix), `simpMessageType` (`MESSAGE` or
/// `SUBSCRIBE`), `simpSessionId`, `simpSubscriptionId`, `simpUser`, `stompCommand`, `contentType`; as arguments
/// `lookup_destination: Header<String>`. A name that begins with `simp` and a capital letter (or `simp_`) is never looked
/// for among the frame's headers: a client without a user cannot pretend to be one. `nativeHeaders.simpUser` asks for
/// the frame's own.
///
/// `${name}` in names and defaults is replaced by the application's
/// [`property`](crate::StompServerBuilder::property), also as `${name:default}`. A default that is not of the argument's
/// type keeps the application from being built.
///
/// ```
/// use stomp_server::prelude::*;
///
/// #[message_mapping("/search")]
/// async fn search(
///     #[header("x-page", default = "1")] page: u32,
///     #[header("x-language")] languages: Option<Vec<String>>,
///     lookup_destination: Header<String>,
/// ) -> String {
///     format!("{} {page} {:?}", lookup_destination.0, languages.unwrap_or_default())
/// }
///
/// assert!(StompServer::builder().scope(module_path!()).build().is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header<T>(pub T);

/// All values of a header, in order, each read with [`FromStr`]; of a header that is there once, its values between
/// commas, as in Spring.
///
/// `#[header("x-a")] a: Vec<T>` and `a: Header<Vec<T>>` stand for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HeaderList<T>(pub Vec<T>);

impl<T> FromMessage for Header<T>
where
    T: FromStr + Send,
    T::Err: Into<BoxError>,
{
    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        requirements.header(arg, |text| parse::<T>("", text).map(|_| ()));
    }

    async fn from_message(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Self, Rejection> {
        read(cx, arg)?.ok_or_else(|| missing(cx, arg))
    }
}

impl<T> OptionalFromMessage for Header<T>
where
    T: FromStr + Send,
    T::Err: Into<BoxError>,
{
    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        <Self as FromMessage>::declared(requirements, arg);
    }

    async fn from_message_optional(
        cx: &MessageContext,
        arg: &'static ArgSpec,
    ) -> Result<Option<Self>, Rejection> {
        read(cx, arg)
    }
}

impl<T> FromMessage for HeaderList<T>
where
    T: FromStr + Send,
    T::Err: Into<BoxError>,
{
    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        requirements.header(arg, |text| split::<T>("", text).map(|_| ()));
    }

    async fn from_message(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Self, Rejection> {
        read_list(cx, arg)?.ok_or_else(|| missing(cx, arg))
    }
}

impl<T> OptionalFromMessage for HeaderList<T>
where
    T: FromStr + Send,
    T::Err: Into<BoxError>,
{
    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        <Self as FromMessage>::declared(requirements, arg);
    }

    async fn from_message_optional(
        cx: &MessageContext,
        arg: &'static ArgSpec,
    ) -> Result<Option<Self>, Rejection> {
        read_list(cx, arg)
    }
}

/// All headers of the frame. Spring's `@Headers`.
impl FromMessage for Headers {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(cx.message().headers.clone())
    }
}

fn read<T>(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Option<Header<T>>, Rejection>
where
    T: FromStr,
    T::Err: Into<BoxError>,
{
    let name = &*shown(cx, arg);
    let found = find(cx, name).filter(|text| !(text.is_empty() && arg.default.is_some()));
    let Some(text) = found.or_else(|| default(cx, arg)) else {
        return Ok(None);
    };
    match parse(name, &text) {
        Ok(value) => Ok(Some(Header(value))),
        Err(_) if text.is_empty() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn read_list<T>(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Option<HeaderList<T>>, Rejection>
where
    T: FromStr,
    T::Err: Into<BoxError>,
{
    let name = &*shown(cx, arg);
    let mut native = unreserved_values(cx, name);
    let one = match (message_header::find(cx, name), native.next(), native.next()) {
        (Some(text), ..) => Some(text),
        (None, Some(first), Some(second)) => {
            let all = [first, second].into_iter().chain(native);
            let values: Result<_, _> = all.map(|text| parse(name, text)).collect();
            return Ok(Some(HeaderList(values?)));
        }
        (None, first, _) => first.map(Cow::Borrowed),
    };
    let one = one.filter(|text| !(text.is_empty() && arg.default.is_some()));
    let Some(text) = one.or_else(|| default(cx, arg)) else {
        return Ok(None);
    };
    Ok(Some(HeaderList(split(name, &text)?)))
}

fn find<'a>(cx: &'a MessageContext, name: &'a str) -> Option<Cow<'a, str>> {
    message_header::find(cx, name).or_else(|| unreserved_values(cx, name).next().map(Cow::Borrowed))
}

/// The values of the frame's own header, if a client may say what the name stands for.
fn unreserved_values<'a>(cx: &'a MessageContext, name: &'a str) -> impl Iterator<Item = &'a str> {
    let unreserved = !message_header::is_reserved(name);
    unreserved.then(|| native_values(cx, name)).into_iter().flatten()
}

/// The values of the frame's own header.
fn native_values<'a>(cx: &'a MessageContext, name: &'a str) -> impl Iterator<Item = &'a str> {
    let name = name.strip_prefix("nativeHeaders.").unwrap_or(name);
    let message = cx.message();
    let is_literal = !name.contains('_') || message.headers.contains(name);
    let same = move |header: &str| match is_literal {
        true => header == name,
        false => is_spelled_like(header, name),
    };
    // A message that came over no connection has no headers but those it was made with.
    let made_here = name == "destination" && !message.headers.contains(name);
    let found = message.headers.iter().filter(move |(header, _)| same(header));
    let destination = made_here.then_some(&*message.destination);
    destination.into_iter().chain(found.map(|(_, value)| value))
}

/// `x-count`, for an argument called `x_count`.
fn is_spelled_like(header: &str, argument: &str) -> bool {
    let spelled = |octet: u8| if octet == b'-' { b'_' } else { octet };
    header.len() == argument.len() && header.bytes().map(spelled).eq(argument.bytes())
}

fn parse<T>(name: &str, text: &str) -> Result<T, InvalidValue>
where
    T: FromStr,
    T::Err: Into<BoxError>,
{
    text.parse()
        .map_err(|error: T::Err| InvalidValue::new(ValuePlace::Header, name, error.into()))
}

fn split<T>(name: &str, text: &str) -> Result<Vec<T>, InvalidValue>
where
    T: FromStr,
    T::Err: Into<BoxError>,
{
    super::split(text).map(|text| parse(name, text)).collect()
}

fn missing(cx: &MessageContext, arg: &'static ArgSpec) -> Rejection {
    let name = shown(cx, arg).into_owned();
    MissingHeader { name }.into()
}

/// The header's name, as clients spell it.
fn shown<'a>(cx: &'a MessageContext, arg: &'static ArgSpec) -> Cow<'a, str> {
    resolved(cx, arg, arg.rename.unwrap_or(arg.name))
}

fn default<'a>(cx: &'a MessageContext, arg: &'static ArgSpec) -> Option<Cow<'a, str>> {
    arg.default.map(|text| resolved(cx, arg, text))
}

fn resolved<'a>(cx: &'a MessageContext, arg: &ArgSpec, text: &'static str) -> Cow<'a, str> {
    match arg.placeholders {
        true => cx.resolved(text),
        false => Cow::Borrowed(text),
    }
}
