//! Where resting orders live: one vector of nodes with a free list through it.
//!
//! Invariants: a node's generation rises each time its slot is given back, so an id names one order
//! for the life of the book; a slot whose generations are used up is never handed out again.

use super::OrderId;
use crate::numbers::Qty;

/// No node: the end of a list, or an order that stands in no level.
pub(crate) const NIL: u32 = u32::MAX;

/// One order. Price and side are its level's; two nodes share a cache line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderNode {
    pub qty: Qty,
    pub owner: u64,
    /// Index of the level it rests in; [`NIL`] while it is taking or the slot is free.
    pub level: u32,
    pub prev: u32,
    /// The next order in the queue, or the next free slot.
    pub next: u32,
    generation: u32,
}

const _: () = assert!(size_of::<OrderNode>() == 32, "two order nodes fill a cache line");

#[derive(Debug, Clone)]
pub(crate) struct OrderSlab {
    nodes: Vec<OrderNode>,
    first_free: u32,
    max_orders: u32,
    live: u32,
}

impl OrderSlab {
    /// `u32::MAX` orders still leave [`NIL`] free: indexes stay below `max_orders`.
    pub const fn new(max_orders: u32) -> Self {
        Self { nodes: Vec::new(), first_free: NIL, max_orders, live: 0 }
    }

    pub const fn len(&self) -> u32 {
        self.live
    }

    pub const fn max_orders(&self) -> u32 {
        self.max_orders
    }

    #[inline]
    pub fn node(&self, index: u32) -> &OrderNode {
        &self.nodes[index as usize]
    }

    #[inline]
    pub fn node_mut(&mut self, index: u32) -> &mut OrderNode {
        &mut self.nodes[index as usize]
    }

    /// A slot for an order that rests nowhere yet; `None` when the book is full.
    #[inline]
    pub fn insert(&mut self, owner: u64, qty: Qty) -> Option<OrderId> {
        let index = if self.first_free == NIL {
            let index = u32::try_from(self.nodes.len()).ok().filter(|index| *index < self.max_orders)?;
            self.nodes.push(OrderNode { qty, owner, level: NIL, prev: NIL, next: NIL, generation: 1 });
            index
        } else {
            let index = self.first_free;
            let node = &mut self.nodes[index as usize];
            self.first_free = node.next;
            *node = OrderNode { qty, owner, level: NIL, prev: NIL, next: NIL, generation: node.generation };
            index
        };
        self.live += 1;
        Some(self.id_of(index))
    }

    /// Gives a slot back; the ids it had are unknown from here on.
    #[inline]
    pub fn remove(&mut self, index: u32) {
        let node = &mut self.nodes[index as usize];
        node.level = NIL;
        self.live -= 1;
        // Wrapping around would bring old ids back to life, so the slot is retired instead.
        if let Some(generation) = node.generation.checked_add(1) {
            node.generation = generation;
            node.next = self.first_free;
            self.first_free = index;
        }
    }

    #[inline]
    pub fn id_of(&self, index: u32) -> OrderId {
        OrderId::new(index, self.nodes[index as usize].generation)
    }

    /// The index of an order that rests in the book.
    #[inline]
    pub fn resting(&self, order_id: OrderId) -> Option<u32> {
        let node = self.nodes.get(order_id.index() as usize)?;
        (node.generation == order_id.generation() && node.level != NIL).then_some(order_id.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_without_generations_left_is_retired() {
        let mut slab = OrderSlab::new(2);
        let first = slab.insert(1, Qty::ZERO).expect("empty slab");
        slab.nodes[0].generation = u32::MAX;
        slab.remove(first.index());
        let second = slab.insert(2, Qty::ZERO).expect("one slot left");
        assert_eq!(second.index(), 1);
        assert!(slab.insert(3, Qty::ZERO).is_none());
        assert_eq!(slab.len(), 1);
    }
}
