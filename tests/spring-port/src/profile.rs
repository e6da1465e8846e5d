//! Which of the application's configurations runs.

use std::{fmt, str::FromStr};

/// One of the seven configurations of the same controllers (Spring's `SPRING_PROFILES_ACTIVE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Selectors, interceptors on all channels, all endpoints.
    Default,
    /// One frame after the other, in both directions.
    Ordered,
    /// Dots as separators, below slash prefixes.
    Dot,
    /// Dots everywhere, also in the broker's prefixes.
    DotBroker,
    /// No prefixes at all, and the default error handler.
    Bare,
    /// An application's own converter, argument, return value, error frame, prefixes and limits.
    Custom,
    /// Short heart-beats.
    Beat,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Default,
        Self::Ordered,
        Self::Dot,
        Self::DotBroker,
        Self::Bare,
        Self::Custom,
        Self::Beat,
    ];

    /// Its name in `SPRING_PROFILES_ACTIVE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Ordered => "ordered",
            Self::Dot => "dot",
            Self::DotBroker => "dotbroker",
            Self::Bare => "bare",
            Self::Custom => "custom",
            Self::Beat => "beat",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no such profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no profile `{0}`")]
pub struct UnknownProfile(String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|profile| profile.name() == name);
        named.ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}
