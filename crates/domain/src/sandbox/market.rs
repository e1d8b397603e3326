//! What the venue's market tells: its book, its prints, and whether it can be believed.
//!
//! Sequence of one input: the book or the tape is taken in, resting orders fill, lists follow, waiting orders
//! wake. A market that is not live takes its book in and does nothing else.

use super::Sandbox;
use super::command::Done;
use super::desk::{MarketRules, VenueStatus, reaches};
use super::event::{BookRef, Event, EventBody, Evidence, PrintRef};
use super::exact::Turn;
use super::order::{OrderStatus, Phase};
use super::queue::{PrintWalk, is_through};
use super::reject::{EndReason, Reject};
use super::widen::Widening;
use crate::book::{BookSide, Level};
use crate::ledger::{Liquidity, MarketNo, Refusal};
use crate::matching::OrderSide;
use crate::numbers::{Price, Qty, Scales};
use crate::time::Timestamp;
use crate::trades::{AggressorSide, Trade};

/// News of one venue market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarketEvent<'a> {
    /// The whole book: at the start, and after every break.
    Snapshot {
        bids: &'a [Level],
        asks: &'a [Level],
        book: BookRef,
    },
    /// Levels that changed; quantity zero removes.
    Changes {
        bids: &'a [Level],
        asks: &'a [Level],
        book: BookRef,
    },
    /// A print. Those fetched afterwards fill nothing.
    Print(&'a Trade),
    /// The last print of a market that is followed from now on: news of the price for what comes, and of nothing else.
    Last(&'a Trade),
    Status(VenueStatus),
    /// The venue changed its rules.
    Rules(&'a MarketRules),
    /// The venue's numbers come in these scales from here on: in those that the market was listed with, until this says
    /// otherwise. To be said before anything else of a market that was listed by an earlier run. The market widens if need
    /// be, and waits for its next snapshot. Refused, it is halted here, and ignores the venue's data until scales fit again.
    Rescaled(Scales),
    /// Of a venue in whose order-by-order book the sandbox's orders stand. Snapshots and changes do not come then.
    Turn(&'a Turn),
}

impl Sandbox {
    pub(super) fn market_event(
        &mut self,
        market: MarketNo,
        event: MarketEvent<'_>,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        let desk = self.desks.get(market.index()).ok_or(Refusal::UnknownMarket)?;
        let is_data = !matches!(event, MarketEvent::Status(_) | MarketEvent::Rescaled(_));
        match desk.incoming {
            _ if desk.is_misfit && is_data => Ok(Done::Nothing),
            Some(widening) if is_data => self.widened_event(market, event, &widening, out),
            _ => self.scaled_event(market, event, out),
        }
    }

    /// News in coarser scales than the market's.
    fn widened_event(
        &mut self,
        market: MarketNo,
        event: MarketEvent<'_>,
        widening: &Widening,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        match event {
            MarketEvent::Snapshot { bids, asks, book } => {
                self.with_widened(widening, (bids, asks), |sandbox, bids, asks| {
                    sandbox.scaled_event(market, MarketEvent::Snapshot { bids, asks, book }, out)
                })
            }
            MarketEvent::Changes { bids, asks, book } => {
                self.with_widened(widening, (bids, asks), |sandbox, bids, asks| {
                    sandbox.scaled_event(market, MarketEvent::Changes { bids, asks, book }, out)
                })
            }
            MarketEvent::Print(print) => {
                let print = widening.trade(print).ok_or(Refusal::OutOfRange)?;
                self.scaled_event(market, MarketEvent::Print(&print), out)
            }
            MarketEvent::Last(print) => {
                let print = widening.trade(print).ok_or(Refusal::OutOfRange)?;
                self.scaled_event(market, MarketEvent::Last(&print), out)
            }
            MarketEvent::Rules(rules) => {
                let rules = widening.rules(rules).ok_or(Refusal::OutOfRange)?;
                self.scaled_event(market, MarketEvent::Rules(&rules), out)
            }
            // Turns come in the market's own scales, or not at all.
            MarketEvent::Turn(_) => Err(Refusal::OutOfRange.into()),
            MarketEvent::Status(_) | MarketEvent::Rescaled(_) => self.scaled_event(market, event, out),
        }
    }

    /// Does something with levels at the market's scales.
    fn with_widened(
        &mut self,
        widening: &Widening,
        (from_bids, from_asks): (&[Level], &[Level]),
        then: impl FnOnce(&mut Self, &[Level], &[Level]) -> Result<Done, Reject>,
    ) -> Result<Done, Reject> {
        let (mut bids, mut asks) = core::mem::take(&mut self.scaled);
        let widen = |from: &[Level], to: &mut Vec<Level>| {
            to.clear();
            to.extend(from.iter().map_while(|level| widening.level(level)));
            from.len() == to.len()
        };
        let fits = widen(from_bids, &mut bids) && widen(from_asks, &mut asks);
        let done = if fits { then(self, &bids, &asks) } else { Err(Refusal::OutOfRange.into()) };
        self.scaled = (bids, asks);
        done
    }

    /// News in the market's scales.
    fn scaled_event(
        &mut self,
        market: MarketNo,
        event: MarketEvent<'_>,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        match event {
            MarketEvent::Snapshot { bids, asks, book } => {
                if !self.desks[market.index()].book.replace(bids, asks, book) {
                    return Err(Refusal::OutOfRange.into());
                }
                self.desks[market.index()].has_book = true;
                self.resync_queues(market);
                self.book_changed(market, out);
            }
            MarketEvent::Changes { bids, asks, book } => {
                if !self.desks[market.index()].book.apply(bids, asks, book) {
                    return Err(Refusal::OutOfRange.into());
                }
                self.watch_changes(market);
                self.book_changed(market, out);
            }
            MarketEvent::Turn(turn) => self.turn(market, turn, out)?,
            MarketEvent::Print(print) => self.print(market, print, out),
            MarketEvent::Last(print) => {
                let is_price = print.qty > Qty::ZERO && print.price > Price::ZERO;
                if is_price {
                    self.desks[market.index()].last.get_or_insert(*print);
                }
            }
            MarketEvent::Status(status) => {
                self.desks[market.index()].said = status;
                self.follow_status(market, out)?;
            }
            MarketEvent::Rescaled(scales) => return self.rescaled(market, scales, out),
            MarketEvent::Rules(rules) => {
                self.commit(None, EventBody::RulesSet { market, rules: *rules }, out)?;
            }
        }
        Ok(Done::Nothing)
    }

    /// What the venue said, or whether its scales fit, may have changed.
    pub(super) fn follow_status(&mut self, market: MarketNo, out: &mut Vec<Event>) -> Result<(), Reject> {
        let desk = &mut self.desks[market.index()];
        let (was, status) = (desk.status, desk.effective_status());
        if was == status {
            return Ok(());
        }
        if was == VenueStatus::Live {
            // What it held may be behind by now: only the next snapshot is believed.
            desk.has_book = false;
        }
        self.commit(None, EventBody::MarketStatusChanged { market, status }, out)?;
        match status {
            VenueStatus::Delisted => {
                let open: Vec<_> = (self.orders.iter())
                    .filter(|order| order.request.market == market && order.phase != Phase::Done)
                    .map(|order| order.order_id)
                    .collect();
                for order_id in open {
                    self.end_if_open(order_id, OrderStatus::Cancelled, EndReason::Delisted, out);
                }
            }
            // The book may have come before the word that it can be believed.
            VenueStatus::Live => self.book_changed(market, out),
            VenueStatus::Connecting | VenueStatus::Stale | VenueStatus::Halted => {}
        }
        Ok(())
    }

    /// Sandbox levels take over what the last message changed at their prices.
    fn watch_changes(&mut self, market: MarketNo) {
        let desk = &mut self.desks[market.index()];
        // While the book is in doubt, its levels prove nothing about the queue.
        if desk.levels.is_empty() || desk.status != VenueStatus::Live || !desk.has_book {
            return;
        }
        let ts_venue = desk.book.at.ts_venue;
        let changes = desk.book.changes();
        for (side, levels) in [(BookSide::Bid, &changes.bids), (BookSide::Ask, &changes.asks)] {
            for level in levels {
                let Some(held) = desk.levels.find(side, level.price) else { continue };
                // What fell out of view is not gone.
                if level.qty.is_zero() && !desk.book.is_in_view(side, level.price) {
                    continue;
                }
                let shrank =
                    desk.watches[held as usize].set_displayed(level.qty, ts_venue, (self.now, self.seq));
                if shrank {
                    let cap = level.qty.mantissa();
                    let head = desk.levels.node(held).head;
                    self.orders.for_each_in_queue(head, |_, _, place| place.cap = place.cap.min(cap));
                }
            }
        }
    }

    /// After a break nothing is concluded from how levels changed, and no print from before counts.
    fn resync_queues(&mut self, market: MarketNo) {
        let desk = &mut self.desks[market.index()];
        let joined = desk.book.at.ts_venue;
        for side in [BookSide::Bid, BookSide::Ask] {
            let levels: Vec<(Price, u32)> =
                desk.levels.iter(side).map(|level| (level.price, level.head)).collect();
            for (price, head) in levels {
                let is_in_view = desk.book.is_in_view(side, price);
                let displayed = desk.book.displayed(side, price);
                let Some(level) = desk.levels.find(side, price) else { continue };
                let advance = desk.watches[level as usize].resync(displayed);
                self.orders.for_each_in_queue(head, |_, _, place| {
                    if is_in_view {
                        advance.apply(place);
                    }
                    place.joined = place.joined.max(joined);
                });
            }
        }
    }

    fn book_changed(&mut self, market: MarketNo, out: &mut Vec<Event>) {
        if !self.desks[market.index()].is_live() {
            return;
        }
        self.cross(market, OrderSide::Buy, out);
        self.cross(market, OrderSide::Sell, out);
        self.settle_lists(out);
        self.run_book_triggers(market, out);
    }

    /// Where the venue's other side has come to the price of resting orders or through it, they fill at their own
    /// price, with what is displayed there. At the venue the newcomer would have met them, and nothing of its queue
    /// was left at their price, or the book would be crossed.
    pub(super) fn cross(&mut self, market: MarketNo, side: OrderSide, out: &mut Vec<Event>) {
        loop {
            let desk = &self.desks[market.index()];
            let Some(level) = desk.levels.best_from(side.rests_on(), i64::MIN) else { return };
            let level = desk.levels.node(level);
            let Some((_, offer)) = desk.book.offer_from(side.takes_from(), 0) else { return };
            if !reaches(side, level.price, offer.price) {
                return;
            }
            let (index, price) = (level.head, level.price);
            let qty = offer.available().min(self.orders.node(index).qty.mantissa());
            let evidence = Evidence::Crossed(desk.book.level_ref(offer));
            self.fill(index, (price, Qty::from_mantissa(qty)), (Liquidity::Maker, evidence), out)
                .expect("a resting order has reserved what it may cost at its price");
            self.requeue_if_hidden(index, out);
        }
    }

    fn print(&mut self, market: MarketNo, print: &Trade, out: &mut Vec<Event>) {
        if print.backfilled || print.qty <= Qty::ZERO || print.price <= Price::ZERO {
            return;
        }
        let desk = &mut self.desks[market.index()];
        if !desk.is_live() {
            return;
        }
        // A print that comes late is no news of the price.
        let is_last = desk.last.is_none_or(|last| {
            let undated = print.ts_venue == Timestamp::ZERO || last.ts_venue == Timestamp::ZERO;
            undated || print.ts_venue >= last.ts_venue
        });
        if is_last {
            desk.last = Some(*print);
        }
        if self.desks[market.index()].book.is_exact {
            self.count_traded(market, print);
        } else {
            self.fill_from_print(market, print, out);
        }
        self.settle_lists(out);
        if is_last {
            self.run_last_triggers(market, out);
        }
    }

    fn fill_from_print(&mut self, market: MarketNo, print: &Trade, out: &mut Vec<Event>) {
        self.share_print(market, print);
        let mut shares = core::mem::take(&mut self.shares);
        let book_seq = self.desks[market.index()].book.at.book_seq;
        for share in shares.drain(..) {
            let price = self.orders.get(share.order).limit().unwrap_or(print.price);
            let evidence = Evidence::Print(PrintRef {
                shared_before: share.shared_before,
                queue_before: share.queue_before,
                queue_after: share.queue_after,
                ..PrintRef::alone(print, book_seq)
            });
            self.fill(share.order, (price, share.qty), (Liquidity::Maker, evidence), out)
                .expect("a resting order has reserved what it may cost at its price");
            self.requeue_if_hidden(share.order, out);
        }
        self.shares = shares;
    }

    /// Plans who gets what of a print, and moves the queues it went through. All that it could have met: orders at
    /// better prices first, then its own price.
    fn share_print(&mut self, market: MarketNo, print: &Trade) {
        let side = match print.aggressor {
            AggressorSide::Sell => BookSide::Bid,
            AggressorSide::Buy => BookSide::Ask,
        };
        let Self { desks, orders, shares, .. } = self;
        let desk = &mut desks[market.index()];
        let worst = crate::matching::key_of(side, print.price);
        if desk.levels.best_from(side, worst).is_none() {
            return;
        }
        let mut walk = PrintWalk::new(print);
        for (number, level) in desk.levels.iter_indexed(side) {
            if crate::matching::key_of(side, level.price) < worst {
                break;
            }
            let is_through = is_through(print, level.price);
            if !is_through {
                let advance = desk.watches[number as usize].note_print(print, desk.rules.queue_model);
                let shown =
                    desk.book.is_in_view(side, level.price).then(|| desk.book.displayed(side, level.price));
                orders.for_each_in_queue(level.head, |_, _, place| {
                    if let Some(advance) = advance {
                        advance.apply(place);
                    }
                    // Out of view when it came, in view now: all that is shown counts as ahead.
                    if let (super::queue::AHEAD_UNKNOWN, Some(shown)) = (place.ahead, shown) {
                        place.ahead = shown.mantissa();
                    }
                });
            }
            orders.for_each_in_queue(level.head, |index, node, place| {
                shares.extend(walk.visit(index, place, node.qty, print, is_through));
            });
        }
    }
}

impl BookRef {
    /// Before any book.
    pub const NONE: Self = Self { book_seq: 0, ts_venue: Timestamp::ZERO };
}
