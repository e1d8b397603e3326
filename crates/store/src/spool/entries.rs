//! Rows in the spool's file: one entry each, numbered in the order in which they came.

use std::sync::LazyLock;

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::{Batch, Rows, codec};
use crate::rows::{Family, RowError};
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
    let mut transaction = connection.begin_with("begin immediate").await?;
    INSERTS.run(&mut transaction, entries, bind).await?;
    transaction.commit().await
}

fn bind<'r>(query: SqliteQuery<'r>, entry: &'r Entry) -> SqliteQuery<'r> {
    query.bind(entry.family).bind(entry.checksum).bind(entry.payload.as_slice())
}

/// seq, family, checksum, payload
type Stored = (i64, i64, i64, Vec<u8>);

const OLDEST: &str = "select seq, family, checksum, payload from entries order by seq limit ?";

pub(super) async fn oldest(
    connection: &mut SqliteConnection,
    limit: u32,
) -> Result<Option<Batch>, sqlx::Error> {
    let entries: Vec<Stored> = sqlx::query_as(OLDEST).bind(limit).fetch_all(&mut *connection).await?;
    let drained: i64 = sqlx::query_scalar("select through from drained").fetch_one(connection).await?;
    // Damaged bytes may name no family at all: they go with whatever comes first.
    let Some(family) = entries.iter().find_map(family_if_sound).or(entries.first().map(|_| Family::Trades))
    else {
        return Ok(None);
    };
    let end = (entries.iter())
        .position(|entry| family_if_sound(entry).is_some_and(|other| other != family))
        .unwrap_or(entries.len());
    let entries = &entries[..end];
    let through = entries.last().map_or(drained, |entry| entry.0);
    let (rows, damaged) = decode(family, entries);
    let missing = (through - drained).cast_unsigned().saturating_sub(entries.len() as u64);
    Ok(Some(Batch { rows, damaged, missing, through }))
}

fn is_sound((_, family, checksum, payload): &Stored) -> bool {
    codec::checksum(*family, payload) == *checksum
}

fn family_if_sound(entry: &Stored) -> Option<Family> {
    if is_sound(entry) { codec::family_of(entry.1) } else { None }
}

fn decode(family: Family, entries: &[Stored]) -> (Rows, u64) {
    match family {
        Family::Trades => decode_all(entries, codec::trade, Rows::Trades),
        Family::Candles => decode_all(entries, codec::candle, Rows::Candles),
        Family::Snapshots => decode_all(entries, codec::snapshot, Rows::Snapshots),
        Family::Statuses => decode_all(entries, codec::status, Rows::Statuses),
        Family::Gaps => decode_all(entries, codec::gap, Rows::Gaps),
        Family::Deltas => decode_all(entries, codec::delta, Rows::Deltas),
    }
}

fn decode_all<R>(
    entries: &[Stored],
    row: impl Fn(&[u8]) -> Result<R, RowError>,
    rows: impl FnOnce(Vec<R>) -> Rows,
) -> (Rows, u64) {
    let sound: Vec<R> =
        entries.iter().filter(|entry| is_sound(entry)).filter_map(|entry| row(&entry.3).ok()).collect();
    let damaged = (entries.len() - sound.len()) as u64;
    (rows(sound), damaged)
}

/// Takes entries out, up to this one; damaged ones are kept aside.
pub(super) async fn delete(connection: &mut SqliteConnection, through: i64) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    let entries: Vec<Stored> =
        sqlx::query_as("select seq, family, checksum, payload from entries where seq <= ?")
            .bind(through)
            .fetch_all(&mut *transaction)
            .await?;
    for (seq, family, checksum, payload) in entries.iter().filter(|entry| !is_sound(entry)) {
        sqlx::query("insert or replace into damaged values (?, ?, ?, ?)")
            .bind(seq)
            .bind(family)
            .bind(checksum)
            .bind(payload)
            .execute(&mut *transaction)
            .await?;
    }
    sqlx::query("delete from entries where seq <= ?").bind(through).execute(&mut *transaction).await?;
    sqlx::query("update drained set through = max(through, ?)")
        .bind(through)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
