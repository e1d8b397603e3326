//! Statements that write rows.

use marketd_domain::Timestamp;
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::copy;
use crate::retention::kept_from_us;
use crate::rows::{CandleRow, DeltaRow, GapRow, SnapshotRow, StatusRow, TradeRow};
use crate::stored::{scale_number, wide};
use crate::{Retention, Written, levels};

/// Encoded rows are sent when there are so many bytes: enough for the network, and the bound of the buffer.
const SEND_BYTES: usize = 256 * 1024;

/// The columns in the order of [`copy::put_trade`].
macro_rules! copy_trades_into {
    ($table:literal) => {
        concat!(
            "copy ",
            $table,
            " (market_id, ts_us, id_high, id_low, price, qty, ts_recv_us, price_scale, qty_scale, side, backfilled)",
            " from stdin (format binary)"
        )
    };
}

const COPY_TRADES: &str = copy_trades_into!("trades");
const COPY_STAGE: &str = copy_trades_into!("trades_stage");

/// A temporary table belongs to its connection. It has no key: it takes the batch as it is.
const MAKE_STAGE: &str = "create temporary table if not exists trades_stage (like trades including defaults) on commit delete rows";

/// In the order of the key, so that two writers of the same rows wait for each other and do not lock each other up.
const EMPTY_STAGE: &str = concat!(
    "insert into trades select * from trades_stage order by market_id, ts_us, id_high, id_low",
    " on conflict do nothing"
);

/// unique_violation: the batch meets rows that are there. deadlock_detected: two such batches met.
fn has_met_known_rows(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|database| database.code());
    matches!(code.as_deref(), Some("23505" | "40P01"))
}

pub(super) async fn trades(
    connection: &mut PgConnection,
    rows: &[TradeRow],
    buffer: &mut Vec<u8>,
) -> Result<Written, sqlx::Error> {
    match straight(connection, rows, buffer).await {
        Err(error) if has_met_known_rows(&error) => through_stage(connection, rows, buffer).await,
        result => result,
    }
}

async fn straight(
    connection: &mut PgConnection,
    rows: &[TradeRow],
    buffer: &mut Vec<u8>,
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let stored = send(&mut transaction, COPY_TRADES, rows, buffer).await?;
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

async fn through_stage(
    connection: &mut PgConnection,
    rows: &[TradeRow],
    buffer: &mut Vec<u8>,
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    sqlx::query(MAKE_STAGE).execute(&mut *transaction).await?;
    send(&mut transaction, COPY_STAGE, rows, buffer).await?;
    let stored = sqlx::query(EMPTY_STAGE).execute(&mut *transaction).await?.rows_affected();
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

async fn send(
    connection: &mut PgConnection,
    statement: &str,
    rows: &[TradeRow],
    buffer: &mut Vec<u8>,
) -> Result<u64, sqlx::Error> {
    buffer.clear();
    buffer.reserve(SEND_BYTES.min(copy::HEADER.len() + (rows.len() + 1) * copy::TRADE_BYTES));
    buffer.extend_from_slice(copy::HEADER);
    let mut copy_in = connection.copy_in_raw(statement).await?;
    for row in rows {
        if buffer.len() + copy::TRADE_BYTES > SEND_BYTES {
            copy_in.send(&buffer[..]).await?;
            buffer.clear();
        }
        copy::put_trade(buffer, row);
    }
    buffer.extend_from_slice(copy::TRAILER);
    copy_in.send(&buffer[..]).await?;
    copy_in.finish().await
}

/// Rows of one statement; what its arrays hold at once.
const CANDLES_A_STATEMENT: usize = 5_000;

/// One statement may touch a row once only, so the best of each candle is chosen first.
const UPSERT_CANDLES: &str = "
    insert into candles (market_id, interval_s, open_us, open, high, low, close, trades, revision, first_us, last_us,
        price_scale, qty_scale, volume, quote_volume)
    select distinct on (market_id, interval_s, open_us) *
    from unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::smallint[], $13::smallint[],
        $14::text[]::numeric[], $15::text[]::numeric[])
        as given (market_id, interval_s, open_us, open, high, low, close, trades, revision, first_us, last_us,
            price_scale, qty_scale, volume, quote_volume)
    order by market_id, interval_s, open_us, revision desc, trades desc
    on conflict (market_id, interval_s, open_us) do update set
        open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
        trades = excluded.trades, revision = excluded.revision, first_us = excluded.first_us,
        last_us = excluded.last_us, price_scale = excluded.price_scale, qty_scale = excluded.qty_scale,
        volume = excluded.volume, quote_volume = excluded.quote_volume
    where (excluded.revision, excluded.trades) > (candles.revision, candles.trades)";

pub(super) async fn candles(
    connection: &mut PgConnection,
    rows: &[CandleRow],
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let mut stored = 0;
    for rows in rows.chunks(CANDLES_A_STATEMENT) {
        let integers = |column: fn(&CandleRow) -> i64| rows.iter().map(column).collect::<Vec<i64>>();
        let done = sqlx::query(UPSERT_CANDLES)
            .bind(integers(|row| row.market().get()))
            .bind(rows.iter().map(|row| row.interval().seconds() as i32).collect::<Vec<_>>())
            .bind(integers(|row| row.candle().open_time.micros()))
            .bind(integers(|row| row.candle().open.mantissa()))
            .bind(integers(|row| row.candle().high.mantissa()))
            .bind(integers(|row| row.candle().low.mantissa()))
            .bind(integers(|row| row.candle().close.mantissa()))
            .bind(integers(|row| row.stored_trades()))
            .bind(integers(|row| i64::from(row.candle().revision)))
            .bind(integers(|row| row.candle().first_at.micros()))
            .bind(integers(|row| row.candle().last_at.micros()))
            .bind(rows.iter().map(|row| scale_number(row.scales().price)).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| scale_number(row.scales().qty)).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| wide(row.candle().volume.mantissa())).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| wide(row.candle().quote_volume.mantissa())).collect::<Vec<_>>())
            .execute(&mut *transaction)
            .await?;
        stored += done.rows_affected();
    }
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

/// A recording that is played again has the same moments in another epoch. The later one stays: the changes that are still
/// to come belong to it.
const INSERT_SNAPSHOT: &str = "
    insert into snapshots (market_id, ts_us, book_seq, venue_seq, ts_venue_us, price_scale, qty_scale, levels,
        epoch)
    values ($1, $2, $3, $4::text::numeric, $5, $6, $7, $8, $9)
    on conflict (market_id, ts_us, book_seq) do update set
        venue_seq = excluded.venue_seq, ts_venue_us = excluded.ts_venue_us, price_scale = excluded.price_scale,
        qty_scale = excluded.qty_scale, levels = excluded.levels, epoch = excluded.epoch
    where excluded.epoch > snapshots.epoch";

pub(super) async fn snapshots(
    connection: &mut PgConnection,
    rows: &[SnapshotRow],
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let mut stored = 0;
    for row in rows {
        let done = sqlx::query(INSERT_SNAPSHOT)
            .bind(row.market.get())
            .bind(row.ts_recv.micros())
            .bind(row.stored_book_seq())
            .bind(wide(row.venue_seq))
            .bind(row.ts_venue.micros())
            .bind(scale_number(row.scales.price))
            .bind(scale_number(row.scales.qty))
            .bind(levels::pack(&row.bids, &row.asks))
            .bind(row.stored_epoch())
            .execute(&mut *transaction)
            .await?;
        stored += done.rows_affected();
    }
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

const INSERT_DELTA: &str = "
    insert into deltas (market_id, ts_us, last_us, epoch, first_seq, last_seq, price_scale, qty_scale, changes)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";

pub(super) async fn deltas(connection: &mut PgConnection, rows: &[DeltaRow]) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let mut stored = 0;
    for row in rows {
        let (epoch, first_seq, last_seq) = row.stored_places();
        let done = sqlx::query(INSERT_DELTA)
            .bind(row.market().get())
            .bind(row.first().ts_recv.micros())
            .bind(row.last().ts_recv.micros())
            .bind(epoch)
            .bind(first_seq)
            .bind(last_seq)
            .bind(scale_number(row.scales().price))
            .bind(scale_number(row.scales().qty))
            .bind(row.packed())
            .execute(&mut *transaction)
            .await?;
        stored += done.rows_affected();
    }
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

const INSERT_STATUS: &str = "
    insert into market_statuses (market_id, since_us, status_seq, status, reason)
    values ($1, $2, $3, $4, $5) on conflict do nothing";

const MOVE_STATUS: &str =
    "update markets set status = $2, status_since_us = $3 where market_id = $1 and status_since_us <= $3";

pub(super) async fn statuses(
    connection: &mut PgConnection,
    rows: &[StatusRow],
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let mut stored = 0;
    for row in rows {
        let (market, report) = (row.market().get(), row.report());
        let done = sqlx::query(INSERT_STATUS)
            .bind(market)
            .bind(report.since.micros())
            .bind(row.stored_status_seq())
            .bind(report.status.as_str())
            .bind(report.reason.map(|reason| reason.as_str()))
            .execute(&mut *transaction)
            .await?;
        stored += done.rows_affected();
        sqlx::query(MOVE_STATUS)
            .bind(market)
            .bind(report.status.as_str())
            .bind(report.since.micros())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

const UPSERT_GAP: &str = "
    insert into gaps (market_id, kind, since_us, until_us, expected, found, rows_lost)
    values ($1, $2, $3, $4, $5::text::numeric, $6::text::numeric, $7)
    on conflict (market_id, since_us, kind, expected) do update set
        until_us = coalesce(excluded.until_us, gaps.until_us),
        rows_lost = greatest(excluded.rows_lost, gaps.rows_lost)
    where (excluded.until_us is not null and excluded.until_us is distinct from gaps.until_us)
        or excluded.rows_lost > gaps.rows_lost";

pub(super) async fn gaps(connection: &mut PgConnection, rows: &[GapRow]) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let mut stored = 0;
    for row in rows {
        let (expected, found) = row.kind().sequences();
        let done = sqlx::query(UPSERT_GAP)
            .bind(row.market().get())
            .bind(row.kind().as_str())
            .bind(row.since().micros())
            .bind(row.until().map(Timestamp::micros))
            .bind(wide(expected))
            .bind(wide(found))
            .bind(row.stored_rows_lost())
            .execute(&mut *transaction)
            .await?;
        stored += done.rows_affected();
    }
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

/// Deletes events that are too old: they are few, and have no partitions.
pub(super) async fn expire(
    connection: &mut PgConnection,
    now: Timestamp,
    retention: &Retention,
) -> Result<u64, sqlx::Error> {
    let Some(kept_from) = kept_from_us(now, retention.events_days) else { return Ok(0) };
    let mut deleted = 0;
    for statement in
        ["delete from market_statuses where since_us < $1", "delete from gaps where since_us < $1"]
    {
        deleted += sqlx::query(statement).bind(kept_from).execute(&mut *connection).await?.rows_affected();
    }
    Ok(deleted)
}
