//! The sandbox's whole state as bytes, and back: what its events have led to. The venue's books are not part of it; after
//! a restart the next snapshot of each brings them, and no order has a better place by it than it had.

use super::desk::{Desk, MarketRules, VenueStatus};
use super::fills::FillRecord;
use super::ids::OrderId;
use super::latency::Latency;
use super::lists::OrderList;
use super::order::{Order, Phase};
use super::queue::{LevelWatch, Place};
use super::timers::{Due, Task};
use super::{Sandbox, SandboxBounds};
use crate::book::BookSide;
use crate::journal::{CodecError, coded_struct};
use crate::ledger::{AccountNo, Ledger};
use crate::matching::NIL;
use crate::numbers::{Price, Qty};
use crate::time::Timestamp;

/// An order that stands in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    order_id: OrderId,
    price: Price,
    shown: Qty,
    ahead: i64,
    joined: Timestamp,
    joined_seq: u64,
    traded: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct DeskState {
    rules: MarketRules,
    status: VenueStatus,
    /// Bids, then asks; best level first, and within it in the order of the queue.
    standing: Vec<Standing>,
    /// What sandbox orders have taken of levels that the venue displayed.
    bids_consumed: Vec<(Price, Qty)>,
    asks_consumed: Vec<(Price, Qty)>,
}

/// A state taken out of its structures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxState {
    seq: u64,
    now: Timestamp,
    next_order: u64,
    next_fill: u64,
    next_list: u64,
    ledger: Ledger,
    desks: Vec<DeskState>,
    latencies: Vec<(AccountNo, Latency)>,
    /// By id; those that ended and are remembered as well.
    orders: Vec<Order>,
    /// In the order in which they ended.
    finished: Vec<OrderId>,
    lists: Vec<OrderList>,
    fills: Vec<FillRecord>,
}

coded_struct!(Standing { order_id, price, shown, ahead, joined, joined_seq, traded });
coded_struct!(DeskState { rules, status, standing, bids_consumed, asks_consumed });
coded_struct!(FillRecord { fill, ts, previous });
coded_struct!(SandboxState {
    seq,
    now,
    next_order,
    next_fill,
    next_list,
    ledger,
    desks,
    latencies,
    orders,
    finished,
    lists,
    fills,
});

impl SandboxState {
    /// Of the last event in it.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Without what came from the venue's data alone, and without the time that has passed since the last event:
    /// equal for a state and for the fold of its events.
    pub fn durable(mut self) -> Self {
        self.now = Timestamp::ZERO;
        for desk in &mut self.desks {
            desk.bids_consumed.clear();
            desk.asks_consumed.clear();
            for standing in &mut desk.standing {
                (standing.ahead, standing.joined, standing.traded) = (0, Timestamp::ZERO, 0);
            }
        }
        self
    }

    /// [`Self::durable`], without orders and fills that are over and only remembered: how many those are is a matter of
    /// bounds, which may be others after a restart.
    pub fn binding(self) -> Self {
        let mut state = self.durable();
        state.orders.retain(|order| order.phase != Phase::Done);
        for order in &mut state.orders {
            order.last_fill = None;
        }
        state.finished.clear();
        state.fills.clear();
        state
    }
}

impl Sandbox {
    /// The state as it is between two inputs.
    pub fn state(&self) -> SandboxState {
        let accounts = self.ledger.accounts().map(|(account, _)| account);
        let latencies = accounts.map(|account| (account, self.latency(account)));
        SandboxState {
            seq: self.seq,
            now: self.now,
            next_order: self.next_order,
            next_fill: self.next_fill,
            next_list: self.next_list,
            ledger: self.ledger.clone(),
            desks: self.desks.iter().map(|desk| self.desk_state(desk)).collect(),
            latencies: latencies.filter(|(_, latency)| *latency != Latency::default()).collect(),
            orders: self.orders.iter().cloned().collect(),
            finished: self.orders.finished().map(|order| order.order_id).collect(),
            lists: self.lists.values().copied().collect(),
            fills: self.fills.iter().copied().collect(),
        }
    }

    fn desk_state(&self, desk: &Desk) -> DeskState {
        let mut standing = Vec::new();
        for level in desk.levels.iter(BookSide::Bid).chain(desk.levels.iter(BookSide::Ask)) {
            let mut at = level.head;
            while at != NIL {
                let (node, place) = (self.orders.node(at), self.orders.place(at));
                let Place { joined, joined_seq, traded, .. } = *place;
                let ahead = place.in_front();
                let order_id = self.orders.get(at).order_id;
                standing.push(Standing {
                    order_id,
                    price: level.price,
                    shown: node.qty,
                    ahead,
                    joined,
                    joined_seq,
                    traded,
                });
                at = node.next;
            }
        }
        DeskState {
            rules: desk.rules,
            status: desk.status,
            standing,
            bids_consumed: desk.book.consumption(BookSide::Bid).collect(),
            asks_consumed: desk.book.consumption(BookSide::Ask).collect(),
        }
    }

    /// A sandbox that goes on from this state. An error when the state does not fit itself, or the bounds.
    pub fn restore(state: SandboxState, bounds: SandboxBounds) -> Result<Self, CodecError> {
        let mut sandbox = Self::new(bounds);
        sandbox.ledger = state.ledger;
        sandbox.ledger.set_bounds(bounds.ledger);
        (sandbox.seq, sandbox.now) = (state.seq, state.now);
        (sandbox.next_order, sandbox.next_fill, sandbox.next_list) =
            (state.next_order, state.next_fill, state.next_list);
        for desk in &state.desks {
            let mut restored = Desk { said: desk.status, status: desk.status, ..Desk::new(desk.rules) };
            for (side, consumed) in
                [(BookSide::Bid, &desk.bids_consumed), (BookSide::Ask, &desk.asks_consumed)]
            {
                for (price, qty) in consumed {
                    restored.book.consume(side, *price, *qty);
                }
            }
            sandbox.desks.push(restored);
        }
        if sandbox.desks.len() != sandbox.ledger.markets().count() {
            return Err(CodecError::OutOfRange("a number of markets"));
        }
        for (account, latency) in state.latencies {
            sandbox.ledger.account(account).ok_or(CodecError::OutOfRange("an account"))?;
            sandbox.account_desk(account).latency = latency;
        }
        for order in state.orders {
            sandbox.restore_order(order)?;
        }
        for order_id in state.finished {
            let index = sandbox.orders.find(order_id).ok_or(CodecError::OutOfRange("an order"))?;
            sandbox.orders.finish(index);
        }
        for (number, desk) in state.desks.iter().enumerate() {
            for standing in &desk.standing {
                sandbox.restore_place(number, standing)?;
            }
        }
        state.lists.iter().for_each(|list| sandbox.name_list(list));
        sandbox.lists = state.lists.into_iter().map(|list| (list.list_id, list)).collect();
        for FillRecord { fill, ts, previous } in state.fills {
            sandbox.fills.push(fill, ts, previous);
        }
        Ok(sandbox)
    }

    fn restore_order(&mut self, order: Order) -> Result<(), CodecError> {
        const MISFIT: CodecError = CodecError::OutOfRange("an order");
        let Order { order_id, phase, request, accepted_seq, effective_at, change, .. } = order;
        let desk = self.desks.get(request.market.index()).ok_or(MISFIT)?;
        debug_assert!(desk.levels.is_empty(), "queues are filled once all orders are there");
        self.ledger.account(order.account).ok_or(MISFIT)?;
        if self.orders.find(order_id).is_some() {
            return Err(MISFIT);
        }
        let index = self.orders.insert(order).ok_or(MISFIT)?;
        if phase == Phase::Done {
            return Ok(());
        }
        self.link_account(index);
        if phase == Phase::Entering {
            self.timers.set(Due { at: effective_at, seq: accepted_seq }, Task::Enter(order_id));
        }
        if let Some(at) = request.expires_at {
            self.timers.set(Due { at, seq: accepted_seq }, Task::Expire(order_id));
        }
        if let Some(change) = change {
            let task = if change.amend.is_some() { Task::Amend(order_id) } else { Task::Cancel(order_id) };
            self.timers.set(Due { at: change.effective_at, seq: change.event_seq }, task);
        }
        if phase == Phase::Armed {
            let stop_price = request.stop_price.ok_or(MISFIT)?;
            self.desks[request.market.index()].triggers.insert(order_id, &request, stop_price, index);
        }
        Ok(())
    }

    /// Orders come in the order of their queue.
    fn restore_place(&mut self, market: usize, standing: &Standing) -> Result<(), CodecError> {
        const MISFIT: CodecError = CodecError::OutOfRange("an order in a queue");
        let Standing { order_id, price, shown, ahead, joined, joined_seq, traded } = *standing;
        let index = self.orders.find(order_id).ok_or(MISFIT)?;
        let order = self.orders.get(index);
        let is_misplaced = order.request.market.index() != market || order.phase != Phase::Working;
        if is_misplaced || self.orders.node(index).level != NIL || shown <= Qty::ZERO {
            return Err(MISFIT);
        }
        let side = order.request.side.rests_on();
        *self.orders.place_mut(index) = Place { ahead, joined, joined_seq, traded, ..Place::NOWHERE };
        self.orders.slab.node_mut(index).qty = shown;
        let desk = &mut self.desks[market];
        if !desk.levels.join(&mut self.orders.slab, index, side, price) {
            return Err(MISFIT);
        }
        let level = self.orders.node(index).level as usize;
        let watch = LevelWatch::new(Qty::ZERO);
        if desk.watches.len() <= level {
            desk.watches.resize(level + 1, watch);
        }
        desk.watches[level] = watch;
        Ok(())
    }
}
