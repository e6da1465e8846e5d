//! The parameters of a URI's query.

use stomp_server::http::Uri;

/// The first parameter of this name; one without a value is empty. What a servlet calls `getParameter`.
pub(crate) fn parameter(uri: &Uri, name: &str) -> Option<String> {
    raw_parameter(uri, name).map(|value| decoded(value.unwrap_or_default()))
}

/// All parameters of this name with commas between: how Spring reads a `String` with `@RequestParam`.
pub(crate) fn joined_parameter(uri: &Uri, name: &str) -> Option<String> {
    let values = pairs(uri).filter(|(key, _)| *key == name);
    let values: Vec<_> = values
        .map(|(_, value)| decoded(value.unwrap_or_default()))
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// The first parameter of this name as it was written; one without `=` has no value. What Spring's
/// `UriComponents::getQueryParams` holds.
pub(crate) fn raw_parameter<'u>(uri: &'u Uri, name: &str) -> Option<Option<&'u str>> {
    pairs(uri).find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn pairs(uri: &Uri) -> impl Iterator<Item = (&str, Option<&str>)> {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs.map(|pair| match pair.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (pair, None),
    })
}

/// `%XX` and `+` as what they stand for.
fn decoded(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let escaped = tail.first_chunk::<2>().filter(|_| *first == b'%');
        let escaped = escaped.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        octets.push(match (escaped, first) {
            (Some(octet), _) => {
                rest = &tail[2..];
                octet
            }
            (None, b'+') => b' ',
            (None, octet) => *octet,
        });
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let uri = Uri::from_static("/x?a=1&b=a%20b+c&c&d=%zz&b=2");
        let table = [
            ("a", Some("1")),
            ("b", Some("a b c")),
            ("c", Some("")),
            ("d", Some("%zz")),
            ("e", None),
        ];
        for (name, expected) in table {
            assert_eq!(parameter(&uri, name).as_deref(), expected, "{name}");
        }
        assert_eq!(joined_parameter(&uri, "b").as_deref(), Some("a b c,2"));
        assert_eq!(joined_parameter(&uri, "c").as_deref(), Some(""));
        assert_eq!(joined_parameter(&uri, "e"), None);
        assert_eq!(raw_parameter(&uri, "b"), Some(Some("a%20b+c")));
        assert_eq!(raw_parameter(&uri, "c"), Some(None));
        assert_eq!(raw_parameter(&uri, "e"), None);
    }
}
