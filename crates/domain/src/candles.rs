//! Candles from trades, in venue time, with correction of late trades.
//!
//! Invariants of a series: open times strictly ascend and are multiples of the interval; a candle
//! exists only where there was a trade; `revision` counts the changes made to a candle after a later
//! one had begun.

use std::collections::VecDeque;

use crate::numbers::{Notional, Price, Scales, Volume};
use crate::time::Timestamp;
use crate::trades::Trade;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CandleInterval {
    Second1,
    Minute1,
    Minute5,
    Minute15,
    Hour1,
    Hour4,
    Day1,
    Week1,
}

impl CandleInterval {
    pub const ALL: [Self; 8] = [
        Self::Second1,
        Self::Minute1,
        Self::Minute5,
        Self::Minute15,
        Self::Hour1,
        Self::Hour4,
        Self::Day1,
        Self::Week1,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second1 => "1s",
            Self::Minute1 => "1m",
            Self::Minute5 => "5m",
            Self::Minute15 => "15m",
            Self::Hour1 => "1h",
            Self::Hour4 => "4h",
            Self::Day1 => "1d",
            Self::Week1 => "1w",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interval| interval.as_str() == text)
    }

    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn seconds(self) -> i64 {
        match self {
            Self::Second1 => 1,
            Self::Minute1 => 60,
            Self::Minute5 => 300,
            Self::Minute15 => 900,
            Self::Hour1 => 3_600,
            Self::Hour4 => 14_400,
            Self::Day1 => 86_400,
            Self::Week1 => 604_800,
        }
    }

    /// The start of the candle that holds `at`. Weeks start on Monday; the epoch was a Thursday.
    pub const fn open_time(self, at: Timestamp) -> Timestamp {
        const NANOS: i64 = 1_000_000_000;
        const FIRST_MONDAY: i64 = 4 * 86_400 * NANOS;
        let length = self.seconds() * NANOS;
        let origin = if matches!(self, Self::Week1) { FIRST_MONDAY } else { 0 };
        Timestamp::from_nanos((at.nanos() - origin).div_euclid(length) * length + origin)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candle {
    pub open_time: Timestamp,
    pub open: Price,
    pub high: Price,
    pub low: Price,
    pub close: Price,
    pub volume: Volume,
    pub quote_volume: Notional,
    pub trades: u64,
    pub revision: u32,
    /// Venue times of the trades that gave `open` and `close`: a late trade may come before or after.
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

impl Candle {
    fn opened_by(trade: &Trade, open_time: Timestamp) -> Self {
        Self {
            open_time,
            open: trade.price,
            high: trade.price,
            low: trade.price,
            close: trade.price,
            volume: Volume::ZERO.plus(trade.qty),
            quote_volume: trade.price.notional(trade.qty),
            trades: 1,
            revision: 0,
            first_at: trade.ts_venue,
            last_at: trade.ts_venue,
        }
    }

    fn add(&mut self, trade: &Trade) {
        if trade.ts_venue < self.first_at {
            (self.open, self.first_at) = (trade.price, trade.ts_venue);
        }
        if trade.ts_venue >= self.last_at {
            (self.close, self.last_at) = (trade.price, trade.ts_venue);
        }
        self.high = self.high.max(trade.price);
        self.low = self.low.min(trade.price);
        self.volume = self.volume.plus(trade.qty);
        // Saturates nowhere near reality: i128 holds 10^19 trades of the largest notional.
        self.quote_volume =
            self.quote_volume.checked_add(trade.price.notional(trade.qty)).unwrap_or(self.quote_volume);
        self.trades += 1;
    }

    /// Puts the next candle of a shorter interval behind this one.
    pub fn append(&mut self, next: &Self) {
        (self.close, self.last_at) = (next.close, next.last_at);
        self.high = self.high.max(next.high);
        self.low = self.low.min(next.low);
        self.volume = self.volume.plus_volume(next.volume);
        // As in `add`.
        self.quote_volume = self.quote_volume.checked_add(next.quote_volume).unwrap_or(self.quote_volume);
        self.trades = self.trades.saturating_add(next.trades);
    }

    /// Whether it holds more than another one of the same time and scales: trades, or quantity where one of them does not
    /// know its trades.
    pub fn is_fuller_than(&self, other: &Self) -> bool {
        if self.trades == 0 || other.trades == 0 {
            self.volume > other.volume
        } else {
            self.trades > other.trades
        }
    }

    /// The same candle at other scales; `None` when a number would be rounded or overflow.
    pub fn rescaled(&self, from: Scales, to: Scales) -> Option<Self> {
        let price = |price: Price| price.rescaled(from.price, to.price);
        Some(Self {
            open: price(self.open)?,
            high: price(self.high)?,
            low: price(self.low)?,
            close: price(self.close)?,
            volume: self.volume.rescaled(from.qty, to.qty)?,
            quote_volume: self.quote_volume.rescaled(from, to)?,
            ..*self
        })
    }
}

/// What a trade did to a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandleChange {
    /// It began a new latest candle; the one before is closed.
    Opened,
    /// It went into the latest candle.
    Updated,
    /// It came late and changed, or made, the candle at this open time.
    Corrected(Timestamp),
    /// It is older than everything the series holds.
    TooOld,
}

/// The latest candles of one interval.
#[derive(Debug, Clone)]
pub struct CandleSeries {
    interval: CandleInterval,
    capacity: usize,
    candles: VecDeque<Candle>,
}

impl CandleSeries {
    pub fn new(interval: CandleInterval, capacity: usize) -> Self {
        Self { interval, capacity: capacity.max(1), candles: VecDeque::new() }
    }

    /// A series that goes on from the latest of these candles; oldest first.
    pub(crate) fn resumed(interval: CandleInterval, capacity: usize, candles: &[Candle]) -> Self {
        let mut series = Self::new(interval, capacity);
        series.candles.extend(&candles[candles.len().saturating_sub(series.capacity)..]);
        series
    }

    pub const fn interval(&self) -> CandleInterval {
        self.interval
    }

    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    pub fn len(&self) -> usize {
        self.candles.len()
    }

    pub fn is_empty(&self) -> bool {
        self.candles.is_empty()
    }

    pub fn last(&self) -> Option<&Candle> {
        self.candles.back()
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Candle> + ExactSizeIterator {
        self.candles.iter()
    }

    pub fn at(&self, open_time: Timestamp) -> Option<&Candle> {
        let at = self.candles.binary_search_by_key(&open_time, |candle| candle.open_time).ok()?;
        self.candles.get(at)
    }

    /// Up to `limit` candles with `start <= open_time < end`: from `start` when it is given, else the
    /// newest. Oldest first.
    pub fn range(
        &self,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
        limit: usize,
    ) -> impl ExactSizeIterator<Item = &Candle> {
        let from = start.map_or(0, |start| self.candles.partition_point(|candle| candle.open_time < start));
        let to = end
            .map_or(self.candles.len(), |end| self.candles.partition_point(|candle| candle.open_time < end));
        let to = to.max(from);
        let wanted = limit.min(to - from);
        if start.is_some() {
            self.candles.range(from..from + wanted)
        } else {
            self.candles.range(to - wanted..to)
        }
    }

    pub fn apply(&mut self, trade: &Trade) -> CandleChange {
        if let Some(last) = self.candles.back_mut() {
            let age = trade.ts_venue.nanos_since(last.open_time);
            if age >= 0 && age < self.interval.seconds() * 1_000_000_000 {
                last.add(trade);
                return CandleChange::Updated;
            }
            if age < 0 {
                return self.correct(trade);
            }
        }
        if self.candles.len() == self.capacity {
            self.candles.pop_front();
        }
        self.candles.push_back(Candle::opened_by(trade, self.interval.open_time(trade.ts_venue)));
        CandleChange::Opened
    }

    fn correct(&mut self, trade: &Trade) -> CandleChange {
        let open_time = self.interval.open_time(trade.ts_venue);
        match self.candles.binary_search_by_key(&open_time, |candle| candle.open_time) {
            Ok(at) => {
                let candle = &mut self.candles[at];
                candle.add(trade);
                candle.revision += 1;
            }
            Err(0) if self.candles.len() == self.capacity => return CandleChange::TooOld,
            Err(at) => {
                self.candles.insert(at, Candle { revision: 1, ..Candle::opened_by(trade, open_time) });
                if self.candles.len() > self.capacity {
                    self.candles.pop_front();
                }
            }
        }
        CandleChange::Corrected(open_time)
    }

    /// Removes and returns the oldest candle when it opened before `limit`.
    pub fn pop_before(&mut self, limit: Timestamp) -> Option<Candle> {
        if self.candles.front()?.open_time < limit { self.candles.pop_front() } else { None }
    }

    /// Moves all candles to other scales, or changes nothing and says `false`.
    pub fn rescale(&mut self, from: Scales, to: Scales) -> bool {
        let moved: Option<VecDeque<Candle>> =
            self.candles.iter().map(|candle| candle.rescaled(from, to)).collect();
        match moved {
            Some(moved) => {
                self.candles = moved;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Qty;
    use crate::trades::{AggressorSide, TradeId};

    fn trade(second: i64, price: i64, qty: i64) -> Trade {
        Trade {
            id: TradeId::None,
            price: Price::from_mantissa(price),
            qty: Qty::from_mantissa(qty),
            aggressor: AggressorSide::Buy,
            ts_venue: Timestamp::from_millis(second * 1_000),
            ts_recv: Timestamp::ZERO,
            backfilled: false,
        }
    }

    /// (open second, open, high, low, close, volume, quote volume, trades, revision)
    type Row = (i64, i64, i64, i64, i64, i128, i128, u64, u32);

    fn rows(series: &CandleSeries) -> Vec<Row> {
        (series.iter())
            .map(|candle| {
                (
                    candle.open_time.millis() / 1_000,
                    candle.open.mantissa(),
                    candle.high.mantissa(),
                    candle.low.mantissa(),
                    candle.close.mantissa(),
                    candle.volume.mantissa(),
                    candle.quote_volume.mantissa(),
                    candle.trades,
                    candle.revision,
                )
            })
            .collect()
    }

    fn check(interval: CandleInterval, capacity: usize, trades: &[(i64, i64, i64)], expected: &[Row]) {
        let mut series = CandleSeries::new(interval, capacity);
        for (second, price, qty) in trades {
            series.apply(&trade(*second, *price, *qty));
        }
        assert_eq!(rows(&series), expected);
    }

    #[test]
    fn trades_make_candles() {
        check(
            CandleInterval::Minute1,
            10,
            &[(61, 10, 1), (70, 12, 2), (119, 9, 3), (120, 11, 1), (240, 8, 1)],
            &[
                (60, 10, 12, 9, 9, 6, 61, 3, 0),
                (120, 11, 11, 11, 11, 1, 11, 1, 0),
                (240, 8, 8, 8, 8, 1, 8, 1, 0),
            ],
        );
    }

    #[test]
    fn late_trades_correct_their_candle() {
        check(
            CandleInterval::Minute1,
            10,
            &[(65, 10, 1), (130, 20, 1), (61, 7, 1), (119, 15, 1), (10, 5, 1)],
            &[
                (0, 5, 5, 5, 5, 1, 5, 1, 1),
                (60, 7, 15, 7, 15, 3, 32, 3, 2),
                (120, 20, 20, 20, 20, 1, 20, 1, 0),
            ],
        );
    }

    #[test]
    fn a_late_trade_within_the_latest_candle_does_not_move_its_close() {
        check(CandleInterval::Minute1, 4, &[(70, 10, 1), (65, 8, 1)], &[(60, 8, 10, 8, 10, 2, 18, 2, 0)]);
    }

    #[test]
    fn a_full_series_forgets_its_oldest() {
        let trades = [(0, 1, 1), (60, 2, 1), (120, 3, 1), (5, 9, 9)];
        let kept = [(60, 2, 2, 2, 2, 1, 2, 1, 0), (120, 3, 3, 3, 3, 1, 3, 1, 0)];
        check(CandleInterval::Minute1, 2, &trades, &kept);
    }

    #[test]
    fn weeks_start_on_monday() {
        // 2024-08-08 was a Thursday, the week began on the 5th.
        let thursday = Timestamp::parse_rfc3339("2024-08-08T23:54:14Z").expect("valid");
        let monday = Timestamp::parse_rfc3339("2024-08-05T00:00:00Z").expect("valid");
        assert_eq!(CandleInterval::Week1.open_time(thursday), monday);
        assert_eq!(CandleInterval::Week1.open_time(monday), monday);
    }

    #[test]
    fn ranges_are_half_open_and_limited_from_the_right_end() {
        let mut series = CandleSeries::new(CandleInterval::Second1, 10);
        for second in 0..6 {
            series.apply(&trade(second, 1, 1));
        }
        let seconds = |start: Option<i64>, end: Option<i64>, limit: usize| -> Vec<i64> {
            let at = |second: i64| Timestamp::from_millis(second * 1_000);
            series
                .range(start.map(at), end.map(at), limit)
                .map(|candle| candle.open_time.millis() / 1_000)
                .collect()
        };
        assert_eq!(seconds(None, None, 2), [4, 5]);
        assert_eq!(seconds(Some(1), None, 2), [1, 2]);
        assert_eq!(seconds(None, Some(3), 2), [1, 2]);
        assert_eq!(seconds(Some(2), Some(4), 9), [2, 3]);
        assert_eq!(seconds(Some(4), Some(2), 9), []);
    }
}
