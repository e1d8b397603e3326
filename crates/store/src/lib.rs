//! What outlives the process: markets, trades, candles, book snapshots, statuses and gaps, in Postgres or in SQLite,
//! and the [`Spool`] that keeps rows while the store is away.
//!
//! - One trait, two databases, one set of tables; `tests/it/contract` runs every statement on both.
//! - A row is written once: each has a natural key, so that writing a batch again, because its outcome was not known
//!   or because it comes from the spool, changes nothing.
//! - Numbers are exact. Nothing here knows floating point.
//! - Rows are checked when they are made. [`StoreError`] says what a caller has to do: try again later, or give up.
//! - A future of a [`Store`] may be dropped at any point: the connection it used is closed, not used again.

mod changes;
mod error;
mod history;
pub mod identity;
mod lease;
mod levels;
mod migrations;
mod packing;
mod postgres;
mod retention;
mod rows;
pub mod sandbox;
mod spool;
mod sqlite;
mod stored;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use marketd_domain::{CandleInterval, Timestamp};

pub use changes::{DeltaGatherer, SPAN_MAX_US};
pub use error::{Fault, StoreError};
pub use history::{Extent, Kept};
pub use retention::{Maintained, Retention};
pub use rows::{
    CandleRow, DeltaPlace, DeltaRow, Family, GapKind, GapRow, MarketKey, MarketRecord, Row, RowError, Rows,
    Series, SnapshotMoment, SnapshotRow, StatusRow, TradeCursor, TradeRow,
};
pub use spool::{Batch, Losses, Opening, SetAside, Spool};

/// What a write did to its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// New, or better than what was there.
    pub stored: u64,
    /// There already.
    pub known: u64,
}

impl Written {
    const fn of(rows: usize, stored: u64) -> Self {
        Self { stored, known: (rows as u64).saturating_sub(stored) }
    }
}

/// From `start` on, up to but without `end`. What is left out has no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

impl TimeRange {
    fn micros(self) -> (i64, i64) {
        (self.start.map_or(i64::MIN, Timestamp::micros), self.end.map_or(i64::MAX, Timestamp::micros))
    }
}

/// A database with our tables. Answers of reads are bounded by `limit` alone; the edge sets it.
#[async_trait]
pub trait Store: sandbox::SandboxStore + identity::IdentityStore {
    /// Makes the market known, or takes over its rules when it is. Rows may be written before.
    async fn register_market(&self, market: &MarketRecord) -> Result<MarketKey, StoreError>;
    async fn markets(&self) -> Result<Vec<MarketRecord>, StoreError>;

    async fn write_trades(&self, rows: &[TradeRow]) -> Result<Written, StoreError>;
    async fn write_candles(&self, rows: &[CandleRow]) -> Result<Written, StoreError>;
    async fn write_snapshots(&self, rows: &[SnapshotRow]) -> Result<Written, StoreError>;
    async fn write_deltas(&self, rows: &[DeltaRow]) -> Result<Written, StoreError>;
    /// Moves the market's own status on as well.
    async fn write_statuses(&self, rows: &[StatusRow]) -> Result<Written, StoreError>;
    async fn write_gaps(&self, rows: &[GapRow]) -> Result<Written, StoreError>;

    /// Up to `limit` trades before the cursor, or the latest ones; oldest first. The first one's cursor leads on.
    async fn trades_before(
        &self,
        market: MarketKey,
        before: Option<TradeCursor>,
        limit: u32,
    ) -> Result<Vec<TradeRow>, StoreError>;
    /// Up to `limit` trades behind the cursor and before this time, or from the first one on; oldest first.
    async fn trades_after(
        &self,
        market: MarketKey,
        after: Option<TradeCursor>,
        end: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<TradeRow>, StoreError>;
    /// Up to `limit` candles: from the start of the range when it has one, else the latest; oldest first.
    async fn candles(
        &self,
        market: MarketKey,
        interval: CandleInterval,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<CandleRow>, StoreError>;
    /// The latest snapshot received at this time or before.
    async fn snapshot_at(&self, market: MarketKey, at: Timestamp) -> Result<Option<SnapshotRow>, StoreError>;
    /// Up to `limit` snapshots of the range behind `after`, which is a time and a `book_seq`; oldest first.
    async fn snapshots_after(
        &self,
        market: MarketKey,
        after: Option<(Timestamp, u64)>,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<SnapshotRow>, StoreError>;
    /// Up to `limit` rows of the place's epoch that have changes behind it; oldest first.
    async fn deltas_behind(
        &self,
        market: MarketKey,
        place: DeltaPlace,
        limit: u32,
    ) -> Result<Vec<DeltaRow>, StoreError>;
    /// The latest change of status at this time or before.
    async fn status_at(&self, market: MarketKey, at: Timestamp) -> Result<Option<StatusRow>, StoreError>;
    /// What there is of a market, and from when until when.
    async fn kept(&self, market: MarketKey) -> Result<Kept, StoreError>;
    /// Up to `limit` changes of status from the start of the range; oldest first.
    async fn statuses(
        &self,
        market: MarketKey,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<StatusRow>, StoreError>;
    /// Up to `limit` gaps that began in the range; oldest first.
    async fn gaps(&self, market: MarketKey, range: TimeRange, limit: u32) -> Result<Vec<GapRow>, StoreError>;

    /// Makes room for what will come and removes what is too old. To be called some times a day.
    async fn maintain(&self, now: Timestamp, retention: &Retention) -> Result<Maintained, StoreError>;
    /// Ends all connections.
    async fn close(&self);
}

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreOptions {
    /// Connections to Postgres; readers of SQLite, which has one writer besides.
    pub connections: u32,
    /// A call that takes longer has failed; whether it did what it should is not known.
    pub timeout: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { connections: 8, timeout: Duration::from_secs(5) }
    }
}

/// A store, and the names of the migrations that opening it has run.
pub struct Opened {
    pub store: Arc<dyn Store>,
    pub migrations: Vec<String>,
}

/// Opens the store at `postgres://…` or `sqlite://<path>` and brings its tables up to date. A store that is away is an
/// error that can be tried again.
pub async fn open(url: &str, options: StoreOptions) -> Result<Opened, StoreError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("postgres" | "postgresql") => {
            let (store, migrations) = postgres::PostgresStore::open(url, options).await?;
            Ok(Opened { store: Arc::new(store), migrations })
        }
        Some("sqlite") => {
            let (store, migrations) = sqlite::SqliteStore::open(url, options).await?;
            Ok(Opened { store: Arc::new(store), migrations })
        }
        // The text may hold a password, so it is not repeated.
        _ => {
            Err(StoreError::new(Fault::Refused, "open", "a store's url begins with postgres:// or sqlite://"))
        }
    }
}
