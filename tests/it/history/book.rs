//! The book of a moment, against a naive book that the same recording gives.

use std::collections::BTreeMap;
use std::path::PathBuf;

use marketd_domain::book::{BookChanges, Level};
use marketd_domain::{
    DepthUpdate, GapFound, Instrument, MarketIndex, Price, Qty, Scales, StaleReason, Timestamp, Trade,
    UpdateSink,
};
use marketd_store::{DeltaGatherer, DeltaPlace, Family, SnapshotMoment, SnapshotRow};
use marketd_testkit::{Draw, testdata};
use marketd_venues::SessionConfig;
use marketd_venues::replay::{Driver, open, venue_of};
use serde_json::{Value, json};

use super::place::{BASE, Database, MARKET, MIDNIGHT_US, STORED, key, start, store};
use crate::support::TestApp;

crate::on_both_databases! {
    every_moment_of_a_recording_comes_back_also_after_a_restart,
}

/// Price and quantity with twelve decimals.
type Side = BTreeMap<i128, i128>;

/// Both sides as the updates say, kept as simply as can be, and copied at each moment.
struct Naive {
    scales: Scales,
    sides: [Side; 2],
    has_book: bool,
    moments: Vec<i64>,
    found: Vec<(i64, [Side; 2])>,
    /// Receive times of what changed the book.
    times: Vec<i64>,
}

const DECIMALS: u32 = 12;

fn scaled(mantissa: i64, decimals: u8) -> i128 {
    i128::from(mantissa) * 10i128.pow(DECIMALS - u32::from(decimals))
}

impl Naive {
    fn pass(&mut self, until_us: i64) {
        while let Some(moment) = self.moments.last().copied().filter(|moment| *moment < until_us) {
            self.moments.pop();
            self.found.push((moment, self.sides.clone()));
        }
    }

    fn apply(&mut self, update: &DepthUpdate) {
        for (side, levels) in self.sides.iter_mut().zip([&update.bids, &update.asks]) {
            for level in levels {
                let price = scaled(level.price.mantissa(), self.scales.price.decimals());
                match scaled(level.qty.mantissa(), self.scales.qty.decimals()) {
                    0 => side.remove(&price),
                    qty => side.insert(price, qty),
                };
            }
        }
        self.times.push(update.ts_recv.micros());
    }
}

impl UpdateSink for Naive {
    fn listed(&mut self, _: MarketIndex, instrument: &Instrument) {
        self.scales = instrument.scales;
    }
    fn snapshot(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.pass(update.ts_recv.micros());
        self.sides = Default::default();
        self.has_book = true;
        self.apply(update);
    }
    fn depth(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.pass(update.ts_recv.micros());
        if self.has_book {
            self.apply(update);
        }
    }
    fn rescaled(&mut self, _: MarketIndex, scales: Scales) {
        self.scales = scales;
    }
    fn trade(&mut self, _: MarketIndex, _: &Trade) {}
    fn gap(&mut self, _: MarketIndex, _: GapFound) {}
    fn stale(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn halted(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn duplicate(&mut self, _: MarketIndex) {}
    fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {}
}

fn play(files: &[PathBuf], mut moments: Vec<i64>) -> Naive {
    moments.sort_unstable();
    moments.reverse();
    let instrument = Instrument::unlisted("BTCUSDT", "BTC", "USDT");
    let venue = venue_of(files, None).expect("a known folder");
    let mut driver =
        Driver::new(venue, SessionConfig { instruments: vec![instrument.clone()], discover: false });
    let mut naive = Naive {
        scales: instrument.scales,
        sides: Default::default(),
        has_book: false,
        moments,
        found: Vec::new(),
        times: Vec::new(),
    };
    for file in files {
        let mut reader = open(file).expect("a recording");
        while let Some(line) = reader.next().expect("a readable line") {
            driver.line(&line, &mut naive);
        }
    }
    driver.finish(&mut naive);
    naive
}

/// Random moments of a recording with the books of them.
fn books_of(files: &[PathBuf], count: usize) -> Vec<(i64, [Side; 2])> {
    let times = play(files, Vec::new()).times;
    let (first, last) = (times[0], times[times.len() - 1]);
    let mut draw = Draw(7);
    let span = (last - first).unsigned_abs();
    let mut moments: Vec<i64> = (0..count).map(|_| first + (draw.below(span)) as i64).collect();
    // Exactly when something changed, and a microsecond before.
    let middle = times[times.len() / 2];
    moments.extend([first, middle, middle - 1]);
    play(files, moments).found
}

fn sides_of(book: &Value) -> [Side; 2] {
    let number = |text: &Value| {
        let text = text.as_str().expect("a decimal");
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        format!("{whole}{part:0<width$}", width = DECIMALS as usize).parse::<i128>().expect("a number")
    };
    ["bids", "asks"].map(|side| {
        let levels = book[side].as_array().expect("levels");
        levels.iter().map(|level| (number(&level[0]), number(&level[1]))).collect()
    })
}

async fn check_all(app: &TestApp, books: &[(i64, [Side; 2])]) {
    for (at, sides) in books {
        let path = format!("{BASE}/book?at={at}&depth=full");
        // The last changes are on their way.
        app.until("a book that is written", async || app.get(&path).await.status == 200).await;
        let book = app.data(&path).await;
        assert!(book["at"] == json!(at) && book["ts_recv"].as_i64() <= Some(*at), "{at}: {book}");
        assert!(sides_of(&book) == *sides, "another book at {at}, seq {}", book["seq"]);
    }
}

/// Plays the files to their end.
pub async fn play_into(database: &Database, files: &[PathBuf]) -> TestApp {
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let keys = [
        ("replay.files", names.join(",")),
        ("replay.speed", "max".to_owned()),
        ("replay.loop", "false".to_owned()),
        ("store.url", database.url.clone()),
        ("store.deltas.sources", "replay".to_owned()),
        // The recording is older than changes are kept.
        ("store.retention.deltas_days", "0".to_owned()),
    ];
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let app = TestApp::start(&keys).await;
    app.until("the end", async || app.data("/api/v1/replay").await["items"][0]["ended"] == true).await;
    app.status_is(MARKET, "stale").await;
    app
}

async fn every_moment_of_a_recording_comes_back_also_after_a_restart(database: &Database) {
    let folder = testdata("binance-spot");
    let files = [folder.join("btcusdt_20240808.jsonl.zst"), folder.join("btcusdt_20240809.jsonl.zst")];
    let books = books_of(&files, 25);
    assert!(books.len() >= 25 && books.iter().all(|(_, sides)| sides.iter().all(|side| side.len() > 100)));
    let app = play_into(database, &files).await;
    check_all(&app, &books).await;
    let before = app.get(&format!("{BASE}/book?at={}", books[0].0 - 60_000_000)).await;
    assert_eq!((before.status, before.json()["code"].clone()), (404, json!("history_not_kept")));
    app.stop().await;
    // The same times once more, in another epoch.
    let app = play_into(database, &files).await;
    check_all(&app, &books).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_book_is_followed_through_gaps_and_resyncs() {
    let database = super::place::sqlite().expect("a folder");
    let files = [testdata("derived").join("binance-spot_btcusdt_20240808_faults.jsonl.zst")];
    let app = play_into(&database, &files).await;
    let market = app.data(BASE).await;
    assert!(market["counters"]["resyncs"].as_u64() > Some(0), "{market}");
    check_all(&app, &books_of(&files, 30)).await;
    app.stop().await;
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(MIDNIGHT_US + second * 1_000_000)
}

/// A snapshot at 10 s, and the changes of these seconds: each sets the best bid's quantity to its number.
async fn write_changes(app: &TestApp, epoch: u64, spans: &[(u64, u64)]) {
    let level = |qty: u64| vec![Level::new(Price::from_mantissa(100), Qty::from_mantissa(qty as i64))];
    let moment = SnapshotMoment { ts_recv: at(10), ts_venue: at(9), epoch: 7, book_seq: 10, venue_seq: 0 };
    let row = SnapshotRow::new(key(app), STORED, moment, level(10), Vec::new()).expect("a valid row");
    store(app).write_snapshots(&[row]).await.expect("a write");
    for (first, last) in spans {
        let mut gatherer = DeltaGatherer::default();
        for seq in *first..=*last {
            let changes = BookChanges { bids: level(seq), asks: Vec::new() };
            gatherer.push(DeltaPlace { epoch, seq, ts_recv: at(seq as i64) }, at(seq as i64), &changes);
        }
        let row = gatherer.take(key(app), STORED).expect("changes").expect("a valid row");
        store(app).write_deltas(&[row]).await.expect("a write");
    }
}

#[actix_web::test]
async fn a_book_that_is_not_known_is_not_made_up() {
    let database = super::place::sqlite().expect("a folder");
    let app = start(&database.url, &[]).await;
    // The change of second 21 is missing, and what comes behind 30 is not known.
    write_changes(&app, 7, &[(5, 15), (16, 20), (22, 30)]).await;
    let ask = async |us: i64| app.get(&format!("{BASE}/book?at={us}")).await;
    for second in [10, 14, 15, 19] {
        for us in [at(second).micros(), at(second).micros() + 999_999] {
            let book = ask(us).await.json()["data"].clone();
            let expected = (json!(second), json!([["1.00", format!("0.{second:08}")]]), json!(us));
            assert_eq!((book["seq"].clone(), book["bids"].clone(), book["at"].clone()), expected);
        }
    }
    for second in [0, 9, 20, 21, 25, 30, 99] {
        let answer = ask(at(second).micros()).await;
        assert_eq!(
            (answer.status, answer.json()["code"].clone()),
            (404, json!("history_not_kept")),
            "{second}"
        );
    }
    let far = ask(MIDNIGHT_US * 2).await;
    assert_eq!((far.status, far.json()["code"].clone()), (400, json!("bad_time")), "the future");
    let csv = app
        .request("GET", &format!("{BASE}/book?at={}", at(14).micros()), &[("accept", "text/csv")], "")
        .await;
    assert_eq!(csv.body, "side,price,qty\r\nbid,1.00,0.00000014\r\n");
    assert_eq!((csv.header("x-book-seq"), csv.header("x-book-epoch")), (Some("14"), Some("7")));
    let lines = app.get(&format!("{BASE}/book?at={}&format=ndjson", at(14).micros())).await;
    assert_eq!(lines.body, "{\"side\":\"bid\",\"price\":\"1.00\",\"qty\":\"0.00000014\"}\n");
    app.stop().await;
}

#[actix_web::test]
async fn changes_of_another_run_are_never_put_behind_a_snapshot() {
    let database = super::place::sqlite().expect("a folder");
    let app = start(&database.url, &[]).await;
    write_changes(&app, 8, &[(5, 30)]).await;
    let answer = app.get(&format!("{BASE}/book?at={}", at(14).micros())).await;
    assert_eq!((answer.status, answer.json()["code"].clone()), (404, json!("history_not_kept")));
    assert_eq!(
        app.server().storage.as_ref().map(|storage| storage.intake(Family::Deltas).is_empty()),
        Some(true)
    );
    app.stop().await;
}
