//! The notation that the tables in `tests/data` share: lines of cells, and octets as text.

use stomp_core::Version;

/// One line of a table.
#[derive(Debug)]
pub(crate) struct Case<'t> {
    pub(crate) name: &'t str,
    pub(crate) versions: Vec<Option<Version>>,
    /// The two last cells.
    pub(crate) given: &'t str,
    pub(crate) expected: &'t str,
}

/// The cases of a table, without blank lines and comments.
pub(crate) fn cases(table: &str) -> impl Iterator<Item = Case<'_>> {
    let lines = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let cells: Vec<_> = line.split(" | ").collect();
        let [name, versions, given, expected] = cells[..] else {
            panic!("not four cells: {line}")
        };
        Case {
            name,
            versions: versions.split(' ').map(version).collect(),
            given,
            expected,
        }
    })
}

fn version(text: &str) -> Option<Version> {
    match text {
        "-" => None,
        _ => Some(
            Version::ALL
                .into_iter()
                .find(|version| version.as_str() == text)
                .unwrap_or_else(|| panic!("no version: {text}")),
        ),
    }
}

/// The octets that a cell stands for.
pub(crate) fn octets(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\\' => escape(rest, &mut octets),
            '{' => repeat(rest, &mut octets),
            _ => {
                octets.extend_from_slice(&rest.as_bytes()[..first.len_utf8()]);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    octets
}

fn escape(text: &str, octets: &mut Vec<u8>) -> usize {
    let simple = match text.as_bytes()[1] {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => b'\0',
        b'\\' => b'\\',
        b'x' => {
            octets.push(u8::from_str_radix(&text[2..4], 16).expect("two hexadecimal digits"));
            return 4;
        }
        _ => panic!("unknown escape: {text}"),
    };
    octets.push(simple);
    2
}

fn repeat(text: &str, octets: &mut Vec<u8>) -> usize {
    let end = text.find('}').expect("a closing brace");
    let inside = &text[1..end];
    if inside == "00..FF" {
        octets.extend(0..=255);
    } else if let Some(count) = inside.strip_suffix(" headers") {
        for number in 1..=count.parse::<usize>().expect("a number") {
            octets.extend_from_slice(format!("h{number}:v\n").as_bytes());
        }
    } else {
        let (count, what) = inside.split_once('*').expect("a count and what to repeat");
        octets.extend_from_slice(what.repeat(count.parse().expect("a count")).as_bytes());
    }
    end + 1
}

/// Octets as a cell writes them.
pub(crate) fn show_octets(octets: &[u8]) -> String {
    let all: Vec<u8> = (0..=255).collect();
    if octets == all {
        return "{00..FF}".to_owned();
    }
    let mut text = String::new();
    for &octet in octets {
        match octet {
            b'\n' => text += "\\n",
            b'\r' => text += "\\r",
            b'\t' => text += "\\t",
            b'\0' => text += "\\0",
            b'\\' => text += "\\\\",
            b' '..=b'~' => text.push(char::from(octet)),
            _ => text += &format!("\\x{octet:02x}"),
        }
    }
    text
}
