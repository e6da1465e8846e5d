//! Who holds what.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

/// Shares of one stock in one portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Position {
    pub(crate) company: String,
    pub(crate) ticker: String,
    /// In cents.
    pub(crate) price: u64,
    pub(crate) shares: u32,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Trade {
    pub(crate) action: Action,
    pub(crate) ticker: String,
    pub(crate) shares: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    Buy,
    Sell,
}

/// Why a trade is refused. The texts are for the one who asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TradeError {
    #[error("there is no stock {0:?}")]
    UnknownStock(String),
    #[error("a trade is about 1 to {MOST} shares")]
    Shares,
    #[error("not enough shares of {ticker} to sell: {held} of {wanted}")]
    NotEnough { ticker: String, held: u32, wanted: u32 },
    #[error("nobody may hold more than {MOST} shares of {0}")]
    TooMany(String),
}

/// The most shares of one stock in one portfolio.
const MOST: u32 = 1_000_000;

/// Company, ticker, price in cents, shares at the beginning.
const STOCKS: [(&str, &str, u64, u32); 5] = [
    ("Citrix Systems, Inc.", "CTXS", 24_30, 75),
    ("Dell Inc.", "DELL", 13_44, 50),
    ("Microsoft", "MSFT", 34_15, 33),
    ("Oracle", "ORCL", 34_22, 45),
    ("Red Hat", "RHT", 48_30, 20),
];

/// The portfolios of all users. Everybody starts with the same.
#[derive(Debug, Default)]
pub(crate) struct Portfolios(Mutex<HashMap<String, BTreeMap<&'static str, u32>>>);

impl Portfolios {
    /// The positions of a user, by ticker.
    pub(crate) fn positions(&self, user: &str) -> Vec<Position> {
        let mut portfolios = self.lock();
        let shares = portfolios.entry(user.to_owned()).or_insert_with(beginning);
        shares
            .iter()
            .map(|(ticker, &shares)| position(ticker, shares))
            .collect()
    }

    /// Carries out a trade, and tells what the user holds then.
    pub(crate) fn trade(&self, user: &str, trade: &Trade) -> Result<Position, TradeError> {
        let Some((_, ticker, ..)) = STOCKS.into_iter().find(|(_, ticker, ..)| *ticker == trade.ticker) else {
            return Err(TradeError::UnknownStock(trade.ticker.clone()));
        };
        if !(1..=MOST).contains(&trade.shares) {
            return Err(TradeError::Shares);
        }
        let mut portfolios = self.lock();
        let shares = portfolios
            .entry(user.to_owned())
            .or_insert_with(beginning)
            .entry(ticker)
            .or_default();
        *shares = match trade.action {
            Action::Buy => Some(*shares + trade.shares)
                .filter(|&then| then <= MOST)
                .ok_or_else(|| TradeError::TooMany(ticker.to_owned()))?,
            Action::Sell => shares
                .checked_sub(trade.shares)
                .ok_or_else(|| TradeError::NotEnough {
                    ticker: ticker.to_owned(),
                    held: *shares,
                    wanted: trade.shares,
                })?,
        };
        Ok(position(ticker, *shares))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, BTreeMap<&'static str, u32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn beginning() -> BTreeMap<&'static str, u32> {
    STOCKS
        .into_iter()
        .map(|(_, ticker, _, shares)| (ticker, shares))
        .collect()
}

fn position(ticker: &str, shares: u32) -> Position {
    let stock = STOCKS.into_iter().find(|(_, known, ..)| *known == ticker);
    let (company, ticker, price, _) = stock.expect("portfolios hold known stocks only");
    Position {
        company: company.to_owned(),
        ticker: ticker.to_owned(),
        price,
        shares,
    }
}

/// Tickers with the prices of the beginning, in cents.
pub(crate) fn stocks() -> impl Iterator<Item = (&'static str, u64)> {
    STOCKS.into_iter().map(|(_, ticker, price, _)| (ticker, price))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trade(action: Action, ticker: &str, shares: u32) -> Trade {
        Trade {
            action,
            ticker: ticker.to_owned(),
            shares,
        }
    }

    #[test]
    fn trades_change_one_portfolio() {
        let portfolios = Portfolios::default();
        let held = |position: Result<Position, TradeError>| position.map(|position| position.shares);
        assert_eq!(
            held(portfolios.trade("ann", &trade(Action::Buy, "DELL", 5))),
            Ok(55)
        );
        assert_eq!(
            held(portfolios.trade("ann", &trade(Action::Sell, "DELL", 55))),
            Ok(0)
        );
        assert_eq!(
            held(portfolios.trade("bob", &trade(Action::Sell, "DELL", 1))),
            Ok(49)
        );
        let tickers: Vec<_> = portfolios
            .positions("ann")
            .into_iter()
            .map(|it| (it.ticker, it.shares))
            .collect();
        assert_eq!(tickers[1], ("DELL".to_owned(), 0));
        assert_eq!(tickers.len(), 5);
    }

    #[test]
    fn impossible_trades_change_nothing() {
        let portfolios = Portfolios::default();
        let not_enough = TradeError::NotEnough {
            ticker: "RHT".to_owned(),
            held: 20,
            wanted: 21,
        };
        for (refused, error) in [
            (trade(Action::Sell, "RHT", 21), not_enough),
            (trade(Action::Buy, "RHT", 0), TradeError::Shares),
            (trade(Action::Buy, "RHT", u32::MAX), TradeError::Shares),
            (
                trade(Action::Buy, "RHT", MOST),
                TradeError::TooMany("RHT".to_owned()),
            ),
            (
                trade(Action::Buy, "<b>", 1),
                TradeError::UnknownStock("<b>".to_owned()),
            ),
        ] {
            assert_eq!(portfolios.trade("ann", &refused), Err(error));
        }
        assert_eq!(portfolios.positions("ann")[4].shares, 20);
    }
}
