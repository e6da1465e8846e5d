//! Why an argument could not be read, as types that exception handlers can ask for.
//!
//! | type | Spring |
//! |---|---|
//! | [`MissingHeader`], [`MissingVariable`] | `MessageHandlingException` |
//! | [`InvalidValue`] | `ConversionException` |
//! | [`ConvertError`](crate::ConvertError) | `MessageConversionException` |
//! | [`ValidationErrors`](crate::ValidationErrors) | `MethodArgumentNotValidException` |

use std::{
    char::ParseCharError,
    error::Error,
    fmt,
    num::{IntErrorKind, ParseFloatError, ParseIntError},
    str::ParseBoolError,
};

use super::Rejection;
use crate::BoxError;

/// A header that an argument needs is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("header `{name}` is missing")]
#[non_exhaustive]
pub struct MissingHeader {
    /// The header's name, as the handler asked for it; placeholders are filled in.
    pub name: String,
}

/// A destination variable that an argument needs is not there: the handler has several patterns, or it is an exception
/// handler and the message that failed was mapped by a pattern without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("destination variable `{name}` is missing")]
#[non_exhaustive]
pub struct MissingVariable {
    /// The variable's name, in snake case.
    pub name: String,
}

/// A header or destination variable is there, and its text is not of the argument's type.
///
/// Its text says which and, for numbers, truth values and characters, why; it repeats nothing of what the client sent.
/// The error of [`FromStr`](std::str::FromStr) is its source.
#[derive(Debug)]
pub struct InvalidValue {
    place: ValuePlace,
    name: String,
    source: BoxError,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValuePlace {
    /// In a header.
    Header,
    /// In the destination.
    DestinationVariable,
}

impl InvalidValue {
    pub(super) fn new(place: ValuePlace, name: &str, source: BoxError) -> Self {
        Self {
            place,
            name: name.to_owned(),
            source,
        }
    }

    /// Is it a header or a variable?
    #[must_use]
    pub fn place(&self) -> ValuePlace {
        self.place
    }

    /// The name of the header or variable.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why it is not valid, in words for clients, where that is known.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        reason(&*self.source)
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            ValuePlace::Header => "header",
            ValuePlace::DestinationVariable => "destination variable",
        };
        write!(f, "{place} `{}` is not valid", self.name)?;
        match self.reason() {
            Some(reason) => write!(f, " ({reason})"),
            None => Ok(()),
        }
    }
}

impl Error for InvalidValue {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// In words for clients. What other types say is for logs: it may name types, or repeat what the client sent.
fn reason(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = error.downcast_ref::<ParseIntError>() {
        return Some(match error.kind() {
            IntErrorKind::Empty => "it is empty",
            IntErrorKind::PosOverflow => "the number is too large",
            IntErrorKind::NegOverflow => "the number is too small",
            IntErrorKind::Zero => "it is zero",
            _ => "it is not a whole number",
        });
    }
    if error.is::<ParseFloatError>() {
        Some("it is not a number")
    } else if error.is::<ParseBoolError>() {
        Some("it is neither `true` nor `false`")
    } else if error.is::<ParseCharError>() {
        Some("it is not one character")
    } else {
        None
    }
}

/// The client reads the text of the error.
macro_rules! refused_because_of {
    ($($error:ty),+) => { $(
        impl From<$error> for Rejection {
            fn from(error: $error) -> Self {
                Self::new(error.to_string()).because(error)
            }
        }
    )+ };
}

refused_because_of!(MissingHeader, MissingVariable, InvalidValue);

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: std::str::FromStr<Err: Error + Send + Sync + 'static>>(text: &str) -> String {
        let error = text.parse::<T>().err().expect("it does not parse");
        InvalidValue::new(ValuePlace::Header, "x-n", error.into()).to_string()
    }

    #[test]
    fn a_client_reads_why_a_value_is_not_valid_and_no_type() {
        assert_eq!(
            said::<u8>("x"),
            "header `x-n` is not valid (it is not a whole number)"
        );
        assert_eq!(
            said::<u8>("256"),
            "header `x-n` is not valid (the number is too large)"
        );
        assert_eq!(
            said::<i8>("-129"),
            "header `x-n` is not valid (the number is too small)"
        );
        assert_eq!(said::<u8>(""), "header `x-n` is not valid (it is empty)");
        assert_eq!(said::<f32>("x"), "header `x-n` is not valid (it is not a number)");
        assert_eq!(
            said::<char>("xy"),
            "header `x-n` is not valid (it is not one character)"
        );
        assert_eq!(
            said::<bool>("On"),
            "header `x-n` is not valid (it is neither `true` nor `false`)"
        );
        assert_eq!(said::<std::net::IpAddr>("x"), "header `x-n` is not valid");
    }
}
