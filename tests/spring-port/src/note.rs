//! `Note.java`

use garde::Validate;
use serde::{Deserialize, Serialize};

/// The payload of most scenarios. A property that is missing is written as `null`, as Jackson does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub(crate) struct Note {
    /// Who says it; not blank.
    #[garde(custom(not_blank))]
    pub(crate) sender: Option<String>,
    /// What is said; at most 20 characters.
    #[garde(custom(size))]
    pub(crate) text: Option<String>,
    /// How often.
    #[garde(skip)]
    pub(crate) count: Option<i32>,
}

/// `@NotBlank`, with the words of Java's validator. Java trims what is not above a space, and nothing else.
#[expect(clippy::ref_option, reason = "garde hands over the field as it is")]
fn not_blank(text: &Option<String>, (): &()) -> garde::Result {
    if text
        .as_deref()
        .is_none_or(|text| text.chars().all(|letter| letter <= ' '))
    {
        return Err(garde::Error::new("must not be blank"));
    }
    Ok(())
}

/// `@Size(max = 20)`. Java counts UTF-16 units, and lets nothing at all pass.
#[expect(clippy::ref_option, reason = "garde hands over the field as it is")]
fn size(text: &Option<String>, (): &()) -> garde::Result {
    let units = text.as_deref().map_or(0, |text| text.encode_utf16().count());
    if units > 20 {
        return Err(garde::Error::new("size must be between 0 and 20"));
    }
    Ok(())
}
