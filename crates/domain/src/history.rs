//! What a market was before this process began, put together from what was kept of it.
//!
//! Trades and candles are stored by themselves, so what is found may disagree: a candle may hold trades that were lost
//! with the process, or lack some that are there, and one that was open may not be there at all. The trades are the
//! truth wherever they reach. Each interval is built from the one below it, the shortest from the trades, and compared
//! with what was stored:
//!
//! 1. a stored candle that may hold trades behind the last stored one gives way when those trades will come again:
//!    they would count twice;
//! 2. else the fuller candle wins (more trades, or more quantity where trades are not known), of equals the stored one.

use crate::candles::{Candle, CandleInterval, CandleSeries};
use crate::numbers::Scales;
use crate::time::Timestamp;
use crate::trades::Trade;

/// The latest of something, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest<T> {
    pub items: Vec<T>,
    /// There are older ones.
    pub is_cut: bool,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { items: Vec::new(), is_cut: false }
    }
}

/// What was kept of a market, all at the same scales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub scales: Scales,
    pub trades: Latest<Trade>,
    /// By [`CandleInterval::index`].
    pub candles: [Latest<Candle>; 8],
    /// Trades behind the last of these will come again, told apart by their ids.
    pub is_tape_continued: bool,
}

/// A candle that was not stored as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mended {
    pub interval: CandleInterval,
    pub candle: Candle,
}

/// A history whose candles agree with its trades and with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub(crate) scales: Scales,
    pub(crate) trades: Latest<Trade>,
    pub(crate) candles: [Vec<Candle>; 8],
    /// Closed candles that are better than what was stored.
    pub mended: Vec<Mended>,
}

impl Past {
    pub const fn scales(&self) -> Scales {
        self.scales
    }

    pub fn trades(&self) -> &[Trade] {
        &self.trades.items
    }

    pub fn candles(&self, interval: CandleInterval) -> &[Candle] {
        &self.candles[interval.index()]
    }

    pub fn is_empty(&self) -> bool {
        self.trades.items.is_empty() && self.candles.iter().all(Vec::is_empty)
    }
}

impl History {
    /// Brings the candles in line with the trades and with each other.
    pub fn reconcile(self) -> Past {
        let tail = Tail {
            last_at: self.trades.items.iter().map(|trade| trade.ts_venue).max(),
            is_continued: self.is_tape_continued,
        };
        let mut past = Past {
            scales: self.scales,
            candles: Default::default(),
            mended: Vec::new(),
            trades: self.trades,
        };
        let seconds = seconds_of(&past.trades.items);
        let mut complete_from = complete_from(&past.trades, |first| first.ts_venue.plus_nanos(1));
        for (interval, stored) in CandleInterval::ALL.into_iter().zip(self.candles) {
            let below = match interval.index().checked_sub(1) {
                Some(shorter) => Known { complete_from, candles: &past.candles[shorter] },
                None => Known { complete_from, candles: &seconds },
            };
            let candles;
            (candles, complete_from) = tail.merge(interval, stored, &below, &mut past.mended);
            past.candles[interval.index()] = candles;
        }
        past
    }
}

/// Candles, and from when on none is missing as far as is known.
struct Known<'a> {
    complete_from: Timestamp,
    candles: &'a [Candle],
}

const NEVER: Timestamp = Timestamp::from_nanos(i64::MAX);
const ALWAYS: Timestamp = Timestamp::from_nanos(i64::MIN);

fn complete_from<T>(latest: &Latest<T>, begin: impl Fn(&T) -> Timestamp) -> Timestamp {
    match latest.items.first() {
        None => NEVER,
        Some(first) if latest.is_cut => begin(first),
        Some(_) => ALWAYS,
    }
}

fn seconds_of(trades: &[Trade]) -> Vec<Candle> {
    let mut series = CandleSeries::new(CandleInterval::Second1, usize::MAX);
    for trade in trades {
        series.apply(trade);
    }
    series.iter().copied().collect()
}

/// Where the stored trades end.
#[derive(Clone, Copy)]
struct Tail {
    last_at: Option<Timestamp>,
    is_continued: bool,
}

impl Tail {
    /// Whether a candle may hold trades that will come again.
    fn may_repeat(self, candle: &Candle) -> bool {
        self.is_continued && self.last_at.is_some_and(|last_at| candle.last_at >= last_at)
    }

    /// The candles of an interval, and from when on none of them is missing.
    fn merge(
        self,
        interval: CandleInterval,
        stored: Latest<Candle>,
        below: &Known<'_>,
        mended: &mut Vec<Mended>,
    ) -> (Vec<Candle>, Timestamp) {
        let stored_from = complete_from(&stored, |first| first.open_time);
        // What is stored before that was not read.
        let read_from = if stored.is_cut { stored_from } else { ALWAYS };
        let mut built = fold(below.candles, interval);
        built.retain(|candle| candle.open_time >= below.complete_from);
        let (mut stored, mut built) = (stored.items.into_iter().peekable(), built.into_iter().peekable());
        let mut candles = Vec::with_capacity(stored.len().max(built.len()));
        loop {
            let open_time = match (stored.peek(), built.peek()) {
                (None, None) => break,
                (Some(one), None) | (None, Some(one)) => one.open_time,
                (Some(stored), Some(built)) => stored.open_time.min(built.open_time),
            };
            let stored = stored.next_if(|candle| candle.open_time == open_time);
            let built = built.next_if(|candle| candle.open_time == open_time);
            let is_covered = open_time >= below.complete_from;
            let Some(chosen) = self.choose(stored, built, is_covered) else { continue };
            let is_better =
                stored.is_none_or(|stored| chosen.is_fuller_than(&stored)) && open_time >= read_from;
            let end = open_time.plus_millis(interval.seconds() * 1_000);
            if is_better && self.last_at.is_some_and(|last_at| end <= last_at) {
                mended.push(Mended { interval, candle: chosen });
            }
            candles.push(chosen);
        }
        (candles, stored_from.min(below.complete_from))
    }

    /// `is_covered`: everything in this time that was stored is in what the candle was built from.
    fn choose(self, stored: Option<Candle>, built: Option<Candle>, is_covered: bool) -> Option<Candle> {
        let Some(stored) = stored else { return built };
        let built = built.map(|built| Candle { revision: built.revision.max(stored.revision), ..built });
        match built {
            _ if is_covered && self.may_repeat(&stored) => built,
            Some(built) if built.is_fuller_than(&stored) => Some(built),
            _ => Some(stored),
        }
    }
}

/// Candles of a longer interval from those of a shorter one that divides it; oldest first, as they come.
pub fn fold(candles: &[Candle], interval: CandleInterval) -> Vec<Candle> {
    let mut folded: Vec<Candle> = Vec::new();
    for candle in candles {
        let open_time = interval.open_time(candle.open_time);
        match folded.last_mut().filter(|last| last.open_time == open_time) {
            Some(last) => last.append(candle),
            None => folded.push(Candle { open_time, revision: 0, ..*candle }),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Notional, Price, Qty, Volume};
    use crate::trades::{AggressorSide, TradeId};

    fn trade(second: i64) -> Trade {
        Trade {
            id: TradeId::None,
            price: Price::from_mantissa(second),
            qty: Qty::from_mantissa(1),
            aggressor: AggressorSide::Buy,
            ts_venue: Timestamp::from_millis(second * 1_000),
            ts_recv: Timestamp::ZERO,
            backfilled: false,
        }
    }

    /// A minute's candle, by the second it opens at, its number of trades, its revision and its last trade's second.
    type Row = (i64, u64, u32, i64);

    fn candle((second, trades, revision, last): Row) -> Candle {
        Candle {
            open_time: Timestamp::from_millis(second * 1_000),
            open: Price::from_mantissa(1),
            high: Price::from_mantissa(9),
            low: Price::from_mantissa(1),
            close: Price::from_mantissa(last),
            volume: Volume::from_mantissa(i128::from(trades)),
            quote_volume: Notional::from_mantissa(i128::from(trades)),
            trades,
            revision,
            first_at: Timestamp::from_millis(second * 1_000),
            last_at: Timestamp::from_millis(last * 1_000),
        }
    }

    fn row(candle: &Candle) -> Row {
        let second = |at: Timestamp| at.millis() / 1_000;
        (second(candle.open_time), candle.trades, candle.revision, second(candle.last_at))
    }

    /// Minutes out of stored minutes and of trades, of which there are older ones or not; and what was mended.
    fn check(
        (trades, is_cut, is_tape_continued): (&[i64], bool, bool),
        stored: &[Row],
        expected: &[Row],
        mended: &[i64],
    ) {
        let mut history = History {
            scales: Scales::of(0, 0),
            trades: Latest { items: trades.iter().map(|second| trade(*second)).collect(), is_cut },
            candles: Default::default(),
            is_tape_continued,
        };
        let at = CandleInterval::Minute1.index();
        history.candles[at] = Latest { items: stored.iter().copied().map(candle).collect(), is_cut: false };
        let past = history.reconcile();
        assert_eq!(past.candles[at].iter().map(row).collect::<Vec<_>>(), expected);
        let found: Vec<i64> = (past.mended.iter())
            .filter(|mended| mended.interval == CandleInterval::Minute1)
            .map(|mended| row(&mended.candle).0)
            .collect();
        assert_eq!(found, mended);
    }

    #[test]
    fn trades_and_stored_candles_are_brought_in_line() {
        // Closed and stored; open and not stored.
        check((&[5, 50, 70], false, true), &[(0, 2, 0, 50)], &[(0, 2, 0, 50), (60, 1, 0, 70)], &[]);
        // Closed, but not stored before the end.
        check((&[5, 50, 70], false, true), &[], &[(0, 2, 0, 50), (60, 1, 0, 70)], &[0]);
        // Stored while it was open: the trades know better, its revisions stay counted.
        check((&[5, 50, 70], false, true), &[(0, 1, 3, 5)], &[(0, 2, 3, 50), (60, 1, 0, 70)], &[0]);
        // Stored with trades that were lost: they come again.
        check((&[5, 50], false, true), &[(0, 4, 2, 55), (60, 1, 0, 61)], &[(0, 2, 2, 50)], &[]);
        // They do not come again.
        check(
            (&[5, 50], false, false),
            &[(0, 4, 2, 55), (60, 1, 0, 61)],
            &[(0, 4, 2, 55), (60, 1, 0, 61)],
            &[],
        );
        // The trades that were read begin within the first minute, so it is taken as stored.
        check((&[5, 50, 70], true, true), &[(0, 9, 0, 50)], &[(0, 9, 0, 50), (60, 1, 0, 70)], &[]);
        // Nothing but candles, of unknown numbers of trades.
        check((&[], false, true), &[(0, 0, 0, 59), (60, 0, 0, 119)], &[(0, 0, 0, 59), (60, 0, 0, 119)], &[]);
        check((&[], false, true), &[], &[], &[]);
    }

    #[test]
    fn candles_fold_into_longer_ones() {
        let minutes = [(0, 2, 1, 50), (240, 3, 0, 299), (300, 1, 0, 301)].map(candle);
        let folded: Vec<Row> = fold(&minutes, CandleInterval::Minute5).iter().map(row).collect();
        assert_eq!(folded, [(0, 5, 0, 299), (300, 1, 0, 301)]);
        assert_eq!(fold(&minutes, CandleInterval::Minute5)[0].close, Price::from_mantissa(299));
    }
}
