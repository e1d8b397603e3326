//! A venue begins to print more decimals: its market moves to finer scales, and everything that is counted in them moves
//! along, exactly. Amounts of money do not change by that, and scales never become coarser again.
//!
//! The venue's data may be coarser than the market, as after a restart of its feed. It is brought to the market's scales as
//! it comes in. A market that cannot take the venue's scales is halted until it can: see [`Sandbox::rescaled`].

use super::Sandbox;
use super::check::MANTISSA_MAX;
use super::command::Done;
use super::desk::{Desk, MarketRules, VenueStatus};
use super::event::{Amend, Event, EventBody, Evidence, Fill, LevelRef, MarketWidened, PrintRef};
use super::ids::OrderId;
use super::order::{Change, Order, OrderRequest, OrderStatus, Phase};
use super::queue::{AHEAD_UNKNOWN, LevelWatch, Place};
use super::reject::{EndReason, Reject};
use crate::book::{BookSide, Level};
use crate::ledger::{MarketNo, Need, Refusal};
use crate::matching::{Levels, NIL};
use crate::numbers::{Notional, Price, Qty, Scales};
use crate::trades::Trade;

/// The way from some scales to others that are nowhere coarser. What does not fit at its end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Widening {
    pub from: Scales,
    pub to: Scales,
}

/// A value that may be missing.
fn each<T: Copy>(value: Option<T>, widen: impl FnOnce(T) -> Option<T>) -> Option<Option<T>> {
    match value {
        Some(value) => widen(value).map(Some),
        None => Some(None),
    }
}

impl Widening {
    pub fn price(&self, price: Price) -> Option<Price> {
        price.rescaled(self.from.price, self.to.price)
    }

    pub fn qty(&self, qty: Qty) -> Option<Qty> {
        qty.rescaled(self.from.qty, self.to.qty)
    }

    fn notional(&self, notional: Notional) -> Option<Notional> {
        notional.rescaled(self.from, self.to)
    }

    /// Of a queue: more than fits is as much as can be in front.
    fn qty_in_front(&self, qty: i64) -> i64 {
        let at_most = AHEAD_UNKNOWN - 1;
        let widened = self.qty(Qty::from_mantissa(qty)).map_or(at_most, |qty| qty.mantissa().min(at_most));
        if qty == AHEAD_UNKNOWN { AHEAD_UNKNOWN } else { widened }
    }

    pub fn level(&self, level: &Level) -> Option<Level> {
        Some(Level::new(self.price(level.price)?, self.qty(level.qty)?))
    }

    pub fn trade(&self, trade: &Trade) -> Option<Trade> {
        Some(Trade { price: self.price(trade.price)?, qty: self.qty(trade.qty)?, ..*trade })
    }

    pub fn rules(&self, rules: &MarketRules) -> Option<MarketRules> {
        Some(MarketRules {
            tick_size: self.price(rules.tick_size)?,
            lot_size: self.qty(rules.lot_size)?,
            min_notional: self.notional(rules.min_notional)?,
            ..*rules
        })
    }

    fn need(&self, need: Need) -> Option<Need> {
        Some(match need {
            Need::Base { price, qty } => Need::Base { price: self.price(price)?, qty: self.qty(qty)? },
            Need::Nothing | Need::Quote(_) => need,
        })
    }

    fn amend(&self, amend: Amend) -> Option<Amend> {
        Some(Amend {
            qty: each(amend.qty, |qty| self.qty(qty))?,
            price: each(amend.price, |price| self.price(price))?,
            stop_price: each(amend.stop_price, |price| self.price(price))?,
            ..amend
        })
    }

    fn request(&self, request: &OrderRequest) -> Option<OrderRequest> {
        Some(OrderRequest {
            qty: each(request.qty, |qty| self.qty(qty))?,
            quote_qty: each(request.quote_qty, |quote| self.notional(quote))?,
            price: each(request.price, |price| self.price(price))?,
            stop_price: each(request.stop_price, |price| self.price(price))?,
            display_qty: each(request.display_qty, |qty| self.qty(qty))?,
            ..*request
        })
    }

    fn order(&self, order: &Order) -> Option<Order> {
        let change = each(order.change, |change| {
            Some(Change { amend: each(change.amend, |amend| self.amend(amend))?, ..change })
        });
        Some(Order {
            request: self.request(&order.request)?,
            filled_qty: self.qty(order.filled_qty)?,
            filled_quote: self.notional(order.filled_quote)?,
            prevented_qty: self.qty(order.prevented_qty)?,
            need: self.need(order.need)?,
            watermark: each(order.watermark, |price| self.price(price))?,
            change: change?,
            ..order.clone()
        })
    }

    /// Whether an order that is open could have been accepted at these scales.
    fn fits(&self, order: &Order) -> bool {
        let Some(Order { request, change, .. }) = self.order(order) else { return false };
        let amend = change.and_then(|change| change.amend).unwrap_or_default();
        let prices = [request.price, request.stop_price, amend.price, amend.stop_price];
        let prices = prices.into_iter().flatten().map(Price::mantissa);
        let qtys = [request.qty, amend.qty].into_iter().flatten().map(Qty::mantissa);
        prices.chain(qtys).all(|mantissa| mantissa <= MANTISSA_MAX)
    }

    fn level_ref(&self, level: LevelRef) -> Option<LevelRef> {
        Some(LevelRef {
            price: self.price(level.price)?,
            displayed: self.qty(level.displayed)?,
            consumed_before: self.qty(level.consumed_before)?,
            ..level
        })
    }

    fn evidence(&self, evidence: Evidence) -> Option<Evidence> {
        Some(match evidence {
            Evidence::Level(level) => Evidence::Level(self.level_ref(level)?),
            Evidence::Crossed(level) => Evidence::Crossed(self.level_ref(level)?),
            Evidence::Order { .. } => evidence,
            Evidence::Print(print) => Evidence::Print(PrintRef {
                price: self.price(print.price)?,
                qty: self.qty(print.qty)?,
                shared_before: self.qty(print.shared_before)?,
                queue_before: self.qty(print.queue_before)?,
                queue_after: self.qty(print.queue_after)?,
                ..print
            }),
        })
    }

    fn fill(&self, fill: &Fill) -> Option<Fill> {
        Some(Fill {
            price: self.price(fill.price)?,
            qty: self.qty(fill.qty)?,
            filled_qty: self.qty(fill.filled_qty)?,
            filled_quote: self.notional(fill.filled_quote)?,
            need: self.need(fill.need)?,
            evidence: self.evidence(fill.evidence)?,
            ..*fill
        })
    }
}

impl Desk {
    /// What the sandbox makes of what the venue says of its market.
    pub fn effective_status(&self) -> VenueStatus {
        match self.said {
            VenueStatus::Delisted => VenueStatus::Delisted,
            _ if self.is_misfit => VenueStatus::Halted,
            said => said,
        }
    }

    /// All that is counted in the market's scales, but for its orders.
    fn widen(&mut self, widening: &Widening, rules: MarketRules) {
        self.rules = rules;
        self.last = self.last.and_then(|print| widening.trade(&print));
        self.book.widen(widening, &rules);
        self.has_book = false;
        self.incoming = None;
    }
}

/// An order out of its queue.
struct Standing {
    index: u32,
    side: BookSide,
    price: Price,
    shown: Qty,
}

impl Sandbox {
    /// From here on the venue's data comes in these scales. The market has no book until its next snapshot.
    ///
    /// Refused, when the market's assets are not as fine as its scales would be or its rules do not fit: then it is halted,
    /// whatever the venue says of it, and takes no data in, until the venue's scales fit again. Open orders that do not fit
    /// end; of what is remembered, what does not fit is forgotten.
    pub(super) fn rescaled(
        &mut self,
        market: MarketNo,
        venue: Scales,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        let from = self.ledger.terms(market).ok_or(Refusal::UnknownMarket)?.scales;
        let to = Scales { price: from.price.max(venue.price), qty: from.qty.max(venue.qty) };
        let incoming = (venue != to).then_some(Widening { from: venue, to });
        let desk = &self.desks[market.index()];
        if to == from && desk.incoming == incoming && !desk.is_misfit {
            return Ok(Done::Nothing);
        }
        let widened =
            if to == from { Ok(()) } else { self.widen_market(MarketWidened { market, from, to }, out) };
        let desk = &mut self.desks[market.index()];
        (desk.is_misfit, desk.has_book) = (widened.is_err(), false);
        if widened.is_ok() {
            desk.incoming = incoming;
        }
        self.follow_status(market, out)?;
        widened.map(|()| Done::Nothing)
    }

    fn widen_market(&mut self, widened: MarketWidened, out: &mut Vec<Event>) -> Result<(), Reject> {
        let MarketWidened { market, from, to } = widened;
        let widening = Widening { from, to };
        self.ledger.widened_terms(market, to)?;
        widening.rules(&self.desks[market.index()].rules).ok_or(Refusal::OutOfRange)?;
        loop {
            // What ends may let others enter.
            let misfits = self.misfits(market, &widening);
            if misfits.is_empty() {
                break;
            }
            for order_id in misfits {
                self.end_if_open(order_id, OrderStatus::Cancelled, EndReason::OutOfRange, out);
            }
            self.settle_lists(out);
        }
        Ok(self.commit(None, EventBody::MarketWidened(widened), out)?)
    }

    /// Open orders that do not fit, or that their level has no room for.
    fn misfits(&self, market: MarketNo, widening: &Widening) -> Vec<OrderId> {
        let is_misfit = |order: &Order| self.is_open_in(order, market) && !widening.fits(order);
        let mut misfits: Vec<OrderId> =
            self.orders.iter().filter(|order| is_misfit(order)).map(|order| order.order_id).collect();
        let (mut price, mut held) = (None, Some(Qty::ZERO));
        for standing in self.standing(market) {
            if price != Some((standing.side, standing.price)) {
                (price, held) = (Some((standing.side, standing.price)), Some(Qty::ZERO));
            }
            let order = self.orders.get(standing.index);
            if !is_misfit(order) {
                let total = held.and_then(|held| held.checked_add(widening.qty(standing.shown)?));
                if total.is_none() {
                    misfits.push(order.order_id);
                }
                held = total.or(held);
            }
        }
        misfits
    }

    fn is_open_in(&self, order: &Order, market: MarketNo) -> bool {
        order.request.market == market && order.phase != Phase::Done
    }

    /// The market's queues: bids, then asks; best price first.
    fn standing(&self, market: MarketNo) -> Vec<Standing> {
        let desk = &self.desks[market.index()];
        let mut standing = Vec::new();
        for side in [BookSide::Bid, BookSide::Ask] {
            for level in desk.levels.iter(side) {
                let mut index = level.head;
                while index != NIL {
                    let node = self.orders.node(index);
                    standing.push(Standing { index, side, price: level.price, shown: node.qty });
                    index = node.next;
                }
            }
        }
        standing
    }

    /// Makes the event true: whole, or not at all.
    pub(super) fn widen(&mut self, widened: &MarketWidened) -> Result<(), Refusal> {
        let MarketWidened { market, from, to } = *widened;
        let widening = Widening { from, to };
        if self.ledger.terms(market).ok_or(Refusal::UnknownMarket)?.scales != from {
            return Err(Refusal::Inconsistent);
        }
        let rules = self.desks.get(market.index()).and_then(|desk| widening.rules(&desk.rules));
        let rules = rules.ok_or(Refusal::OutOfRange)?;
        if !self.misfits(market, &widening).is_empty() {
            return Err(Refusal::OutOfRange);
        }
        self.ledger.widen_market(market, to)?;
        let standing = self.standing(market);
        self.widen_orders(market, &widening);
        self.fills.widen(|fill| if fill.market == market { widening.fill(fill) } else { Some(*fill) });
        self.desks[market.index()].widen(&widening, rules);
        self.widen_queues(market, &widening, &standing);
        Ok(())
    }

    fn widen_orders(&mut self, market: MarketNo, widening: &Widening) {
        let desk = &mut self.desks[market.index()];
        desk.triggers.clear();
        for index in self.orders.indexes() {
            let order = self.orders.get(index);
            if order.request.market != market {
                continue;
            }
            match widening.order(order) {
                Some(order) => {
                    if let (Phase::Armed, Some(stop_price)) = (order.phase, order.request.stop_price) {
                        desk.triggers.insert(order.order_id, &order.request, stop_price, index);
                    }
                    *self.orders.get_mut(index) = order;
                }
                // Open ones fit.
                None => self.orders.forget(index),
            }
        }
    }

    /// Every order stands where it stood. Of the venue's levels nothing is known but what was in front.
    fn widen_queues(&mut self, market: MarketNo, widening: &Widening, standing: &[Standing]) {
        let desk = &mut self.desks[market.index()];
        desk.levels = Levels::new();
        for Standing { index, side, price, shown } in standing {
            let place = self.orders.place_mut(*index);
            *place = Place {
                ahead: widening.qty_in_front(place.ahead),
                cap: widening.qty_in_front(place.cap),
                traded: widening.qty_in_front(place.traded),
                ..*place
            };
            let (Some(price), Some(shown)) = (widening.price(*price), widening.qty(*shown)) else { continue };
            self.orders.slab.node_mut(*index).qty = shown;
            let joined = desk.levels.join(&mut self.orders.slab, *index, *side, price);
            debug_assert!(joined, "orders that their level has no room for have ended");
        }
        let levels = standing.iter().map(|standing| self.orders.node(standing.index).level as usize + 1);
        desk.watches = vec![LevelWatch::new(Qty::ZERO); levels.max().unwrap_or_default()];
    }
}
