//! Prices that go up and down.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use stomp_server::SimpMessagingTemplate;

use crate::portfolio::stocks;

#[derive(Debug, Serialize)]
struct Quote {
    ticker: &'static str,
    /// In cents.
    price: u64,
}

/// Publishes the prices of all stocks, each to a topic of its own, for as long as it is polled.
pub(crate) async fn publish(template: SimpMessagingTemplate, every: Duration) {
    let mut prices: BTreeMap<_, _> = stocks().collect();
    let mut rhythm = tokio::time::interval(every);
    rhythm.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rhythm.tick().await;
        for (ticker, price) in &mut prices {
            *price = next(*price);
            let quote = Quote {
                ticker,
                price: *price,
            };
            if let Err(error) = template.convert_and_send(format!("/topic/price.stock.{ticker}"), &quote) {
                tracing::warn!(%error, ticker, "a quote was not published");
            }
        }
    }
}

/// Up to two percent away, and never nothing.
fn next(price: u64) -> u64 {
    let most = (price / 50).max(1);
    (price + fastrand::u64(0..=2 * most)).saturating_sub(most).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_move_a_little_and_stay_above_zero() {
        for price in [1, 2, 99, 24_30] {
            for _ in 0..100 {
                let then = next(price);
                assert!(
                    then >= 1 && then.abs_diff(price) <= (price / 50).max(1),
                    "{price} {then}"
                );
            }
        }
    }
}
