//! Heart-beats both ways (STOMP 1.2, "Heart-beating").

use std::time::Duration;

use super::{Bench, Client, TICKS, app, now};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn bench(send: u64, receive: u64) -> Bench {
    Bench::start(app(module_path!()).heart_beat(ms(send), ms(receive)))
}

/// Time until the next frame.
async fn until_frame(client: &mut Client) -> (Duration, String) {
    let before = now();
    let frame = client.frame().await;
    (before.elapsed(), frame)
}

/// The client's header, the server's setting, how often it must send, and how often it wants to hear (three of these
/// in silence are too many); 0: never. (Conformance table 17.2.)
const AGREED: [(&str, (u64, u64), u64, u64); 11] = [
    ("0,0", (10_000, 10_000), 0, 0),
    ("0,1000", (500, 500), 1000, 0),
    ("0,200", (500, 500), 500, 0),
    ("1000,0", (500, 500), 0, 1000),
    ("200,0", (500, 500), 0, 500),
    ("1000,1000", (0, 0), 0, 0),
    ("1000,1000", (0, 500), 0, 1000),
    ("1000,1000", (500, 0), 1000, 0),
    ("10000,10000", (10_000, 10_000), 10_000, 10_000),
    ("1,1", (500, 500), 500, 500),
    ("4294967296,4294967296", (500, 500), 4_294_967_295, 4_294_967_295),
];

/// Rows: BRK-30, BRK-31, BRK-32, CFG-05
#[tokio::test(start_paused = true)]
async fn each_side_keeps_what_was_agreed() {
    for (header, (send, receive), sends, hears) in AGREED {
        let bench = bench(send, receive);
        let mut client = bench.connect(header).await;
        let connected = now();
        let horizon = ms(65_000);
        let mut beats = 0;
        let ended = loop {
            let left = horizon.saturating_sub(connected.elapsed());
            let before = now();
            match tokio::time::timeout(left, client.frame()).await {
                Err(_) => break false,
                Ok(frame) if frame == "\n" => {
                    assert!(before.elapsed() <= ms(sends), "{header}: {:?}", before.elapsed());
                    beats += 1;
                }
                Ok(frame) => {
                    assert!(frame.contains("code:timed-out"), "{header}: {frame:?}");
                    break true;
                }
            }
        };
        let lost = (hears > 0).then(|| ms(3 * hears)).filter(|lost| *lost < horizon);
        assert_eq!(ended, lost.is_some(), "{header}");
        if let Some(lost) = lost {
            let elapsed = connected.elapsed();
            assert!(
                elapsed >= lost && elapsed <= lost + TICKS,
                "{header}: {elapsed:?}"
            );
        }
        assert_eq!(beats > 0, sends > 0 && ms(sends) < horizon, "{header}");
    }
}

#[tokio::test(start_paused = true)]
async fn version_1_0_has_no_heart_beats() {
    let bench = bench(500, 500);
    let mut client = bench.open();
    client.text("CONNECT\nheart-beat:500,500\n\n\0").await;
    assert!(client.frame().await.contains("\nheart-beat:0,0\n"));
    client.nothing_for(ms(60_000)).await;
}

/// Rows: BRK-35
#[tokio::test(start_paused = true)]
async fn no_heart_beat_is_sent_where_messages_are() {
    let bench = bench(1000, 0);
    let mut client = bench.connect("0,1000").await;
    client.text("SUBSCRIBE\nid:s\ndestination:/topic/a\n\n\0").await;
    for _ in 0..20 {
        client.text("SEND\ndestination:/topic/a\n\nx\0").await;
        assert!(client.frame().await.starts_with("MESSAGE"));
        client.nothing_for(ms(600)).await;
    }
    let (after, frame) = until_frame(&mut client).await;
    assert_eq!(frame, "\n");
    assert!(after <= ms(400), "{after:?}");
}

/// Rows: BRK-35
#[tokio::test(start_paused = true)]
async fn whatever_the_client_sends_shows_that_it_is_there() {
    let bench = bench(0, 1000);
    let mut client = bench.connect("1000,0").await;
    for sign in [
        "\n",
        "\r\n",
        "SEND\ndestination:/topic/a\n\nx\0",
        "SEND\ndestination:/topic/a\n",
        "\nx",
        "\0",
    ] {
        client.text(sign).await;
        client.nothing_for(ms(2500)).await;
    }
    client.error("timed-out", 1008).await;
    assert_eq!(bench.server.counters.snapshot().heart_beats_lost, 1);
    client.gone().await;
    assert_eq!(bench.server.sessions.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_heart_beat_does_not_keep_the_session_from_reading() {
    let bench = bench(0, 0);
    let mut client = bench.connect("0,0").await;
    for _ in 0..3 {
        client.text("\n").await;
        client.nothing_for(ms(10)).await;
    }
    client.text("SEND\ndestination:/topic/a\nreceipt:r\n\n\0").await;
    let (after, frame) = until_frame(&mut client).await;
    assert!(
        frame.starts_with("RECEIPT") && after < TICKS,
        "{frame:?} after {after:?}"
    );
}
