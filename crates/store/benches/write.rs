//! Rows a second into both databases, beside the obvious way in the same run: an insert for each row.
//!
//! Each figure is the median of three runs, each on a fresh table; a run ends after a fixed time, not a fixed count.
//! Postgres is a private server with the durability of an installation, on the loopback address; where it runs is the
//! system's business, so pin this program to share a core with it, or not to. Both settings of `synchronous_commit` are
//! measured, see docs/adr/0007.

use std::time::{Duration, Instant};

use marketd_domain::instrument::{MarketId, Source};
use marketd_domain::{AggressorSide, Price, Qty, Scales, Timestamp, Trade, TradeId};
use marketd_store::{MarketKey, Rows, Spool, Store, StoreOptions, TradeRow, open};
use marketd_testkit::services::{Durability, Postgres};
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

const RUN: Duration = Duration::from_secs(2);
const RUNS: usize = 3;
const BATCH: u64 = 5_000;
/// What a writer takes at once when more has gathered.
const BATCH_MAX: u64 = 20_000;
/// 2026-11-21T00:00:00Z
const MIDNIGHT_US: i64 = 1_795_219_200_000_000;

fn rows(first: u64, count: u64) -> Vec<TradeRow> {
    let market = MarketKey::of(Source::Live, &MarketId::new("binance", "BTC", "USDT"));
    let row = |number: u64| {
        let trade = Trade {
            id: TradeId::Number(4_000_000_000 + number),
            price: Price::from_mantissa(6_000_010 + (number % 1_000) as i64),
            qty: Qty::from_mantissa(51_200_000 + (number % 977) as i64),
            aggressor: if number.is_multiple_of(2) { AggressorSide::Buy } else { AggressorSide::Sell },
            // Two a microsecond stay within the day, whatever the rate.
            ts_venue: Timestamp::from_micros(MIDNIGHT_US + (number / 2) as i64),
            ts_recv: Timestamp::from_micros(MIDNIGHT_US + (number / 2) as i64 + 1_234),
            backfilled: false,
        };
        TradeRow::new(market, Scales::of(2, 8), &trade).expect("a valid row")
    };
    (first..first + count).map(row).collect()
}

/// Rows a second of the median run. `write` gets the number of the first row and says how many it wrote.
async fn measure(
    what: &str,
    mut prepare: impl AsyncFnMut() -> anyhow::Result<()>,
    mut write: impl AsyncFnMut(u64) -> anyhow::Result<u64>,
) -> anyhow::Result<()> {
    let mut rates = Vec::new();
    for _ in 0..RUNS {
        prepare().await?;
        let mut written = write(0).await?;
        let first = written;
        let began = Instant::now();
        while began.elapsed() < RUN {
            written += write(written).await?;
        }
        rates.push((written - first) as f64 / began.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    println!("{what:<58} {:>9.0} rows/s   ({:.0} to {:.0})", rates[1], rates[0], rates[2]);
    Ok(())
}

async fn postgres() -> anyhow::Result<()> {
    let server = Postgres::start(Durability::Full)?;
    let url = server.url();
    let options = StoreOptions { timeout: Duration::from_secs(60), ..StoreOptions::default() };
    let store = open(&url, options).await?.store;
    let mut connection = PgConnection::connect(&url).await?;
    let mut other = PgConnection::connect(&url).await?;
    let mut truncate = async || {
        sqlx::query("truncate trades").execute(&mut other).await?;
        anyhow::Ok(())
    };
    for (says, commit) in [("", "on"), (", synchronous_commit off", "off")] {
        let url = format!("{url}?options[synchronous_commit]={commit}");
        let store = open(&url, options).await?.store;
        for count in [BATCH, BATCH_MAX] {
            let what = format!("postgres, write_trades, {count} new{says}");
            measure(&what, &mut truncate, async |first| batch(&*store, first, count).await).await?;
        }
        store.close().await;
    }
    measure("postgres, write_trades, one row of each batch known", &mut truncate, async |first| {
        let from = first.saturating_sub(1);
        batch(&*store, from, BATCH).await.map(|written| written - (first - from))
    })
    .await?;
    let single = "insert into trades (market_id, ts_us, id_high, id_low, price, qty, ts_recv_us, price_scale, qty_scale,
        side, backfilled) values ($1, $2, 0, $3, $4, $5, $6, 2, 8, 0, false)";
    measure("postgres, baseline: insert a row", &mut truncate, async |first| {
        for row in rows(first, 100) {
            bound(sqlx::query(single), &row).execute(&mut connection).await?;
        }
        Ok(100)
    })
    .await
}

/// The columns of the baseline.
fn bound<'q, DB>(
    query: sqlx::query::Query<'q, DB, DB::Arguments>,
    row: &TradeRow,
) -> sqlx::query::Query<'q, DB, DB::Arguments>
where
    DB: sqlx::Database,
    i64: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    let trade = row.trade();
    let TradeId::Number(number) = trade.id else { unreachable!("rows are numbered here") };
    query
        .bind(row.market().get())
        .bind(trade.ts_venue.micros())
        .bind(number as i64)
        .bind(trade.price.mantissa())
        .bind(trade.qty.mantissa())
        .bind(trade.ts_recv.micros())
}

async fn batch(store: &dyn Store, first: u64, count: u64) -> anyhow::Result<u64> {
    let rows = rows(first, count);
    store.write_trades(&rows).await?;
    Ok(count)
}

async fn sqlite() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("market.db");
    let url = format!("sqlite://{}", path.display());
    let store = open(&url, StoreOptions::default()).await?.store;
    let mut connection = SqliteConnection::connect(&url).await?;
    let mut other = SqliteConnection::connect(&url).await?;
    let mut empty = async || {
        sqlx::query("delete from trades").execute(&mut other).await?;
        anyhow::Ok(())
    };
    measure("sqlite, write_trades", &mut empty, async |first| batch(&*store, first, BATCH).await).await?;
    let single = "insert into trades (market_id, ts_us, id_high, id_low, price, qty, ts_recv_us, price_scale, qty_scale,
        side, backfilled) values (?, ?, 0, ?, ?, ?, ?, 2, 8, 0, false)";
    measure("sqlite, baseline: insert a row", &mut empty, async |first| {
        for row in rows(first, 100) {
            bound(sqlx::query(single), &row).execute(&mut connection).await?;
        }
        Ok(100)
    })
    .await?;
    let path = folder.path().join("spool.db");
    let spool = Spool::open(&path, 8 << 30).await?.spool;
    measure(
        "spool, push",
        async || Ok(()),
        async |first| Ok(spool.push(&Rows::Trades(rows(first, BATCH))).await? as u64),
    )
    .await?;
    measure(
        "spool, peek and done",
        async || Ok(()),
        async |_| {
            let batch =
                spool.peek(BATCH as u32).await?.ok_or_else(|| anyhow::anyhow!("the spool is empty"))?;
            spool.done(&batch).await?;
            Ok(batch.len() as u64)
        },
    )
    .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    println!(
        "batches of {BATCH} rows, {RUNS} runs of {RUN:?}: median (lowest to highest); making the rows included"
    );
    sqlite().await?;
    postgres().await
}
