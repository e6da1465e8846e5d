//! The character sets that text may come in, and be asked for in.

use bytes::Bytes;

use super::ConvertError;

/// What a content type's `charset` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// UTF-8, and US-ASCII as a part of it.
    Utf8,
    Latin1,
    Utf16(ByteOrder),
}

/// In which order the two octets of UTF-16 come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// As its mark says, else the big end first; written with the mark.
    Marked,
    BigEndian,
    LittleEndian,
}

/// Says that the big end comes first, where it is read as it stands.
const MARK: char = '\u{feff}';

impl Charset {
    /// UTF-8 where nothing is named. `None` for those that nobody knows here.
    pub(super) fn named(name: Option<&str>) -> Option<Self> {
        let Some(name) = name else {
            return Some(Self::Utf8);
        };
        let known = [
            ("utf-8", Self::Utf8),
            ("utf8", Self::Utf8),
            ("us-ascii", Self::Utf8),
            ("iso-8859-1", Self::Latin1),
            ("latin1", Self::Latin1),
            ("utf-16", Self::Utf16(ByteOrder::Marked)),
            ("utf-16be", Self::Utf16(ByteOrder::BigEndian)),
            ("utf-16le", Self::Utf16(ByteOrder::LittleEndian)),
        ];
        let mut same = known
            .into_iter()
            .filter(|(known, _)| name.eq_ignore_ascii_case(known));
        same.next().map(|(_, charset)| charset)
    }

    /// The text that `body` is.
    pub(super) fn decode(self, body: &[u8]) -> Result<String, ConvertError> {
        match self {
            Self::Utf8 => String::from_utf8(body.to_vec()).map_err(ConvertError::malformed),
            Self::Latin1 => Ok(body.iter().copied().map(char::from).collect()),
            Self::Utf16(ByteOrder::BigEndian) => utf16(body, u16::from_be_bytes),
            Self::Utf16(ByteOrder::LittleEndian) => utf16(body, u16::from_le_bytes),
            Self::Utf16(ByteOrder::Marked) => match body {
                [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
                [0xfe, 0xff, text @ ..] | text => utf16(text, u16::from_be_bytes),
            },
        }
    }

    /// The body for `text`, which is UTF-8.
    pub(super) fn encode(self, text: &Bytes) -> Result<Bytes, ConvertError> {
        if self == Self::Utf8 {
            return Ok(text.clone());
        }
        let text = std::str::from_utf8(text).map_err(ConvertError::unwritable)?;
        Ok(match self {
            Self::Utf8 | Self::Latin1 => text
                .chars()
                .map(|c| u8::try_from(c).map_err(ConvertError::unwritable))
                .collect::<Result<_, _>>()?,
            Self::Utf16(ByteOrder::BigEndian) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf16(ByteOrder::LittleEndian) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16(ByteOrder::Marked) => [MARK]
                .into_iter()
                .chain(text.chars())
                .flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec())
                .flat_map(u16::to_be_bytes)
                .collect(),
        })
    }
}

fn utf16(body: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ConvertError> {
    let (pairs, rest) = body.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(ConvertError::malformed("half a character at the end"));
    }
    let text = char::decode_utf16(pairs.iter().copied().map(unit));
    text.collect::<Result<_, _>>().map_err(ConvertError::malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Charset {
        Charset::named(Some(name)).expect("a known name")
    }

    #[test]
    fn text_is_read_as_it_is_written() {
        let text = "käse";
        for name in [
            "utf-8",
            "UTF8",
            "ISO-8859-1",
            "latin1",
            "utf-16",
            "UTF-16BE",
            "utf-16le",
        ] {
            let body = of(name).encode(&Bytes::from(text)).expect("writable");
            assert_eq!(of(name).decode(&body).expect("readable"), text, "{name}");
        }
        let body = of("utf-16").encode(&Bytes::from("😀")).expect("writable");
        assert_eq!(body, [0xfe, 0xff, 0xd8, 0x3d, 0xde, 0x00][..]);
    }

    #[test]
    fn the_mark_says_which_end_comes_first() {
        let table: [(&[u8], &str); 4] = [
            (&[0xff, 0xfe, b'a', 0], "a"),
            (&[0xfe, 0xff, 0, b'a'], "a"),
            (&[0, b'a'], "a"),
            (&[], ""),
        ];
        for (body, text) in table {
            assert_eq!(of("utf-16").decode(body).expect("readable"), text, "{body:?}");
        }
    }

    #[test]
    fn what_is_not_in_the_character_set_is_malformed_or_unwritable() {
        assert!(Charset::named(Some("klingon")).is_none());
        let malformed: [(&str, &[u8]); 4] = [
            ("utf-8", &[0xe4]),
            ("utf-16", &[0]),
            ("utf-16be", &[0xd8, 0x3d]),
            ("utf-16le", &[0x3d, 0xd8, b'a', 0]),
        ];
        for (name, body) in malformed {
            let error = of(name).decode(body).expect_err(name);
            assert_eq!(error.client_message(), "the body is malformed", "{name}");
        }
        assert!(of("latin1").encode(&Bytes::from("😀")).is_err());
    }
}
