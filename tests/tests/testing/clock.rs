//! `VirtualClock`: deadlines without waiting for them.

use std::time::{Duration, Instant};

use stomp_server::testing::{TestApp, VirtualClock};

use crate::{failure, failure_of, handlers::application, says};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// No test of virtual time takes nearly so much of the real one.
const SOON: Duration = secs(10);

#[tokio::test]
async fn a_handler_sleeps_in_no_time() {
    let (began, clock) = (Instant::now(), VirtualClock::pause());
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    assert_eq!(ann.send("/app/slow", "").await.to("/topic/slow").text(), "done");
    assert!(clock.elapsed() >= secs(10), "{:?}", clock.elapsed());
    ann.send("/app/later", "").await.nothing();
    clock.advance(secs(59)).await;
    assert_eq!(app.published(), []);
    clock.advance(secs(2)).await;
    assert_eq!(app.expect_published("/topic/later").await.text(), "at last");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_client_that_is_silent_for_three_heart_beats_is_timed_out() {
    let (began, clock) = (Instant::now(), VirtualClock::pause());
    let app = TestApp::start(application().heart_beat(secs(0), secs(10)));
    let mut ann = app
        .connect_with(&[("heart-beat", "10000,0")])
        .await
        .expect("accepted");
    clock.advance(secs(29)).await;
    ann.client().no_message().await;
    clock.advance(secs(29)).await;
    assert_eq!(app.handle().connections(), 1, "that was a sign of life");
    clock.advance(secs(2)).await;
    assert_eq!(ann.client().expect_error().await.code(), "timed-out");
    assert_eq!(ann.client().expect_close().await, Some(1008));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_outlasts_the_drain_deadline_is_cut_off() {
    let (began, clock) = (Instant::now(), VirtualClock::pause());
    let app = TestApp::start(application().configure(|config, _| config.drain_deadline = secs(30)));
    let mut ann = app.user("ann").await;
    let mut ben = app.user("ben").await;
    ann.client().send("/app/endless", "").await;
    // Until the handler runs, nothing of it is to be waited for.
    clock.advance(secs(1)).await;
    let before = clock.elapsed();
    app.stop().await;
    let took = clock.elapsed() - before;
    assert!(took >= secs(30) && took < secs(31), "{took:?}");
    assert_eq!(ann.client().expect_close().await, None, "cut off");
    assert_eq!(ben.client().expect_close().await, None, "waited for her answer");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[tokio::test]
async fn without_anything_to_wait_for_the_drain_is_over_at_once() {
    let clock = VirtualClock::pause();
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    app.stop().await;
    assert_eq!(ann.client().expect_close().await, Some(1012));
    assert!(clock.elapsed() < secs(1), "{:?}", clock.elapsed());
}

#[tokio::test]
async fn patience_is_virtual_too() {
    let (began, clock) = (Instant::now(), VirtualClock::pause());
    let app = TestApp::start(application());
    let mut ann = app
        .connect_with(&[("heart-beat", "0,10000")])
        .await
        .expect("accepted");
    ann.client().set_patience(secs(3600));
    let text = failure(ann.client().expect_message()).await;
    says(&text, &["it did not come for 3600s", "(a heart-beat)"]);
    assert!(clock.elapsed() >= secs(3600));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_clock_that_stands_cannot_be_stopped() {
    let _clock = VirtualClock::pause();
    says(&failure_of(VirtualClock::pause), &["already"]);
}
