//! A taker's walk: best price first; at one price, the venue's quantity and sandbox orders in the sequence in
//! which they stand in the queue.

use super::Sandbox;
use super::desk::reaches;
use super::event::{Event, EventBody, Evidence, Fill, PreventedMatch, ReservedChange};
use super::ids::FillId;
use super::order::{OrderStatus, Phase, SelfTradePrevention};
use super::preview::{Wanted, amount_of, bound_of};
use super::reject::EndReason;
use super::venue::Offer;
use crate::ledger::{Amount, Liquidity, Need, Refusal};
use crate::matching::{NIL, OrderSide, key_of};
use crate::numbers::{Notional, Price, Qty};

/// What a taker meets next.
enum Meeting {
    /// So much of what the venue displays.
    Venue { offer: Offer, at_most: i64 },
    /// A sandbox order.
    Maker { index: u32, price: Price },
}

impl Sandbox {
    /// Fills what can be filled. Says how the order ends, if it must not rest and not go on.
    pub(super) fn take(&mut self, index: u32, out: &mut Vec<Event>) -> Option<(OrderStatus, EndReason)> {
        let order = self.orders.get(index);
        let (market, side) = (order.request.market, order.request.side);
        let is_bound_by_band = order.limit().is_none();
        let bound = bound_of(order, &self.desks[market.index()]);
        let mut rank = 0;
        loop {
            let order = self.orders.get(index);
            if order.phase == Phase::Done {
                return None;
            }
            let (meeting, price) = self.next_meeting(market, side, &mut rank)?;
            if bound.is_some_and(|bound| !reaches(side, bound, price)) {
                return is_bound_by_band.then_some((OrderStatus::Expired, EndReason::Band));
            }
            let lot = self.desks[market.index()].rules.lot_size;
            let wanted = Wanted::of(&order.request, order.remaining(), order.filled_quote, lot).at(price);
            if wanted == 0 {
                // Only an order by quote has something left here: too little for a lot.
                let is_filled = !order.filled_qty.is_zero();
                let status = if is_filled { OrderStatus::Filled } else { OrderStatus::Expired };
                return Some((status, EndReason::QuoteRemainder));
            }
            let met = match meeting {
                Meeting::Venue { offer, at_most } => self.take_level(index, &offer, wanted.min(at_most), out),
                Meeting::Maker { index: maker, price } => self.take_maker(index, maker, (price, wanted), out),
            };
            if let Err(ended) = met {
                return Some(ended);
            }
            let order = self.orders.get(index);
            let is_spent = order.request.quote_qty.is_some()
                && Wanted::of(&order.request, order.remaining(), order.filled_quote, lot).at(price) == 0;
            if is_spent && order.phase != Phase::Done {
                return Some((OrderStatus::Filled, EndReason::QuoteRemainder));
            }
        }
    }

    fn next_meeting(
        &self,
        market: crate::ledger::MarketNo,
        side: OrderSide,
        rank: &mut usize,
    ) -> Option<(Meeting, Price)> {
        let from = side.takes_from();
        let desk = &self.desks[market.index()];
        let offer = desk.book.offer_from(from, *rank).map(|(at, offer)| {
            *rank = at;
            offer
        });
        let level = desk.levels.best_from(from, i64::MIN).map(|level| desk.levels.node(level));
        let (price, head) = match (offer, level) {
            (Some(offer), Some(level)) if key_of(from, offer.price) > key_of(from, level.price) => {
                (offer.price, NIL)
            }
            (Some(offer), None) => (offer.price, NIL),
            (_, Some(level)) => (level.price, level.head),
            (None, None) => return None,
        };
        if head == NIL {
            let offer = offer?;
            return Some((Meeting::Venue { offer, at_most: offer.available() }, price));
        }
        let offer = desk.book.offer_at(from, price);
        let ahead = self.orders.place(head).in_front().min(offer.displayed.mantissa());
        let in_front = ahead - offer.consumed.mantissa();
        if in_front > 0 {
            return Some((Meeting::Venue { offer, at_most: in_front }, price));
        }
        Some((Meeting::Maker { index: head, price }, price))
    }

    fn take_level(
        &mut self,
        index: u32,
        offer: &Offer,
        qty: i64,
        out: &mut Vec<Event>,
    ) -> Result<(), (OrderStatus, EndReason)> {
        let desk = &self.desks[self.orders.get(index).request.market.index()];
        let evidence = Evidence::Level(desk.book.level_ref(*offer));
        self.fill(index, (offer.price, Qty::from_mantissa(qty)), (Liquidity::Taker, evidence), out)
            .map_err(|_| (OrderStatus::Expired, EndReason::InsufficientBalance))
    }

    fn take_maker(
        &mut self,
        taker: u32,
        maker: u32,
        (price, wanted): (Price, i64),
        out: &mut Vec<Event>,
    ) -> Result<(), (OrderStatus, EndReason)> {
        let (taking, making) = (self.orders.get(taker), self.orders.get(maker));
        let prevention = taking.request.self_trade_prevention;
        if taking.account == making.account && prevention != SelfTradePrevention::None {
            return self.prevent_self_trade(taker, maker, (price, wanted), out);
        }
        let qty = Qty::from_mantissa(wanted.min(self.orders.node(maker).qty.mantissa()));
        let book = self.desks[taking.request.market.index()].book.at;
        let met = Evidence::Order { order_id: making.order_id, book };
        let made = Evidence::Order { order_id: taking.order_id, book };
        self.fill(taker, (price, qty), (Liquidity::Taker, met), out)
            .map_err(|_| (OrderStatus::Expired, EndReason::InsufficientBalance))?;
        self.fill(maker, (price, qty), (Liquidity::Maker, made), out)
            .expect("a resting order has reserved what it may cost at its price");
        self.requeue_if_hidden(maker, out);
        Ok(())
    }

    /// The next slice of an iceberg takes its place at the end of the queue.
    pub(super) fn requeue_if_hidden(&mut self, index: u32, out: &mut Vec<Event>) {
        if self.orders.get(index).phase == Phase::Working && self.orders.node(index).level == NIL {
            self.rest(index, out);
        }
    }

    fn prevent_self_trade(
        &mut self,
        taker: u32,
        maker: u32,
        (price, wanted): (Price, i64),
        out: &mut Vec<Event>,
    ) -> Result<(), (OrderStatus, EndReason)> {
        let taker_ends = Err((OrderStatus::Expired, EndReason::SelfTrade));
        let prevented = self.prevented_match(taker, maker, (price, wanted));
        let PreventedMatch { account, prevention, qty, .. } = prevented;
        self.commit_sure(account, EventBody::SelfTradePrevented(prevented), out);
        match prevention {
            SelfTradePrevention::None | SelfTradePrevention::ExpireTaker => taker_ends,
            SelfTradePrevention::ExpireMaker => {
                self.end(maker, OrderStatus::Expired, EndReason::SelfTrade, out);
                Ok(())
            }
            SelfTradePrevention::ExpireBoth => {
                self.end(maker, OrderStatus::Expired, EndReason::SelfTrade, out);
                taker_ends
            }
            SelfTradePrevention::Decrement => {
                self.decrement(maker, taker, qty, out);
                self.requeue_if_hidden(maker, out);
                self.decrement(taker, maker, qty, out);
                Ok(())
            }
        }
    }

    /// What would have traded, and what the two lose because it does not.
    fn prevented_match(&self, taker: u32, maker: u32, (price, wanted): (Price, i64)) -> PreventedMatch {
        use SelfTradePrevention::{Decrement, ExpireBoth, ExpireMaker, ExpireTaker, None};
        let (taking, making) = (self.orders.get(taker), self.orders.get(maker));
        let prevention = taking.request.self_trade_prevention;
        let qty = Qty::from_mantissa(wanted.min(self.orders.node(maker).qty.mantissa()));
        // An order by quote has no quantity of its own: it loses what it would have taken at this price.
        let taker_left = taking.request.qty.map_or(Qty::from_mantissa(wanted), |_| taking.remaining());
        let (taker_qty, maker_qty) = match prevention {
            None | ExpireTaker => (taker_left, Qty::ZERO),
            ExpireMaker => (Qty::ZERO, making.remaining()),
            ExpireBoth => (taker_left, making.remaining()),
            Decrement => (qty, qty),
        };
        PreventedMatch {
            account: taking.account,
            market: taking.request.market,
            taker: taking.order_id,
            maker: making.order_id,
            prevention,
            price,
            qty,
            taker_qty,
            maker_qty,
        }
    }

    /// Takes `qty` off an order that met another one of its account.
    fn decrement(&mut self, index: u32, against: u32, qty: Qty, out: &mut Vec<Event>) {
        let against = self.orders.get(against).order_id;
        let order = self.orders.get(index);
        let (order_id, account) = (order.order_id, order.account);
        let remaining = order.remaining().mantissa() - qty.mantissa();
        let need = match order.need {
            Need::Base { price, .. } if remaining > 0 => {
                Need::Base { price, qty: Qty::from_mantissa(remaining) }
            }
            Need::Quote(amount) if remaining > 0 => Need::Quote(amount),
            _ => Need::Nothing,
        };
        let reserved = ReservedChange::UNKNOWN;
        let prevented = EventBody::OrderPrevented { order_id, qty, against, need, reserved };
        self.commit_sure(account, prevented, out);
        if remaining == 0 {
            self.end(index, OrderStatus::Expired, EndReason::SelfTrade, out);
        }
    }

    /// Fills a part of an order. Refused when its account cannot pay for it, which a limit order always can.
    pub(super) fn fill(
        &mut self,
        index: u32,
        (price, qty): (Price, Qty),
        (liquidity, evidence): (Liquidity, Evidence),
        out: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let order = self.orders.get(index);
        let (order_id, account, list) = (order.order_id, order.account, order.list);
        let market = order.request.market;
        let need = self.need_after(index, price, qty)?;
        let fill = Fill {
            fill_id: FillId::new(self.next_fill),
            order_id,
            account,
            market,
            side: order.request.side,
            price,
            qty,
            liquidity,
            need,
            evidence,
            // What the ledger says is filled in when it is settled.
            spent: Amount::ZERO,
            released: Amount::ZERO,
            received: Amount::ZERO,
            fee: Amount::ZERO,
            fee_asset: crate::ledger::AssetNo::new(0),
            fee_carry: crate::ledger::FeeCarry::NONE,
            filled_qty: Qty::ZERO,
            filled_quote: Notional::ZERO,
            reserved: Amount::ZERO,
        };
        self.commit(Some(account), EventBody::OrderFilled(fill), out)?;
        if let Some(list_id) = list {
            self.touched.push_back((order_id, list_id));
        }
        let order = self.orders.get(index);
        if order.phase != Phase::Done && order.request.qty.is_some() && order.remaining().is_zero() {
            // What self-trade prevention left of it has filled.
            self.end(index, OrderStatus::Expired, EndReason::SelfTrade, out);
        }
        Ok(())
    }

    /// What the order needs once `qty` more has filled at `price`.
    fn need_after(&self, index: u32, price: Price, qty: Qty) -> Result<Need, Refusal> {
        let order = self.orders.get(index);
        Ok(match order.need {
            Need::Base { price, qty: before } => match before.checked_sub(qty).ok_or(Refusal::OutOfRange)? {
                left if left > Qty::ZERO => Need::Base { price, qty: left },
                _ => Need::Nothing,
            },
            Need::Quote(before) => {
                let terms = self.ledger.terms(order.request.market).ok_or(Refusal::UnknownMarket)?;
                let spent = amount_of(terms, price.notional(qty)).ok_or(Refusal::OutOfRange)?;
                match before.checked_sub(spent).ok_or(Refusal::OutOfRange)? {
                    left if !left.is_negative() && !left.is_zero() => Need::Quote(left),
                    _ => Need::Nothing,
                }
            }
            Need::Nothing => return Err(Refusal::InsufficientBalance),
        })
    }
}
