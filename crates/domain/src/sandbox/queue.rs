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
    /// The least that the level displayed since, as far as `ahead` does not say so yet.
    pub cap: i64,
    /// The venue's time of the book that gave it its place: prints dated up to then are none of its business.
    pub joined: Timestamp,
    /// The number of the event that gave it its place.
    pub joined_seq: u64,
    /// Printed at its price or through it since.
    pub traded: i64,
}

impl Place {
    pub const NOWHERE: Self =
        Self { ahead: AHEAD_UNKNOWN, cap: i64::MAX, joined: Timestamp::ZERO, joined_seq: 0, traded: 0 };

    /// What is in front of it, as far as the book has told.
    pub fn in_front(&self) -> i64 {
        self.ahead.min(self.cap)
    }

    /// Whether a print was in the book that gave the order its place.
    pub fn is_later_than(&self, print: &Trade) -> bool {
        print.ts_venue != Timestamp::ZERO && print.ts_venue <= self.joined
    }
}

/// A level that shows less than before, until it is clear why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pending {
    shrunk: i64,
    /// The number of the latest event when it began.
    since_seq: u64,
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

/// How places in a queue improve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Advance {
    /// Kept / of, for places older than the change.
    share: Option<(i64, i64)>,
    since_seq: u64,
    at_most: i64,
}

impl Advance {
    pub fn apply(&self, place: &mut Place) {
        if let Some((kept, of)) = self.share
            && place.ahead != AHEAD_UNKNOWN
            && place.joined_seq <= self.since_seq
        {
            let product = i128::from(place.ahead) * i128::from(kept);
            // Rounded up: never in the order's favour. Kept is less than `of`, so it fits.
            place.ahead =
                i64::try_from((product + i128::from(of) - 1) / i128::from(of)).unwrap_or(place.ahead);
        }
        place.ahead = place.in_front().min(self.at_most);
        place.cap = i64::MAX;
    }
}

impl LevelWatch {
    pub const fn new(displayed: Qty) -> Self {
        Self { displayed: displayed.mantissa(), printed: 0, pending: None }
    }

    /// The venue displays another quantity at the price. Says whether it is less than before: then it caps what
    /// may be in front of the orders there.
    pub fn set_displayed(
        &mut self,
        displayed: Qty,
        ts_venue: Timestamp,
        (ts_recv, seq): (Timestamp, u64),
    ) -> bool {
        let displayed = displayed.mantissa();
        let shrunk = self.displayed - displayed;
        if shrunk > 0 {
            let before = self.pending.map_or((0, seq), |pending| (pending.shrunk, pending.since_seq));
            let shrunk = shrunk.saturating_add(before.0);
            self.pending = Some(Pending { shrunk, since_seq: before.1, ts_venue, ts_recv });
        }
        self.displayed = displayed;
        shrunk > 0
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
        Advance { share, since_seq: pending.since_seq, at_most: i64::MAX }
    }

    /// A new book after a break: prints were missed, so nothing is concluded but that no more can be ahead
    /// than is displayed.
    pub fn resync(&mut self, displayed: Qty) -> Advance {
        *self = Self::new(displayed);
        Advance { share: None, since_seq: 0, at_most: displayed.mantissa() }
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
            (place.ahead, place.cap) = (0, i64::MAX);
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
