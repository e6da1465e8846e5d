//! Joining the pattern of a controller with that of a method.

use std::fmt;

use super::{Pattern, PatternError, Separator};

/// Two patterns that cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinError {
    /// Both ask for a file extension: `/*.html` and `/x.txt`.
    Extensions,
    /// The first one is not a pattern.
    Pattern(PatternError),
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extensions => f.write_str("two patterns with different extensions cannot be joined"),
            Self::Pattern(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for JoinError {}

/// Joins two patterns, usually with one separator between: `/chat` and `/{room}` give `/chat/{room}`. The odd cases,
/// such as `/*` and `/chat` giving `/chat`, are those of `combine` of Spring's `AntPathMatcher`.
///
/// # Errors
///
/// [`JoinError::Extensions`] where Spring refuses as well, [`JoinError::Pattern`] for a first pattern over the limits
/// of [`Pattern`].
pub fn join(first: &str, second: &str, separator: Separator) -> Result<String, JoinError> {
    match (is_blank(first), is_blank(second)) {
        (true, true) => return Ok(String::new()),
        (true, false) => return Ok(second.to_owned()),
        (false, true) => return Ok(first.to_owned()),
        (false, false) => {}
    }
    let has_variable = first.contains('{');
    if first != second && !has_variable {
        let pattern = Pattern::parse(first, separator).map_err(JoinError::Pattern)?;
        if pattern.matches(second) {
            return Ok(second.to_owned());
        }
    }
    if let Some(before) = first
        .strip_suffix('*')
        .filter(|before| before.ends_with(separator.as_char()))
    {
        return Ok(concat(&before[..before.len() - 1], second, separator));
    }
    let spans = first
        .strip_suffix("**")
        .is_some_and(|before| before.ends_with(separator.as_char()));
    match first.find("*.") {
        Some(star) if !has_variable && !spans && separator == Separator::Slash => {
            with_extension(&first[star + 1..], second)
        }
        _ => Ok(concat(first, second, separator)),
    }
}

/// The first pattern is one of file names with an extension, the second may name the file.
fn with_extension(extension: &str, second: &str) -> Result<String, JoinError> {
    let (file, own) = second.split_at(second.find('.').unwrap_or(second.len()));
    let is_any = |extension: &str| matches!(extension, ".*" | "");
    if !is_any(extension) && !is_any(own) {
        return Err(JoinError::Extensions);
    }
    let extension = if is_any(extension) { own } else { extension };
    Ok(format!("{file}{extension}"))
}

/// With exactly one separator between.
fn concat(first: &str, second: &str, separator: Separator) -> String {
    let separator = separator.as_char();
    match (first.ends_with(separator), second.strip_prefix(separator)) {
        (true, Some(rest)) => format!("{first}{rest}"),
        (true, None) | (false, Some(_)) => format!("{first}{second}"),
        (false, None) => format!("{first}{separator}{second}"),
    }
}

/// No text as Spring's `hasText` sees it: only what Java calls white space, which excludes the non-breaking ones.
fn is_blank(text: &str) -> bool {
    text.chars().all(|letter| match letter {
        '\u{1c}'..='\u{1f}' => true,
        '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}' => false,
        other => other.is_whitespace(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: ROUTE-07, ROUTE-08
    #[test]
    fn the_table_of_the_study() {
        let table = [
            ("/a", "/b", "/a/b"),
            ("/a/", "/b", "/a/b"),
            ("/a/*", "/b", "/a/b"),
            ("/a/**", "/b", "/a/**/b"),
            ("/{x}", "/b", "/{x}/b"),
            ("/a", "/a", "/a/a"),
            ("/", "/a", "/a"),
            ("/**", "/b", "/b"),
            ("/*", "/b", "/b"),
            ("/a*", "/abc", "/abc"),
            ("/a?", "/ab", "/ab"),
            ("/a/*", "/a/b", "/a/b"),
            ("/a/*.do", "/b", "/b.do"),
            (" ", "\u{1f}", ""),
            ("\u{a0}", "/b", "\u{a0}/b"),
        ];
        for (first, second, joined) in table {
            assert_eq!(
                join(first, second, Separator::Slash).as_deref(),
                Ok(joined),
                "{first} {second}"
            );
        }
        assert_eq!(
            join("/*.html", "/h.txt", Separator::Slash),
            Err(JoinError::Extensions)
        );
        let dotted = [("a", "b", "a.b"), ("a.*", "b", "a.b"), ("a", "/b", "a./b")];
        for (first, second, joined) in dotted {
            assert_eq!(join(first, second, Separator::Dot).as_deref(), Ok(joined));
        }
    }
}
