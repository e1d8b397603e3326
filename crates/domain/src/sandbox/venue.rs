//! The venue's book as takers see it: what it displays, less what sandbox orders took of it.
//!
//! Invariant: what was consumed of a level is never above what the level displays. When the venue shows
//! less, what went is taken to be what nobody here had consumed; when it shows more, only the growth is new.
//! So the same displayed quantity is never handed out twice, whoever asks.

use super::desk::MarketRules;
use super::event::{BookRef, LevelRef};
use super::widen::Widening;
use crate::book::{Book, BookChanges, BookSide, Level};
use crate::matching::key_of;
use crate::numbers::{Price, Qty};

/// Prices outside the displayed depth whose consumption is remembered for when they come back, for a side.
const CONSUMED_MAX: usize = 4_096;

/// What was taken of levels, by key: sorted, the best price last.
#[derive(Debug, Clone, Default)]
struct Consumed {
    entries: Vec<(i64, Qty)>,
}

impl Consumed {
    fn at(&self, key: i64) -> Qty {
        match self.entries.binary_search_by_key(&key, |entry| entry.0) {
            Ok(at) => self.entries[at].1,
            Err(_) => Qty::ZERO,
        }
    }

    fn add(&mut self, key: i64, qty: Qty) {
        match self.entries.binary_search_by_key(&key, |entry| entry.0) {
            Ok(at) => {
                let total = self.entries[at].1.mantissa().saturating_add(qty.mantissa());
                self.entries[at].1 = Qty::from_mantissa(total);
            }
            Err(at) => {
                self.entries.insert(at, (key, qty));
                if self.entries.len() > CONSUMED_MAX {
                    self.entries.remove(0);
                }
            }
        }
    }

    /// No more than so much can have been taken of the level.
    fn fit(&mut self, key: i64, at_most: Qty) {
        if self.entries.is_empty() {
            return;
        }
        if let Ok(at) = self.entries.binary_search_by_key(&key, |entry| entry.0) {
            if at_most.is_zero() {
                self.entries.remove(at);
            } else {
                self.entries[at].1 = self.entries[at].1.min(at_most);
            }
        }
    }
}

/// A displayed level with the part that is still to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    pub price: Price,
    pub displayed: Qty,
    pub consumed: Qty,
}

impl Offer {
    pub const fn available(&self) -> i64 {
        self.displayed.mantissa() - self.consumed.mantissa()
    }
}

#[derive(Debug, Clone)]
pub(super) struct VenueBook {
    book: Book,
    bids_consumed: Consumed,
    asks_consumed: Consumed,
    changes: BookChanges,
    is_full_depth: bool,
    /// The venue takes out of its own book what sandbox orders take, so a level that it tells of has nothing consumed.
    pub is_exact: bool,
    pub at: BookRef,
}

impl VenueBook {
    pub fn new(max_depth: Option<usize>, is_full_depth: bool) -> Self {
        Self {
            book: Book::new(max_depth),
            bids_consumed: Consumed::default(),
            asks_consumed: Consumed::default(),
            changes: BookChanges::default(),
            is_full_depth,
            is_exact: false,
            at: BookRef { book_seq: 0, ts_venue: crate::time::Timestamp::ZERO },
        }
    }

    fn consumed(&mut self, side: BookSide) -> &mut Consumed {
        match side {
            BookSide::Bid => &mut self.bids_consumed,
            BookSide::Ask => &mut self.asks_consumed,
        }
    }

    fn consumed_at(&self, side: BookSide, price: Price) -> Qty {
        let key = key_of(side, price);
        match side {
            BookSide::Bid => self.bids_consumed.at(key),
            BookSide::Ask => self.asks_consumed.at(key),
        }
    }

    /// Sets levels; zero removes. `false`, and nothing changed, when one is negative.
    pub fn apply(&mut self, bids: &[Level], asks: &[Level], at: BookRef) -> bool {
        self.changes.clear();
        if self.book.apply(bids, asks, &mut self.changes).is_err() {
            return false;
        }
        let at_most = |level: &Level| if self.is_exact { Qty::ZERO } else { level.qty };
        // Of the message, not of what it changed: what fell out of the depth limit may come back.
        for level in bids {
            self.bids_consumed.fit(key_of(BookSide::Bid, level.price), at_most(level));
        }
        for level in asks {
            self.asks_consumed.fit(key_of(BookSide::Ask, level.price), at_most(level));
        }
        self.at = at;
        true
    }

    /// Puts a snapshot in place of the book. Consumption goes on where the level still stands.
    pub fn replace(&mut self, bids: &[Level], asks: &[Level], at: BookRef) -> bool {
        self.changes.clear();
        if self.book.replace(bids, asks, &mut self.changes).is_err() {
            return false;
        }
        for (side, consumed) in
            [(BookSide::Bid, &mut self.bids_consumed), (BookSide::Ask, &mut self.asks_consumed)]
        {
            let ladder = self.book.side(side);
            consumed.entries.retain_mut(|(key, qty)| {
                let price = price_of(side, *key);
                *qty = if self.is_exact { Qty::ZERO } else { (*qty).min(ladder.qty_at(price)) };
                !qty.is_zero()
            });
        }
        self.at = at;
        true
    }

    /// Nothing is displayed until the next snapshot, and what was taken is at the new scales. A level that does not fit them
    /// cannot be displayed again.
    pub fn widen(&mut self, widening: &Widening, rules: &MarketRules) {
        self.book = Book::new(rules.max_depth);
        self.changes.clear();
        for (side, consumed) in
            [(BookSide::Bid, &mut self.bids_consumed), (BookSide::Ask, &mut self.asks_consumed)]
        {
            consumed.entries.retain_mut(|entry| {
                let widened = widening.level(&Level::new(price_of(side, entry.0), entry.1));
                *entry = widened.map_or(*entry, |level| (key_of(side, level.price), level.qty));
                widened.is_some()
            });
        }
    }

    /// What the last message changed.
    pub const fn changes(&self) -> &BookChanges {
        &self.changes
    }

    pub fn is_crossed(&self) -> bool {
        self.book.is_crossed()
    }

    pub fn best(&self, side: BookSide) -> Option<Price> {
        self.book.side(side).best().map(|level| level.price)
    }

    pub fn displayed(&self, side: BookSide, price: Price) -> Qty {
        self.book.side(side).qty_at(price)
    }

    /// Whether the venue shows what rests at this price: not beyond the worst level that it shows.
    pub fn is_in_view(&self, side: BookSide, price: Price) -> bool {
        let ladder = self.book.side(side);
        let worst = ladder.len().checked_sub(1).and_then(|rank| ladder.level(rank));
        self.is_full_depth
            || self.is_exact
            || worst.is_some_and(|level| key_of(side, price) >= key_of(side, level.price))
    }

    /// The best level from `rank` on of which something is left, and its rank.
    pub fn offer_from(&self, side: BookSide, rank: usize) -> Option<(usize, Offer)> {
        let ladder = self.book.side(side);
        (rank..ladder.len()).find_map(|rank| {
            let level = ladder.level(rank)?;
            let consumed = self.consumed_at(side, level.price);
            let offer = Offer { price: level.price, displayed: level.qty, consumed };
            (offer.available() > 0).then_some((rank, offer))
        })
    }

    /// The level at `price`, whether anything is left of it or not.
    pub fn offer_at(&self, side: BookSide, price: Price) -> Offer {
        Offer { price, displayed: self.displayed(side, price), consumed: self.consumed_at(side, price) }
    }

    pub const fn level_ref(&self, offer: Offer) -> LevelRef {
        LevelRef {
            price: offer.price,
            displayed: offer.displayed,
            consumed_before: offer.consumed,
            book: self.at,
        }
    }

    /// A sandbox order took `qty` of what `side` displays at `price`.
    pub fn consume(&mut self, side: BookSide, price: Price, qty: Qty) {
        self.consumed(side).add(key_of(side, price), qty);
    }

    /// What was taken of a side's levels.
    pub fn consumption(&self, side: BookSide) -> impl Iterator<Item = (Price, Qty)> + '_ {
        let consumed = match side {
            BookSide::Bid => &self.bids_consumed,
            BookSide::Ask => &self.asks_consumed,
        };
        consumed.entries.iter().map(move |(key, qty)| (price_of(side, *key), *qty))
    }
}

const fn price_of(side: BookSide, key: i64) -> Price {
    match side {
        BookSide::Bid => Price::from_mantissa(key),
        BookSide::Ask => Price::from_mantissa(-key),
    }
}
