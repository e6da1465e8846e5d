//! The parameters of a URI's query.

use stomp_server::http::Uri;

/// The first parameter of this name; one without a value is empty.
#[must_use]
pub(crate) fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri.query()?.split('&');
    let mut pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| decoded(value))
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
    }
}
