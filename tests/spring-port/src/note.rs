//! The payload of most scenarios.

use serde::{Deserialize, Serialize};

/// Who says what, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who says it; not blank.
    pub sender: Option<String>,
    /// What is said; at most 20 characters.
    pub text: Option<String>,
    /// How often.
    pub count: Option<i32>,
}
