//! What a replay hands on, and the books as the recording says they are.

use marketd_domain::book::{Book, BookChanges};
use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade, UpdateSink,
};
use marketd_venues::replay::LoopShift;

use crate::sink::BatchSink;

/// One book as the recording says it is.
pub struct Shadow {
    pub book: Book,
    pub scales: Scales,
    pub venue_seq: u64,
    pub ts_venue: Timestamp,
    pub ts_recv: Timestamp,
    pub has_snapshot: bool,
    /// Why it is not to be believed, by the recording itself, until its next snapshot.
    pub doubt: Option<Doubt>,
}

#[derive(Debug, Clone, Copy)]
pub enum Doubt {
    Stale(StaleReason),
    Halted(StaleReason),
}

/// Hands updates on, shifted into the present round, and keeps the shadows.
pub struct ReplaySink {
    pub sink: BatchSink,
    pub shadows: Vec<Shadow>,
    pub changes: BookChanges,
    pub shift: LoopShift,
    /// Moving to another moment: shadows follow, nobody is told.
    pub is_silent: bool,
}

impl ReplaySink {
    fn shadow(&mut self, market: MarketIndex, update: &DepthUpdate, is_snapshot: bool) {
        let shadow = &mut self.shadows[market.usize()];
        self.changes.clear();
        // A refused message is refused by the market too, which says so.
        let _ = if is_snapshot {
            shadow.book.replace(&update.bids, &update.asks, &mut self.changes)
        } else {
            shadow.book.apply(&update.bids, &update.asks, &mut self.changes)
        };
        shadow.has_snapshot |= is_snapshot;
        shadow.doubt = shadow.doubt.filter(|_| !is_snapshot);
        shadow.venue_seq = update.venue_seq;
        (shadow.ts_venue, shadow.ts_recv) = (update.ts_venue, update.ts_recv);
    }

    fn shifted(&mut self, update: &DepthUpdate) -> DepthUpdate {
        self.shift.note(update.ts_venue);
        DepthUpdate {
            ts_venue: self.shift.time(update.ts_venue),
            ts_recv: self.shift.time(update.ts_recv),
            ..update.clone()
        }
    }

    /// The book as it stands, as a snapshot, with the doubt that there is.
    pub fn give_snapshot(&mut self, market: MarketIndex) {
        let shadow = &self.shadows[market.usize()];
        if !shadow.has_snapshot {
            return;
        }
        let update = DepthUpdate {
            bids: shadow.book.bids().iter().collect(),
            asks: shadow.book.asks().iter().collect(),
            venue_seq: shadow.venue_seq,
            ts_venue: self.shift.time(shadow.ts_venue),
            ts_recv: self.shift.time(shadow.ts_recv),
            checksum: None,
        };
        self.sink.rescaled(market, shadow.scales);
        self.sink.snapshot(market, &update);
        let at = update.ts_recv;
        match shadow.doubt {
            None => {}
            Some(Doubt::Stale(reason)) => self.sink.stale(market, reason, at),
            Some(Doubt::Halted(reason)) => self.sink.halted(market, reason, at),
        }
    }
}

impl UpdateSink for ReplaySink {
    fn listed(&mut self, market: MarketIndex, instrument: &Instrument) {
        self.sink.listed(market, instrument);
        self.shadows.push(Shadow {
            book: Book::new(instrument.max_depth),
            scales: instrument.scales,
            venue_seq: 0,
            ts_venue: Timestamp::ZERO,
            ts_recv: Timestamp::ZERO,
            has_snapshot: false,
            doubt: None,
        });
    }

    fn described(&mut self, market: MarketIndex, instrument: &Instrument) {
        self.shadows[market.usize()].book.set_max_depth(instrument.max_depth);
        self.sink.described(market, instrument);
    }

    fn snapshot(&mut self, market: MarketIndex, update: &DepthUpdate) {
        self.shadow(market, update, true);
        if !self.is_silent {
            let update = self.shifted(update);
            self.sink.snapshot(market, &update);
        }
    }

    fn depth(&mut self, market: MarketIndex, update: &DepthUpdate) {
        self.shadow(market, update, false);
        if !self.is_silent {
            let update = self.shifted(update);
            self.sink.depth(market, &update);
        }
    }

    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        let trade = self.shift.trade(trade);
        if !self.is_silent {
            self.sink.trade(market, &trade);
        }
    }

    fn rescaled(&mut self, market: MarketIndex, scales: Scales) {
        let shadow = &mut self.shadows[market.usize()];
        if shadow.book.rescale(shadow.scales, scales).is_err() {
            shadow.book.clear();
        }
        shadow.scales = scales;
        if !self.is_silent {
            self.sink.rescaled(market, scales);
        }
    }

    fn gap(&mut self, market: MarketIndex, gap: GapFound) {
        if !self.is_silent {
            self.sink.gap(market, GapFound { ts_recv: self.shift.time(gap.ts_recv), ..gap });
        }
    }

    fn stale(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.shadows[market.usize()].doubt = Some(Doubt::Stale(reason));
        if !self.is_silent {
            self.sink.stale(market, reason, self.shift.time(now));
        }
    }

    fn halted(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.shadows[market.usize()].doubt = Some(Doubt::Halted(reason));
        if !self.is_silent {
            self.sink.halted(market, reason, self.shift.time(now));
        }
    }

    fn duplicate(&mut self, market: MarketIndex) {
        if !self.is_silent {
            self.sink.duplicate(market);
        }
    }

    fn venue_bbo(&mut self, market: MarketIndex, bid: Level, ask: Level, venue_seq: u64) {
        if !self.is_silent {
            self.sink.venue_bbo(market, bid, ask, venue_seq);
        }
    }
}
