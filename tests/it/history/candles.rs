//! Candles, from memory into the store.

use marketd_actors::sink::Update;
use marketd_domain::candles::CandleSeries;
use marketd_domain::{Candle, CandleInterval};
use marketd_store::CandleRow;
use serde_json::{Value, json};

use super::place::{BASE, Database, MIDNIGHT_US, STORED, entry, feed, field, key, start, store, trade};
use crate::support::TestApp;

crate::on_both_databases! {
    pages_go_through_memory_and_the_store_both_ways,
    the_better_candle_is_shown,
}

const FEW: (&str, &str) = ("markets.candles", "20");

/// A trade in the middle of each minute.
fn tape(first: u64, last: u64) -> Vec<marketd_domain::Trade> {
    (first..=last).map(|minute| trade(minute, minute as i64 * 60_000 + 30_000)).collect()
}

async fn write(app: &TestApp, candles: &[Candle]) {
    let (scales, key) = (entry(app).state().read().scales(), key(app));
    let row = |candle: &Candle| {
        let candle = candle.rescaled(scales, STORED).expect("two decimals");
        CandleRow::new(key, CandleInterval::Minute1, STORED, &candle).expect("a valid row")
    };
    let rows: Vec<CandleRow> = candles.iter().map(row).collect();
    store(app).write_candles(&rows).await.expect("a write");
}

/// The candles that these minutes make.
fn candles(first: u64, last: u64) -> Vec<Candle> {
    let mut series = CandleSeries::new(CandleInterval::Minute1, 10_000);
    for trade in tape(first, last) {
        series.apply(&trade);
    }
    series.iter().copied().collect()
}

fn minutes(page: &Value) -> Vec<u64> {
    let minute = |us: i64| ((us - MIDNIGHT_US) / 60_000_000) as u64;
    field(page, "open_time").into_iter().map(|at| minute(at.as_i64().expect("a time"))).collect()
}

fn at(minute: i64) -> i64 {
    MIDNIGHT_US + minute * 60_000_000
}

async fn pages_go_through_memory_and_the_store_both_ways(database: &Database) {
    let app = start(&database.url, &[FEW]).await;
    feed(&app, tape(1, 60).into_iter().map(Update::Trade).collect()).await;
    write(&app, &candles(1, 50)).await;
    let path = format!("{BASE}/candles?interval=1m");
    for limit in [1, 7, 19, 20, 21, 60, 1_500] {
        let mut start = format!("&start={}", at(0));
        let mut forwards = Vec::new();
        loop {
            let page = app.data(&format!("{path}&limit={limit}{start}")).await;
            forwards.extend(minutes(&page));
            let Some(next) = page["next_cursor"].as_str() else { break };
            start = format!("&start={next}");
        }
        assert_eq!(forwards, (1..=60).collect::<Vec<_>>(), "forwards, {limit}");
        let (mut end, mut backwards) = (String::new(), Vec::new());
        loop {
            let page = app.data(&format!("{path}&limit={limit}{end}")).await;
            backwards.splice(..0, minutes(&page));
            let Some(next) = page["next_cursor"].as_str() else { break };
            end = format!("&end={next}");
        }
        assert_eq!(backwards, (1..=60).collect::<Vec<_>>(), "backwards, {limit}");
    }
    let page = app.data(&format!("{path}&start={}&end={}", at(30), at(45))).await;
    assert_eq!((minutes(&page), &page["next_cursor"]), ((30..45).collect(), &Value::Null));
    let page = app.data(&path).await;
    let closed = field(&page, "closed");
    assert!(closed[..59].iter().all(|closed| **closed == json!(true)) && closed[59] == &json!(false));
    let csv = app.request("GET", &format!("{path}&limit=30"), &[("accept", "text/csv")], "").await;
    let lines: Vec<&str> = csv.body.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "open_time,open,high,low,close,volume,quote_volume,trades,revision,closed");
    assert_eq!((lines.len(), lines[30].ends_with(",1,0,false")), (31, true), "{lines:?}");
    assert!(
        lines[1].starts_with(&format!("{},60000.31000000,", at(31))) && lines[1].ends_with(",1,0,true"),
        "{lines:?}"
    );
    assert_eq!(csv.header("x-next-cursor"), Some(at(31).to_string().as_str()));
    assert!(csv.header("link").is_some_and(|link| link.contains(&format!("end={}", at(31)))), "{csv:?}");
    // After a restart the last candle goes on: nothing has been traded since.
    app.stop().await;
    let app = start_again(database).await;
    let page = app.data(&path).await;
    assert_eq!(minutes(&page), (1..=60).collect::<Vec<_>>());
    let closed = field(&page, "closed");
    assert!(closed[..59].iter().all(|closed| **closed == json!(true)) && closed[59] == &json!(false));
    app.stop().await;
}

async fn start_again(database: &Database) -> TestApp {
    start(&database.url, &[FEW]).await
}

async fn the_better_candle_is_shown(database: &Database) {
    let app = start(&database.url, &[FEW]).await;
    let whole = Candle { trades: 9, ..candles(10, 10)[0] };
    let revised = Candle { revision: 2, trades: 1, ..candles(10, 10)[0] };
    let check = async |trades: u64, revision: u64| {
        let page = app.data(&format!("{BASE}/candles?interval=1m&start={}", at(10))).await;
        assert_eq!(
            (field(&page, "trades")[0], field(&page, "revision")[0]),
            (&json!(trades), &json!(revision))
        );
        assert_eq!(minutes(&page)[0], 10);
    };
    // The server was started in the middle of the minute.
    feed(&app, tape(10, 12).into_iter().map(Update::Trade).collect()).await;
    check(1, 0).await;
    write(&app, &[whole]).await;
    check(9, 0).await;
    write(&app, &[revised]).await;
    check(1, 2).await;
    app.stop().await;
}

#[actix_web::test]
async fn without_the_store_memory_is_served_and_then_nothing_is_made_up() {
    let app = start("postgres://nobody@127.0.0.1:9/none", &[FEW]).await;
    feed(&app, tape(1, 60).into_iter().map(Update::Trade).collect()).await;
    let path = format!("{BASE}/candles?interval=1m");
    let page = app.data(&format!("{path}&limit=100")).await;
    // The oldest in memory may be there only in part.
    assert_eq!(minutes(&page), (42..=60).collect::<Vec<_>>());
    let next = page["next_cursor"].as_str().expect("there may be more");
    for query in [format!("end={next}"), format!("start={}", at(1))] {
        let answer = app.get(&format!("{path}&{query}")).await;
        let found = (answer.status, answer.json()["code"].clone());
        assert_eq!(found, (503, json!("store_unavailable")), "{query}");
    }
    let recent = app.data(&format!("{path}&start={}", at(50))).await;
    assert_eq!(minutes(&recent), (50..=60).collect::<Vec<_>>());
    app.stop().await;
}
