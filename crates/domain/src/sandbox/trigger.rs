//! Prices wake the orders that wait for them, and trailing stops follow.

use super::Sandbox;
use super::desk::Desk;
use super::event::{Event, EventBody, TriggerEvidence};
use super::order::{OrderStatus, TriggerBy};
use super::reject::EndReason;
use super::triggers::{TriggerPrice, trailing_stop_price};
use crate::book::BookSide;
use crate::ledger::MarketNo;
use crate::matching::OrderSide;
use crate::numbers::Price;

impl Desk {
    /// The price as it is now; the middle of the book rounded down.
    pub(super) fn trigger_price(&self, source: TriggerPrice) -> Option<Price> {
        match source {
            TriggerPrice::Last => self.last.map(|print| print.price),
            TriggerPrice::BestBid => self.book.best(BookSide::Bid),
            TriggerPrice::BestAsk => self.book.best(BookSide::Ask),
            TriggerPrice::Mark => self.middle(),
        }
    }
}

impl Sandbox {
    /// A print came: those that wait for the last price.
    pub(super) fn run_last_triggers(&mut self, market: MarketNo, out: &mut Vec<Event>) {
        self.run_triggers(market, &[TriggerPrice::Last], out);
    }

    /// The book changed: those that wait for its prices.
    pub(super) fn run_book_triggers(&mut self, market: MarketNo, out: &mut Vec<Event>) {
        self.run_triggers(market, &[TriggerPrice::BestBid, TriggerPrice::BestAsk, TriggerPrice::Mark], out);
    }

    fn run_triggers(&mut self, market: MarketNo, sources: &[TriggerPrice], out: &mut Vec<Event>) {
        let desk = &self.desks[market.index()];
        if sources.iter().all(|source| desk.triggers.is_empty_of(*source)) {
            return;
        }
        if desk.triggers.has_trailing() {
            self.follow(market, sources, out);
        }
        for source in sources {
            while let Some((index, price)) = self.first_woken(market, *source) {
                self.trigger(index, price, out);
                self.settle_lists(out);
            }
        }
    }

    fn first_woken(&self, market: MarketNo, source: TriggerPrice) -> Option<(u32, Price)> {
        let desk = &self.desks[market.index()];
        let price = desk.trigger_price(source)?;
        desk.triggers.first_reached(source, price).map(|index| (index, price))
    }

    fn trigger(&mut self, index: u32, price: Price, out: &mut Vec<Event>) {
        let order = self.orders.get(index);
        let (order_id, account, list) = (order.order_id, order.account, order.list);
        let desk = &self.desks[order.request.market.index()];
        let evidence = match (order.request.trigger_by, desk.last) {
            (TriggerBy::Last, Some(print)) => {
                TriggerEvidence::Print { trade_id: print.id, ts_venue: print.ts_venue }
            }
            _ => TriggerEvidence::Book(desk.book.at),
        };
        self.commit_sure(account, EventBody::OrderTriggered { order_id, price, evidence }, out);
        if let Some(list_id) = list {
            // Its sibling goes first: what it held back may pay for this one.
            self.touched.push_back((order_id, list_id));
            self.settle_lists(out);
        }
        if self.orders.get(index).order_id == order_id && !self.orders.get(index).status.is_final() {
            self.work_woken(index, out);
        }
    }

    fn work_woken(&mut self, index: u32, out: &mut Vec<Event>) {
        let market = self.orders.get(index).request.market;
        if self.desks[market.index()].is_live() {
            self.work(index, out);
        } else {
            self.end(index, OrderStatus::Rejected, EndReason::MarketNotLive, out);
        }
    }

    /// Trailing stops follow a price that moved their way.
    fn follow(&mut self, market: MarketNo, sources: &[TriggerPrice], out: &mut Vec<Event>) {
        let desk = &self.desks[market.index()];
        let tick = desk.rules.tick_size;
        let moved: Vec<(u32, Price, Price)> = desk
            .triggers
            .trailing()
            .filter_map(|index| {
                let order = self.orders.get(index);
                let request = &order.request;
                if !sources.contains(&TriggerPrice::of(request)) {
                    return None;
                }
                let price = desk.trigger_price(TriggerPrice::of(request))?;
                let is_better = order.watermark.is_none_or(|best| match request.side {
                    OrderSide::Sell => price > best,
                    OrderSide::Buy => price < best,
                });
                if !is_better {
                    return None;
                }
                let stop_price = trailing_stop_price(request.side, price, request.trailing_bps?, tick)?;
                (Some(stop_price) != request.stop_price).then_some((index, price, stop_price))
            })
            .collect();
        for (index, watermark, stop_price) in moved {
            let order = self.orders.get(index);
            let (order_id, account) = (order.order_id, order.account);
            self.commit_sure(account, EventBody::StopMoved { order_id, watermark, stop_price }, out);
        }
    }
}
