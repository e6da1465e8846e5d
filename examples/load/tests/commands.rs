//! The program as a whole, with small numbers: that it runs and reports, not what it finds.

use std::process::Command;

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(arguments)
        .arg("--json")
        .output();
    let output = output.expect("the program was built with this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("--json prints JSON")
}

fn median(report: &serde_json::Value, figure: &str) -> f64 {
    let figures = report["figures"].as_array().expect("a report has figures");
    let found = figures.iter().find(|it| it["name"] == figure);
    found
        .and_then(|it| it["median"].as_f64())
        .unwrap_or_else(|| panic!("no figure `{figure}` in {report}"))
}

#[test]
fn the_floor_is_measured() {
    let report = json(&[
        "floor",
        "--sockets",
        "20",
        "--rounds",
        "1",
        "--passes",
        "3",
        "--no-pin",
    ]);
    assert!(median(&report, "bare send") > 0.0);
    assert!(median(&report, "16 frames gathered in one writev") > 0.0);
}

#[test]
fn a_fan_out_is_measured_on_a_server_of_its_own() {
    let small = [
        "--subscribers",
        "5",
        "--rounds",
        "1",
        "--messages",
        "3",
        "--bursts",
        "2",
        "--timed",
        "2",
    ];
    let report = json(&[&["fanout", "--no-pin"], &small[..]].concat());
    assert!(median(&report, "1 in flight: server ÷ floor") > 0.0);
    assert!(median(&report, "bursts of 16: frames per write, server's count") >= 1.0);
    assert!(median(&report, "arrival, percentile 99") > 0.0);
}

#[test]
fn round_trips_are_compared_with_the_plain_echo() {
    let report = json(&[
        "rpc",
        "--no-pin",
        "--clients",
        "3",
        "--rounds",
        "1",
        "--requests",
        "5",
    ]);
    assert!(median(&report, "handler ÷ echo") > 0.0);
    assert!(median(&report, "echo: time, percentile 50") > 0.0);
}

#[test]
fn idle_sessions_are_weighed() {
    let report = json(&["idle", "--no-pin", "--sessions", "20", "--silence", "1"]);
    assert!(median(&report, "resident before the first session") > 0.0);
    assert!(median(&report, "CPU for burst and silence") > 0.0);
}
