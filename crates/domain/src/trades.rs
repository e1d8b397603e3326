//! Prints on the public tape, and a ring of the latest.

mod cursor;

use core::fmt;
use std::collections::VecDeque;

use crate::numbers::{Price, Qty};
use crate::time::Timestamp;

pub use cursor::{CursorError, TradeCursor};

/// Who removed liquidity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggressorSide {
    Buy,
    Sell,
}

impl AggressorSide {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// The venue's id of a trade. Most number them; some linear contracts carry a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TradeId {
    None,
    Number(u64),
    Uuid(u128),
}

impl TradeId {
    pub fn parse(text: &str) -> Self {
        if let Ok(number) = text.parse() {
            return Self::Number(number);
        }
        let hex: String = text.chars().filter(|character| *character != '-').collect();
        match u128::from_str_radix(&hex, 16) {
            Ok(uuid) if hex.len() == 32 => Self::Uuid(uuid),
            _ => Self::None,
        }
    }
}

impl fmt::Display for TradeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Number(number) => write!(f, "{number}"),
            Self::Uuid(uuid) => {
                let hex = format!("{uuid:032x}");
                let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
                f.write_str(&parts.join("-"))
            }
        }
    }
}

/// A print on the public tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    pub id: TradeId,
    pub price: Price,
    pub qty: Qty,
    pub aggressor: AggressorSide,
    pub ts_venue: Timestamp,
    pub ts_recv: Timestamp,
    /// Fetched afterwards by id, because the live feed missed it.
    pub backfilled: bool,
}

/// A trade with the number the market gave it; numbers are contiguous within an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequencedTrade {
    pub seq: u64,
    pub trade: Trade,
}

/// The latest trades of one market.
#[derive(Debug, Clone)]
pub struct TradesRing {
    capacity: usize,
    ring: VecDeque<SequencedTrade>,
    next_seq: u64,
    /// The last place of all that came.
    newest: Option<TradeCursor>,
    /// Trades numbered from here on came in the order of their places, and behind all that came earlier.
    ordered_from: u64,
    floor: Option<TradeCursor>,
}

impl TradesRing {
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            ring: VecDeque::with_capacity(capacity.min(1_024)),
            next_seq: 1,
            newest: None,
            ordered_from: 0,
            floor: None,
        }
    }

    pub fn push(&mut self, trade: Trade) -> SequencedTrade {
        if self.ring.len() == self.capacity
            && let Some(gone) = self.ring.pop_front()
        {
            self.floor = self.floor.max(Some(TradeCursor::of(&gone)));
        }
        let sequenced = SequencedTrade { seq: self.next_seq, trade };
        self.next_seq += 1;
        let place = TradeCursor::of(&sequenced);
        if self.newest > Some(place) {
            self.ordered_from = self.next_seq;
        } else {
            self.newest = Some(place);
        }
        self.floor.get_or_insert(place);
        self.ring.push_back(sequenced);
        sequenced
    }

    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    pub fn len(&self) -> usize {
        self.ring.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// The number of the latest trade; zero before the first.
    pub fn last_seq(&self) -> u64 {
        self.next_seq - 1
    }

    pub fn last(&self) -> Option<&SequencedTrade> {
        self.ring.back()
    }

    /// Up to `limit` trades before `seq` (all when `None`), oldest first.
    pub fn before(&self, seq: Option<u64>, limit: usize) -> impl ExactSizeIterator<Item = &SequencedTrade> {
        let end = match (seq, self.ring.front()) {
            (Some(seq), Some(first)) => (seq.saturating_sub(first.seq) as usize).min(self.ring.len()),
            _ => self.ring.len(),
        };
        self.ring.range(end.saturating_sub(limit)..end)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &SequencedTrade> {
        self.ring.iter()
    }

    /// All trades behind this place are held; what lies at it or before may be known elsewhere. It is the place of the
    /// first trade, or of the last that had to go: what came late may lie before.
    pub const fn floor(&self) -> Option<TradeCursor> {
        self.floor
    }

    /// The last `limit` trades, in the order of their places, of those that lie before `before` and are numbered below
    /// `seq`; all when `None`.
    pub fn last_before(
        &self,
        seq: Option<u64>,
        before: Option<TradeCursor>,
        limit: usize,
    ) -> Vec<SequencedTrade> {
        let Some(first) = self.ring.front().map(|first| first.seq) else { return Vec::new() };
        let index_of = |seq: u64| (seq.saturating_sub(first) as usize).min(self.ring.len());
        let end = seq.map_or(self.ring.len(), index_of);
        let is_before = |held: &SequencedTrade| before.is_none_or(|before| TradeCursor::of(held) < before);
        // Nearly always in order; then nothing has to be looked at but what is returned.
        let ordered = index_of(self.ordered_from).min(end);
        let found = ordered + partition_point(end - ordered, |at| is_before(&self.ring[ordered + at]));
        if found - ordered >= limit || ordered == 0 {
            return self.ring.range(found.saturating_sub(limit)..found).copied().collect();
        }
        let mut held: Vec<SequencedTrade> = self.ring.range(..end).copied().filter(is_before).collect();
        held.sort_unstable_by_key(TradeCursor::of);
        held.split_off(held.len().saturating_sub(limit))
    }

    /// Replaces every trade by what `change` makes of it; used when a market's scales change.
    pub fn map_trades(&mut self, mut change: impl FnMut(Trade) -> Option<Trade>) -> bool {
        let moved: Option<VecDeque<SequencedTrade>> = (self.ring.iter())
            .map(|held| Some(SequencedTrade { seq: held.seq, trade: change(held.trade)? }))
            .collect();
        match moved {
            Some(moved) => {
                self.ring = moved;
                true
            }
            None => false,
        }
    }
}

/// Of `len` things, those that hold come first: how many do.
fn partition_point(len: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trade(id: u64) -> Trade {
        at(id, 0)
    }

    fn at(id: u64, us: i64) -> Trade {
        Trade {
            id: TradeId::Number(id),
            price: Price::from_mantissa(1),
            qty: Qty::from_mantissa(1),
            aggressor: AggressorSide::Buy,
            ts_venue: Timestamp::from_micros(us),
            ts_recv: Timestamp::ZERO,
            backfilled: false,
        }
    }

    #[test]
    fn ring_keeps_the_latest_and_pages_backwards() {
        let mut ring = TradesRing::new(5);
        for id in 1..=8 {
            ring.push(trade(id));
        }
        let seqs = |before: Option<u64>, limit: usize| -> Vec<u64> {
            ring.before(before, limit).map(|held| held.seq).collect()
        };
        assert_eq!(seqs(None, 3), [6, 7, 8]);
        assert_eq!(seqs(Some(6), 3), [4, 5]);
        assert_eq!(seqs(Some(4), 3), []);
        assert_eq!(seqs(Some(1), 3), []);
        assert_eq!(seqs(Some(99), 9), [4, 5, 6, 7, 8]);
        assert_eq!(ring.last_seq(), 8);
    }

    /// Against sorting everything, with trades that come late and at the same time, and a ring that forgets.
    #[test]
    fn trades_are_read_in_the_order_of_their_places_however_they_came() {
        let times = [5, 6, 6, 9, 8, 10, 11, 3, 11, 12, 13, 14, 14, 13, 15, 16, 17, 18, 19, 20];
        let mut ring = TradesRing::new(8);
        for (nth, us) in (1_u64..).zip(times) {
            // Ids that fall within the same time.
            ring.push(at(100 - nth, us));
            let mut sorted: Vec<SequencedTrade> = ring.iter().copied().collect();
            sorted.sort_by_key(TradeCursor::of);
            let places = sorted.iter().map(TradeCursor::of).map(Some).chain([None]);
            for before in places {
                for seq in [None, Some(nth), Some(nth.saturating_sub(3)), Some(1)] {
                    for limit in [0, 1, 3, 100] {
                        let all: Vec<SequencedTrade> = (sorted.iter().copied())
                            .filter(|held| before.is_none_or(|before| TradeCursor::of(held) < before))
                            .filter(|held| seq.is_none_or(|seq| held.seq < seq))
                            .collect();
                        let wanted = &all[all.len().saturating_sub(limit)..];
                        assert_eq!(
                            ring.last_before(seq, before, limit),
                            wanted,
                            "{nth} {before:?} {seq:?} {limit}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn all_that_lies_behind_the_floor_is_held() {
        let mut ring = TradesRing::new(3);
        assert_eq!(ring.floor(), None);
        let mut floor_after = |id: u64, us: i64| {
            ring.push(at(id, us));
            ring.floor().map(|floor| floor.to_string()).expect("a floor")
        };
        assert_eq!(floor_after(1, 10), "10-1", "what came before the first is not known");
        assert_eq!(floor_after(2, 5), "10-1", "a late trade does not move it");
        assert_eq!(floor_after(3, 20), "10-1");
        assert_eq!(floor_after(4, 30), "10-1");
        assert_eq!(floor_after(5, 40), "10-1", "the late one goes: what is behind is still held");
        assert_eq!(floor_after(6, 50), "20-3");
    }

    #[test]
    fn trade_ids_print_as_they_came() {
        for text in ["123", "18446744073709551615", "2290e3a1-0c5c-5d71-9d3c-3b7cfd0e5a11", ""] {
            assert_eq!(TradeId::parse(text).to_string(), text);
        }
        assert_eq!(TradeId::parse("not an id"), TradeId::None);
    }
}
