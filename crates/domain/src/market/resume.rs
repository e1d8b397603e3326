//! A market that goes on where an earlier process left it.

use super::MarketState;
use crate::candles::{CandleInterval, CandleSeries};
use crate::history::Past;
use crate::numbers::Scales;
use crate::ticker::Ticker;
use crate::time::Timestamp;
use crate::trades::{Trade, TradeId, TradesRing};

impl MarketState {
    /// Takes over what was kept: trades, candles, the 24 hours of the ticker, and which trade ids are known. For a market
    /// that has nothing yet.
    pub fn resume(&mut self, past: &Past) {
        debug_assert!(self.held_scales().is_none(), "only a new market goes on where another one ended");
        if past.is_empty() {
            return;
        }
        self.instrument.scales = past.scales;
        let trades = past.trades();
        // Of those at the same moment the last one, as when they come one by one.
        let last = trades.iter().max_by_key(|trade| trade.ts_venue);
        self.ticker = Ticker::resumed(past.candles(CandleInterval::Minute1), last);
        let capacity = self.candles[0].capacity();
        self.candles = CandleInterval::ALL
            .map(|interval| CandleSeries::resumed(interval, capacity, past.candles(interval)));
        let capacity = self.trades.capacity();
        self.has_older_trades = past.trades.is_cut || trades.len() > capacity;
        self.trades = TradesRing::new(capacity);
        for trade in &trades[trades.len().saturating_sub(capacity)..] {
            self.trades.push(*trade);
        }
        let number = |trade: &Trade| match trade.id {
            TradeId::Number(number) => Some(number),
            TradeId::None | TradeId::Uuid(_) => None,
        };
        self.highest_trade_id = trades.iter().filter_map(number).max();
    }

    /// The highest number that a trade had, and when the latest trade happened.
    pub fn tape_end(&self) -> Option<(u64, Timestamp)> {
        self.highest_trade_id.zip(self.ticker.last_at())
    }

    /// The scales of what the market holds; `None` when it holds nothing yet.
    pub fn held_scales(&self) -> Option<Scales> {
        let holds = self.has_book
            || !self.trades.is_empty()
            || self.candles.iter().any(|candles| !candles.is_empty());
        holds.then_some(self.instrument.scales)
    }
}
