//! What the sandbox knows of an account beside its money: its open orders, in the order of their ids, and how
//! far it is from the market.

use super::Sandbox;
use super::ids::OrderId;
use super::latency::Latency;
use super::order::Order;
use crate::ledger::{AccountNo, MarketNo};
use crate::matching::{NIL, OrderSide};
use crate::numbers::Qty;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AccountDesk {
    first: u32,
    last: u32,
    pub open_orders: u32,
    pub latency: Latency,
}

impl AccountDesk {
    const NEW: Self = Self {
        first: NIL,
        last: NIL,
        open_orders: 0,
        latency: Latency {
            entry: super::Delay::None,
            cancel: super::Delay::None,
            reply: super::Delay::None,
            seed: 0,
        },
    };
}

impl Sandbox {
    /// Made when the account is new; accounts are bounded by the ledger.
    pub(super) fn account_desk(&mut self, account: AccountNo) -> &mut AccountDesk {
        if self.account_desks.len() <= account.index() {
            self.account_desks.resize(account.index() + 1, AccountDesk::NEW);
        }
        &mut self.account_desks[account.index()]
    }

    #[inline]
    pub(super) fn desk_of(&self, account: AccountNo) -> &AccountDesk {
        self.account_desks.get(account.index()).unwrap_or(&AccountDesk::NEW)
    }

    /// How far an account is from the market.
    pub fn latency(&self, account: AccountNo) -> Latency {
        self.desk_of(account).latency
    }

    pub(super) fn link_account(&mut self, index: u32) {
        let account = self.orders.get(index).account;
        let desk = self.account_desk(account);
        let last = core::mem::replace(&mut desk.last, index);
        desk.open_orders += 1;
        if last == NIL {
            desk.first = index;
        } else {
            self.orders.links_mut(last).next = index;
        }
        self.orders.links_mut(index).prev = last;
    }

    pub(super) fn unlink_account(&mut self, index: u32) {
        let account = self.orders.get(index).account;
        let links = self.orders.links(index);
        let desk = self.account_desk(account);
        desk.open_orders -= 1;
        if links.prev == NIL {
            desk.first = links.next;
        }
        if links.next == NIL {
            desk.last = links.prev;
        }
        if links.prev != NIL {
            self.orders.links_mut(links.prev).next = links.next;
        }
        if links.next != NIL {
            self.orders.links_mut(links.next).prev = links.prev;
        }
    }

    /// An account's orders that have not ended, oldest first.
    pub fn open_orders(&self, account: AccountNo) -> impl Iterator<Item = &Order> + '_ {
        let first = Some(self.desk_of(account).first).filter(|index| *index != NIL);
        core::iter::successors(first, |index| {
            Some(self.orders.links(*index).next).filter(|next| *next != NIL)
        })
        .map(|index| self.orders.get(index))
    }

    pub fn open_order_count(&self, account: AccountNo) -> u32 {
        self.desk_of(account).open_orders
    }

    pub(super) fn open_order_ids(&self, account: AccountNo, market: Option<MarketNo>) -> Vec<OrderId> {
        self.open_orders(account)
            .filter(|order| market.is_none_or(|market| order.request.market == market))
            .map(|order| order.order_id)
            .collect()
    }

    /// What is left of an account's open orders on one side of a market. Saturates: it is compared with limits.
    pub(super) fn open_same_side(&self, account: AccountNo, market: MarketNo, side: OrderSide) -> Qty {
        let left: i64 = self
            .open_orders(account)
            .filter(|order| order.request.market == market && order.request.side == side)
            .fold(0, |sum, order| sum.saturating_add(order.remaining().mantissa()));
        Qty::from_mantissa(left)
    }
}
