//! Whatever a peer sends, the grammar answers.

use proptest::prelude::*;
use stomp_core::destination::{
    Captures, Pattern, PatternSet, Separator, Template, compare, is_pattern, join, validate, variable_name,
};

/// Texts out of what means something to the grammar.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "/", ".", "*", "**", "?", "{", "}", "<", ">", "{v}", "{w:[a-z]+}", "{*r}", "<s..>", "\\", ":", "(", "a",
            "b", "ab", "ü", "😀", " ", "/a", "/**/", "{x:a|b}", "\0",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn separator() -> impl Strategy<Value = Separator> {
    prop::sample::select(vec![Separator::Slash, Separator::Dot])
}

fn patterns(text: &str, separator: Separator) -> Vec<Pattern> {
    let mut patterns = vec![Pattern::literal(text, separator)];
    patterns.extend(Pattern::parse(text, separator));
    patterns.extend(Pattern::parse_mapping(text, separator));
    patterns
}

proptest! {
    #[test]
    fn captures_lie_on_character_boundaries(text in text(), destination in text(), separator in separator()) {
        for pattern in patterns(&text, separator) {
            let captures = pattern.captures(&destination);
            prop_assert_eq!(captures.is_some(), pattern.matches(&destination));
            for (variable, at) in captures.iter().flat_map(Captures::iter) {
                prop_assert!(pattern.variables().nth(variable).is_some());
                prop_assert!(destination.get(at).is_some());
            }
        }
    }

    #[test]
    fn patterns_that_match_one_destination_overlap(
        first in text(),
        second in text(),
        destination in text(),
        separator in separator(),
    ) {
        // a pattern often matches its own text, which makes hits likely
        for destination in [&destination, &first, &second] {
            for one in patterns(&first, separator) {
                for other in patterns(&second, separator) {
                    if one.matches(destination) && other.matches(destination) {
                        prop_assert!(one.overlaps(&other), "{:?} {:?} {:?}", one, other, destination);
                    }
                    let order = one.compare(&other, destination);
                    prop_assert_eq!(order, other.compare(&one, destination).reverse());
                    prop_assert_eq!(one.specificity(&other), other.specificity(&one).reverse());
                }
            }
        }
    }

    #[test]
    fn a_set_finds_what_each_pattern_finds(
        texts in prop::collection::vec(text(), 0..8),
        destination in text(),
        separator in separator(),
    ) {
        let all: Vec<_> = texts.iter().flat_map(|text| patterns(text, separator)).collect();
        let mut set = PatternSet::default();
        let ids: Vec<_> = all.iter().enumerate().map(|(index, pattern)| set.insert(pattern.clone(), index)).collect();
        for destination in texts.iter().chain([&destination]) {
            let mut found: Vec<_> = set.matching(destination).copied().collect();
            found.sort_unstable();
            let matching = all.iter().enumerate().filter(|(_, pattern)| pattern.matches(destination));
            prop_assert_eq!(found, matching.map(|(index, _)| index).collect::<Vec<_>>());
        }
        for (index, id) in ids.into_iter().enumerate() {
            prop_assert_eq!(set.remove(id), Some(index));
        }
        prop_assert!(set.is_empty());
    }

    #[test]
    fn errors_lie_on_character_boundaries(text in text(), separator in separator()) {
        let errors = [
            Pattern::parse(&text, separator).err(),
            Pattern::parse_mapping(&text, separator).err(),
            Template::parse(&text, separator).err(),
        ];
        for error in errors.into_iter().flatten() {
            prop_assert!(text.get(error.at.clone()).is_some(), "{:?} of {:?}", error, text);
        }
    }

    #[test]
    fn a_mapping_reads_its_own_spelling(text in text(), separator in separator()) {
        if let Ok(pattern) = Pattern::parse_mapping(&text, separator) {
            prop_assert_eq!(Pattern::parse_mapping(pattern.as_str(), separator), Ok(pattern));
        }
    }

    #[test]
    fn the_rest_never_panics(first in text(), second in text(), separator in separator()) {
        let _ = join(&first, &second, separator);
        let _ = compare(&first, &second, &first, separator);
        let _ = (is_pattern(&first), validate(&first, separator));
        let folded = variable_name(&first);
        prop_assert_eq!(variable_name(&folded), folded);
        if let Ok(template) = Template::parse(&first, separator) {
            let _ = template.expand(|_| Some(&second));
        }
    }
}
