//! One market: its book, tape, candles and ticker, and whether they can be believed.
//!
//! Invariants: `book_seq` grows by one with each message that changed the book; the book is shown as
//! live only between a snapshot and the next doubt about it; a stale book is kept and shown, marked.

use crate::book::{Book, BookChanges};
use crate::candles::{CandleChange, CandleInterval, CandleSeries};
use crate::instrument::Instrument;
use crate::numbers::Scales;
use crate::ticker::Ticker;
use crate::time::Timestamp;
use crate::trades::{SequencedTrade, Trade, TradeId, TradesRing};
use crate::update::{DepthUpdate, GapFound};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarketStatus {
    /// No book yet.
    Connecting,
    Live,
    /// The book is known to be behind, or to be in doubt; shown, not traded on.
    Stale,
    /// The venue does not trade it.
    Halted,
}

impl MarketStatus {
    pub const ALL: [Self; 4] = [Self::Connecting, Self::Live, Self::Stale, Self::Halted];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Halted => "halted",
        }
    }
}

/// Why a market is not live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaleReason {
    /// No connection has delivered a book yet.
    Starting,
    /// The connection to the venue was lost.
    Disconnected,
    /// Messages are missing.
    Gap,
    ChecksumMismatch,
    /// Best bid at or above best ask for longer than the grace.
    Crossed,
    /// Neither data nor heartbeat within the deadline.
    Silence,
    /// The venue sent something that cannot be read.
    Malformed,
    /// The feed was faster than the market actor.
    Overloaded,
    /// The venue prints finer numbers than its rules say, beyond what fits.
    Precision,
    /// The market actor was restarted and waits for a new snapshot.
    Restarted,
    /// The venue asked for a new snapshot (service restart, maintenance).
    VenueReset,
    /// A replay was moved to another moment.
    ReplayMoved,
    /// A replay is over; this is its last book.
    ReplayEnded,
    /// The venue no longer lists the instrument.
    Delisted,
    /// The venue suspended trading.
    Suspended,
}

impl StaleReason {
    pub const ALL: [Self; 15] = [
        Self::Starting,
        Self::Disconnected,
        Self::Gap,
        Self::ChecksumMismatch,
        Self::Crossed,
        Self::Silence,
        Self::Malformed,
        Self::Overloaded,
        Self::Precision,
        Self::Restarted,
        Self::VenueReset,
        Self::ReplayMoved,
        Self::ReplayEnded,
        Self::Delisted,
        Self::Suspended,
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Disconnected => "disconnected",
            Self::Gap => "gap",
            Self::ChecksumMismatch => "checksum_mismatch",
            Self::Crossed => "crossed",
            Self::Silence => "silence",
            Self::Malformed => "malformed",
            Self::Overloaded => "overloaded",
            Self::Precision => "precision",
            Self::Restarted => "restarted",
            Self::VenueReset => "venue_reset",
            Self::ReplayMoved => "replay_moved",
            Self::ReplayEnded => "replay_ended",
            Self::Delisted => "delisted",
            Self::Suspended => "suspended",
        }
    }
}

/// Status with its reason and start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusReport {
    pub status: MarketStatus,
    pub reason: Option<StaleReason>,
    pub since: Timestamp,
}

/// What happened to a market since it was made. Only ever grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarketCounters {
    pub snapshots: u64,
    pub depth_updates: u64,
    /// Updates already contained in the book, and repeated trades.
    pub duplicates: u64,
    pub gaps: u64,
    /// Snapshots that came after the first one.
    pub resyncs: u64,
    pub checksums_ok: u64,
    pub checksums_bad: u64,
    pub crossed: u64,
    pub trades: u64,
    pub venue_bbo_match: u64,
    pub venue_bbo_mismatch: u64,
}

/// A hole in the venue's sequence, kept as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapRecord {
    pub gap: GapFound,
    /// When the book could be believed again.
    pub closed_at: Option<Timestamp>,
}

/// How long a crossed book is held back before the market goes stale: some venues print both sides
/// of a move in separate messages.
pub const CROSSED_GRACE_MS: i64 = 100;

/// Gaps remembered per market, for people who look; each is counted whatever happens.
const GAPS_KEPT: usize = 100;

/// What applying a depth message led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookOutcome {
    /// In order; the book may be shown.
    Applied,
    /// Applied, but crossed: hold it back, the next message may uncross it.
    Crossed,
    /// The book is in doubt for this reason: show it as stale and ask for a snapshot.
    Doubtful(StaleReason),
}

/// Limits of one market's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketLimits {
    pub trades: usize,
    pub candles: usize,
}

impl Default for MarketLimits {
    fn default() -> Self {
        Self { trades: 10_000, candles: 1_500 }
    }
}

/// The live state of one market.
#[derive(Debug, Clone)]
pub struct MarketState {
    instrument: Instrument,
    book: Book,
    book_seq: u64,
    venue_seq: u64,
    /// The venue's own best levels, until the book has come to their sequence.
    venue_bbo: Option<(crate::book::Level, crate::book::Level, u64)>,
    ts_venue: Timestamp,
    ts_recv: Timestamp,
    status: StatusReport,
    status_seq: u64,
    crossed_since: Option<Timestamp>,
    /// A snapshot came that is crossed: the market is live as soon as it uncrosses.
    is_live_uncrossed: bool,
    /// There was a snapshot since the state was made, or made anew.
    has_book: bool,
    trades: TradesRing,
    highest_trade_id: Option<u64>,
    ticker: Ticker,
    candles: [CandleSeries; 8],
    candle_changes: [CandleChange; 8],
    counters: MarketCounters,
    gaps: Vec<GapRecord>,
    changes: BookChanges,
    checksum_scratch: Vec<u8>,
}

impl MarketState {
    pub fn new(instrument: Instrument, limits: MarketLimits, now: Timestamp) -> Self {
        Self {
            book: Book::new(instrument.max_depth),
            instrument,
            book_seq: 0,
            venue_seq: 0,
            venue_bbo: None,
            ts_venue: Timestamp::ZERO,
            ts_recv: Timestamp::ZERO,
            status: StatusReport {
                status: MarketStatus::Connecting,
                reason: Some(StaleReason::Starting),
                since: now,
            },
            status_seq: 1,
            crossed_since: None,
            is_live_uncrossed: false,
            has_book: false,
            trades: TradesRing::new(limits.trades),
            highest_trade_id: None,
            ticker: Ticker::new(),
            candles: CandleInterval::ALL.map(|interval| CandleSeries::new(interval, limits.candles)),
            candle_changes: [CandleChange::Updated; 8],
            counters: MarketCounters::default(),
            gaps: Vec::new(),
            changes: BookChanges::default(),
            checksum_scratch: Vec::new(),
        }
    }

    pub const fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    pub const fn scales(&self) -> Scales {
        self.instrument.scales
    }

    pub const fn book(&self) -> &Book {
        &self.book
    }

    pub const fn book_seq(&self) -> u64 {
        self.book_seq
    }

    pub const fn venue_seq(&self) -> u64 {
        self.venue_seq
    }

    /// Venue and receive time of the last depth message.
    pub const fn book_times(&self) -> (Timestamp, Timestamp) {
        (self.ts_venue, self.ts_recv)
    }

    pub const fn status(&self) -> StatusReport {
        self.status
    }

    /// As [`Self::status`], but a book that is held back because it is crossed is not called live.
    pub fn shown_status(&self) -> StatusReport {
        match (self.status.status, self.crossed_since) {
            (MarketStatus::Live, Some(since)) => {
                StatusReport { status: MarketStatus::Stale, reason: Some(StaleReason::Crossed), since }
            }
            _ => self.status,
        }
    }

    /// Grows by one with each change of the status.
    pub const fn status_seq(&self) -> u64 {
        self.status_seq
    }

    pub const fn trades(&self) -> &TradesRing {
        &self.trades
    }

    pub const fn ticker(&self) -> &Ticker {
        &self.ticker
    }

    /// Grows with everything that a ticker shows: trades and the book.
    pub fn ticker_seq(&self) -> u64 {
        self.book_seq + self.trades.last_seq()
    }

    pub fn candles(&self, interval: CandleInterval) -> &CandleSeries {
        &self.candles[interval.index()]
    }

    /// What the last trade did to the candles, in the order of [`CandleInterval::ALL`].
    pub const fn candle_changes(&self) -> &[CandleChange; 8] {
        &self.candle_changes
    }

    pub const fn counters(&self) -> MarketCounters {
        self.counters
    }

    pub fn gaps(&self) -> &[GapRecord] {
        &self.gaps
    }

    /// What the last depth message or snapshot changed.
    pub const fn changes(&self) -> &BookChanges {
        &self.changes
    }

    /// Whether there was a snapshot since the state was made, or made anew.
    pub const fn has_book(&self) -> bool {
        self.has_book
    }

    /// Whether frames of the book may be shown right now: not before the first snapshot, and not while
    /// it is crossed.
    pub const fn is_book_shown(&self) -> bool {
        self.has_book && self.crossed_since.is_none()
    }

    /// Time has passed without a trade: what is older than the ticker's window leaves it.
    pub fn roll_ticker(&mut self, now: Timestamp) {
        self.ticker.expire(now);
    }

    /// Replaces the instrument's rules; the scales stay as they are, see [`Self::rescale`].
    pub fn set_instrument(&mut self, instrument: Instrument) {
        let scales = self.instrument.scales;
        self.book.set_max_depth(instrument.max_depth);
        self.instrument = Instrument { scales, ..instrument };
    }

    /// Puts a snapshot in place of the book. The market is live afterwards, unless the snapshot is
    /// crossed or fails its checksum.
    pub fn apply_snapshot(&mut self, update: &DepthUpdate) -> BookOutcome {
        self.changes.clear();
        if self.book.replace(&update.bids, &update.asks, &mut self.changes).is_err() {
            return BookOutcome::Doubtful(self.doubt(StaleReason::Malformed, update.ts_recv));
        }
        self.counters.snapshots += 1;
        if self.counters.snapshots > 1 {
            self.counters.resyncs += 1;
        }
        self.note_message(update);
        self.crossed_since = None;
        self.has_book = true;
        if !self.checksum_holds(update) {
            return self.refuse_checksum(update.ts_recv);
        }
        for open in self.gaps.iter_mut().rev().take_while(|record| record.closed_at.is_none()) {
            open.closed_at = Some(update.ts_recv);
        }
        self.is_live_uncrossed = true;
        self.judge_crossing(update.ts_recv)
    }

    /// Applies changed levels. Messages are applied to a stale book too: what the venue sends is
    /// still true level by level, and the checksum tells when the whole is.
    ///
    /// Before the first snapshot there is nothing that they could change: a market that was restarted
    /// meets the tail of its feed before the snapshot it asked for.
    pub fn apply_depth(&mut self, update: &DepthUpdate) -> BookOutcome {
        self.changes.clear();
        if !self.has_book {
            return BookOutcome::Applied;
        }
        if self.book.apply(&update.bids, &update.asks, &mut self.changes).is_err() {
            return BookOutcome::Doubtful(self.doubt(StaleReason::Malformed, update.ts_recv));
        }
        self.counters.depth_updates += 1;
        self.note_message(update);
        if !self.checksum_holds(update) {
            return self.refuse_checksum(update.ts_recv);
        }
        self.judge_crossing(update.ts_recv)
    }

    fn note_message(&mut self, update: &DepthUpdate) {
        if !self.changes.is_empty() {
            self.book_seq += 1;
        }
        self.venue_seq = update.venue_seq;
        self.ts_venue = update.ts_venue;
        self.ts_recv = update.ts_recv;
        self.compare_venue_bbo();
    }

    /// A crossed book is held back, whatever else is wrong with it.
    fn refuse_checksum(&mut self, now: Timestamp) -> BookOutcome {
        let reason = self.doubt(StaleReason::ChecksumMismatch, now);
        self.judge_crossing(now);
        BookOutcome::Doubtful(reason)
    }

    fn checksum_holds(&mut self, update: &DepthUpdate) -> bool {
        let Some(checksum) = update.checksum else { return true };
        let holds = checksum.holds(&self.book, self.instrument.scales, &mut self.checksum_scratch);
        if holds {
            self.counters.checksums_ok += 1;
        } else {
            self.counters.checksums_bad += 1;
        }
        holds
    }

    fn judge_crossing(&mut self, now: Timestamp) -> BookOutcome {
        if !self.book.is_crossed() {
            self.crossed_since = None;
            if std::mem::take(&mut self.is_live_uncrossed) {
                self.set_status(MarketStatus::Live, None, now);
            }
            return BookOutcome::Applied;
        }
        if self.crossed_since.is_none() {
            self.counters.crossed += 1;
            self.crossed_since = Some(now);
        }
        self.check_crossing(now)
    }

    /// Whether the book has been crossed for too long; to be asked again when time passes.
    pub fn check_crossing(&mut self, now: Timestamp) -> BookOutcome {
        match self.crossed_since {
            None => BookOutcome::Applied,
            Some(since) if now.nanos_since(since) <= CROSSED_GRACE_MS * 1_000_000 => BookOutcome::Crossed,
            Some(_) => {
                // Behind a snapshot that was crossed itself all is in order: it still is live once it
                // uncrosses. Nobody would ask again, since this doubt changes no status.
                let is_live_uncrossed = self.is_live_uncrossed;
                let reason = self.doubt(StaleReason::Crossed, now);
                self.is_live_uncrossed = is_live_uncrossed;
                BookOutcome::Doubtful(reason)
            }
        }
    }

    fn doubt(&mut self, reason: StaleReason, now: Timestamp) -> StaleReason {
        self.set_stale(reason, now);
        reason
    }

    /// A print. `None` when the market has it already.
    pub fn apply_trade(&mut self, trade: &Trade) -> Option<SequencedTrade> {
        if self.is_known(trade.id) {
            self.counters.duplicates += 1;
            return None;
        }
        self.counters.trades += 1;
        if let TradeId::Number(number) = trade.id {
            self.highest_trade_id = self.highest_trade_id.max(Some(number));
        }
        self.ticker.apply(trade);
        for (series, change) in self.candles.iter_mut().zip(&mut self.candle_changes) {
            *change = series.apply(trade);
        }
        Some(self.trades.push(*trade))
    }

    /// Ids rise, so one above the highest is new. Any other is late or a repetition: the ring knows,
    /// and what is older than the ring counts as known, since counting twice is worse than missing
    /// one.
    fn is_known(&self, id: TradeId) -> bool {
        let TradeId::Number(number) = id else {
            return id != TradeId::None && self.trades.iter().rev().any(|held| held.trade.id == id);
        };
        if self.highest_trade_id.is_none_or(|highest| number > highest) {
            return false;
        }
        let mut lowest = number;
        for held in self.trades.iter().rev() {
            match held.trade.id {
                TradeId::Number(known) if known == number => return true,
                TradeId::Number(known) => lowest = lowest.min(known),
                TradeId::None | TradeId::Uuid(_) => {}
            }
        }
        let forgotten = self.counters.trades > self.trades.len() as u64;
        forgotten && lowest == number
    }

    pub fn note_gap(&mut self, gap: GapFound) {
        self.counters.gaps += 1;
        if self.gaps.len() == GAPS_KEPT {
            self.gaps.remove(0);
        }
        self.gaps.push(GapRecord { gap, closed_at: None });
        self.set_stale(StaleReason::Gap, gap.ts_recv);
    }

    pub fn note_duplicate(&mut self) {
        self.counters.duplicates += 1;
    }

    /// Compares the venue's own best levels with ours once both speak of the same sequence. They may
    /// come before the depth message of that sequence.
    pub fn note_venue_bbo(&mut self, bid: crate::book::Level, ask: crate::book::Level, venue_seq: u64) {
        self.venue_bbo = Some((bid, ask, venue_seq));
        self.compare_venue_bbo();
    }

    fn compare_venue_bbo(&mut self) {
        let Some((bid, ask, venue_seq)) = self.venue_bbo else { return };
        if venue_seq != self.venue_seq || self.status.status != MarketStatus::Live {
            return;
        }
        self.venue_bbo = None;
        if self.book.bids().best() == Some(bid) && self.book.asks().best() == Some(ask) {
            self.counters.venue_bbo_match += 1;
        } else {
            self.counters.venue_bbo_mismatch += 1;
        }
    }

    /// Says whether the status changed. Before the first snapshot a market stays `connecting`.
    pub fn set_stale(&mut self, reason: StaleReason, now: Timestamp) -> bool {
        self.is_live_uncrossed = false;
        let status = match self.status.status {
            MarketStatus::Connecting => MarketStatus::Connecting,
            MarketStatus::Halted | MarketStatus::Live | MarketStatus::Stale => MarketStatus::Stale,
        };
        self.set_status(status, Some(reason), now)
    }

    pub fn set_halted(&mut self, reason: StaleReason, now: Timestamp) -> bool {
        self.is_live_uncrossed = false;
        self.set_status(MarketStatus::Halted, Some(reason), now)
    }

    fn set_status(&mut self, status: MarketStatus, reason: Option<StaleReason>, now: Timestamp) -> bool {
        if (self.status.status, self.status.reason) == (status, reason) {
            return false;
        }
        let since = if self.status.status == status { self.status.since } else { now };
        self.status = StatusReport { status, reason, since };
        self.status_seq += 1;
        true
    }

    /// Starts over at other scales: what the old ones held cannot be said exactly in the new ones.
    pub fn reset(&mut self, scales: Scales, reason: StaleReason, now: Timestamp) {
        let limits = MarketLimits { trades: self.trades.capacity(), candles: self.candles[0].capacity() };
        let instrument = Instrument { scales, ..self.instrument.clone() };
        let (status, status_seq, counters) = (self.status, self.status_seq, self.counters);
        *self = Self::new(instrument, limits, now);
        (self.status, self.status_seq, self.counters) = (status, status_seq, counters);
        self.set_stale(reason, now);
    }

    /// Moves the whole market to other scales, exactly, or changes nothing and says `false`.
    pub fn rescale(&mut self, to: Scales) -> bool {
        let from = self.instrument.scales;
        if from == to {
            return true;
        }
        let mut moved = self.clone();
        let trades_moved = moved.trades.map_trades(|trade| {
            Some(Trade {
                price: trade.price.rescaled(from.price, to.price)?,
                qty: trade.qty.rescaled(from.qty, to.qty)?,
                ..trade
            })
        });
        let all_moved = trades_moved
            && moved.book.rescale(from, to).is_ok()
            && moved.ticker.rescale(from, to)
            && moved.candles.iter_mut().all(|series| series.rescale(from, to));
        if all_moved {
            moved.instrument.scales = to;
            moved.changes.clear();
            *self = moved;
        }
        all_moved
    }
}

#[cfg(test)]
mod tests;
