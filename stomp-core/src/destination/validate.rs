//! Destinations that no peer has a reason to send.

use std::fmt;

use super::Separator;

/// A destination that is refused. The texts carry nothing that a peer sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DestinationError {
    /// No text at all.
    Empty,
    /// Two separators in a row.
    EmptySegment,
    /// NUL, carriage return or line feed.
    ControlCharacter,
}

impl fmt::Display for DestinationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty destination",
            Self::EmptySegment => "destination has an empty segment",
            Self::ControlCharacter => "destination has a control character",
        })
    }
}

impl std::error::Error for DestinationError {}

/// Refuses a destination that could mean two things to two parts of a server.
///
/// Spring's matcher takes `/a//b` for `/a/b`, but who compares texts does not: a rule for `/a/b` could be walked
/// around. NUL, carriage return and line feed have no place in a STOMP header of any version.
///
/// # Errors
///
/// [`DestinationError`] for an empty destination, an empty segment and for these control characters.
pub fn validate(destination: &str, separator: Separator) -> Result<(), DestinationError> {
    if destination.is_empty() {
        return Err(DestinationError::Empty);
    }
    let separator = separator.as_byte();
    let mut before = None;
    for octet in destination.bytes() {
        if matches!(octet, b'\0' | b'\r' | b'\n') {
            return Err(DestinationError::ControlCharacter);
        }
        if octet == separator && before == Some(separator) {
            return Err(DestinationError::EmptySegment);
        }
        before = Some(octet);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: ROUTE-12
    #[test]
    fn only_what_could_mean_two_things_is_refused() {
        for fine in ["/", "/a", "a/", "/a b/ü", "/a..b", "a\tb"] {
            assert_eq!(validate(fine, Separator::Slash), Ok(()), "{fine:?}");
        }
        let table = [
            ("", DestinationError::Empty),
            ("//", DestinationError::EmptySegment),
            ("/a//b", DestinationError::EmptySegment),
            ("/a\0", DestinationError::ControlCharacter),
            ("/a\r\nb", DestinationError::ControlCharacter),
        ];
        for (refused, why) in table {
            assert_eq!(validate(refused, Separator::Slash), Err(why), "{refused:?}");
        }
        assert_eq!(
            validate("a..b", Separator::Dot),
            Err(DestinationError::EmptySegment)
        );
        assert_eq!(validate("a//b", Separator::Dot), Ok(()));
    }
}
