//! What a venue's codec hands to a market: normalized updates.
//!
//! A feed is anything that calls an [`UpdateSink`]: a live connection, a recording, the simulator,
//! or a program that pushes its own prices.

use crate::book::Level;
use crate::checksum::VenueChecksum;
use crate::instrument::Instrument;
use crate::market::StaleReason;
use crate::numbers::Scales;
use crate::time::Timestamp;
use crate::trades::Trade;

/// Position of a market in the table of its venue session. Small and dense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketIndex(pub u32);

impl MarketIndex {
    pub const fn usize(self) -> usize {
        self.0 as usize
    }
}

/// Changed levels of one market, or all of them when it comes as a snapshot. Codecs reuse one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DepthUpdate {
    pub bids: Vec<Level>,
    pub asks: Vec<Level>,
    /// The venue's sequence after this message; zero where the venue has none.
    pub venue_seq: u64,
    /// When the venue says it happened; zero where it does not say.
    pub ts_venue: Timestamp,
    pub ts_recv: Timestamp,
    /// The venue's own proof of the book after this message.
    pub checksum: Option<VenueChecksum>,
}

impl DepthUpdate {
    pub fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
        self.venue_seq = 0;
        self.ts_venue = Timestamp::ZERO;
        self.checksum = None;
    }
}

/// Messages of the venue that never came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapFound {
    /// The venue's sequence that should have come next.
    pub expected: u64,
    /// The one that came instead.
    pub found: u64,
    pub ts_recv: Timestamp,
}

/// Takes normalized updates in the order of the feed.
///
/// Borrowed arguments: a sink in the same thread applies them without a copy, a sink that sends them
/// elsewhere clones what it needs.
pub trait UpdateSink {
    /// A market the feed has not named before gets the next index.
    fn listed(&mut self, market: MarketIndex, instrument: &Instrument);
    /// Better knowledge of a market that is listed: its rules, its depth limit. Scales are told apart.
    /// A sink that keeps no rules needs not take it.
    fn described(&mut self, _market: MarketIndex, _instrument: &Instrument) {}
    /// The whole book at one moment.
    fn snapshot(&mut self, market: MarketIndex, update: &DepthUpdate);
    /// Changed levels.
    fn depth(&mut self, market: MarketIndex, update: &DepthUpdate);
    fn trade(&mut self, market: MarketIndex, trade: &Trade);
    /// The venue changed its precision, or it turned out finer than known. Comes before the first
    /// update that uses the new scales.
    fn rescaled(&mut self, market: MarketIndex, scales: Scales);
    fn gap(&mut self, market: MarketIndex, gap: GapFound);
    /// The book must not be trusted until the next snapshot.
    fn stale(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp);
    /// The venue says that this market does not trade (delisted, suspended).
    fn halted(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp);
    /// An update that was ignored because the book already contains it.
    fn duplicate(&mut self, market: MarketIndex);
    /// The venue's own best bid and offer, to check our book against. Not every venue sends it.
    fn venue_bbo(&mut self, market: MarketIndex, bid: Level, ask: Level, venue_seq: u64);
}
