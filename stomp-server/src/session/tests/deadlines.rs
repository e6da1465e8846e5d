//! Deadlines: of CONNECT, of a frame's end, of a client that closes or reads too slowly.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::{Bench, TICKS, app, now};
use crate::{State, message_mapping};

#[message_mapping("/wait")]
async fn wait(gate: State<Semaphore>) {
    gate.acquire().await.expect("never closed").forget();
}

fn bench(gate: &Arc<Semaphore>) -> Bench {
    let receive = Duration::from_secs(1);
    Bench::start(
        app(module_path!())
            .provide(Arc::clone(gate))
            .heart_beat(Duration::ZERO, receive)
            .outbox_limit(256 * 1024),
    )
}

fn closed_gate() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(0))
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Rows: CHAN-27
#[tokio::test(start_paused = true)]
async fn connect_must_come_in_time() {
    let bench = bench(&closed_gate());
    for begun in ["", "\n", "CONN"] {
        let opened = now();
        let mut client = bench.open();
        if !begun.is_empty() {
            client.text(begun).await;
        }
        client.error("timed-out", 1008).await;
        let elapsed = opened.elapsed();
        assert!(elapsed >= secs(10) && elapsed <= secs(10) + TICKS, "{elapsed:?}");
        client.gone().await;
    }
    assert_eq!(bench.server.counters.snapshot().timed_out, 3);
}

#[tokio::test(start_paused = true)]
async fn a_frame_must_end_in_time_however_slowly_it_comes() {
    let bench = bench(&closed_gate());
    let mut client = bench.connect("0,0").await;
    client.nothing_for(secs(600)).await;
    let begun = now();
    client.text("SEND\ndestination:/topic/a\n\n").await;
    for _ in 0..11 {
        client.text("x").await;
        client.nothing_for(secs(5)).await;
    }
    client.error("timed-out", 1008).await;
    let elapsed = begun.elapsed();
    assert!(elapsed >= secs(60) && elapsed <= secs(60) + TICKS, "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_frames_wait_for_a_handler_is_not_silent() {
    let gate = closed_gate();
    let bench = bench(&gate);
    let mut client = bench.connect("1000,0").await;
    // More than the inbox holds: what follows is not read while the handler runs.
    for _ in 0..40 {
        client.text("SEND\ndestination:/app/wait\n\n\0").await;
    }
    for _ in 0..60 {
        client.text("\n").await;
        client.nothing_for(secs(1)).await;
    }
    gate.add_permits(40);
    client.text("SEND\ndestination:/topic/a\nreceipt:r\n\n\0").await;
    assert!(client.frame().await.starts_with("RECEIPT"));
    client.error("timed-out", 1008).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_close_is_lingered_for_and_cut_off() {
    let bench = bench(&closed_gate());
    let mut client = bench.connect("0,0").await;
    client.text("JUMP\n\n\0").await;
    client.error("malformed", 1002).await;
    let closed = now();
    assert_eq!(client.frame().await, "end");
    let elapsed = closed.elapsed();
    assert!(elapsed >= secs(5) && elapsed <= secs(5) + TICKS, "{elapsed:?}");
    client.gone().await;
    assert_eq!(bench.server.sessions.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_again_is_cut_off_with_all_that_waited_for_it() {
    let bench = bench(&closed_gate());
    let mut client = bench.open_with(4096);
    client.text("CONNECT\naccept-version:1.2\n\n\0").await;
    assert!(client.frame().await.starts_with("CONNECTED"));
    client
        .text("SUBSCRIBE\nid:s\ndestination:/topic/a\nreceipt:r\n\n\0")
        .await;
    assert!(client.frame().await.starts_with("RECEIPT"));
    let template = bench.server.services.template();
    let body = "x".repeat(100 * 1024);
    for _ in 0..4 {
        template.convert_and_send("/topic/a", &body).expect("sent");
    }
    let full = now();
    client.session.await.expect("the session does not panic");
    assert!(full.elapsed() <= secs(5) + TICKS, "{:?}", full.elapsed());
    assert_eq!(bench.server.counters.snapshot().slow_consumers, 1);
    assert_eq!(bench.server.sessions.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_reads_the_half_written_message_to_its_end_and_then_the_error() {
    let bench = bench(&closed_gate());
    let mut client = bench.open_with(4096);
    client.text("CONNECT\naccept-version:1.2\n\n\0").await;
    assert!(client.frame().await.starts_with("CONNECTED"));
    client
        .text("SUBSCRIBE\nid:s\ndestination:/topic/a\nreceipt:r\n\n\0")
        .await;
    assert!(client.frame().await.starts_with("RECEIPT"));
    let template = bench.server.services.template().clone();
    let body = "x".repeat(100 * 1024);
    template.convert_and_send("/topic/a", &body).expect("sent");
    tokio::task::yield_now().await;
    for _ in 0..3 {
        template.convert_and_send("/topic/a", &body).expect("sent");
    }
    let message = client.frame().await;
    assert!(message.starts_with("MESSAGE") && message.contains(&body));
    client.error("quota", 1008).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_opens_during_the_shutdown_is_closed_like_the_others() {
    let bench = bench(&closed_gate());
    bench.server.stopping.cancel();
    let mut client = bench.open();
    assert_eq!(client.frame().await, "close 1012");
    client.gone().await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_finishes_is_not_late() {
    let gate = closed_gate();
    let bench = bench(&gate);
    let mut client = bench.connect("1000,0").await;
    client.text("SEND\ndestination:/app/wait\nreceipt:r\n\n\0").await;
    tokio::task::yield_now().await;
    let session = bench.server.sessions.all().pop().expect("it is open");
    crate::Session::from(session).close();
    for _ in 0..20 {
        client.text("\n").await;
        client.nothing_for(secs(1)).await;
    }
    gate.add_permits(1);
    assert!(client.frame().await.starts_with("RECEIPT"));
    assert_eq!(client.frame().await, "close 1000");
}

#[tokio::test(start_paused = true)]
async fn a_message_of_the_transport_must_end_in_time_too() {
    let bench = bench(&closed_gate());
    let mut client = bench.connect("0,0").await;
    let begun = now();
    // A message of 1,000 octets, of which one comes every five seconds.
    client.octets(&[0x81, 0x80 | 126, 3, 232, 0, 0, 0, 0]).await;
    for _ in 0..11 {
        client.octets(b"x").await;
        client.nothing_for(secs(5)).await;
    }
    client.error("timed-out", 1008).await;
    let elapsed = begun.elapsed();
    assert!(elapsed >= secs(60) && elapsed <= secs(60) + TICKS, "{elapsed:?}");
}

#[message_mapping("/beside", concurrent)]
async fn beside(gate: State<Semaphore>) {
    gate.acquire().await.expect("never closed").forget();
}

#[tokio::test(start_paused = true)]
async fn what_ends_a_session_waits_for_calls_beside_it_but_not_for_ever() {
    let bench = bench(&closed_gate());
    for (last, answer) in [
        ("DISCONNECT\nreceipt:bye\n\n\0", "RECEIPT"),
        ("JUMP\n\n\0", "ERROR"),
    ] {
        let mut client = bench.connect("0,0").await;
        client.text("SEND\ndestination:/app/beside\n\n\0").await;
        client.text(last).await;
        let asked = now();
        assert!(client.frame().await.starts_with(answer));
        assert!(
            asked.elapsed() >= secs(5) && asked.elapsed() <= secs(5) + TICKS,
            "{:?}",
            asked.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_authenticator_must_decide_in_time() {
    let never = |_: crate::Login| {
        std::future::pending::<Result<Option<crate::Principal>, crate::AuthenticationError>>()
    };
    let bench = Bench::start(app("nowhere").authenticator(never));
    let mut client = bench.open();
    let asked = now();
    client.text("CONNECT\naccept-version:1.2\n\n\0").await;
    client.error("unauthenticated", 1008).await;
    let elapsed = asked.elapsed();
    assert!(elapsed >= secs(10) && elapsed <= secs(10) + TICKS, "{elapsed:?}");
    assert_eq!(bench.server.counters.snapshot().sessions_opened, 0);
}
