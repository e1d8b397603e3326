//! Statements that write rows. A statement costs a hop to SQLite's thread and back, so it carries many rows.

use std::sync::LazyLock;

use marketd_domain::{CandleInterval, Timestamp};
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

use crate::retention::kept_from_us;
use crate::rows::{CandleRow, DeltaRow, GapRow, SnapshotRow, StatusRow, TradeRow};
use crate::stored::{scale_number, side_number, wide};
use crate::{Retention, Written, levels};

/// Takes the place of the writer at once: a transaction that begins as a reader may be refused when it writes.
pub(super) const BEGIN: &str = "begin immediate";

/// Statements exist for so many rows, and a batch is cut into these pieces. SQLite takes 32,766 values a statement.
const PIECES: [usize; 4] = [500, 50, 5, 1];

/// An insert for each size of piece.
pub(crate) struct Inserts([String; PIECES.len()]);

impl Inserts {
    pub(crate) fn new(table: &str, columns: &[&str], on_conflict: &str) -> Self {
        let values = format!("({})", vec!["?"; columns.len()].join(", "));
        Self(PIECES.map(|rows| {
            format!(
                "insert into {table} ({}) values {} {on_conflict}",
                columns.join(", "),
                vec![values.as_str(); rows].join(", ")
            )
        }))
    }

    /// Runs the statements for all rows and returns how many rows they changed.
    pub(crate) async fn run<'r, R>(
        &'static self,
        connection: &mut SqliteConnection,
        rows: &'r [R],
        bind: impl Fn(SqliteQuery<'r>, &'r R) -> SqliteQuery<'r>,
    ) -> Result<u64, sqlx::Error> {
        let mut rest = rows;
        let mut changed = 0;
        for (size, statement) in PIECES.iter().zip(&self.0) {
            while let Some((piece, after)) = rest.split_at_checked(*size) {
                // The text is made of constants above.
                let query = sqlx::query(AssertSqlSafe(statement.as_str()));
                let query = piece.iter().fold(query, &bind);
                changed += query.execute(&mut *connection).await?.rows_affected();
                rest = after;
            }
        }
        Ok(changed)
    }
}

pub(crate) type SqliteQuery<'r> = Query<'r, Sqlite, SqliteArguments>;

static TRADES: LazyLock<Inserts> = LazyLock::new(|| {
    let columns = [
        "market_id",
        "ts_us",
        "id_high",
        "id_low",
        "price",
        "qty",
        "ts_recv_us",
        "price_scale",
        "qty_scale",
        "side",
        "backfilled",
    ];
    Inserts::new("trades", &columns, "on conflict do nothing")
});

pub(super) async fn trades(
    connection: &mut SqliteConnection,
    rows: &[TradeRow],
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    let stored = TRADES.run(&mut transaction, rows, bind_trade).await?;
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

fn bind_trade<'r>(query: SqliteQuery<'r>, row: &'r TradeRow) -> SqliteQuery<'r> {
    let (trade, scales, cursor) = (row.trade(), row.scales(), row.cursor());
    query
        .bind(row.market().get())
        .bind(cursor.ts_us)
        .bind(cursor.id_high)
        .bind(cursor.id_low)
        .bind(trade.price.mantissa())
        .bind(trade.qty.mantissa())
        .bind(trade.ts_recv.micros())
        .bind(scale_number(scales.price))
        .bind(scale_number(scales.qty))
        .bind(side_number(trade.aggressor))
        .bind(trade.backfilled)
}

static CANDLES: LazyLock<Inserts> = LazyLock::new(|| {
    let columns = [
        "market_id",
        "interval_s",
        "open_us",
        "open",
        "high",
        "low",
        "close",
        "trades",
        "revision",
        "first_us",
        "last_us",
        "price_scale",
        "qty_scale",
        "volume",
        "quote_volume",
    ];
    let replace = "on conflict (market_id, interval_s, open_us) do update set
            open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            trades = excluded.trades, revision = excluded.revision, first_us = excluded.first_us,
            last_us = excluded.last_us, price_scale = excluded.price_scale, qty_scale = excluded.qty_scale,
            volume = excluded.volume, quote_volume = excluded.quote_volume
        where (excluded.revision, excluded.trades) > (candles.revision, candles.trades)";
    Inserts::new("candles", &columns, replace)
});

pub(super) async fn candles(
    connection: &mut SqliteConnection,
    rows: &[CandleRow],
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    let stored = CANDLES.run(&mut transaction, rows, bind_candle).await?;
    transaction.commit().await?;
    Ok(Written::of(rows.len(), stored))
}

fn bind_candle<'r>(query: SqliteQuery<'r>, row: &'r CandleRow) -> SqliteQuery<'r> {
    let (candle, scales) = (row.candle(), row.scales());
    query
        .bind(row.market().get())
        .bind(row.interval().seconds())
        .bind(candle.open_time.micros())
        .bind(candle.open.mantissa())
        .bind(candle.high.mantissa())
        .bind(candle.low.mantissa())
        .bind(candle.close.mantissa())
        .bind(row.stored_trades())
        .bind(i64::from(candle.revision))
        .bind(candle.first_at.micros())
        .bind(candle.last_at.micros())
        .bind(scale_number(scales.price))
        .bind(scale_number(scales.qty))
        .bind(wide(candle.volume.mantissa()))
        .bind(wide(candle.quote_volume.mantissa()))
}

/// A recording that is played again has the same moments in another epoch. The later one stays: the changes that are still
/// to come belong to it.
const INSERT_SNAPSHOT: &str = "
    insert into snapshots (market_id, ts_us, book_seq, venue_seq, ts_venue_us, price_scale, qty_scale, levels,
        epoch)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (market_id, ts_us, book_seq) do update set
        venue_seq = excluded.venue_seq, ts_venue_us = excluded.ts_venue_us, price_scale = excluded.price_scale,
        qty_scale = excluded.qty_scale, levels = excluded.levels, epoch = excluded.epoch
    where excluded.epoch > snapshots.epoch";

pub(super) async fn snapshots(
    connection: &mut SqliteConnection,
    rows: &[SnapshotRow],
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
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
    values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing";

pub(super) async fn deltas(
    connection: &mut SqliteConnection,
    rows: &[DeltaRow],
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
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
    values (?, ?, ?, ?, ?) on conflict do nothing";

const MOVE_STATUS: &str =
    "update markets set status = ?2, status_since_us = ?3 where market_id = ?1 and status_since_us <= ?3";

pub(super) async fn statuses(
    connection: &mut SqliteConnection,
    rows: &[StatusRow],
) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
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
    values (?, ?, ?, ?, ?, ?, ?)
    on conflict (market_id, since_us, kind, expected) do update set
        until_us = coalesce(excluded.until_us, gaps.until_us),
        rows_lost = max(excluded.rows_lost, gaps.rows_lost)
    where (excluded.until_us is not null and excluded.until_us is not gaps.until_us)
        or excluded.rows_lost > gaps.rows_lost";

pub(super) async fn gaps(connection: &mut SqliteConnection, rows: &[GapRow]) -> Result<Written, sqlx::Error> {
    let mut transaction = connection.begin_with(BEGIN).await?;
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

/// Rows of one table that are too old.
pub(super) struct Expiry {
    delete: String,
    kept_from_us: i64,
}

/// Rows that are deleted at once: a few milliseconds during which nobody else writes.
const DELETED_AT_ONCE: i64 = 5_000;

pub(super) fn expiries(now: Timestamp, retention: &Retention) -> Vec<Expiry> {
    let intervals = CandleInterval::ALL.map(|interval| format!("({})", interval.seconds())).join(", ");
    // What stands between the market and the time in the key of candles.
    let of_each_interval =
        format!("join (values {intervals}) as intervals on old.interval_s = intervals.column1");
    [
        ("trades", "", "ts_us", "ts_us, id_high, id_low", retention.trades_days),
        ("candles", of_each_interval.as_str(), "open_us", "interval_s, open_us", retention.candles_days),
        ("snapshots", "", "ts_us", "ts_us, book_seq", retention.snapshots_days),
        ("deltas", "", "ts_us", "ts_us, epoch, first_seq", retention.deltas_days),
        ("market_statuses", "", "since_us", "since_us, status_seq", retention.events_days),
        ("gaps", "", "since_us", "since_us, kind, expected", retention.events_days),
    ]
    .into_iter()
    .filter_map(|(table, also, time, key, days)| {
        let kept_from_us = kept_from_us(now, days)?;
        Some(Expiry { delete: delete_some(table, also, time, key), kept_from_us })
    })
    .collect()
}

/// The time stands behind the market in each key, so the markets of the table are looked up one after the other, each
/// by one step in the key's tree, and then the old rows of each: nothing is read that is not deleted.
fn delete_some(table: &str, also: &str, time: &str, key: &str) -> String {
    format!(
        "with recursive present (market) as (
            select min(market_id) from {table}
            union all
            select (select min(market_id) from {table} where market_id > market) from present where market is not null
        )
        delete from {table} where (market_id, {key}) in (
            select market_id, {key} from present cross join {table} as old on old.market_id = present.market {also}
            where old.{time} < ?1 limit ?2
        )"
    )
}

impl Expiry {
    /// Deletes some of the rows and returns how many; zero when there are none.
    pub(super) async fn delete_some(&self, connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
        // The text is made of constants above.
        let query = sqlx::query(AssertSqlSafe(self.delete.clone()));
        let query = query.bind(self.kept_from_us).bind(DELETED_AT_ONCE);
        Ok(query.execute(connection).await?.rows_affected())
    }
}
