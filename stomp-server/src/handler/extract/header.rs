//! The headers of a message.

use std::str::FromStr;

use super::{ArgSpec, FromMessage, MessageContext, OptionalFromMessage, Rejection};
use crate::{BoxError, Headers};

/// A header, read with [`FromStr`]. It is the one named like the argument, with `-` for `_` if there is no such; for
/// other names write `#[header("x-id")] id: T`.
///
/// Spring's `@Header`. Of a repeated header the first counts, as STOMP 1.2 demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header<T>(pub T);

impl<T> FromMessage for Header<T>
where
    T: FromStr + Send,
    T::Err: Into<BoxError>,
{
    async fn from_message(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Self, Rejection> {
        read(cx, arg)?.ok_or_else(|| Rejection::new(format!("header `{}` is missing", shown(arg))))
    }
}

impl<T> OptionalFromMessage for Header<T>
where
    T: FromStr + Send,
    T::Err: Into<BoxError>,
{
    async fn from_message_optional(
        cx: &MessageContext,
        arg: &'static ArgSpec,
    ) -> Result<Option<Self>, Rejection> {
        read(cx, arg)
    }
}

/// All headers of the frame. Spring's `@Headers`.
impl FromMessage for Headers {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(cx.message().headers.clone())
    }
}

fn read<T>(cx: &MessageContext, arg: &ArgSpec) -> Result<Option<Header<T>>, Rejection>
where
    T: FromStr,
    T::Err: Into<BoxError>,
{
    let Some(text) = find(cx, arg) else {
        return Ok(None);
    };
    let read = text.parse().map(|value| Some(Header(value)));
    read.map_err(|error| Rejection::new(format!("header `{}` is not valid", shown(arg))).because(error))
}

fn find<'a>(cx: &'a MessageContext, arg: &ArgSpec) -> Option<&'a str> {
    let name = shown(arg);
    cx.header(name).or_else(|| {
        let same = |header: &str| header.len() == name.len() && header.replace('-', "_") == name;
        let mut named = cx.message().headers.iter().filter(|(header, _)| same(header));
        named.next().map(|(_, value)| value)
    })
}

fn shown(arg: &ArgSpec) -> &'static str {
    arg.rename.unwrap_or(arg.name)
}
