//! The store in one SQLite file, which is what a node has when nothing is said.
//!
//! WAL, so that readers and the writer do not wait for each other; one writing connection, since SQLite has one writer
//! anyway. `synchronous = normal`: a crash of marketd costs nothing, a power cut the last seconds, and never the file.

mod identity;
mod market;
mod read;
mod sandbox;
mod synced;
mod write;

pub(crate) use synced::Synced;
pub(crate) use write::{Inserts, SqliteQuery};

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use marketd_domain::{CandleInterval, Timestamp};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

use crate::lease::with_lease;
use crate::migrations::{self, Dialect};
use crate::rows::{
    CandleRow, DeltaPlace, DeltaRow, GapRow, MarketKey, MarketRecord, RowError, SnapshotRow, StatusRow,
    TradeCursor, TradeRow,
};
use crate::{
    Fault, Kept, Maintained, Retention, Store, StoreError, StoreOptions, TimeRange, Written, stored,
};

/// The log of changes is cut back to this many bytes when it is empty: readers may have let it grow.
const WAL_BYTES_KEPT: &str = "67108864";

/// How a file of ours is opened, here and by the spool.
pub(crate) fn file_options(options: SqliteConnectOptions, busy_timeout: Duration) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(busy_timeout)
        .pragma("journal_size_limit", WAL_BYTES_KEPT)
        .disable_statement_logging()
}

pub(crate) struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    timeout: Duration,
    synced: Synced,
}

impl SqliteStore {
    pub(crate) async fn open(url: &str, options: StoreOptions) -> Result<(Self, Vec<String>), StoreError> {
        let parsed =
            SqliteConnectOptions::from_str(url).map_err(|error| StoreError::from_sqlx("open", error))?;
        let target = file_options(parsed, options.timeout);
        let connection = SqliteConnection::connect_with(&target.clone().create_if_missing(true)).await;
        let mut connection = connection.map_err(|error| StoreError::from_sqlx("open", error))?;
        check(&mut connection).await?;
        let migrations = migrate(connection).await?;
        let pool = || {
            SqlitePoolOptions::new().acquire_timeout(options.timeout).idle_timeout(None).max_lifetime(None)
        };
        // A file that vanished is not made again without its tables.
        let target = target.create_if_missing(false);
        let writer = pool().max_connections(1).connect_lazy_with(target.clone());
        let readers = pool().max_connections(options.connections).connect_lazy_with(target.read_only(true));
        Ok((Self { writer, readers, timeout: options.timeout, synced: Synced::new() }, migrations))
    }

    /// Runs work that ends in time or has failed. What it began is rolled back, then.
    async fn within<T>(
        &self,
        doing: &'static str,
        work: impl Future<Output = Result<T, sqlx::Error>> + Send,
    ) -> Result<T, StoreError> {
        match timeout(self.timeout, work).await {
            Ok(result) => result.map_err(|error| StoreError::from_sqlx(doing, error)),
            Err(_) => Err(StoreError::timed_out(doing)),
        }
    }
}

/// A file up to this size is read as a whole when it is opened, which takes a second at most. In a larger one damage is
/// found when it is met.
const CHECKED_BYTES: i64 = 256 * 1024 * 1024;

async fn check(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    const DOING: &str = "check";
    const SIZE: &str = "select page_count * page_size from pragma_page_count(), pragma_page_size()";
    let check = async {
        let size: i64 = sqlx::query_scalar(SIZE).fetch_one(&mut *connection).await?;
        if size > CHECKED_BYTES {
            return Ok("ok".to_owned());
        }
        sqlx::query_scalar("pragma quick_check(1)").fetch_one(&mut *connection).await
    };
    let found: String = check.await.map_err(|error| StoreError::from_sqlx(DOING, error))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::damaged(DOING, found)) }
}

async fn migrate(mut connection: SqliteConnection) -> Result<Vec<String>, StoreError> {
    const DOING: &str = "migrate";
    let run = migrations::run(&mut connection, Dialect::Sqlite).await;
    let run = run.map_err(|error| StoreError::from_migration(DOING, error))?;
    connection.close().await.map_err(|error| StoreError::from_sqlx(DOING, error))?;
    Ok(run)
}

/// Runs a write, and sees now and then that what was written is on the disk.
macro_rules! written {
    ($store:ident, $doing:literal, |$lease:ident| $write:expr) => {
        $store
            .within(
                $doing,
                with_lease!(&$store.writer, |$lease| {
                    let written = $write.await?;
                    $store.synced.keep(&mut $lease).await?;
                    written
                }),
            )
            .await
    };
}

#[async_trait]
impl Store for SqliteStore {
    async fn register_market(&self, market: &MarketRecord) -> Result<MarketKey, StoreError> {
        const DOING: &str = "register a market";
        let refused = |error: RowError| StoreError::new(Fault::Refused, DOING, error.to_string());
        let columns = stored::MarketColumns::of(&market.instrument).map_err(refused)?;
        let is_ours = self
            .within(
                DOING,
                with_lease!(&self.writer, |lease| market::register(&mut lease, market, &columns).await?),
            )
            .await?;
        if is_ours { Ok(market.key()) } else { Err(refused(RowError::SameKey(market.key().to_string()))) }
    }

    async fn markets(&self) -> Result<Vec<MarketRecord>, StoreError> {
        const DOING: &str = "read markets";
        let stored =
            self.within(DOING, async { market::all(&mut *self.readers.acquire().await?).await }).await?;
        stored::rows(DOING, stored, stored::market)
    }

    async fn write_trades(&self, rows: &[TradeRow]) -> Result<Written, StoreError> {
        written!(self, "write trades", |lease| write::trades(&mut lease, rows))
    }

    async fn write_candles(&self, rows: &[CandleRow]) -> Result<Written, StoreError> {
        written!(self, "write candles", |lease| write::candles(&mut lease, rows))
    }

    async fn write_snapshots(&self, rows: &[SnapshotRow]) -> Result<Written, StoreError> {
        written!(self, "write snapshots", |lease| write::snapshots(&mut lease, rows))
    }

    async fn write_deltas(&self, rows: &[DeltaRow]) -> Result<Written, StoreError> {
        written!(self, "write deltas", |lease| write::deltas(&mut lease, rows))
    }

    async fn write_statuses(&self, rows: &[StatusRow]) -> Result<Written, StoreError> {
        written!(self, "write statuses", |lease| write::statuses(&mut lease, rows))
    }

    async fn write_gaps(&self, rows: &[GapRow]) -> Result<Written, StoreError> {
        written!(self, "write gaps", |lease| write::gaps(&mut lease, rows))
    }

    async fn trades_before(
        &self,
        market: MarketKey,
        before: Option<TradeCursor>,
        limit: u32,
    ) -> Result<Vec<TradeRow>, StoreError> {
        const DOING: &str = "read trades";
        let read = async { read::trades(&mut *self.readers.acquire().await?, market, before, limit).await };
        let mut stored = self.within(DOING, read).await?;
        stored.reverse();
        stored::rows(DOING, stored, stored::trade)
    }

    async fn trades_after(
        &self,
        market: MarketKey,
        after: Option<TradeCursor>,
        end: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<TradeRow>, StoreError> {
        const DOING: &str = "read trades";
        let read = async {
            read::trades_after(&mut *self.readers.acquire().await?, market, after, end, limit).await
        };
        stored::rows(DOING, self.within(DOING, read).await?, stored::trade)
    }

    async fn candles(
        &self,
        market: MarketKey,
        interval: CandleInterval,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<CandleRow>, StoreError> {
        const DOING: &str = "read candles";
        let read = async {
            read::candles(&mut *self.readers.acquire().await?, market, interval, range, limit).await
        };
        stored::rows(DOING, self.within(DOING, read).await?, stored::candle)
    }

    async fn snapshot_at(&self, market: MarketKey, at: Timestamp) -> Result<Option<SnapshotRow>, StoreError> {
        const DOING: &str = "read a snapshot";
        let read = async { read::snapshot(&mut *self.readers.acquire().await?, market, at).await };
        let row = self.within(DOING, read).await?.map(stored::snapshot).transpose();
        row.map_err(|error| StoreError::unreadable(DOING, error))
    }

    async fn snapshots_after(
        &self,
        market: MarketKey,
        after: Option<(Timestamp, u64)>,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<SnapshotRow>, StoreError> {
        const DOING: &str = "read snapshots";
        let read = async {
            read::snapshots_after(&mut *self.readers.acquire().await?, market, after, range, limit).await
        };
        stored::rows(DOING, self.within(DOING, read).await?, stored::snapshot)
    }

    async fn deltas_behind(
        &self,
        market: MarketKey,
        place: DeltaPlace,
        limit: u32,
    ) -> Result<Vec<DeltaRow>, StoreError> {
        const DOING: &str = "read deltas";
        let read =
            async { read::deltas_behind(&mut *self.readers.acquire().await?, market, place, limit).await };
        stored::rows(DOING, self.within(DOING, read).await?, stored::delta)
    }

    async fn status_at(&self, market: MarketKey, at: Timestamp) -> Result<Option<StatusRow>, StoreError> {
        const DOING: &str = "read a status";
        let read = async { read::status_at(&mut *self.readers.acquire().await?, market, at).await };
        let row = self.within(DOING, read).await?.map(stored::status).transpose();
        row.map_err(|error| StoreError::unreadable(DOING, error))
    }

    async fn kept(&self, market: MarketKey) -> Result<Kept, StoreError> {
        self.within("read what is kept", async {
            read::kept(&mut *self.readers.acquire().await?, market).await
        })
        .await
    }

    async fn statuses(
        &self,
        market: MarketKey,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<StatusRow>, StoreError> {
        const DOING: &str = "read statuses";
        let read = async { read::statuses(&mut *self.readers.acquire().await?, market, range, limit).await };
        stored::rows(DOING, self.within(DOING, read).await?, stored::status)
    }

    async fn gaps(&self, market: MarketKey, range: TimeRange, limit: u32) -> Result<Vec<GapRow>, StoreError> {
        const DOING: &str = "read gaps";
        let read = async { read::gaps(&mut *self.readers.acquire().await?, market, range, limit).await };
        stored::rows(DOING, self.within(DOING, read).await?, stored::gap)
    }

    async fn maintain(&self, now: Timestamp, retention: &Retention) -> Result<Maintained, StoreError> {
        const DOING: &str = "delete old rows";
        let mut done = Maintained::default();
        for expiry in write::expiries(now, retention) {
            // Piece by piece, so that rows can be written in between.
            loop {
                let delete = with_lease!(&self.writer, |lease| expiry.delete_some(&mut lease).await?);
                match self.within(DOING, delete).await? {
                    0 => break,
                    deleted => done.rows_deleted += deleted,
                }
            }
        }
        Ok(done)
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
