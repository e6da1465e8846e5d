//! Octets a second, and so nanoseconds a frame, of decoder and encoder. Allocations: `tests/allocations.rs`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stomp_core::{
    Command, Frame, Version,
    codec::{Decoded, Decoder, FrameWriter, Limits, encode},
};

/// The frames of a chat, of a feed, and of a file transfer.
fn samples() -> [(&'static str, Frame); 4] {
    let send = |body: String| {
        Frame::new(Command::Send)
            .with_header("destination", "/app/chat/room-17")
            .with_header("content-type", "application/json")
            .with_header("receipt", "r-1234")
            .with_body(body)
    };
    let escaped = send("{\"text\":\"hello\"}".to_owned())
        .with_header("x-url", "https://example.org:8443/a?b=c:d")
        .with_header("x-path", "C:\\temp\\a:b");
    [
        ("226 octets", send("x".repeat(125))),
        ("escapes", escaped),
        ("4 KiB", send("x".repeat(4 * 1024))),
        ("64 KiB", send("x".repeat(64 * 1024))),
    ]
}

fn decoder() -> Decoder {
    let mut decoder = Decoder::new(Limits::default());
    decoder.set_version(Version::V1_2);
    decoder
}

fn written(frame: &Frame) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out, Version::V1_2, frame);
    out
}

fn read<'o>(decoder: &mut Decoder, pieces: impl Iterator<Item = &'o [u8]>) {
    for mut piece in pieces {
        while let Ok(Some(Decoded::Frame(frame))) = decoder.decode(&mut piece) {
            black_box(frame);
        }
    }
}

fn decode_whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode whole");
    for (name, frame) in samples() {
        let octets = written(&frame);
        group.throughput(Throughput::Bytes(octets.len() as u64));
        group.bench_function(name, |bencher| {
            let mut decoder = decoder();
            bencher.iter(|| read(&mut decoder, std::iter::once(black_box(&octets[..]))));
        });
    }
}

fn decode_pieces(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode 64 KiB in pieces");
    let [.., (_, frame)] = samples();
    let octets = written(&frame);
    group.throughput(Throughput::Bytes(octets.len() as u64));
    for size in [8192, 1024, 1] {
        group.bench_function(format!("of {size}"), |bencher| {
            let mut decoder = decoder();
            bencher.iter(|| read(&mut decoder, black_box(&octets[..]).chunks(size)));
        });
    }
}

fn decode_heart_beats(criterion: &mut Criterion) {
    criterion.bench_function("decode heart-beat", |bencher| {
        let mut decoder = decoder();
        bencher.iter(|| decoder.decode(&mut black_box(&b"\n"[..])));
    });
}

fn encode_frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for (name, frame) in samples() {
        let mut out = written(&frame);
        group.throughput(Throughput::Bytes(out.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                encode(&mut out, Version::V1_2, black_box(&frame));
                black_box(out.len())
            });
        });
    }
}

fn encode_into_a_new_buffer(criterion: &mut Criterion) {
    let [(_, frame), ..] = samples();
    criterion.bench_function("encode 226 octets into a new buffer", |bencher| {
        bencher.iter(|| {
            let mut out = Vec::new();
            encode(&mut out, Version::V1_2, black_box(&frame));
            out
        });
    });
}

fn encode_receipt(criterion: &mut Criterion) {
    let mut out = Vec::new();
    criterion.bench_function("encode receipt", |bencher| {
        bencher.iter(|| {
            out.clear();
            FrameWriter::start(&mut out, Version::V1_2, Command::Receipt)
                .header("receipt-id", black_box("r-1234"))
                .end(b"");
            black_box(out.len())
        });
    });
}

criterion_group!(
    benches,
    decode_whole,
    decode_pieces,
    decode_heart_beats,
    encode_frames,
    encode_into_a_new_buffer,
    encode_receipt
);
criterion_main!(benches);
