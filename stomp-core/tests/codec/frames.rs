//! Frames in the tables of `tests/data`: described at the top of `decode.txt`.

use stomp_core::{Command, Frame};

use crate::notation::{octets, show_octets};

/// A frame as the tables write it.
pub(crate) fn show(frame: &Frame) -> String {
    let mut text = frame.command.to_string();
    for (name, value) in &frame.headers {
        text += &format!(
            " [{}={}]",
            show_octets(name.as_bytes()),
            show_octets(value.as_bytes())
        );
    }
    if !frame.body.is_empty() {
        text += &format!(" \"{}\"", show_octets(&frame.body));
    }
    text
}

/// The frame that a cell stands for.
pub(crate) fn frame(text: &str) -> Frame {
    let (word, mut rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut frame = Frame::new(Command::from_bytes(word.as_bytes()).expect("a command"));
    while let Some(entry) = rest.strip_prefix('[') {
        let (entry, next) = entry.split_once(']').expect("a closing bracket");
        let (name, value) = entry.split_once('=').expect("a name and a value");
        frame.headers.push(&text_of(name), &text_of(value));
        rest = next.trim_start();
    }
    if let Some(body) = rest.strip_prefix('"') {
        frame.body = octets(body.strip_suffix('"').expect("a closing quote")).into();
    }
    frame
}

fn text_of(cell: &str) -> String {
    String::from_utf8(octets(cell)).expect("UTF-8")
}
