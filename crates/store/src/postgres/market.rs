//! Statements about markets.

use sqlx::Connection;
use sqlx::postgres::PgConnection;

use crate::rows::MarketRecord;
use crate::stored::{MarketColumns, StoredMarket};

const INSERT_VENUE: &str =
    "insert into venues (venue_id, name) values ($1, $2) on conflict (venue_id) do nothing";

/// Nothing is returned where the key belongs to another name: the row is left alone then. Rules that are what they
/// were are written again: markets are registered once a start.
const UPSERT_MARKET: &str = "
    insert into markets (market_id, venue_id, source, base, quote, symbol, price_scale, qty_scale, tick_size,
        tick_scale, lot_size, lot_scale, min_notional, min_notional_scale, max_depth)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    on conflict (market_id) do update set
        symbol = excluded.symbol, price_scale = excluded.price_scale, qty_scale = excluded.qty_scale,
        tick_size = excluded.tick_size, tick_scale = excluded.tick_scale, lot_size = excluded.lot_size,
        lot_scale = excluded.lot_scale, min_notional = excluded.min_notional,
        min_notional_scale = excluded.min_notional_scale, max_depth = excluded.max_depth
    where (markets.source, markets.venue_id, markets.base, markets.quote)
        = (excluded.source, excluded.venue_id, excluded.base, excluded.quote)
    returning market_id";

/// `false` where another market, or another venue, has the same key.
pub(super) async fn register(
    connection: &mut PgConnection,
    market: &MarketRecord,
    columns: &MarketColumns,
) -> Result<bool, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let venue = market.venue_key();
    sqlx::query(INSERT_VENUE).bind(venue).bind(&market.venue).execute(&mut *transaction).await?;
    let name: String = sqlx::query_scalar("select name from venues where venue_id = $1")
        .bind(venue)
        .fetch_one(&mut *transaction)
        .await?;
    if name != market.venue {
        return Ok(false);
    }
    let instrument = &market.instrument;
    let registered: Option<i64> = sqlx::query_scalar(UPSERT_MARKET)
        .bind(market.key().get())
        .bind(venue)
        .bind(market.source.as_str())
        .bind(&instrument.base)
        .bind(&instrument.quote)
        .bind(&instrument.symbol)
        .bind(columns.price_scale)
        .bind(columns.qty_scale)
        .bind(columns.tick.0)
        .bind(columns.tick.1)
        .bind(columns.lot.0)
        .bind(columns.lot.1)
        .bind(columns.min_notional.0)
        .bind(columns.min_notional.1)
        .bind(columns.max_depth)
        .fetch_optional(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(registered.is_some())
}

const MARKETS: &str = "
    select source, name, base, quote, symbol, price_scale::bigint, qty_scale::bigint, tick_size, tick_scale::bigint,
        lot_size, lot_scale::bigint, min_notional, min_notional_scale::bigint, max_depth::bigint
    from markets join venues using (venue_id)
    order by name, base, quote, source";

pub(super) async fn all(connection: &mut PgConnection) -> Result<Vec<StoredMarket>, sqlx::Error> {
    sqlx::query_as(MARKETS).fetch_all(connection).await
}
