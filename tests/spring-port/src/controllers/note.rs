//! `Note.java`

use garde::Validate;
use serde::{Deserialize, Serialize};

/// The payload of most scenarios. Every property may be missing, and is written as `null` then, as Jackson does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub(crate) struct Note {
    #[garde(custom(not_blank))]
    pub(crate) sender: Option<String>,
    #[garde(custom(size))]
    pub(crate) text: Option<String>,
    #[garde(skip)]
    pub(crate) count: Option<i32>,
}

/// `@NotBlank`, with the words of Java's validator.
fn not_blank(text: &Option<String>, (): &()) -> garde::Result {
    let blank = text.as_deref().is_none_or(|text| text.trim().is_empty());
    if blank {
        return Err(garde::Error::new("must not be blank"));
    }
    Ok(())
}

/// `@Size(max = 20)`: nothing at all passes; Java counts UTF-16 units.
fn size(text: &Option<String>, (): &()) -> garde::Result {
    let units = text.as_deref().map_or(0, |text| text.encode_utf16().count());
    if units > 20 {
        return Err(garde::Error::new("size must be between 0 and 20"));
    }
    Ok(())
}
