//! Bodies as tests read them: what does not fit fails the test and shows the body.

use serde::de::DeserializeOwned;

#[track_caller]
pub(super) fn text(body: &[u8]) -> &str {
    match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(_) => panic!("text was expected, and the body is {}", shown(body)),
    }
}

#[track_caller]
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> T {
    match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => panic!(
            "JSON for `{}` was expected ({error}), and the body is {}",
            std::any::type_name::<T>(),
            shown(body)
        ),
    }
}

/// The beginning of a body, on one line.
pub(super) fn shown(body: &[u8]) -> String {
    /// Enough to know a message by.
    const MOST: usize = 300;
    match body.get(..MOST) {
        Some(beginning) => format!("\"{}\"… of {} octets", readable(beginning), body.len()),
        None => format!("\"{}\"", readable(body)),
    }
}

/// JSON stays readable; what would break the line or is no text does not.
fn readable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let escaped = text.chars().map(|c| match c {
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_bodies_are_cut_and_stay_on_one_line() {
        assert_eq!(shown(b"{\"a\":1}\n"), "\"{\"a\":1}\\n\"");
        let long = shown(&[b'x'; 1000]);
        assert!(long.ends_with("\"… of 1000 octets"), "{long}");
        assert!(long.len() < 330, "{long}");
    }
}
