//! Can two patterns match one destination?

use super::{
    Pattern,
    glob::Piece,
    pattern::Kind,
    segment::{Matcher, Part},
};

/// Whether some destination may match both patterns.
pub(super) fn overlaps(first: &Pattern, second: &Pattern) -> bool {
    match (first.kind, second.kind) {
        (Kind::Exact, _) => return second.matches(&first.text),
        (_, Kind::Exact) => return first.matches(&second.text),
        _ => {}
    }
    let separator = first.separator.as_char();
    if first.separator != second.separator
        || first.text.starts_with(separator) != second.text.starts_with(separator)
    {
        return false;
    }
    (ends_agree(first, second) && meet(first, &first.parts, second, &second.parts))
        || star_before_end(first, second)
        || star_before_end(second, first)
}

/// A destination ends as its pattern does, with a separator or without, unless the pattern's end spans segments.
fn ends_agree(first: &Pattern, second: &Pattern) -> bool {
    let spans = |pattern: &Pattern| pattern.parts.last().is_some_and(Part::spans_segments);
    is_open(first) == is_open(second) || spans(first) || spans(second)
}

/// A final `*` also stands for nothing if the destination ends with the separator.
fn star_before_end(star: &Pattern, open: &Pattern) -> bool {
    match star.parts.split_last() {
        Some((last, before)) if matches!(last.matcher, Matcher::Star) && is_open(open) => {
            meet(star, before, open, &open.parts)
        }
        _ => false,
    }
}

fn is_open(pattern: &Pattern) -> bool {
    pattern.text.ends_with(pattern.separator.as_char())
}

/// Whether two lists of segments can match the same segments. Filled from the end, so that the work is the product
/// of the two lengths.
fn meet(first: &Pattern, ours: &[Part], second: &Pattern, theirs: &[Part]) -> bool {
    let spans = |parts: &[Part], at: usize| parts.get(at).is_some_and(Part::is_double_star);
    let takes_rest = |parts: &[Part], at: usize| {
        parts
            .get(at)
            .is_some_and(|part| matches!(part.matcher, Matcher::Rest(_)))
    };
    // below[j]: from the next of our segments on and their j-th on, the rest can meet
    let mut below = vec![false; theirs.len() + 2];
    for i in (0..=ours.len()).rev() {
        let mut row = vec![false; theirs.len() + 2];
        for j in (0..=theirs.len()).rev() {
            let end = (i == ours.len(), j == theirs.len());
            row[j] = match end {
                (true, true) => true,
                (ended, _) if takes_rest(theirs, j) => !ended,
                (_, ended) if takes_rest(ours, i) => !ended,
                _ if spans(ours, i) => below[j] || row[j + 1],
                _ if spans(theirs, j) => row[j + 1] || (i < ours.len() && below[j]),
                (true, _) | (_, true) => false,
                (false, false) => below[j + 1] && segments_meet(first, &ours[i], second, &theirs[j]),
            };
        }
        below = row;
    }
    below[0]
}

/// One character of a segment's pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Atom {
    Is(char),
    One,
    Run,
}

fn segments_meet(first: &Pattern, ours: &Part, second: &Pattern, theirs: &Part) -> bool {
    match (&ours.matcher, &theirs.matcher) {
        (Matcher::Literal, Matcher::Literal) => first.text[ours.at.clone()] == second.text[theirs.at.clone()],
        (Matcher::Literal, Matcher::Expression(_) | Matcher::Glob(_)) => fits(first, ours, second, theirs),
        (Matcher::Expression(_) | Matcher::Glob(_), Matcher::Literal) => fits(second, theirs, first, ours),
        (Matcher::Glob(ours), Matcher::Glob(theirs)) => atoms_meet(&atoms(ours), &atoms(theirs)),
        // variables and stars take any segment; of two expressions nobody knows
        _ => true,
    }
}

fn fits(literal: &Pattern, part: &Part, pattern: &Pattern, matcher: &Part) -> bool {
    matcher.matches(
        &pattern.text,
        &literal.text,
        part.at.clone(),
        &mut super::captures::Ignore,
    )
}

fn atoms(pieces: &[Piece]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => atoms.extend(text.chars().map(Atom::Is)),
            Piece::One => atoms.push(Atom::One),
            Piece::Run(_) => atoms.push(Atom::Run),
        }
    }
    atoms
}

fn atoms_meet(ours: &[Atom], theirs: &[Atom]) -> bool {
    let mut below = vec![false; theirs.len() + 2];
    for i in (0..=ours.len()).rev() {
        let mut row = vec![false; theirs.len() + 2];
        for j in (0..=theirs.len()).rev() {
            row[j] = match (ours.get(i), theirs.get(j)) {
                (None, None) => true,
                (Some(Atom::Run), _) => below[j] || (j < theirs.len() && row[j + 1]),
                (mine, Some(Atom::Run)) => row[j + 1] || (mine.is_some() && below[j]),
                (Some(mine), Some(other)) => {
                    below[j + 1] && (mine == other || *mine == Atom::One || *other == Atom::One)
                }
                _ => false,
            };
        }
        below = row;
    }
    below[0]
}
