//! A venue's market, and a feed of it that loses, repeats and swaps messages.

use std::collections::{BTreeMap, VecDeque};

use marketd_domain::sandbox::BookRef;
use marketd_domain::{AggressorSide, Level, Price, Qty, Timestamp, Trade, TradeId};

use super::super::draw::Draw;

#[derive(Debug, Clone)]
pub enum News {
    Changes { bids: Vec<Level>, asks: Vec<Level>, book: BookRef },
    Print(Trade),
}

/// How badly the feed behaves: one in so many messages; zero is never.
#[derive(Debug, Clone, Copy, Default)]
pub struct FeedFaults {
    pub lost: u64,
    pub repeated: u64,
    pub swapped: u64,
}

pub struct Venue {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
    seq: u64,
    trades: u64,
    now: Timestamp,
    /// On their way, with their numbers.
    pub wire: VecDeque<(u64, News)>,
}

fn level(price: i64, qty: i64) -> Level {
    Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty))
}

impl Venue {
    pub fn new(draw: &mut Draw) -> Self {
        let side = |draw: &mut Draw, from: i64, step: i64| {
            (0..6).map(|nth| (from + nth * step, draw.between(5, 40))).collect()
        };
        Self {
            bids: side(draw, 99, -1),
            asks: side(draw, 101, 1),
            seq: 0,
            trades: 0,
            now: Timestamp::ZERO,
            wire: VecDeque::new(),
        }
    }

    pub const fn seq(&self) -> u64 {
        self.seq
    }

    pub fn book_ref(&self) -> BookRef {
        BookRef { book_seq: self.seq, ts_venue: self.now }
    }

    pub fn levels(&self) -> (Vec<Level>, Vec<Level>) {
        let levels =
            |side: &BTreeMap<i64, i64>| side.iter().map(|(price, qty)| level(*price, *qty)).collect();
        (levels(&self.bids), levels(&self.asks))
    }

    fn send(&mut self, news: News, faults: FeedFaults, draw: &mut Draw) {
        let happens = |draw: &mut Draw, one_in: u64| one_in > 0 && draw.one_in(one_in);
        let message = (self.seq, news);
        if happens(draw, faults.lost) {
            return;
        }
        if happens(draw, faults.repeated) {
            self.wire.push_back(message.clone());
        }
        self.wire.push_back(message);
        let last = self.wire.len() - 1;
        if last > 0 && happens(draw, faults.swapped) {
            self.wire.swap(last - 1, last);
        }
    }

    fn changed(&mut self, price: i64, is_bid: bool, qty: i64) -> News {
        self.seq += 1;
        let side = if is_bid { &mut self.bids } else { &mut self.asks };
        if qty == 0 {
            side.remove(&price);
        } else {
            side.insert(price, qty);
        }
        let (mut bids, mut asks) = (Vec::new(), Vec::new());
        if is_bid { &mut bids } else { &mut asks }.push(level(price, qty));
        News::Changes { bids, asks, book: self.book_ref() }
    }

    /// Somebody at the venue does something.
    pub fn act(&mut self, now: Timestamp, faults: FeedFaults, draw: &mut Draw) {
        self.now = now;
        let is_bid = draw.one_in(2);
        let (best_bid, best_ask) = (self.bids.last_key_value(), self.asks.first_key_value());
        let (best_bid, best_ask) =
            (best_bid.map_or(95, |(price, _)| *price), best_ask.map_or(105, |(price, _)| *price));
        let best = if is_bid { best_bid } else { best_ask };
        let held = *if is_bid { self.bids.get(&best) } else { self.asks.get(&best) }.unwrap_or(&0);
        if held > 0 && draw.one_in(2) {
            return self.trade((best, is_bid, held), now, faults, draw);
        }
        // Inside the spread as well, but never across it.
        let price = if is_bid {
            (best_bid + 1 - draw.between(0, 4)).min(best_ask - 1)
        } else {
            (best_ask - 1 + draw.between(0, 4)).max(best_bid + 1)
        };
        let qty = draw.pick(&[0, 4, 11, 25, 60]);
        let news = self.changed(price, is_bid, qty);
        self.send(news, faults, draw);
    }

    /// A taker at the best price; the print comes before the change of the book or after it.
    fn trade(
        &mut self,
        (price, is_bid, held): (i64, bool, i64),
        now: Timestamp,
        faults: FeedFaults,
        draw: &mut Draw,
    ) {
        let qty = draw.between(1, held);
        self.trades += 1;
        let print = News::Print(Trade {
            id: TradeId::Number(self.trades),
            price: Price::from_mantissa(price),
            qty: Qty::from_mantissa(qty),
            aggressor: if is_bid { AggressorSide::Sell } else { AggressorSide::Buy },
            ts_venue: now,
            ts_recv: now,
            backfilled: false,
        });
        let is_first = draw.one_in(2);
        if is_first {
            self.seq += 1;
            self.send(print.clone(), faults, draw);
        }
        let news = self.changed(price, is_bid, held - qty);
        self.send(news, faults, draw);
        if !is_first {
            self.seq += 1;
            self.send(print, faults, draw);
        }
    }
}
