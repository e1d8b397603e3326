//! The whole state as plain data, to be written down, and to go on from.
//!
//! What outlives a restart is all here. What only the venue's data says is not: its book, its last print, which
//! part of a level's shrinking is explained. A state that was restored waits for the venue's next snapshot, and
//! until then nothing fills.

use super::desk::{Desk, MarketRules, VenueStatus};
use super::fills::FillRecord;
use super::ids::OrderId;
use super::latency::Latency;
use super::lists::OrderList;
use super::order::{Order, Phase};
use super::queue::{LevelWatch, Place};
use super::timers::{Due, Task};
use super::{Sandbox, SandboxBounds};
use crate::book::{BookSide, Level};
use crate::ledger::{AccountNo, Ledger};
use crate::matching::NIL;
use crate::numbers::{Price, Qty};
use crate::time::Timestamp;

/// A sandbox between two inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxState {
    pub seq: u64,
    pub now: Timestamp,
    pub next_order: u64,
    pub next_fill: u64,
    pub next_list: u64,
    pub ledger: Ledger,
    pub markets: Vec<MarketDeskState>,
    /// Of accounts that have any, by account.
    pub latencies: Vec<(AccountNo, Latency)>,
    /// By id.
    pub orders: Vec<OrderState>,
    /// Those that ended and are remembered, in the order in which they ended.
    pub finished: Vec<OrderId>,
    pub lists: Vec<OrderList>,
    /// Those that are remembered, oldest first.
    pub fills: Vec<FillRecord>,
}

/// A market's part of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketDeskState {
    pub rules: MarketRules,
    pub status: VenueStatus,
    /// What sandbox orders have taken of displayed levels.
    pub consumed: Vec<(BookSide, Level)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderState {
    pub order: Order,
    /// While it stands in the book.
    pub queue: Option<QueueState>,
}

/// An order's place. Orders of a price stand in the order of `joined_seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueState {
    pub price: Price,
    pub shown: Qty,
    pub joined_seq: u64,
    /// From the venue's data: what is in front of it, and what traded since.
    pub ahead: i64,
    pub traded: i64,
}

impl SandboxState {
    /// Without what came from the venue's data alone, and without the time that has passed since the last event:
    /// equal for a state and for the fold of its events.
    pub fn durable(mut self) -> Self {
        self.now = Timestamp::ZERO;
        for market in &mut self.markets {
            market.consumed.clear();
        }
        for queue in self.orders.iter_mut().filter_map(|order| order.queue.as_mut()) {
            (queue.ahead, queue.traded) = (0, 0);
        }
        self
    }
}

/// A state whose parts do not fit together was not written by this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the state's {0} do not fit together")]
pub struct StateError(&'static str);

impl Sandbox {
    /// Copies everything: for now and then.
    pub fn state(&self) -> SandboxState {
        let latencies =
            (0u32..).zip(&self.account_desks).map(|(number, desk)| (AccountNo::new(number), desk.latency));
        SandboxState {
            seq: self.seq,
            now: self.now,
            next_order: self.next_order,
            next_fill: self.next_fill,
            next_list: self.next_list,
            ledger: self.ledger.clone(),
            markets: (self.desks.iter())
                .map(|desk| MarketDeskState {
                    rules: desk.rules,
                    status: desk.status,
                    consumed: desk.book.consumption().collect(),
                })
                .collect(),
            latencies: latencies.filter(|(_, latency)| *latency != Latency::default()).collect(),
            orders: self.orders.iter().map(|order| self.order_state(order)).collect(),
            finished: self.orders.finished().collect(),
            lists: self.lists.values().copied().collect(),
            fills: self.fills().copied().collect(),
        }
    }

    fn order_state(&self, order: &Order) -> OrderState {
        let resting = self.orders.find(order.order_id).filter(|index| self.orders.node(*index).level != NIL);
        let queue = resting.map(|index| {
            let (node, place) = (self.orders.node(index), self.orders.place(index));
            QueueState {
                price: self.desks[order.request.market.index()].levels.node(node.level).price,
                shown: node.qty,
                joined_seq: place.joined_seq,
                ahead: place.in_front(),
                traded: place.traded,
            }
        });
        OrderState { order: order.clone(), queue }
    }

    /// Goes on from a state.
    pub fn restore(state: SandboxState, bounds: SandboxBounds) -> Result<Self, StateError> {
        let mut sandbox = Self::new(bounds);
        if state.ledger.markets().count() != state.markets.len() {
            return Err(StateError("markets"));
        }
        sandbox.ledger = state.ledger;
        for market in &state.markets {
            let mut desk = Desk::new(market.rules);
            desk.status = market.status;
            for (side, level) in &market.consumed {
                desk.book.consume(*side, level.price, level.qty);
            }
            sandbox.desks.push(desk);
        }
        for (account, latency) in state.latencies {
            sandbox.ledger.account(account).ok_or(StateError("accounts"))?;
            sandbox.account_desk(account).latency = latency;
        }
        let mut resting: Vec<(u64, u32, QueueState)> = Vec::new();
        for OrderState { order, queue } in state.orders {
            let index = sandbox.restore_order(order)?;
            resting.extend(queue.map(|queue| (queue.joined_seq, index, queue)));
        }
        resting.sort_unstable_by_key(|(joined_seq, index, _)| (*joined_seq, *index));
        for (_, index, queue) in resting {
            sandbox.restore_place(index, &queue)?;
        }
        for order_id in state.finished {
            let index = sandbox.orders.find(order_id).ok_or(StateError("orders"))?;
            sandbox.orders.finish(index);
        }
        sandbox.lists = state.lists.into_iter().map(|list| (list.list_id, list)).collect();
        for record in state.fills {
            sandbox.fills.push(record.fill, record.ts, record.previous);
        }
        (sandbox.seq, sandbox.now) = (state.seq, state.now);
        (sandbox.next_order, sandbox.next_fill, sandbox.next_list) =
            (state.next_order, state.next_fill, state.next_list);
        Ok(sandbox)
    }

    fn restore_order(&mut self, order: Order) -> Result<u32, StateError> {
        let market = order.request.market;
        if market.index() >= self.desks.len() || self.ledger.account(order.account).is_none() {
            return Err(StateError("orders"));
        }
        let index = self.orders.insert(order).ok_or(StateError("orders"))?;
        let order = self.orders.get(index);
        let (order_id, seq) = (order.order_id, order.accepted_seq);
        if order.phase == Phase::Done {
            return Ok(index);
        }
        if order.phase == Phase::Entering {
            self.timers.set(Due { at: order.effective_at, seq }, Task::Enter(order_id));
        }
        if let Some(at) = order.request.expires_at {
            self.timers.set(Due { at, seq }, Task::Expire(order_id));
        }
        if let Some(change) = order.change {
            let task = if change.amend.is_some() { Task::Amend(order_id) } else { Task::Cancel(order_id) };
            self.timers.set(Due { at: change.effective_at, seq: change.event_seq }, task);
        }
        if let (Phase::Armed, Some(stop_price)) = (order.phase, order.request.stop_price) {
            self.desks[market.index()].triggers.insert(order_id, &order.request, stop_price, index);
        }
        self.link_account(index);
        Ok(index)
    }

    fn restore_place(&mut self, index: u32, queue: &QueueState) -> Result<(), StateError> {
        let QueueState { price, shown, joined_seq, ahead, traded } = *queue;
        let order = self.orders.get(index);
        if order.phase != Phase::Working || shown <= Qty::ZERO || shown > order.remaining() {
            return Err(StateError("queues"));
        }
        let (market, side) = (order.request.market, order.request.side.rests_on());
        *self.orders.place_mut(index) = Place { ahead, joined_seq, traded, ..Place::NOWHERE };
        self.orders.slab.node_mut(index).qty = shown;
        let desk = &mut self.desks[market.index()];
        if !desk.levels.join(&mut self.orders.slab, index, side, price) {
            return Err(StateError("queues"));
        }
        let level = self.orders.node(index).level as usize;
        if desk.watches.len() <= level {
            desk.watches.resize(level + 1, LevelWatch::new(Qty::ZERO));
        }
        Ok(())
    }
}
