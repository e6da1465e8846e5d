//! Heart-beats: what each side offers and what follows from it (STOMP 1.2, "Heart-beating").

use std::{fmt, time::Duration};

/// One side's `heart-beat` header: what it can send and what it would like to receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeartBeat {
    /// The smallest interval at which this side guarantees to send; zero: it cannot send heart-beats.
    pub send: Duration,
    /// The interval at which this side would like to receive; zero: it does not want heart-beats.
    pub receive: Duration,
}

impl HeartBeat {
    /// Neither sends nor wants heart-beats; what a missing header means.
    pub const NONE: Self = Self {
        send: Duration::ZERO,
        receive: Duration::ZERO,
    };

    /// Both intervals in milliseconds, as in the header.
    #[must_use]
    pub const fn from_millis(send: u32, receive: u32) -> Self {
        Self {
            send: Duration::from_millis(send as u64),
            receive: Duration::from_millis(receive as u64),
        }
    }

    /// Reads a `heart-beat` header: two unsigned decimal numbers of milliseconds with one comma between. Numbers too
    /// large for 32 bits count as the largest one (about 49 days).
    ///
    /// # Errors
    ///
    /// [`ParseHeartBeatError`] for anything else.
    pub fn parse(header: &str) -> Result<Self, ParseHeartBeatError> {
        let (send, receive) = header.split_once(',').ok_or(ParseHeartBeatError)?;
        Ok(Self::from_millis(millis(send)?, millis(receive)?))
    }

    /// The intervals that hold between two sides: the first is at least how often this side sends, the second how
    /// often it hears from the other. `None`: not at all.
    #[must_use]
    pub fn negotiate(self, other: Self) -> (Option<Duration>, Option<Duration>) {
        (
            interval(self.send, other.receive),
            interval(other.send, self.receive),
        )
    }
}

impl fmt::Display for HeartBeat {
    /// As in the header: `10000,10000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.send.as_millis(), self.receive.as_millis())
    }
}

fn interval(sender: Duration, receiver: Duration) -> Option<Duration> {
    (!sender.is_zero() && !receiver.is_zero()).then(|| sender.max(receiver))
}

fn millis(text: &str) -> Result<u32, ParseHeartBeatError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParseHeartBeatError);
    }
    Ok(text.parse().unwrap_or(u32::MAX))
}

/// A `heart-beat` header that is not two unsigned numbers with a comma between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("heart-beat must be two numbers of milliseconds with a comma between")]
pub struct ParseHeartBeatError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slower_side_decides_and_zero_means_never() {
        let ms = |n| (n > 0).then(|| Duration::from_millis(n));
        // server's sx,sy; client's cx,cy; server sends every, server hears every
        let table = [
            ((10_000, 10_000), (10_000, 10_000), 10_000, 10_000),
            ((10_000, 10_000), (0, 0), 0, 0),
            ((0, 0), (10_000, 10_000), 0, 0),
            ((10_000, 10_000), (5_000, 20_000), 20_000, 10_000),
            ((500, 600), (700, 0), 0, 700),
            ((500, 600), (0, 400), 500, 0),
        ];
        for ((sx, sy), (cx, cy), sends, hears) in table {
            let got = HeartBeat::from_millis(sx, sy).negotiate(HeartBeat::from_millis(cx, cy));
            assert_eq!(got, (ms(sends), ms(hears)), "{sx},{sy} with {cx},{cy}");
        }
    }

    #[test]
    fn only_two_unsigned_numbers_are_a_header() {
        assert_eq!(HeartBeat::parse("10000,0"), Ok(HeartBeat::from_millis(10_000, 0)));
        assert_eq!(
            HeartBeat::parse("99999999999999999999,1"),
            Ok(HeartBeat::from_millis(u32::MAX, 1))
        );
        for bad in ["", "1", "1,", ",1", "1,2,3", "-1,0", "+1,0", " 1,0", "a,b", "1;2"] {
            assert_eq!(HeartBeat::parse(bad), Err(ParseHeartBeatError), "{bad:?}");
        }
        assert_eq!(HeartBeat::from_millis(1, 2).to_string(), "1,2");
    }
}
