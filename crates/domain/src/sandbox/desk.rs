//! One market of the sandbox: its rules, the venue's book, the queues of sandbox orders, and who waits for what
//! price.

use super::order::named;
use super::queue::{LevelWatch, QueueModel};
use super::reject::Rule;
use super::triggers::Triggers;
use super::venue::VenueBook;
use super::widen::Widening;
use crate::book::BookSide;
use crate::instrument::Instrument;
use crate::matching::{Levels, OrderSide};
use crate::numbers::{Decimal, Notional, Price, Qty, Scales};
use crate::trades::Trade;

named!(
    /// Whether the venue's market can be traded on.
    VenueStatus {
        Connecting = "connecting",
        Live = "live",
        Stale = "stale",
        Halted = "halted",
        Delisted = "delisted",
    }
);

/// What orders in a market have to keep to, in its scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketRules {
    pub tick_size: Price,
    pub lot_size: Qty,
    pub min_notional: Notional,
    /// How far from the middle of the book a limit price may be, and from the best price a market order
    /// may take, in hundredths of a percent.
    pub band_bps: Option<u32>,
    pub queue_model: QueueModel,
    /// Levels a side, where the venue demands that books are cut.
    pub max_depth: Option<usize>,
    /// The book shows every level there is, so where it shows nothing there is nothing.
    pub is_full_depth: bool,
}

impl MarketRules {
    /// What the instrument says, in its scales. A rule that its scales cannot say is not kept at all by its
    /// venue either, since no price or quantity could break it.
    pub fn of(instrument: &Instrument) -> Self {
        let Scales { price, qty } = instrument.scales;
        let at = |decimal: Option<Decimal>, scale| {
            decimal.and_then(|decimal| decimal.at_scale(scale)).filter(|m| *m > 0)
        };
        let notional = |decimal: Decimal| {
            let finer = instrument.scales.notional_decimals().checked_sub(decimal.scale.decimals())?;
            i128::from(decimal.mantissa).checked_mul(crate::numbers::pow10_i128(u32::from(finer))?)
        };
        Self {
            tick_size: Price::from_mantissa(at(instrument.tick_size, price).unwrap_or(1)),
            lot_size: Qty::from_mantissa(at(instrument.lot_size, qty).unwrap_or(1)),
            min_notional: Notional::from_mantissa(instrument.min_notional.and_then(notional).unwrap_or(0)),
            band_bps: None,
            queue_model: QueueModel::RiskAverse,
            max_depth: instrument.max_depth,
            is_full_depth: false,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub rules: MarketRules,
    /// What the venue says of its market, and what holds here.
    pub said: VenueStatus,
    pub status: VenueStatus,
    /// The venue's data comes in scales that the market cannot take.
    pub is_misfit: bool,
    /// The way from the venue's scales to the market's, where they are coarser.
    pub incoming: Option<Widening>,
    pub book: VenueBook,
    /// There was a snapshot since the market was not live last.
    pub has_book: bool,
    pub levels: Levels,
    /// Beside the levels, under the same index.
    pub watches: Vec<LevelWatch>,
    pub triggers: Triggers,
    pub last: Option<Trade>,
}

impl Desk {
    pub fn new(rules: MarketRules) -> Self {
        Self {
            rules,
            said: VenueStatus::Connecting,
            status: VenueStatus::Connecting,
            is_misfit: false,
            incoming: None,
            book: VenueBook::new(rules.max_depth, rules.is_full_depth),
            has_book: false,
            levels: Levels::new(),
            watches: Vec::new(),
            triggers: Triggers::default(),
            last: None,
        }
    }

    /// Whether anything may fill. A crossed book is one that is half read.
    pub fn is_live(&self) -> bool {
        self.closed_rule().is_none()
    }

    /// Why nothing may fill; a crossed book counts as stale.
    pub fn closed_rule(&self) -> Option<Rule> {
        match self.status {
            VenueStatus::Live if !self.has_book || self.book.is_crossed() => Some(Rule::MarketStale),
            VenueStatus::Live => None,
            VenueStatus::Connecting => Some(Rule::MarketConnecting),
            VenueStatus::Stale => Some(Rule::MarketStale),
            VenueStatus::Halted => Some(Rule::MarketHalted),
            VenueStatus::Delisted => Some(Rule::MarketDelisted),
        }
    }

    /// The middle between best bid and best ask, rounded down.
    pub fn middle(&self) -> Option<Price> {
        let (bid, ask) = (self.book.best(BookSide::Bid)?, self.book.best(BookSide::Ask)?);
        Some(Price::from_mantissa(bid.mantissa().midpoint(ask.mantissa())))
    }

    /// The middle of the book, else the last print.
    pub fn mark(&self) -> Option<Price> {
        self.middle().or_else(|| self.last.map(|print| print.price))
    }

    /// The best price on a side, the venue's or a sandbox order's.
    pub fn best(&self, side: BookSide) -> Option<Price> {
        let ours = self.levels.best_from(side, i64::MIN).map(|level| self.levels.node(level).price);
        match (self.book.best(side), ours) {
            (Some(venue), Some(ours)) if side == BookSide::Bid => Some(venue.max(ours)),
            (Some(venue), Some(ours)) => Some(venue.min(ours)),
            (venue, ours) => venue.or(ours),
        }
    }

    /// Whether an order with this limit would meet anything, displayed by the venue or of the sandbox.
    pub fn would_cross(&self, side: OrderSide, price: Price) -> bool {
        self.best(side.takes_from()).is_some_and(|best| reaches(side, price, best))
    }
}

/// Whether an order of `side` that pays at worst `limit` may trade at `price`.
pub(super) fn reaches(side: OrderSide, limit: Price, price: Price) -> bool {
    match side {
        OrderSide::Buy => price <= limit,
        OrderSide::Sell => price >= limit,
    }
}
