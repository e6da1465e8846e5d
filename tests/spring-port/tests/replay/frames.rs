//! What came over a wire, as events in JSON.

use std::fmt::Write;

use serde_json::{Value, json};

/// The STOMP frames and heart-beats of one WebSocket message, headers as they stood on the wire.
pub(crate) fn events(mut data: &[u8], binary: bool) -> Vec<Value> {
    let mut out = Vec::new();
    while let Some(first) = data.first() {
        if *first == b'\n' {
            out.push(json!({"heartbeat": "\n"}));
            data = &data[1..];
            continue;
        }
        let Some(end) = data.windows(2).position(|two| two == b"\n\n") else {
            out.push(json!({"unparsed": String::from_utf8_lossy(data)}));
            break;
        };
        let head = String::from_utf8_lossy(&data[..end]);
        let rest = &data[end + 2..];
        let mut lines = head.split('\n');
        let command = lines.next().unwrap_or_default();
        let headers: Vec<_> = lines
            .map(|line| line.split_once(':').unwrap_or((line, "")))
            .collect();
        let length = headers
            .iter()
            .find(|(name, _)| *name == "content-length")
            .and_then(|(_, length)| length.parse().ok());
        let end = length
            .or_else(|| rest.iter().position(|octet| *octet == 0))
            .map_or(rest.len(), |end| rest.len().min(end));
        let mut frame = json!({"command": command, "headers": headers, "body": body(&rest[..end])});
        if rest.get(end) != Some(&0) {
            frame["unterminated"] = true.into();
        }
        if binary {
            frame["binary"] = true.into();
        }
        out.push(frame);
        data = rest.get(end + 1..).unwrap_or_default();
    }
    out
}

/// Text, with what is no UTF-8 as `\xff`.
fn body(octets: &[u8]) -> String {
    let mut text = String::new();
    for chunk in octets.utf8_chunks() {
        text.push_str(chunk.valid());
        for octet in chunk.invalid() {
            let _ = write!(text, "\\x{octet:02x}");
        }
    }
    text
}

#[test]
fn a_message_is_taken_apart_as_it_stands() {
    let octets = b"\nA\nx:1\nx:2:3\n\none\0B\ncontent-length:3\n\na\0b\0\nC\n\nhalf \xff";
    let expected = [
        json!({"heartbeat": "\n"}),
        json!({"command": "A", "headers": [["x", "1"], ["x", "2:3"]], "body": "one"}),
        json!({"command": "B", "headers": [["content-length", "3"]], "body": "a\0b"}),
        json!({"heartbeat": "\n"}),
        json!({"command": "C", "headers": [], "body": "half \\xff", "unterminated": true}),
    ];
    assert_eq!(events(octets, false), expected);
    assert_eq!(events(b"A\n\n\0", true)[0]["binary"], true);
    assert_eq!(events(b"no end", false), [json!({"unparsed": "no end"})]);
}
