//! What an order would get if it took from the book now, without taking it.
//!
//! It meets levels and sandbox orders in the sequence in which [`super::take`] does; a test holds one against
//! the other.

use super::Sandbox;
use super::desk::{Desk, reaches};
use super::order::{Order, OrderRequest, SelfTradePrevention};
use crate::ledger::{AccountNo, Amount, Need, Terms};
use crate::matching::{NIL, OrderSide, key_of};
use crate::numbers::{Notional, Price, Qty};

/// What an order would get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Preview {
    pub qty: Qty,
    pub quote: Notional,
    /// All of it would fill.
    pub is_whole: bool,
}

/// What is still wanted: base, or base for so much quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Base(i64),
    Quote { left: i128, lot: i64 },
}

impl Wanted {
    pub fn of(request: &OrderRequest, remaining: Qty, filled_quote: Notional, lot: Qty) -> Self {
        match request.quote_qty {
            Some(quote) => {
                Self::Quote { left: quote.mantissa() - filled_quote.mantissa(), lot: lot.mantissa().max(1) }
            }
            None => Self::Base(remaining.mantissa()),
        }
    }

    /// How much of it can be had at this price. Zero: it is done.
    pub fn at(self, price: Price) -> i64 {
        match self {
            Self::Base(left) => left,
            Self::Quote { left, lot } => {
                let affordable = left / i128::from(price.mantissa().max(1));
                let lots = i64::try_from(affordable).unwrap_or(i64::MAX) / lot;
                lots * lot
            }
        }
    }

    const fn less(self, price: Price, qty: i64) -> Self {
        match self {
            Self::Base(left) => Self::Base(left - qty),
            Self::Quote { left, lot } => {
                Self::Quote { left: left - price.mantissa() as i128 * qty as i128, lot }
            }
        }
    }
}

/// A walk that only counts.
struct Count {
    wanted: Wanted,
    got: Preview,
}

impl Count {
    /// Says whether more is wanted.
    fn add(&mut self, price: Price, available: i64) -> bool {
        let wanted = self.wanted.at(price);
        let qty = available.min(wanted);
        if qty > 0 {
            self.wanted = self.wanted.less(price, qty);
            self.got.qty = Qty::from_mantissa(self.got.qty.mantissa().saturating_add(qty));
            let notional = price.notional(Qty::from_mantissa(qty));
            self.got.quote = self.got.quote.checked_add(notional).unwrap_or(self.got.quote);
        }
        self.got.is_whole = self.wanted.at(price) == 0;
        !self.got.is_whole
    }
}

/// Who asks, and how far it may go.
#[derive(Clone, Copy)]
struct Asker {
    account: AccountNo,
    side: OrderSide,
    prevention: SelfTradePrevention,
    bound: Option<Price>,
}

impl Sandbox {
    /// What a request would get now; for one without a limit.
    pub(super) fn preview(&self, account: AccountNo, request: &OrderRequest) -> Preview {
        let Some(desk) = self.desks.get(request.market.index()) else { return Preview::default() };
        let remaining = request.qty.unwrap_or(Qty::ZERO);
        let wanted = Wanted::of(request, remaining, Notional::ZERO, desk.rules.lot_size);
        let bound =
            request.price.filter(|_| request.order_type.has_limit()).or(desk.market_bound(request.side));
        self.count(
            desk,
            &Asker { account, side: request.side, prevention: request.self_trade_prevention, bound },
            wanted,
        )
    }

    pub(super) fn preview_order(&self, index: u32) -> Preview {
        let order = self.orders.get(index);
        let desk = &self.desks[order.request.market.index()];
        let wanted = Wanted::of(&order.request, order.remaining(), order.filled_quote, desk.rules.lot_size);
        let asker = Asker {
            account: order.account,
            side: order.request.side,
            prevention: order.request.self_trade_prevention,
            bound: bound_of(order, desk),
        };
        self.count(desk, &asker, wanted)
    }

    fn count(&self, desk: &Desk, asker: &Asker, wanted: Wanted) -> Preview {
        let from = asker.side.takes_from();
        let mut count = Count { wanted, got: Preview::default() };
        let mut ours = desk.levels.iter(from).peekable();
        let mut rank = 0;
        loop {
            let offer = desk.book.offer_from(from, rank).map(|(at, offer)| {
                rank = at;
                offer
            });
            let price = match (offer, ours.peek()) {
                (None, None) => return count.got,
                (Some(offer), None) => offer.price,
                (None, Some(level)) => level.price,
                (Some(offer), Some(level)) if key_of(from, offer.price) >= key_of(from, level.price) => {
                    offer.price
                }
                (Some(_), Some(level)) => level.price,
            };
            if asker.bound.is_some_and(|bound| !reaches(asker.side, bound, price)) {
                return count.got;
            }
            let head = ours.next_if(|level| level.price == price).map_or(NIL, |level| level.head);
            if !self.count_level(desk, asker, (price, head), &mut count) {
                return count.got;
            }
            if offer.is_some_and(|offer| offer.price == price) {
                rank += 1;
            }
        }
    }

    /// One price: the venue's quantity and sandbox orders as they stand, then what icebergs hide. Says whether
    /// the walk goes on.
    fn count_level(
        &self,
        desk: &Desk,
        asker: &Asker,
        (price, head): (Price, u32),
        count: &mut Count,
    ) -> bool {
        let offer = desk.book.offer_at(asker.side.takes_from(), price);
        let (displayed, mut passed) = (offer.displayed.mantissa(), offer.consumed.mantissa());
        let mut hidden = 0i64;
        let mut at = head;
        while at != NIL {
            let node = self.orders.node(at);
            let in_front = self.orders.place(at).in_front().min(displayed) - passed;
            if in_front > 0 {
                passed += in_front;
                if !count.add(price, in_front) {
                    return false;
                }
            }
            let order = self.orders.get(at);
            let is_own = order.account == asker.account;
            let is_skipped = is_own && asker.prevention == SelfTradePrevention::ExpireMaker;
            if is_own && !is_skipped && asker.prevention != SelfTradePrevention::None {
                return false;
            }
            if !is_skipped {
                hidden = hidden.saturating_add(order.remaining().mantissa() - node.qty.mantissa());
                if !count.add(price, node.qty.mantissa()) {
                    return false;
                }
            }
            at = node.next;
        }
        count.add(price, displayed - passed) && count.add(price, hidden)
    }

    /// What an order without a limit may cost, as the book is now.
    pub(super) fn market_need(&self, account: AccountNo, request: &OrderRequest) -> Need {
        let preview = self.preview(account, request);
        let Some(terms) = self.ledger.terms(request.market) else { return Need::Nothing };
        match request.side {
            OrderSide::Buy if preview.quote > Notional::ZERO => {
                amount_of(terms, preview.quote).map_or(Need::Nothing, Need::Quote)
            }
            OrderSide::Sell => {
                // A quantity is known whatever the book holds; the price does not matter to who gives base.
                let qty = request.qty.unwrap_or(preview.qty);
                if qty.is_zero() { Need::Nothing } else { Need::Base { price: Price::from_mantissa(1), qty } }
            }
            OrderSide::Buy => Need::Nothing,
        }
    }
}

impl Desk {
    /// The worst price that an order without a limit may take now, where the market has a band.
    pub(super) fn market_bound(&self, side: OrderSide) -> Option<Price> {
        let bps = i128::from(self.rules.band_bps?);
        let best = i128::from(self.best(side.takes_from())?.mantissa());
        let bound = match side {
            OrderSide::Buy => best * (10_000 + bps) / 10_000,
            OrderSide::Sell => (best * (10_000 - bps) + 9_999) / 10_000,
        };
        i64::try_from(bound).ok().map(Price::from_mantissa)
    }
}

/// How far an order may go.
pub(super) fn bound_of(order: &Order, desk: &Desk) -> Option<Price> {
    order.limit().or_else(|| desk.market_bound(order.request.side))
}

/// A notional in units of the quote asset.
pub(super) fn amount_of(terms: &Terms, notional: Notional) -> Option<Amount> {
    let unit = terms.quote_amount(Price::from_mantissa(1), Qty::from_mantissa(1))?;
    notional.mantissa().checked_mul(unit.units()).map(Amount::from_units)
}
