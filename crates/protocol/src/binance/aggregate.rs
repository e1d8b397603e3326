//! Aggregate trades: what one taker took at one price.
//!
//! Venues do not tell which trades one order made. Trades that follow each other with the same time, price and side are taken
//! for those of one order.

use marketd_domain::trades::SequencedTrade;
use marketd_domain::{AggressorSide, Price, Qty, Timestamp, Trade};

use super::trade_number;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aggregate {
    /// Number of its first trade.
    pub first: u64,
    /// Number of its last trade, which is its own as well: behind it the next one begins, wherever a list is cut.
    pub last: u64,
    pub price: Price,
    pub qty: Qty,
    pub aggressor: AggressorSide,
    pub ts_venue: Timestamp,
}

impl Aggregate {
    /// A trade by itself.
    pub fn of(trade: &Trade) -> Self {
        let number = trade_number(trade);
        Self {
            first: number,
            last: number,
            price: trade.price,
            qty: trade.qty,
            aggressor: trade.aggressor,
            ts_venue: trade.ts_venue,
        }
    }

    /// Takes the trade in, if it is one of the same order's.
    fn take(&mut self, trade: &Trade) -> bool {
        let is_same =
            trade.ts_venue == self.ts_venue && trade.price == self.price && trade.aggressor == self.aggressor;
        let Some(qty) = self.qty.checked_add(trade.qty).filter(|_| is_same) else { return false };
        let number = trade_number(trade);
        (self.first, self.last) = (self.first.min(number), self.last.max(number));
        self.qty = qty;
        true
    }
}

/// Calls `each` with every aggregate of these trades, which are in order.
pub fn for_each<'a>(trades: impl IntoIterator<Item = &'a SequencedTrade>, mut each: impl FnMut(&Aggregate)) {
    let mut current: Option<Aggregate> = None;
    for held in trades {
        if current.as_mut().is_some_and(|current| current.take(&held.trade)) {
            continue;
        }
        if let Some(whole) = current.replace(Aggregate::of(&held.trade)) {
            each(&whole);
        }
    }
    if let Some(whole) = current {
        each(&whole);
    }
}

#[cfg(test)]
mod tests {
    use marketd_domain::TradeId;

    use super::*;

    /// Aggregates as first number, last number and quantity, of trades as time, price, quantity and whether a buyer took.
    fn check(trades: &[(i64, i64, i64, bool)], expected: &[(u64, u64, i64)]) {
        let trades: Vec<SequencedTrade> = (trades.iter().zip(1..))
            .map(|((at, price, qty, buys), number)| SequencedTrade {
                seq: number,
                trade: Trade {
                    id: TradeId::Number(number),
                    price: Price::from_mantissa(*price),
                    qty: Qty::from_mantissa(*qty),
                    aggressor: if *buys { AggressorSide::Buy } else { AggressorSide::Sell },
                    ts_venue: Timestamp::from_millis(*at),
                    ts_recv: Timestamp::ZERO,
                    backfilled: false,
                },
            })
            .collect();
        let mut found = Vec::new();
        for_each(&trades, |one| found.push((one.first, one.last, one.qty.mantissa())));
        assert_eq!(found, expected);
    }

    #[test]
    fn what_one_order_took_at_a_price_is_one() {
        check(&[], &[]);
        check(&[(1, 100, 5, true)], &[(1, 1, 5)]);
        check(&[(1, 100, 5, true), (1, 100, 6, true), (1, 100, 7, true)], &[(1, 3, 18)]);
        check(&[(1, 100, 5, true), (2, 100, 6, true)], &[(1, 1, 5), (2, 2, 6)]);
        check(&[(1, 100, 5, true), (1, 101, 6, true), (1, 101, 7, true)], &[(1, 1, 5), (2, 3, 13)]);
        check(&[(1, 100, 5, true), (1, 100, 6, false)], &[(1, 1, 5), (2, 2, 6)]);
        check(&[(1, 100, 1, true), (1, 101, 1, true), (1, 100, 1, true)], &[(1, 1, 1), (2, 2, 1), (3, 3, 1)]);
        check(&[(1, 100, i64::MAX, true), (1, 100, 1, true)], &[(1, 1, i64::MAX), (2, 2, 1)]);
    }
}
