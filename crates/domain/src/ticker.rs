//! The rolling 24 hours of one market, from its trades.
//!
//! The window is kept in whole minutes of venue time: it holds the minute of the latest trade and
//! the 1,439 before it. High and low are exact within that window.

use crate::candles::{Candle, CandleChange, CandleInterval, CandleSeries};
use crate::numbers::{Notional, Price, Qty, Scales, Volume};
use crate::time::Timestamp;
use crate::trades::Trade;

const WINDOW_MINUTES: i64 = 24 * 60;

/// Sums and extremes over the last 24 hours.
#[derive(Debug, Clone)]
pub struct Ticker {
    minutes: CandleSeries,
    volume: Volume,
    quote_volume: Notional,
    trades: u64,
    high: Price,
    low: Price,
    last: Option<(Price, Qty, Timestamp)>,
}

/// What a ticker shows; `None` fields mean that nothing traded in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickerView {
    pub last: Option<(Price, Qty, Timestamp)>,
    pub open: Option<Price>,
    pub high: Option<Price>,
    pub low: Option<Price>,
    pub volume: Volume,
    pub quote_volume: Notional,
    pub trades: u64,
}

impl Default for Ticker {
    fn default() -> Self {
        Self::new()
    }
}

impl Ticker {
    pub fn new() -> Self {
        Self {
            minutes: CandleSeries::new(CandleInterval::Minute1, WINDOW_MINUTES as usize + 1),
            volume: Volume::ZERO,
            quote_volume: Notional::ZERO,
            trades: 0,
            high: Price::ZERO,
            low: Price::ZERO,
            last: None,
        }
    }

    /// A ticker that goes on from these minutes and the last trade, if it is known.
    pub(crate) fn resumed(minutes: &[Candle], last: Option<&Trade>) -> Self {
        let mut ticker = Self::new();
        let interval = CandleInterval::Minute1;
        ticker.minutes = CandleSeries::resumed(interval, ticker.minutes.capacity(), minutes);
        ticker.trades = ticker.minutes.iter().map(|minute| minute.trades).sum();
        ticker.last = last.map(|trade| (trade.price, trade.qty, trade.ts_venue));
        ticker.recount();
        if let Some(minute) = ticker.minutes.last() {
            ticker.expire(minute.open_time);
        }
        ticker
    }

    pub fn apply(&mut self, trade: &Trade) {
        let is_first = self.minutes.is_empty();
        if self.minutes.apply(trade) == CandleChange::TooOld {
            return;
        }
        self.volume = self.volume.plus(trade.qty);
        self.quote_volume =
            self.quote_volume.checked_add(trade.price.notional(trade.qty)).unwrap_or(self.quote_volume);
        self.trades += 1;
        if is_first {
            (self.high, self.low) = (trade.price, trade.price);
        }
        self.high = self.high.max(trade.price);
        self.low = self.low.min(trade.price);
        if self.last.is_none_or(|(_, _, at)| trade.ts_venue >= at) {
            self.last = Some((trade.price, trade.qty, trade.ts_venue));
        }
        self.expire(self.last.map_or(trade.ts_venue, |(_, _, at)| at));
    }

    /// Forgets what lies 24 hours before `now`, in venue time.
    pub fn expire(&mut self, now: Timestamp) {
        let newest = CandleInterval::Minute1.open_time(now);
        let limit = newest.plus_millis(-(WINDOW_MINUTES - 1) * 60_000);
        let mut rolled = false;
        while let Some(gone) = self.minutes.pop_before(limit) {
            self.trades -= gone.trades;
            rolled = true;
        }
        if rolled {
            self.recount();
        }
    }

    /// Sums again over at most 1,440 minutes; needed once a minute at most.
    fn recount(&mut self) {
        (self.volume, self.quote_volume) = (Volume::ZERO, Notional::ZERO);
        for (index, minute) in self.minutes.iter().enumerate() {
            if index == 0 {
                (self.high, self.low) = (minute.high, minute.low);
            }
            self.high = self.high.max(minute.high);
            self.low = self.low.min(minute.low);
            self.volume = self.volume.plus_volume(minute.volume);
            self.quote_volume =
                self.quote_volume.checked_add(minute.quote_volume).unwrap_or(self.quote_volume);
        }
    }

    /// Venue time of the latest trade.
    pub(crate) fn last_at(&self) -> Option<Timestamp> {
        self.last.map(|(_, _, at)| at)
    }

    pub fn view(&self) -> TickerView {
        let traded = !self.minutes.is_empty();
        TickerView {
            last: self.last,
            open: self.minutes.iter().next().map(|minute| minute.open),
            high: traded.then_some(self.high),
            low: traded.then_some(self.low),
            volume: self.volume,
            quote_volume: self.quote_volume,
            trades: self.trades,
        }
    }

    /// Moves everything to other scales, or changes nothing and says `false`.
    pub fn rescale(&mut self, from: Scales, to: Scales) -> bool {
        let last = match self.last {
            None => None,
            Some((price, qty, at)) => {
                match (price.rescaled(from.price, to.price), qty.rescaled(from.qty, to.qty)) {
                    (Some(price), Some(qty)) => Some((price, qty, at)),
                    _ => return false,
                }
            }
        };
        if !self.minutes.rescale(from, to) {
            return false;
        }
        self.last = last;
        self.recount();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trades::{AggressorSide, TradeId};

    fn trade(minute: i64, price: i64, qty: i64) -> Trade {
        Trade {
            id: TradeId::None,
            price: Price::from_mantissa(price),
            qty: Qty::from_mantissa(qty),
            aggressor: AggressorSide::Sell,
            ts_venue: Timestamp::from_millis(minute * 60_000),
            ts_recv: Timestamp::ZERO,
            backfilled: false,
        }
    }

    /// (last, open, high, low, volume, quote volume, trades)
    fn check(trades: &[(i64, i64, i64)], expected: (i64, i64, i64, i64, i128, i128, u64)) {
        let mut ticker = Ticker::new();
        for (minute, price, qty) in trades {
            ticker.apply(&trade(*minute, *price, *qty));
        }
        let view = ticker.view();
        let price = |price: Option<Price>| price.expect("traded").mantissa();
        let last = view.last.map(|(price, _, _)| price);
        let sums = (view.volume.mantissa(), view.quote_volume.mantissa(), view.trades);
        let shown =
            (price(last), price(view.open), price(view.high), price(view.low), sums.0, sums.1, sums.2);
        assert_eq!(shown, expected, "{trades:?}");
    }

    #[test]
    fn the_window_rolls() {
        check(&[(0, 10, 1)], (10, 10, 10, 10, 1, 10, 1));
        check(&[(0, 10, 1), (1, 30, 2), (2, 5, 1)], (5, 10, 30, 5, 4, 75, 3));
        // 24 hours after minute 1 both the first trade and the high have left.
        check(&[(0, 10, 1), (1, 30, 2), (2, 5, 1), (1_441, 6, 1)], (6, 5, 6, 5, 2, 11, 2));
        check(&[(0, 10, 1), (9_999, 7, 3)], (7, 7, 7, 7, 3, 21, 1));
        check(&[(5, 10, 1), (3, 2, 1)], (10, 2, 10, 2, 2, 12, 2));
    }

    #[test]
    fn a_quiet_day_empties_the_window_but_not_the_last_price() {
        let mut ticker = Ticker::new();
        ticker.apply(&trade(0, 10, 1));
        ticker.expire(Timestamp::from_millis(3 * 86_400_000));
        let view = ticker.view();
        assert_eq!((view.trades, view.high, view.volume), (0, None, Volume::ZERO));
        assert!(view.last.is_some());
    }
}
