//! Rows in the spool's file: one entry each, numbered in the order in which they came.

use std::sync::LazyLock;

use futures_util::TryStreamExt;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::{Batch, codec};
use crate::rows::{Family, Row, RowError, Rows};
use crate::sqlite::{Inserts, SqliteQuery};

/// A row that is to be kept.
pub(super) struct Entry {
    family: i64,
    checksum: i64,
    payload: Vec<u8>,
}

pub(super) fn encode(rows: &Rows) -> Vec<Entry> {
    let family = rows.family();
    match rows {
        Rows::Trades(rows) => encode_all(family, rows, codec::put_trade),
        Rows::Candles(rows) => encode_all(family, rows, codec::put_candle),
        Rows::Snapshots(rows) => encode_all(family, rows, codec::put_snapshot),
        Rows::Statuses(rows) => encode_all(family, rows, codec::put_status),
        Rows::Gaps(rows) => encode_all(family, rows, codec::put_gap),
        Rows::Deltas(rows) => encode_all(family, rows, codec::put_delta),
    }
}

fn encode_all<R>(family: Family, rows: &[R], put: impl Fn(&mut Vec<u8>, &R)) -> Vec<Entry> {
    let family = codec::number_of(family);
    rows.iter()
        .map(|row| {
            let mut payload = Vec::with_capacity(80);
            put(&mut payload, row);
            Entry { family, checksum: codec::checksum(family, &payload), payload }
        })
        .collect()
}

/// The pages that hold something. Pages that were emptied are used again, so the file may be larger.
pub(super) async fn bytes_used(connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    const USED: &str = "
        select (page_count - freelist_count) * page_size
        from pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
    let used: i64 = sqlx::query_scalar(USED).fetch_one(connection).await?;
    Ok(used.cast_unsigned())
}

/// The whole file, with the pages that were emptied.
pub(super) async fn file_bytes(connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    let size: i64 =
        sqlx::query_scalar("select page_count * page_size from pragma_page_count(), pragma_page_size()")
            .fetch_one(connection)
            .await?;
    Ok(size.cast_unsigned())
}

/// What an entry takes besides its payload: number, family, checksum, and what the page keeps about it.
const ENTRY_BYTES: u64 = 24;

/// How many of the entries, from the first on, have room.
pub(super) fn fitting(entries: &[Entry], room: u64) -> usize {
    let mut used = 0;
    entries
        .iter()
        .take_while(|entry| {
            used += entry.payload.len() as u64 + ENTRY_BYTES;
            used <= room
        })
        .count()
}

static INSERTS: LazyLock<Inserts> =
    LazyLock::new(|| Inserts::new("entries", &["family", "checksum", "payload"], ""));

pub(super) async fn insert(connection: &mut SqliteConnection, entries: &[Entry]) -> Result<(), sqlx::Error> {
    INSERTS.run(connection, entries, bind).await.map(drop)
}

fn bind<'r>(query: SqliteQuery<'r>, entry: &'r Entry) -> SqliteQuery<'r> {
    query.bind(entry.family).bind(entry.checksum).bind(entry.payload.as_slice())
}

/// seq, family, checksum, payload
type Stored = (i64, i64, i64, Vec<u8>);

const OLDEST: &str = "select seq, family, checksum, payload from entries where seq > ? order by seq limit ?";

/// What a batch holds at once: snapshots are large, and so many as there are trades would be too much.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

pub(super) async fn oldest(
    connection: &mut SqliteConnection,
    behind: Option<i64>,
    limit: u32,
) -> Result<Option<Batch>, sqlx::Error> {
    let behind = match behind {
        Some(behind) => behind,
        None => sqlx::query_scalar("select through from drained").fetch_one(&mut *connection).await?,
    };
    let mut batch =
        Batch { parts: Vec::new(), damaged: 0, missing: 0, through: behind, damaged_seqs: Vec::new() };
    let (mut count, mut bytes) = (0, 0);
    let mut entries = sqlx::query_as::<_, Stored>(OLDEST).bind(behind).bind(limit).fetch(connection);
    while let Some(entry) = entries.try_next().await? {
        count += 1;
        bytes += entry.3.len();
        batch.through = entry.0;
        if !is_sound(&entry) || !decode(&entry, &mut batch.parts) {
            batch.damaged_seqs.push(entry.0);
        }
        if bytes >= BATCH_BYTES {
            break;
        }
    }
    batch.damaged = batch.damaged_seqs.len() as u64;
    batch.missing = (batch.through - behind).cast_unsigned().saturating_sub(count);
    Ok((count > 0).then_some(batch))
}

fn is_sound((_, family, checksum, payload): &Stored) -> bool {
    codec::checksum(*family, payload) == *checksum
}

/// Puts the row to those of its family; `false` when it cannot be read.
fn decode((_, family, _, payload): &Stored, parts: &mut Vec<Rows>) -> bool {
    match codec::family_of(*family) {
        Some(Family::Trades) => put(codec::trade(payload), parts),
        Some(Family::Candles) => put(codec::candle(payload), parts),
        Some(Family::Snapshots) => put(codec::snapshot(payload), parts),
        Some(Family::Statuses) => put(codec::status(payload), parts),
        Some(Family::Gaps) => put(codec::gap(payload), parts),
        Some(Family::Deltas) => put(codec::delta(payload), parts),
        None => false,
    }
}

fn put<R: Row>(row: Result<R, RowError>, parts: &mut Vec<Rows>) -> bool {
    let Ok(row) = row else { return false };
    let at = parts.iter().position(|part| part.family() == R::FAMILY).unwrap_or_else(|| {
        parts.push(Rows::none_of(R::FAMILY));
        parts.len() - 1
    });
    parts[at].push(row);
    true
}

/// Takes the batch's entries out, and says whether none are left; damaged ones are kept aside.
pub(super) async fn delete(connection: &mut SqliteConnection, batch: &Batch) -> Result<bool, sqlx::Error> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    for seq in &batch.damaged_seqs {
        sqlx::query("insert or replace into damaged select * from entries where seq = ?")
            .bind(seq)
            .execute(&mut *transaction)
            .await?;
    }
    sqlx::query("delete from entries where seq <= ?").bind(batch.through).execute(&mut *transaction).await?;
    sqlx::query("update drained set through = max(through, ?)")
        .bind(batch.through)
        .execute(&mut *transaction)
        .await?;
    let is_empty: bool =
        sqlx::query_scalar("select not exists (select * from entries)").fetch_one(&mut *transaction).await?;
    if is_empty {
        sqlx::query("delete from extents").execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(is_empty)
}
