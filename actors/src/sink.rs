//! Updates on their way from a feed to the market actors: gathered per market, sent in batches.

use std::sync::Arc;

use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade, UpdateSink,
};

use crate::board::MarketEntry;
use crate::traces::{Hop, OneIn, OpenSpan, SpanKind, Traces};

/// One normalized update, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    Snapshot(Box<DepthUpdate>),
    Depth(Box<DepthUpdate>),
    Trade(Trade),
    /// The instrument's rules were learned.
    Described(Box<Instrument>),
    Rescaled(Scales),
    Gap(GapFound),
    Stale(StaleReason, Timestamp),
    Halted(StaleReason, Timestamp),
    Duplicate,
    VenueBbo {
        bid: Level,
        ask: Level,
        venue_seq: u64,
    },
}

/// Updates of one market, in order.
#[derive(Debug, Default)]
struct Lane {
    entry: Option<Arc<MarketEntry>>,
    updates: Vec<Update>,
    venue_seq: u64,
    /// The venue's own best levels of a sequence that the depth messages have not come to.
    bbo: Option<(Level, Level, u64)>,
}

/// Gathers what a session or a simulator says. Markets are known by their place in `entries`.
#[derive(Debug, Default)]
pub struct BatchSink {
    lanes: Vec<Lane>,
    dirty: Vec<usize>,
    /// Which of the messages that come are traced.
    traced: OneIn,
    /// The trace of the message under way.
    hop: Option<Hop>,
}

impl BatchSink {
    pub fn new(entries: Vec<Arc<MarketEntry>>, traces: &Traces) -> Self {
        let lane = |entry| Lane { entry: Some(entry), ..Lane::default() };
        Self {
            lanes: entries.into_iter().map(lane).collect(),
            dirty: Vec::new(),
            traced: OneIn::new(traces.frames_one_in()),
            hop: None,
        }
    }

    /// A message of the venue came, this many bytes long (0: it never was bytes). Some are traced: what it comes to carries the hop then, until
    /// the span is over.
    pub fn trace(&mut self, traces: &Traces, feed: &str, bytes: usize, recv: Timestamp) -> Option<OpenSpan> {
        if !self.traced.picks() {
            return None;
        }
        let span = traces.frame()?.begin_at("feed.frame", recv)?.of_kind(SpanKind::Consumer);
        self.hop = Some(span.hop());
        let span = span.with("feed", feed.to_owned());
        Some(if bytes > 0 { span.with("bytes", bytes) } else { span })
    }

    /// The trace of what is delivered next.
    pub const fn take_hop(&mut self) -> Option<Hop> {
        self.hop.take()
    }

    pub fn entries(&self) -> impl Iterator<Item = &Arc<MarketEntry>> {
        self.lanes.iter().filter_map(|lane| lane.entry.as_ref())
    }

    pub fn is_empty(&self) -> bool {
        self.dirty.is_empty()
    }

    fn push(&mut self, market: MarketIndex, update: Update) {
        let Some(lane) = self.lanes.get_mut(market.usize()) else { return };
        if lane.updates.is_empty() {
            self.dirty.push(market.usize());
        }
        lane.updates.push(update);
    }

    /// Says why the connection was lost, where the session only knows that it was.
    pub fn explain_loss(&mut self, reason: StaleReason) {
        for update in self.lanes.iter_mut().flat_map(|lane| &mut lane.updates) {
            if let Update::Stale(told @ StaleReason::Disconnected, _) = update {
                *told = reason;
            }
        }
    }

    /// Takes what was gathered: markets with their updates.
    pub fn drain(&mut self) -> Vec<(MarketIndex, Arc<MarketEntry>, Vec<Update>)> {
        let lanes = &mut self.lanes;
        self.dirty
            .drain(..)
            .filter_map(|at| {
                let updates = std::mem::take(&mut lanes[at].updates);
                Some((MarketIndex(at as u32), lanes[at].entry.clone()?, updates))
            })
            .collect()
    }
}

impl std::fmt::Debug for MarketEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MarketEntry").field("id", &self.id).finish_non_exhaustive()
    }
}

impl UpdateSink for BatchSink {
    /// Live and replayed markets are registered before their feed starts; what a session discovers
    /// beyond them has no market actor.
    fn listed(&mut self, market: MarketIndex, _instrument: &Instrument) {
        if self.lanes.len() <= market.usize() {
            self.lanes.resize_with(market.usize() + 1, Lane::default);
        }
    }

    fn described(&mut self, market: MarketIndex, instrument: &Instrument) {
        self.push(market, Update::Described(Box::new(instrument.clone())));
    }

    fn snapshot(&mut self, market: MarketIndex, update: &DepthUpdate) {
        if let Some(lane) = self.lanes.get_mut(market.usize()) {
            lane.venue_seq = update.venue_seq;
        }
        self.push(market, Update::Snapshot(Box::new(update.clone())));
    }

    fn depth(&mut self, market: MarketIndex, update: &DepthUpdate) {
        if let Some(lane) = self.lanes.get_mut(market.usize()) {
            lane.venue_seq = update.venue_seq;
        }
        self.push(market, Update::Depth(Box::new(update.clone())));
        let waiting = self.lanes.get_mut(market.usize()).and_then(|lane| lane.bbo.take());
        if let Some((bid, ask, venue_seq)) = waiting.filter(|(_, _, seq)| *seq == update.venue_seq) {
            self.push(market, Update::VenueBbo { bid, ask, venue_seq });
        }
    }

    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        self.push(market, Update::Trade(*trade));
    }

    fn rescaled(&mut self, market: MarketIndex, scales: Scales) {
        self.push(market, Update::Rescaled(scales));
    }

    fn gap(&mut self, market: MarketIndex, gap: GapFound) {
        self.push(market, Update::Gap(gap));
    }

    fn stale(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.push(market, Update::Stale(reason, now));
    }

    fn halted(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.push(market, Update::Halted(reason, now));
    }

    fn duplicate(&mut self, market: MarketIndex) {
        self.push(market, Update::Duplicate);
    }

    /// Only what can be compared is worth sending: most of these lie between two depth messages.
    fn venue_bbo(&mut self, market: MarketIndex, bid: Level, ask: Level, venue_seq: u64) {
        let Some(lane) = self.lanes.get_mut(market.usize()) else { return };
        if lane.venue_seq == venue_seq {
            self.push(market, Update::VenueBbo { bid, ask, venue_seq });
        } else {
            lane.bbo = Some((bid, ask, venue_seq));
        }
    }
}
