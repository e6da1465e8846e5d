use stomp_core::Version;

use crate::{
    host::{Answers, Host, config},
    notation::{Case, cases, octets, show_octets},
};

#[test]
fn the_table_holds_whole_and_in_pieces_and_whenever_requests_are_answered() {
    let wrong: Vec<_> = cases(include_str!("../data/session.txt"))
        .flat_map(|case| check(&case))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What came out otherwise than expected.
fn check(case: &Case<'_>) -> Vec<String> {
    let expected = show_octets(&octets(case.expected));
    let mut wrong = Vec::new();
    for &version in &case.versions {
        for answers in [Answers::AtOnce, Answers::Afterwards] {
            for size in [usize::MAX, 1, 3] {
                let log = run(case.given, version, answers, size);
                if log != expected {
                    let name = case.name;
                    wrong.push(format!(
                        "{name} in {version:?}, pieces of {size}, {answers:?}:\n  {log}"
                    ));
                }
            }
        }
    }
    wrong
}

/// What the host wrote down.
fn run(given: &str, version: Option<Version>, answers: Answers, size: usize) -> String {
    let mut host = match version {
        Some(version) => Host::connected(config(), answers, version),
        None => Host::new(config(), answers),
    };
    let mut parts = given.split("{+");
    let first = parts.next().unwrap_or_default();
    feed(&mut host, first, size);
    for part in parts {
        let (millis, text) = part.split_once('}').expect("a closing brace");
        host.pass(millis.parse().expect("milliseconds"));
        feed(&mut host, text, size);
    }
    if host.log.is_empty() {
        return "nothing".to_owned();
    }
    host.log.join(" ; ")
}

fn feed(host: &mut Host, text: &str, size: usize) {
    let octets = octets(text);
    octets.chunks(size).for_each(|piece| host.feed(piece));
}
