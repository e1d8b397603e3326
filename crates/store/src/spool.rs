//! Rows on disk while the store is away: a SQLite file of its own, so that it does not depend on what is away.
//!
//! Rows leave in the order in which they came. A batch is taken out only after the store has it; what is written twice
//! because we ended in between, the store knows by its natural keys. So each row arrives once.
//!
//! The file is bounded. When it is full the oldest rows stay and new ones are refused: a hole at the end of an outage is
//! one hole. Each refused row is counted, and [`Spool::losses`] makes gap rows of them. When the disk is full the counts
//! are kept in memory until they fit.
//!
//! Damage is found, never guessed around: the file is checked when it is opened, each row has a checksum, and rows are
//! numbered without holes.

mod codec;
mod entries;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use marketd_domain::Timestamp;
use parking_lot::Mutex;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::rows::{
    CandleRow, DeltaRow, Family, GapKind, GapRow, MarketKey, MarketRecord, RowError, SnapshotRow, StatusRow,
    TradeRow,
};
use crate::sqlite::file_options;
use crate::{Fault, StoreError};

/// Rows of one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    Trades(Vec<TradeRow>),
    Candles(Vec<CandleRow>),
    Snapshots(Vec<SnapshotRow>),
    Statuses(Vec<StatusRow>),
    Gaps(Vec<GapRow>),
    Deltas(Vec<DeltaRow>),
}

impl Rows {
    pub fn len(&self) -> usize {
        match self {
            Self::Trades(rows) => rows.len(),
            Self::Candles(rows) => rows.len(),
            Self::Snapshots(rows) => rows.len(),
            Self::Statuses(rows) => rows.len(),
            Self::Gaps(rows) => rows.len(),
            Self::Deltas(rows) => rows.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub const fn family(&self) -> Family {
        match self {
            Self::Trades(_) => Family::Trades,
            Self::Candles(_) => Family::Candles,
            Self::Snapshots(_) => Family::Snapshots,
            Self::Statuses(_) => Family::Statuses,
            Self::Gaps(_) => Family::Gaps,
            Self::Deltas(_) => Family::Deltas,
        }
    }

    /// Whose row this is, and when it happened.
    fn place(&self, nth: usize) -> (MarketKey, Timestamp) {
        match self {
            Self::Trades(rows) => (rows[nth].market(), rows[nth].trade().ts_venue),
            Self::Candles(rows) => (rows[nth].market(), rows[nth].candle().open_time),
            Self::Snapshots(rows) => (rows[nth].market(), rows[nth].moment().ts_recv),
            Self::Statuses(rows) => (rows[nth].market(), rows[nth].report().since),
            Self::Gaps(rows) => (rows[nth].market(), rows[nth].since()),
            Self::Deltas(rows) => (rows[nth].market(), rows[nth].first().ts_recv),
        }
    }
}

/// What became of rows that were handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pushed {
    pub kept: usize,
    /// Counted as lost, since there was no room.
    pub refused: usize,
}

/// Rows on their way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub rows: Rows,
    /// Rows among them that could not be read back. The file keeps them aside, for a person to look at.
    pub damaged: u64,
    /// Rows that should have been before or among them and are not in the file.
    pub missing: u64,
    /// The number of the last one.
    through: i64,
}

/// A spool, and what was found when it was opened.
pub struct Opening {
    pub spool: Spool,
    pub set_aside: Option<SetAside>,
}

/// A file that could not be used: it lies beside the new one, and how many rows it held is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    pub path: PathBuf,
    pub reason: String,
}

/// How many rows of a family were lost, and between which times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Loss {
    since: Timestamp,
    until: Timestamp,
    rows: u64,
}

#[derive(Default)]
struct Losses {
    counted: BTreeMap<(MarketKey, Family), Loss>,
    is_saved: bool,
}

pub struct Spool {
    file: SqlitePool,
    limit_bytes: u64,
    /// Rows were refused, and none has left since: what comes now lies behind the hole and is part of it.
    is_full: AtomicBool,
    losses: Mutex<Losses>,
}

/// The writer waits for a reader from outside at most so long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

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
    ) strict, without rowid;";

impl Spool {
    /// Opens the spool in this file, which shall not grow much beyond the limit. A file that is damaged is set aside, and
    /// a new one takes its place.
    pub async fn open(path: &Path, limit_bytes: u64) -> Result<Opening, StoreError> {
        let mut set_aside = None;
        if let Err(error) = check(path).await {
            if error.fault() != Fault::Damaged {
                return Err(error);
            }
            set_aside = Some(SetAside { path: move_aside(path)?, reason: error.to_string() });
        }
        let options = options_of(path).create_if_missing(true);
        let file = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let file = file
            .connect_with(options)
            .await
            .map_err(|error| StoreError::from_sqlx("open the spool", error))?;
        sqlx::raw_sql(TABLES)
            .execute(&file)
            .await
            .map_err(|error| StoreError::from_sqlx("open the spool", error))?;
        let spool = Self { file, limit_bytes, is_full: AtomicBool::new(false), losses: Mutex::default() };
        spool.load_losses().await?;
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

    /// Takes rows in. Those that are not kept are counted as lost, also when this is an error.
    pub async fn push(&self, rows: &Rows) -> Result<Pushed, StoreError> {
        let entries = entries::encode(rows);
        let kept = match self.insert(&entries).await {
            Ok(kept) => kept,
            Err(error) => {
                self.count_lost(rows, 0);
                return Err(StoreError::from_sqlx("spool rows", error));
            }
        };
        if kept < rows.len() {
            self.is_full.store(true, Ordering::Relaxed);
            self.count_lost(rows, kept);
        }
        self.save_losses().await?;
        Ok(Pushed { kept, refused: rows.len() - kept })
    }

    async fn insert(&self, entries: &[entries::Entry]) -> Result<usize, sqlx::Error> {
        if self.is_full.load(Ordering::Relaxed) {
            return Ok(0);
        }
        let mut connection = self.file.acquire().await?;
        let room = self.limit_bytes.saturating_sub(entries::bytes_used(&mut connection).await?);
        let kept = entries::fitting(entries, room);
        entries::insert(&mut connection, &entries[..kept]).await?;
        Ok(kept)
    }

    /// Up to `limit` of the oldest rows, of one family. `None` when there are none.
    pub async fn peek(&self, limit: u32) -> Result<Option<Batch>, StoreError> {
        let read = async {
            let mut connection = self.file.acquire().await?;
            entries::oldest(&mut connection, limit).await
        };
        read.await.map_err(|error| StoreError::from_sqlx("read the spool", error))
    }

    /// The store has these rows: they go.
    pub async fn done(&self, batch: &Batch) -> Result<(), StoreError> {
        let delete = async {
            let mut connection = self.file.acquire().await?;
            entries::delete(&mut connection, batch.through).await
        };
        delete.await.map_err(|error| StoreError::from_sqlx("empty the spool", error))?;
        self.is_full.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// How many rows wait.
    pub async fn waiting(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("select coalesce(max(seq) - min(seq) + 1, 0) from entries")
            .fetch_one(&self.file)
            .await
            .map_err(|error| StoreError::from_sqlx("count the spool", error))?;
        Ok(count.cast_unsigned())
    }

    /// What was lost, as rows for the store.
    pub fn losses(&self) -> Vec<GapRow> {
        let losses = self.losses.lock();
        let row = |(key, loss): (&(MarketKey, Family), &Loss)| {
            GapRow::new(key.0, GapKind::Unstored(key.1), loss.since, Some(loss.until), loss.rows).ok()
        };
        losses.counted.iter().filter_map(row).collect()
    }

    /// The store has these gaps. What was lost meanwhile is a gap of its own.
    pub async fn losses_stored(&self, gaps: &[GapRow]) -> Result<(), StoreError> {
        {
            let mut losses = self.losses.lock();
            for gap in gaps {
                let GapKind::Unstored(family) = gap.kind() else { continue };
                let key = (gap.market(), family);
                if let Some(loss) = losses.counted.get_mut(&key) {
                    loss.rows = loss.rows.saturating_sub(gap.rows_lost());
                    loss.since = gap.until().unwrap_or(loss.since).max(loss.since);
                    if loss.rows == 0 {
                        losses.counted.remove(&key);
                    }
                }
            }
            losses.is_saved = false;
        }
        self.save_losses().await
    }

    /// One entry for each market and family, however many rows are lost.
    fn count_lost(&self, rows: &Rows, from: usize) {
        let mut losses = self.losses.lock();
        for nth in from..rows.len() {
            let (market, at) = rows.place(nth);
            let new = Loss { since: at, until: at, rows: 0 };
            let loss = losses.counted.entry((market, rows.family())).or_insert(new);
            loss.since = loss.since.min(at);
            loss.until = loss.until.max(at);
            loss.rows += 1;
        }
        losses.is_saved = false;
    }

    /// What cannot be saved, because the disk is full, is saved another time.
    async fn save_losses(&self) -> Result<(), StoreError> {
        let counted = {
            let mut losses = self.losses.lock();
            if losses.is_saved {
                return Ok(());
            }
            losses.is_saved = true;
            losses.counted.clone()
        };
        let save = async {
            let mut connection = self.file.acquire().await?;
            write_losses(&mut connection, &counted).await
        };
        save.await.map_err(|error| {
            self.losses.lock().is_saved = false;
            StoreError::from_sqlx("save what was lost", error)
        })
    }

    async fn load_losses(&self) -> Result<(), StoreError> {
        let saved: Vec<(i64, i64, i64, i64, i64)> =
            sqlx::query_as("select market_id, family, since_us, until_us, rows from losses")
                .fetch_all(&self.file)
                .await
                .map_err(|error| StoreError::from_sqlx("open the spool", error))?;
        let mut losses = self.losses.lock();
        for (market, family, since_us, until_us, rows) in saved {
            let Some(family) = codec::family_of(family) else { continue };
            let loss = Loss {
                since: Timestamp::from_micros(since_us),
                until: Timestamp::from_micros(until_us),
                rows: rows.cast_unsigned(),
            };
            losses.counted.insert((MarketKey::from_stored(market), family), loss);
        }
        losses.is_saved = true;
        Ok(())
    }

    pub async fn close(&self) {
        self.file.close().await;
    }
}

async fn write_losses(
    connection: &mut SqliteConnection,
    counted: &BTreeMap<(MarketKey, Family), Loss>,
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    sqlx::query("delete from losses").execute(&mut *transaction).await?;
    for ((market, family), loss) in counted {
        sqlx::query("insert into losses values (?, ?, ?, ?, ?)")
            .bind(market.get())
            .bind(codec::number_of(*family))
            .bind(loss.since.micros())
            .bind(loss.until.micros())
            .bind(loss.rows.cast_signed())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

fn options_of(path: &Path) -> SqliteConnectOptions {
    file_options(SqliteConnectOptions::new().filename(path), BUSY_TIMEOUT)
}

/// A spool is small, so that it can be read as a whole each time it is opened.
async fn check(path: &Path) -> Result<(), StoreError> {
    const DOING: &str = "check the spool";
    if !path.exists() {
        return Ok(());
    }
    let check = async {
        let mut connection = options_of(path).connect().await?;
        let found: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(found)
    };
    match check.await {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(StoreError::new(Fault::Damaged, DOING, found)),
        Err(error) => Err(StoreError::from_sqlx(DOING, error)),
    }
}

/// With its log and index, which belong to it and must not meet the new file.
fn move_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let with_suffix = |path: &Path, suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let mut nth = 1;
    let aside = loop {
        let aside = with_suffix(path, &format!(".damaged-{nth}"));
        if !aside.exists() {
            break aside;
        }
        nth += 1;
    };
    for suffix in ["", "-wal", "-shm"] {
        let from = with_suffix(path, suffix);
        if from.exists() {
            std::fs::rename(&from, with_suffix(&aside, suffix)).map_err(|error| {
                StoreError::new(Fault::Unavailable, "set the spool aside", error.to_string())
            })?;
        }
    }
    Ok(aside)
}
