//! Rows that wait in the spool while the store can be read: a list must not have a hole, and what they cannot concern is
//! answered.

use marketd_actors::sink::Update;
use marketd_domain::book::{BookChanges, Level};
use marketd_domain::{Price, Qty, Timestamp};
use marketd_store::{
    DeltaGatherer, DeltaPlace, DeltaRow, GapKind, GapRow, Rows, SnapshotMoment, SnapshotRow,
};
use marketd_testkit::wait_until;
use serde_json::{Value, json};

use super::place::{BASE, MIDNIGHT_US, STORED, feed, field, key, postgres, start, store, trade};
use crate::store::database::execute;
use crate::support::{PATIENCE, TestApp};

const SMALL_MEMORY: [(&str, &str); 2] = [("markets.trades", "40"), ("markets.candles", "20")];

/// One trade a minute, numbered by it.
async fn print(app: &TestApp, first: u64, last: u64) {
    let trades = (first..=last).map(|minute| trade(minute, minute as i64 * 60_000 + 30_000));
    feed(app, trades.map(Update::Trade).collect()).await;
}

fn at(minute: i64) -> i64 {
    MIDNIGHT_US + minute * 60_000_000
}

fn numbers(page: &Value) -> Vec<u64> {
    field(page, "trade_id")
        .iter()
        .map(|id| id.as_str().and_then(|id| id.parse().ok()).expect("a number"))
        .collect()
}

fn minutes(page: &Value) -> Vec<i64> {
    let minute = |at: &Value| (at.as_i64().expect("a time") - MIDNIGHT_US) / 60_000_000;
    field(page, "open_time").into_iter().map(minute).collect()
}

/// The store takes nothing from now on, and can be read.
async fn refuse(url: &str, refuses: bool) {
    // New sessions have it, and there are only new ones.
    let set = format!(
        "begin read write;
         do $$ begin
            execute format('alter database %I set default_transaction_read_only = {refuses}', current_database());
         end $$;
         commit;
         select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()"
    );
    execute(url, &set).await;
}

fn gap(app: &TestApp, nth: i64) -> Rows {
    let at = |us: i64| Timestamp::from_micros(us);
    let row =
        GapRow::new(key(app), GapKind::Offline, at(MIDNIGHT_US + nth), Some(at(MIDNIGHT_US + nth + 1)), 0);
    Rows::Gaps(vec![row.expect("a valid row")])
}

async fn is_on_its_way(app: &TestApp, path: &str) {
    let answer = app.get(&format!("{BASE}/{path}")).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("store_unavailable")), "{path}");
}

#[actix_web::test]
async fn what_waits_in_the_spool_holds_back_what_it_may_belong_to_and_nothing_else() {
    let Some(database) = postgres().await else { return };
    let app = start(&database.url, &SMALL_MEMORY).await;
    let storage = app.server().storage.clone().expect("a storage");
    print(&app, 1, 60).await;
    storage.hand_over(&mut gap(&app, 1));
    wait_until(PATIENCE, "what the store has", async || {
        app.writer("trades", "rows_written").await == 60 && app.writer("gaps", "rows_written").await == 1
    })
    .await;
    refuse(&database.url, true).await;
    print(&app, 61, 120).await;
    storage.hand_over(&mut gap(&app, 50));
    wait_until(PATIENCE, "rows in the spool", async || {
        let spooled = async |family: &str| app.writer(family, "rows_spooled").await;
        spooled("trades").await == 60 && spooled("gaps").await == 1 && spooled("candles").await >= 60
    })
    .await;
    // Trades: memory has the latest 40, the spool what is older, up to 61.
    let newest = app.data(&format!("{BASE}/trades?limit=1000")).await;
    assert_eq!(numbers(&newest), (81..=120).collect::<Vec<_>>(), "behind the floor of memory");
    let cursor = newest["next_cursor"].as_str().expect("there is more").to_owned();
    is_on_its_way(&app, &format!("trades?before={cursor}")).await;
    is_on_its_way(&app, &format!("trades?end={}", at(70))).await;
    is_on_its_way(&app, &format!("trades?start={}&end={}", at(50), at(70))).await;
    let old = app.data(&format!("{BASE}/trades?limit=1000&end={}", at(61))).await;
    assert_eq!((numbers(&old), &old["next_cursor"]), ((1..=60).collect(), &Value::Null));
    // Candles: memory has the latest 20, of which the oldest may be older than memory.
    let forwards = app.data(&format!("{BASE}/candles?interval=1m&start={}", at(10))).await;
    assert_eq!(minutes(&forwards), (10..60).collect::<Vec<_>>(), "up to the first that waits");
    assert_eq!(forwards["next_cursor"], json!(at(60).to_string()));
    is_on_its_way(&app, &format!("candles?interval=1m&start={}", at(60))).await;
    let few = app.data(&format!("{BASE}/candles?interval=1m&limit=5&start={}", at(10))).await;
    assert_eq!((minutes(&few), &few["next_cursor"]), ((10..15).collect(), &json!(at(15).to_string())));
    let old = app.data(&format!("{BASE}/candles?interval=1m&end={}", at(50))).await;
    assert_eq!((minutes(&old), &old["next_cursor"]), ((1..50).collect(), &Value::Null));
    let newest = app.data(&format!("{BASE}/candles?interval=1m")).await;
    assert_eq!(minutes(&newest), (102..=120).collect::<Vec<_>>());
    is_on_its_way(&app, &format!("candles?interval=1m&end={}", at(80))).await;
    // Gaps go forwards.
    let gaps = app.data(&format!("{BASE}/gaps")).await;
    assert_eq!(field(&gaps, "since"), [&json!(MIDNIGHT_US + 1)]);
    assert_eq!(gaps["next_cursor"], json!(format!("{}-0", MIDNIGHT_US + 50)));
    is_on_its_way(&app, &format!("gaps?cursor={}-0", MIDNIGHT_US + 50)).await;
    let all = app.data(&format!("{BASE}/gaps?end={}", MIDNIGHT_US + 50)).await;
    assert_eq!((field(&all, "since").len(), &all["next_cursor"]), (1, &Value::Null));
    // And then it is all there, to the end of each list.
    refuse(&database.url, false).await;
    app.store_is("ok").await;
    wait_until(PATIENCE, "an empty spool", async || app.spooled().await == 0).await;
    let all = app.data(&format!("{BASE}/trades?limit=1000")).await;
    assert_eq!((numbers(&all), &all["next_cursor"]), ((1..=120).collect(), &Value::Null));
    let all = app.data(&format!("{BASE}/candles?interval=1m&start={}", at(0))).await;
    assert_eq!((minutes(&all), &all["next_cursor"]), ((1..=120).collect(), &Value::Null));
    let all = app.data(&format!("{BASE}/gaps?end={}", MIDNIGHT_US + 1_000)).await;
    assert_eq!((field(&all, "since").len(), &all["next_cursor"]), (2, &Value::Null));
    app.stop().await;
}

/// Changes with these numbers, one a second.
fn deltas(app: &TestApp, numbers: std::ops::RangeInclusive<u64>) -> DeltaRow {
    let mut gatherer = DeltaGatherer::default();
    for seq in numbers {
        let ts_recv = Timestamp::from_micros(MIDNIGHT_US + seq as i64 * 1_000_000);
        let bids = vec![Level::new(Price::from_mantissa(100), Qty::from_mantissa(seq as i64))];
        let changes = BookChanges { bids, asks: Vec::new() };
        gatherer.push(DeltaPlace { epoch: 7, seq, ts_recv }, ts_recv, &changes);
    }
    gatherer.take(key(app), STORED).expect("changes").expect("a valid row")
}

#[actix_web::test]
async fn a_moment_whose_changes_wait_in_the_spool_is_not_said_to_be_lost() {
    let Some(database) = postgres().await else { return };
    let app = start(&database.url, &[]).await;
    let storage = app.server().storage.clone().expect("a storage");
    let first = Timestamp::from_micros(MIDNIGHT_US + 1_000_000);
    let moment = SnapshotMoment { ts_recv: first, ts_venue: first, epoch: 7, book_seq: 1, venue_seq: 1 };
    let snapshot = SnapshotRow::new(key(&app), STORED, moment, Vec::new(), Vec::new()).expect("a valid row");
    store(&app).write_snapshots(&[snapshot]).await.expect("a write");
    store(&app).write_deltas(&[deltas(&app, 2..=3)]).await.expect("a write");
    refuse(&database.url, true).await;
    storage.hand_over(&mut Rows::Deltas(vec![deltas(&app, 4..=5)]));
    wait_until(PATIENCE, "a row in the spool", async || app.writer("deltas", "rows_spooled").await == 1)
        .await;
    let book = async |ms: i64| app.get(&format!("{BASE}/book?at={}", MIDNIGHT_US + ms * 1_000)).await;
    let bid = |answer: &crate::support::Answer| answer.json()["data"]["bids"][0][1].clone();
    let of_second = book(2_500).await;
    assert_eq!((of_second.status, bid(&of_second)), (200, json!("0.00000002")), "{}", of_second.body);
    // What ended the third is in the spool; what was before the first nobody has.
    is_on_its_way(&app, &format!("book?at={}", MIDNIGHT_US + 3_500_000)).await;
    let before = book(500).await;
    assert_eq!((before.status, before.json()["code"].as_str()), (404, Some("history_not_kept")));
    refuse(&database.url, false).await;
    wait_until(PATIENCE, "the row in the store", async || book(3_500).await.status == 200).await;
    assert_eq!(bid(&book(3_500).await), json!("0.00000003"));
    app.stop().await;
}
