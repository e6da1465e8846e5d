//! A frame at a limit passes, one octet more fails (row LM-06), and so in pieces (row LM-10).

use stomp_core::{
    CloseReason, Version,
    codec::{DecodeError, Limits},
};

use crate::pieces::{feed, feed_in_all_ways};

fn small() -> Limits {
    Limits::default()
        .with_headers(3)
        .with_header_line(10)
        .with_body(8)
        .with_frame(60)
}

fn check(name: &str, limits: Limits, frame: &str, expected: Option<DecodeError>) {
    let outcome = feed_in_all_ways(frame.as_bytes(), Some(Version::V1_2), limits);
    assert_eq!(outcome.error, expected, "{name}");
    let frames = usize::from(expected.is_none());
    assert_eq!(outcome.decoded.len(), frames, "{name}");
    if let Some(error) = expected {
        assert_eq!(error.close_reason(), CloseReason::TooLarge, "{name}");
    }
}

#[test]
fn at_the_limit_passes_and_one_more_fails() {
    use DecodeError::{BodyTooLarge, FrameTooLarge, HeaderLineTooLong, TooManyHeaders};
    let table = [
        ("headers", "SEND\na:1\na:2\na:3\n\n\0", None),
        (
            "headers and one",
            "SEND\na:1\na:2\na:3\na:4\n\n\0",
            Some(TooManyHeaders),
        ),
        ("header line", "SEND\na:34567890\n\n\0", None),
        ("header line and CR", "SEND\na:34567890\r\n\n\0", None),
        (
            "header line and one",
            "SEND\na:345678901\n\n\0",
            Some(HeaderLineTooLong),
        ),
        (
            "header line, one and CR",
            "SEND\na:345678901\r\n\n\0",
            Some(HeaderLineTooLong),
        ),
        (
            "header line as it came, escapes included",
            "SEND\na:34567\\c\\c\n\n\0",
            Some(HeaderLineTooLong),
        ),
        ("body", "SEND\n\n12345678\0", None),
        ("body and one", "SEND\n\n123456789\0", Some(BodyTooLarge)),
        ("body without its end", "SEND\n\n123456789", Some(BodyTooLarge)),
        ("counted", "SEND\nlen:0\n\n12345678\0", None),
        (
            "too long a line is found before too many",
            "SEND\na:\na:\na:\na:345678901\n\n\0",
            Some(HeaderLineTooLong),
        ),
    ];
    for (name, frame, expected) in table {
        check(name, small(), frame, expected);
    }
    let counted = small().with_header_line(20);
    check(
        "counted body",
        counted,
        "SEND\ncontent-length:8\n\n12345678\0",
        None,
    );
    check(
        "counted body and one",
        counted,
        "SEND\ncontent-length:9\n\n",
        Some(BodyTooLarge),
    );
    for frame in [
        "SEND\na:b\n\n12345\0",
        "SEND\ncontent-length:5\n\n12345\0",
        "ACK\na:b\nc:d\n\n\0",
    ] {
        let limits = Limits::default().with_frame(frame.len());
        check("frame", limits, frame, None);
        check(
            "frame and one",
            limits.with_frame(frame.len() - 1),
            frame,
            Some(FrameTooLarge),
        );
    }
}

#[test]
fn the_frame_limit_holds_in_every_part_of_a_frame() {
    let frame = "SEND\na:b\ncontent-length:5\n\n12345\0";
    for octets in 0..frame.len() {
        let limits = Limits::default().with_frame(octets);
        check("shorter limit", limits, frame, Some(DecodeError::FrameTooLarge));
    }
}

/// The headers announce a gigabyte: refused before any of it comes (row LM-05).
#[test]
fn what_is_announced_is_refused_at_the_header() {
    let limits = Limits::default().with_body(usize::MAX);
    let head = b"SEND\ncontent-length:1000000000\n\n";
    let outcome = feed(head.chunks(1), None, limits);
    assert_eq!(outcome.error, Some(DecodeError::FrameTooLarge));
    let outcome = feed(head.chunks(1), None, limits.with_frame(usize::MAX));
    assert!(outcome.waits && outcome.error.is_none());
}

/// Very long frames octet by octet: this only ends in time if no octet is looked at again and again.
#[test]
fn octet_by_octet_takes_linear_time() {
    let limits = Limits::default()
        .with_headers(usize::MAX)
        .with_header_line(usize::MAX);
    let limits = limits.with_body(usize::MAX).with_frame(usize::MAX);
    let size = 512 * 1024;
    let long = "v".repeat(size);
    let frames = [
        format!("SEND\n\n{long}\0"),
        format!("SEND\ncontent-length:{size}\n\n{long}\0"),
        format!("SEND\nfoo:{long}\n\n\0"),
        format!("SEND\n{}\n\0", "a:b\n".repeat(size / 4)),
        "\n".repeat(size),
    ];
    for frame in frames {
        let outcome = feed(frame.as_bytes().chunks(1), None, limits);
        assert!(!outcome.decoded.is_empty() && outcome.error.is_none());
    }
}
