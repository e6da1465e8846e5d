//! LIKE: patterns over whole texts, in steps that are counted.
//!
//! What stands between two `%` is looked for once, from where the last such part ended: an earlier place is as good as
//! any. A part without `_` is found in a time that grows with the text alone; for one with `_` every place may have to
//! be tried, so that the tries are bounded.

use std::ops::Range;

use super::{
    Selector, SelectorProblem,
    lexer::span,
    program::{Span, range},
};

/// One piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// `%`: any characters, also none.
    Any,
    /// `_`: one character.
    One,
    /// These characters, which stand among the selector's texts.
    Exactly(Span),
}

/// What all patterns of one evaluation may take together.
#[derive(Debug, Default)]
pub(super) struct Steps(usize);

impl Steps {
    /// So many more; `None` when it is too much.
    fn take(&mut self, steps: usize) -> Option<()> {
        self.0 += steps;
        (self.0 <= Selector::MAX_STEPS).then_some(())
    }
}

/// Takes a pattern apart. Its characters go to `texts`.
pub(super) fn pieces(
    pattern: &str,
    escape: Option<char>,
    texts: &mut String,
) -> Result<Vec<Piece>, SelectorProblem> {
    let mut pieces = Vec::new();
    let mut rest = pattern.chars();
    while let Some(next) = rest.next() {
        let character = match next {
            next if Some(next) == escape => match rest.next() {
                Some(meant) if matches!(meant, '%' | '_') || Some(meant) == escape => meant,
                _ => return Err(SelectorProblem::MalformedEscape),
            },
            '%' => {
                pieces.push(Piece::Any);
                continue;
            }
            '_' => {
                pieces.push(Piece::One);
                continue;
            }
            other => other,
        };
        let start = texts.len();
        texts.push(character);
        match pieces.last_mut() {
            Some(Piece::Exactly(part)) => part.end = span(start, texts.len()).end,
            _ => pieces.push(Piece::Exactly(span(start, texts.len()))),
        }
    }
    Ok(pieces)
}

/// How often each octet of a text may be looked at: by every piece of the longest part that is tried at every place.
pub(super) fn effort(pieces: &[Piece]) -> usize {
    let parts: Vec<_> = pieces.split(is_any).collect();
    let tried = parts.get(1..parts.len() - 1).unwrap_or_default().iter();
    tried.map(|part| part.len()).max().unwrap_or(0).max(1)
}

/// Does the whole text match? `None` when it takes too many steps to say.
pub(super) fn matches(pieces: &[Piece], texts: &str, text: &str, steps: &mut Steps) -> Option<bool> {
    let mut parts = pieces.split(is_any);
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back());
    let Some(mut rest) = after(first, texts, text, steps)? else {
        return Some(false);
    };
    let Some(last) = last else {
        return Some(rest.is_empty());
    };
    match before(last, texts, rest, steps)? {
        Some(between) => rest = between,
        None => return Some(false),
    }
    for part in parts {
        match behind(part, texts, rest, steps)? {
            Some(behind) => rest = behind,
            None => return Some(false),
        }
    }
    Some(true)
}

fn is_any(piece: &Piece) -> bool {
    *piece == Piece::Any
}

/// What follows a part that the text begins with; `None` inside: it does not.
fn after<'t>(part: &[Piece], texts: &str, text: &'t str, steps: &mut Steps) -> Option<Option<&'t str>> {
    let mut rest = text;
    for piece in part {
        let cut = match piece {
            Piece::Exactly(wanted) => strip(wanted, steps, |wanted| rest.strip_prefix(&texts[wanted]))?,
            Piece::One | Piece::Any => {
                steps.take(1)?;
                let mut characters = rest.chars();
                characters.next().map(|_| characters.as_str())
            }
        };
        match cut {
            Some(cut) => rest = cut,
            None => return Some(None),
        }
    }
    Some(Some(rest))
}

/// What stands before a part that the text ends with.
fn before<'t>(part: &[Piece], texts: &str, text: &'t str, steps: &mut Steps) -> Option<Option<&'t str>> {
    let mut rest = text;
    for piece in part.iter().rev() {
        let cut = match piece {
            Piece::Exactly(wanted) => strip(wanted, steps, |wanted| rest.strip_suffix(&texts[wanted]))?,
            Piece::One | Piece::Any => {
                steps.take(1)?;
                let mut characters = rest.chars();
                characters.next_back().map(|_| characters.as_str())
            }
        };
        match cut {
            Some(cut) => rest = cut,
            None => return Some(None),
        }
    }
    Some(Some(rest))
}

/// What follows the first place at which a part stands in the text.
fn behind<'t>(part: &[Piece], texts: &str, text: &'t str, steps: &mut Steps) -> Option<Option<&'t str>> {
    if let [Piece::Exactly(wanted)] = part {
        // Two-way search: linear, whatever is looked for.
        let wanted = &texts[range(wanted)];
        let found = text.find(wanted).map(|place| &text[place + wanted.len()..]);
        steps.take(wanted.len() + text.len() - found.map_or(0, str::len))?;
        return Some(found);
    }
    let mut from = text;
    loop {
        if let Some(behind) = after(part, texts, from, steps)? {
            return Some(Some(behind));
        }
        let mut characters = from.chars();
        if characters.next().is_none() {
            return Some(None);
        }
        from = characters.as_str();
    }
}

/// A comparison takes a step for each sixteen octets, and one for itself.
fn strip<T>(wanted: &Span, steps: &mut Steps, strip: impl FnOnce(Range<usize>) -> T) -> Option<T> {
    let wanted = range(wanted);
    steps.take(1 + wanted.len() / 16)?;
    Some(strip(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a pattern, and after how many steps.
    fn like(
        pattern: &str,
        escape: Option<char>,
        text: &str,
    ) -> Result<(Option<bool>, usize), SelectorProblem> {
        // As in a selector, the pattern's pieces are not the only texts.
        let mut texts = String::from("kind");
        let pieces = pieces(pattern, escape, &mut texts)?;
        let mut steps = Steps::default();
        Ok((matches(&pieces, &texts, text, &mut steps), steps.0))
    }

    #[test]
    fn patterns_match_whole_texts() {
        let table = [
            ("12%3", "123", true),
            ("12%3", "12993", true),
            ("12%3", "1234", false),
            ("l_se", "lose", true),
            ("l_se", "loose", false),
            ("%", "", true),
            ("", "", true),
            ("", "a", false),
            ("%ab", "aab", true),
            ("%a%b%", "xxaxxbxx", true),
            ("a%a", "a", false),
            ("_", "é", true),
            ("%%%x", "x", true),
            ("%b%a", "ba", true),
            ("%a%a", "a", false),
            ("ab%ba", "aba", false),
            ("%a_c%", "aabcx", true),
            ("%a_c%", "aabca", true),
            ("%a_c%", "aacbaa", true),
            ("%_é_%", "xéy", true),
            ("%_é_%", "xé", false),
            ("%_", "", false),
            ("_%_", "é", false),
            ("_%_", "éé", true),
            ("%ab", "abab", true),
            ("%__%", "a", false),
        ];
        for (pattern, text, expected) in table {
            let like = like(pattern, None, text).expect("no escapes").0;
            assert_eq!(like, Some(expected), "{text:?} LIKE {pattern:?}");
        }
    }

    #[test]
    fn an_escape_takes_the_meaning_from_what_follows() {
        let table = [
            (r"\_%", '\\', "_foo", Some(true)),
            (r"\_%", '\\', "bar", Some(false)),
            ("100!%", '!', "100%", Some(true)),
            ("!!", '!', "!", Some(true)),
            ("!a", '!', "a", None),
            ("a!", '!', "a", None),
        ];
        for (pattern, escape, text, expected) in table {
            let matched = like(pattern, Some(escape), text).map(|(matched, _)| matched);
            assert_eq!(matched.ok(), expected.map(Some), "{pattern:?}");
        }
    }

    #[test]
    fn the_longest_pattern_and_the_longest_header_take_a_step_for_each_octet() {
        let text = "a".repeat(8190);
        let wanted = "a".repeat(980);
        for pattern in [
            format!("%{wanted}b%"),
            format!("%{wanted}b"),
            format!("{wanted}b%"),
            "%a".repeat(490) + "%b%",
        ] {
            let (matched, steps) = like(&pattern, None, &text).expect("no escapes");
            assert_eq!(matched, Some(false), "{pattern}");
            assert!(
                steps <= 2 * (text.len() + pattern.len()),
                "{steps} steps for {pattern}"
            );
        }
    }

    #[test]
    fn what_takes_too_many_steps_is_unknown() {
        let text = "a".repeat(8190);
        let tried = format!("%{}b%", "_a".repeat(490));
        let (matched, steps) = like(&tried, None, &text).expect("no escapes");
        assert_eq!(matched, None);
        assert!(steps <= Selector::MAX_STEPS + tried.len(), "{steps} steps");
        // What people write is far from that.
        let (matched, steps) = like("%_ab_ba_%", None, &text).expect("no escapes");
        assert_eq!(matched, Some(false));
        assert!(steps <= 4 * text.len(), "{steps} steps");
    }
}
