//! The order-by-order book: price-time priority matching, pure and deterministic.
//!
//! Each price level is a queue; a taker meets the best level first and within it the order that came
//! first. An order keeps its place until it is filled, cancelled or re-entered; shrinking it does not
//! move it. The book neither knows accounts, balances nor clocks: whoever owns it checks those first,
//! and a command that is refused has changed nothing.
//!
//! Invariants: best bid below best ask after every command; every resting order holds a quantity
//! above zero; the same commands give the same order ids, fills and [`MatchingBook::state_hash`].
//!
//! Memory is one slab of orders and one of levels, both reused: in steady state an order allocates
//! nothing of its own, and fills go to the caller's closure instead of a list.

mod levels;
mod slab;
#[cfg(test)]
mod tests;

use self::levels::{LevelNode, minus};
pub(crate) use self::levels::{Levels, key_of};
pub(crate) use self::slab::{NIL, OrderNode, OrderSlab};
use crate::book::{BookSide, Level};
use crate::numbers::{Price, Qty};
use crate::trades::AggressorSide;

/// Side of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderSide {
    Buy,
    Sell,
}

impl OrderSide {
    /// The side of the book such an order rests on.
    pub const fn rests_on(self) -> BookSide {
        match self {
            Self::Buy => BookSide::Bid,
            Self::Sell => BookSide::Ask,
        }
    }

    /// The side of the book such an order takes from.
    pub const fn takes_from(self) -> BookSide {
        match self {
            Self::Buy => BookSide::Ask,
            Self::Sell => BookSide::Bid,
        }
    }

    /// What the public tape calls such an order when it takes.
    pub const fn aggressor(self) -> AggressorSide {
        match self {
            Self::Buy => AggressorSide::Buy,
            Self::Sell => AggressorSide::Sell,
        }
    }
}

/// What becomes of the part of a limit order that does not fill at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeInForce {
    /// Good till cancelled: the rest stands in the book.
    Gtc,
    /// Immediate or cancel: the rest expires.
    Ioc,
    /// Fill or kill: all of it fills at once, or all of it expires.
    Fok,
}

/// Names one order for the life of its book: the slot it stands in, and which of the slot's orders it
/// is. Slots are dense and reused, so [`Self::index`] can index a table beside the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(u64);

impl OrderId {
    const fn new(index: u32, generation: u32) -> Self {
        Self((generation as u64) << 32 | index as u64)
    }

    /// The slot. Orders that stand in the book at the same time have different ones.
    pub const fn index(self) -> u32 {
        self.0 as u32
    }

    const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub const fn get(self) -> u64 {
        self.0
    }

    /// Back from [`Self::get`]; an id that no order has is [`Reject::UnknownOrder`] wherever it is used.
    pub const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }
}

/// Command: buy or sell at `price` or better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceLimit {
    pub owner: u64,
    pub side: OrderSide,
    pub price: Price,
    pub qty: Qty,
    pub time_in_force: TimeInForce,
    /// Refused when it would take; only for orders that may rest.
    pub post_only: bool,
}

/// Command: buy or sell at whatever the book offers; what it does not offer expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceMarket {
    pub owner: u64,
    pub side: OrderSide,
    pub qty: Qty,
}

/// A taker met a resting order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    pub maker_order_id: OrderId,
    pub maker_owner: u64,
    pub taker_order_id: OrderId,
    /// The maker's.
    pub price: Price,
    pub qty: Qty,
    /// What the maker still has in the book; zero when this fill was its last.
    pub maker_remaining: Qty,
}

/// What became of an accepted order: the three quantities add up to the order's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderPlaced {
    /// Known to the book only while something of the order rests.
    pub order_id: OrderId,
    pub filled: Qty,
    pub resting: Qty,
    pub expired: Qty,
}

/// An order that stands in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestingOrder {
    pub order_id: OrderId,
    pub owner: u64,
    pub side: OrderSide,
    pub price: Price,
    /// What is left of it.
    pub qty: Qty,
}

/// Why a command was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    #[error("price must be above zero")]
    BadPrice,
    #[error("quantity must be above zero, and a reduction below what is left of the order")]
    BadQty,
    #[error("post-only order would take")]
    PostOnlyWouldTake,
    #[error("post-only order must be good till cancelled")]
    PostOnlyMustRest,
    #[error("no such order in the book")]
    UnknownOrder,
    #[error("quantity at the price level is out of range")]
    QtyOutOfRange,
    #[error("the book holds as many orders as it may")]
    BookFull,
}

/// The order-by-order book of one market.
#[derive(Debug, Clone)]
pub struct MatchingBook {
    orders: OrderSlab,
    levels: Levels,
}

impl MatchingBook {
    /// A book for at most `max_orders` orders at once, a taker on its way through being one of them.
    pub const fn new(max_orders: u32) -> Self {
        Self { orders: OrderSlab::new(max_orders), levels: Levels::new() }
    }

    /// Fills what the book offers at the limit or better, then treats the rest by its time in force.
    pub fn place_limit(
        &mut self,
        order: PlaceLimit,
        on_fill: impl FnMut(Fill),
    ) -> Result<OrderPlaced, Reject> {
        let PlaceLimit { owner, side, price, qty, time_in_force, post_only } = order;
        if price <= Price::ZERO {
            return Err(Reject::BadPrice);
        }
        if qty <= Qty::ZERO {
            return Err(Reject::BadQty);
        }
        let worst_key = key_of(side.takes_from(), price);
        if post_only {
            if time_in_force != TimeInForce::Gtc {
                return Err(Reject::PostOnlyMustRest);
            }
            if self.levels.best_from(side.takes_from(), worst_key).is_some() {
                return Err(Reject::PostOnlyWouldTake);
            }
        }
        let order_id = self.orders.insert(owner, qty).ok_or(Reject::BookFull)?;
        let killed = time_in_force == TimeInForce::Fok && !self.offers(side, worst_key, qty);
        let rest = if killed { qty } else { self.take(side, worst_key, order_id, qty, on_fill) };
        let filled = minus(qty, rest);
        if rest.is_zero() || time_in_force != TimeInForce::Gtc {
            self.orders.remove(order_id.index());
            return Ok(OrderPlaced { order_id, filled, resting: Qty::ZERO, expired: rest });
        }
        self.orders.node_mut(order_id.index()).qty = rest;
        // Only a level that is there can overflow, and one at a price that just took cannot be: so an
        // order that is refused here has filled nothing.
        if !self.levels.join(&mut self.orders, order_id.index(), side.rests_on(), price) {
            self.orders.remove(order_id.index());
            return Err(Reject::QtyOutOfRange);
        }
        Ok(OrderPlaced { order_id, filled, resting: rest, expired: Qty::ZERO })
    }

    /// Fills from the best level on, through as many as it takes.
    pub fn place_market(
        &mut self,
        order: PlaceMarket,
        on_fill: impl FnMut(Fill),
    ) -> Result<OrderPlaced, Reject> {
        let PlaceMarket { owner, side, qty } = order;
        if qty <= Qty::ZERO {
            return Err(Reject::BadQty);
        }
        let order_id = self.orders.insert(owner, qty).ok_or(Reject::BookFull)?;
        let expired = self.take(side, i64::MIN, order_id, qty, on_fill);
        self.orders.remove(order_id.index());
        Ok(OrderPlaced { order_id, filled: minus(qty, expired), resting: Qty::ZERO, expired })
    }

    /// Takes an order out of the book and says what was left of it.
    pub fn cancel(&mut self, order_id: OrderId) -> Result<RestingOrder, Reject> {
        let index = self.orders.resting(order_id).ok_or(Reject::UnknownOrder)?;
        let cancelled = self.describe(index);
        self.levels.leave(&mut self.orders, index);
        self.orders.remove(index);
        Ok(cancelled)
    }

    /// Shrinks an order by `by`, less than all of it, without moving it in its queue. Says what is left.
    pub fn reduce(&mut self, order_id: OrderId, by: Qty) -> Result<Qty, Reject> {
        let index = self.orders.resting(order_id).ok_or(Reject::UnknownOrder)?;
        if by <= Qty::ZERO || by >= self.orders.node(index).qty {
            return Err(Reject::BadQty);
        }
        self.levels.shrink(&mut self.orders, index, by);
        Ok(self.orders.node(index).qty)
    }

    /// Whether levels down to `worst_key` offer `qty`.
    fn offers(&self, side: OrderSide, worst_key: i64, qty: Qty) -> bool {
        let against = side.takes_from();
        let mut missing = qty;
        for level in self.levels.iter(against) {
            if key_of(against, level.price) < worst_key {
                return false;
            }
            if level.qty >= missing {
                return true;
            }
            missing = minus(missing, level.qty);
        }
        false
    }

    /// Fills `qty` from levels down to `worst_key`, best first. Returns what found no counterpart.
    fn take(
        &mut self,
        side: OrderSide,
        worst_key: i64,
        taker_order_id: OrderId,
        qty: Qty,
        mut on_fill: impl FnMut(Fill),
    ) -> Qty {
        let mut missing = qty;
        while !missing.is_zero() {
            let Some(level) = self.levels.best_from(side.takes_from(), worst_key) else { break };
            let LevelNode { price, head, .. } = *self.levels.node(level);
            let maker_order_id = self.orders.id_of(head);
            let maker = self.orders.node_mut(head);
            let traded = missing.min(maker.qty);
            missing = minus(missing, traded);
            let maker_remaining = minus(maker.qty, traded);
            let maker_owner = maker.owner;
            if maker_remaining.is_zero() {
                self.levels.leave(&mut self.orders, head);
                self.orders.remove(head);
            } else {
                maker.qty = maker_remaining;
                let node = self.levels.node_mut(level);
                node.qty = minus(node.qty, traded);
            }
            on_fill(Fill {
                maker_order_id,
                maker_owner,
                taker_order_id,
                price,
                qty: traded,
                maker_remaining,
            });
        }
        missing
    }

    fn describe(&self, index: u32) -> RestingOrder {
        let node = self.orders.node(index);
        let level = self.levels.node(node.level);
        let side = match level.side {
            BookSide::Bid => OrderSide::Buy,
            BookSide::Ask => OrderSide::Sell,
        };
        let order_id = self.orders.id_of(index);
        RestingOrder { order_id, owner: node.owner, side, price: level.price, qty: node.qty }
    }

    /// Resting orders.
    pub const fn len(&self) -> u32 {
        self.orders.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An order, while it rests.
    pub fn order(&self, order_id: OrderId) -> Option<RestingOrder> {
        self.orders.resting(order_id).map(|index| self.describe(index))
    }

    /// The best level of a side.
    #[inline]
    pub fn best(&self, side: BookSide) -> Option<Level> {
        let node = self.levels.node(self.levels.best_from(side, i64::MIN)?);
        Some(Level::new(node.price, node.qty))
    }

    /// Levels of a side.
    pub fn level_count(&self, side: BookSide) -> usize {
        self.levels.len(side)
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: BookSide) -> impl Iterator<Item = Level> + '_ {
        self.levels.iter(side).map(|level| Level::new(level.price, level.qty))
    }

    /// What rests at a price; zero where nothing does.
    pub fn level_qty(&self, side: BookSide, price: Price) -> Qty {
        if price <= Price::ZERO {
            return Qty::ZERO;
        }
        self.levels.find(side, price).map_or(Qty::ZERO, |level| self.levels.node(level).qty)
    }

    /// What will be filled before this order at its own price. Walks the queue ahead.
    pub fn queue_ahead(&self, order_id: OrderId) -> Option<Qty> {
        let mut at = self.orders.node(self.orders.resting(order_id)?).prev;
        let mut ahead = 0;
        while at != NIL {
            let node = self.orders.node(at);
            // Part of the level's quantity, which fits.
            ahead += node.qty.mantissa();
            at = node.prev;
        }
        Some(Qty::from_mantissa(ahead))
    }

    /// The orders of a side in the order in which they would be filled.
    pub fn orders(&self, side: BookSide) -> impl Iterator<Item = RestingOrder> + '_ {
        self.levels.iter(side).flat_map(move |level| {
            let first = Some(level.head).filter(|head| *head != NIL);
            core::iter::successors(first, |at| Some(self.orders.node(*at).next).filter(|next| *next != NIL))
                .map(|index| self.describe(index))
        })
    }

    /// The orders that rest at a price, in the order in which they would be filled.
    pub fn orders_at(&self, side: BookSide, price: Price) -> impl Iterator<Item = RestingOrder> + '_ {
        let level = (price > Price::ZERO).then(|| self.levels.find(side, price)).flatten();
        let first = level.map(|level| self.levels.node(level).head).filter(|head| *head != NIL);
        core::iter::successors(first, |at| Some(self.orders.node(*at).next).filter(|next| *next != NIL))
            .map(|index| self.describe(index))
    }

    /// A fingerprint of every resting order in its place: equal for equal books, on every machine and
    /// in every version of the compiler (FNV-1a, 64 bit).
    pub fn state_hash(&self) -> u64 {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut mix = |word: u64| {
            for byte in word.to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        };
        for side in [BookSide::Bid, BookSide::Ask] {
            mix(side as u64);
            for order in self.orders(side) {
                mix(order.order_id.get());
                mix(order.owner);
                mix(order.price.mantissa().cast_unsigned());
                mix(order.qty.mantissa().cast_unsigned());
            }
        }
        hash
    }
}
