//! Taking orders back and changing them.

use super::Sandbox;
use super::check::{check_price, check_qty};
use super::command::Done;
use super::event::{Amend, AmendedFrom, Event, EventBody, OrderAmended, ReservedChange};
use super::ids::OrderId;
use super::latency::Leg;
use super::order::{Order, OrderStatus, OrderType, Phase};
use super::reject::{EndReason, Reject, Rule};
use crate::ledger::{AccountNo, MarketNo, Need, Refusal};
use crate::matching::NIL;
use crate::numbers::Qty;

impl Sandbox {
    /// The account's order, if something can still happen to it.
    fn own_open(&self, account: AccountNo, order_id: OrderId) -> Result<u32, Reject> {
        let index = self.orders.find(order_id).ok_or(Rule::UnknownOrder)?;
        let order = self.orders.get(index);
        if order.account != account {
            // Whether there is one is nobody else's business.
            return Err(Rule::UnknownOrder.into());
        }
        if order.phase == Phase::Done {
            return Err(Rule::OrderFinal.into());
        }
        if order.change.is_some() {
            return Err(Rule::ChangePending.into());
        }
        Ok(index)
    }

    pub(super) fn cancel(
        &mut self,
        account: AccountNo,
        order_id: OrderId,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        let index = self.own_open(account, order_id)?;
        let effective_at = self.desk_of(account).latency.arrival(Leg::Cancel, self.now, self.seq + 1);
        if effective_at > self.now {
            self.commit(Some(account), EventBody::CancelRequested { order_id, effective_at }, out)?;
        } else {
            self.end(index, OrderStatus::Cancelled, EndReason::UserRequest, out);
        }
        Ok(Done::Order(order_id))
    }

    /// One message to the market for all of them, so one delay for all.
    pub(super) fn cancel_all(
        &mut self,
        account: AccountNo,
        market: Option<MarketNo>,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        if self.ledger.account(account).is_none() {
            return Err(Refusal::UnknownAccount.into());
        }
        if market.is_some_and(|market| market.index() >= self.desks.len()) {
            return Err(Refusal::UnknownMarket.into());
        }
        let effective_at = self.desk_of(account).latency.arrival(Leg::Cancel, self.now, self.seq + 1);
        if effective_at == self.now {
            return Ok(Done::Cancelled(self.end_all(account, market, EndReason::CancelAll, out)));
        }
        let mut announced = 0;
        for order_id in self.open_order_ids(account, market) {
            if self.own_open(account, order_id).is_ok() {
                self.commit(Some(account), EventBody::CancelRequested { order_id, effective_at }, out)?;
                announced += 1;
            }
        }
        Ok(Done::Cancelled(announced))
    }

    pub(super) fn amend(
        &mut self,
        account: AccountNo,
        order_id: OrderId,
        amend: Amend,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        let index = self.own_open(account, order_id)?;
        self.check_amend(index, &amend)?;
        let effective_at = self.desk_of(account).latency.arrival(Leg::Entry, self.now, self.seq + 1);
        if effective_at > self.now {
            self.commit(Some(account), EventBody::AmendRequested { order_id, amend, effective_at }, out)?;
        } else {
            self.amend_now(index, &amend, out)?;
        }
        Ok(Done::Order(order_id))
    }

    /// An amendment has come to the market. What it asks for may not be possible any more.
    pub(super) fn amend_due(&mut self, order_id: OrderId, out: &mut Vec<Event>) {
        let Some(index) = self.orders.find(order_id) else { return };
        let Some(amend) = self.orders.get(index).change.and_then(|change| change.amend) else { return };
        let account = self.orders.get(index).account;
        let amended = self.check_amend(index, &amend).and_then(|()| self.amend_now(index, &amend, out));
        if amended.is_err() {
            self.commit_sure(account, EventBody::ChangeRefused { order_id }, out);
        }
    }

    fn check_amend(&self, index: u32, amend: &Amend) -> Result<(), Reject> {
        let order = self.orders.get(index);
        let desk = &self.desks[order.request.market.index()];
        let Some(qty) = order.request.qty else { return Err(Rule::NotAmendable.into()) };
        let is_new = |new: Option<_>, old| new.is_some() && new != old;
        let changes_price = is_new(amend.price, order.request.price);
        let changes_stop = is_new(amend.stop_price, order.request.stop_price);
        let is_renamed =
            amend.client_order_id.is_some() && amend.client_order_id != order.request.client_order_id;
        if !changes_price && !changes_stop && !is_renamed && amend.qty.is_none_or(|new| new == qty) {
            return Err(Rule::NothingToAmend.into());
        }
        if let Some(name) = amend.client_order_id.filter(|_| is_renamed) {
            self.check_names(order.account, [name])?;
        }
        let fits = match order.phase {
            // On its way or waiting for another order: what it will be is settled when it is there.
            Phase::Entering | Phase::Dependent | Phase::Done => false,
            Phase::Armed => order.request.order_type != OrderType::TrailingStop || !changes_stop,
            Phase::Working => !changes_stop,
        };
        // Of a pair, both are for one quantity.
        let changes_pair = amend.qty.is_some_and(|new| new != qty) && self.open_sibling(order).is_some();
        if !fits || changes_pair || (changes_price && !order.request.order_type.has_limit()) {
            return Err(Rule::NotAmendable.into());
        }
        for price in [amend.price, amend.stop_price].into_iter().flatten() {
            check_price(price, &desk.rules)?;
        }
        if let Some(qty) = amend.qty {
            check_qty(qty, &desk.rules)?;
            if qty.mantissa() <= order.filled_qty.mantissa() + order.prevented_qty.mantissa() {
                return Err(Rule::BelowFilled.into());
            }
        }
        let (new_qty, new_price) = (amend.qty.unwrap_or(qty), amend.price.or(order.request.price));
        let worst = new_price.or(amend.stop_price).or(order.request.stop_price);
        if worst.is_some_and(|price| price.notional(new_qty) < desk.rules.min_notional) {
            return Err(Rule::MinNotional.into());
        }
        if !keeps_place(order, amend) {
            if let Some(rule) = desk.closed_rule() {
                return Err(rule.into());
            }
            if let (Phase::Working, true, Some(price)) = (order.phase, order.request.post_only, new_price)
                && desk.would_cross(order.request.side, price)
            {
                return Err(Rule::WouldCross.into());
            }
        }
        Ok(())
    }

    fn amend_now(&mut self, index: u32, amend: &Amend, out: &mut Vec<Event>) -> Result<(), Reject> {
        let order = self.orders.get(index);
        let (order_id, account) = (order.order_id, order.account);
        let before = AmendedFrom {
            qty: order.request.qty.ok_or(Rule::NotAmendable)?,
            price: order.request.price,
            stop_price: order.request.stop_price,
            client_order_id: order.request.client_order_id,
        };
        let qty = amend.qty.unwrap_or(before.qty);
        let price = amend.price.or(order.request.price);
        let stop_price = amend.stop_price.or(order.request.stop_price);
        let left = qty.mantissa() - order.filled_qty.mantissa() - order.prevented_qty.mantissa();
        let worst = price.or(stop_price).ok_or(Rule::NotAmendable)?;
        let need = Need::Base { price: worst, qty: Qty::from_mantissa(left) };
        let kept_place = keeps_place(order, amend);
        let is_resting = self.orders.node(index).level != NIL;
        if let (Phase::Armed, Some(stop)) = (order.phase, stop_price)
            && self
                .trigger_price(&order.request)
                .is_some_and(|price| super::triggers::Direction::of(&order.request).is_reached(price, stop))
        {
            return Err(Rule::WouldTrigger.into());
        }
        let reserved = ReservedChange::UNKNOWN;
        let need = match self.open_sibling(order) {
            Some(sibling) => self.share_need(index, sibling, need, out)?,
            None => need,
        };
        let (client_order_id, before) = (amend.client_order_id, Some(before));
        let amended = OrderAmended {
            order_id,
            qty,
            price,
            stop_price,
            need,
            reserved,
            kept_place,
            client_order_id,
            before,
        };
        self.commit(Some(account), EventBody::OrderAmended(amended), out)?;
        if is_resting && !kept_place {
            self.work(index, out);
        }
        Ok(())
    }
}

impl Sandbox {
    /// Of a pair, one holds back what the costlier needs. Says what the order itself is to hold back, when it is to need
    /// `need`, after the other one has got what it is to hold back. Refused, when there is not so much.
    fn share_need(
        &mut self,
        index: u32,
        sibling: u32,
        need: Need,
        out: &mut Vec<Event>,
    ) -> Result<Need, Reject> {
        let (order, other) = (self.orders.get(index), self.orders.get(sibling));
        let worst = other.request.price.or(other.request.stop_price).ok_or(Rule::NotAmendable)?;
        let wanted = Need::Base { price: worst, qty: other.remaining() };
        if other.need == Need::Nothing {
            return self.shared_open_need(order, [need, wanted]);
        }
        let shared = self.shared_open_need(other, [wanted, need])?;
        if shared != other.need {
            let (account, order_id, reserved) = (other.account, other.order_id, ReservedChange::UNKNOWN);
            self.commit(Some(account), EventBody::NeedChanged { order_id, need: shared, reserved }, out)?;
        }
        Ok(Need::Nothing)
    }
}

/// Whether the order only becomes smaller.
fn keeps_place(order: &Order, amend: &Amend) -> bool {
    let same_price = amend.price.is_none_or(|price| order.request.price == Some(price));
    let same_stop = amend.stop_price.is_none_or(|price| order.request.stop_price == Some(price));
    same_price
        && same_stop
        && amend.qty.is_none_or(|qty| order.request.qty.is_some_and(|before| qty <= before))
}
