//! Rows on disk while the store is away: a SQLite file of its own, so that it does not depend on what is away.
//!
//! Rows leave in the order in which they came. A batch is taken out only after the store has it; what is written twice
//! because we ended in between, the store knows by its natural keys. So each row arrives once.
//!
//! The file is bounded. When it is full the oldest rows stay and new ones are not kept until some have left: a hole at
//! the end of an outage is one hole. What becomes of a row that is not kept is the caller's to decide; when it is lost,
//! [`Losses`] counts it, and the file keeps the counts.
//!
//! Damage is found, never guessed around: the file is checked when it is opened, each row has a checksum, and rows are
//! numbered without holes.

mod codec;
mod entries;
mod extents;
mod file;
mod losses;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use marketd_domain::Timestamp;
use sqlx::Connection;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};

use crate::lease::with_lease;
use crate::rows::{MarketKey, MarketRecord, RowError, Rows, Series};
use crate::sqlite::Synced;
use crate::{Extent, Fault, StoreError};

use extents::Extents;
pub use file::SetAside;
pub use losses::Losses;

/// Rows on their way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// One for each family that is among them. Within a family they are in order.
    pub parts: Vec<Rows>,
    /// Rows that could not be read back. The file keeps them aside, for a person to look at.
    pub damaged: u64,
    /// Rows that should have been before or among them and are not in the file.
    pub missing: u64,
    /// The number of the last one.
    through: i64,
    damaged_seqs: Vec<i64>,
}

impl Batch {
    pub fn len(&self) -> usize {
        self.parts.iter().map(Rows::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A spool, and what was found when it was opened.
pub struct Opening {
    pub spool: Spool,
    pub set_aside: Option<SetAside>,
}

pub struct Spool {
    file: SqlitePool,
    limit_bytes: u64,
    /// Rows were not kept, and none has left since: what comes now lies behind the hole.
    is_full: AtomicBool,
    extents: Extents,
    synced: Synced,
}

/// A file that is empty and larger than this is cut back.
const EMPTY_BYTES_KEPT: u64 = 4 * 1024 * 1024;

const TABLES: &str = "
    -- Numbers are never used again, so that a hole in them is one.
    create table if not exists entries (
        seq integer primary key autoincrement, family integer not null, checksum integer not null, payload blob not null
    ) strict;
    create table if not exists damaged (
        seq integer primary key, family integer not null, checksum integer not null, payload blob not null
    ) strict;
    -- The number of the last row that was taken out.
    create table if not exists drained (through integer not null) strict;
    insert into drained (through) select 0 where not exists (select * from drained);
    create table if not exists markets (
        market_id integer primary key, checksum integer not null, payload blob not null
    ) strict;
    create table if not exists losses (
        market_id integer, family integer, since_us integer not null, until_us integer not null, rows integer not null,
        primary key (market_id, family)
    ) strict, without rowid;
    -- Between which times the rows of a list lie that wait; interval_s is 0 but for candles.
    create table if not exists extents (
        market_id integer, family integer, interval_s integer, first_us integer not null, last_us integer not null,
        primary key (market_id, family, interval_s)
    ) strict, without rowid;
    -- Until when everything that was received of a market is in the store or in here.
    create table if not exists alive (market_id integer primary key, until_us integer not null) strict;
    -- The store that this file is the spool of, once that has been opened.
    create table if not exists stores (url text primary key) strict, without rowid;";

impl Spool {
    /// Opens the spool in this file, which shall not grow much beyond the limit. A file that is damaged is set aside, and
    /// a new one takes its place.
    pub async fn open(path: &Path, limit_bytes: u64) -> Result<Opening, StoreError> {
        const DOING: &str = "open the spool";
        let mut set_aside = None;
        if let Err(error) = file::check(path).await {
            if error.fault() != Fault::Damaged {
                return Err(error);
            }
            set_aside = Some(file::move_aside(path, &error)?);
        }
        let options = file::options_of(path).create_if_missing(true);
        let file = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let file = file.connect_with(options).await.map_err(|error| StoreError::from_sqlx(DOING, error))?;
        sqlx::raw_sql(TABLES).execute(&file).await.map_err(|error| StoreError::from_sqlx(DOING, error))?;
        let extents = Extents::default();
        let load = with_lease!(&file, |lease| extents.load(&mut lease).await?);
        load.await.map_err(|error| StoreError::from_sqlx(DOING, error))?;
        let spool =
            Self { file, limit_bytes, is_full: AtomicBool::new(false), extents, synced: Synced::new() };
        Ok(Opening { spool, set_aside })
    }

    /// Keeps the market's name and rules, so that rows can be stored after a restart even if the market is gone by then.
    pub async fn note_market(&self, market: &MarketRecord) -> Result<(), StoreError> {
        const DOING: &str = "spool a market";
        let mut payload = Vec::new();
        codec::put_market(&mut payload, market)
            .map_err(|error| StoreError::new(Fault::Refused, DOING, error.to_string()))?;
        let query = "insert into markets values (?, ?, ?)
            on conflict (market_id) do update set checksum = excluded.checksum, payload = excluded.payload";
        sqlx::query(query)
            .bind(market.key().get())
            .bind(codec::checksum(0, &payload))
            .bind(payload)
            .execute(&self.file)
            .await
            .map_err(|error| StoreError::from_sqlx(DOING, error))?;
        Ok(())
    }

    /// The markets that were noted: to be registered with the store before rows are taken to it.
    pub async fn markets(&self) -> Result<Vec<MarketRecord>, StoreError> {
        const DOING: &str = "read spooled markets";
        let noted: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("select checksum, payload from markets order by market_id")
                .fetch_all(&self.file)
                .await
                .map_err(|error| StoreError::from_sqlx(DOING, error))?;
        noted
            .iter()
            .map(|(checksum, payload)| {
                if codec::checksum(0, payload) == *checksum {
                    codec::market(payload)
                } else {
                    Err(RowError::Packed)
                }
            })
            .collect::<Result<_, _>>()
            .map_err(|error| StoreError::unreadable(DOING, error))
    }

    /// Takes rows in, from the first on, and returns how many it keeps. An error keeps none.
    pub async fn push(&self, rows: &Rows) -> Result<usize, StoreError> {
        if self.is_full() {
            return Ok(0);
        }
        let entries = entries::encode(rows);
        let insert = with_lease!(&self.file, |lease| {
            let room = self.limit_bytes.saturating_sub(entries::bytes_used(&mut lease).await?);
            let kept = entries::fitting(&entries, room);
            // Before they are there: who looks must not think that they are nowhere.
            let changed = self.extents.widen(rows, kept);
            let mut transaction = lease.begin_with("begin immediate").await?;
            entries::insert(&mut transaction, &entries[..kept]).await?;
            extents::save(&mut transaction, &changed).await?;
            transaction.commit().await?;
            self.extents.saved();
            kept
        });
        let kept = insert.await.map_err(|error| StoreError::from_sqlx("spool rows", error))?;
        if kept < rows.len() {
            self.is_full.store(true, Ordering::Relaxed);
        }
        Ok(kept)
    }

    /// Whether rows were not kept, and none has left since.
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Up to `limit` of the oldest rows, and fewer when they are large. `None` when there are none.
    pub async fn peek(&self, limit: u32) -> Result<Option<Batch>, StoreError> {
        let read = with_lease!(&self.file, |lease| entries::oldest(&mut lease, None, limit).await?);
        read.await.map_err(|error| StoreError::from_sqlx("read the spool", error))
    }

    /// The same of the rows behind a batch of this spool, which may still be in it.
    pub async fn peek_behind(&self, batch: &Batch, limit: u32) -> Result<Option<Batch>, StoreError> {
        let behind = Some(batch.through);
        let read = with_lease!(&self.file, |lease| entries::oldest(&mut lease, behind, limit).await?);
        read.await.map_err(|error| StoreError::from_sqlx("read the spool", error))
    }

    /// The store has these rows: they go.
    pub async fn done(&self, batch: &Batch) -> Result<(), StoreError> {
        let delete = with_lease!(&self.file, |lease| {
            // Nobody pushes meanwhile: there is one connection.
            if entries::delete(&mut lease, batch).await? {
                self.extents.clear();
            }
        });
        delete.await.map_err(|error| StoreError::from_sqlx("empty the spool", error))?;
        self.is_full.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Between which times the rows of a series lie that wait, or did since none waited; `None` when none do.
    pub fn extent(&self, series: Series) -> Option<Extent> {
        self.extents.of(series)
    }

    /// How many rows wait.
    pub async fn waiting(&self) -> Result<u64, StoreError> {
        // Two questions: SQLite answers each from an end of the tree, and both at once by reading all of it.
        const SPAN: &str =
            "select coalesce((select max(seq) from entries) - (select min(seq) from entries) + 1, 0)";
        let count: i64 = sqlx::query_scalar(SPAN)
            .fetch_one(&self.file)
            .await
            .map_err(|error| StoreError::from_sqlx("count the spool", error))?;
        Ok(count.cast_unsigned())
    }

    /// The part of the file that holds something.
    pub async fn bytes_used(&self) -> Result<u64, StoreError> {
        let read = with_lease!(&self.file, |lease| entries::bytes_used(&mut lease).await?);
        read.await.map_err(|error| StoreError::from_sqlx("measure the spool", error))
    }

    /// Gives the disk back what an outage has taken, when nothing waits any more.
    pub async fn shrink(&self) -> Result<(), StoreError> {
        let shrink = with_lease!(&self.file, |lease| {
            if entries::file_bytes(&mut lease).await? > EMPTY_BYTES_KEPT {
                sqlx::raw_sql("vacuum; pragma wal_checkpoint(truncate)").execute(&mut *lease).await?;
            }
        });
        shrink.await.map_err(|error| StoreError::from_sqlx("shrink the spool", error))
    }

    /// Notes until when everything that was received of these markets is in the store or in here. An error if what is in
    /// here does not reach the disk.
    pub async fn note_alive(&self, markets: &[MarketKey], until: Timestamp) -> Result<(), StoreError> {
        const NOTE: &str = "insert into alive values (?, ?)
            on conflict (market_id) do update set until_us = max(until_us, excluded.until_us)";
        let note = with_lease!(&self.file, |lease| {
            // First: what may not survive the machine must not be vouched for.
            self.synced.keep(&mut lease).await?;
            let mut transaction = lease.begin_with("begin immediate").await?;
            for market in markets {
                sqlx::query(NOTE).bind(market.get()).bind(until.micros()).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        note.await.map_err(|error| StoreError::from_sqlx("note that we are alive", error))
    }

    /// What was noted last, for each market.
    pub async fn alive(&self) -> Result<Vec<(MarketKey, Timestamp)>, StoreError> {
        let noted: Vec<(i64, i64)> = sqlx::query_as("select market_id, until_us from alive")
            .fetch_all(&self.file)
            .await
            .map_err(|error| StoreError::from_sqlx("read when we were alive", error))?;
        Ok(noted
            .into_iter()
            .map(|(market, until_us)| (MarketKey::from_stored(market), Timestamp::from_micros(until_us)))
            .collect())
    }

    /// Notes that the store at this url was opened.
    pub async fn note_store(&self, url: &str) -> Result<(), StoreError> {
        sqlx::query("insert or ignore into stores values (?)")
            .bind(url)
            .execute(&self.file)
            .await
            .map_err(|error| StoreError::from_sqlx("note the store", error))?;
        Ok(())
    }

    /// Whether the store at this url was ever opened beside this spool.
    pub async fn knows_store(&self, url: &str) -> Result<bool, StoreError> {
        sqlx::query_scalar("select exists (select * from stores where url = ?)")
            .bind(url)
            .fetch_one(&self.file)
            .await
            .map_err(|error| StoreError::from_sqlx("look the store up", error))
    }

    /// Keeps what was lost, if it has changed.
    pub async fn save_losses(&self, losses: &Losses) -> Result<(), StoreError> {
        losses.save(&self.file).await.map_err(|error| StoreError::from_sqlx("save what was lost", error))
    }

    /// Adds what was lost before.
    pub async fn load_losses(&self, losses: &Losses) -> Result<(), StoreError> {
        losses.load(&self.file).await.map_err(|error| StoreError::from_sqlx("read what was lost", error))
    }

    pub async fn close(&self) {
        self.file.close().await;
    }
}
