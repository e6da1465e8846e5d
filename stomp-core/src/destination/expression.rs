//! Segments with an expression, `{id:[0-9]+}`: the only ones that need a regex engine.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::{captures::Sink, error::PatternErrorKind};

/// Compiled expressions stay small: a client may send them.
const SIZE_LIMIT: usize = 256 * 1024;
const NESTING_LIMIT: u32 = 32;

/// A segment that contains at least one expression.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    regex: Regex,
    /// The variable of each group.
    variables: Box<[usize]>,
}

impl Expression {
    /// Compiles the source of one segment; each variable stands for one group.
    pub(super) fn compile(source: &str, variables: Vec<usize>) -> Result<Self, PatternErrorKind> {
        if has_doubled_quantifier(source) {
            let why = "a quantifier follows a quantifier; use a group `(?:…)`".to_owned();
            return Err(PatternErrorKind::Expression(why));
        }
        let regex = RegexBuilder::new(&format!(r"\A(?s:{source})\z"))
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(SIZE_LIMIT)
            .nest_limit(NESTING_LIMIT)
            .build()
            .map_err(|error| reason(&error))?;
        if regex.captures_len() - 1 != variables.len() {
            return Err(PatternErrorKind::CapturingGroup);
        }
        Ok(Self {
            regex,
            variables: variables.into(),
        })
    }

    pub(super) fn matches(&self, destination: &str, token: Range<usize>, sink: &mut impl Sink) -> bool {
        capture(self, &destination[token.clone()], token.start, sink).is_some()
    }
}

fn capture<S: Sink>(expression: &Expression, text: &str, offset: usize, sink: &mut S) -> Option<()> {
    if !S::LISTENS {
        return expression.regex.is_match(text).then_some(());
    }
    let groups = expression.regex.captures(text)?;
    for (group, variable) in groups.iter().skip(1).zip(&expression.variables) {
        if let Some(group) = group {
            sink.capture(*variable, offset + group.start()..offset + group.end());
        }
    }
    Some(())
}

/// The expression in Rust's spelling. Java's `\d`, `\w` and `\s` mean ASCII unless told otherwise; Rust's do not. A
/// class may stand within another one, so that the same replacement serves in and out of brackets.
pub(super) fn translate(expression: &str) -> String {
    let mut translated = String::with_capacity(expression.len());
    let mut letters = expression.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            translated.push(letter);
            continue;
        }
        match letters.next() {
            Some('d') => translated.push_str("[0-9]"),
            Some('D') => translated.push_str("[^0-9]"),
            Some('w') => translated.push_str("[a-zA-Z0-9_]"),
            Some('W') => translated.push_str("[^a-zA-Z0-9_]"),
            Some('s') => translated.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => translated.push_str(r"[^ \t\n\x0B\f\r]"),
            Some(other) => translated.extend(['\\', other]),
            None => translated.push('\\'),
        }
    }
    translated
}

/// Whether an expression wants what no engine with bounded work offers.
pub(super) fn is_unsupported(expression: &str) -> bool {
    let look_around = ["(?=", "(?!", "(?<=", "(?<!"];
    let mut escaped = false;
    let back_reference = expression.chars().any(|letter| {
        let found = escaped && matches!(letter, '1'..='9' | 'k');
        escaped = letter == '\\' && !escaped;
        found
    });
    back_reference || look_around.iter().any(|what| expression.contains(what))
}

/// Whether a quantifier follows a complete one, as in `a**`: an error in Java, a quantified `a*` in Rust. Behind one
/// quantifier a `?` makes it lazy, and a `+` possessive, which changes nothing here.
fn has_doubled_quantifier(source: &str) -> bool {
    let mut letters = source.chars().peekable();
    let (mut is_quantified, mut class_depth) = (false, 0_usize);
    while let Some(letter) = letters.next() {
        let is_quantifier = class_depth == 0 && matches!(letter, '*' | '+' | '?' | '{');
        if is_quantifier && is_quantified {
            return true;
        }
        is_quantified = is_quantifier;
        match letter {
            '\\' => drop(letters.next()),
            '[' => class_depth += 1,
            ']' => class_depth = class_depth.saturating_sub(1),
            '(' if class_depth == 0 => drop(letters.next_if_eq(&'?')),
            '{' if is_quantifier => drop(letters.by_ref().find(|letter| *letter == '}')),
            _ => {}
        }
        if is_quantifier {
            letters.next_if(|letter| matches!(letter, '?' | '+'));
        }
    }
    false
}

/// Only the last line of the engine's text says what is wrong; those before draw a source that nobody wrote.
fn reason(error: &regex::Error) -> PatternErrorKind {
    match error {
        regex::Error::CompiledTooBig(_) => {
            PatternErrorKind::Expression("the expression is too large".to_owned())
        }
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            let why = last.strip_prefix("error: ").unwrap_or(last);
            PatternErrorKind::Expression(why.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::captures::{Captures, Ignore};

    /// Rows: ROUTE-17
    #[test]
    fn a_group_must_not_capture() {
        assert_eq!(
            Expression::compile("((a))", vec![0]).map(|_| ()),
            Err(PatternErrorKind::CapturingGroup)
        );
        assert!(Expression::compile("((?:a))", vec![0]).is_ok());
    }

    #[test]
    fn the_whole_segment_must_match() {
        let expression = Expression::compile("([a-z]+)", vec![3]).unwrap();
        let mut captures = Captures::default();
        assert!(expression.matches("/ab/", 1..3, &mut captures));
        assert_eq!(captures.iter().collect::<Vec<_>>(), [(3, 1..3)]);
        assert!(!expression.matches("/aB/", 1..3, &mut Ignore));
    }

    #[test]
    fn a_quantifier_stands_behind_something() {
        for doubled in ["a**", "a{2}*", "a*?+", "(a+)*?*", "a*{2}", r"\**+*"] {
            assert!(has_doubled_quantifier(doubled), "{doubled}");
        }
        for fine in [
            "a*", "a*?", "a++", "(?:a*)*", "[*+?]*", r"\**", "a{1,2}", r"\[\{*", "a?b*",
        ] {
            assert!(!has_doubled_quantifier(fine), "{fine}");
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let why = |source: &str| {
            Expression::compile(source, vec![0])
                .map(|_| ())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(why("(a(b)"), "`{name:regex}`: unclosed group");
        assert_eq!(
            why("((?:[a-z]{500}){500})"),
            "`{name:regex}`: the expression is too large"
        );
        assert!(is_unsupported("(?=a)") && is_unsupported(r"(.)\1") && !is_unsupported(r"\\1\d"));
    }

    #[test]
    fn classes_mean_ascii_as_in_java() {
        let digits = Expression::compile(&format!("({})", translate(r"[\d-]\w")), vec![0]).unwrap();
        assert!(digits.matches("-a", 0..2, &mut Ignore) && digits.matches("7_", 0..2, &mut Ignore));
        assert!(!digits.matches("-ä", 0..3, &mut Ignore));
    }
}
