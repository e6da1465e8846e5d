//! How often the codec and selectors ask for memory, counted.

use stomp_core::{
    Version,
    codec::{Decoded, Decoder, Limits, encode},
    selector::Selector,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const SEND: &[u8] =
    b"SEND\ndestination:/app/chat/room-17\ncontent-type:application/json\ncontent-length:27\n\
    receipt:r-1\nx-trace:4bf92f3577b34da6\n\n{\"text\":\"hello, everybody\"}\0";

fn allocations(act: impl FnOnce()) -> u64 {
    let before = dhat::HeapStats::get().total_blocks;
    act();
    dhat::HeapStats::get().total_blocks - before
}

fn held(decoder: &mut Decoder, octets: &[u8]) -> usize {
    let before = dhat::HeapStats::get().curr_bytes;
    let mut input = octets;
    while let Ok(Some(frame)) = decoder.decode(&mut input) {
        drop(frame);
    }
    dhat::HeapStats::get().curr_bytes.wrapping_sub(before)
}

/// One test, since the counters are those of the whole process.
#[test]
fn the_codec_asks_for_little_and_selectors_for_nothing() {
    let _profiler = dhat::Profiler::builder().testing().build();
    selecting_asks_for_nothing();
    let mut decoder = Decoder::new(Limits::default());
    decoder.set_version(Version::V1_2);
    let mut frame = None;

    let decoding = allocations(|| {
        let mut input = SEND;
        frame = decoder.decode(&mut input).expect("a frame");
    });
    assert_eq!(decoding, 3, "headers' text, headers' ends, body");

    let Some(Decoded::Frame(frame)) = frame else {
        panic!("a frame")
    };
    let mut out = Vec::new();
    assert_eq!(
        allocations(|| encode(&mut out, Version::V1_2, &frame)),
        1,
        "a new buffer"
    );
    out.clear();
    assert_eq!(
        allocations(|| encode(&mut out, Version::V1_2, &frame)),
        0,
        "a used buffer"
    );

    assert_eq!(
        allocations(|| drop(decoder.decode(&mut &b"\n"[..]))),
        0,
        "a heart-beat"
    );
    assert_eq!(held(&mut decoder, SEND), 0, "between frames nothing is held");
    let half = held(&mut decoder, &SEND[..100]);
    assert!(
        (100..1024).contains(&half),
        "half a frame holds what has arrived, not {half}"
    );
    assert_eq!(
        held(&mut decoder, &SEND[100..]),
        0_usize.wrapping_sub(half),
        "and gives it back"
    );

    let announced = b"SEND\ncontent-length:60000\n\nx";
    let half = held(&mut decoder, announced);
    assert!(
        half < 1024,
        "nothing is reserved for what is only announced, but {half} octets were"
    );
    assert!(
        size_of::<Decoder>() <= 96,
        "a decoder lives in every session: {}",
        size_of::<Decoder>()
    );
}

/// The broker does it for every message and subscription.
fn selecting_asks_for_nothing() {
    let text = r#"kind IN ('a', 'b') AND n * 2 BETWEEN 1 AND 9 AND NOT "x-y" LIKE '%z!%' ESCAPE '!'"#;
    let selector = Selector::parse(text).expect("a selector");
    let mut matched = false;
    let selecting = allocations(|| {
        matched = selector.matches(|name| Some(if name == "n" { "4" } else { "a" }));
    });
    assert!(matched);
    assert_eq!(selecting, 0);
}
