use std::cmp::Ordering;

use super::*;

fn mapping(text: &str) -> Pattern {
    Pattern::parse_mapping(text, Separator::Slash).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn wire(text: &str) -> Pattern {
    Pattern::parse(text, Separator::Slash).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn captured(pattern: &Pattern, destination: &str) -> Option<Vec<(String, String)>> {
    let captures = pattern.captures(destination)?;
    let names: Vec<_> = pattern.variables().collect();
    let pair =
        |(index, at): (usize, std::ops::Range<usize>)| (names[index].to_owned(), destination[at].to_owned());
    Some(captures.iter().map(pair).collect())
}

#[test]
fn both_spellings_of_a_mapping_are_one_pattern() {
    assert_eq!(mapping("/chat/<roomId>"), mapping("/chat/{roomId}"));
    assert_eq!(mapping("/files/<path..>").as_str(), "/files/{*path}");
    assert_eq!(mapping("/x/<id:[0-9]+>").as_str(), "/x/{id:[0-9]+}");
    assert_eq!(mapping("chat").as_str(), "/chat");
    assert_eq!(mapping("").as_str(), "");
    assert_eq!(
        mapping("/{roomId}/{x:[0-9]{2}}").variables().collect::<Vec<_>>(),
        ["room_id", "x"]
    );
    assert_ne!(mapping("/chat/{a}"), wire("/chat/{a}"));
}

#[test]
fn mistakes_in_a_mapping_have_a_place_and_a_reason() {
    let table = [
        ("/chat/{room", 6..11, "`{` is never closed"),
        ("/chat/<room/x", 6..11, "`<` is never closed"),
        ("/chat/room}", 10..11, "`}` closes nothing"),
        ("/chat/{}", 6..8, "a variable needs a name"),
        ("/chat/{1x}", 7..9, "`1x` is not a valid variable name"),
        ("/{a}/<a>", 6..7, "variable `a` is declared twice"),
        (
            "/{roomId}/{room_id}",
            11..18,
            "variables `roomId` and `room_id` are the same Rust name `room_id`",
        ),
        (
            "/{*rest}/a",
            2..7,
            "a named rest variable must be the last segment",
        ),
        (
            "/a{*rest}",
            3..8,
            "a named rest variable must be the last segment",
        ),
        (
            "/**/{*rest}",
            5..10,
            "a named rest variable and `**` exclude each other",
        ),
        ("/a//b", 2..4, "empty segment"),
        (
            "/{a/b}",
            2..5,
            "a variable cannot contain the separator `/`: segments are cut first",
        ),
        (
            "/{a:(b)}",
            2..7,
            "`{name:regex}`: a group must not capture; write `(?:` instead of `(`",
        ),
        (
            "/{a:(?=b)}",
            2..9,
            "`{name:regex}`: look-around and back-references are not supported in destination patterns",
        ),
        ("/{a:[b}", 2..6, "`{name:regex}`: unclosed character class"),
    ];
    for (text, at, why) in table {
        let error = Pattern::parse_mapping(text, Separator::Slash).unwrap_err();
        assert_eq!(
            (error.at.clone(), error.to_string()),
            (at, why.to_owned()),
            "{text}"
        );
    }
}

/// Rows: ROUTE-18
#[test]
fn a_rest_takes_at_least_one_segment() {
    let files = mapping("/files/{*path}");
    let path = |text: &str| Some(vec![("path".to_owned(), text.to_owned())]);
    assert_eq!(captured(&files, "/files/a"), path("a"));
    assert_eq!(captured(&files, "/files/a/b/"), path("a/b/"));
    for missing in ["/files", "/files/", "/file/a", "files/a"] {
        assert_eq!(captured(&files, missing), None, "{missing}");
    }
    let error = Pattern::parse("/files/{*path}", Separator::Slash).unwrap_err();
    assert_eq!(error.kind, PatternErrorKind::RestNotAllowed);
}

/// Rows: ROUTE-19
#[test]
fn a_peers_braces_are_text_unless_they_make_a_variable() {
    for text in ["/a{b", "/a}b", "/{}", "/{", "/<a>"] {
        let pattern = wire(text);
        assert!(pattern.is_literal() && pattern.matches(text), "{text}");
    }
    assert_eq!(
        captured(&wire("/{a}/{a}"), "/x/y"),
        Some(vec![("a".to_owned(), "y".to_owned())])
    );
}

#[test]
fn a_literal_matches_its_very_text_only() {
    let literal = Pattern::literal("/a/*", Separator::Slash);
    assert!(literal.is_literal() && literal.matches("/a/*") && literal.captures("/a/*").is_some());
    assert!(!literal.matches("/a/b") && !literal.matches("/a//*"));
    assert!(
        wire("/a/b").matches("/a//b"),
        "unlike a pattern, as Spring's matcher has it"
    );
}

#[test]
fn a_router_sees_segments_and_prefix() {
    let pattern = mapping("/a/{b}/*/c-{d}/{e:x+}/**");
    let segments = [
        Segment::Literal("a"),
        Segment::Variable("b"),
        Segment::Star,
        Segment::Glob,
        Segment::Glob,
        Segment::DoubleStar,
    ];
    assert!(pattern.segments().eq(segments));
    assert_eq!(
        mapping("/a/{*rest}").segments().last(),
        Some(Segment::Rest("rest"))
    );
    let prefixes = [
        ("/a/b", "/a/b"),
        ("/a/b-*", "/a/"),
        ("/**", "/"),
        ("*", ""),
        ("/a/?/c", "/a/"),
    ];
    for (text, prefix) in prefixes {
        assert_eq!(wire(text).literal_prefix(), prefix, "{text}");
    }
}

#[test]
fn limits_are_kept() {
    let long = "a".repeat(Pattern::MAX_LENGTH + 1);
    let deep = "/a".repeat(Pattern::MAX_SEGMENTS + 1);
    for (text, kind) in [
        (long, PatternErrorKind::TooLong),
        (deep, PatternErrorKind::TooManySegments),
    ] {
        assert_eq!(
            Pattern::parse(&text, Separator::Slash).map_err(|error| error.kind),
            Err(kind.clone())
        );
        assert_eq!(
            Pattern::parse_mapping(&text, Separator::Slash).map_err(|error| error.kind),
            Err(kind)
        );
        assert!(Pattern::literal(&text, Separator::Slash).matches(&text));
    }
}

/// Rows: ROUTE-53
#[test]
fn hostile_patterns_end_soon() {
    let stars = "/**/a*a*a*a*".repeat(60);
    let destination = "/aaaaaaaaaaaaaaaaaaaaaaaab".repeat(2000);
    assert!(!wire(&format!("{stars}/c")).matches(&destination));
    let one_segment = format!("/{}b", "*a".repeat(1500));
    assert!(!wire(&one_segment).matches(&format!("/{}", "a".repeat(20_000))));
    assert!(wire(&stars).overlaps(&wire(&stars)));
}

#[test]
fn overlap_is_what_it_says() {
    let table = [
        ("/chat/{r}", "/chat/*", true),
        ("/chat/{r}", "/chat/{r}/x", false),
        ("/chat/**", "/chat/{r}", true),
        ("/a/*/c", "/a/b/*", true),
        ("/a/x*", "/a/*y", true),
        ("/a/x*", "/a/y*", false),
        ("/**/x", "/a/**", true),
        ("/a/b", "/a/c", false),
        ("/a?", "/ab", true),
        ("/a", "a", false),
        ("/a", "/a/", false),
        ("/a/*", "/a/", true),
        ("/a/{*rest}", "/a", false),
        ("/a/{*rest}", "/a/**", true),
        ("/{id:[0-9]+}", "/x", false),
        ("/{id:[0-9]+}", "/x{y}", true),
        ("/a*b*c", "/*bb*", true),
        ("/", "/**", true),
    ];
    for (first, second, expected) in table {
        let (first, second) = if first.starts_with('a') || second.starts_with('a') {
            (wire(first), wire(second))
        } else {
            (mapping(first), mapping(second))
        };
        assert_eq!(
            first.overlaps(&second),
            expected,
            "{} {}",
            first.as_str(),
            second.as_str()
        );
        assert_eq!(
            second.overlaps(&first),
            expected,
            "{} {}",
            second.as_str(),
            first.as_str()
        );
    }
}

#[test]
fn the_order_without_a_destination_is_the_order_with_one() {
    let table = [
        ("/hotels/new", "/hotels/*", Ordering::Less),
        ("/hotels/{h}", "/hotels/*", Ordering::Less),
        ("/hotels/*", "/hotels/**", Ordering::Less),
        ("/{a}/b/c", "/x/{b}/{c}", Ordering::Less),
        ("/a/**", "/**", Ordering::Less),
        ("/chat/{a}", "/chat/{b}", Ordering::Equal),
        ("/**", "/**", Ordering::Equal),
    ];
    for (better, worse, order) in table {
        assert_eq!(
            mapping(better).specificity(&mapping(worse)),
            order,
            "{better} {worse}"
        );
        assert_eq!(
            mapping(worse).specificity(&mapping(better)),
            order.reverse(),
            "{worse} {better}"
        );
    }
    assert_eq!(wire("/a/*").compare(&wire("/a/b"), "/a/*"), Ordering::Less);
}
