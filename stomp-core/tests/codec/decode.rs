use stomp_core::codec::{DecodeError, Decoded, Limits};

use crate::{
    frames::show,
    notation::{Case, cases, octets},
    pieces::{Outcome, feed_in_all_ways},
};

#[test]
fn the_table_holds_whole_in_octets_and_at_every_cut() {
    cases(include_str!("../data/decode.txt")).for_each(|case| check(&case));
}

fn check(case: &Case<'_>) {
    for &version in &case.versions {
        let outcome = feed_in_all_ways(&octets(case.given), version, Limits::default());
        assert_eq!(
            show_outcome(&outcome),
            case.expected,
            "{} in {version:?}",
            case.name
        );
    }
}

fn show_outcome(outcome: &Outcome) -> String {
    let mut parts: Vec<_> = outcome.decoded.iter().map(show_decoded).collect();
    if outcome.waits {
        parts.push("...".to_owned());
    }
    if let Some(error) = outcome.error {
        let receipt = outcome.receipt.as_deref().map(|id| format!(" ({id})"));
        parts.push(format!("!{error:?}{}", receipt.unwrap_or_default()));
    }
    parts.join(" ; ")
}

fn show_decoded(decoded: &Decoded) -> String {
    match decoded {
        Decoded::Frame(frame) => show(frame),
        Decoded::EndOfLine => "EOL".to_owned(),
    }
}

/// They may stand in an ERROR before a version is agreed on (row ES-12).
#[test]
fn the_texts_of_errors_need_no_escapes() {
    let errors = [
        DecodeError::UnknownCommand,
        DecodeError::CommandTooLong,
        DecodeError::StrayNul,
        DecodeError::NulInHeader,
        DecodeError::HeaderWithoutColon,
        DecodeError::EmptyHeaderName,
        DecodeError::InvalidEscape,
        DecodeError::LoneCarriageReturn,
        DecodeError::HeaderNotUtf8,
        DecodeError::InvalidContentLength,
        DecodeError::BodyNotTerminated,
        DecodeError::UnexpectedBody,
        DecodeError::TooManyHeaders,
        DecodeError::HeaderLineTooLong,
        DecodeError::BodyTooLarge,
        DecodeError::FrameTooLarge,
    ];
    for error in errors {
        let text = error.to_string();
        assert!(
            text.bytes()
                .all(|octet| matches!(octet, b' '..=b'~') && !matches!(octet, b':' | b'\\')),
            "{text}"
        );
        assert!(text.len() <= 64, "{text}");
    }
}
