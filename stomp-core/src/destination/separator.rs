//! What stands between the segments of a destination.

/// The character between the segments of a destination. Spring's `AntPathMatcher` takes any text; brokers and clients
/// use these two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Separator {
    /// `/topic/chat/42`, Spring's default.
    #[default]
    Slash,
    /// `topic.chat.42`, as brokers with dotted topics write it.
    Dot,
}

impl Separator {
    /// The character itself.
    #[must_use]
    pub const fn as_char(self) -> char {
        self.as_byte() as char
    }

    /// The character as its one octet: both are ASCII, so segments can be cut by octets.
    pub(super) const fn as_byte(self) -> u8 {
        match self {
            Self::Slash => b'/',
            Self::Dot => b'.',
        }
    }
}
