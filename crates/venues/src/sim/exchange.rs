//! A market's order book as its agents see it, and the record of what they did to it.
//!
//! Agents calculate distances, so inside the simulator prices are counted in ticks and quantities in
//! lots, which are the mantissas of the simulated instruments; [`Price`] and [`Qty`] begin here.
//!
//! What happened is told in its order, and what rests on an event of the sandbox not before that is on the disk: until then
//! everything behind it waits too. Invariant: the levels told so far are the book as it was before what still waits.

use std::collections::{BTreeMap, VecDeque};

use marketd_domain::matching::{
    Fill, MatchingBook, OrderId, OrderSide, PlaceLimit, PlaceMarket, TimeInForce,
};
use marketd_domain::{AggressorSide, BookSide, DepthUpdate, Level, Price, Qty, Timestamp, Trade, TradeId};

use super::guests::{Guests, guest_of};

/// Orders that may stand in one simulated market. Agents keep to a few hundred; the rest is room for
/// others' orders.
const MAX_ORDERS: u32 = 1 << 20;

/// A sandbox that does not get its journal written holds the market's data back for no longer.
const HELD_BACK_AT_MOST_NANOS: i64 = 1_000_000_000;

/// One execution, for the public tape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Print {
    pub trade_id: u64,
    pub price: Price,
    pub qty: Qty,
    pub aggressor: AggressorSide,
    pub at: Timestamp,
}

impl Print {
    /// As the tape has it, where it is heard of at this time.
    pub fn trade(&self, ts_recv: Timestamp) -> Trade {
        Trade {
            id: TradeId::Number(self.trade_id),
            price: self.price,
            qty: self.qty,
            aggressor: self.aggressor,
            ts_venue: self.at,
            ts_recv,
            backfilled: false,
        }
    }
}

/// How a command changed what rests at a price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touched {
    side: BookSide,
    price: Price,
    lots: i64,
}

/// What has to be on the disk before something may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    Nothing,
    /// The sandbox's event of this number.
    Event(u64),
    /// The event that the sandbox will make of this trade.
    Unread(u64),
}

#[derive(Debug, Clone, Copy)]
enum What {
    Touched(Touched),
    Print(Print),
}

#[derive(Debug, Clone, Copy)]
struct Recorded {
    what: What,
    basis: Basis,
    at: Timestamp,
}

impl Recorded {
    fn may_be_told(&self, durable_seq: u64, now: Timestamp) -> bool {
        let is_durable = match self.basis {
            Basis::Nothing => true,
            Basis::Event(seq) => seq <= durable_seq,
            Basis::Unread(_) => false,
        };
        is_durable || now.nanos_since(self.at) >= HELD_BACK_AT_MOST_NANOS
    }
}

pub(super) struct Exchange {
    pub(super) book: MatchingBook,
    pub(super) guests: Guests,
    pub(super) now: Timestamp,
    next_trade_id: u64,
    recorded: VecDeque<Recorded>,
    /// Of the taker under way; kept so that it does not allocate.
    fills: Vec<Fill>,
    /// May be told, and has not been yet.
    touched: Vec<Touched>,
    prints: Vec<Print>,
    /// Lots by ticks, as far as it may be told.
    shown_bids: BTreeMap<i64, i64>,
    shown_asks: BTreeMap<i64, i64>,
}

impl Exchange {
    pub fn new(now: Timestamp) -> Self {
        Self {
            book: MatchingBook::new(MAX_ORDERS),
            guests: Guests::default(),
            now,
            next_trade_id: 1,
            recorded: VecDeque::new(),
            fills: Vec::new(),
            touched: Vec::new(),
            prints: Vec::new(),
            shown_bids: BTreeMap::new(),
            shown_asks: BTreeMap::new(),
        }
    }

    #[cfg(test)]
    pub const fn book(&self) -> &MatchingBook {
        &self.book
    }

    /// What happens next happens at this moment.
    pub const fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    pub const fn number_trades_after(&mut self, last: u64) {
        self.next_trade_id = last.saturating_add(1);
    }

    /// Ticks of the best level of a side.
    pub fn best_ticks(&self, side: BookSide) -> Option<i64> {
        self.book.best(side).map(|level| level.price.mantissa())
    }

    /// Best bid and ask in ticks, while both sides have orders.
    pub fn touch(&self) -> Option<(i64, i64)> {
        Some((self.best_ticks(BookSide::Bid)?, self.best_ticks(BookSide::Ask)?))
    }

    /// The agents' order of a side that would be filled first.
    pub fn first_order(&self, side: BookSide) -> Option<OrderId> {
        self.book.orders(side).find(|order| guest_of(order.owner).is_none()).map(|order| order.order_id)
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
        self.touch_level((side.rests_on(), order.price), order.qty.mantissa(), Basis::Nothing);
        Some(placed.order_id)
    }

    /// Takes up to `lots`, no worse than `limit_ticks` where given. Says how many fills it had.
    pub fn take(&mut self, owner: u64, side: OrderSide, lots: i64, limit_ticks: Option<i64>) -> usize {
        let qty = Qty::from_mantissa(lots.max(1));
        let mut fills = std::mem::take(&mut self.fills);
        // A refused order has no fills, and that is all that is asked of it.
        let _ = match limit_ticks {
            None => self.book.place_market(PlaceMarket { owner, side, qty }, |fill| fills.push(fill)),
            Some(ticks) => {
                let price = Price::from_mantissa(ticks.max(1));
                let time_in_force = TimeInForce::Ioc;
                let order = PlaceLimit { owner, side, price, qty, time_in_force, post_only: false };
                self.book.place_limit(order, |fill| fills.push(fill))
            }
        };
        for fill in &fills {
            self.note_fill(side, fill);
        }
        let count = fills.len();
        fills.clear();
        self.fills = fills;
        count
    }

    /// An agent met an order: another agent's, or the sandbox's, who has to hear of it before anybody else.
    fn note_fill(&mut self, side: OrderSide, fill: &Fill) {
        let guest = guest_of(fill.maker_owner);
        let basis = match guest {
            Some(_) => Basis::Unread(self.next_trade_id),
            None => Basis::Nothing,
        };
        self.touch_level((side.takes_from(), fill.price), -fill.qty.mantissa(), basis);
        let print = self.print(side.aggressor(), fill.price, fill.qty, basis);
        if let Some(order_id) = guest {
            self.guests.note_fill(order_id, &print, fill.maker_remaining.is_zero());
        }
    }

    /// Whether the order still rested.
    pub fn cancel(&mut self, order_id: OrderId) -> bool {
        self.remove(order_id, Basis::Nothing)
    }

    pub(super) fn remove(&mut self, order_id: OrderId, basis: Basis) -> bool {
        let Ok(order) = self.book.cancel(order_id) else { return false };
        self.touch_level((order.side.rests_on(), order.price), -order.qty.mantissa(), basis);
        true
    }

    /// Halves what is left of an order, if it still rests and can be halved.
    pub fn halve(&mut self, order_id: OrderId) {
        let Some(order) = self.book.order(order_id) else { return };
        let by = Qty::from_mantissa(order.qty.mantissa() / 2);
        if self.book.reduce(order_id, by).is_ok() {
            self.touch_level((order.side.rests_on(), order.price), -by.mantissa(), Basis::Nothing);
        }
    }

    pub(super) fn touch_level(&mut self, (side, price): (BookSide, Price), lots: i64, basis: Basis) {
        self.guests.note_touch(side, price);
        self.record(What::Touched(Touched { side, price, lots }), basis);
    }

    pub(super) fn print(&mut self, aggressor: AggressorSide, price: Price, qty: Qty, basis: Basis) -> Print {
        let print = Print { trade_id: self.next_trade_id, price, qty, aggressor, at: self.now };
        self.next_trade_id += 1;
        self.record(What::Print(print), basis);
        print
    }

    fn record(&mut self, what: What, basis: Basis) {
        self.recorded.push_back(Recorded { what, basis, at: self.now });
    }

    /// The sandbox's events of trades up to this one are those up to `seq`.
    pub(super) fn note_read(&mut self, trade_id: u64, seq: u64) {
        for recorded in &mut self.recorded {
            match recorded.basis {
                Basis::Unread(unread) if unread > trade_id => return,
                Basis::Unread(_) => recorded.basis = Basis::Event(seq),
                Basis::Nothing | Basis::Event(_) => {}
            }
        }
    }

    /// Nobody will make events of the trades that were not read.
    pub(super) fn forget_unread(&mut self) {
        for recorded in &mut self.recorded {
            if let Basis::Unread(_) = recorded.basis {
                recorded.basis = Basis::Nothing;
            }
        }
    }

    /// Takes over what may be told by now. Says whether there is something.
    pub fn release(&mut self, durable_seq: u64, now: Timestamp) -> bool {
        while let Some(recorded) = self.recorded.pop_front_if(|first| first.may_be_told(durable_seq, now)) {
            match recorded.what {
                What::Touched(touched) => {
                    self.show(&touched);
                    self.touched.push(touched);
                }
                What::Print(print) => self.prints.push(print),
            }
        }
        !self.touched.is_empty() || !self.prints.is_empty()
    }

    fn show(&mut self, touched: &Touched) {
        let shown = match touched.side {
            BookSide::Bid => &mut self.shown_bids,
            BookSide::Ask => &mut self.shown_asks,
        };
        let lots = shown.entry(touched.price.mantissa()).or_default();
        *lots += touched.lots;
        if *lots == 0 {
            shown.remove(&touched.price.mantissa());
        }
    }

    fn shown_lots(&self, side: BookSide, price: Price) -> i64 {
        let shown = match side {
            BookSide::Bid => &self.shown_bids,
            BookSide::Ask => &self.shown_asks,
        };
        shown.get(&price.mantissa()).copied().unwrap_or(0)
    }

    pub fn prints(&self) -> &[Print] {
        &self.prints
    }

    /// Forgets what was taken over, once it has been told or is not to be.
    pub fn forget(&mut self) {
        self.touched.clear();
    }

    pub fn forget_prints(&mut self) {
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
                let changed = Level::new(price, Qty::from_mantissa(self.shown_lots(side, price)));
                match side {
                    BookSide::Bid => update.bids.push(changed),
                    BookSide::Ask => update.asks.push(changed),
                }
            }
        }
    }

    /// Puts the whole book into `update`, as far as it may be told.
    pub fn write_book(&self, update: &mut DepthUpdate) {
        let level =
            |(ticks, lots): (&i64, &i64)| Level::new(Price::from_mantissa(*ticks), Qty::from_mantissa(*lots));
        update.bids.extend(self.shown_bids.iter().rev().map(level));
        update.asks.extend(self.shown_asks.iter().map(level));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_levels_that_differ_are_told() {
        let mut exchange = Exchange::new(Timestamp::ZERO);
        exchange.rest(1, OrderSide::Buy, 99, 5);
        exchange.rest(1, OrderSide::Sell, 101, 5);
        assert!(exchange.release(0, Timestamp::ZERO));
        exchange.forget();
        let passing = exchange.rest(1, OrderSide::Buy, 98, 3).expect("does not cross");
        exchange.cancel(passing);
        exchange.rest(1, OrderSide::Sell, 103, 7);
        exchange.rest(1, OrderSide::Sell, 102, 1);
        assert_eq!(exchange.take(2, OrderSide::Buy, 5, Some(101)), 1);
        assert!(exchange.release(0, Timestamp::ZERO));
        let mut update = DepthUpdate::default();
        exchange.write_changes(&mut update);
        let level = |price: i64, qty: i64| Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty));
        assert_eq!(update.bids, []);
        assert_eq!(update.asks, [level(101, 0), level(102, 1), level(103, 7)]);
    }
}
