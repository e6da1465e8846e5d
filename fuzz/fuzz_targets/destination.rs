//! Any patterns and any destination: nothing panics, and what can be said twice is said alike.
//!
//! The first octet chooses the separator, the rest is two patterns and a destination, one a line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stomp_core::destination::{
    Pattern, PatternSet, Separator, Template, compare, is_pattern, join, validate, variable_name,
};

fuzz_target!(|data: &[u8]| {
    let [choice, octets @ ..] = data else { return };
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    let separator = if choice & 1 == 0 {
        Separator::Slash
    } else {
        Separator::Dot
    };
    let mut lines = text.splitn(3, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (first, second, destination) = (next(), next(), next());

    let _ = join(first, second, separator);
    let _ = (is_pattern(first), validate(destination, separator));
    let folded = variable_name(first);
    assert_eq!(variable_name(&folded), folded);
    expand(first, separator, destination);

    let ours = patterns(first, separator);
    let theirs = patterns(second, separator);
    for pattern in ours.iter().chain(&theirs) {
        match_one(pattern, destination);
    }
    for one in &ours {
        for other in &theirs {
            compare_two(one, other, destination);
        }
    }
    find(ours.into_iter().chain(theirs).collect(), destination);
    let order = compare(first, second, destination, separator);
    assert_eq!(compare(second, first, destination, separator), order.reverse());
});

fn patterns(text: &str, separator: Separator) -> Vec<Pattern> {
    let mut patterns = vec![Pattern::literal(text, separator)];
    let results = [
        Pattern::parse(text, separator),
        Pattern::parse_mapping(text, separator),
    ];
    for result in results {
        match result {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => assert!(text.get(error.at.clone()).is_some(), "{error:?}"),
        }
    }
    patterns
}

fn match_one(pattern: &Pattern, destination: &str) {
    let captures = pattern.captures(destination);
    assert_eq!(captures.is_some(), pattern.matches(destination));
    for (variable, at) in captures.iter().flat_map(|captures| captures.iter()) {
        assert!(variable < pattern.variables().count() && destination.get(at).is_some());
    }
}

fn compare_two(one: &Pattern, other: &Pattern, destination: &str) {
    let overlap = one.overlaps(other);
    assert_eq!(other.overlaps(one), overlap);
    assert!(overlap || !(one.matches(destination) && other.matches(destination)));
    assert_eq!(one.specificity(other), other.specificity(one).reverse());
}

fn find(patterns: Vec<Pattern>, destination: &str) {
    let expected = patterns
        .iter()
        .filter(|pattern| pattern.matches(destination))
        .count();
    let mut set = PatternSet::default();
    let ids: Vec<_> = patterns
        .into_iter()
        .map(|pattern| set.insert(pattern, ()))
        .collect();
    assert_eq!(set.matching(destination).count(), expected);
    assert!(ids.into_iter().all(|id| set.remove(id).is_some()) && set.is_empty());
}

fn expand(text: &str, separator: Separator, value: &str) {
    if let Ok(template) = Template::parse(text, separator)
        && let Ok(expanded) = template.expand(|_| Some(value))
    {
        assert!(template.variables().next().is_none() || expanded.contains(value));
    }
}
