//! When a session owes a heart-beat, and when its client is late with one.

use std::time::Duration;

use crate::Moment;

/// Both directions' intervals and when each was last heard.
#[derive(Debug, Default)]
pub(super) struct Beats {
    /// Milliseconds within which something must be written; zero: never.
    send_every: u32,
    /// Milliseconds of silence after which the client counts as gone; zero: never.
    expect_within: u32,
    last_sent: Moment,
    last_received: Moment,
}

impl Beats {
    pub(super) fn agree(
        &mut self,
        sends: Option<Duration>,
        hears: Option<Duration>,
        tolerance: u32,
        now: Moment,
    ) {
        self.send_every = millis(sends.unwrap_or_default());
        self.expect_within = millis(hears.unwrap_or_default()).saturating_mul(tolerance.max(1));
        self.last_sent = now;
        self.last_received = now;
    }

    /// Nothing more is expected of the client; what it was promised goes on.
    pub(super) fn stop_expecting(&mut self) {
        self.expect_within = 0;
    }

    /// Stops both directions (heart-beats never follow the last frame).
    pub(super) fn stop(&mut self) {
        self.send_every = 0;
        self.expect_within = 0;
    }

    pub(super) fn sent(&mut self, now: Moment) {
        self.last_sent = now;
    }

    pub(super) fn received(&mut self, now: Moment) {
        self.last_received = now;
    }

    /// Is a heart-beat due? If so, it counts as sent.
    pub(super) fn take_due(&mut self, now: Moment) -> bool {
        let due = self.due_at().is_some_and(|at| at <= now);
        if due {
            self.last_sent = now;
        }
        due
    }

    /// When the client counts as gone.
    pub(super) fn lost_at(&self) -> Option<Moment> {
        after(self.last_received, self.expect_within)
    }

    /// A little before the promised interval is over: clocks that tick in tenths of a second must not break it.
    pub(super) fn due_at(&self) -> Option<Moment> {
        let early = (self.send_every / 8).max(EARLY).min(self.send_every / 2);
        after(self.last_sent, self.send_every - early)
    }
}

/// How much too early a heart-beat is at least, in milliseconds: more than a tick of a coarse clock.
const EARLY: u32 = 150;

fn after(moment: Moment, millis: u32) -> Option<Moment> {
    (millis > 0).then(|| moment.after(Duration::from_millis(millis.into())))
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
