//! Laws: no text makes the parser fail badly, and what is written from a tree says what the tree says.

use proptest::prelude::*;
use stomp_core::selector::Selector;

/// A condition over the headers `a` to `c`.
#[derive(Debug, Clone)]
enum Condition {
    Is(usize),
    Known(usize),
    Less(usize, i32),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

const NAMES: [&str; 3] = ["a", "b", "c"];

impl Condition {
    fn any() -> impl Strategy<Value = Self> {
        let leaf = prop_oneof![
            (0..3usize).prop_map(Self::Is),
            (0..3usize).prop_map(Self::Known),
            (0..3usize, -3..3).prop_map(|(name, than)| Self::Less(name, than)),
        ];
        leaf.prop_recursive(4, 24, 2, |inner| {
            let pair = (inner.clone(), inner.clone());
            prop_oneof![
                inner.prop_map(|one| Self::Not(Box::new(one))),
                pair.clone()
                    .prop_map(|(a, b)| Self::And(Box::new(a), Box::new(b))),
                pair.prop_map(|(a, b)| Self::Or(Box::new(a), Box::new(b))),
            ]
        })
    }

    /// With no more parentheses than it takes; `level` binds tighter the higher it is.
    fn write(&self, level: u8) -> String {
        let (own, text) = match self {
            Self::Is(name) => (3, NAMES[*name].to_owned()),
            Self::Known(name) => (3, format!("{} IS NOT NULL", NAMES[*name])),
            Self::Less(name, than) => (3, format!("{} < {than}", NAMES[*name])),
            Self::Not(one) => (2, format!("NOT {}", one.write(2))),
            Self::And(a, b) => (1, format!("{} and {}", a.write(1), b.write(2))),
            Self::Or(a, b) => (0, format!("{} Or {}", a.write(0), b.write(1))),
        };
        if own < level { format!("({text})") } else { text }
    }

    fn says(&self, headers: &[Option<String>; 3]) -> Option<bool> {
        match self {
            Self::Is(name) => headers[*name].as_ref()?.parse().ok(),
            Self::Known(name) => Some(headers[*name].is_some()),
            Self::Less(name, than) => Some(headers[*name].as_ref()?.parse::<i32>().ok()? < *than),
            Self::Not(one) => one.says(headers).map(|truth| !truth),
            Self::And(a, b) => match (a.says(headers), b.says(headers)) {
                (Some(a), Some(b)) => Some(a && b),
                (Some(false), None) | (None, Some(false)) => Some(false),
                (Some(true) | None, None) | (None, Some(true)) => None,
            },
            Self::Or(a, b) => match (a.says(headers), b.says(headers)) {
                (Some(a), Some(b)) => Some(a || b),
                (Some(true), None) | (None, Some(true)) => Some(true),
                (Some(false) | None, None) | (None, Some(false)) => None,
            },
        }
    }
}

fn header() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        any::<bool>().prop_map(|truth| Some(truth.to_string())),
        (-4..4).prop_map(|number: i32| Some(number.to_string())),
        Just(Some("x".to_owned())),
    ]
}

proptest! {
    #[test]
    fn what_is_written_says_what_was_meant(
        condition in Condition::any(),
        headers in [header(), header(), header()],
    ) {
        let text = condition.write(0);
        let selector = Selector::parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        let look_up = |name: &str| {
            let at = NAMES.iter().position(|known| *known == name)?;
            headers[at].as_deref()
        };
        prop_assert_eq!(selector.evaluate(look_up), condition.says(&headers), "{}", text);
    }

    #[test]
    fn no_text_is_too_much(text in ".{0,80}", value in ".{0,20}") {
        if let Ok(selector) = Selector::parse(&text) {
            let _ = selector.evaluate(|_| Some(&value));
        }
    }

    #[test]
    fn no_tokens_are_too_much(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "a", "'x'", "\"b-c\"", "1", "-", "+", "*", "/", "(", ")", ",", "=", "<", "<>", "AND", "OR", "NOT", "IN",
            "LIKE", "ESCAPE", "'!'", "BETWEEN", "IS", "NULL", "TRUE", "é",
        ]), 0..40),
        value in ".{0,20}",
    ) {
        let text = tokens.join(" ");
        match Selector::parse(&text) {
            Ok(selector) => {
                let _ = selector.evaluate(|_| Some(&value));
            }
            Err(error) => prop_assert!(error.position <= text.chars().count() + 1),
        }
    }

    #[test]
    fn a_pattern_without_wildcards_is_the_text(text in "[a-c]{0,6}", other in "[a-c]{0,6}") {
        let selector = Selector::parse(&format!("h LIKE '{text}'")).expect("a selector");
        prop_assert_eq!(selector.matches(|_| Some(&other)), text == other);
        let selector = Selector::parse(&format!("h LIKE '%{text}%'")).expect("a selector");
        prop_assert_eq!(selector.matches(|_| Some(&other)), other.contains(&text));
    }
}
