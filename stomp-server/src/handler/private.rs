//! What the expansion of the macros names. Not public: nothing here is stable.

#![allow(missing_docs, reason = "for generated code only")]

use ::std::{error::Error, future::Future, marker::PhantomData};

pub use futures_core::future::BoxFuture;
pub use inventory;

pub use super::{
    call::Called,
    component::{Component, FromContext},
    context::MessageContext,
    error::HandlerError,
    exception::{ErrorType, ExceptionMeta, ExceptionRoute, exception_argument, handled},
    extract::{DestinationVariable, FromMessage, Header, HeaderList, Payload, variable, variable_list},
    listener::{ListenerContext, ListenerMeta, ListenerRoute, event_type, heard, injected},
    registration::{Controller, Installer, Registration},
    reply::Reply,
    route::{ArgSpec, Describe, ExecutionMode, Location, Route, RouteMeta, Target},
    services::{Context, Requirements},
    tags,
};
pub use crate::MessageKind;

/// The standard names under which the expansion finds them whatever the user's prelude holds.
pub mod std {
    pub use ::std::{
        any::Any,
        boxed::Box,
        option::Option::{self, None, Some},
        result::Result::{self, Err, Ok},
        sync::Arc,
    };
}

/// What the macros ask about an argument's type without requiring that it is an extractor: the inherent items exist
/// for extractors only, those of [`ProbeAny`] for every type, and inherent items win. So a wrong argument type
/// is reported once, where it is used, and not at each of these questions.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<fn() -> T>);

impl<T: FromMessage> Probe<T> {
    pub const VARIABLE: bool = T::VARIABLE;

    pub fn requirements(requirements: &mut Requirements) {
        T::requirements(requirements);
    }

    pub fn describe(describe: &mut Describe) {
        T::describe(describe);
    }

    pub fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        T::declared(requirements, arg);
    }
}

impl<T: Error + 'static> Probe<T> {
    pub const ERROR: ErrorType = ErrorType::of::<T>();
}

impl<T: FromContext> Probe<T> {
    pub fn injected_requirements(requirements: &mut Requirements) {
        T::requirements(requirements);
    }
}

pub trait ProbeAny {
    const VARIABLE: bool = false;
    const ERROR: ErrorType = ErrorType::none();

    fn requirements(_: &mut Requirements) {}

    fn injected_requirements(_: &mut Requirements) {}

    fn describe(_: &mut Describe) {}

    fn declared(_: &mut Requirements, _: &'static ArgSpec) {}
}

impl<T> ProbeAny for Probe<T> {}

/// The compile-time half of the check of variable names; `message` is written by the macro.
pub const fn check_argument(reads_variable: bool, declared: bool, message: &'static str) {
    if reads_variable && !declared {
        panic!("{}", message)
    }
}

/// Puts "future is not `Send`" where the handler's name is.
pub fn assert_send<F: Future + Send>(future: F) -> F {
    future
}
