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

    /// The same with every field in camel case, as `#[serde(rename_all = "camelCase")]` writes it: rules know the names of
    /// Rust's fields, and the client those in its JSON. What stands in brackets stays as it is; a key of a map that
    /// stands behind a dot is taken for a field.
    ///
    /// ```
    /// use stomp_server::{ValidationErrors, prelude::*};
    ///
    /// #[message_exception_handler]
    /// #[send_to_user("/queue/errors", broadcast = false)]
    /// async fn not_valid(errors: &ValidationErrors) -> ValidationErrors {
    ///     errors.in_camel_case()
    /// }
    ///
    /// let errors: ValidationErrors = [("order_lines[2].unit_price", "is too high")].into_iter().collect();
    /// let fields: Vec<_> = errors.in_camel_case().iter().map(|error| error.field.clone()).collect();
    /// assert_eq!(fields, ["orderLines[2].unitPrice"]);
    /// ```
    #[must_use]
    pub fn in_camel_case(&self) -> Self {
        self.iter()
            .map(|error| (camel_case(&error.field), error.message.as_str()))
            .collect()
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

/// Each segment of a path, by serde's rule: no underscores, a capital behind each but the first.
fn camel_case(path: &str) -> String {
    let mut camel = String::with_capacity(path.len());
    let (mut depth, mut begins, mut capital) = (0_usize, true, false);
    for letter in path.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '_' => {
                capital = !begins;
                continue;
            }
            '.' => {
                (begins, capital) = (true, false);
                camel.push(letter);
                continue;
            }
            _ => {}
        }
        camel.push(if capital {
            letter.to_ascii_uppercase()
        } else {
            letter
        });
        (begins, capital) = (false, false);
    }
    camel
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

    #[test]
    fn camel_case_is_that_of_serde() {
        let table = [
            ("sender_name", "senderName"),
            ("order_lines[2].unit_price", "orderLines[2].unitPrice"),
            ("by_key[a_b.c_d].x_y", "byKey[a_b.c_d].xY"),
            ("_hidden", "hidden"),
            ("a__b_1c", "aB1c"),
            ("text", "text"),
            ("", ""),
        ];
        for (path, camel) in table {
            assert_eq!(camel_case(path), camel, "{path}");
        }
    }

    #[test]
    fn renamed_errors_are_in_the_order_of_their_fields() {
        let errors: ValidationErrors = [("a_b", "1"), ("aa", "2")].into_iter().collect();
        let renamed = errors.in_camel_case();
        let fields: Vec<_> = renamed.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["aB", "aa"]);
    }
}
