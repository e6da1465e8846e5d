//! What the grammar of destinations does not say about the mappings of one program.

use stomp_core::destination::{Pattern, Segment, Separator, join};

/// The pattern of a mapping: the controller's prefix and the method's destination, either of which may be empty.
pub(crate) fn mapping(prefix: &str, destination: &str, separator: Separator) -> Result<Pattern, String> {
    let spelt = |text: &str| -> Result<String, String> {
        if text.is_empty() {
            return Ok(String::new());
        }
        let parsed = Pattern::parse_mapping(text, separator).map_err(|error| format!("`{text}`: {error}"))?;
        Ok(parsed.as_str().to_owned())
    };
    let (first, second) = (spelt(prefix)?, spelt(destination)?);
    let joined = join(&first, &second, separator)
        .map_err(|error| format!("`{first}` and `{second}` cannot be joined: {error}"))?;
    Pattern::parse_mapping(&joined, separator).map_err(|error| format!("`{joined}`: {error}"))
}

/// Is there a regular expression in it? Whether two of them exclude each other nobody can tell.
pub(crate) fn has_expression(pattern: &Pattern) -> bool {
    let mut rest = pattern.as_str();
    while let Some((_, inside)) = rest.split_once('{') {
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let behind = inside.trim_start_matches(is_name);
        if behind.starts_with(':') {
            return true;
        }
        rest = behind;
    }
    false
}

pub(crate) fn has_double_star(pattern: &Pattern) -> bool {
    pattern
        .segments()
        .any(|segment| matches!(segment, Segment::DoubleStar))
}

/// Does `wide` match everything that `narrow` does? Answers no where it cannot tell.
pub(crate) fn covers(wide: &Pattern, narrow: &Pattern) -> bool {
    let mut narrow = narrow.segments();
    let mut wide = wide.segments();
    loop {
        match (wide.next(), narrow.next()) {
            (None, None) => return true,
            (Some(Segment::DoubleStar), _) => return wide.next().is_none(),
            (Some(_), None) | (None, Some(_)) | (_, Some(Segment::DoubleStar | Segment::Rest(_))) => {
                return false;
            }
            (Some(Segment::Variable(_) | Segment::Star), Some(_)) => {}
            (Some(Segment::Literal(wide)), Some(Segment::Literal(narrow))) if wide == narrow => {}
            (Some(_), Some(_)) => return false,
        }
    }
}

/// The pattern as `matchit` spells it, if it is made of whole literal segments, plain variables and `*`.
pub(crate) fn for_matchit(pattern: &Pattern) -> Option<String> {
    if pattern.separator() != Separator::Slash
        || !pattern.as_str().starts_with('/')
        || pattern.as_str().ends_with('/')
    {
        return None;
    }
    let mut spelt = String::new();
    for (index, segment) in pattern.segments().enumerate() {
        spelt.push('/');
        match segment {
            Segment::Literal(text) => spelt.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Segment::Variable(_) | Segment::Star => spelt.push_str(&format!("{{v{index}}}")),
            _ => return None,
        }
    }
    Some(spelt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        mapping("", text, Separator::Slash).unwrap()
    }

    #[test]
    fn prefixes_are_joined_as_the_separator_says() {
        let joined = |prefix, destination, separator| {
            mapping(prefix, destination, separator)
                .unwrap()
                .as_str()
                .to_owned()
        };
        assert_eq!(joined("/chat", "/<roomId>", Separator::Slash), "/chat/{roomId}");
        assert_eq!(joined("chat", "{id}", Separator::Slash), "/chat/{id}");
        assert_eq!(joined("/chat", "", Separator::Slash), "/chat");
        assert_eq!(joined("red", "blue.{green}", Separator::Dot), "red.blue.{green}");
        assert!(mapping("/{id}", "/{id}", Separator::Slash).is_err());
    }

    #[test]
    fn coverage_is_seen_segment_by_segment() {
        for (wide, narrow, expected) in [
            ("/a/{x}", "/a/*", true),
            ("/a/*", "/a/{x:.*}", true),
            ("/a/**", "/a/{x}/c", true),
            ("/a/{x}", "/a/b/c", false),
            ("/a/b", "/a/*", false),
            ("/*", "/**", false),
            ("/a?", "/a?", false),
        ] {
            assert_eq!(
                covers(&pattern(wide), &pattern(narrow)),
                expected,
                "{wide} {narrow}"
            );
        }
    }

    #[test]
    fn matchit_gets_whole_segments_only() {
        let spelt = |text| for_matchit(&pattern(text));
        assert_eq!(spelt("/chat/{room}/*").as_deref(), Some("/chat/{v1}/{v2}"));
        assert_eq!(spelt("/chat/{room}.json"), None);
        assert_eq!(spelt("/chat/**"), None);
        assert_eq!(
            mapping("", "a.{x}", Separator::Dot).map(|dots| for_matchit(&dots)),
            Ok(None)
        );
    }

    #[test]
    fn expressions_are_seen() {
        assert!(has_expression(&pattern("/x/{id:[0-9]{2}}")));
        assert!(!has_expression(&pattern("/x:/{id}:y")));
    }
}
