//! Price levels of both sides: a slab of level nodes, and a tree of prices a side that is touched
//! only when a level appears or empties. An order knows its level by index, so joining, cancelling
//! and filling within a level search nothing.
//!
//! Invariants: a listed level holds at least one order; its quantity is the sum of its orders'; the
//! best level is the last in its tree.

use std::collections::BTreeMap;

use super::slab::{NIL, OrderNode, OrderSlab};
use crate::book::BookSide;
use crate::numbers::{Price, Qty};

/// A price, its queue and the sum of what rests there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LevelNode {
    pub price: Price,
    pub qty: Qty,
    pub side: BookSide,
    /// The order that is filled first.
    pub head: u32,
    tail: u32,
}

/// One side's prices. Asks are kept under negated keys, so that a greater key is a better price on
/// both sides; prices are positive, so negation cannot overflow.
#[derive(Debug, Clone)]
struct Half {
    by_key: BTreeMap<i64, u32>,
    best: u32,
    best_key: i64,
}

impl Half {
    const fn new() -> Self {
        Self { by_key: BTreeMap::new(), best: NIL, best_key: i64::MIN }
    }

    fn refresh_best(&mut self) {
        (self.best_key, self.best) =
            self.by_key.last_key_value().map_or((i64::MIN, NIL), |(key, level)| (*key, *level));
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Levels {
    nodes: Vec<LevelNode>,
    free: Vec<u32>,
    bids: Half,
    asks: Half,
    /// By hash of side and price, the level that was there last: most orders join a level that is there, and find it without
    /// a walk down the tree. Only believed when the level says the same; empty until the first level.
    known: Vec<u32>,
    /// As much as any level ever held.
    most: i64,
}

/// 4 KiB of indexes a market, twice as many as there are levels in a deep book.
const KNOWN_BITS: u32 = 10;

fn known_at(key: i64) -> usize {
    // Prices are multiples of some tick, so their low bits say little. Keys of bids are above zero, of asks below.
    (key.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - KNOWN_BITS)) as usize
}

pub(crate) const fn key_of(side: BookSide, price: Price) -> i64 {
    match side {
        BookSide::Bid => price.mantissa(),
        BookSide::Ask => -price.mantissa(),
    }
}

impl Levels {
    pub const fn new() -> Self {
        Self {
            nodes: Vec::new(),
            free: Vec::new(),
            bids: Half::new(),
            asks: Half::new(),
            known: Vec::new(),
            most: 0,
        }
    }

    const fn half(&self, side: BookSide) -> &Half {
        match side {
            BookSide::Bid => &self.bids,
            BookSide::Ask => &self.asks,
        }
    }

    const fn half_mut(&mut self, side: BookSide) -> &mut Half {
        match side {
            BookSide::Bid => &mut self.bids,
            BookSide::Ask => &mut self.asks,
        }
    }

    #[inline]
    pub fn node(&self, level: u32) -> &LevelNode {
        &self.nodes[level as usize]
    }

    #[inline]
    pub fn node_mut(&mut self, level: u32) -> &mut LevelNode {
        &mut self.nodes[level as usize]
    }

    /// The best level whose key is at least `worst_key`.
    #[inline]
    pub fn best_from(&self, side: BookSide, worst_key: i64) -> Option<u32> {
        let half = self.half(side);
        (half.best != NIL && half.best_key >= worst_key).then_some(half.best)
    }

    pub fn len(&self, side: BookSide) -> usize {
        self.half(side).by_key.len()
    }

    /// Best first.
    pub fn iter(&self, side: BookSide) -> impl Iterator<Item = &LevelNode> + '_ {
        self.half(side).by_key.values().rev().map(|level| self.node(*level))
    }

    /// Best first, each with its index.
    pub fn iter_indexed(&self, side: BookSide) -> impl Iterator<Item = (u32, &LevelNode)> + '_ {
        self.half(side).by_key.values().rev().map(|level| (*level, self.node(*level)))
    }

    pub fn is_empty(&self) -> bool {
        self.bids.best == NIL && self.asks.best == NIL
    }

    pub fn find(&self, side: BookSide, price: Price) -> Option<u32> {
        let (half, key) = (self.half(side), key_of(side, price));
        // Much of what is asked for is the touch.
        if half.best != NIL && half.best_key == key {
            return Some(half.best);
        }
        let known = self.known.get(known_at(key)).copied().filter(|level| {
            let node = &self.nodes[*level as usize];
            node.price == price && node.side == side && node.head != NIL
        });
        known.or_else(|| half.by_key.get(&key).copied())
    }

    /// Whether `qty` may join the level at `price`.
    pub fn has_room(&self, side: BookSide, price: Price, qty: Qty) -> bool {
        // Together no more than what a sum can hold: then there is no need to look.
        let is_small = qty.mantissa() < i64::MAX / 2 && self.most < i64::MAX / 2;
        is_small || self.find(side, price).is_none_or(|level| self.node(level).qty.checked_add(qty).is_some())
    }

    /// An empty level at a price that has none; the caller puts an order into it at once.
    fn open(&mut self, side: BookSide, price: Price) -> u32 {
        let node = LevelNode { price, qty: Qty::ZERO, side, head: NIL, tail: NIL };
        let level = match self.free.pop() {
            Some(level) => {
                self.nodes[level as usize] = node;
                level
            }
            None => {
                self.nodes.push(node);
                // There are never more levels than orders, and those are counted by a u32.
                (self.nodes.len() - 1) as u32
            }
        };
        let key = key_of(side, price);
        let half = self.half_mut(side);
        half.by_key.insert(key, level);
        if half.best == NIL || key > half.best_key {
            (half.best, half.best_key) = (level, key);
        }
        level
    }

    fn know(&mut self, level: u32, key: i64) {
        if self.known.is_empty() {
            self.known = vec![0; 1 << KNOWN_BITS];
        }
        self.known[known_at(key)] = level;
    }

    fn close(&mut self, level: u32) {
        let LevelNode { price, side, .. } = self.nodes[level as usize];
        let half = self.half_mut(side);
        half.by_key.remove(&key_of(side, price));
        if half.best == level {
            half.refresh_best();
        }
        self.free.push(level);
    }

    /// Puts an order at the end of the queue at `price`. `false`, and nothing done, when the level's
    /// quantity would overflow.
    pub fn join(&mut self, orders: &mut OrderSlab, order: u32, side: BookSide, price: Price) -> bool {
        let qty = orders.node(order).qty;
        let found = self.find(side, price);
        let held = found.map_or(Qty::ZERO, |level| self.node(level).qty);
        let Some(total) = held.checked_add(qty) else { return false };
        let level = found.unwrap_or_else(|| self.open(side, price));
        self.know(level, key_of(side, price));
        self.most = self.most.max(total.mantissa());
        let node = self.node_mut(level);
        node.qty = total;
        let tail = node.tail;
        node.tail = order;
        if tail == NIL {
            node.head = order;
        } else {
            orders.node_mut(tail).next = order;
        }
        let joined = orders.node_mut(order);
        (joined.level, joined.prev, joined.next) = (level, tail, NIL);
        true
    }

    /// Takes `by`, less than all of it, off an order that keeps its place.
    #[inline]
    pub fn shrink(&mut self, orders: &mut OrderSlab, order: u32, by: Qty) {
        let joined = orders.node_mut(order);
        joined.qty = minus(joined.qty, by);
        let level = joined.level;
        let node = self.node_mut(level);
        node.qty = minus(node.qty, by);
    }

    /// Takes an order out of its queue, with what it still holds, and closes its level if that was
    /// the last one. Its slot stays the caller's to give back.
    #[inline]
    pub fn leave(&mut self, orders: &mut OrderSlab, order: u32) {
        let OrderNode { qty, level, prev, next, .. } = *orders.node(order);
        let node = self.node_mut(level);
        node.qty = minus(node.qty, qty);
        if prev == NIL {
            node.head = next;
        } else {
            orders.node_mut(prev).next = next;
        }
        if next == NIL {
            node.tail = prev;
        } else {
            orders.node_mut(next).prev = prev;
        }
        if node.head == NIL {
            self.close(level);
        }
    }
}

/// Quantities leave a sum that contains them, so this cannot go below zero.
#[inline]
pub(super) fn minus(total: Qty, part: Qty) -> Qty {
    debug_assert!(part <= total, "a part is never more than its sum");
    Qty::from_mantissa(total.mantissa() - part.mantissa())
}
