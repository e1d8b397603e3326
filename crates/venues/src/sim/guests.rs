//! Orders of the sandbox in a simulated market's order-by-order book: guests among the agents' orders.
//!
//! The sandbox decides what its orders do and its journal is the truth; this book decides when one that stands here is met.
//! Whoever calls takes what happened since ([`Simulator::turn`]) to the sandbox before it does anything there, and tells what
//! it did there ([`Simulator::follow`]) before an agent acts. So both have the same orders with the same quantities, and what
//! the sandbox takes is there to be taken. Nothing of it is shown before the events it rests on are on the disk.

use std::collections::{BTreeMap, BTreeSet};

use marketd_domain::ledger::{Liquidity, MarketNo, Need};
use marketd_domain::matching::{OrderId as BookOrderId, OrderSide, PlaceLimit, RestingOrder, TimeInForce};
use marketd_domain::sandbox::{
    BookRef, Event, EventBody, Evidence, Fill, OrderAmended, OrderId, Sandbox, StandingOrder, Turn,
};
use marketd_domain::{BookSide, Level, MarketIndex, Price, Qty, Timestamp, Trade, TradeId, UpdateSink};

use super::Simulator;
use super::exchange::{Basis, Exchange, Print};

/// Owners with this bit are orders of the sandbox; agents have small numbers.
const GUEST: u64 = 1 << 63;

/// The sandbox order that an owner stands for.
pub(super) const fn guest_of(owner: u64) -> Option<OrderId> {
    if owner & GUEST == 0 { None } else { Some(OrderId::new(owner & !GUEST)) }
}

/// What the sandbox has in one market, and has to hear of it.
#[derive(Debug, Default)]
pub(super) struct Guests {
    is_attached: bool,
    orders: BTreeMap<OrderId, BookOrderId>,
    fills: Vec<(OrderId, Trade)>,
    /// Prices at which something has changed. Bids first.
    unseen: BTreeSet<(bool, Price)>,
}

impl Guests {
    pub fn note_touch(&mut self, side: BookSide, price: Price) {
        if self.is_attached {
            self.unseen.insert((side == BookSide::Ask, price));
        }
    }

    pub fn note_fill(&mut self, order_id: OrderId, print: &Print, is_last: bool) {
        if is_last {
            self.orders.remove(&order_id);
        }
        self.fills.push((order_id, print.trade(print.at)));
    }
}

impl Exchange {
    fn attach(&mut self, standing: &[StandingOrder], seq: u64) -> Turn {
        self.detach();
        for order in standing.iter().filter(|order| !self.crosses(order)).copied().collect::<Vec<_>>() {
            self.enter(&order, seq);
        }
        self.guests.is_attached = true;
        let mut turn = Turn::new(true, self.book_ref());
        for side in [BookSide::Bid, BookSide::Ask] {
            let prices: Vec<Price> = self.book.levels(side).map(|level| level.price).collect();
            prices.into_iter().for_each(|price| self.tell_level(side, price, &mut turn));
        }
        turn
    }

    /// Whether the book has moved over the order's price.
    fn crosses(&self, order: &StandingOrder) -> bool {
        let best = self.book.best(order.side.takes_from()).map(|level| level.price);
        best.is_some_and(|best| match order.side {
            OrderSide::Buy => best <= order.price,
            OrderSide::Sell => best >= order.price,
        })
    }

    fn detach(&mut self) {
        self.forget_unread();
        for (_, order) in std::mem::take(&mut self.guests.orders) {
            self.remove(order, Basis::Nothing);
        }
        self.guests = Guests::default();
    }

    fn turn(&mut self) -> Option<Turn> {
        if self.guests.unseen.is_empty() && self.guests.fills.is_empty() {
            return None;
        }
        let mut turn = Turn::new(false, self.book_ref());
        turn.fills = std::mem::take(&mut self.guests.fills);
        for (is_ask, price) in std::mem::take(&mut self.guests.unseen) {
            self.tell_level(if is_ask { BookSide::Ask } else { BookSide::Bid }, price, &mut turn);
        }
        Some(turn)
    }

    /// Which book of ours it will be is for the caller to say.
    const fn book_ref(&self) -> BookRef {
        BookRef { book_seq: 0, ts_venue: self.now }
    }

    /// The agents' quantity at a price, and what of it stands in front of each guest there.
    fn tell_level(&self, side: BookSide, price: Price, turn: &mut Turn) {
        let mut lots = 0;
        for order in self.book.orders_at(side, price) {
            match guest_of(order.owner) {
                Some(order_id) => turn.places.push((order_id, Qty::from_mantissa(lots))),
                None => lots += order.qty.mantissa(),
            }
        }
        if turn.is_whole && lots == 0 {
            return;
        }
        let level = Level::new(price, Qty::from_mantissa(lots));
        match side {
            BookSide::Bid => turn.bids.push(level),
            BookSide::Ask => turn.asks.push(level),
        }
    }

    /// Puts an order at the end of its queue. It takes nothing: what it could take the sandbox has taken.
    fn enter(&mut self, order: &StandingOrder, seq: u64) {
        if self.guests.orders.contains_key(&order.order_id) {
            return;
        }
        let placed = PlaceLimit {
            owner: order.order_id.get() | GUEST,
            side: order.side,
            price: order.price,
            qty: order.shown,
            time_in_force: TimeInForce::Gtc,
            post_only: true,
        };
        let entered = self.book.place_limit(placed, |_| ());
        debug_assert!(entered.is_ok(), "{order:?}: {entered:?}");
        if let Ok(entered) = entered {
            self.guests.orders.insert(order.order_id, entered.order_id);
            let place = (order.side.rests_on(), order.price);
            self.touch_level(place, order.shown.mantissa(), Basis::Event(seq));
        }
    }

    fn leave(&mut self, order_id: OrderId, seq: u64) {
        if let Some(order) = self.guests.orders.remove(&order_id) {
            self.remove(order, Basis::Event(seq));
        }
    }

    fn shrink(&mut self, order_id: OrderId, by: Qty, seq: u64) {
        let Some(order) = self.guests.orders.get(&order_id).copied() else { return };
        match (self.book.order(order), self.book.reduce(order, by)) {
            (Some(held), Ok(_)) => {
                let place = (held.side.rests_on(), held.price);
                self.touch_level(place, -by.mantissa(), Basis::Event(seq));
            }
            // All that stands there.
            _ if by > Qty::ZERO => self.leave(order_id, seq),
            _ => {}
        }
    }

    /// Of an order that became smaller and kept its place, what is hidden goes first.
    fn fit(&mut self, amended: &OrderAmended, seq: u64) {
        let Some(order) = self.guests.orders.get(&amended.order_id).copied() else { return };
        let held = self.book.order(order).map_or(0, |held| held.qty.mantissa());
        if let Need::Base { qty, .. } = amended.need
            && held > qty.mantissa()
        {
            self.shrink(amended.order_id, Qty::from_mantissa(held - qty.mantissa()), seq);
        }
    }

    /// A sandbox taker gets what it took, from the agents' orders at this price in their sequence.
    fn give(&mut self, side: OrderSide, (price, qty): (Price, Qty), seq: u64) {
        let (from, basis) = (side.takes_from(), Basis::Event(seq));
        let mut left = qty;
        while left > Qty::ZERO {
            let first = self.book.orders_at(from, price).find(|order| guest_of(order.owner).is_none());
            let Some(first) = first else { break };
            let given = left.min(first.qty);
            if given == first.qty {
                self.remove(first.order_id, basis);
            } else if self.book.reduce(first.order_id, given).is_ok() {
                self.touch_level((from, price), -given.mantissa(), basis);
            }
            self.print(side.aggressor(), price, given, basis);
            left = Qty::from_mantissa(left.mantissa() - given.mantissa());
        }
        debug_assert!(left.is_zero(), "the sandbox took {left:?} too much at {price:?}");
    }

    fn follow_fill(&mut self, fill: &Fill, seq: u64) {
        match (fill.liquidity, fill.evidence) {
            (Liquidity::Taker, Evidence::Level(level)) | (_, Evidence::Crossed(level)) => {
                self.give(fill.side, (level.price, fill.qty), seq);
            }
            (Liquidity::Taker, Evidence::Order { .. }) => {
                self.print(fill.side.aggressor(), fill.price, fill.qty, Basis::Event(seq));
            }
            (Liquidity::Maker, Evidence::Print(print)) => {
                if let TradeId::Number(trade_id) = print.trade_id {
                    self.note_read(trade_id, seq);
                }
            }
            (Liquidity::Maker, _) => self.shrink(fill.order_id, fill.qty, seq),
            (Liquidity::Taker, Evidence::Print(_)) => {}
        }
    }

    fn follow(&mut self, market: MarketNo, sandbox: &Sandbox, event: &Event) {
        let seq = event.seq;
        match &event.body {
            EventBody::OrderRested(rested) => {
                let order = sandbox.order(rested.order_id);
                if let Some(order) = order.filter(|order| order.request.market == market) {
                    let (order_id, side) = (rested.order_id, order.request.side);
                    let (price, shown) = (rested.price, rested.shown);
                    self.enter(&StandingOrder { order_id, side, price, shown }, seq);
                }
            }
            EventBody::OrderFilled(fill) if fill.market == market => self.follow_fill(fill, seq),
            EventBody::OrderPrevented { order_id, qty, .. } => self.shrink(*order_id, *qty, seq),
            EventBody::OrderAmended(amended) if amended.kept_place => self.fit(amended, seq),
            EventBody::OrderAmended(amended) => self.leave(amended.order_id, seq),
            EventBody::OrderEnded { order_id, .. } => self.leave(*order_id, seq),
            _ => {}
        }
    }
}

/// The sandbox's side. A market that is unknown has no orders and no news.
impl Simulator {
    fn exchange(&mut self, market: MarketIndex) -> Option<&mut Exchange> {
        self.markets.get_mut(market.usize()).map(super::market::SimulatedMarket::exchange_mut)
    }

    /// The sandbox's orders stand in this market from here on, these at the ends of their queues, but for those whose prices
    /// the book has moved over. Says the whole book, without orders of the sandbox. What an earlier sandbox had there is
    /// taken away.
    pub fn attach(&mut self, market: MarketIndex, standing: &[StandingOrder], seq: u64) -> Option<Turn> {
        self.exchange(market).map(|exchange| exchange.attach(standing, seq))
    }

    /// Takes all orders of the sandbox out of this market.
    pub fn detach(&mut self, market: MarketIndex) {
        if let Some(exchange) = self.exchange(market) {
            exchange.detach();
        }
    }

    /// What happened since the last turn, if something did.
    pub fn turn(&mut self, market: MarketIndex) -> Option<Turn> {
        self.exchange(market)?.turn()
    }

    /// Puts orders that stand in the sandbox's queues at the end of those here, in this sequence.
    pub fn enter(&mut self, market: MarketIndex, orders: &[StandingOrder], seq: u64) {
        if let Some(exchange) = self.exchange(market) {
            orders.iter().for_each(|order| exchange.enter(order, seq));
        }
    }

    /// Does in this market what the sandbox's events say of `market`. `sandbox` has come to their end.
    pub fn follow(&mut self, index: MarketIndex, market: MarketNo, sandbox: &Sandbox, events: &[Event]) {
        if let Some(exchange) = self.exchange(index) {
            events.iter().for_each(|event| exchange.follow(market, sandbox, event));
        }
    }

    /// The sandbox's events up to this one are on the disk: what rests on them is told.
    pub fn release(&mut self, durable_seq: u64, now: Timestamp, updates: &mut dyn UpdateSink) {
        if self.is_announced {
            self.markets.iter_mut().for_each(|market| market.release(durable_seq, now, updates));
        }
    }

    /// The sandbox's orders that stand in this market: bids, then asks, those first that would be filled first.
    pub fn standing(&self, market: MarketIndex) -> Vec<StandingOrder> {
        let Some(market) = self.markets.get(market.usize()) else { return Vec::new() };
        let book = &market.exchange().book;
        let standing = |order: RestingOrder| {
            let (side, price, shown) = (order.side, order.price, order.qty);
            guest_of(order.owner).map(|order_id| StandingOrder { order_id, side, price, shown })
        };
        book.orders(BookSide::Bid).chain(book.orders(BookSide::Ask)).filter_map(standing).collect()
    }

    /// Whether the sandbox has executions to hear of.
    pub fn has_fills(&self, market: MarketIndex) -> bool {
        self.markets.get(market.usize()).is_some_and(|market| !market.exchange().guests.fills.is_empty())
    }
}
