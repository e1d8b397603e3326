//! The store in Postgres.
//!
//! Trades arrive by binary COPY straight into their table. A batch that meets rows which are there already goes again
//! through a temporary table, which costs twice as much: paying for that with every batch would halve the rate.
//!
//! Commits are as durable as the server is told to make them. Rows that were acknowledged are not sent again, so what a
//! server with `synchronous_commit = off` forgets in a crash is gone; docs/adr/0007 says what it costs to leave it on.

mod copy;
mod identity;
mod market;
mod partitions;
mod read;
mod sandbox;
mod write;

use std::str::FromStr;

use async_trait::async_trait;
use marketd_domain::{CandleInterval, Timestamp};
use parking_lot::Mutex;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
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
use partitions::{Partitioned, Partitions};

/// Migrations may rewrite tables, and wait for another node's; only a server that hangs takes this long.
const MIGRATION_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(600);

pub(crate) struct PostgresStore {
    pool: PgPool,
    options: StoreOptions,
    partitions: Partitions,
    /// Encoding buffers between batches: never more than connections, each bounded by the encoder.
    buffers: Mutex<Vec<Vec<u8>>>,
}

impl PostgresStore {
    pub(crate) async fn open(url: &str, options: StoreOptions) -> Result<(Self, Vec<String>), StoreError> {
        const DOING: &str = "open";
        let target = PgConnectOptions::from_str(url)
            .map_err(|error| StoreError::from_sqlx(DOING, error))?
            .application_name("marketd")
            .disable_statement_logging();
        let connect = timeout(options.timeout, PgConnection::connect_with(&target));
        let connection = connect.await.map_err(|_| StoreError::timed_out(DOING))?;
        let connection = connection.map_err(|error| StoreError::from_sqlx(DOING, error))?;
        let migrated = timeout(MIGRATION_TIMEOUT, migrate(connection)).await;
        let migrations = migrated.map_err(|_| StoreError::timed_out("migrate"))??;
        let statement_timeout = options.timeout.as_millis().to_string();
        let pool = PgPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(options.timeout)
            // The server gives up as well, so that nothing goes on there that nobody waits for.
            .connect_lazy_with(target.options([("statement_timeout", statement_timeout)]));
        let store = Self { pool, options, partitions: Partitions::default(), buffers: Mutex::default() };
        Ok((store, migrations))
    }

    /// Runs work that ends in time or has failed.
    async fn within<T>(
        &self,
        doing: &'static str,
        work: impl Future<Output = Result<T, sqlx::Error>> + Send,
    ) -> Result<T, StoreError> {
        match timeout(self.options.timeout, work).await {
            Ok(result) => result.map_err(|error| StoreError::from_sqlx(doing, error)),
            Err(_) => Err(StoreError::timed_out(doing)),
        }
    }

    fn take_buffer(&self) -> Vec<u8> {
        self.buffers.lock().pop().unwrap_or_default()
    }

    fn return_buffer(&self, buffer: Vec<u8>) {
        let mut buffers = self.buffers.lock();
        if buffers.len() < self.options.connections as usize {
            buffers.push(buffer);
        }
    }
}

async fn migrate(mut connection: PgConnection) -> Result<Vec<String>, StoreError> {
    const DOING: &str = "migrate";
    let run = migrations::run(&mut connection, Dialect::Postgres).await;
    let run = run.map_err(|error| StoreError::from_migration(DOING, error))?;
    connection.close().await.map_err(|error| StoreError::from_sqlx(DOING, error))?;
    Ok(run)
}

/// Runs a body with a leased connection, within the store's timeout.
macro_rules! leased {
    ($store:ident, $doing:literal, |$lease:ident| $body:expr) => {
        $store.within($doing, with_lease!(&$store.pool, |$lease| $body))
    };
}

/// Runs a write after its partitions are there. One may vanish between both, when another node's retention drops it:
/// then what is known of partitions is forgotten, and the write runs once more.
macro_rules! with_partitions {
    ($store:ident, $lease:ident, $table:expr, $times:expr, $write:expr) => {{
        $store.partitions.ensure(&mut $lease, $table, $times).await?;
        let mut result = $write;
        if partitions::is_missing(&result) {
            $store.partitions.forget();
            $store.partitions.ensure(&mut $lease, $table, $times).await?;
            result = $write;
        }
        result?
    }};
}

#[async_trait]
impl Store for PostgresStore {
    async fn register_market(&self, market: &MarketRecord) -> Result<MarketKey, StoreError> {
        const DOING: &str = "register a market";
        let refused = |error: RowError| StoreError::new(Fault::Refused, DOING, error.to_string());
        let columns = stored::MarketColumns::of(&market.instrument).map_err(refused)?;
        let is_ours = leased!(self, "register a market", |lease| {
            market::register(&mut lease, market, &columns).await?
        })
        .await?;
        if is_ours { Ok(market.key()) } else { Err(refused(RowError::SameKey(market.key().to_string()))) }
    }

    async fn markets(&self) -> Result<Vec<MarketRecord>, StoreError> {
        let stored = leased!(self, "read markets", |lease| market::all(&mut lease).await?).await?;
        stored::rows("read markets", stored, stored::market)
    }

    async fn write_trades(&self, rows: &[TradeRow]) -> Result<Written, StoreError> {
        let mut buffer = self.take_buffer();
        let written = leased!(self, "write trades", |lease| {
            let times = rows.iter().map(|row| row.trade().ts_venue);
            with_partitions!(
                self,
                lease,
                Partitioned::Trades,
                times.clone(),
                write::trades(&mut lease, rows, &mut buffer).await
            )
        })
        .await;
        self.return_buffer(buffer);
        written
    }

    async fn write_candles(&self, rows: &[CandleRow]) -> Result<Written, StoreError> {
        leased!(self, "write candles", |lease| {
            let times = rows.iter().map(|row| row.candle().open_time);
            with_partitions!(
                self,
                lease,
                Partitioned::Candles,
                times.clone(),
                write::candles(&mut lease, rows).await
            )
        })
        .await
    }

    async fn write_snapshots(&self, rows: &[SnapshotRow]) -> Result<Written, StoreError> {
        leased!(self, "write snapshots", |lease| {
            let times = rows.iter().map(|row| row.moment().ts_recv);
            with_partitions!(
                self,
                lease,
                Partitioned::Snapshots,
                times.clone(),
                write::snapshots(&mut lease, rows).await
            )
        })
        .await
    }

    async fn write_deltas(&self, rows: &[DeltaRow]) -> Result<Written, StoreError> {
        leased!(self, "write deltas", |lease| {
            let times = rows.iter().map(|row| row.first().ts_recv);
            with_partitions!(
                self,
                lease,
                Partitioned::Deltas,
                times.clone(),
                write::deltas(&mut lease, rows).await
            )
        })
        .await
    }

    async fn write_statuses(&self, rows: &[StatusRow]) -> Result<Written, StoreError> {
        leased!(self, "write statuses", |lease| write::statuses(&mut lease, rows).await?).await
    }

    async fn write_gaps(&self, rows: &[GapRow]) -> Result<Written, StoreError> {
        leased!(self, "write gaps", |lease| write::gaps(&mut lease, rows).await?).await
    }

    async fn trades_before(
        &self,
        market: MarketKey,
        before: Option<TradeCursor>,
        limit: u32,
    ) -> Result<Vec<TradeRow>, StoreError> {
        let mut stored =
            leased!(self, "read trades", |lease| read::trades(&mut lease, market, before, limit).await?)
                .await?;
        stored.reverse();
        stored::rows("read trades", stored, stored::trade)
    }

    async fn trades_after(
        &self,
        market: MarketKey,
        after: Option<TradeCursor>,
        end: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<TradeRow>, StoreError> {
        let stored = leased!(self, "read trades", |lease| {
            read::trades_after(&mut lease, market, after, end, limit).await?
        })
        .await?;
        stored::rows("read trades", stored, stored::trade)
    }

    async fn candles(
        &self,
        market: MarketKey,
        interval: CandleInterval,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<CandleRow>, StoreError> {
        let stored = leased!(self, "read candles", |lease| {
            read::candles(&mut lease, market, interval, range, limit).await?
        })
        .await?;
        stored::rows("read candles", stored, stored::candle)
    }

    async fn snapshot_at(&self, market: MarketKey, at: Timestamp) -> Result<Option<SnapshotRow>, StoreError> {
        let stored =
            leased!(self, "read a snapshot", |lease| read::snapshot(&mut lease, market, at).await?).await?;
        let row = stored.map(stored::snapshot).transpose();
        row.map_err(|error| StoreError::unreadable("read a snapshot", error))
    }

    async fn snapshots_after(
        &self,
        market: MarketKey,
        after: Option<(Timestamp, u64)>,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<SnapshotRow>, StoreError> {
        let stored = leased!(self, "read snapshots", |lease| {
            read::snapshots_after(&mut lease, market, after, range, limit).await?
        })
        .await?;
        stored::rows("read snapshots", stored, stored::snapshot)
    }

    async fn deltas_behind(
        &self,
        market: MarketKey,
        place: DeltaPlace,
        limit: u32,
    ) -> Result<Vec<DeltaRow>, StoreError> {
        let stored = leased!(self, "read deltas", |lease| {
            read::deltas_behind(&mut lease, market, place, limit).await?
        })
        .await?;
        stored::rows("read deltas", stored, stored::delta)
    }

    async fn status_at(&self, market: MarketKey, at: Timestamp) -> Result<Option<StatusRow>, StoreError> {
        let stored =
            leased!(self, "read a status", |lease| read::status_at(&mut lease, market, at).await?).await?;
        let row = stored.map(stored::status).transpose();
        row.map_err(|error| StoreError::unreadable("read a status", error))
    }

    async fn kept(&self, market: MarketKey) -> Result<Kept, StoreError> {
        leased!(self, "read what is kept", |lease| read::kept(&mut lease, market).await?).await
    }

    async fn statuses(
        &self,
        market: MarketKey,
        range: TimeRange,
        limit: u32,
    ) -> Result<Vec<StatusRow>, StoreError> {
        let stored = leased!(self, "read statuses", |lease| read::statuses(&mut lease, market, range, limit)
            .await?)
        .await?;
        stored::rows("read statuses", stored, stored::status)
    }

    async fn gaps(&self, market: MarketKey, range: TimeRange, limit: u32) -> Result<Vec<GapRow>, StoreError> {
        let stored =
            leased!(self, "read gaps", |lease| read::gaps(&mut lease, market, range, limit).await?).await?;
        stored::rows("read gaps", stored, stored::gap)
    }

    async fn maintain(&self, now: Timestamp, retention: &Retention) -> Result<Maintained, StoreError> {
        // Each step has the store's timeout for itself: there may be many partitions to drop.
        let mut done = Maintained {
            created: leased!(self, "create partitions", |lease| self
                .partitions
                .ahead(&mut lease, now)
                .await?)
            .await?,
            ..Maintained::default()
        };
        let expired =
            leased!(self, "list partitions", |lease| partitions::expired(&mut lease, now, retention).await?)
                .await?;
        for partition in expired {
            self.partitions.forget();
            leased!(self, "drop a partition", |lease| partitions::drop(&mut lease, &partition).await?)
                .await?;
            done.dropped.push(partition);
        }
        done.rows_deleted =
            leased!(self, "delete old events", |lease| write::expire(&mut lease, now, retention).await?)
                .await?;
        Ok(done)
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
