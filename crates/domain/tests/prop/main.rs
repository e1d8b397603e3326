//! Properties: what the fast code does, a slow and obvious model does too.

mod book;
mod ledger;
mod numbers;
mod sandbox_journal;
mod tape;
mod view;

use std::collections::BTreeMap;

use marketd_domain::book::BookChanges;
use marketd_domain::{Book, Ladder, Level, Price, Qty};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

pub fn level(price: i64, qty: i64) -> Level {
    Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty))
}

/// One side as a map from price to quantity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NaiveSide(pub BTreeMap<i64, i64>);

impl NaiveSide {
    /// In order; zero removes.
    pub fn apply(&mut self, levels: &[Level]) {
        for level in levels {
            match level.qty.mantissa() {
                0 => self.0.remove(&level.price.mantissa()),
                qty => self.0.insert(level.price.mantissa(), qty),
            };
        }
    }
}

/// A book as slow and obvious as can be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NaiveBook {
    pub bids: NaiveSide,
    pub asks: NaiveSide,
}

impl NaiveBook {
    pub fn apply(&mut self, changes: &BookChanges) {
        self.bids.apply(&changes.bids);
        self.asks.apply(&changes.asks);
    }

    pub fn take(&mut self, message: &Message, max_depth: Option<usize>) {
        if message.is_snapshot {
            *self = Self::default();
        }
        self.bids.apply(&message.bids);
        self.asks.apply(&message.asks);
        if let Some(depth) = max_depth {
            while self.bids.0.len() > depth {
                self.bids.0.pop_first();
            }
            while self.asks.0.len() > depth {
                self.asks.0.pop_last();
            }
        }
    }

    /// The best `depth` levels of each side.
    pub fn top(&self, depth: usize) -> Self {
        let copied = |(price, qty): (&i64, &i64)| (*price, *qty);
        Self {
            bids: NaiveSide(self.bids.0.iter().rev().take(depth).map(copied).collect()),
            asks: NaiveSide(self.asks.0.iter().take(depth).map(copied).collect()),
        }
    }
}

/// Checks the ladder's own invariants on the way: best first, no price twice, no quantity zero.
fn ladder(side: &Ladder) -> NaiveSide {
    let levels: Vec<(i64, i64)> =
        side.iter().map(|level| (level.price.mantissa(), level.qty.mantissa())).collect();
    let is_bid = side.side() == marketd_domain::BookSide::Bid;
    let best_first =
        levels.windows(2).all(|pair| if is_bid { pair[0].0 > pair[1].0 } else { pair[0].0 < pair[1].0 });
    assert!(best_first, "levels out of order: {levels:?}");
    assert!(levels.iter().all(|(_, qty)| *qty > 0), "an empty level: {levels:?}");
    NaiveSide(levels.into_iter().collect())
}

pub fn state_of(book: &Book) -> NaiveBook {
    NaiveBook { bids: ladder(book.bids()), asks: ladder(book.asks()) }
}

/// What a venue may send.
#[derive(Debug, Clone)]
pub struct Message {
    pub is_snapshot: bool,
    pub bids: Vec<Level>,
    pub asks: Vec<Level>,
}

impl Message {
    pub fn apply_to(&self, book: &mut Book, changes: &mut BookChanges) {
        if self.is_snapshot {
            book.replace(&self.bids, &self.asks, changes).expect("valid");
        } else {
            book.apply(&self.bids, &self.asks, changes).expect("valid");
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Order {
    AsCame,
    Ascending,
    Descending,
    /// Sorted, but the same price may come twice: no longer strictly.
    AscendingRepeated,
}

fn quantity() -> impl Strategy<Value = i64> {
    prop_oneof![2 => Just(0i64), 5 => 1i64..40, 1 => Just(i64::MAX)]
}

/// Few prices, so that messages meet the same levels again.
const PRICES: i64 = 600;

/// Few levels or many: sorted sides of four and more are applied together, in parts if very many come
/// and go.
fn side() -> impl Strategy<Value = Vec<Level>> {
    let order = prop_oneof![
        Just(Order::AsCame),
        Just(Order::Ascending),
        Just(Order::Descending),
        Just(Order::AscendingRepeated)
    ];
    let size = prop_oneof![3 => 0..6usize, 1 => 3..12usize, 2 => 60..200usize, 1 => 200..700usize];
    (order, size.prop_flat_map(|size| vec((1i64..PRICES, quantity()), size))).prop_map(|(order, mut rows)| {
        match order {
            Order::AsCame => {}
            Order::AscendingRepeated => rows.sort_by_key(|row| row.0),
            Order::Ascending | Order::Descending => {
                rows.sort_by_key(|row| row.0);
                rows.dedup_by_key(|row| row.0);
            }
        }
        if matches!(order, Order::Descending) {
            rows.reverse();
        }
        rows.into_iter().map(|(price, qty)| level(price, qty)).collect()
    })
}

/// A snapshot names each price once.
fn snapshot_side() -> impl Strategy<Value = Vec<Level>> {
    btree_map(1i64..PRICES, quantity(), 0..200)
        .prop_map(|rows| rows.into_iter().map(|(price, qty)| level(price, qty)).collect())
}

pub fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        1 => (snapshot_side(), snapshot_side())
            .prop_map(|(bids, asks)| Message { is_snapshot: true, bids, asks }),
        6 => (side(), side()).prop_map(|(bids, asks)| Message { is_snapshot: false, bids, asks }),
    ]
}
