//! `Color.java`

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Two constants, which are read and written by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Color {
    DarkRed,
    Blue,
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DarkRed => "DARK_RED",
            Self::Blue => "BLUE",
        })
    }
}

/// What was read names no constant.
#[derive(Debug, thiserror::Error)]
#[error("not a color")]
pub(crate) struct NotAColor;

impl FromStr for Color {
    type Err = NotAColor;

    fn from_str(name: &str) -> Result<Self, NotAColor> {
        match name {
            "DARK_RED" => Ok(Self::DarkRed),
            "BLUE" => Ok(Self::Blue),
            _ => Err(NotAColor),
        }
    }
}
