//! One market, as slowly and obviously as can be: a list of orders, searched from end to end for everything.

use std::collections::BTreeMap;

use marketd_domain::matching::OrderSide;
use marketd_domain::sandbox::{
    Amend, Command, Event, EventBody, OrderId, OrderRequest, OrderType, Sandbox, SelfTradePrevention,
    TimeInForce, VenueStatus,
};
use marketd_domain::{AggressorSide, Level, Timestamp, Trade};

use super::world::Done;

/// Order, price, quantity.
pub type Fill = (u64, i64, i64);

pub fn fill_of(event: &Event) -> Option<Fill> {
    match &event.body {
        EventBody::OrderFilled(fill) => {
            Some((fill.order_id.get(), fill.price.mantissa(), fill.qty.mantissa()))
        }
        _ => None,
    }
}

/// Order, price, left, ahead.
pub fn open_orders(sandbox: &Sandbox) -> Vec<(u64, i64, i64, i64)> {
    (sandbox.orders())
        .filter(|order| !order.status.is_final())
        .map(|order| {
            let ahead = sandbox.queue_ahead(order.order_id).expect("it rests, in view");
            let price = order.request.price.expect("a limit order");
            (order.order_id.get(), price.mantissa(), order.remaining().mantissa(), ahead.mantissa())
        })
        .collect()
}

#[derive(Debug, Clone)]
struct Order {
    order_id: u64,
    account: u32,
    side: OrderSide,
    price: i64,
    qty: i64,
    left: i64,
    post_only: bool,
    prevents: bool,
    ahead: i64,
    /// What the level displayed since it joined, less than before each time, and not yet believed to be cancels.
    shrunk_to: Vec<i64>,
    joined: Timestamp,
    /// Who came first.
    place: u64,
}

#[derive(Default)]
pub struct Model {
    pub fills: usize,
    status: Option<VenueStatus>,
    has_book: bool,
    /// Displayed and consumed, by side (buyers' first) and price.
    bids: BTreeMap<i64, (i64, i64)>,
    asks: BTreeMap<i64, (i64, i64)>,
    orders: Vec<Order>,
    /// When each level shrank last: by the venue and by us.
    shrunk_at: BTreeMap<(bool, i64), (Timestamp, Timestamp)>,
    book_at: Timestamp,
    next_order: u64,
    next_place: u64,
    now: Timestamp,
}

const fn is_buy(side: OrderSide) -> bool {
    matches!(side, OrderSide::Buy)
}

impl Model {
    pub fn open_orders(&self) -> Vec<(u64, i64, i64, i64)> {
        let mut open: Vec<_> = (self.orders.iter())
            .map(|order| {
                let ahead = order.shrunk_to.iter().copied().fold(order.ahead, i64::min);
                (order.order_id, order.price, order.left, ahead)
            })
            .collect();
        open.sort_unstable();
        open
    }

    fn is_live(&self) -> bool {
        let best_bid = self.bids.keys().next_back();
        let best_ask = self.asks.keys().next();
        let is_crossed = best_bid.zip(best_ask).is_some_and(|(bid, ask)| bid >= ask);
        self.status == Some(VenueStatus::Live) && self.has_book && !is_crossed
    }

    const fn levels(&mut self, of_buyers: bool) -> &mut BTreeMap<i64, (i64, i64)> {
        if of_buyers { &mut self.bids } else { &mut self.asks }
    }

    fn displayed(&self, of_buyers: bool, price: i64) -> (i64, i64) {
        let levels = if of_buyers { &self.bids } else { &self.asks };
        levels.get(&price).copied().unwrap_or_default()
    }

    pub fn take(&mut self, done: &Done) -> Vec<Fill> {
        let mut fills = Vec::new();
        match done {
            Done::Command(Command::PlaceOrder { account, request }) => {
                self.place(account.get(), request, &mut fills);
            }
            Done::Command(Command::CancelOrder { order_id, .. }) => {
                if let Some(at) = self.orders.iter().position(|order| order.order_id == order_id.get()) {
                    let gone = self.orders.remove(at);
                    self.forget_level(is_buy(gone.side), gone.price);
                }
            }
            Done::Command(Command::AmendOrder { order_id, amend, .. }) => {
                self.amend(*order_id, amend, &mut fills)
            }
            Done::Snapshot { bids, asks, book } => {
                self.book_at = book.ts_venue;
                self.replace(true, bids);
                self.replace(false, asks);
                self.has_book = true;
                self.shrunk_at.clear();
                self.cross(&mut fills);
            }
            Done::Changes { bids, asks, book } => {
                let was_believed = self.status == Some(VenueStatus::Live) && self.has_book;
                self.book_at = book.ts_venue;
                for (of_buyers, levels) in [(true, bids), (false, asks)] {
                    for level in levels {
                        self.set_level(of_buyers, level, was_believed);
                    }
                }
                self.cross(&mut fills);
            }
            Done::Print(print) => self.print(print, &mut fills),
            Done::Status(status) => {
                if self.status != Some(*status) {
                    self.has_book &= self.status != Some(VenueStatus::Live);
                    self.status = Some(*status);
                    self.cross(&mut fills);
                }
            }
            Done::Command(_) | Done::Rescaled(..) | Done::Time => {}
        }
        self.fills += fills.len();
        fills
    }

    fn replace(&mut self, of_buyers: bool, levels: &[Level]) {
        let before = core::mem::take(self.levels(of_buyers));
        for level in levels {
            let (price, qty) = (level.price.mantissa(), level.qty.mantissa());
            let consumed = before.get(&price).map_or(0, |held| held.1.min(qty));
            self.levels(of_buyers).insert(price, (qty, consumed));
        }
        let book_at = self.book_at;
        for at in 0..self.orders.len() {
            if is_buy(self.orders[at].side) == of_buyers {
                let (displayed, _) = self.displayed(of_buyers, self.orders[at].price);
                let order = &mut self.orders[at];
                order.ahead = order.shrunk_to.drain(..).fold(order.ahead, i64::min).min(displayed);
                order.joined = order.joined.max(book_at);
            }
        }
    }

    fn set_level(&mut self, of_buyers: bool, level: &Level, is_believed: bool) {
        let (price, qty) = (level.price.mantissa(), level.qty.mantissa());
        let (before, consumed) = self.displayed(of_buyers, price);
        if qty == 0 {
            self.levels(of_buyers).remove(&price);
        } else {
            self.levels(of_buyers).insert(price, (qty, consumed.min(qty)));
        }
        let mut is_watched = false;
        for order in &mut self.orders {
            if is_believed && is_buy(order.side) == of_buyers && order.price == price && qty < before {
                order.shrunk_to.push(qty);
                is_watched = true;
            }
        }
        if is_watched {
            self.shrunk_at.insert((of_buyers, price), (self.book_at, self.now));
        }
    }

    /// The best of the orders that `wanted` says, by price and place.
    fn best(&self, of_buyers: bool, wanted: impl Fn(&Order) -> bool) -> Option<usize> {
        let better = |order: &Order| (if of_buyers { -order.price } else { order.price }, order.place);
        (0..self.orders.len())
            .filter(|at| is_buy(self.orders[*at].side) == of_buyers && wanted(&self.orders[*at]))
            .min_by_key(|at| better(&self.orders[*at]))
    }

    fn best_level(&self, of_buyers: bool) -> Option<(i64, i64)> {
        let left = |(price, (displayed, consumed)): (&i64, &(i64, i64))| {
            (displayed > consumed).then_some((*price, displayed - consumed))
        };
        if of_buyers { self.bids.iter().rev().find_map(left) } else { self.asks.iter().find_map(left) }
    }

    fn cross(&mut self, fills: &mut Vec<Fill>) {
        if !self.is_live() {
            return;
        }
        for of_buyers in [true, false] {
            while let (Some(at), Some((price, left))) =
                (self.best(of_buyers, |_| true), self.best_level(!of_buyers))
            {
                let own = self.orders[at].price;
                if (of_buyers && price > own) || (!of_buyers && price < own) {
                    break;
                }
                let qty = left.min(self.orders[at].left);
                self.levels(!of_buyers).get_mut(&price).expect("it was found").1 += qty;
                self.fill(at, own, qty, fills);
            }
        }
    }

    fn fill(&mut self, at: usize, price: i64, qty: i64, fills: &mut Vec<Fill>) {
        let order = &mut self.orders[at];
        fills.push((order.order_id, price, qty));
        order.left -= qty;
        if order.left == 0 {
            let gone = self.orders.remove(at);
            self.forget_level(is_buy(gone.side), gone.price);
        }
    }

    /// Nobody stands there any more.
    fn forget_level(&mut self, of_buyers: bool, price: i64) {
        if !self.orders.iter().any(|order| is_buy(order.side) == of_buyers && order.price == price) {
            self.shrunk_at.remove(&(of_buyers, price));
        }
    }

    fn print(&mut self, print: &Trade, fills: &mut Vec<Fill>) {
        self.now = print.ts_recv;
        if print.backfilled || !self.is_live() {
            return;
        }
        let of_buyers = print.aggressor == AggressorSide::Sell;
        let price = print.price.mantissa();
        self.settle_cancels(of_buyers, price, print);
        let mut volume = print.qty.mantissa();
        let mut eaten = 0;
        let mut seen = Vec::new();
        while let Some(at) = self.best(of_buyers, |order| {
            !seen.contains(&order.order_id)
                && if of_buyers { order.price >= price } else { order.price <= price }
        }) {
            let order = &mut self.orders[at];
            seen.push(order.order_id);
            if print.ts_venue != Timestamp::ZERO && print.ts_venue <= order.joined {
                continue;
            }
            if order.price == price {
                let in_front = (order.ahead - eaten).max(0).min(volume);
                volume -= in_front;
                eaten += in_front;
                order.ahead = (order.ahead - eaten).max(0);
            } else {
                order.ahead = 0;
                order.shrunk_to.clear();
            }
            let qty = if order.ahead == 0 { order.left.min(volume) } else { 0 };
            if qty > 0 {
                volume -= qty;
                let own = order.price;
                self.fill(at, own, qty, fills);
            }
        }
    }

    fn settle_cancels(&mut self, of_buyers: bool, price: i64, print: &Trade) {
        let Some((by_venue, by_us)) = self.shrunk_at.get(&(of_buyers, price)).copied() else { return };
        let is_settled = if print.ts_venue == Timestamp::ZERO {
            print.ts_recv.nanos_since(by_us) > 1_000_000_000
        } else {
            print.ts_venue > by_venue
        };
        if is_settled {
            for order in &mut self.orders {
                if is_buy(order.side) == of_buyers && order.price == price {
                    order.ahead = order.shrunk_to.drain(..).fold(order.ahead, i64::min);
                }
            }
            self.shrunk_at.remove(&(of_buyers, price));
        }
    }

    fn place(&mut self, account: u32, request: &OrderRequest, fills: &mut Vec<Fill>) {
        if request.post_only && request.time_in_force != TimeInForce::Gtc || !self.is_live() {
            return;
        }
        let limit = request.price.map(|price| price.mantissa());
        let order = Order {
            order_id: self.next_order + 1,
            account,
            side: request.side,
            price: limit.unwrap_or(if is_buy(request.side) { i64::MAX } else { 0 }),
            qty: request.qty.expect("a quantity").mantissa(),
            left: request.qty.expect("a quantity").mantissa(),
            post_only: request.post_only,
            prevents: request.self_trade_prevention == SelfTradePrevention::ExpireTaker,
            ahead: 0,
            shrunk_to: Vec::new(),
            joined: Timestamp::ZERO,
            place: 0,
        };
        if order.post_only && self.would_cross(&order) {
            return;
        }
        self.next_order += 1;
        if request.time_in_force == TimeInForce::Fok {
            let mut tried = Self {
                orders: self.orders.clone(),
                bids: self.bids.clone(),
                asks: self.asks.clone(),
                ..Self::default()
            };
            let mut copy = order.clone();
            tried.match_order(&mut copy, &mut Vec::new());
            if copy.left > 0 {
                return;
            }
        }
        let rests = request.order_type == OrderType::Limit && request.time_in_force == TimeInForce::Gtc;
        self.work(order, rests, fills);
    }

    fn would_cross(&self, order: &Order) -> bool {
        let of_buyers = is_buy(order.side);
        let venue = if of_buyers { self.asks.keys().next() } else { self.bids.keys().next_back() }.copied();
        let ours = self.best(!of_buyers, |_| true).map(|at| self.orders[at].price);
        [venue, ours].into_iter().flatten().any(|price| reaches(order, price))
    }

    fn work(&mut self, mut order: Order, rests: bool, fills: &mut Vec<Fill>) {
        let is_stopped = self.match_order(&mut order, fills);
        if order.left > 0 && rests && !is_stopped {
            order.ahead = self.displayed(is_buy(order.side), order.price).0;
            order.joined = self.book_at;
            order.shrunk_to.clear();
            self.next_place += 1;
            order.place = self.next_place;
            self.orders.push(order);
        }
    }

    /// Says whether self-trade prevention stopped it.
    fn match_order(&mut self, order: &mut Order, fills: &mut Vec<Fill>) -> bool {
        let from_buyers = !is_buy(order.side);
        while order.left > 0 {
            let level = self.best_level(from_buyers);
            let maker = self.best(from_buyers, |_| true);
            let price = match (level, maker.map(|at| self.orders[at].price)) {
                (None, None) => return false,
                (Some((level, _)), None) => level,
                (None, Some(own)) => own,
                (Some((level, _)), Some(own)) => {
                    if from_buyers {
                        level.max(own)
                    } else {
                        level.min(own)
                    }
                }
            };
            if !reaches(order, price) {
                return false;
            }
            let (displayed, consumed) = self.displayed(from_buyers, price);
            let maker = maker.filter(|at| self.orders[*at].price == price);
            let venue_first = match maker {
                None => displayed - consumed,
                Some(at) => {
                    let maker = &self.orders[at];
                    maker.shrunk_to.iter().copied().fold(maker.ahead, i64::min).min(displayed) - consumed
                }
            };
            if venue_first > 0 {
                let qty = venue_first.min(order.left);
                self.levels(from_buyers).get_mut(&price).expect("it is displayed").1 += qty;
                order.left -= qty;
                fills.push((order.order_id, price, qty));
            } else if let Some(at) = maker {
                if order.prevents && self.orders[at].account == order.account {
                    return true;
                }
                let qty = order.left.min(self.orders[at].left);
                order.left -= qty;
                fills.push((order.order_id, price, qty));
                self.fill(at, price, qty, fills);
            }
        }
        false
    }

    fn amend(&mut self, order_id: OrderId, amend: &Amend, fills: &mut Vec<Fill>) {
        let Some(at) = self.orders.iter().position(|order| order.order_id == order_id.get()) else { return };
        let mut order = self.orders[at].clone();
        let (qty, price) = (
            amend.qty.map_or(order.qty, |qty| qty.mantissa()),
            amend.price.map_or(order.price, |price| price.mantissa()),
        );
        let filled = order.qty - order.left;
        if qty <= filled || (qty, price) == (order.qty, order.price) {
            return;
        }
        let keeps_place = price == order.price && qty <= order.qty;
        (order.qty, order.left) = (qty, qty - filled);
        if keeps_place {
            self.orders[at] = order;
            return;
        }
        let old_price = core::mem::replace(&mut order.price, price);
        if !self.is_live() || (order.post_only && self.would_cross(&order)) {
            return;
        }
        self.orders.remove(at);
        self.forget_level(is_buy(order.side), old_price);
        self.work(order, true, fills);
    }
}

const fn reaches(order: &Order, price: i64) -> bool {
    if is_buy(order.side) { price <= order.price } else { price >= order.price }
}
