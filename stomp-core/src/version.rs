//! Protocol versions and how one is agreed on.

use std::fmt;

/// A version of STOMP. Later versions compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Version {
    /// STOMP 1.0: no escapes, no heart-beats, `id` is optional.
    V1_0,
    /// STOMP 1.1: escapes for `\n`, `:` and `\`; heart-beats; NACK.
    V1_1,
    /// STOMP 1.2: escapes for `\r` as well, CR LF as end of line, `ack` ids.
    V1_2,
}

impl Version {
    /// All versions, the oldest first.
    pub const ALL: [Self; 3] = [Self::V1_0, Self::V1_1, Self::V1_2];

    /// All versions as an ERROR's `version` header lists them (STOMP 1.2, "Protocol Negotiation").
    pub const LIST: &'static str = "1.0,1.1,1.2";

    /// `1.0`, `1.1` or `1.2`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0",
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
        }
    }

    /// The WebSocket sub-protocol that stands for this version (IANA registry: `v10.stomp`, `v11.stomp`, `v12.stomp`).
    #[must_use]
    pub const fn sub_protocol(self) -> &'static str {
        match self {
            Self::V1_0 => "v10.stomp",
            Self::V1_1 => "v11.stomp",
            Self::V1_2 => "v12.stomp",
        }
    }

    /// The highest version in a client's `accept-version` that this crate speaks, or `None` when there is no common
    /// one. A client that sends no such header speaks 1.0 (STOMP 1.2, "Protocol Negotiation").
    ///
    /// Order, repeats, unknown and empty entries and blanks around an entry are all tolerated.
    #[must_use]
    pub fn negotiate(accept_version: Option<&str>) -> Option<Self> {
        let Some(list) = accept_version else {
            return Some(Self::V1_0);
        };
        list.split(',')
            .filter_map(|entry| Self::from_str(entry.trim_matches(' ')))
            .max()
    }

    fn from_str(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_common_version_is_chosen() {
        let table = [
            (None, Some(Version::V1_0)),
            (Some("1.0"), Some(Version::V1_0)),
            (Some("1.0,1.1,1.2"), Some(Version::V1_2)),
            (Some("1.2,1.0"), Some(Version::V1_2)),
            (Some("1.1,1.1"), Some(Version::V1_1)),
            (Some("1.1,2.0"), Some(Version::V1_1)),
            (Some("1.0, 1.2"), Some(Version::V1_2)),
            (Some(",1.1,"), Some(Version::V1_1)),
            (Some("2.0"), None),
            (Some(""), None),
            (Some("1.20"), None),
        ];
        for (offered, expected) in table {
            assert_eq!(
                Version::negotiate(offered),
                expected,
                "accept-version {offered:?}"
            );
        }
    }
}
