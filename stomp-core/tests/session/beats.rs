//! Heart-beats by the numbers (rows HB-05 to HB-12; table 17.2 of the conformance rows).

use stomp_core::{HeartBeat, Version};

use crate::host::{Answers, Host, config_with_beats, connect_frame};

/// What an agreement leads to, in milliseconds; zero: never.
#[derive(Debug, PartialEq)]
struct Beats {
    /// The client may not hear nothing for longer than this.
    promised: u64,
    /// A client that says nothing is given up after this.
    lost_after: u64,
}

/// Rows: BRK-33, BRK-34
#[test]
fn the_slower_side_decides_how_often_and_three_intervals_are_waited_for() {
    // case, client's header, server's sx,sy; promised to the client, expected of the client
    let table = [
        ("N02", "0,0", (10_000, 10_000), 0, 0),
        ("N03", "0,1000", (500, 500), 1000, 0),
        ("N04", "0,200", (500, 500), 500, 0),
        ("N05", "1000,0", (500, 500), 0, 1000),
        ("N06", "200,0", (500, 500), 0, 500),
        ("N07", "1000,1000", (0, 0), 0, 0),
        ("N08", "1000,1000", (0, 500), 0, 1000),
        ("N09", "1000,1000", (500, 0), 1000, 0),
        ("N10", "10000,10000", (10_000, 10_000), 10_000, 10_000),
        ("N11", "1,1", (500, 500), 500, 500),
        ("N11 all ones", "1,1", (1, 1), 1, 1),
        ("N12", "4294967296,4294967296", (500, 500), u32::MAX, u32::MAX),
    ];
    for (case, header, (sx, sy), promised, expected) in table {
        let expected = Beats {
            promised: promised.into(),
            // In 32 bits, which are 49 days.
            lost_after: u32::saturating_mul(3, expected).into(),
        };
        for version in [Version::V1_1, Version::V1_2] {
            check(case, header, HeartBeat::from_millis(sx, sy), version, &expected);
        }
    }
}

fn check(case: &str, header: &str, server: HeartBeat, version: Version, expected: &Beats) {
    let mut host = Host::new(config_with_beats(server), Answers::AtOnce);
    host.pass(1234);
    host.feed(connect_frame(version, header).as_bytes());
    assert_eq!(
        host.log.pop(),
        Some(format!("<CONNECTED {version} {server}")),
        "{case}"
    );
    host.log.clear();

    check_promise(&mut host, case, expected);
    host.pass(expected.lost_after.max(60_000));
    let lost = host.log.iter().find(|entry| entry.ends_with("heart-beat-lost"));
    let expected =
        (expected.lost_after > 0).then(|| format!("{}: heart-beat-lost", 1234 + expected.lost_after));
    assert_eq!(lost, expected.as_ref(), "{case}");
}

/// Looks at the first beats only: never later than promised, never earlier than after half of it.
fn check_promise(host: &mut Host, case: &str, expected: &Beats) {
    let watched = 2 * expected.promised.clamp(1, 10_000);
    host.pass(watched);
    let beats: Vec<u64> = host
        .log
        .iter()
        .filter_map(|entry| entry.strip_suffix(": beat"))
        .map(|at| at.parse().expect("a number"))
        .collect();
    if expected.promised == 0 || expected.promised > watched {
        return assert_eq!(beats, [0; 0], "{case}");
    }
    let moments = [&[1234], &beats[..]].concat();
    for pair in moments.windows(2) {
        let silence = pair[1] - pair[0];
        assert!(
            silence <= expected.promised && 2 * silence >= expected.promised,
            "{case}: {moments:?}"
        );
    }
    let before_end = 1234 + watched - moments[moments.len() - 1];
    assert!(before_end <= expected.promised, "{case}: {moments:?}");
}

#[test]
fn the_tolerance_is_a_setting() {
    for (tolerance, lost) in [
        (0, 1000),
        (1, 1000),
        (2, 2000),
        (5, 5000),
        (u32::MAX, u64::from(u32::MAX)),
    ] {
        let mut config = config_with_beats(HeartBeat::from_millis(0, 500));
        config.heart_beat_tolerance = tolerance;
        let mut host = Host::new(config, Answers::AtOnce);
        host.feed(connect_frame(Version::V1_2, "1000,0").as_bytes());
        host.log.clear();
        host.pass(2 * u64::from(u32::MAX));
        assert_eq!(
            host.log,
            [format!("{lost}: heart-beat-lost")],
            "tolerance {tolerance}"
        );
    }
}

#[test]
fn signs_of_life_outside_of_stomp_count() {
    let mut host = Host::new(
        config_with_beats(HeartBeat::from_millis(0, 1000)),
        Answers::AtOnce,
    );
    host.feed(connect_frame(Version::V1_2, "1000,0").as_bytes());
    host.log.clear();
    for _ in 0..5 {
        host.pass(2999);
        host.machine.heard(host.now);
    }
    host.pass(3000);
    assert_eq!(host.log, ["17995: heart-beat-lost"]);
}
