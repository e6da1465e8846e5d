//! `Note.java`

use serde::{Deserialize, Serialize};

/// The payload of most scenarios. A property that is missing is written as `null`, as Jackson does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who says it; not blank.
    pub sender: Option<String>,
    /// What is said; at most 20 characters.
    pub text: Option<String>,
    /// How often.
    pub count: Option<i32>,
}
