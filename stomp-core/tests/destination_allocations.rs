//! Matching allocates nothing: the broker does it for every message and subscription.

use std::hint::black_box;

use stomp_core::destination::{Pattern, PatternSet, Separator, validate};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const PATTERNS: [&str; 8] = [
    "/topic/chat/lobby",
    "/topic/chat/{room}",
    "/topic/*/lobby",
    "/topic/l{a}b{b}y/{c}.{d}",
    "/**/chat/**/lobby/**",
    "/topic/c?at/*",
    "/{a}/{b}/{c}",
    "/queue/{x}",
];

const DESTINATIONS: [&str; 4] = [
    "/topic/chat/lobby",
    "/topic/lobby/x.y",
    "/a/chat/b/lobby/c",
    "/topic/chat/",
];

#[test]
fn matching_allocates_nothing() {
    let parse = |text| Pattern::parse(text, Separator::Slash).unwrap();
    let patterns: Vec<_> = PATTERNS.into_iter().map(parse).collect();
    let mut set = PatternSet::default();
    for pattern in &patterns {
        set.insert(pattern.clone(), ());
    }
    let profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get().total_blocks;
    let mut hits = 0;
    for destination in DESTINATIONS {
        validate(destination, Separator::Slash).unwrap();
        for pattern in &patterns {
            let matches = pattern.matches(destination);
            assert_eq!(matches, pattern.captures(destination).is_some());
            black_box(pattern.compare(&patterns[0], destination));
            hits += usize::from(matches);
        }
        hits -= set.matching(destination).count();
    }
    let after = dhat::HeapStats::get().total_blocks;
    drop(profiler);
    assert_eq!(hits, 0, "the set finds what the patterns find");
    assert_eq!(
        after - before,
        0,
        "matching, capturing up to four variables and comparing"
    );
}
