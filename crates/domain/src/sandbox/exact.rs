//! Markets whose venue is in this process and keeps its orders one by one: sandbox orders stand among them.
//!
//! What the venue tells of such a market comes as turns. Nothing about queues is estimated: the venue fills sandbox orders when
//! their turn has come, and says what is in front of the others. Its book comes here without them, so that what a taker
//! meets at one price is, as everywhere, the venue's quantity and sandbox orders in the sequence in which they stand.

use super::Sandbox;
use super::event::{BookRef, Event, Evidence, PrintRef};
use super::ids::OrderId;
use super::order::{OrderStatus, Phase};
use super::reject::{EndReason, Reject, Rule};
use crate::book::{BookSide, Level};
use crate::ledger::{Liquidity, MarketNo, Refusal};
use crate::matching::{NIL, OrderSide};
use crate::numbers::{Price, Qty};
use crate::trades::{AggressorSide, Trade};

/// What happened in the venue's book since the last turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// All levels come, because the sandbox's orders begin to stand here.
    pub is_whole: bool,
    /// Levels that changed, without sandbox orders; quantity zero removes.
    pub bids: Vec<Level>,
    pub asks: Vec<Level>,
    pub book: BookRef,
    /// Executions of sandbox orders that stood in the book, each with its print.
    pub fills: Vec<(OrderId, Trade)>,
    /// What others have in front of orders, after all of that.
    pub places: Vec<(OrderId, Qty)>,
}

impl Turn {
    pub const fn new(is_whole: bool, book: BookRef) -> Self {
        Self { is_whole, bids: Vec::new(), asks: Vec::new(), book, fills: Vec::new(), places: Vec::new() }
    }
}

/// An order that stands in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandingOrder {
    pub order_id: OrderId,
    pub side: OrderSide,
    pub price: Price,
    /// What of it stands there.
    pub shown: Qty,
}

impl Sandbox {
    /// All fills of a turn are taken in before anything follows from one of them: none of these orders can be met any more.
    pub(super) fn turn(&mut self, market: MarketNo, turn: &Turn, out: &mut Vec<Event>) -> Result<(), Reject> {
        self.check_fills(market, turn)?;
        let desk = &mut self.desks[market.index()];
        desk.book.is_exact = true;
        let is_taken = match turn.is_whole {
            true => desk.book.replace(&turn.bids, &turn.asks, turn.book),
            false => desk.book.apply(&turn.bids, &turn.asks, turn.book),
        };
        if !is_taken {
            return Err(Refusal::OutOfRange.into());
        }
        desk.has_book |= turn.is_whole;
        for (order_id, print) in &turn.fills {
            self.take_execution(*order_id, print, out);
        }
        for (order_id, ahead) in &turn.places {
            if let Some(index) = self.orders.find(*order_id) {
                let place = self.orders.place_mut(index);
                (place.ahead, place.cap) = (ahead.mantissa(), i64::MAX);
            }
        }
        for (order_id, _) in &turn.fills {
            self.next_slice(*order_id, out);
        }
        self.settle_lists(out);
        self.exact_book_changed(market, turn.is_whole, out);
        Ok(())
    }

    /// Whether each fill is of an order that stands here with as much: else the book is another one than is believed here.
    fn check_fills(&self, market: MarketNo, turn: &Turn) -> Result<(), Reject> {
        if !turn.fills.is_empty() && !self.desks[market.index()].is_live() {
            return Err(Rule::MarketStale.into());
        }
        for (order_id, _) in &turn.fills {
            let of_order = turn.fills.iter().filter(|(filled, _)| filled == order_id);
            let sum: i128 = of_order.map(|(_, print)| i128::from(print.qty.mantissa())).sum();
            let standing = self
                .standing_order(*order_id)
                .filter(|_| self.order(*order_id).is_some_and(|order| order.request.market == market));
            if standing.is_none_or(|standing| i128::from(standing.shown.mantissa()) < sum) {
                return Err(Refusal::Inconsistent.into());
            }
        }
        Ok(())
    }

    fn take_execution(&mut self, order_id: OrderId, print: &Trade, out: &mut Vec<Event>) {
        let Some(index) = self.orders.find(order_id) else { return };
        let order = self.orders.get(index);
        let price = order.limit().unwrap_or(print.price);
        let book_seq = self.desks[order.request.market.index()].book.at.book_seq;
        let evidence = Evidence::Print(PrintRef::alone(print, book_seq));
        self.fill(index, (price, print.qty), (Liquidity::Maker, evidence), out)
            .expect("a resting order has reserved what it may cost at its price");
    }

    /// An iceberg's next slice. The market may have moved over its price meanwhile; then it takes first.
    fn next_slice(&mut self, order_id: OrderId, out: &mut Vec<Event>) {
        let Some(index) = self.orders.find(order_id) else { return };
        let order = self.orders.get(index);
        if order.phase != Phase::Working || self.orders.node(index).level != NIL {
            return;
        }
        let desk = &self.desks[order.request.market.index()];
        let crosses = order.limit().is_some_and(|price| desk.would_cross(order.request.side, price));
        if !crosses {
            self.rest(index, out);
        } else if order.request.post_only {
            self.end(index, OrderStatus::Expired, EndReason::WouldCross, out);
        } else {
            self.work(index, out);
        }
    }

    /// Only where sandbox orders come into a book that they did not stand in can it have moved over their prices.
    fn exact_book_changed(&mut self, market: MarketNo, may_cross: bool, out: &mut Vec<Event>) {
        if !self.desks[market.index()].is_live() {
            return;
        }
        if may_cross {
            self.cross(market, OrderSide::Buy, out);
            self.cross(market, OrderSide::Sell, out);
            self.settle_lists(out);
        }
        self.run_book_triggers(market, out);
    }

    /// What explanations say of prints; places do not come from them here.
    pub(super) fn count_traded(&mut self, market: MarketNo, print: &Trade) {
        let side = match print.aggressor {
            AggressorSide::Sell => BookSide::Bid,
            AggressorSide::Buy => BookSide::Ask,
        };
        let worst = crate::matching::key_of(side, print.price);
        let Self { desks, orders, .. } = self;
        let reached = desks[market.index()].levels.iter(side);
        for level in reached.take_while(|level| crate::matching::key_of(side, level.price) >= worst) {
            orders.for_each_in_queue(level.head, |_, _, place| {
                if !place.is_later_than(print) {
                    place.traded = place.traded.saturating_add(print.qty.mantissa());
                }
            });
        }
    }

    fn standing_order(&self, order_id: OrderId) -> Option<StandingOrder> {
        let index = self.orders.find(order_id)?;
        let (order, node) = (self.orders.get(index), self.orders.node(index));
        if order.phase != Phase::Working || node.level == NIL {
            return None;
        }
        let price = self.desks[order.request.market.index()].levels.node(node.level).price;
        Some(StandingOrder { order_id, side: order.request.side, price, shown: node.qty })
    }

    /// What of an order stands in its queue; zero when it stands in none.
    pub fn shown_qty(&self, order_id: OrderId) -> Qty {
        self.standing_order(order_id).map_or(Qty::ZERO, |standing| standing.shown)
    }

    /// The orders that stand in a market's queues: bids, then asks, those first that would be filled first.
    pub fn standing_orders(&self, market: MarketNo) -> Vec<StandingOrder> {
        let mut standing = Vec::new();
        let Some(desk) = self.desks.get(market.index()) else { return standing };
        for level in desk.levels.iter(BookSide::Bid).chain(desk.levels.iter(BookSide::Ask)) {
            let mut at = level.head;
            while at != NIL {
                standing.extend(self.standing_order(self.orders.get(at).order_id));
                at = self.orders.node(at).next;
            }
        }
        standing
    }
}
