//! Where an order stands among what the venue displays at its price, and what moves it forward.
//!
//! `ahead` is venue quantity only; sandbox orders of one price stand in the order in which they came. A place
//! only ever gets better: by prints at the price, by prints through it, and by the venue displaying less than
//! what was thought to be ahead.
//!
//! A print and the change of the level that it caused come as two messages, in either order. So that one
//! trade does not move an order twice, the shrinking of a level is not believed to be cancels at once: it stays
//! pending until a print comes that the venue dates after it. Prints dated before it are part of it.

use crate::numbers::{Price, Qty};
use crate::time::Timestamp;
use crate::trades::Trade;

/// How the quantity ahead shrinks when the venue displays less and no print explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum QueueModel {
    /// Who cancelled stood behind: the place improves only when the level holds less than was ahead.
    #[default]
    RiskAverse,
    /// Who cancelled stood anywhere: ahead shrinks in proportion, rounded up.
    Proportional,
}

/// Nothing is known of the price yet: it lies outside what the venue shows.
pub(super) const AHEAD_UNKNOWN: i64 = i64::MAX;

/// Where the venue does not date its books, a print this close behind a change may have caused it.
const LATE_PRINT_NS: i64 = 1_000_000_000;

/// An order's place in its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Venue quantity in front of it.
    pub ahead: i64,
    /// The venue's time of the book that gave it its place: prints dated up to then are none of its business.
    pub joined: Timestamp,
    /// Printed at its price or through it since.
    pub traded: i64,
}

impl Place {
    pub const NOWHERE: Self = Self { ahead: AHEAD_UNKNOWN, joined: Timestamp::ZERO, traded: 0 };

    /// Whether a print was in the book that gave the order its place.
    pub fn is_later_than(&self, print: &Trade) -> bool {
        print.ts_venue != Timestamp::ZERO && print.ts_venue <= self.joined
    }

    pub fn queue_ahead(&self) -> Option<Qty> {
        (self.ahead != AHEAD_UNKNOWN).then(|| Qty::from_mantissa(self.ahead))
    }
}

/// A level that shows less than before, until it is clear why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pending {
    shrunk: i64,
    /// The least that was displayed.
    least: i64,
    ts_venue: Timestamp,
    ts_recv: Timestamp,
}

/// What a sandbox level knows about the venue's level at its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LevelWatch {
    displayed: i64,
    /// Printed at the price and not yet seen to leave the level.
    printed: i64,
    pending: Option<Pending>,
}

/// How places ahead change: first to a share, then to at most a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Advance {
    /// Kept / of.
    share: Option<(i64, i64)>,
    at_most: i64,
}

impl Advance {
    pub fn apply(&self, ahead: i64) -> i64 {
        let kept = match self.share {
            Some((kept, of)) if of > 0 && ahead != AHEAD_UNKNOWN => {
                let product = i128::from(ahead) * i128::from(kept);
                // Rounded up: never in the order's favour. Kept is at most `of`, so it fits.
                i64::try_from((product + i128::from(of) - 1) / i128::from(of)).unwrap_or(ahead)
            }
            _ => ahead,
        };
        kept.min(self.at_most)
    }
}

impl LevelWatch {
    pub const fn new(displayed: Qty) -> Self {
        Self { displayed: displayed.mantissa(), printed: 0, pending: None }
    }

    /// The venue displays another quantity at the price.
    pub fn set_displayed(&mut self, displayed: Qty, ts_venue: Timestamp, ts_recv: Timestamp) {
        let displayed = displayed.mantissa();
        if displayed < self.displayed {
            let before = self.pending.unwrap_or(Pending { shrunk: 0, least: i64::MAX, ts_venue, ts_recv });
            let shrunk = before.shrunk.saturating_add(self.displayed - displayed);
            self.pending = Some(Pending { shrunk, least: before.least.min(displayed), ts_venue, ts_recv });
        }
        self.displayed = displayed;
    }

    /// Before a print at the price counts: what a pending change did to the places, if the print came after
    /// it. The print itself is remembered.
    pub fn note_print(&mut self, print: &Trade, model: QueueModel) -> Option<Advance> {
        let is_settled = |pending: &Pending| {
            if print.ts_venue == Timestamp::ZERO || pending.ts_venue == Timestamp::ZERO {
                print.ts_recv.nanos_since(pending.ts_recv) > LATE_PRINT_NS
            } else {
                print.ts_venue > pending.ts_venue
            }
        };
        let advance = self.pending.filter(is_settled).map(|pending| self.settle(pending, model));
        self.printed = self.printed.saturating_add(print.qty.mantissa());
        advance
    }

    fn settle(&mut self, pending: Pending, model: QueueModel) -> Advance {
        self.pending = None;
        let explained = core::mem::take(&mut self.printed).min(pending.shrunk);
        let cancelled = pending.shrunk - explained;
        let share = match model {
            QueueModel::RiskAverse => None,
            // Of what stood there when they cancelled: what stands now and what they took away.
            QueueModel::Proportional => {
                let of = self.displayed.saturating_add(cancelled);
                (cancelled > 0).then_some((self.displayed, of))
            }
        };
        Advance { share, at_most: pending.least }
    }

    /// A new book after a break: prints were missed, so nothing is concluded but that no more can be ahead
    /// than is displayed.
    pub fn resync(&mut self, displayed: Qty) -> Advance {
        *self = Self::new(displayed);
        Advance { share: None, at_most: displayed.mantissa() }
    }

    /// At most this much can be ahead of anyone, as far as the book has told.
    pub fn at_most(&self) -> i64 {
        self.pending.map_or(i64::MAX, |pending| pending.least)
    }
}

/// One order's part of a print, as planned before anything is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PrintShare {
    pub order: u32,
    pub qty: Qty,
    pub shared_before: Qty,
    pub queue_before: Qty,
    pub queue_after: Qty,
}

/// Walks a print's volume along queues. A unit of it serves one unit of one order, or one unit of the
/// venue's queue, and nothing else.
#[derive(Debug)]
pub(super) struct PrintWalk {
    volume: i64,
    shared: i64,
    /// Of the venue's queue at the print's price, eaten so far.
    eaten: i64,
}

impl PrintWalk {
    pub const fn new(print: &Trade) -> Self {
        Self { volume: print.qty.mantissa(), shared: 0, eaten: 0 }
    }

    /// The next order in price-time order. `is_through`: the print's price is worse than the order's, so
    /// nothing was left in front of it.
    pub fn visit(
        &mut self,
        order: u32,
        place: &mut Place,
        shown: Qty,
        print: &Trade,
        is_through: bool,
    ) -> Option<PrintShare> {
        if place.is_later_than(print) {
            return None;
        }
        let queue_before = place.ahead;
        place.traded = place.traded.saturating_add(print.qty.mantissa());
        if is_through {
            place.ahead = 0;
        } else if place.ahead == AHEAD_UNKNOWN {
            return None;
        } else {
            let in_front = (place.ahead - self.eaten).max(0);
            let eaten = in_front.min(self.volume);
            self.eaten += eaten;
            self.volume -= eaten;
            place.ahead = (place.ahead - self.eaten).max(0);
            if place.ahead > 0 {
                return None;
            }
        }
        let qty = shown.mantissa().min(self.volume);
        if qty == 0 {
            return None;
        }
        let shared_before = self.shared;
        self.volume -= qty;
        self.shared += qty;
        Some(PrintShare {
            order,
            qty: Qty::from_mantissa(qty),
            shared_before: Qty::from_mantissa(shared_before),
            queue_before: Qty::from_mantissa(if queue_before == AHEAD_UNKNOWN { 0 } else { queue_before }),
            queue_after: Qty::from_mantissa(place.ahead),
        })
    }
}

/// Whether `price` of an order is better for the aggressor than the print's price.
pub(super) fn is_through(print: &Trade, order_price: Price) -> bool {
    match print.aggressor {
        crate::trades::AggressorSide::Sell => order_price > print.price,
        crate::trades::AggressorSide::Buy => order_price < print.price,
    }
}
