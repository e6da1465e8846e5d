//! LIKE: patterns over whole texts.

use super::SelectorProblem;

/// One piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// `%`: any characters, also none.
    Any,
    /// `_`: one character.
    One,
    /// This character.
    Exactly(char),
}

/// Takes a pattern apart.
pub(super) fn pieces(pattern: &str, escape: Option<char>) -> Result<Vec<Piece>, SelectorProblem> {
    let mut pieces = Vec::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(next) = rest.next() {
        pieces.push(match next {
            next if Some(next) == escape => match rest.next() {
                Some(meant) if matches!(meant, '%' | '_') || Some(meant) == escape => Piece::Exactly(meant),
                _ => return Err(SelectorProblem::MalformedEscape),
            },
            '%' => Piece::Any,
            '_' => Piece::One,
            other => Piece::Exactly(other),
        });
    }
    Ok(pieces)
}

/// Does the whole text match? Goes back to the last `%` only: an earlier one could not help.
pub(super) fn matches(pieces: &[Piece], text: &str) -> bool {
    let mut rest = text.chars();
    let mut at = 0;
    // Behind the last `%`, and where the text went on when it was tried last.
    let mut retry = None;
    loop {
        let fits = match pieces.get(at) {
            Some(Piece::Any) => {
                retry = Some((at + 1, rest.clone()));
                true
            }
            Some(Piece::One) => rest.next().is_some(),
            Some(Piece::Exactly(wanted)) => rest.next() == Some(*wanted),
            None if rest.as_str().is_empty() => return true,
            None => false,
        };
        if fits {
            at += 1;
            continue;
        }
        let Some((behind, from)) = &mut retry else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        (at, rest) = (*behind, from.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ];
        for (pattern, text, expected) in table {
            let pieces = pieces(pattern, None).expect("no escapes");
            assert_eq!(matches(&pieces, text), expected, "{text:?} LIKE {pattern:?}");
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
            let matched = pieces(pattern, Some(escape)).map(|pieces| matches(&pieces, text));
            assert_eq!(matched.ok(), expected, "{pattern:?}");
        }
    }
}
