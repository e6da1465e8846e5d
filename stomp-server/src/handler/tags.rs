//! From what a handler returns to a [`Reply`], decided by type and not by how the type is spelled.
//!
//! Each step is a method call on references to [`Of`]: method resolution takes the implementation with the most
//! references that applies, so the steps below are ordered choices. With *n* choices the call needs *n* + 1 `&`.

#![allow(missing_docs, reason = "for generated code only")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "all choices of a step are called alike, with the value"
)]

use std::{
    future::{Future, Ready, ready},
    marker::PhantomData,
};

use futures_core::Stream;
use serde::Serialize;

use super::{
    call::{Called, stream_out},
    error::HandlerError,
    reply::{IntoReply, Outgoing, Reply},
};
use crate::{BoxError, convert::Converters};

/// Stands for a type.
#[derive(Debug)]
pub struct Of<T: ?Sized>(PhantomData<fn() -> T>);

/// The type of a value.
pub fn of<T>(_: &T) -> Of<T> {
    Of(PhantomData)
}

macro_rules! choices {
    ($($(#[$doc:meta])* $tag:ident by $method:ident of $chooser:ident for [$($bounds:tt)*] $type:ty;)+) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $tag;
        pub trait $chooser {
            fn $method(&self) -> $tag {
                $tag
            }
        }
        impl<$($bounds)*> $chooser for $type {}
    )+ };
}

// 1. An error is thrown, else the value inside counts.
choices! {
    IsResult by result_tag of ResultTag for [T, E] &Of<Result<T, E>>;
    NotResult by result_tag of NotResultTag for [T] Of<T>;
}

// 2. `None` sends nothing, as `null` does in Spring, else the value inside counts.
choices! {
    IsOption by option_tag of OptionTag for [T] &Of<Option<T>>;
    NotOption by option_tag of NotOptionTag for [T] Of<T>;
}

// 3. What is left is sent.
choices! {
    Unit by reply_tag of UnitTag for [] &&&&Of<()>;
    Own by reply_tag of OwnTag for [T: IntoReply] &&&Of<T>;
    Streamed by reply_tag of StreamTag for [S: Stream] &&Of<S>;
    Serialized by reply_tag of SerializeTag for [T: Serialize] &Of<T>;
    /// Applies to everything and converts nothing: it is there for its error message.
    Unsendable by reply_tag of UnsendableTag for [T] Of<T>;
}

// 4. So is what a stream yields.
choices! {
    OwnItem by item_tag of OwnItemTag for [T: IntoReply] &&Of<T>;
    ResultItem by item_tag of ResultItemTag for [T, E] &Of<Result<T, E>>;
    PlainItem by item_tag of PlainItemTag for [T] Of<T>;
}

/// What the `E` of a handler's `Result<T, E>` must be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a STOMP handler",
    label = "not an error type",
    note = "implement `std::error::Error` for `{Self}` (`#[derive(thiserror::Error)]`), or return `anyhow::Result`"
)]
pub trait Throw: Into<BoxError> + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError> + 'static> Throw for E {}

/// What a handler may return beside `()`, streams and its own kinds of reply.
#[diagnostic::on_unimplemented(
    message = "a STOMP handler cannot return `{Self}`",
    label = "this value cannot be sent",
    note = "derive `serde::Serialize` for `{Self}` to send it as JSON, or implement `IntoReply` for it",
    note = "`()`, `Option<T>`, `Result<T, E>` and `impl Stream<Item = T>` are understood too"
)]
pub trait HandlerReturn {
    #[doc(hidden)]
    fn outgoing(&self, converters: &Converters) -> Result<Outgoing, HandlerError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> HandlerReturn for T {
    fn outgoing(&self, converters: &Converters) -> Result<Outgoing, HandlerError> {
        Outgoing::converted(self, converters)
    }
}

impl IsResult {
    pub fn peel<T, E: Throw>(self, value: Result<T, E>) -> Result<T, HandlerError> {
        value.map_err(thrown)
    }
}

impl NotResult {
    pub fn peel<T>(self, value: T) -> Result<T, HandlerError> {
        Ok(value)
    }
}

/// A handler that passes a `HandlerError` on does not wrap it again.
fn thrown<E: Throw>(error: E) -> HandlerError {
    match boxed(error).downcast() {
        Ok(passed_on) => *passed_on,
        Err(error) => HandlerError::thrown(error),
    }
}

#[cfg(not(feature = "anyhow"))]
fn boxed<E: Throw>(error: E) -> BoxError {
    error.into()
}

/// `anyhow` hides the error's type behind its own when it is boxed in the usual way.
#[cfg(feature = "anyhow")]
fn boxed<E: Throw>(error: E) -> BoxError {
    let mut error = Some(error);
    let any: &mut dyn std::any::Any = &mut error;
    if let Some(error) = any.downcast_mut::<Option<anyhow::Error>>().and_then(Option::take) {
        return error.reallocate_into_boxed_dyn_error_without_backtrace();
    }
    error.expect("taken only if it is `anyhow`'s").into()
}

impl IsOption {
    pub fn peel<T>(self, value: Option<T>) -> Option<T> {
        value
    }
}

impl NotOption {
    pub fn peel<T>(self, value: T) -> Option<T> {
        Some(value)
    }
}

impl Unit {
    pub fn item<T>(&self, _: &T) -> Of<()> {
        Of(PhantomData)
    }

    pub fn convert<I>(self, (): (), _: I, _: &Converters) -> Ready<Called> {
        ready(Ok(Reply::Nothing))
    }
}

impl Own {
    pub fn item<T>(&self, _: &T) -> Of<()> {
        Of(PhantomData)
    }

    pub fn convert<T: IntoReply, I>(self, value: T, _: I, converters: &Converters) -> Ready<Called> {
        ready(value.into_reply(converters))
    }
}

impl Serialized {
    pub fn item<T>(&self, _: &T) -> Of<()> {
        Of(PhantomData)
    }

    pub fn convert<T: HandlerReturn, I>(self, value: T, _: I, converters: &Converters) -> Ready<Called> {
        ready(value.outgoing(converters).map(Reply::Message))
    }
}

impl Unsendable {
    pub fn item<T>(&self, _: &T) -> Of<()> {
        Of(PhantomData)
    }

    /// `HandlerReturn` holds for nothing that comes here, so this is never compiled into a program.
    pub fn convert<T: HandlerReturn, I>(self, value: T, _: I, converters: &Converters) -> Ready<Called> {
        ready(value.outgoing(converters).map(Reply::Message))
    }
}

impl Streamed {
    pub fn item<S: Stream>(&self, _: &S) -> Of<S::Item> {
        Of(PhantomData)
    }

    pub fn convert<S, I>(
        self,
        stream: S,
        item: I,
        converters: &Converters,
    ) -> impl Future<Output = Called> + use<S, I>
    where
        S: Stream,
        I: ConvertItem<S::Item>,
    {
        let converters = converters.clone();
        stream_out(stream, move |value| item.convert(value, &converters))
    }
}

/// Converts what a stream yields; `None` sends nothing.
pub trait ConvertItem<T> {
    fn convert(&self, item: T, converters: &Converters) -> Option<Result<Outgoing, HandlerError>>;
}

impl<T: IntoReply> ConvertItem<T> for OwnItem {
    fn convert(&self, item: T, converters: &Converters) -> Option<Result<Outgoing, HandlerError>> {
        match item.into_reply(converters) {
            Ok(Reply::Nothing) => None,
            Ok(Reply::Message(outgoing)) => Some(Ok(outgoing)),
            Ok(Reply::Stream(_)) => Some(Err(HandlerError::reply("an item of a stream is itself a stream"))),
            Err(error) => Some(Err(error)),
        }
    }
}

impl<T: HandlerReturn, E: Throw> ConvertItem<Result<T, E>> for ResultItem {
    fn convert(&self, item: Result<T, E>, converters: &Converters) -> Option<Result<Outgoing, HandlerError>> {
        Some(item.map_err(thrown).and_then(|value| value.outgoing(converters)))
    }
}

impl<T: HandlerReturn> ConvertItem<T> for PlainItem {
    fn convert(&self, item: T, converters: &Converters) -> Option<Result<Outgoing, HandlerError>> {
        Some(item.outgoing(converters))
    }
}
