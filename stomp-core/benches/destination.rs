//! What matching a destination costs.

#![allow(missing_docs, reason = "the macros of the harness document nothing")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use stomp_core::destination::{Pattern, PatternSet, Separator};

const CASES: [(&str, &str, &str); 7] = [
    ("literal", "/topic/chat/lobby", "/topic/chat/lobby"),
    ("variable", "/topic/chat/{room}", "/topic/chat/lobby"),
    ("star", "/topic/*/lobby", "/topic/chat/lobby"),
    ("glob", "/topic/price.stock.{ticker}", "/topic/price.stock.GOOG"),
    ("double star", "/topic/**/typing", "/topic/chat/lobby/typing"),
    ("miss", "/queue/chat/{room}", "/topic/chat/lobby"),
    ("expression", "/topic/chat/{room:[a-z]+}", "/topic/chat/lobby"),
];

fn one_pattern(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("matches");
    for (name, pattern, destination) in CASES {
        let pattern = Pattern::parse(pattern, Separator::Slash).expect("the pattern is right");
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&pattern).matches(black_box(destination)));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("captures");
    for (name, pattern, destination) in CASES {
        let pattern = Pattern::parse(pattern, Separator::Slash).expect("the pattern is right");
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&pattern).captures(black_box(destination)));
        });
    }
    group.finish();
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, pattern, _) in CASES {
        group.bench_function(name, |bencher| {
            bencher.iter(|| Pattern::parse(black_box(pattern), Separator::Slash));
        });
    }
    group.finish();
}

/// The time of a look-up must not grow with the patterns under other prefixes.
fn many_patterns(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("set");
    for rooms in [10, 1_000, 100_000] {
        let mut set = PatternSet::default();
        for room in 0..rooms {
            let text = format!("/topic/chat/{room}/*");
            set.insert(
                Pattern::parse(&text, Separator::Slash).expect("the pattern is right"),
                room,
            );
        }
        group.bench_function(BenchmarkId::from_parameter(rooms), |bencher| {
            bencher.iter(|| set.matching(black_box("/topic/chat/7/typing")).count());
        });
    }
    group.finish();
}

criterion_group!(benches, one_pattern, parse, many_patterns);
criterion_main!(benches);
