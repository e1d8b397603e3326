//! What is stored, as it is stored: rows are checked when they are made, so that a write is not refused for one of them.
//!
//! Times are kept to the microsecond. A row carries the scales of its numbers, since a venue may change its precision
//! in the middle of a day.

mod batch;
mod delta;
mod market;
mod series;
mod trade;

use marketd_domain::book::Level;
use marketd_domain::market::StatusReport;
use marketd_domain::{Candle, CandleInterval, GapFound, Scales, Timestamp};

pub use marketd_domain::TradeCursor;

pub use batch::{Row, Rows};
pub use delta::{DeltaPlace, DeltaRow};
pub use market::{MarketKey, MarketRecord};
pub use series::Series;
pub use trade::TradeRow;
pub(crate) use trade::id_of_halves;

/// Why something cannot become a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    #[error("the time {0} us is not between 2000 and 2200")]
    TimeOutOfRange(i64),
    #[error("a trade without an id cannot be told from others")]
    TradeWithoutId,
    #[error("the trade id {0} is not one")]
    TradeId(String),
    #[error("a candle of {interval} does not begin at {open_us} us")]
    CandleStart { interval: &'static str, open_us: i64 },
    #[error("{what} does not fit: {value}")]
    OutOfRange { what: &'static str, value: String },
    #[error("unknown {what} \"{value}\"")]
    Unknown { what: &'static str, value: String },
    #[error("packed bytes are cut off or of an unknown version")]
    Packed,
    #[error("\"{0}\" and another market have the same key")]
    SameKey(String),
}

impl RowError {
    pub(crate) fn out_of_range(what: &'static str, value: impl ToString) -> Self {
        Self::OutOfRange { what, value: value.to_string() }
    }

    pub(crate) fn unknown(what: &'static str, value: impl ToString) -> Self {
        Self::Unknown { what, value: value.to_string() }
    }
}

/// From 2000-01-01 to 2200-01-01: beyond lies only what a broken clock says, and each day costs a partition.
const TIME_RANGE_US: core::ops::Range<i64> = 946_684_800_000_000..7_258_118_400_000_000;

/// A time that is part of a key.
fn key_time(at: Timestamp) -> Result<Timestamp, RowError> {
    if TIME_RANGE_US.contains(&at.micros()) {
        Ok(stored_time(at))
    } else {
        Err(RowError::TimeOutOfRange(at.micros()))
    }
}

/// The part of a time that is kept.
const fn stored_time(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros())
}

/// Counts are kept in signed columns: a row is made only of those that fit.
fn check_count(what: &'static str, count: u64) -> Result<(), RowError> {
    if i64::try_from(count).is_ok() { Ok(()) } else { Err(RowError::out_of_range(what, count)) }
}

/// A family of rows that is written, spooled and kept together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    Trades,
    Candles,
    Snapshots,
    Statuses,
    Gaps,
    Deltas,
}

impl Family {
    pub const ALL: [Self; 6] =
        [Self::Trades, Self::Candles, Self::Snapshots, Self::Statuses, Self::Gaps, Self::Deltas];

    /// Its place in [`Self::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trades => "trades",
            Self::Candles => "candles",
            Self::Snapshots => "snapshots",
            Self::Statuses => "statuses",
            Self::Gaps => "gaps",
            Self::Deltas => "deltas",
        }
    }
}

/// A candle. Stored again it replaces the one before if its revision is higher, or if it has more trades at the same
/// revision: then it was still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandleRow {
    market: MarketKey,
    interval: CandleInterval,
    scales: Scales,
    candle: Candle,
}

impl CandleRow {
    pub fn new(
        market: MarketKey,
        interval: CandleInterval,
        scales: Scales,
        candle: &Candle,
    ) -> Result<Self, RowError> {
        check_count("number of trades", candle.trades)?;
        let open_time = key_time(candle.open_time)?;
        if interval.open_time(candle.open_time) != candle.open_time {
            return Err(RowError::CandleStart { interval: interval.as_str(), open_us: open_time.micros() });
        }
        let (first_at, last_at) = (stored_time(candle.first_at), stored_time(candle.last_at));
        Ok(Self { market, interval, scales, candle: Candle { open_time, first_at, last_at, ..*candle } })
    }

    pub const fn market(&self) -> MarketKey {
        self.market
    }

    pub const fn interval(&self) -> CandleInterval {
        self.interval
    }

    pub const fn scales(&self) -> Scales {
        self.scales
    }

    pub const fn candle(&self) -> &Candle {
        &self.candle
    }

    pub(crate) const fn stored_trades(&self) -> i64 {
        self.candle.trades.cast_signed()
    }
}

/// A whole book at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    pub(crate) market: MarketKey,
    pub(crate) scales: Scales,
    /// When its last change was received.
    pub(crate) ts_recv: Timestamp,
    /// When the venue says that happened; zero where it does not say.
    pub(crate) ts_venue: Timestamp,
    pub(crate) epoch: u64,
    pub(crate) book_seq: u64,
    pub(crate) venue_seq: u64,
    /// Best first, as are the asks.
    pub(crate) bids: Vec<Level>,
    pub(crate) asks: Vec<Level>,
}

/// When a snapshot was true, by both clocks and both sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotMoment {
    pub ts_recv: Timestamp,
    pub ts_venue: Timestamp,
    /// In which `book_seq` counts; zero where it is not known, so that no change can be put behind the snapshot.
    pub epoch: u64,
    pub book_seq: u64,
    pub venue_seq: u64,
}

impl SnapshotRow {
    /// Levels come best first.
    pub fn new(
        market: MarketKey,
        scales: Scales,
        moment: SnapshotMoment,
        bids: Vec<Level>,
        asks: Vec<Level>,
    ) -> Result<Self, RowError> {
        check_count("epoch", moment.epoch)?;
        check_count("book_seq", moment.book_seq)?;
        Ok(Self {
            market,
            scales,
            ts_recv: key_time(moment.ts_recv)?,
            ts_venue: stored_time(moment.ts_venue),
            epoch: moment.epoch,
            book_seq: moment.book_seq,
            venue_seq: moment.venue_seq,
            bids,
            asks,
        })
    }

    pub const fn market(&self) -> MarketKey {
        self.market
    }

    pub const fn scales(&self) -> Scales {
        self.scales
    }

    pub const fn moment(&self) -> SnapshotMoment {
        SnapshotMoment {
            ts_recv: self.ts_recv,
            ts_venue: self.ts_venue,
            epoch: self.epoch,
            book_seq: self.book_seq,
            venue_seq: self.venue_seq,
        }
    }

    pub(crate) const fn stored_book_seq(&self) -> i64 {
        self.book_seq.cast_signed()
    }

    pub(crate) const fn stored_epoch(&self) -> i64 {
        self.epoch.cast_signed()
    }

    pub fn bids(&self) -> &[Level] {
        &self.bids
    }

    pub fn asks(&self) -> &[Level] {
        &self.asks
    }
}

/// A change of a market's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRow {
    market: MarketKey,
    report: StatusReport,
    status_seq: u64,
}

impl StatusRow {
    pub fn new(market: MarketKey, report: StatusReport, status_seq: u64) -> Result<Self, RowError> {
        check_count("status_seq", status_seq)?;
        Ok(Self { market, report: StatusReport { since: key_time(report.since)?, ..report }, status_seq })
    }

    pub const fn market(&self) -> MarketKey {
        self.market
    }

    pub const fn report(&self) -> StatusReport {
        self.report
    }

    pub const fn status_seq(&self) -> u64 {
        self.status_seq
    }

    pub(crate) const fn stored_status_seq(&self) -> i64 {
        self.status_seq.cast_signed()
    }
}

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GapKind {
    /// Messages of the venue never came.
    Venue { expected: u64, found: u64 },
    /// Nobody listened: marketd was not running.
    Offline,
    /// Rows of this family came, but neither the store nor the spool could take them.
    Unstored(Family),
}

impl GapKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Venue { .. } => "venue",
            Self::Offline => "offline",
            Self::Unstored(Family::Trades) => "unstored_trades",
            Self::Unstored(Family::Candles) => "unstored_candles",
            Self::Unstored(Family::Snapshots) => "unstored_snapshots",
            Self::Unstored(Family::Statuses) => "unstored_statuses",
            Self::Unstored(Family::Gaps) => "unstored_gaps",
            Self::Unstored(Family::Deltas) => "unstored_deltas",
        }
    }

    pub(crate) fn parse(text: &str, expected: u64, found: u64) -> Result<Self, RowError> {
        let unstored = Family::ALL.map(Self::Unstored);
        [Self::Venue { expected, found }, Self::Offline]
            .into_iter()
            .chain(unstored)
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| RowError::unknown("kind of gap", text))
    }

    /// What should have come next and what came, in the venue's sequence; zero where there is none.
    pub(crate) const fn sequences(self) -> (u64, u64) {
        match self {
            Self::Venue { expected, found } => (expected, found),
            Self::Offline | Self::Unstored(_) => (0, 0),
        }
    }
}

/// A hole in what is known of a market. Stored again it may be closed and may have lost more rows, never fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapRow {
    market: MarketKey,
    kind: GapKind,
    since: Timestamp,
    until: Option<Timestamp>,
    rows_lost: u64,
}

impl GapRow {
    pub fn new(
        market: MarketKey,
        kind: GapKind,
        since: Timestamp,
        until: Option<Timestamp>,
        rows_lost: u64,
    ) -> Result<Self, RowError> {
        check_count("rows_lost", rows_lost)?;
        Ok(Self { market, kind, since: key_time(since)?, until: until.map(stored_time), rows_lost })
    }

    /// A hole in the venue's sequence.
    pub fn of_venue(market: MarketKey, gap: GapFound, until: Option<Timestamp>) -> Result<Self, RowError> {
        let kind = GapKind::Venue { expected: gap.expected, found: gap.found };
        Self::new(market, kind, gap.ts_recv, until, 0)
    }

    pub const fn market(&self) -> MarketKey {
        self.market
    }

    pub const fn kind(&self) -> GapKind {
        self.kind
    }

    pub const fn since(&self) -> Timestamp {
        self.since
    }

    pub const fn until(&self) -> Option<Timestamp> {
        self.until
    }

    pub const fn rows_lost(&self) -> u64 {
        self.rows_lost
    }

    pub(crate) const fn stored_rows_lost(&self) -> i64 {
        self.rows_lost.cast_signed()
    }
}

#[cfg(test)]
mod tests;
