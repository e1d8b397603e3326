//! Statements that read rows. Integers come as bigint and wide ones as text, as `stored` expects them.

use marketd_domain::{CandleInterval, Timestamp};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use crate::TimeRange;
use crate::changes::SPAN_MAX_US;
use crate::history::{self, Kept};
use crate::rows::{DeltaPlace, MarketKey, TradeCursor};
use crate::stored::{StoredCandle, StoredDelta, StoredGap, StoredSnapshot, StoredStatus, StoredTrade};

/// The time alone is compared as well: by it the planner leaves out partitions, which it does not by the whole key.
const TRADES: &str = "
    select market_id, ts_us, id_high, id_low, price, qty, ts_recv_us, price_scale::bigint, qty_scale::bigint,
        side::bigint, backfilled
    from trades
    where market_id = $1 and ts_us <= $2 and (ts_us, id_high, id_low) < ($2, $3, $4)
    order by ts_us desc, id_high desc, id_low desc limit $5";

/// Latest first.
pub(super) async fn trades(
    connection: &mut PgConnection,
    market: MarketKey,
    before: Option<TradeCursor>,
    limit: u32,
) -> Result<Vec<StoredTrade>, sqlx::Error> {
    let before = before.unwrap_or(TradeCursor::END);
    sqlx::query_as(TRADES)
        .bind(market.get())
        .bind(before.ts_us)
        .bind(before.id_high)
        .bind(before.id_low)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
}

const TRADES_AFTER: &str = "
    select market_id, ts_us, id_high, id_low, price, qty, ts_recv_us, price_scale::bigint, qty_scale::bigint,
        side::bigint, backfilled
    from trades
    where market_id = $1 and ts_us >= $2 and ts_us < $5 and (ts_us, id_high, id_low) > ($2, $3, $4)
    order by ts_us, id_high, id_low limit $6";

pub(super) async fn trades_after(
    connection: &mut PgConnection,
    market: MarketKey,
    after: Option<TradeCursor>,
    end: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<StoredTrade>, sqlx::Error> {
    let after = after.unwrap_or(TradeCursor::at(Timestamp::from_nanos(i64::MIN)));
    sqlx::query_as(TRADES_AFTER)
        .bind(market.get())
        .bind(after.ts_us)
        .bind(after.id_high)
        .bind(after.id_low)
        .bind(end.map_or(i64::MAX, Timestamp::micros))
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
}

const CANDLES_FROM: &str = "
    select market_id, interval_s::bigint, open_us, open, high, low, close, trades, revision, first_us, last_us,
        price_scale::bigint, qty_scale::bigint, volume::text, quote_volume::text
    from candles
    where market_id = $1 and interval_s = $2 and open_us >= $3 and open_us < $4
    order by open_us limit $5";

const CANDLES_LATEST: &str = "
    select market_id, interval_s::bigint, open_us, open, high, low, close, trades, revision, first_us, last_us,
        price_scale::bigint, qty_scale::bigint, volume::text, quote_volume::text
    from candles
    where market_id = $1 and interval_s = $2 and open_us >= $3 and open_us < $4
    order by open_us desc limit $5";

pub(super) async fn candles(
    connection: &mut PgConnection,
    market: MarketKey,
    interval: CandleInterval,
    range: TimeRange,
    limit: u32,
) -> Result<Vec<StoredCandle>, sqlx::Error> {
    let (start_us, end_us) = range.micros();
    let mut rows: Vec<StoredCandle> =
        sqlx::query_as(if range.start.is_some() { CANDLES_FROM } else { CANDLES_LATEST })
            .bind(market.get())
            .bind(interval.seconds() as i32)
            .bind(start_us)
            .bind(end_us)
            .bind(i64::from(limit))
            .fetch_all(connection)
            .await?;
    if range.start.is_none() {
        rows.reverse();
    }
    Ok(rows)
}

const SNAPSHOT: &str = "
    select market_id, ts_us, book_seq, venue_seq::text, ts_venue_us, price_scale::bigint, qty_scale::bigint,
        levels, epoch
    from snapshots where market_id = $1 and ts_us <= $2
    order by ts_us desc, book_seq desc limit 1";

pub(super) async fn snapshot(
    connection: &mut PgConnection,
    market: MarketKey,
    at: Timestamp,
) -> Result<Option<StoredSnapshot>, sqlx::Error> {
    sqlx::query_as(SNAPSHOT).bind(market.get()).bind(at.micros()).fetch_optional(connection).await
}

const SNAPSHOTS_AFTER: &str = "
    select market_id, ts_us, book_seq, venue_seq::text, ts_venue_us, price_scale::bigint, qty_scale::bigint,
        levels, epoch
    from snapshots
    where market_id = $1 and ts_us >= $2 and ts_us < $3 and (ts_us, book_seq) > ($4, $5)
    order by ts_us, book_seq limit $6";

pub(super) async fn snapshots_after(
    connection: &mut PgConnection,
    market: MarketKey,
    after: Option<(Timestamp, u64)>,
    range: TimeRange,
    limit: u32,
) -> Result<Vec<StoredSnapshot>, sqlx::Error> {
    let (start_us, end_us) = range.micros();
    let (after_us, after_seq) =
        after.map_or((i64::MIN, i64::MIN), |(at, book_seq)| (at.micros(), book_seq.cast_signed()));
    sqlx::query_as(SNAPSHOTS_AFTER)
        .bind(market.get())
        .bind(start_us.max(after_us))
        .bind(end_us)
        .bind(after_us)
        .bind(after_seq)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
}

const DELTAS_BEHIND: &str = "
    select market_id, ts_us, last_us, epoch, first_seq, last_seq, price_scale::bigint, qty_scale::bigint, changes
    from deltas where market_id = $1 and ts_us >= $2 and epoch = $3 and last_seq > $4
    order by ts_us, first_seq limit $5";

/// A row begins a bounded time before its last change, so nothing earlier has to be looked at.
pub(super) async fn deltas_behind(
    connection: &mut PgConnection,
    market: MarketKey,
    place: DeltaPlace,
    limit: u32,
) -> Result<Vec<StoredDelta>, sqlx::Error> {
    sqlx::query_as(DELTAS_BEHIND)
        .bind(market.get())
        .bind(place.ts_recv.micros().saturating_sub(SPAN_MAX_US))
        .bind(place.epoch.cast_signed())
        .bind(place.seq.cast_signed())
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
}

pub(super) async fn kept(connection: &mut PgConnection, market: MarketKey) -> Result<Kept, sqlx::Error> {
    let mut kept = Kept::default();
    for class in history::classes() {
        // The text is made of constants.
        let query = sqlx::query_as(AssertSqlSafe(history::query(class)));
        kept.put(class, query.bind(market.get()).fetch_one(&mut *connection).await?);
    }
    Ok(kept)
}

const STATUS_AT: &str = "
    select market_id, since_us, status_seq, status, reason
    from market_statuses where market_id = $1 and since_us <= $2
    order by since_us desc, status_seq desc limit 1";

pub(super) async fn status_at(
    connection: &mut PgConnection,
    market: MarketKey,
    at: Timestamp,
) -> Result<Option<StoredStatus>, sqlx::Error> {
    sqlx::query_as(STATUS_AT).bind(market.get()).bind(at.micros()).fetch_optional(connection).await
}

const STATUSES: &str = "
    select market_id, since_us, status_seq, status, reason
    from market_statuses where market_id = $1 and since_us >= $2 and since_us < $3
    order by since_us, status_seq limit $4";

pub(super) async fn statuses(
    connection: &mut PgConnection,
    market: MarketKey,
    range: TimeRange,
    limit: u32,
) -> Result<Vec<StoredStatus>, sqlx::Error> {
    let (start_us, end_us) = range.micros();
    sqlx::query_as(STATUSES)
        .bind(market.get())
        .bind(start_us)
        .bind(end_us)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
}

const GAPS: &str = "
    select market_id, kind, since_us, until_us, expected::text, found::text, rows_lost
    from gaps where market_id = $1 and since_us >= $2 and since_us < $3
    order by since_us, kind, expected limit $4";

pub(super) async fn gaps(
    connection: &mut PgConnection,
    market: MarketKey,
    range: TimeRange,
    limit: u32,
) -> Result<Vec<StoredGap>, sqlx::Error> {
    let (start_us, end_us) = range.micros();
    sqlx::query_as(GAPS)
        .bind(market.get())
        .bind(start_us)
        .bind(end_us)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
}
