//! Arguments that must satisfy more than their type.

use std::ops::Deref;

use super::{
    ArgSpec, Describe, FromMessage, MessageContext, OptionalFromMessage, Payload, Rejection, Requirements,
};
use crate::BoxError;

/// A type that can say whether a value of it is acceptable, for [`Valid`].
///
/// With the feature `garde` every type with `#[derive(garde::Validate)]` can, if its context has a default; what is
/// wrong is then a [`ValidationErrors`](crate::ValidationErrors) with the paths of the fields.
#[diagnostic::on_unimplemented(
    message = "nothing says when a `{Self}` is valid",
    label = "`Valid` cannot check this",
    note = "implement `stomp_server::Validate` for it, or switch on the feature `garde` and derive `garde::Validate`"
)]
pub trait Validate {
    /// Checks the value.
    ///
    /// # Errors
    ///
    /// What is wrong with it: [`ValidationErrors`](crate::ValidationErrors), or an error of the application's own.
    /// Clients are told that the payload is not valid; an exception handler can ask for the error's type and tell them
    /// more.
    fn validate(&self) -> Result<(), BoxError>;
}

impl<T: Validate> Validate for Payload<T> {
    fn validate(&self) -> Result<(), BoxError> {
        self.0.validate()
    }
}

#[cfg(feature = "garde")]
#[diagnostic::do_not_recommend]
impl<T: garde::Validate<Context: Default>> Validate for T {
    fn validate(&self) -> Result<(), BoxError> {
        garde::Validate::validate(self).map_err(|report| crate::ValidationErrors::from(report).into())
    }
}

/// Another argument, checked: `Valid(Payload(draft)): Valid<Payload<Draft>>`. Spring's `@Valid`.
///
/// ```
/// use stomp_server::{Valid, Validate, ValidationErrors, prelude::*};
///
/// #[derive(serde::Deserialize)]
/// struct Draft {
///     text: String,
/// }
///
/// impl Validate for Draft {
///     fn validate(&self) -> Result<(), stomp_server::BoxError> {
///         let mut errors = ValidationErrors::new();
///         if self.text.is_empty() {
///             errors.push("text", "must not be empty");
///         }
///         Ok(errors.into_result()?)
///     }
/// }
///
/// #[message_mapping("/drafts")]
/// async fn keep(Valid(Payload(draft)): Valid<Payload<Draft>>) {
///     let _ = draft.text;
/// }
///
/// // Spring's `MethodArgumentNotValidException`; as JSON `[{"field":"text","message":"must not be empty"}]`.
/// #[message_exception_handler]
/// #[send_to_user("/queue/errors", broadcast = false)]
/// async fn not_valid(errors: &ValidationErrors) -> ValidationErrors {
///     errors.clone()
/// }
///
/// assert!(StompServer::builder().scope(module_path!()).build().is_ok());
/// ```
///
/// Rules name Rust's fields. Where the JSON has others, with `#[serde(rename_all = "camelCase")]`, answer with
/// [`errors.in_camel_case()`](crate::ValidationErrors::in_camel_case).
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

    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        T::declared(requirements, arg);
    }

    async fn from_message(cx: &MessageContext, arg: &'static ArgSpec) -> Result<Self, Rejection> {
        checked(T::from_message(cx, arg).await?)
    }
}

/// A payload that may be absent is checked when it is there.
impl<T: OptionalFromMessage + Validate> OptionalFromMessage for Valid<T> {
    const VARIABLE: bool = T::VARIABLE;

    fn requirements(requirements: &mut Requirements) {
        T::requirements(requirements);
    }

    fn describe(describe: &mut Describe) {
        T::describe(describe);
    }

    fn declared(requirements: &mut Requirements, arg: &'static ArgSpec) {
        T::declared(requirements, arg);
    }

    async fn from_message_optional(
        cx: &MessageContext,
        arg: &'static ArgSpec,
    ) -> Result<Option<Self>, Rejection> {
        let Some(value) = T::from_message_optional(cx, arg).await? else {
            return Ok(None);
        };
        checked(value).map(Some)
    }
}

fn checked<T: Validate>(value: T) -> Result<Valid<T>, Rejection> {
    match value.validate() {
        Ok(()) => Ok(Valid(value)),
        Err(error) => Err(Rejection::of_payload("the payload is not valid").because(error)),
    }
}
