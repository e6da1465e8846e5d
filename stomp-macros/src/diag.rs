//! Errors: collected, so that one compilation shows all of them, and drawn inside string literals.

use std::{fmt::Display, ops::Range};

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::LitStr;

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Diagnostics(Option<syn::Error>);

impl Diagnostics {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// An error at everything that `on` spans.
    pub(crate) fn on(&mut self, on: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(on, message));
    }

    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// The value, or `None` and one more error.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// `compile_error!`s; nothing without errors.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(syn::Error::into_compile_error).unwrap_or_default()
    }
}

/// An error inside a string literal. Stable compilers cannot underline a part of one, so the part is drawn into the
/// message.
pub(crate) fn in_literal(literal: &LitStr, at: Range<usize>, message: impl Display) -> syn::Error {
    let text = literal.value();
    if let Some(span) = subspan(literal, &text, &at) {
        return syn::Error::new(span, message);
    }
    let before = text.get(..at.start).unwrap_or_default().chars().count();
    let marked = text.get(at).unwrap_or_default().chars().count().max(1);
    let drawn = format!(
        "{message}\n\n  \"{text}\"\n   {}{}",
        " ".repeat(before),
        "^".repeat(marked)
    );
    syn::Error::new(literal.span(), drawn)
}

/// Only where the literal is written as its value reads.
fn subspan(literal: &LitStr, text: &str, at: &Range<usize>) -> Option<Span> {
    let token = literal.token();
    let plain = token.to_string() == format!("\"{text}\"");
    plain.then(|| token.subspan(at.start + 1..at.end + 1)).flatten()
}

/// ` (did you mean …?)` with the one of `known` that `word` is a likely slip of, or nothing.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"))
}

/// The one of `known` that is at most two slips from `word`, nearest first.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|known| (slips(word, known), known));
    near.filter(|(slips, known)| *slips <= 2 && *slips < known.chars().count())
        .min()
        .map(|(_, known)| known)
}

/// A type as people write it, without the spaces that tokens are printed with.
pub(crate) fn shown(ty: &syn::Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (printed, written) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
    ] {
        text = text.replace(printed, written);
    }
    text
}

/// How many characters must be changed, added or taken away (Levenshtein).
fn slips(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, c) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, d) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(c != *d);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (a, b, expected) in [
            ("", "", 0),
            ("room", "room", 0),
            ("room", "roam", 1),
            ("romm_id", "room_id", 1),
            ("a", "abc", 2),
        ] {
            assert_eq!(slips(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn short_words_are_not_each_others_slips() {
        assert_eq!(nearest("n", ["id"]), None);
        assert_eq!(nearest("romm_id", ["user", "room_id"]), Some("room_id"));
    }

    #[test]
    fn the_place_is_drawn_under_the_literal() {
        let literal: LitStr = syn::parse_str("\"/chät/{room\"").unwrap();
        let error = in_literal(&literal, 7..12, "`{` is never closed");
        assert_eq!(
            error.to_string(),
            "`{` is never closed\n\n  \"/chät/{room\"\n         ^^^^^"
        );
    }
}
