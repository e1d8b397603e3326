//! A market's order book as its agents see it, and the record of what they did to it.
//!
//! Agents calculate distances, so inside the simulator prices are counted in ticks and quantities in
//! lots, which are the mantissas of the simulated instruments; [`Price`] and [`Qty`] begin here.

use marketd_domain::matching::{MatchingBook, OrderId, OrderSide, PlaceLimit, PlaceMarket, TimeInForce};
use marketd_domain::{AggressorSide, BookSide, DepthUpdate, Level, Price, Qty};

/// Orders that may stand in one simulated market. Agents keep to a few hundred; the rest is room for
/// others' orders.
const MAX_ORDERS: u32 = 1 << 20;

/// One execution, for the public tape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Print {
    pub price: Price,
    pub qty: Qty,
    pub aggressor: AggressorSide,
}

/// How a command changed what rests at a price.
#[derive(Debug, Clone, Copy)]
struct Touched {
    side: BookSide,
    price: Price,
    lots: i64,
}

pub(super) struct Exchange {
    book: MatchingBook,
    touched: Vec<Touched>,
    prints: Vec<Print>,
}

impl Exchange {
    pub const fn new() -> Self {
        Self { book: MatchingBook::new(MAX_ORDERS), touched: Vec::new(), prints: Vec::new() }
    }

    #[cfg(test)]
    pub const fn book(&self) -> &MatchingBook {
        &self.book
    }

    /// Ticks of the best level of a side.
    pub fn best_ticks(&self, side: BookSide) -> Option<i64> {
        self.book.best(side).map(|level| level.price.mantissa())
    }

    /// Best bid and ask in ticks, while both sides have orders.
    pub fn touch(&self) -> Option<(i64, i64)> {
        Some((self.best_ticks(BookSide::Bid)?, self.best_ticks(BookSide::Ask)?))
    }

    /// The order of a side that would be filled first.
    pub fn first_order(&self, side: BookSide) -> Option<OrderId> {
        self.book.orders(side).next().map(|order| order.order_id)
    }

    /// Ticks of an order that still rests.
    pub fn order_ticks(&self, order_id: OrderId) -> Option<i64> {
        self.book.order(order_id).map(|order| order.price.mantissa())
    }

    /// Puts a post-only order into the book; `None` when it would take.
    pub fn rest(&mut self, owner: u64, side: OrderSide, ticks: i64, lots: i64) -> Option<OrderId> {
        let order = PlaceLimit {
            owner,
            side,
            price: Price::from_mantissa(ticks.max(1)),
            qty: Qty::from_mantissa(lots.max(1)),
            time_in_force: TimeInForce::Gtc,
            post_only: true,
        };
        let placed = self.book.place_limit(order, |_| ()).ok()?;
        self.touch_level(side.rests_on(), order.price, order.qty.mantissa());
        Some(placed.order_id)
    }

    /// Takes up to `lots`, no worse than `limit_ticks` where given. Says how many fills it had.
    pub fn take(&mut self, owner: u64, side: OrderSide, lots: i64, limit_ticks: Option<i64>) -> usize {
        let (touched, prints) = (&mut self.touched, &mut self.prints);
        let before = prints.len();
        let qty = Qty::from_mantissa(lots.max(1));
        let on_fill = |fill: marketd_domain::matching::Fill| {
            touched.push(Touched { side: side.takes_from(), price: fill.price, lots: -fill.qty.mantissa() });
            prints.push(Print { price: fill.price, qty: fill.qty, aggressor: side.aggressor() });
        };
        // A refused order has no fills, and that is all that is asked of it.
        let _ = match limit_ticks {
            None => self.book.place_market(PlaceMarket { owner, side, qty }, on_fill),
            Some(ticks) => {
                let price = Price::from_mantissa(ticks.max(1));
                let time_in_force = TimeInForce::Ioc;
                let order = PlaceLimit { owner, side, price, qty, time_in_force, post_only: false };
                self.book.place_limit(order, on_fill)
            }
        };
        self.prints.len() - before
    }

    /// Whether the order still rested.
    pub fn cancel(&mut self, order_id: OrderId) -> bool {
        let Ok(order) = self.book.cancel(order_id) else { return false };
        self.touch_level(order.side.rests_on(), order.price, -order.qty.mantissa());
        true
    }

    /// Halves what is left of an order, if it still rests and can be halved.
    pub fn halve(&mut self, order_id: OrderId) {
        let Some(order) = self.book.order(order_id) else { return };
        let by = Qty::from_mantissa(order.qty.mantissa() / 2);
        if self.book.reduce(order_id, by).is_ok() {
            self.touch_level(order.side.rests_on(), order.price, -by.mantissa());
        }
    }

    fn touch_level(&mut self, side: BookSide, price: Price, lots: i64) {
        self.touched.push(Touched { side, price, lots });
    }

    pub fn prints(&self) -> &[Print] {
        &self.prints
    }

    /// Forgets what was recorded, once it has been told or is not to be.
    pub fn forget(&mut self) {
        self.touched.clear();
        self.prints.clear();
    }

    /// Puts the levels that differ since the last [`Self::forget`] into `update`, best first. What was
    /// put in and taken out again in between does not show.
    pub fn write_changes(&mut self, update: &mut DepthUpdate) {
        self.touched.sort_unstable_by_key(|touched| match touched.side {
            BookSide::Bid => (0, -touched.price.mantissa()),
            BookSide::Ask => (1, touched.price.mantissa()),
        });
        for level in self.touched.chunk_by(|left, right| (left.side, left.price) == (right.side, right.price))
        {
            let Touched { side, price, .. } = level[0];
            if level.iter().map(|touched| touched.lots).sum::<i64>() != 0 {
                let changed = Level::new(price, self.book.level_qty(side, price));
                match side {
                    BookSide::Bid => update.bids.push(changed),
                    BookSide::Ask => update.asks.push(changed),
                }
            }
        }
    }

    /// Puts the whole book into `update`.
    pub fn write_book(&self, update: &mut DepthUpdate) {
        update.bids.extend(self.book.levels(BookSide::Bid));
        update.asks.extend(self.book.levels(BookSide::Ask));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_levels_that_differ_are_told() {
        let mut exchange = Exchange::new();
        exchange.rest(1, OrderSide::Buy, 99, 5);
        exchange.rest(1, OrderSide::Sell, 101, 5);
        exchange.forget();
        let passing = exchange.rest(1, OrderSide::Buy, 98, 3).expect("does not cross");
        exchange.cancel(passing);
        exchange.rest(1, OrderSide::Sell, 103, 7);
        exchange.rest(1, OrderSide::Sell, 102, 1);
        assert_eq!(exchange.take(2, OrderSide::Buy, 5, Some(101)), 1);
        let mut update = DepthUpdate::default();
        exchange.write_changes(&mut update);
        let level = |price: i64, qty: i64| Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty));
        assert_eq!(update.bids, []);
        assert_eq!(update.asks, [level(101, 0), level(102, 1), level(103, 7)]);
    }
}
