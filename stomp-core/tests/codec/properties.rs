//! What holds for all frames and all octets.

use proptest::{collection::vec, prelude::*, sample::select};
use stomp_core::{
    Command, Frame, Version,
    codec::{Decoded, Limits, encode},
};

use crate::pieces::{feed, feed_in_all_ways};

const COMMANDS: [Command; 15] = [
    Command::Connect,
    Command::Stomp,
    Command::Send,
    Command::Subscribe,
    Command::Unsubscribe,
    Command::Ack,
    Command::Nack,
    Command::Begin,
    Command::Commit,
    Command::Abort,
    Command::Disconnect,
    Command::Connected,
    Command::Message,
    Command::Receipt,
    Command::Error,
];

/// Header texts, rich in what has a meaning there.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        3 => select(vec!['\n', '\r', ':', '\\', '\0', ' ', 'n', 'c', 'r', 'é', '✓', '😀']),
        2 => proptest::char::range('a', 'z'),
    ];
    vec(character, 0..8).prop_map(|characters| characters.into_iter().collect())
}

prop_compose! {
    fn any_frame()(
        command in select(&COMMANDS[..]),
        headers in vec((text(), text()), 0..6),
        body in vec(any::<u8>(), 0..40),
    ) -> Frame {
        let mut frame = Frame::new(command);
        frame.headers.extend(headers.iter().map(|(name, value)| (&name[..], &value[..])));
        if command.has_body() { frame.with_body(body) } else { frame }
    }
}

/// Can a peer of `version` be told this header? Says in other words what `FrameWriter` documents.
fn is_carried(version: Version, command: Command, name: &str, value: &str) -> bool {
    let barred: &[char] = match (command.is_escape_exempt(), version) {
        (true, _) => &['\0', '\n', '\r'],
        (false, Version::V1_0) => &['\0', '\n'],
        (false, _) => &['\0'],
    };
    let raw_names = command.is_escape_exempt() || version == Version::V1_0;
    let is_barred = name.contains(barred) || value.contains(barred) || (raw_names && name.contains(':'));
    !name.is_empty() && !is_barred
}

/// What is read back of a header that was carried: 1.0 drops blanks, and a CR at the end of a line belongs to the
/// line end where it is not escaped.
fn read_back(version: Version, value: &str) -> &str {
    match version {
        Version::V1_0 => value.strip_suffix('\r').unwrap_or(value).trim_start_matches(' '),
        Version::V1_1 => value.strip_suffix('\r').unwrap_or(value),
        Version::V1_2 => value,
    }
}

fn expected(version: Version, frame: &Frame) -> Frame {
    let carried = frame
        .headers
        .iter()
        .filter(|(name, value)| is_carried(version, frame.command, name, value));
    let mut expected = Frame::new(frame.command).with_body(frame.body.clone());
    expected
        .headers
        .extend(carried.map(|(name, value)| (name, read_back(version, value))));
    if frame.command.has_body() {
        expected
            .headers
            .push("content-length", &frame.body.len().to_string());
    }
    expected
}

/// Octets that often are something like frames.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        select(&COMMANDS[..]).prop_map(|command| format!("{command}\n").into_bytes()),
        select(vec![
            "\n", "\r\n", "\r", "\0", "\n\n", ":", "\\", "\\n", "\\r", "\\x", " "
        ])
        .prop_map(|word| word.as_bytes().to_vec()),
        select(vec![
            "a:b\n",
            "receipt:r1\n",
            "content-length:3\n",
            "accept-version:1.1\n",
            "x\0",
            "SEND\n\n\0"
        ])
        .prop_map(|word| word.as_bytes().to_vec()),
        vec(any::<u8>(), 0..6),
    ];
    vec(word, 0..12).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(frame in any_frame(), version in select(&Version::ALL[..])) {
        let mut out = Vec::new();
        encode(&mut out, version, &frame);
        let outcome = feed([&out[..]], Some(version), Limits::default());
        prop_assert_eq!(outcome.decoded, [Decoded::Frame(expected(version, &frame))]);
        prop_assert!(!outcome.waits && outcome.error.is_none());
    }

    #[test]
    fn every_way_of_cutting_gives_the_same(octets in octets(), version in select(vec![0, 1, 2, 3])) {
        feed_in_all_ways(&octets, Version::ALL.get(version).copied(), Limits::default());
    }

    #[test]
    fn every_way_of_cutting_gives_the_same_at_small_limits(octets in octets(), sizes in vec(0_usize..24, 4)) {
        let limits = Limits::default().with_headers(sizes[0] % 4).with_header_line(sizes[1]);
        let limits = limits.with_body(sizes[2]).with_frame(2 * sizes[3]);
        feed_in_all_ways(&octets, Some(Version::V1_2), limits);
    }

    #[test]
    fn any_octets_and_any_cuts_are_survived(octets in vec(any::<u8>(), 0..400), piece in 1_usize..50) {
        let whole = feed([&octets[..]], None, Limits::default());
        prop_assert_eq!(feed(octets.chunks(piece), None, Limits::default()), whole);
    }
}
