//! `Note.java`

use serde::{Deserialize, Serialize};

/// The payload of most scenarios. A property that is missing is written as `null`, as Jackson does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Who says it; not blank.
    pub(crate) sender: Option<String>,
    /// What is said; at most 20 characters.
    pub(crate) text: Option<String>,
    /// How often.
    pub(crate) count: Option<i32>,
}
