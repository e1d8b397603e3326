//! Orders that wait for a price, sorted by it: a price change visits those it wakes and no others.

use std::collections::BTreeMap;

use super::ids::OrderId;
use super::order::{OrderRequest, OrderType, TriggerBy};
use crate::matching::OrderSide;
use crate::numbers::Price;

/// The prices that orders may wait for, in the order in which they are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TriggerPrice {
    Last = 0,
    /// For sells by the best price.
    BestBid = 1,
    /// For buys by the best price.
    BestAsk = 2,
    Mark = 3,
}

impl TriggerPrice {
    pub const fn of(request: &OrderRequest) -> Self {
        match (request.trigger_by, request.side) {
            (TriggerBy::Last, _) => Self::Last,
            (TriggerBy::Best, OrderSide::Buy) => Self::BestAsk,
            (TriggerBy::Best, OrderSide::Sell) => Self::BestBid,
            (TriggerBy::Mark, _) => Self::Mark,
        }
    }
}

/// Where the price has to go for an order to wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// To the stop price or above it.
    Up = 0,
    /// To the stop price or below it.
    Down = 1,
}

impl Direction {
    pub const fn of(request: &OrderRequest) -> Self {
        let takes_profit = matches!(request.order_type, OrderType::TakeProfit | OrderType::TakeProfitLimit);
        match (request.side, takes_profit) {
            (OrderSide::Buy, false) | (OrderSide::Sell, true) => Self::Up,
            (OrderSide::Sell, false) | (OrderSide::Buy, true) => Self::Down,
        }
    }

    pub fn is_reached(self, price: Price, stop_price: Price) -> bool {
        match self {
            Self::Up => price >= stop_price,
            Self::Down => price <= stop_price,
        }
    }
}

/// Stop price and order id: of one price, the older order wakes first.
type Tree = BTreeMap<(Price, OrderId), u32>;

#[derive(Debug, Clone, Default)]
pub(super) struct Triggers {
    trees: [Tree; 8],
    /// Trailing orders, oldest first.
    trailing: BTreeMap<OrderId, u32>,
}

impl Triggers {
    fn tree(&mut self, request: &OrderRequest) -> &mut Tree {
        &mut self.trees[TriggerPrice::of(request) as usize * 2 + Direction::of(request) as usize]
    }

    pub fn insert(&mut self, order_id: OrderId, request: &OrderRequest, stop_price: Price, index: u32) {
        self.tree(request).insert((stop_price, order_id), index);
        if request.order_type == OrderType::TrailingStop {
            self.trailing.insert(order_id, index);
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn remove(&mut self, order_id: OrderId, request: &OrderRequest, stop_price: Price) {
        self.tree(request).remove(&(stop_price, order_id));
        if request.order_type == OrderType::TrailingStop {
            self.trailing.remove(&order_id);
        }
    }

    /// The first order that `price` wakes: those that wait for the price to rise first, and of them the one
    /// with the lowest stop price; then those that wait for it to fall, the highest first.
    pub fn first_reached(&self, source: TriggerPrice, price: Price) -> Option<u32> {
        let (up, down) = (&self.trees[source as usize * 2], &self.trees[source as usize * 2 + 1]);
        if let Some(((stop_price, _), index)) = up.first_key_value()
            && Direction::Up.is_reached(price, *stop_price)
        {
            return Some(*index);
        }
        let (highest, _) = *down.last_key_value()?.0;
        if !Direction::Down.is_reached(price, highest) {
            return None;
        }
        down.range((highest, OrderId::new(0))..).next().map(|(_, index)| *index)
    }

    pub fn is_empty_of(&self, source: TriggerPrice) -> bool {
        self.trees[source as usize * 2].is_empty() && self.trees[source as usize * 2 + 1].is_empty()
    }

    pub fn trailing(&self) -> impl Iterator<Item = u32> + '_ {
        self.trailing.values().copied()
    }

    pub fn has_trailing(&self) -> bool {
        !self.trailing.is_empty()
    }
}

/// The stop price of a trailing order whose best price so far is `watermark`, on the tick and rounded away from
/// the market, so that it never wakes too early. `None` when there is no such price.
pub(super) fn trailing_stop_price(
    side: OrderSide,
    watermark: Price,
    trailing_bps: u32,
    tick: Price,
) -> Option<Price> {
    const WHOLE: i128 = 10_000;
    let (watermark, bps) = (i128::from(watermark.mantissa()), i128::from(trailing_bps));
    let tick = i128::from(tick.mantissa().max(1));
    let ticks = match side {
        OrderSide::Sell => (watermark * (WHOLE - bps)).div_euclid(WHOLE * tick),
        OrderSide::Buy => (watermark * (WHOLE + bps) + WHOLE * tick - 1).div_euclid(WHOLE * tick),
    };
    i64::try_from(ticks * tick).ok().filter(|price| *price > 0).map(Price::from_mantissa)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_stop_prices_stay_on_the_tick_and_away_from_the_market() {
        let check = |side, watermark: i64, bps, tick: i64, expected: Option<i64>| {
            let stop =
                trailing_stop_price(side, Price::from_mantissa(watermark), bps, Price::from_mantissa(tick));
            assert_eq!(stop.map(Price::mantissa), expected, "{side:?} {watermark} {bps} {tick}");
        };
        check(OrderSide::Sell, 10_000, 100, 1, Some(9_900));
        check(OrderSide::Sell, 10_050, 100, 10, Some(9_940));
        check(OrderSide::Buy, 10_000, 100, 1, Some(10_100));
        check(OrderSide::Buy, 10_050, 100, 10, Some(10_160));
        check(OrderSide::Sell, 1, 5_000, 1, None);
        check(OrderSide::Buy, i64::MAX, 1, 1, None);
    }
}
