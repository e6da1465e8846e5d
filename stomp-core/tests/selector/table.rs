//! What selectors say, and what is wrong with what is none.

use stomp_core::{
    Headers,
    selector::{Selector, SelectorProblem},
};

/// Selectors hold no `|` here, and names no `;` and `:`.
const TABLE: &str = include_str!("../data/selector.txt");

fn headers(text: &str) -> Headers {
    text.split(';')
        .filter_map(|header| header.split_once(':'))
        .collect()
}

/// Rows: BRK-27
#[test]
fn every_selector_says_what_the_table_says() {
    for line in TABLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (rest, expected) = line.rsplit_once(" | ").expect("a result");
        let said = match rest.split_once(" |") {
            Some((selector, given)) => {
                let given = headers(given.strip_prefix(' ').unwrap_or(given));
                let selector = Selector::parse(selector).unwrap_or_else(|error| panic!("{line}: {error}"));
                match selector.evaluate(|name| given.get(name)) {
                    Some(truth) => truth.to_string(),
                    None => "unknown".to_owned(),
                }
            }
            None => match Selector::parse(rest) {
                Ok(_) => "a selector".to_owned(),
                Err(error) => format!("malformed {}: {}", error.position, error.problem),
            },
        };
        assert_eq!(said, expected, "{line}");
    }
}

#[test]
fn only_what_is_true_matches() {
    let selector = Selector::parse("n > 3").expect("a selector");
    let said = ["5", "2", "x"].map(|n| selector.matches(|_| Some(n)));
    assert_eq!(said, [true, false, false]);
}

#[test]
fn a_selector_may_be_so_long_and_no_longer() {
    let of_length = |length: usize| format!("a = '{}'", "x".repeat(length - 6));
    assert!(Selector::parse(&of_length(Selector::MAX_LENGTH)).is_ok());
    let error = Selector::parse(&of_length(Selector::MAX_LENGTH + 1)).expect_err("too long");
    assert_eq!(error.problem, SelectorProblem::TooLong);
}

#[test]
fn what_has_no_parentheses_may_be_as_long_as_a_selector() {
    for (unit, end) in [
        ("NOT ", "a"),
        ("a AND ", "a"),
        ("a OR a AND ", "a"),
        ("a + ", "a = 1"),
    ] {
        let selector = unit.repeat((Selector::MAX_LENGTH - end.len()) / unit.len()) + end;
        let parsed = Selector::parse(&selector).unwrap_or_else(|error| panic!("{unit}: {error}"));
        assert!(parsed.evaluate(|_| Some("true")).is_some() || unit == "a + ");
    }
}

#[test]
fn an_error_says_what_and_where() {
    let error = Selector::parse("kind = 'a").expect_err("not closed");
    assert_eq!(error.to_string(), "a quote that is not closed at character 8");
}

#[test]
fn a_long_header_is_no_number() {
    let selector = Selector::parse("n = 7").expect("a selector");
    let zeros = |length: usize| "0".repeat(length - 1) + "7";
    let (longest, longer) = (zeros(64), zeros(65));
    assert_eq!(selector.evaluate(|_| Some(&longest)), Some(true));
    assert_eq!(selector.evaluate(|_| Some(&longer)), None);
}

#[test]
fn the_cost_grows_with_what_is_looked_at_and_has_a_bound() {
    let cost = |text: &str, entries, octets| Selector::parse(text).expect("a selector").cost(entries, octets);
    assert!(cost("kind = 'news'", 10, 400) < 1024);
    assert!(cost("kind LIKE '%news%'", 10, 8190) > 8190);
    assert!(cost("kind LIKE '%n_ws%'", 10, 8190) > 3 * 8190);
    assert!(cost("kind IS NULL", 1000, 8190) > 1000);
    let all = vec!["h LIKE '%_a%'"; 60].join(" OR ");
    assert!(cost(&all, usize::MAX, usize::MAX) == usize::MAX);
    assert!(cost(&all, 10, usize::MAX) < 2 * Selector::MAX_STEPS);
}
