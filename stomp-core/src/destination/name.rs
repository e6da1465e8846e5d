//! Names of variables, in patterns and in Rust.

/// The Rust name of a variable: `roomId`, `roomID`, `room-id` and `room_id` are all `room_id`; `userURLPath` is
/// `user_url_path`. Folding a folded name changes nothing. The rule is this project's own: Spring compares names as
/// they are written.
#[must_use]
pub fn variable_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len() + 4);
    let mut before = None;
    let mut rest = name.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter == '-' {
            folded.push('_');
        } else if letter.is_uppercase() {
            let word_follows = rest.peek().is_some_and(|next| next.is_lowercase());
            if starts_word(before, word_follows) {
                folded.push('_');
            }
            folded.extend(letter.to_lowercase());
        } else {
            folded.push(letter);
        }
        before = Some(letter);
    }
    folded
}

/// Whether a capital starts a word: after a small letter or digit, or as the last capital of an abbreviation.
fn starts_word(before: Option<char>, word_follows: bool) -> bool {
    match before {
        None | Some('_' | '-') => false,
        Some(before) if before.is_uppercase() => word_follows,
        Some(before) => before.is_lowercase() || before.is_ascii_digit(),
    }
}

/// Whether a mapping may declare this variable: what can be folded into a Rust name.
pub(super) fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_name_fold_into_one() {
        let table = [
            ("roomId", "room_id"),
            ("roomID", "room_id"),
            ("room-id", "room_id"),
            ("room_id", "room_id"),
            ("URL", "url"),
            ("userURLPath", "user_url_path"),
            ("x1", "x1"),
            ("", ""),
        ];
        for (written, folded) in table {
            assert_eq!(variable_name(written), folded);
            assert_eq!(variable_name(folded), folded, "folding twice");
        }
    }

    #[test]
    fn a_name_starts_with_a_letter() {
        for name in ["a", "_x", "room-id", "größe", "x1"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1x", "-a", "a b", "a:b", "*a", "a.."] {
            assert!(!is_name(name), "{name}");
        }
    }
}
