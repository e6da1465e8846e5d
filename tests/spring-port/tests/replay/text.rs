//! JSON as it is written in the files: a space behind each comma and colon, members in the order of reading.

use std::fmt::Write;

use serde_json::Value;

/// What stands first is what one wants to read first.
const FIRST: [&str; 11] = [
    "handshake",
    "http",
    "got",
    "scenario",
    "step",
    "answer",
    "status",
    "protocol",
    "command",
    "headers",
    "body",
];

/// One line of JSON.
pub(crate) fn dumps(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| {
                let rank = FIRST.iter().position(|first| first == name);
                (rank.unwrap_or(FIRST.len()), *name)
            });

            out.push('{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                let _ = write!(out, "{}: ", Value::from(name.as_str()));
                write(member, out);
            }
            out.push('}');
        }
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}

/// Runs of a hundred equal characters and more, written shorter.
pub(crate) fn squeeze(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = rest.chars().take_while(|other| *other == first).count();
        let (same, tail) = rest.split_at(run * first.len_utf8());
        // As in the recordings, where a run does not go past a line's end.
        if run >= 100 && first != '\n' {
            let _ = write!(out, "<{run} × {first}>");
        } else {
            out.push_str(same);
        }
        rest = tail;
    }
    out
}

#[test]
fn long_runs_are_written_shorter() {
    let long = |n: usize| "é".repeat(n);
    assert_eq!(squeeze(&format!("a{}b", long(100))), "a<100 × é>b");
    assert_eq!(squeeze(&long(99)), long(99));
    assert_eq!(squeeze(&"\n".repeat(200)), "\n".repeat(200));
}

#[test]
fn json_is_written_as_in_the_files() {
    let value = serde_json::json!({"body": "é", "headers": [["a", "1"]], "command": "SEND"});
    let written = r#"{"command": "SEND", "headers": [["a", "1"]], "body": "é"}"#;
    assert_eq!(dumps(&value), written);
}
