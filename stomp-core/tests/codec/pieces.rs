//! Feeding a decoder in pieces, and saying what came out.

use stomp_core::{
    Version,
    codec::{DecodeError, Decoded, Decoder, Limits},
};

/// All that can be seen of a decoder that was fed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) decoded: Vec<Decoded>,
    pub(crate) error: Option<DecodeError>,
    pub(crate) receipt: Option<String>,
    /// Is a half frame kept?
    pub(crate) waits: bool,
}

/// Feeds `pieces` to a new decoder. After an error it gets the others too, and has to stay with what it said.
pub(crate) fn feed<'p>(
    pieces: impl IntoIterator<Item = &'p [u8]>,
    version: Option<Version>,
    limits: Limits,
) -> Outcome {
    let mut decoder = Decoder::new(limits);
    if let Some(version) = version {
        decoder.set_version(version);
    }
    let (mut decoded, mut error) = (Vec::new(), None);
    for mut piece in pieces {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(event)) => decoded.push(event),
                Ok(None) => break,
                Err(again) => {
                    assert!(
                        error.is_none_or(|first| first == again),
                        "another error than before"
                    );
                    error = Some(again);
                    break;
                }
            }
        }
        assert!(piece.is_empty(), "input left over");
    }
    Outcome {
        decoded,
        error,
        receipt: decoder.receipt_of_failed().map(str::to_owned),
        waits: !decoder.is_idle(),
    }
}

/// The outcome of `octets`, which must be the same in one piece, octet by octet and cut in two.
pub(crate) fn feed_in_all_ways(octets: &[u8], version: Option<Version>, limits: Limits) -> Outcome {
    let whole = feed([octets], version, limits);
    assert_eq!(feed(octets.chunks(1), version, limits), whole, "octet by octet");
    assert_eq!(feed(octets.chunks(3), version, limits), whole, "in threes");
    // Long inputs are only cut here and there, mostly near their beginning.
    let long = octets.len() > 2000;
    for cut in (0..octets.len()).filter(|cut| !long || *cut < 100 || cut % 9973 == 0) {
        let (left, right) = octets.split_at(cut);
        assert_eq!(feed([left, right], version, limits), whole, "cut at {cut}");
    }
    whole
}
