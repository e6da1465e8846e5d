//! This project's answers, in the words of the golden data.

use std::{cmp::Ordering, collections::BTreeMap, fmt::Write};

use stomp_core::destination::{Pattern, Separator, compare, is_pattern, join};

use super::Row;

/// What this project answers; `None` for a row of an unknown kind or separator.
pub(super) fn answer(row: &Row<'_>) -> Option<String> {
    let separator = separator(row)?;
    Some(match row.kind {
        "M" => matched(row.first, row.path, separator),
        "C" => match compare(row.first, row.second, row.path, separator) {
            Ordering::Less => "-1".to_owned(),
            Ordering::Equal => "0".to_owned(),
            Ordering::Greater => "1".to_owned(),
        },
        "J" => join(row.first, row.second, separator).map_or_else(|_| "!".to_owned(), |text| json(&text)),
        "P" => if is_pattern(row.first) { "yes" } else { "no" }.to_owned(),
        _ => return None,
    })
}

pub(super) fn separator(row: &Row<'_>) -> Option<Separator> {
    match row.separator {
        "/" => Some(Separator::Slash),
        "." => Some(Separator::Dot),
        _ => None,
    }
}

fn matched(pattern: &str, path: &str, separator: Separator) -> String {
    let Ok(pattern) = Pattern::parse(pattern, separator) else {
        return "!".to_owned();
    };
    let captures = pattern.captures(path);
    assert_eq!(
        captures.is_some(),
        pattern.matches(path),
        "`matches` and `captures` of {pattern:?}"
    );
    let Some(captures) = captures else {
        return "-".to_owned();
    };
    let names: Vec<_> = pattern.variables().collect();
    let variables: BTreeMap<_, _> = captures
        .iter()
        .map(|(index, at)| (names[index], &path[at]))
        .collect();
    let pairs: Vec<_> = variables
        .iter()
        .map(|(name, value)| format!("{}:{}", json(name), json(value)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// A JSON string as the golden data spells it: only what must be escaped is.
fn json(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' => {
                write!(json, "\\u{:04x}", u32::from(control)).expect("writing to a string cannot fail");
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}
