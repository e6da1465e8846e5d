//! Any octets, cut in any way: the decoder says the same, never panics, and what it understood survives the encoder.
//!
//! The first octet chooses the version, the second the size of the pieces, the rest is what a peer sends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stomp_core::{
    Frame, Version,
    codec::{DecodeError, Decoded, Decoder, Limits, encode},
};

fuzz_target!(|data: &[u8]| {
    let [choice, size, octets @ ..] = data else { return };
    let version = Version::ALL.get(usize::from(choice % 4)).copied();
    let limits = if choice & 4 == 0 {
        Limits::default()
    } else {
        small_limits()
    };
    let whole = feed(version, limits, [octets]);
    assert_eq!(
        feed(version, limits, octets.chunks(usize::from(*size).max(1))),
        whole
    );
    let cut = octets.len() * usize::from(*size) / 256;
    assert_eq!(feed(version, limits, [&octets[..cut], &octets[cut..]]), whole);
    for decoded in whole.decoded {
        if let Decoded::Frame(frame) = decoded {
            Version::ALL.into_iter().for_each(|to| write_and_read(to, &frame));
        }
    }
});

fn small_limits() -> Limits {
    Limits::default()
        .with_headers(2)
        .with_header_line(20)
        .with_body(12)
        .with_frame(48)
}

#[derive(Debug, PartialEq)]
struct Outcome {
    decoded: Vec<Decoded>,
    error: Option<DecodeError>,
    receipt: Option<String>,
    idle: bool,
}

fn feed<'o>(version: Option<Version>, limits: Limits, pieces: impl IntoIterator<Item = &'o [u8]>) -> Outcome {
    let mut decoder = Decoder::new(limits);
    if let Some(version) = version {
        decoder.set_version(version);
    }
    let (mut decoded, mut error) = (Vec::new(), None);
    for mut piece in pieces {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(next)) => decoded.push(next),
                Ok(None) => break,
                Err(refused) => {
                    error = Some(refused);
                    break;
                }
            }
        }
        assert!(piece.is_empty());
    }
    Outcome {
        decoded,
        error,
        receipt: decoder.receipt_of_failed().map(str::to_owned),
        idle: decoder.is_idle(),
    }
}

/// What is written is one frame, and after being read once it does not change any more.
fn write_and_read(version: Version, frame: &Frame) {
    let first = rewritten(version, frame);
    assert_eq!((first.command, &first.body), (frame.command, &frame.body));
    assert!(
        first.headers.len() <= frame.headers.len() + 1,
        "headers out of nothing"
    );
    if version == Version::V1_2 {
        assert_eq!(rewritten(version, &first), first);
    }
}

fn rewritten(version: Version, frame: &Frame) -> Frame {
    let mut out = Vec::new();
    encode(&mut out, version, frame);
    // A frame read by a smaller version may have lines that are longer once they are escaped.
    let limits = Limits::default()
        .with_headers(usize::MAX)
        .with_header_line(usize::MAX)
        .with_frame(usize::MAX);
    let outcome = feed(Some(version), limits, [&out[..]]);
    assert!(outcome.error.is_none() && outcome.idle, "{outcome:?}");
    let Ok([Decoded::Frame(again)]) = <[Decoded; 1]>::try_from(outcome.decoded) else {
        panic!("not one frame: {out:?}")
    };
    again
}
