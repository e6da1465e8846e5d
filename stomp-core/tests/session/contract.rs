//! The calling contract, by direct calls.

use std::sync::Arc;

use stomp_core::{
    CloseReason, ErrorCode, Moment, Version,
    destination::Separator,
    session::{Fault, Overdue, Request, ServerSession, SubscriptionId},
};

use crate::host::{Answers, Host, config, connect_frame};

const NOW: Moment = Moment::from_millis(7);

fn opened() -> ServerSession {
    ServerSession::new(Arc::new(config()), NOW)
}

fn connecting(machine: &mut ServerSession, input: &mut &[u8]) -> stomp_core::session::Connect {
    match machine.receive(input, NOW) {
        Some(Request::Connect(connect)) => connect,
        other => panic!("not a CONNECT: {other:?}"),
    }
}

#[test]
fn what_is_behind_connect_stays_with_the_caller_until_it_is_answered() {
    let mut machine = opened();
    let mut input: &[u8] = b"CONNECT\naccept-version:1.2\n\n\0SEND\ndestination:/a\n\nx\0SEND\n";
    let connect = connecting(&mut machine, &mut input);
    let behind = input;
    assert!(behind.starts_with(b"SEND"));
    assert!(machine.receive(&mut input, NOW).is_none());
    assert_eq!(input, behind);
    assert!(!machine.is_connected() && !machine.is_ended());
    assert_eq!(
        machine.deadline(),
        None,
        "who decides may take as long as it takes"
    );
    assert_eq!(
        machine.time_out(NOW.after(std::time::Duration::MAX)),
        Overdue::Nothing
    );

    machine.accept(&mut Vec::new(), &connect, "s", None, NOW);
    assert!(matches!(machine.receive(&mut input, NOW), Some(Request::Send(_))));
    assert!(machine.receive(&mut input, NOW).is_none());
    assert!(input.is_empty(), "half a frame is kept by the machine");
}

#[test]
fn a_destination_is_cut_where_the_server_says() {
    let destinations = ["/a//b", "a..b"];
    for (separator, refused) in [(Separator::Slash, "/a//b"), (Separator::Dot, "a..b")] {
        for destination in destinations {
            let mut config = config();
            config.separator = separator;
            let mut machine = ServerSession::new(Arc::new(config), NOW);
            let mut input: &[u8] = b"CONNECT\naccept-version:1.2\n\n\0";
            let connect = connecting(&mut machine, &mut input);
            machine.accept(&mut Vec::new(), &connect, "s", None, NOW);
            let send = format!("SEND\ndestination:{destination}\n\n\0");
            let judged = machine.receive(&mut send.as_bytes(), NOW);
            assert_eq!(
                matches!(judged, Some(Request::Fault(_))),
                destination == refused,
                "{separator:?}: {judged:?}"
            );
        }
    }
}

#[test]
fn what_is_behind_a_refused_connect_is_dropped() {
    let mut machine = opened();
    let mut input: &[u8] = b"CONNECT\naccept-version:1.2\n\n\0SEND\ndestination:/a\n\nx\0";
    connecting(&mut machine, &mut input);
    machine.fail(&mut Vec::new(), &Fault::new(CloseReason::Refused, "no"));
    assert!(machine.receive(&mut input, NOW).is_none());
    assert!(input.is_empty() && machine.is_ended());
}

#[test]
fn written_frames_are_these_octets() {
    let mut host = Host::new(config(), Answers::AtOnce);
    host.feed(b"CONNECT\naccept-version:1.2\nlogin:ann\\:x\n\n\0");
    host.feed(b"SEND\ndestination:/a\nreceipt:r:1\n\n\0");
    let fault = Fault::new(CloseReason::HandlerFailed, "it broke").with_code(ErrorCode::Quota);
    host.fail(&fault.with_receipt(Some("r:2")).with_destination(Some("/a")));
    let expected = "CONNECTED\nversion:1.2\nheart-beat:10000,10000\nsession:s-1\nserver:stomp-server\nuser-name:ann\\:x\n\n\0\
        RECEIPT\nreceipt-id:r\\c1\n\n\0\
        ERROR\nmessage:it broke\ncode:quota\nretry:backoff\nreceipt-id:r\\c2\ndestination:/a\n\
        content-type:text/plain\ncontent-length:8\n\nit broke\0";
    assert_eq!(String::from_utf8(host.written).expect("UTF-8"), expected);
}

/// Rows: BRK-07
#[test]
fn connected_has_a_session_and_a_server_unless_they_are_switched_off() {
    let table = [
        ((true, true), "session:s-1\nserver:stomp-server\n"),
        ((true, false), "session:s-1\n"),
        ((false, true), "server:stomp-server\n"),
        ((false, false), ""),
    ];
    for ((session, server), expected) in table {
        let mut config = config();
        (config.session_header, config.server_header) = (session, server);
        let mut machine = ServerSession::new(Arc::new(config), NOW);
        let connect = connecting(&mut machine, &mut &b"CONNECT\naccept-version:1.2\n\n\0"[..]);
        let mut connected = Vec::new();
        machine.accept(&mut connected, &connect, "s-1", Some("ann"), NOW);
        assert_eq!(
            String::from_utf8(connected).expect("UTF-8"),
            format!("CONNECTED\nversion:1.2\nheart-beat:10000,10000\n{expected}user-name:ann\n\n\0")
        );
    }
}

#[test]
fn every_ending_with_an_error_has_its_code_and_its_advice() {
    let table = [
        (CloseReason::HeartBeatLost, "timed-out now"),
        (CloseReason::TimedOut, "timed-out now"),
        (CloseReason::ProtocolError, "malformed never"),
        (CloseReason::TooLarge, "too-large never"),
        (CloseReason::Refused, "forbidden never"),
        (CloseReason::NoHandler, "no-handler never"),
        (CloseReason::HandlerFailed, "internal backoff"),
        (CloseReason::SlowConsumer, "quota backoff"),
        (CloseReason::Draining, "draining backoff"),
        (CloseReason::Internal, "internal backoff"),
    ];
    for (reason, expected) in table {
        let mut host = Host::connected(config(), Answers::AtOnce, Version::V1_2);
        host.fail(&Fault::new(reason, "text"));
        assert_eq!(host.log, [format!("<ERROR {expected} \"text\"")], "{reason:?}");
        host.feed(b"SEND\ndestination:/a\n\n\0");
        assert_eq!(host.log.len(), 1, "{reason:?}: received after the end");
    }
}

#[test]
fn one_subscription_too_many_is_refused_and_one_ended_makes_room() {
    let subscribe = |id: &str| format!("SUBSCRIBE\nid:{id}\ndestination:/a\nreceipt:{id}\n\n\0");
    let mut host = Host::connected(config(), Answers::AtOnce, Version::V1_2);
    let frames: String = ["a", "b", "c"].map(subscribe).concat();
    host.feed(format!("{frames}UNSUBSCRIBE\nid:b\n\n\0{}", subscribe("d")).as_bytes());
    assert_eq!(host.machine.subscriptions().len(), 3);
    host.log.clear();
    host.feed(subscribe("e").as_bytes());
    let [error] = &host.log[..] else {
        panic!("{:?}", host.log)
    };
    assert!(error.starts_with(
        "<ERROR quota never \"the session holds as many subscriptions as it may\" [receipt-id:e]"
    ));
}

#[test]
fn a_cancelled_subscription_is_over_and_its_id_is_free() {
    let mut host = Host::connected(config(), Answers::AtOnce, Version::V1_2);
    host.feed(b"SUBSCRIBE\nid:a\ndestination:/b\n\n\0");
    let key = host
        .machine
        .subscriptions()
        .find(&SubscriptionId::from("a"))
        .expect("live");
    host.machine.cancel(key);
    host.machine.cancel(key);
    assert!(!host.machine.subscriptions().is_live(key) && host.machine.subscriptions().is_empty());
    host.feed(b"SUBSCRIBE\nid:a\ndestination:/c\n\n\0");
    host.machine.cancel(key);
    assert_eq!(
        host.machine.subscriptions().len(),
        1,
        "an old key ends no new subscription"
    );
    assert_eq!(host.log, ["SUBSCRIBE a /b", "SUBSCRIBE a /c"]);
}

#[test]
fn nothing_is_overdue_before_the_deadline() {
    let mut host = Host::new(config(), Answers::AtOnce);
    check_deadline(&mut host.machine);
    host.feed(connect_frame(Version::V1_2, "10000,10000").as_bytes());
    check_deadline(&mut host.machine);
    host.feed(b"SEND\n");
    check_deadline(&mut host.machine);
}

fn check_deadline(machine: &mut ServerSession) {
    let deadline = machine.deadline().expect("a deadline").as_millis();
    assert_eq!(
        machine.time_out(Moment::from_millis(deadline - 1)),
        Overdue::Nothing
    );
    assert_eq!(machine.deadline(), Some(Moment::from_millis(deadline)));
}

#[test]
fn a_heart_beat_is_due_once_in_an_interval_even_if_it_cannot_be_written() {
    let mut host = Host::new(config(), Answers::AtOnce);
    host.feed(connect_frame(Version::V1_2, "0,10000").as_bytes());
    let machine = &mut host.machine;
    for due in [8750, 17_500, 26_250] {
        let at = Moment::from_millis(due);
        assert_eq!(machine.deadline(), Some(at));
        assert_eq!(machine.time_out(at), Overdue::HeartBeat);
        assert_eq!(machine.time_out(at), Overdue::Nothing, "{due}");
    }
}

#[test]
fn the_client_is_kept_waiting_with_heart_beats_until_its_last_frame_is_answered() {
    for last in ["DISCONNECT\nreceipt:d\n\n\0", "FOO\n\n\0"] {
        let mut host = Host::new(config(), Answers::AtOnce);
        host.feed(connect_frame(Version::V1_2, "10000,10000").as_bytes());
        let machine = &mut host.machine;
        assert!(machine.receive(&mut last.as_bytes(), Moment::ORIGIN).is_some());
        assert!(machine.is_ended());
        // The client is not expected to say anything any more.
        for due in (1..20).map(|n| Moment::from_millis(n * 8750)) {
            assert_eq!(machine.deadline(), Some(due), "{last:?}");
            assert_eq!(machine.time_out(due), Overdue::HeartBeat);
        }
        machine.end();
        assert_eq!(machine.deadline(), None);
    }
}

#[test]
fn a_client_that_is_not_read_from_is_not_late() {
    let mut host = Host::new(config(), Answers::AtOnce);
    host.feed(connect_frame(Version::V1_2, "10000,0").as_bytes());
    host.feed(b"SEND\n");
    host.pass(20_000);
    host.machine.pause();
    host.pass(1_000_000);
    host.machine.resume(host.now);
    host.pass(29_000);
    host.machine.resume(host.now);
    host.feed(b"destination:/a\n");
    host.pass(29_000);
    host.feed(b"x:y\n");
    host.log.clear();
    host.pass(100_000);
    assert_eq!(
        host.log,
        ["1080000: timed-out"],
        "a minute after reading began again"
    );
}

#[test]
fn an_answer_to_connect_that_comes_after_the_end_changes_nothing() {
    let mut machine = opened();
    let connect = connecting(&mut machine, &mut &b"CONNECT\n\n\0"[..]);
    machine.end();
    let mut out = Vec::new();
    machine.accept(&mut out, &connect, "s", None, NOW);
    assert!(out.is_empty() && machine.is_ended() && !machine.is_connected());
}

#[test]
fn credentials_are_not_shown_to_whoever_looks_at_a_request() {
    let mut machine = opened();
    let connect = connecting(&mut machine, &mut &b"CONNECT\npasscode:secret\n\n\0"[..]);
    assert_eq!(connect.passcode(), Some("secret"));
    assert!(!format!("{:?}", Request::Connect(connect)).contains("secret"));
}
