//! Arguments that must satisfy more than their type.

use std::ops::Deref;

use super::{ArgSpec, Describe, FromMessage, MessageContext, Payload, Rejection, Requirements};
use crate::BoxError;

/// A type that can say whether a value of it is acceptable, for [`Valid`].
pub trait Validate {
    /// Checks the value.
    ///
    /// # Errors
    ///
    /// What is wrong with it. Clients are told that the payload is not valid; an exception handler can ask for the
    /// error's type and tell them more.
    fn validate(&self) -> Result<(), BoxError>;
}

impl<T: Validate> Validate for Payload<T> {
    fn validate(&self) -> Result<(), BoxError> {
        self.0.validate()
    }
}

/// Another argument, checked: `Valid(Payload(draft)): Valid<Payload<Draft>>`. Spring's `@Valid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Valid<T>(pub T);

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: FromMessage + Validate> FromMessage for Valid<T> {
    const VARIABLE: bool = T::VARIABLE;

    fn requirements(requirements: &mut Requirements) {
        T::requirements(requirements);
    }

    fn describe(describe: &mut Describe) {
        T::describe(describe);
    }

    async fn from_message(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Self, Rejection> {
        let value = T::from_message(cx, arg).await?;
        match value.validate() {
            Ok(()) => Ok(Self(value)),
            Err(error) => Err(Rejection::new("the payload is not valid").because(error)),
        }
    }
}
