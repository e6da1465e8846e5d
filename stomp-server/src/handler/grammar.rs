//! What the grammar of destinations does not say about the mappings of one program.

use std::borrow::Cow;

use stomp_core::destination::{Pattern, Segment, Separator, Template, join};

use super::{
    problem::{BuildProblem, Place},
    properties::{Properties, PropertyError},
};

/// How the application writes destinations, which the macros cannot know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notation<'a> {
    pub(crate) separator: Separator,
    pub(crate) properties: &'a Properties,
}

/// A mapping or target that cannot be read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    Malformed(String),
    /// It has a `${…}` without a value.
    Property {
        text: String,
        error: PropertyError,
    },
}

impl Unreadable {
    pub(crate) fn at(self, handler: Place) -> BuildProblem {
        match self {
            Self::Malformed(reason) => BuildProblem::Malformed { reason, handler },
            Self::Property { text, error } => BuildProblem::UnresolvedProperty { text, error, handler },
        }
    }
}

impl Notation<'_> {
    /// The pattern of a mapping: the controller's prefix and the method's destination, either of which may be empty.
    pub(crate) fn mapping(self, prefix: &str, destination: &str) -> Result<Pattern, Unreadable> {
        let Self { separator, .. } = self;
        let spelt = |text: &str| -> Result<String, Unreadable> {
            let text = self.resolved(text)?;
            if text.is_empty() {
                return Ok(String::new());
            }
            Ok(parse(&text, separator)?.as_str().to_owned())
        };
        let (first, second) = (spelt(prefix)?, spelt(destination)?);
        let joined = join(&first, &second, separator).map_err(|error| {
            Unreadable::Malformed(format!("`{first}` and `{second}` cannot be joined: {error}"))
        })?;
        parse(&joined, separator)
    }

    /// A reply destination.
    pub(crate) fn target(self, text: &str) -> Result<Template, Unreadable> {
        let text = self.resolved(text)?;
        Template::parse(&text, self.separator)
            .map_err(|error| Unreadable::Malformed(format!("the reply destination `{text}`: {error}")))
    }

    fn resolved<'t>(self, text: &'t str) -> Result<Cow<'t, str>, Unreadable> {
        let unresolved = |error| Unreadable::Property {
            text: text.to_owned(),
            error,
        };
        self.properties.resolve(text).map_err(unresolved)
    }
}

fn parse(text: &str, separator: Separator) -> Result<Pattern, Unreadable> {
    Pattern::parse_mapping(text, separator)
        .map_err(|error| Unreadable::Malformed(format!("`{text}`: {error}")))
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

/// The pattern as `matchit` spells it, if it is made of whole literal segments, plain variables and `*`. A final `*`
/// would lose the destination that ends with the slash before it.
pub(crate) fn for_matchit(pattern: &Pattern) -> Option<String> {
    if pattern.separator() != Separator::Slash
        || !pattern.as_str().starts_with('/')
        || pattern.as_str().ends_with('/')
    {
        return None;
    }
    if pattern
        .segments()
        .last()
        .is_some_and(|last| matches!(last, Segment::Star))
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

    fn mapping(prefix: &str, destination: &str, separator: Separator) -> Result<Pattern, Unreadable> {
        let properties = &Properties::default();
        Notation {
            separator,
            properties,
        }
        .mapping(prefix, destination)
    }

    fn pattern(text: &str) -> Pattern {
        mapping("", text, Separator::Slash).unwrap()
    }

    /// Rows: ROUTE-04, ROUTE-05, ROUTE-06, ROUTE-07, ROUTE-08, ROUTE-09
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
        assert_eq!(joined("", "blue", Separator::Dot), "blue");
        assert_eq!(joined("", "blue", Separator::Slash), "/blue");
        assert_eq!(joined("", "", Separator::Slash), "");
        assert_eq!(joined("/a/*.do", "/b", Separator::Slash), "/b.do");
        assert_eq!(joined("*.html", "hotel.*", Separator::Dot), "*.html.hotel.*");
        assert!(mapping("/*.html", "/h.txt", Separator::Slash).is_err());
        assert!(mapping("/{id}", "/{id}", Separator::Slash).is_err());
    }

    /// Rows: ROUTE-46
    #[test]
    fn properties_are_put_in_before_anything_is_read() {
        let mut properties = Properties::default();
        properties.set("root", "chat/{room}");
        let slashes = Notation {
            separator: Separator::Slash,
            properties: &properties,
        };
        let mapped = slashes.mapping("${root}", "${tail:/typing}").unwrap();
        assert_eq!(mapped.as_str(), "/chat/{room}/typing");
        assert_eq!(
            slashes.target("/topic/${root}").unwrap().as_str(),
            "/topic/chat/{room}"
        );
        let missing = slashes.mapping("${root}", "/${tail}").unwrap_err();
        assert!(matches!(missing, Unreadable::Property { text, .. } if text == "/${tail}"));
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
        assert_eq!(spelt("/chat/*/{room}").as_deref(), Some("/chat/{v1}/{v2}"));
        assert_eq!(spelt("/chat/*"), None);
        assert_eq!(spelt("/chat/{room}.json"), None);
        assert_eq!(spelt("/chat/**"), None);
        let dots = mapping("", "a.{x}", Separator::Dot).unwrap();
        assert_eq!(for_matchit(&dots), None);
    }

    #[test]
    fn expressions_are_seen() {
        assert!(has_expression(&pattern("/x/{id:[0-9]{2}}")));
        assert!(!has_expression(&pattern("/x:/{id}:y")));
    }
}
