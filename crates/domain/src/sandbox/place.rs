//! A new order: checked, paid for, accepted; and when it comes to the market, what it does there.

use super::Sandbox;
use super::check::check_request;
use super::command::Done;
use super::event::{Event, EventBody, OrderAccepted, OrderRested, ReservedChange};
use super::ids::{ListId, OrderId};
use super::latency::Leg;
use super::order::{OrderRequest, OrderStatus, OrderType, Phase, TimeInForce};
use super::queue::AHEAD_UNKNOWN;
use super::reject::{EndReason, Reject, Rule};
use super::triggers::{Direction, TriggerPrice, trailing_stop_price};
use crate::ledger::{AccountNo, Need, OrderIntent, Refusal};
use crate::matching::NIL;
use crate::numbers::{Price, Qty};
use crate::time::Timestamp;

impl Sandbox {
    pub(super) fn place(
        &mut self,
        account: AccountNo,
        request: &OrderRequest,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        self.check_new(account, request)?;
        let order_id = OrderId::new(self.next_order);
        let effective_at = self.desk_of(account).latency.arrival(Leg::Entry, self.now, self.seq + 1);
        if effective_at == self.now {
            self.check_entry(request)?;
        }
        let need = self.need_of(account, request)?;
        let accepted = self.accepted(account, request, (None, Phase::Entering), need, effective_at);
        self.commit(Some(account), EventBody::OrderAccepted(accepted), out)?;
        if effective_at == self.now {
            self.enter(order_id, out);
        }
        Ok(Done::Order(order_id))
    }

    /// The event that accepts an order as the next one.
    #[inline]
    pub(super) fn accepted(
        &self,
        account: AccountNo,
        request: &OrderRequest,
        (list, phase): (Option<ListId>, Phase),
        need: Need,
        effective_at: Timestamp,
    ) -> OrderAccepted {
        OrderAccepted {
            order_id: OrderId::new(self.next_order),
            account,
            request: *request,
            list,
            phase,
            need,
            // What it pays is looked up when it is accepted.
            fees: crate::ledger::FeeSchedule::FREE,
            reserved: crate::ledger::Amount::ZERO,
            effective_at,
        }
    }

    /// What can be said of an order when it is received.
    pub(super) fn check_new(&self, account: AccountNo, request: &OrderRequest) -> Result<(), Reject> {
        let found = self.ledger.account(account).ok_or(Refusal::UnknownAccount)?;
        if found.is_closed() {
            return Err(Refusal::AccountClosed.into());
        }
        let desk = self.desks.get(request.market.index()).ok_or(Refusal::UnknownMarket)?;
        check_request(request, &desk.rules, self.now)?;
        if let Some(rule) = desk.closed_rule() {
            return Err(rule.into());
        }
        if let Some(client_order_id) = request.client_order_id
            && let Some(known) = self.order_by_client_id(account, client_order_id)
            && !known.status.is_final()
        {
            return Err(Reject::DuplicateClientOrderId(known.order_id));
        }
        let limit = request.price.filter(|_| request.order_type.has_limit());
        if let (Some(limit), Some(mark), Some(bps)) = (limit, desk.mark(), desk.rules.band_bps)
            && !is_in_band(limit, mark, bps)
        {
            return Err(Rule::Band.into());
        }
        if let (Some(qty), None, Some(mark)) =
            (request.qty, request.price.or(request.stop_price), desk.mark())
            && mark.notional(qty) < desk.rules.min_notional
        {
            return Err(Rule::MinNotional.into());
        }
        if !self.orders.has_room_for(1) {
            return Err(Rule::TooManyOrders.into());
        }
        // Quantities of orders by quote are known when they fill; limits see what the book offers now.
        let qty = request.qty.unwrap_or_else(|| self.preview(account, request).qty);
        let intent = OrderIntent {
            account,
            market: request.market,
            side: request.side,
            qty,
            price: request.price,
            mark: desk.mark(),
            open_orders: self.open_order_count(account),
            open_same_side: self.open_same_side_if_limited(account, request),
        };
        Ok(self.ledger.check_risk(&intent, self.now)?)
    }

    /// Only limits ask for it, and it takes a walk along the open orders.
    fn open_same_side_if_limited(&self, account: AccountNo, request: &OrderRequest) -> Qty {
        let is_limited = self.ledger.account(account).is_some_and(|found| {
            !found.risk.limits.markets.is_empty() || !found.risk.limits.assets.is_empty()
        });
        if is_limited { self.open_same_side(account, request.market, request.side) } else { Qty::ZERO }
    }

    /// What can be said only when it meets the market. The moment may be another one than that of its receipt.
    pub(super) fn check_entry(&self, request: &OrderRequest) -> Result<(), Reject> {
        let desk = self.desks.get(request.market.index()).ok_or(Refusal::UnknownMarket)?;
        if let Some(rule) = desk.closed_rule() {
            return Err(rule.into());
        }
        if request.order_type.waits_for_price() {
            return match (self.trigger_price(request), request.stop_price) {
                (Some(price), Some(stop)) if Direction::of(request).is_reached(price, stop) => {
                    Err(Rule::WouldTrigger.into())
                }
                _ => Ok(()),
            };
        }
        if request.post_only
            && let Some(price) = request.price
            && desk.would_cross(request.side, price)
        {
            return Err(Rule::WouldCross.into());
        }
        Ok(())
    }

    /// What an order may cost at worst, as far as it can be known: with a limit, at the limit; with a stop price, at
    /// that; else what the book asks for now.
    pub(super) fn need_of(&self, account: AccountNo, request: &OrderRequest) -> Result<Need, Reject> {
        let worst = request.price.or(request.stop_price);
        match (request.qty, worst) {
            (Some(qty), Some(price)) => Ok(Need::Base { price, qty }),
            (Some(qty), None) if request.order_type == OrderType::TrailingStop => {
                let price = self.trigger_price(request).ok_or(Refusal::NoMarkPrice)?;
                let bps = request.trailing_bps.unwrap_or_default();
                let tick = self.desks[request.market.index()].rules.tick_size;
                let stop = trailing_stop_price(request.side, price, bps, tick).ok_or(Rule::OutOfRange)?;
                Ok(Need::Base { price: stop, qty })
            }
            _ => Ok(self.market_need(account, request)),
        }
    }

    /// The order has come to the market.
    pub(super) fn enter(&mut self, order_id: OrderId, out: &mut Vec<Event>) {
        let Some(index) = self.orders.find(order_id) else { return };
        let order = self.orders.get(index);
        if order.phase != Phase::Entering {
            return;
        }
        let waits = order.request.order_type.waits_for_price();
        if let Err(reject) = self.check_entry(&order.request) {
            let reason = match reject {
                Reject::Rule(Rule::WouldCross) => EndReason::WouldCross,
                Reject::Rule(Rule::WouldTrigger) => EndReason::WouldTrigger,
                _ => EndReason::MarketNotLive,
            };
            self.end(index, OrderStatus::Rejected, reason, out);
        } else if waits {
            self.arm_entered(index, out);
        } else {
            self.work(index, out);
        }
    }

    fn arm_entered(&mut self, index: u32, out: &mut Vec<Event>) {
        let order = self.orders.get(index);
        let (order_id, account, request) = (order.order_id, order.account, order.request);
        let watermark = request.trailing_bps.and(self.trigger_price(&request));
        let stop_price = match (request.stop_price, watermark) {
            (Some(stop_price), _) => Some(stop_price),
            (None, Some(watermark)) => {
                let tick = self.desks[request.market.index()].rules.tick_size;
                trailing_stop_price(request.side, watermark, request.trailing_bps.unwrap_or_default(), tick)
            }
            (None, None) => None,
        };
        match stop_price {
            Some(stop_price) => {
                self.commit_sure(account, EventBody::OrderArmed { order_id, watermark, stop_price }, out);
            }
            None => self.end(index, OrderStatus::Rejected, EndReason::OutOfRange, out),
        }
    }

    /// The price that an order waits for, as it is now.
    pub(super) fn trigger_price(&self, request: &OrderRequest) -> Option<Price> {
        self.desks.get(request.market.index())?.trigger_price(TriggerPrice::of(request))
    }

    /// Takes what it may, then stands in the book with the rest, or ends.
    pub(super) fn work(&mut self, index: u32, out: &mut Vec<Event>) {
        let order = self.orders.get(index);
        let (account, request) = (order.account, &order.request);
        let (is_fok, may_rest) = (request.time_in_force == TimeInForce::Fok, request.may_rest());
        if order.limit().is_none() {
            // The book may have moved since the order was accepted.
            let need = self.market_need(
                account,
                &OrderRequest { qty: request.qty.map(|_| order.remaining()), ..*request },
            );
            let changed =
                EventBody::NeedChanged { order_id: order.order_id, need, reserved: ReservedChange::UNKNOWN };
            if self.orders.get(index).need != need && self.commit(Some(account), changed, out).is_err() {
                return self.end(index, OrderStatus::Rejected, EndReason::InsufficientBalance, out);
            }
        }
        if is_fok && !self.preview_order(index).is_whole {
            return self.end(index, OrderStatus::Expired, EndReason::FokUnfilled, out);
        }
        let stopped = self.take(index, out);
        if self.orders.get(index).phase == Phase::Done {
            return;
        }
        match stopped {
            Some((status, reason)) => self.end(index, status, reason, out),
            None if may_rest => self.rest(index, out),
            None => {
                let is_untouched = self.orders.get(index).filled_qty.is_zero();
                let is_limit = self.orders.get(index).limit().is_some();
                let reason =
                    if is_untouched && !is_limit { EndReason::NoLiquidity } else { EndReason::IocRemainder };
                self.end(index, OrderStatus::Expired, reason, out);
            }
        }
    }

    /// Joins the end of the queue at the order's price.
    pub(super) fn rest(&mut self, index: u32, out: &mut Vec<Event>) {
        let order = self.orders.get(index);
        let (order_id, account) = (order.order_id, order.account);
        let Some(price) = order.limit() else { return };
        let shown = order.request.display_qty.unwrap_or(order.remaining()).min(order.remaining());
        let (side, desk) = (order.request.side.rests_on(), &self.desks[order.request.market.index()]);
        let displayed = if desk.book.is_exact { desk.book.displayed(side, price) } else { Qty::ZERO };
        let whole = displayed.checked_add(shown);
        // In an order-by-order book all that stands at the price is one sum.
        if whole.is_none_or(|whole| !desk.levels.has_room(side, price, whole)) {
            return self.end(index, OrderStatus::Rejected, EndReason::OutOfRange, out);
        }
        let queue_ahead = desk.book.is_in_view(side, price).then(|| desk.book.displayed(side, price));
        debug_assert!(queue_ahead.is_none_or(|ahead| ahead.mantissa() < AHEAD_UNKNOWN));
        debug_assert!(self.orders.node(index).level == NIL, "an order stands in one queue");
        let rested = OrderRested { order_id, price, shown, queue_ahead, book: desk.book.at };
        self.commit_sure(account, EventBody::OrderRested(rested), out);
    }

    pub(super) fn end(&mut self, index: u32, status: OrderStatus, reason: EndReason, out: &mut Vec<Event>) {
        let order = self.orders.get(index);
        let (order_id, account, list) = (order.order_id, order.account, order.list);
        let reserved = ReservedChange::UNKNOWN;
        self.commit_sure(account, EventBody::OrderEnded { order_id, status, reason, reserved }, out);
        if let Some(list_id) = list {
            self.touched.push_back((order_id, list_id));
        }
    }

    pub(super) fn end_if_open(
        &mut self,
        order_id: OrderId,
        status: OrderStatus,
        reason: EndReason,
        out: &mut Vec<Event>,
    ) {
        if let Some(index) = self.orders.find(order_id)
            && self.orders.get(index).phase != Phase::Done
        {
            self.end(index, status, reason, out);
        }
    }
}

/// Whether a price is within so many hundredths of a percent of the mark.
pub(super) fn is_in_band(price: Price, mark: Price, bps: u32) -> bool {
    let (price, mark) = (i128::from(price.mantissa()), i128::from(mark.mantissa()));
    (price - mark).abs() * 10_000 <= mark * i128::from(bps)
}
