//! Orders that depend on each other.
//!
//! One cancels the other (OCO): both are open and only one can come to anything, so the money of the costlier
//! is held back, once, by the first of them. As soon as one fills in part or wakes, the other ends. Who waits for a price
//! gets the money when it wakes; a limit order may fill at any moment, so it is the first of its pair.
//!
//! One triggers the other (OTO, bracket): what depends holds nothing back. When the entry order is over it enters
//! with as much as the entry has filled; nothing filled ends it.

use super::Sandbox;
use super::check::check_request;
use super::command::Done;
use super::event::{Event, EventBody, ReservedChange};
use super::ids::{ClientOrderId, ListId, OrderId};
use super::latency::Leg;
use super::order::{Order, OrderRequest, OrderStatus, Phase, TimeInForce, named};
use super::reject::{EndReason, Reject, Rule};
use crate::ledger::{AccountNo, FeeCarry, Need, Refusal, worst_cost};
use crate::numbers::Qty;

named!(ListKind {
    /// One cancels the other: a limit or take-profit order, and a stop of the same side.
    Oco = "oco",
    /// One triggers the other: the second enters when the first has filled.
    Oto = "oto",
    /// An entry, and when it has filled a take-profit and a stop of the other side, of which one cancels the
    /// other.
    Bracket = "bracket",
});

/// A list and its orders: the entry first, where there is one; of a pair, a limit order before what waits for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderList {
    pub list_id: ListId,
    pub account: AccountNo,
    pub kind: ListKind,
    pub first: OrderId,
    pub second: OrderId,
    pub third: Option<OrderId>,
    /// The client's own name for it.
    pub client_list_id: Option<ClientOrderId>,
}

impl OrderList {
    /// The order that ends when `order_id` comes to something.
    fn sibling(&self, order_id: OrderId) -> Option<OrderId> {
        let (one, other) = match (self.kind, self.third) {
            (ListKind::Oco, _) => (self.first, self.second),
            (ListKind::Bracket, Some(third)) => (self.second, third),
            _ => return None,
        };
        if order_id == one { Some(other) } else { (order_id == other).then_some(one) }
    }

    pub fn members(&self) -> impl Iterator<Item = OrderId> {
        [Some(self.first), Some(self.second), self.third].into_iter().flatten()
    }
}

impl Sandbox {
    pub(super) fn place_list(
        &mut self,
        account: AccountNo,
        (kind, client_list_id): (ListKind, Option<ClientOrderId>),
        orders: &[OrderRequest],
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        check_list(kind, orders)?;
        if let Some(held) = client_list_id.and_then(|name| self.list_by_client_id(account, name)) {
            return Err(Reject::DuplicateClientListId(held.list_id));
        }
        let mut orders = orders.to_vec();
        if kind != ListKind::Oto {
            let pair_at = orders.len() - 2;
            orders[pair_at..].sort_by_key(|request| request.order_type.waits_for_price());
        }
        let (orders, first) = (&orders[..], &orders[0]);
        self.check_names(account, orders.iter().filter_map(|request| request.client_order_id))?;
        self.check_new(account, first)?;
        let rules = self.desks[first.market.index()].rules;
        for dependent in &orders[1..] {
            check_request(dependent, &rules, self.now)?;
        }
        let effective_at = self.desk_of(account).latency.arrival(Leg::Entry, self.now, self.seq + 1);
        let is_now = effective_at == self.now;
        if is_now {
            self.check_entry(first)?;
        }
        let is_oco = kind == ListKind::Oco;
        if is_oco {
            self.check_new(account, &orders[1])?;
            if is_now {
                self.check_entry(&orders[1])?;
            }
        }
        if !self.orders.has_room_for(orders.len() as u32) {
            return Err(Rule::TooManyOrders.into());
        }
        let need = if is_oco { self.shared_need(account, orders)? } else { self.need_of(account, first)? };
        let list_id = ListId::new(self.next_list);
        let mut ids = [None; 3];
        for (at, request) in orders.iter().enumerate() {
            let phase = if is_oco || at == 0 { Phase::Entering } else { Phase::Dependent };
            // The first pays; it is refused or all are accepted, since the others hold nothing back yet.
            let need = if at == 0 { need } else { Need::Nothing };
            ids[at] = Some(OrderId::new(self.next_order));
            let accepted = self.accepted(account, request, (Some(list_id), phase), need, effective_at);
            self.commit(Some(account), EventBody::OrderAccepted(accepted), out)?;
        }
        let [Some(first), Some(second), third] = ids else { return Err(Rule::BadList.into()) };
        let list = OrderList { list_id, account, kind, first, second, third, client_list_id };
        self.commit_sure(account, EventBody::ListAccepted(list), out);
        if is_now {
            self.enter(first, out);
            if is_oco {
                self.settle_lists(out);
                self.enter(second, out);
            }
        }
        Ok(Done::List(list_id))
    }

    /// Names that the account has open orders of, and one name twice.
    pub(super) fn check_names(
        &self,
        account: AccountNo,
        names: impl IntoIterator<Item = ClientOrderId, IntoIter: Clone>,
    ) -> Result<(), Reject> {
        let names = names.into_iter();
        for (at, name) in names.clone().enumerate() {
            if names.clone().skip(at + 1).any(|other| other == name) {
                return Err(Rule::BadList.into());
            }
            if let Some(known) =
                self.order_by_client_id(account, name).filter(|known| !known.status.is_final())
            {
                return Err(Reject::DuplicateClientOrderId(known.order_id));
            }
        }
        Ok(())
    }

    /// What the costlier of two orders needs: it pays for either.
    fn shared_need(&self, account: AccountNo, orders: &[OrderRequest]) -> Result<Need, Reject> {
        let (one, other) = (self.need_of(account, &orders[0])?, self.need_of(account, &orders[1])?);
        let terms = self.ledger.terms(orders[0].market).ok_or(Refusal::UnknownMarket)?;
        let found = self.ledger.account(account).ok_or(Refusal::UnknownAccount)?;
        let cost = |need: &Need| worst_cost(terms, orders[0].side, need, &found.fees, FeeCarry::NONE);
        Ok(if cost(&other)? > cost(&one)? { other } else { one })
    }

    /// The other order of a pair of which both are still open.
    pub(super) fn open_sibling(&self, order: &Order) -> Option<u32> {
        let sibling = self.lists.get(&order.list?)?.sibling(order.order_id)?;
        let index = self.orders.find(sibling)?;
        (self.orders.get(index).phase != Phase::Done).then_some(index)
    }

    /// What the costlier of two orders needs that are open, and of which `payer` holds it back.
    pub(super) fn shared_open_need(&self, payer: &Order, wants: [Need; 2]) -> Result<Need, Reject> {
        let terms = self.ledger.terms(payer.request.market).ok_or(Refusal::UnknownMarket)?;
        let (side, money) = (payer.request.side, &payer.money);
        let cost = |need: &Need| worst_cost(terms, side, need, money.fees(), money.carry());
        let [one, other] = wants;
        Ok(if cost(&other)? > cost(&one)? { other } else { one })
    }

    /// Orders of lists came to something: their siblings end, and what depends on them enters.
    pub(super) fn settle_lists(&mut self, out: &mut Vec<Event>) {
        while let Some((order_id, list_id)) = self.touched.pop_front() {
            let Some(list) = self.lists.get(&list_id).copied() else { continue };
            if let Some(sibling) = list.sibling(order_id) {
                if let Some(index) = self.orders.find(order_id) {
                    self.settle_siblings(index, sibling, out);
                }
            } else if order_id == list.first && self.is_over(order_id) {
                self.release_dependents(&list, out);
            }
        }
    }

    /// Nothing more can come of a list whose orders have all ended.
    pub(super) fn forget_list_if_over(&mut self, list_id: ListId) {
        let Some(list) = self.lists.get(&list_id) else { return };
        if list.members().all(|order_id| self.is_over(order_id))
            && let Some(list) = self.lists.remove(&list_id)
        {
            if let Some(name) = list.client_list_id {
                self.list_names.remove(&(list.account, name));
            }
            self.ended_lists.push(list);
        }
    }

    pub(super) fn name_list(&mut self, list: &OrderList) {
        if let Some(name) = list.client_list_id {
            self.list_names.insert((list.account, name), list.list_id);
        }
    }

    /// The open list of that name.
    pub fn list_by_client_id(&self, account: AccountNo, name: ClientOrderId) -> Option<&OrderList> {
        self.list_names.get(&(account, name)).and_then(|list_id| self.lists.get(list_id))
    }

    /// Ended, and perhaps forgotten since.
    fn is_over(&self, order_id: OrderId) -> bool {
        self.order(order_id).is_none_or(|order| order.phase == Phase::Done)
    }

    /// One of two has filled, woken or ended.
    fn settle_siblings(&mut self, index: u32, sibling: OrderId, out: &mut Vec<Event>) {
        let order = self.orders.get(index);
        let (order_id, account, phase) = (order.order_id, order.account, order.phase);
        let has_woken = order.request.order_type.waits_for_price() && phase == Phase::Working;
        let has_ended = phase == Phase::Done && order.reason != Some(EndReason::ListSibling);
        let comes_to_something = !order.filled_qty.is_zero() || has_woken || has_ended;
        let Some(other) = self.orders.find(sibling) else { return };
        if !comes_to_something || self.orders.get(other).phase == Phase::Done {
            return;
        }
        // The money goes with the one that goes on, if it is not there yet.
        let moved = self.orders.get(other).need;
        self.end(other, OrderStatus::Cancelled, EndReason::ListSibling, out);
        let order = self.orders.get(index);
        if order.phase == Phase::Done || order.need != Need::Nothing || moved == Need::Nothing {
            return;
        }
        let need = match (order.request.qty, order.request.price.or(order.request.stop_price)) {
            (Some(_), Some(price)) => Need::Base { price, qty: order.remaining() },
            _ => moved,
        };
        let changed = EventBody::NeedChanged { order_id, need, reserved: ReservedChange::UNKNOWN };
        if self.commit(Some(account), changed, out).is_err() {
            self.end(index, OrderStatus::Cancelled, EndReason::InsufficientBalance, out);
        }
    }

    /// The entry is over: what depends on it enters with what it has filled. Of a pair of exits the first holds
    /// back what the costlier needs.
    fn release_dependents(&mut self, list: &OrderList, out: &mut Vec<Event>) {
        // An entry that is forgotten already has ended among very many others.
        let filled = self.order(list.first).map_or(Qty::ZERO, |entry| entry.filled_qty);
        let waiting =
            |order_id: &OrderId| self.order(*order_id).is_some_and(|order| order.phase == Phase::Dependent);
        let dependents: Vec<OrderId> =
            [Some(list.second), list.third].into_iter().flatten().filter(waiting).collect();
        let requests: Vec<OrderRequest> =
            dependents.iter().filter_map(|order_id| self.exit_request(*order_id, filled)).collect();
        if filled.is_zero() || requests.len() < dependents.len() {
            for order_id in dependents {
                self.end_if_open(order_id, OrderStatus::Cancelled, EndReason::ListEntryUnfilled, out);
            }
            return;
        }
        let need = match &requests[..] {
            [] => return,
            [only] => self.need_of(list.account, only),
            pair => self.shared_need(list.account, pair),
        };
        let effective_at = self.desk_of(list.account).latency.arrival(Leg::Entry, self.now, self.seq + 1);
        for (at, (order_id, request)) in dependents.iter().zip(&requests).enumerate() {
            let need = if at == 0 { need } else { Ok(Need::Nothing) };
            let activated = need.and_then(|need| {
                let qty = request.qty.unwrap_or(Qty::ZERO);
                let (order_id, reserved) = (*order_id, ReservedChange::UNKNOWN);
                let activated = EventBody::OrderActivated { order_id, qty, need, reserved, effective_at };
                Ok(self.commit(Some(list.account), activated, out)?)
            });
            if activated.is_err() {
                self.end_if_open(*order_id, OrderStatus::Rejected, EndReason::InsufficientBalance, out);
            }
        }
        if effective_at == self.now {
            for order_id in dependents {
                self.enter(order_id, out);
            }
        }
    }

    /// The order as it enters: with what has filled, in whole lots. `None` when that is nothing.
    fn exit_request(&self, order_id: OrderId, filled: Qty) -> Option<OrderRequest> {
        let request = self.order(order_id)?.request;
        let lot = self.desks[request.market.index()].rules.lot_size.mantissa().max(1);
        let wanted = request.qty?.min(filled).mantissa() / lot * lot;
        (wanted > 0).then_some(OrderRequest { qty: Some(Qty::from_mantissa(wanted)), ..request })
    }
}

fn check_list(kind: ListKind, orders: &[OrderRequest]) -> Result<(), Rule> {
    let fits = match (kind, orders) {
        (ListKind::Oco, [one, other]) => is_pair(one, other),
        (ListKind::Oto, [_, _]) => true,
        (ListKind::Bracket, [entry, one, other]) => is_pair(one, other) && entry.side != one.side,
        _ => false,
    };
    let is_placeable = |request: &OrderRequest| {
        request.market == orders[0].market
            && request.qty.is_some()
            && request.time_in_force != TimeInForce::Fok
    };
    if fits && orders.iter().all(is_placeable) { Ok(()) } else { Err(Rule::BadList) }
}

/// Two orders of one side and quantity of which only one can come to something: they wait for opposite moves.
fn is_pair(one: &OrderRequest, other: &OrderRequest) -> bool {
    use super::order::OrderType::{Limit, Stop, StopLimit, TakeProfit, TakeProfitLimit, TrailingStop};
    let profits = |request: &OrderRequest| {
        matches!(request.order_type, TakeProfit | TakeProfitLimit)
            || (request.order_type == Limit && request.may_rest())
    };
    let stops = |request: &OrderRequest| matches!(request.order_type, Stop | StopLimit | TrailingStop);
    let is_paired = (profits(one) && stops(other)) || (stops(one) && profits(other));
    is_paired && one.side == other.side && one.qty == other.qty
}
