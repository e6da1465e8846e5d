//! What is wrong with a payload, field by field.

use std::{error::Error, fmt};

use serde::Serialize;

/// Everything that is wrong with a value, by field and message, in the order of the fields. Spring's
/// `MethodArgumentNotValidException`.
///
/// As JSON it is a list: `[{"field":"sender","message":"must not be blank"}]`. A [`Payload`](crate::Payload) that has
/// no body is one too, with [`EMPTY_PAYLOAD`](Self::EMPTY_PAYLOAD) said of the value as a whole.
///
/// ```
/// use stomp_server::ValidationErrors;
///
/// let mut errors = ValidationErrors::new();
/// errors.push("text", "is too long");
/// errors.push("sender", "must not be blank");
/// let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
/// assert_eq!(fields, ["sender", "text"]);
/// assert!(errors.into_result().is_err());
/// assert!(ValidationErrors::new().into_result().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct ValidationErrors {
    errors: Vec<ValidationError>,
}

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct ValidationError {
    /// The path of the field: `address.street`, `lines[2].count`; empty for the value as a whole. Keys of maps are as
    /// the client sent them.
    pub field: String,
    /// What is wrong, as the rule says it.
    pub message: String,
}

impl ValidationErrors {
    /// What is said of a payload that is required and has no body; Spring's words.
    pub const EMPTY_PAYLOAD: &str = "Payload value must not be empty";

    /// Nothing is wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn empty_payload() -> Self {
        [("", Self::EMPTY_PAYLOAD)].into_iter().collect()
    }

    /// Adds what is wrong with a field; with an empty `field`, with the value as a whole.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let (field, message) = (field.into(), message.into());
        let at = self.errors.partition_point(|known| known.field <= field);
        self.errors.insert(at, ValidationError { field, message });
    }

    /// Is nothing wrong?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// How much is wrong.
    #[must_use]
    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// All of it, by field; what is said of the same field in the order it was added.
    pub fn iter(&self) -> std::slice::Iter<'_, ValidationError> {
        self.errors.iter()
    }

    /// `Ok` if nothing is wrong: the end of a [`Validate::validate`](crate::Validate::validate).
    ///
    /// # Errors
    ///
    /// Itself, if something is wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl<'a> IntoIterator for &'a ValidationErrors {
    type Item = &'a ValidationError;
    type IntoIter = std::slice::Iter<'a, ValidationError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<F: Into<String>, M: Into<String>> FromIterator<(F, M)> for ValidationErrors {
    fn from_iter<I: IntoIterator<Item = (F, M)>>(errors: I) -> Self {
        let mut all = Self::new();
        for (field, message) in errors {
            all.push(field, message);
        }
        all
    }
}

impl fmt::Display for ValidationErrors {
    /// `sender: must not be blank; text: is too long`. Fields are escaped: a client may have chosen them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, ValidationError { field, message }) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let colon = if field.is_empty() { "" } else { ": " };
            write!(
                f,
                "{separator}{}{colon}{}",
                field.escape_debug(),
                message.escape_debug()
            )?;
        }
        Ok(())
    }
}

impl Error for ValidationErrors {}

#[cfg(feature = "garde")]
impl From<garde::Report> for ValidationErrors {
    fn from(report: garde::Report) -> Self {
        let errors = report.iter();
        errors
            .map(|(path, error)| (path.to_string(), error.message().to_owned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stand_by_field_and_within_one_in_the_order_they_came() {
        let errors: ValidationErrors = [("b", "second"), ("", "whole"), ("b", "again"), ("a", "first")]
            .into_iter()
            .collect();
        assert_eq!(errors.to_string(), "whole; a: first; b: second; b: again");
        let json = serde_json::to_string(&errors).unwrap();
        assert!(
            json.starts_with(r#"[{"field":"","message":"whole"},{"field":"a","#),
            "{json}"
        );
    }

    #[test]
    fn what_a_client_chose_is_escaped_in_texts() {
        let errors: ValidationErrors = [("a\nb", "x\0")].into_iter().collect();
        assert_eq!(errors.to_string(), r"a\nb: x\0");
    }
}
