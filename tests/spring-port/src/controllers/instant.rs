//! Points in time as Java writes them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

/// Java's `Instant`: fractions of a second have three, six or nine digits, or are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = match self.0.subsec_nanosecond() {
            0 => 0,
            nanos if nanos % 1_000_000 == 0 => 3,
            nanos if nanos % 1_000 == 0 => 6,
            _ => 9,
        };
        serializer.collect_str(&format_args!("{:.digits$}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_have_groups_of_three_digits() {
        let table = [
            (0, "2023-11-14T22:13:20Z"),
            (120_000_000, "2023-11-14T22:13:20.120Z"),
            (1_000, "2023-11-14T22:13:20.000001Z"),
            (1, "2023-11-14T22:13:20.000000001Z"),
        ];
        for (nanos, expected) in table {
            let instant = Instant(Timestamp::new(1_700_000_000, nanos).expect("within range"));
            let written = serde_json::to_string(&instant).expect("text");
            assert_eq!(written, format!("{expected:?}"));
        }
    }
}
