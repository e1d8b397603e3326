//! Prints on the public tape, and a ring of the latest.

use core::fmt;
use std::collections::VecDeque;

use crate::numbers::{Price, Qty};
use crate::time::Timestamp;

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
}

impl TradesRing {
    pub fn new(capacity: usize) -> Self {
        Self { capacity, ring: VecDeque::with_capacity(capacity.min(1_024)), next_seq: 1 }
    }

    pub fn push(&mut self, trade: Trade) -> SequencedTrade {
        if self.ring.len() == self.capacity {
            self.ring.pop_front();
        }
        let sequenced = SequencedTrade { seq: self.next_seq, trade };
        self.next_seq += 1;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn trade(id: u64) -> Trade {
        Trade {
            id: TradeId::Number(id),
            price: Price::from_mantissa(1),
            qty: Qty::from_mantissa(1),
            aggressor: AggressorSide::Buy,
            ts_venue: Timestamp::ZERO,
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

    #[test]
    fn trade_ids_print_as_they_came() {
        for text in ["123", "18446744073709551615", "2290e3a1-0c5c-5d71-9d3c-3b7cfd0e5a11", ""] {
            assert_eq!(TradeId::parse(text).to_string(), text);
        }
        assert_eq!(TradeId::parse("not an id"), TradeId::None);
    }
}
