//! What a server counts; the one home of counters.

use std::sync::atomic::{AtomicU64, Ordering};

use stomp_core::CloseReason;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// The counters of a running server.
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub(crate) $name: Counter,)+ }

        /// What the counters stood at, at one moment. Each only grows, from the start of the server.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
        #[non_exhaustive]
        pub struct CounterSnapshot { $($(#[$doc])* pub $name: u64,)+ }

        impl Counters {
            pub(crate) fn snapshot(&self) -> CounterSnapshot {
                CounterSnapshot { $($name: self.$name.get(),)+ }
            }
        }
    };
}

counters! {
    /// WebSocket connections that were accepted.
    connections_opened,
    /// Sessions that were accepted with CONNECTED.
    sessions_opened,
    /// Sessions that have ended, in whatever way.
    sessions_ended,
    /// Sessions that were refused: at the handshake, at CONNECT, or later for a frame that an interceptor refused or a
    /// subscription too many.
    sessions_refused,
    /// Sessions that ended because the client did not read.
    slow_consumers,
    /// Sessions that ended because the client was silent.
    heart_beats_lost,
    /// Connections that did not send CONNECT, or the rest of a frame, in time.
    timed_out,
    /// Frames, headers or messages over a limit.
    over_limit,
    /// Frames that broke a rule of the protocol.
    protocol_errors,
    /// SEND frames received.
    messages_received,
    /// Messages published to the broker; one to a user counts once for each of the user's sessions.
    messages_published,
    /// Messages that were not published because too many waited for their destination already.
    publishes_refused,
    /// Messages published that nobody listened to.
    messages_unheard,
    /// Deliveries that were dropped because the session's outbox was closed or full.
    deliveries_dropped,
    /// Frames written to clients, heart-beats included.
    frames_written,
    /// Octets written to clients.
    octets_written,
    /// Write calls; several frames go out in one where they can.
    writes,
    /// SEND or SUBSCRIBE to a destination that nobody serves.
    unmapped,
    /// Handler calls that failed and that no exception handler answered, panics included.
    handlers_failed,
    /// Handler calls that panicked.
    handlers_panicked,
}

impl Counters {
    /// A connection ends for this reason.
    pub(crate) fn count_ending(&self, reason: CloseReason) {
        match reason {
            CloseReason::SlowConsumer => self.slow_consumers.increment(),
            CloseReason::HeartBeatLost => self.heart_beats_lost.increment(),
            CloseReason::TimedOut => self.timed_out.increment(),
            CloseReason::TooLarge => self.over_limit.increment(),
            CloseReason::Refused => self.sessions_refused.increment(),
            CloseReason::ProtocolError | CloseReason::InvalidUtf8 | CloseReason::UnsupportedVersion => {
                self.protocol_errors.increment();
            }
            _ => {}
        }
    }
}

/// One number that grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, n: usize) {
        self.0.fetch_add(n as u64, Ordering::Relaxed);
    }

    pub(crate) fn increment(&self) {
        self.add(1);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
