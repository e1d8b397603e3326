//! What a market hands over to the writers, as it happens.
//!
//! Rows gather in buffers of the market's own for the time of one message and then move to the intakes: one lock for
//! each family that has any. Nothing is allocated for what arrives, once the buffers have their size.

use std::sync::Arc;
use std::time::Duration;

use marketd_domain::market::{MarketState, MarketStatus};
use marketd_domain::{CandleChange, CandleInterval, GapFound, Scales, Source, Timestamp, Trade};
use marketd_store::{
    CandleRow, DeltaGatherer, DeltaPlace, Family, GapRow, MarketKey, MarketRecord, Row, RowError, Rows,
    SnapshotMoment, SnapshotRow, StatusRow, TradeRow,
};

use crate::board::MarketEntry;
use crate::storage::Storage;

/// The hand of one market.
pub struct Handover {
    storage: Arc<Storage>,
    source: Source,
    venue: String,
    key: MarketKey,
    rows: [Rows; Family::ALL.len()],
    /// When the next snapshot of the book is due, by the book's own clock: a recording gives the same ones each time.
    next_snapshot: Timestamp,
    /// The epoch of the last snapshot: a new one begins with a snapshot.
    snapshot_epoch: u64,
    /// Changes of the book on their way to a row; `None` where they are not kept.
    deltas: Option<Deltas>,
    has_told_data: bool,
    /// A row that cannot be made was logged.
    has_told_refusal: bool,
}

#[derive(Default)]
struct Deltas {
    gatherer: DeltaGatherer,
    scales: Option<Scales>,
    /// The last change that was seen.
    epoch: u64,
    seq: u64,
}

/// Changes of a book become a row when they take so much, before compression.
const DELTA_BYTES: usize = 64 * 1024;

impl Handover {
    pub fn new(storage: Arc<Storage>, entry: &MarketEntry, venue: &str) -> Self {
        let is_kept = storage.settings().deltas.sources.contains(&entry.source);
        Self {
            snapshot_epoch: 0,
            deltas: is_kept.then(Deltas::default),
            storage,
            source: entry.source,
            venue: venue.to_owned(),
            key: MarketKey::of(entry.source, &entry.id),
            rows: Family::ALL.map(Rows::none_of),
            next_snapshot: Timestamp::ZERO,
            has_told_data: false,
            has_told_refusal: false,
        }
    }

    /// The market begins, or begins again.
    pub fn begin(&mut self, state: &MarketState) {
        self.described(state);
        self.status(state);
    }

    /// Its rules, as they are known now.
    pub fn described(&self, state: &MarketState) {
        let instrument = state.instrument().clone();
        self.storage.register(MarketRecord { source: self.source, venue: self.venue.clone(), instrument });
    }

    /// A trade that was applied: the trade, and the candles that it closed or corrected.
    pub fn trade(&mut self, state: &MarketState, trade: &Trade) {
        self.add(TradeRow::new(self.key, state.scales(), trade), trade.ts_venue);
        for (interval, change) in CandleInterval::ALL.into_iter().zip(state.candle_changes()) {
            let series = state.candles(interval);
            let candle = match change {
                CandleChange::Opened => series.iter().nth_back(1),
                CandleChange::Corrected(open_time) => series.at(*open_time),
                CandleChange::Updated | CandleChange::TooOld => None,
            };
            if let Some(candle) = candle.copied() {
                self.add(CandleRow::new(self.key, interval, state.scales(), &candle), candle.open_time);
            }
        }
    }

    /// Candles that are still open. Stored again they are replaced by what they become.
    pub fn open_candles(&mut self, state: &MarketState) {
        for interval in CandleInterval::ALL {
            if let Some(candle) = state.candles(interval).last().copied() {
                self.add(CandleRow::new(self.key, interval, state.scales(), &candle), candle.open_time);
            }
        }
    }

    /// The book has changed: a snapshot may be due, and is after each one of the venue.
    pub fn book(&mut self, state: &MarketState, epoch: u64, is_resync: bool) {
        self.change(state, epoch);
        let (ts_venue, ts_recv) = state.book_times();
        let is_live = state.status().status == MarketStatus::Live && state.is_book_shown();
        let is_due = ts_recv >= self.next_snapshot || is_resync || epoch != self.snapshot_epoch;
        if !is_live || !is_due {
            return;
        }
        self.snapshot_epoch = epoch;
        self.next_snapshot = self.storage.next_snapshot(ts_recv);
        if !self.has_told_data {
            self.has_told_data = true;
            if self.source == Source::Live {
                self.storage.first_data(self.key, ts_recv);
            }
        }
        let (book_seq, venue_seq) = (state.book_seq(), state.venue_seq());
        let moment = SnapshotMoment { ts_recv, ts_venue, epoch, book_seq, venue_seq };
        let (bids, asks) = (state.book().bids().iter().collect(), state.book().asks().iter().collect());
        self.add(SnapshotRow::new(self.key, state.scales(), moment, bids, asks), ts_recv);
        self.open_candles(state);
    }

    /// Gathers what the last message changed in the book, if it did.
    fn change(&mut self, state: &MarketState, epoch: u64) {
        let Some(deltas) = &mut self.deltas else { return };
        let (ts_venue, ts_recv) = state.book_times();
        let place = DeltaPlace { epoch, seq: state.book_seq(), ts_recv };
        if (deltas.epoch, deltas.seq) == (place.epoch, place.seq) || state.changes().is_empty() {
            return;
        }
        (deltas.epoch, deltas.seq) = (place.epoch, place.seq);
        if !deltas.gatherer.continues(place) || deltas.gatherer.bytes() >= DELTA_BYTES {
            self.end_changes();
        }
        if let Some(deltas) = &mut self.deltas {
            deltas.scales = Some(state.scales());
            deltas.gatherer.push(place, ts_venue, state.changes());
        }
    }

    /// Makes a row of the changes that have gathered.
    pub fn end_changes(&mut self) {
        let Some(deltas) = &mut self.deltas else { return };
        let at = deltas.gatherer.last().ts_recv;
        let Some(scales) = deltas.scales else { return };
        if let Some(row) = deltas.gatherer.take(self.key, scales) {
            self.add(row, at);
        }
    }

    /// How often [`Self::end_changes`] is to be called; `None` where changes are not kept.
    pub fn changes_flush(&self) -> Option<Duration> {
        self.deltas.as_ref().map(|_| self.storage.settings().deltas.flush)
    }

    pub fn status(&mut self, state: &MarketState) {
        let report = state.status();
        self.add(StatusRow::new(self.key, report, state.status_seq()), report.since);
    }

    /// A gap of the venue opened.
    pub fn gap(&mut self, gap: GapFound) {
        self.add(GapRow::of_venue(self.key, gap, None), gap.ts_recv);
    }

    /// The last `count` gaps, those that are closed now.
    pub fn closed_gaps(&mut self, state: &MarketState, count: usize) {
        for record in state.gaps().iter().rev().take(count).filter(|record| record.closed_at.is_some()) {
            self.add(GapRow::of_venue(self.key, record.gap, record.closed_at), record.gap.ts_recv);
        }
    }

    /// The market starts over and does not remember its gaps: they end here.
    pub fn close_gaps(&mut self, state: &MarketState, now: Timestamp) {
        for record in state.gaps().iter().filter(|record| record.closed_at.is_none()) {
            self.add(GapRow::of_venue(self.key, record.gap, Some(now)), record.gap.ts_recv);
        }
    }

    fn add<R: Row>(&mut self, row: Result<R, RowError>, at: Timestamp) {
        match row {
            Ok(row) => self.rows[R::FAMILY.index()].push(row),
            Err(error) => {
                self.storage.count_unmakeable(self.key, R::FAMILY, at);
                if !std::mem::replace(&mut self.has_told_refusal, true) {
                    tracing::error!(venue = self.venue, market_id = %self.key, family = R::FAMILY.as_str(), %error,
                        "a row cannot be stored, counting it and those to come as lost");
                }
            }
        }
    }

    /// Hands over what has gathered.
    pub fn send(&mut self) {
        for rows in &mut self.rows {
            self.storage.hand_over(rows);
        }
    }
}

impl Drop for Handover {
    /// Also when the market has died: what it had seen is true.
    fn drop(&mut self) {
        self.end_changes();
        self.send();
    }
}

/// How many gaps of this market are open.
pub fn open_gaps(state: &MarketState) -> usize {
    state.gaps().iter().rev().take_while(|record| record.closed_at.is_none()).count()
}
