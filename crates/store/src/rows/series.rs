//! What a list is made of: a market's rows of one family, and of candles those of one interval.

use marketd_domain::{CandleInterval, Timestamp};

use super::{Family, MarketKey};
use crate::Extent;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    pub market: MarketKey,
    pub family: Family,
    /// Of candles, and only of them.
    pub interval: Option<CandleInterval>,
}

impl Series {
    pub const fn of(market: MarketKey, family: Family) -> Self {
        Self { market, family, interval: None }
    }

    pub const fn candles(market: MarketKey, interval: CandleInterval) -> Self {
        Self { market, family: Family::Candles, interval: Some(interval) }
    }
}

impl Extent {
    /// Every time there is.
    pub const ALWAYS: Self =
        Self { first: Timestamp::from_nanos(i64::MIN), last: Timestamp::from_nanos(i64::MAX) };

    pub const fn at(time: Timestamp) -> Self {
        Self { first: time, last: time }
    }

    /// From the first of both to the last.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// Whether they have a time in common.
    pub fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}
