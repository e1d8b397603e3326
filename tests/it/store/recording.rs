//! A recording, played as fast as it goes, is in the tables to the last digit: compared with results that an independent
//! program has computed.

use marketd_domain::{CandleInterval, TradeId};
use marketd_store::{CandleRow, MarketRecord, Store, TimeRange, TradeRow};
use serde_json::Value;

use super::database::{Database, replayed, testdata, trades_of};
use crate::support::TestApp;

fn expected() -> Value {
    let path = testdata("binance-spot/expected.json");
    let whole: Value =
        serde_json::from_slice(&std::fs::read(path).expect("the shipped results")).expect("JSON");
    whole["sessions"][0]["symbols"]["BTCUSDT"].clone()
}

async fn play(url: &str) {
    let keys =
        [("store.url", url), ("replay.builtin", "true"), ("replay.speed", "max"), ("replay.loop", "false")];
    let app = TestApp::start(&keys).await;
    app.until("the end of the recording", async || {
        app.data("/api/v1/replay").await["items"][0]["ended"] == true
    })
    .await;
    app.stop().await;
}

fn number(id: TradeId) -> u64 {
    let TradeId::Number(number) = id else { panic!("Binance numbers its trades, {id:?}") };
    number
}

/// The decimal at this scale, without trailing zeros.
fn text(mantissa: i128, scale: u32) -> String {
    let unit = 10i128.pow(scale);
    let digits = format!("{:0width$}", mantissa % unit, width = scale as usize);
    let text = format!("{}.{digits}", mantissa / unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn check_trades(trades: &[TradeRow], expected: &Value) {
    let sum = |of: fn(&TradeRow) -> i128| trades.iter().map(of).sum::<i128>();
    let volume = sum(|row| i128::from(row.trade().qty.mantissa()));
    let quote_volume =
        sum(|row| i128::from(row.trade().price.mantissa()) * i128::from(row.trade().qty.mantissa()));
    assert!(
        trades.iter().all(|row| { (row.scales().price.decimals(), row.scales().qty.decimals()) == (2, 8) })
    );
    let mut ids: Vec<u64> = trades.iter().map(|row| number(row.trade().id)).collect();
    ids.sort_unstable();
    assert_eq!(trades.len() as u64, expected["count"].as_u64().expect("a number"));
    let id = |name: &str| expected[name].as_str().and_then(|id| id.parse::<u64>().ok());
    assert_eq!((ids.first().copied(), ids.last().copied()), (id("first_id"), id("last_id")));
    assert_eq!(text(volume, 8), expected["volume"].as_str().expect("text"));
    assert_eq!(text(quote_volume, 10), expected["quote_volume"].as_str().expect("text"));
    ids.dedup();
    assert_eq!(ids.len(), trades.len());
}

fn check_candles(candles: &[CandleRow], expected: &Value) {
    let rows: Vec<Value> = (candles.iter())
        .map(|row| {
            let candle = row.candle();
            let price = |price: marketd_domain::Price| text(i128::from(price.mantissa()), 2);
            serde_json::json!([
                candle.open_time.millis(),
                price(candle.open),
                price(candle.high),
                price(candle.low),
                price(candle.close),
                text(candle.volume.mantissa(), 8),
                text(candle.quote_volume.mantissa(), 10),
                candle.trades,
            ])
        })
        .collect();
    assert_eq!(&Value::Array(rows), expected);
}

async fn check(store: &dyn Store) {
    let expected = expected();
    let trades = trades_of(store, replayed()).await;
    check_trades(&trades, &expected["trades"]);
    let minutes = store.candles(replayed(), CandleInterval::Minute1, TimeRange::default(), 1_000).await;
    check_candles(&minutes.expect("a read"), &expected["trades"]["candles_1m"]);
    for interval in CandleInterval::ALL {
        let candles =
            store.candles(replayed(), interval, TimeRange::default(), 10_000).await.expect("a read");
        let count: u64 = candles.iter().map(|row| row.candle().trades).sum();
        assert_eq!(count, trades.len() as u64, "trades in the candles of {}", interval.as_str());
    }
    let markets: Vec<MarketRecord> = store.markets().await.expect("a read");
    assert_eq!(markets.len(), 1);
    assert_eq!(markets[0].key(), replayed());
    // Each minute of 650 s, and the first book.
    let last = trades.last().expect("trades").trade().ts_recv;
    let mut snapshots = 0;
    let mut before = last;
    while let Some(snapshot) = store.snapshot_at(replayed(), before).await.expect("a read") {
        assert!(snapshot.bids().len() > 500 && snapshot.asks().len() > 500);
        before = snapshot.moment().ts_recv.plus_millis(-1);
        snapshots += 1;
    }
    assert_eq!(snapshots, 12);
}

#[actix_web::test]
async fn a_recording_is_in_sqlite_as_an_independent_program_has_computed_it() {
    let database = Database::sqlite();
    play(&database.url()).await;
    let store = database.store().await;
    check(&*store).await;
    store.close().await;
}

#[actix_web::test]
async fn a_recording_is_in_postgres_once_however_often_it_is_played() {
    let Some(database) = Database::postgres().await else { return };
    let store = database.store().await;
    // The second time everything is known already, whatever the server remembers.
    for _ in 0..2 {
        play(&database.url()).await;
        check(&*store).await;
    }
    store.close().await;
}

/// A replay that begins again has other times and other ids, so its rounds are one long market.
#[actix_web::test]
async fn a_recording_that_loops_goes_on_where_it_was() {
    let database = Database::sqlite();
    let url = database.url();
    let keys = [("store.url", url.as_str()), ("replay.builtin", "true"), ("replay.speed", "max")];
    let app = TestApp::start(&keys).await;
    app.until("the second round to be half over", async || {
        let replay = app.data("/api/v1/replay").await["items"][0].clone();
        replay["round"].as_u64() > Some(0) && replay["position_ms"].as_u64() > Some(300_000)
    })
    .await;
    app.stop().await;
    let store = database.store().await;
    let ids: Vec<u64> =
        trades_of(&*store, replayed()).await.iter().map(|row| number(row.trade().id)).collect();
    let count = expected()["trades"]["count"].as_u64().expect("a number") as usize;
    assert!(ids.len() > count * 5 / 4, "{} trades", ids.len());
    let first = ids[0];
    let whole: Vec<u64> = (first..first + ids.len() as u64).collect();
    assert_eq!(ids, whole, "no id twice, none left out");
    store.close().await;
}
