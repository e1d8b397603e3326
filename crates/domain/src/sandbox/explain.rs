//! Why an order was filled, or was not.

use super::Sandbox;
use super::fills::FillRecord;
use super::ids::OrderId;
use super::order::{Order, Phase};
use super::queue::AHEAD_UNKNOWN;
use super::reject::Rule;
use crate::ledger::AccountNo;
use crate::matching::NIL;
use crate::numbers::{Price, Qty};

/// Where an order stands in its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueReport {
    pub price: Price,
    /// Of it in the queue; the rest is hidden.
    pub shown: Qty,
    /// Venue quantity in front of it; `None` when the price is out of view.
    pub queue_ahead: Option<Qty>,
    /// Sandbox orders in front of it at its price.
    pub sandbox_ahead: Qty,
    /// What the venue displays at its price now.
    pub displayed: Qty,
    /// Printed at its price or through it since it stands there.
    pub traded_since: Qty,
}

/// All that is known of how an order came to be where it is.
#[derive(Debug, Clone)]
pub struct Explanation<'a> {
    pub order: &'a Order,
    /// With their evidence, the latest first, as far as they are remembered.
    pub fills: Vec<&'a FillRecord>,
    /// While it stands in the book.
    pub queue: Option<QueueReport>,
    /// For an order that waits for a price: the price as it is now.
    pub trigger_price: Option<Price>,
    /// Why nothing can fill at the moment.
    pub waits_for_market: Option<Rule>,
}

impl Sandbox {
    /// What became of an account's order, and why. `None` when it is unknown or forgotten.
    pub fn explain(&self, account: AccountNo, order_id: OrderId) -> Option<Explanation<'_>> {
        let index = self.orders.find(order_id)?;
        let order = self.orders.get(index);
        if order.account != account {
            return None;
        }
        let desk = &self.desks[order.request.market.index()];
        Some(Explanation {
            order,
            fills: self.fills.of_order(order.last_fill).collect(),
            queue: self.queue_report(index),
            trigger_price: (order.phase == Phase::Armed)
                .then(|| self.trigger_price(&order.request))
                .flatten(),
            waits_for_market: desk.closed_rule().filter(|_| order.phase != Phase::Done),
        })
    }

    /// Venue quantity in front of an order that stands in the book.
    pub fn queue_ahead(&self, order_id: OrderId) -> Option<Qty> {
        self.queue_report(self.orders.find(order_id)?)?.queue_ahead
    }

    fn queue_report(&self, index: u32) -> Option<QueueReport> {
        let node = self.orders.node(index);
        if node.level == NIL || self.orders.get(index).phase != Phase::Working {
            return None;
        }
        let desk = &self.desks[self.orders.get(index).request.market.index()];
        let level = desk.levels.node(node.level);
        let place = self.orders.place(index);
        let mut sandbox_ahead = 0i64;
        let mut at = node.prev;
        while at != NIL {
            let before = self.orders.node(at);
            sandbox_ahead = sandbox_ahead.saturating_add(before.qty.mantissa());
            at = before.prev;
        }
        Some(QueueReport {
            price: level.price,
            shown: node.qty,
            queue_ahead: (place.in_front() != AHEAD_UNKNOWN).then(|| Qty::from_mantissa(place.in_front())),
            sandbox_ahead: Qty::from_mantissa(sandbox_ahead),
            displayed: desk.book.displayed(level.side, level.price),
            traded_since: Qty::from_mantissa(place.traded),
        })
    }
}
