//! Where orders live: the queue's nodes in one slab, and beside it, under the same index, what a walk along a
//! queue does not read.
//!
//! Orders that ended stay for a while, so that clients can ask what became of them; the oldest leave first.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

use super::ids::{ClientOrderId, OrderId};
use super::order::Order;
use super::queue::Place;
use crate::ledger::AccountNo;
use crate::matching::{NIL, OrderNode, OrderSlab};
use crate::numbers::Qty;

/// Order ids are handed out in order by us, so one multiplication spreads them well enough.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct SerialHasher(u64);

impl Hasher for SerialHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}

type IdMap = HashMap<OrderId, u32, BuildHasherDefault<SerialHasher>>;

/// An account's open orders, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AccountLinks {
    pub prev: u32,
    pub next: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Orders {
    pub slab: OrderSlab,
    places: Vec<Place>,
    links: Vec<AccountLinks>,
    records: Vec<Order>,
    by_id: IdMap,
    /// Only ever looked up, never walked, so its order does not matter.
    by_client_id: HashMap<(AccountNo, ClientOrderId), OrderId>,
    finished: VecDeque<u32>,
    max_finished: usize,
}

impl Orders {
    pub fn new(max_orders: u32, max_finished: usize) -> Self {
        Self {
            slab: OrderSlab::new(max_orders),
            places: Vec::new(),
            links: Vec::new(),
            records: Vec::new(),
            by_id: IdMap::default(),
            by_client_id: HashMap::new(),
            finished: VecDeque::new(),
            max_finished,
        }
    }

    /// Open orders and those that ended and are remembered.
    pub fn len(&self) -> usize {
        self.slab.len() as usize
    }

    /// Whether so many more orders would find room, ended ones making it if need be.
    pub fn has_room_for(&self, orders: u32) -> bool {
        self.open_len() as u64 + u64::from(orders) <= u64::from(self.slab.max_orders())
    }

    pub fn open_len(&self) -> usize {
        self.len() - self.finished.len()
    }

    /// Room for an order. The oldest that ended makes it, if need be. `None` when all are open.
    pub fn insert(&mut self, order: Order) -> Option<u32> {
        let slot = match self.slab.insert(u64::from(order.account.get()), Qty::ZERO) {
            Some(slot) => slot,
            None => {
                self.forget_oldest();
                self.slab.insert(u64::from(order.account.get()), Qty::ZERO)?
            }
        };
        let index = slot.index();
        self.by_id.insert(order.order_id, index);
        if let Some(client_order_id) = order.request.client_order_id {
            self.by_client_id.insert((order.account, client_order_id), order.order_id);
        }
        let links = AccountLinks { prev: NIL, next: NIL };
        if self.records.len() == index as usize {
            self.places.push(Place::NOWHERE);
            self.links.push(links);
            self.records.push(order);
        } else {
            self.places[index as usize] = Place::NOWHERE;
            self.links[index as usize] = links;
            self.records[index as usize] = order;
        }
        Some(index)
    }

    /// The order has ended, and stands in no queue.
    pub fn finish(&mut self, index: u32) {
        self.finished.push_back(index);
        if self.finished.len() > self.max_finished {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(index) = self.finished.pop_front() {
            self.remove(index);
        }
    }

    /// Of an order that ended.
    pub fn forget(&mut self, index: u32) {
        self.finished.retain(|finished| *finished != index);
        self.remove(index);
    }

    fn remove(&mut self, index: u32) {
        self.unname(index);
        self.by_id.remove(&self.records[index as usize].order_id);
        self.slab.remove(index);
    }

    fn unname(&mut self, index: u32) {
        let order = &self.records[index as usize];
        if let Some(client_order_id) = order.request.client_order_id {
            let key = (order.account, client_order_id);
            // A later order may have the name by now.
            if self.by_client_id.get(&key) == Some(&order.order_id) {
                self.by_client_id.remove(&key);
            }
        }
    }

    /// Its client calls it otherwise from now on.
    pub fn rename(&mut self, index: u32, client_order_id: ClientOrderId) {
        self.unname(index);
        let order = &mut self.records[index as usize];
        order.request.client_order_id = Some(client_order_id);
        self.by_client_id.insert((order.account, client_order_id), order.order_id);
    }

    pub fn find(&self, order_id: OrderId) -> Option<u32> {
        self.by_id.get(&order_id).copied()
    }

    pub fn find_by_client_id(&self, account: AccountNo, client_order_id: ClientOrderId) -> Option<u32> {
        self.by_client_id.get(&(account, client_order_id)).and_then(|order_id| self.find(*order_id))
    }

    #[inline]
    pub fn get(&self, index: u32) -> &Order {
        &self.records[index as usize]
    }

    #[inline]
    pub fn get_mut(&mut self, index: u32) -> &mut Order {
        &mut self.records[index as usize]
    }

    #[inline]
    pub fn place(&self, index: u32) -> &Place {
        &self.places[index as usize]
    }

    #[inline]
    pub fn place_mut(&mut self, index: u32) -> &mut Place {
        &mut self.places[index as usize]
    }

    #[inline]
    pub fn links_mut(&mut self, index: u32) -> &mut AccountLinks {
        &mut self.links[index as usize]
    }

    #[inline]
    pub fn links(&self, index: u32) -> AccountLinks {
        self.links[index as usize]
    }

    pub fn node(&self, index: u32) -> &OrderNode {
        self.slab.node(index)
    }

    /// A queue from its head on: index and node of each order, and its place to be changed.
    pub fn for_each_in_queue(&mut self, head: u32, mut visit: impl FnMut(u32, &OrderNode, &mut Place)) {
        let mut at = head;
        while at != NIL {
            let node = self.slab.node(at);
            visit(at, node, &mut self.places[at as usize]);
            at = node.next;
        }
    }

    /// Those that ended and are remembered, in the order in which they did.
    pub fn finished(&self) -> impl Iterator<Item = &Order> {
        self.finished.iter().map(|index| self.get(*index))
    }

    /// All that are remembered, by order id.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.indexes().into_iter().map(|index| self.get(index))
    }

    /// Of all that are remembered, by order id.
    pub fn indexes(&self) -> Vec<u32> {
        let mut by_id: Vec<(OrderId, u32)> =
            self.by_id.iter().map(|(order_id, index)| (*order_id, *index)).collect();
        by_id.sort_unstable();
        by_id.into_iter().map(|(_, index)| index).collect()
    }
}
