//! How events change the state. Nothing else does, but for the venue's book and what follows from it alone:
//! places in queues, and what was taken of displayed levels.
//!
//! Live, an event is made, applied here and then handed out; what the ledger computes, such as a fee, is filled
//! in on the way. From a journal the same code runs and has to come to the same figures.

use super::Sandbox;
use super::desk::Desk;
use super::event::{
    Amend, Event, EventBody, Evidence, Fill, MarketListed, OrderAccepted, OrderAmended, OrderRested,
    PreventedMatch, ReservedChange,
};
use super::ids::OrderId;
use super::order::{Change, Order, OrderStatus, Phase, SelfTradePrevention};
use super::queue::{AHEAD_UNKNOWN, LevelWatch, Place};
use super::reject::EndReason;
use super::timers::{Due, Task};
use crate::ledger::{Amount, Liquidity, Need, Party, Refusal, Settlement, given_asset};
use crate::matching::{NIL, OrderSide};
use crate::numbers::{Notional, Price, Qty};
use crate::time::Timestamp;

/// Why an event does not continue a state. The journal is damaged, or not this state's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    #[error("event {found} where {expected} comes next")]
    OutOfOrder { expected: u64, found: u64 },
    #[error("event {seq} does not fit the state: {refusal}")]
    Refused { seq: u64, refusal: Refusal },
    #[error("event {seq} has other results than it says")]
    Differs { seq: u64 },
}

impl Sandbox {
    /// Applies an event of a journal, the next after those applied before. A state that refused one is not
    /// to be used any further.
    pub fn replay(&mut self, event: &Event) -> Result<(), ReplayError> {
        let Event { seq, ts, ref body, .. } = *event;
        if seq != self.seq + 1 {
            return Err(ReplayError::OutOfOrder { expected: self.seq + 1, found: seq });
        }
        self.ended_lists.clear();
        let mut applied = body.clone();
        self.now = self.now.max(ts);
        self.evolve(seq, ts, &mut applied).map_err(|refusal| ReplayError::Refused { seq, refusal })?;
        self.seq = seq;
        if applied == *body { Ok(()) } else { Err(ReplayError::Differs { seq }) }
    }

    pub(super) fn evolve(&mut self, seq: u64, ts: Timestamp, body: &mut EventBody) -> Result<(), Refusal> {
        match body {
            EventBody::Ledger(event) => self.ledger.apply(event),
            EventBody::MarketListed(listed) => self.list_market(listed),
            EventBody::MarketWidened(widened) => self.widen(widened),
            EventBody::RulesSet { market, rules } => {
                self.desks.get_mut(market.index()).ok_or(Refusal::UnknownMarket)?.rules = *rules;
                Ok(())
            }
            EventBody::MarketStatusChanged { market, status } => {
                self.desks.get_mut(market.index()).ok_or(Refusal::UnknownMarket)?.status = *status;
                Ok(())
            }
            EventBody::OrderAccepted(accepted) => self.accept(seq, ts, accepted),
            EventBody::OrderArmed { order_id, watermark, stop_price } => {
                self.arm(*order_id, *watermark, *stop_price)
            }
            EventBody::StopMoved { order_id, watermark, stop_price } => {
                self.move_stop(*order_id, Some(*watermark), *stop_price)
            }
            EventBody::OrderTriggered { order_id, .. } => self.wake(*order_id),
            EventBody::OrderRested(rested) => self.rest_order(seq, rested),
            EventBody::OrderFilled(fill) => self.take_fill(ts, fill),
            EventBody::SelfTradePrevented(prevented) => self.note_prevented(seq, prevented),
            EventBody::OrderPrevented { order_id, qty, need, reserved, .. } => {
                *reserved = self.prevent(*order_id, *qty, *need)?;
                Ok(())
            }
            EventBody::OrderAmended(amended) => self.amend_order(amended),
            EventBody::NeedChanged { order_id, need, reserved } => {
                let index = self.index_of(*order_id)?;
                *reserved = self.resize(index, *need)?;
                Ok(())
            }
            EventBody::OrderEnded { order_id, status, reason, reserved } => {
                *reserved = self.end_order(ts, *order_id, *status, *reason)?;
                Ok(())
            }
            EventBody::CancelRequested { order_id, effective_at } => {
                self.announce(seq, *order_id, *effective_at, None)
            }
            EventBody::AmendRequested { order_id, amend, effective_at } => {
                self.announce(seq, *order_id, *effective_at, Some(*amend))
            }
            EventBody::ChangeRefused { order_id } => {
                let index = self.index_of(*order_id)?;
                self.drop_change(index);
                Ok(())
            }
            EventBody::LatencySet { account, latency } => {
                self.ledger.account(*account).ok_or(Refusal::UnknownAccount)?;
                self.account_desk(*account).latency = *latency;
                Ok(())
            }
            EventBody::ListAccepted(list) => {
                self.next_list = self.next_list.max(list.list_id.get() + 1);
                self.lists.insert(list.list_id, *list);
                self.name_list(list);
                Ok(())
            }
            EventBody::OrderActivated { order_id, qty, need, reserved, effective_at } => {
                *reserved = self.activate(seq, ts, *order_id, (*qty, *need), *effective_at)?;
                Ok(())
            }
        }
    }

    pub(super) fn index_of(&self, order_id: OrderId) -> Result<u32, Refusal> {
        self.orders.find(order_id).ok_or(Refusal::Inconsistent)
    }

    fn list_market(&mut self, listed: &MarketListed) -> Result<(), Refusal> {
        self.ledger.add_market(&listed.market, listed.base, listed.quote, listed.scales)?;
        self.desks.push(Desk::new(listed.rules));
        Ok(())
    }

    fn accept(&mut self, seq: u64, ts: Timestamp, accepted: &mut OrderAccepted) -> Result<(), Refusal> {
        let OrderAccepted { order_id, account, request, need, effective_at, .. } = *accepted;
        let money = self.ledger.open_order(account, request.market, request.side, &need)?;
        (accepted.fees, accepted.reserved) = (*money.fees(), money.hold());
        self.ledger.count_order(account, ts)?;
        let order = Order {
            order_id,
            account,
            request,
            list: accepted.list,
            phase: accepted.phase,
            status: OrderStatus::Pending,
            reason: None,
            filled_qty: Qty::ZERO,
            filled_quote: Notional::ZERO,
            prevented_qty: Qty::ZERO,
            fee: Amount::ZERO,
            need,
            money,
            watermark: None,
            accepted_at: ts,
            effective_at,
            updated_at: ts,
            last_fill: None,
            accepted_seq: seq,
            change: None,
            prevented_match: None,
        };
        let index = self.orders.insert(order).ok_or(Refusal::Inconsistent)?;
        self.next_order = self.next_order.max(order_id.get() + 1);
        self.link_account(index);
        if accepted.phase == Phase::Entering && effective_at > ts {
            self.timers.set(Due { at: effective_at, seq }, Task::Enter(order_id));
        }
        if let Some(at) = request.expires_at {
            self.timers.set(Due { at, seq }, Task::Expire(order_id));
        }
        Ok(())
    }

    /// The order has come to the market.
    fn arrive(&mut self, index: u32, phase: Phase) {
        let order = self.orders.get_mut(index);
        if order.phase == Phase::Entering {
            let due = Due { at: order.effective_at, seq: order.accepted_seq };
            self.timers.clear(due, Task::Enter(order.order_id));
        }
        order.phase = phase;
    }

    fn arm(&mut self, order_id: OrderId, watermark: Option<Price>, stop_price: Price) -> Result<(), Refusal> {
        let index = self.index_of(order_id)?;
        self.arrive(index, Phase::Armed);
        let order = self.orders.get_mut(index);
        (order.watermark, order.request.stop_price) = (watermark, Some(stop_price));
        let triggers = &mut self.desks[order.request.market.index()].triggers;
        triggers.insert(order_id, &order.request, stop_price, index);
        Ok(())
    }

    fn move_stop(
        &mut self,
        order_id: OrderId,
        watermark: Option<Price>,
        stop_price: Price,
    ) -> Result<(), Refusal> {
        let index = self.index_of(order_id)?;
        let order = self.orders.get_mut(index);
        let before = order.request.stop_price.ok_or(Refusal::Inconsistent)?;
        let triggers = &mut self.desks[order.request.market.index()].triggers;
        triggers.remove(order_id, &order.request, before);
        triggers.insert(order_id, &order.request, stop_price, index);
        (order.watermark, order.request.stop_price) = (watermark, Some(stop_price));
        Ok(())
    }

    fn wake(&mut self, order_id: OrderId) -> Result<(), Refusal> {
        let index = self.index_of(order_id)?;
        self.disarm(index);
        self.arrive(index, Phase::Working);
        Ok(())
    }

    fn disarm(&mut self, index: u32) {
        let order = self.orders.get(index);
        if let (Phase::Armed, Some(stop_price)) = (order.phase, order.request.stop_price) {
            let triggers = &mut self.desks[order.request.market.index()].triggers;
            triggers.remove(order.order_id, &order.request, stop_price);
        }
    }

    fn rest_order(&mut self, seq: u64, rested: &OrderRested) -> Result<(), Refusal> {
        let index = self.index_of(rested.order_id)?;
        self.arrive(index, Phase::Working);
        let order = self.orders.get_mut(index);
        if order.status == OrderStatus::Pending {
            order.status = OrderStatus::Open;
        }
        let (market, side) = (order.request.market, order.request.side.rests_on());
        let ahead = rested.queue_ahead.map_or(AHEAD_UNKNOWN, Qty::mantissa);
        *self.orders.place_mut(index) =
            Place { ahead, joined: rested.book.ts_venue, joined_seq: seq, ..Place::NOWHERE };
        self.orders.slab.node_mut(index).qty = rested.shown;
        let desk = &mut self.desks[market.index()];
        if !desk.levels.join(&mut self.orders.slab, index, side, rested.price) {
            return Err(Refusal::OutOfRange);
        }
        let level = self.orders.node(index).level;
        let watch = LevelWatch::new(desk.book.displayed(side, rested.price));
        if desk.watches.len() <= level as usize {
            desk.watches.resize(level as usize + 1, watch);
        }
        if desk.levels.node(level).head == index {
            desk.watches[level as usize] = watch;
        }
        Ok(())
    }

    /// Takes `qty` off what stands in the queue, and the order out of it when that was all.
    fn shrink_shown(&mut self, index: u32, qty: Qty) {
        let node = self.orders.node(index);
        if node.level == NIL {
            return;
        }
        let (is_all, market) = (node.qty <= qty, self.orders.get(index).request.market);
        let levels = &mut self.desks[market.index()].levels;
        if is_all {
            levels.leave(&mut self.orders.slab, index);
            self.orders.slab.node_mut(index).level = NIL;
        } else {
            levels.shrink(&mut self.orders.slab, index, qty);
        }
    }

    pub(super) fn leave_queue(&mut self, index: u32) {
        let all = self.orders.node(index).qty;
        self.shrink_shown(index, all);
    }

    fn take_fill(&mut self, ts: Timestamp, fill: &mut Fill) -> Result<(), Refusal> {
        let index = self.index_of(fill.order_id)?;
        let order = self.orders.get(index);
        let party = Party::Order { money: order.money, liquidity: fill.liquidity, left: fill.need };
        let (buyer, seller) = match order.request.side {
            OrderSide::Buy => (party, Party::Venue),
            OrderSide::Sell => (Party::Venue, party),
        };
        let Fill { market, price, qty, .. } = *fill;
        let settled = self.ledger.settle(&Settlement { market, price, qty, buyer, seller, at: ts })?;
        let leg = settled.leg(order.request.side).ok_or(Refusal::Inconsistent)?;
        (fill.fee, fill.fee_asset, fill.fee_carry) = (leg.fee, leg.fee_asset, leg.money.carry());
        (fill.spent, fill.released, fill.received) = (leg.spent, leg.released, leg.received);
        fill.reserved = leg.money.hold();
        self.arrive(index, Phase::Working);
        let previous = self.note_fill(ts, index, fill, leg.money)?;
        self.next_fill = fill.fill_id.get() + 1;
        self.fills.push(*fill, ts, previous);
        match (fill.liquidity, fill.evidence) {
            (Liquidity::Taker, Evidence::Level(level)) | (_, Evidence::Crossed(level)) => {
                let side = fill.side.takes_from();
                self.desks[market.index()].book.consume(side, level.price, qty);
            }
            (_, Evidence::Print(print)) => {
                self.orders.place_mut(index).ahead = print.queue_after.mantissa();
            }
            _ => {}
        }
        self.shrink_shown(index, qty);
        if self.orders.get(index).status == OrderStatus::Filled {
            self.finish(index);
        }
        Ok(())
    }

    /// What a fill does to the order itself. Says which fill was its last one before.
    fn note_fill(
        &mut self,
        ts: Timestamp,
        index: u32,
        fill: &mut Fill,
        money: crate::ledger::OrderMoney,
    ) -> Result<Option<super::ids::FillId>, Refusal> {
        let order = self.orders.get_mut(index);
        let filled_qty = order.filled_qty.checked_add(fill.qty).ok_or(Refusal::OutOfRange)?;
        let notional = fill.price.notional(fill.qty);
        order.filled_quote = order.filled_quote.checked_add(notional).ok_or(Refusal::OutOfRange)?;
        order.filled_qty = filled_qty;
        order.fee = order.fee.checked_add(fill.fee).ok_or(Refusal::OutOfRange)?;
        (order.money, order.need, order.updated_at) = (money, fill.need, ts);
        let is_whole =
            order.request.qty.is_some() && order.remaining().is_zero() && order.prevented_qty.is_zero();
        order.status = if is_whole { OrderStatus::Filled } else { OrderStatus::PartiallyFilled };
        (fill.filled_qty, fill.filled_quote) = (order.filled_qty, order.filled_quote);
        Ok(order.last_fill.replace(fill.fill_id))
    }

    /// An order that ends by it loses all that was left of it here; what a decrement takes follows in events of its own.
    fn note_prevented(&mut self, seq: u64, prevented: &PreventedMatch) -> Result<(), Refusal> {
        let takes_all = prevented.prevention != SelfTradePrevention::Decrement;
        for (order_id, qty) in
            [(prevented.taker, prevented.taker_qty), (prevented.maker, prevented.maker_qty)]
        {
            if qty.is_zero() {
                continue;
            }
            let index = self.index_of(order_id)?;
            let order = self.orders.get_mut(index);
            order.prevented_match = Some(seq);
            if takes_all {
                order.prevented_qty = order.prevented_qty.checked_add(qty).ok_or(Refusal::OutOfRange)?;
            }
        }
        Ok(())
    }

    fn prevent(&mut self, order_id: OrderId, qty: Qty, need: Need) -> Result<ReservedChange, Refusal> {
        let index = self.index_of(order_id)?;
        let reserved = self.resize(index, need)?;
        let order = self.orders.get_mut(index);
        order.prevented_qty = order.prevented_qty.checked_add(qty).ok_or(Refusal::OutOfRange)?;
        self.shrink_shown(index, qty);
        Ok(reserved)
    }

    fn resize(&mut self, index: u32, need: Need) -> Result<ReservedChange, Refusal> {
        let order = self.orders.get_mut(index);
        let before = order.money.hold();
        self.ledger.resize_order(&mut order.money, &need)?;
        order.need = need;
        let terms = self.ledger.terms(order.request.market).ok_or(Refusal::UnknownMarket)?;
        Ok(ReservedChange {
            account: order.account,
            asset: given_asset(terms, order.request.side),
            amount: order.money.hold().checked_sub(before).ok_or(Refusal::OutOfRange)?,
        })
    }

    fn amend_order(&mut self, amended: &mut OrderAmended) -> Result<(), Refusal> {
        let index = self.index_of(amended.order_id)?;
        amended.reserved = self.resize(index, amended.need)?;
        self.drop_change(index);
        let remaining_before = self.orders.get(index).remaining();
        let is_resting = self.orders.node(index).level != NIL;
        if is_resting && !amended.kept_place {
            self.leave_queue(index);
        }
        let order = self.orders.get_mut(index);
        let had_limit = order.request.price;
        if let (Phase::Armed, Some(stop_price)) = (order.phase, amended.stop_price) {
            let watermark = order.watermark;
            self.move_stop(amended.order_id, watermark, stop_price)?;
        }
        let order = self.orders.get_mut(index);
        order.request.qty = Some(amended.qty);
        order.request.price = amended.price.or(had_limit);
        order.request.stop_price = amended.stop_price.or(order.request.stop_price);
        order.request.display_qty = order.request.display_qty.map(|shown| shown.min(amended.qty));
        if let Some(name) = amended.client_order_id {
            self.orders.rename(index, name);
        }
        let order = self.orders.get(index);
        if is_resting && amended.kept_place {
            let (remaining, shown) = (order.remaining(), self.orders.node(index).qty);
            // A slice that still fits what is left stays as it is; hidden quantity goes first.
            let over = shown.mantissa() - remaining.mantissa().min(shown.mantissa());
            debug_assert!(remaining <= remaining_before, "what grows does not keep its place");
            if over > 0 {
                self.shrink_shown(index, Qty::from_mantissa(over));
            }
        }
        Ok(())
    }

    fn end_order(
        &mut self,
        ts: Timestamp,
        order_id: OrderId,
        status: OrderStatus,
        reason: EndReason,
    ) -> Result<ReservedChange, Refusal> {
        let index = self.index_of(order_id)?;
        let reserved = self.resize(index, Need::Nothing)?;
        self.leave_queue(index);
        self.disarm(index);
        let order = self.orders.get_mut(index);
        (order.status, order.reason, order.updated_at) = (status, Some(reason), ts);
        self.finish(index);
        Ok(reserved)
    }

    /// Nothing is left to be done for the order.
    fn finish(&mut self, index: u32) {
        self.drop_change(index);
        self.arrive(index, Phase::Done);
        let order = self.orders.get(index);
        if let Some(at) = order.request.expires_at {
            self.timers.clear(Due { at, seq: order.accepted_seq }, Task::Expire(order.order_id));
        }
        let list = order.list;
        self.unlink_account(index);
        self.orders.finish(index);
        if let Some(list_id) = list {
            self.forget_list_if_over(list_id);
        }
    }

    fn announce(
        &mut self,
        seq: u64,
        order_id: OrderId,
        effective_at: Timestamp,
        amend: Option<Amend>,
    ) -> Result<(), Refusal> {
        let index = self.index_of(order_id)?;
        self.orders.get_mut(index).change = Some(Change { effective_at, event_seq: seq, amend });
        let task = if amend.is_some() { Task::Amend(order_id) } else { Task::Cancel(order_id) };
        self.timers.set(Due { at: effective_at, seq }, task);
        Ok(())
    }

    fn drop_change(&mut self, index: u32) {
        let order = self.orders.get_mut(index);
        if let Some(change) = order.change.take() {
            let order_id = order.order_id;
            let task = if change.amend.is_some() { Task::Amend(order_id) } else { Task::Cancel(order_id) };
            self.timers.clear(Due { at: change.effective_at, seq: change.event_seq }, task);
        }
    }

    fn activate(
        &mut self,
        seq: u64,
        ts: Timestamp,
        order_id: OrderId,
        (qty, need): (Qty, Need),
        effective_at: Timestamp,
    ) -> Result<ReservedChange, Refusal> {
        let index = self.index_of(order_id)?;
        let reserved = self.resize(index, need)?;
        let order = self.orders.get_mut(index);
        order.request.qty = Some(qty);
        order.request.display_qty = order.request.display_qty.map(|shown| shown.min(qty));
        if let Some(at) = order.request.expires_at {
            // The timer goes by the event that the order entered with.
            self.timers.clear(Due { at, seq: order.accepted_seq }, Task::Expire(order_id));
            self.timers.set(Due { at, seq }, Task::Expire(order_id));
        }
        (order.phase, order.effective_at, order.accepted_seq) = (Phase::Entering, effective_at, seq);
        if effective_at > ts {
            self.timers.set(Due { at: effective_at, seq }, Task::Enter(order_id));
        }
        Ok(reserved)
    }
}
