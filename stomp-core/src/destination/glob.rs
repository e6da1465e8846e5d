//! Wildcards and variables within one segment, without a regex engine.

use std::ops::Range;

use super::captures::Sink;

/// A part of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Characters that stand for themselves.
    Text(Box<str>),
    /// `?`: one character.
    One,
    /// `*` or a variable, whose index it carries: any number of characters.
    Run(Option<usize>),
}

/// Matches pieces against all of `destination[token]`.
///
/// A run takes as much as it can, the first one first, as Spring's `(.*)` groups do. Setting the fixed pieces between
/// two runs as far to the right as possible, beginning at the end, finds exactly that without ever going back; the
/// work is bounded by the length of the text times the length of the pieces.
pub(super) fn matches(
    pieces: &[Piece],
    destination: &str,
    token: Range<usize>,
    sink: &mut impl Sink,
) -> bool {
    run_backwards(pieces, &destination[token.clone()], token.start, sink).is_some()
}

fn run_backwards(mut pieces: &[Piece], text: &str, offset: usize, sink: &mut impl Sink) -> Option<()> {
    let Some((before, mut variable, after)) = split_at_last_run(pieces) else {
        return (fixed_before(pieces, text, text.len())? == 0).then_some(());
    };
    let mut right = fixed_before(after, text, text.len())?;
    pieces = before;
    loop {
        let earlier = split_at_last_run(pieces);
        let (start, left) = match earlier {
            Some((_, _, fixed)) => last_occurrence(fixed, text, right)?,
            None => (0, fixed_after(pieces, text).filter(|left| *left <= right)?),
        };
        if let Some(variable) = variable {
            sink.capture(variable, offset + left..offset + right);
        }
        let Some((before, next, _)) = earlier else {
            return Some(());
        };
        (pieces, variable, right) = (before, next, start);
    }
}

/// What stands before the last run, the variable of that run, and what stands behind it.
fn split_at_last_run(pieces: &[Piece]) -> Option<(&[Piece], Option<usize>, &[Piece])> {
    let (at, variable) = pieces
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, piece)| match piece {
            Piece::Run(variable) => Some((at, *variable)),
            Piece::Text(_) | Piece::One => None,
        })?;
    Some((&pieces[..at], variable, &pieces[at + 1..]))
}

/// Where pieces without a run start if they end at `end`.
fn fixed_before(pieces: &[Piece], text: &str, end: usize) -> Option<usize> {
    let mut left = text.get(..end)?;
    for piece in pieces.iter().rev() {
        left = match piece {
            Piece::Text(fixed) => left.strip_suffix(&**fixed)?,
            Piece::One | Piece::Run(_) => {
                let mut characters = left.chars();
                characters.next_back()?;
                characters.as_str()
            }
        };
    }
    Some(left.len())
}

/// Where pieces without a run end if they start at the start of the text.
fn fixed_after(pieces: &[Piece], text: &str) -> Option<usize> {
    let mut left = text;
    for piece in pieces {
        left = match piece {
            Piece::Text(fixed) => left.strip_prefix(&**fixed)?,
            Piece::One | Piece::Run(_) => {
                let mut characters = left.chars();
                characters.next()?;
                characters.as_str()
            }
        };
    }
    Some(text.len() - left.len())
}

/// Start and end of the last place, ending at `limit` at most, where pieces without a run fit.
fn last_occurrence(pieces: &[Piece], text: &str, limit: usize) -> Option<(usize, usize)> {
    let ends = (0..=limit).rev().filter(|end| text.is_char_boundary(*end));
    ends.map(|end| (fixed_before(pieces, text, end), end))
        .find_map(|(start, end)| Some((start?, end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::captures::{Captures, Ignore};

    fn text(fixed: &str) -> Piece {
        Piece::Text(fixed.into())
    }

    #[test]
    fn the_first_variable_takes_as_much_as_it_can() {
        let pieces = [Piece::Run(Some(0)), text("-"), Piece::Run(Some(1))];
        let mut captures = Captures::default();
        assert!(matches(&pieces, "/x-y-z", 1..6, &mut captures));
        assert_eq!(captures.iter().collect::<Vec<_>>(), [(0, 1..4), (1, 5..6)]);

        let adjacent = [Piece::Run(Some(0)), Piece::Run(Some(1))];
        let mut captures = Captures::default();
        assert!(matches(&adjacent, "ab", 0..2, &mut captures));
        assert_eq!(captures.iter().collect::<Vec<_>>(), [(0, 0..2), (1, 2..2)]);
    }

    #[test]
    fn fixed_pieces_do_not_overlap() {
        let pieces = [text("ab"), Piece::Run(None), text("ba")];
        for (word, fits) in [("abba", true), ("aba", false), ("abxba", true), ("ab", false)] {
            assert_eq!(matches(&pieces, word, 0..word.len(), &mut Ignore), fits, "{word}");
        }
    }

    #[test]
    fn a_question_mark_takes_one_character_of_any_width() {
        for word in ["a", "ü", "😀"] {
            assert!(matches(&[Piece::One], word, 0..word.len(), &mut Ignore));
            assert!(!matches(
                &[Piece::One, Piece::One],
                word,
                0..word.len(),
                &mut Ignore
            ));
            let anywhere = [Piece::Run(None), Piece::One, Piece::Run(None)];
            assert!(matches(&anywhere, word, 0..word.len(), &mut Ignore));
        }
    }
}
