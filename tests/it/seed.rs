//! `marketd seed`: what is in files is in the store afterwards, exactly, once, and in candles of all intervals.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use marketd::config::{Config, Overrides};
use marketd::seed::{self, Options, SeedError, Seeded};
use marketd_domain::instrument::{MarketId, Source};
use marketd_domain::{Candle, CandleInterval, Scales, Timestamp};
use marketd_store::{MarketKey, Opened, Store, StoreOptions, TimeRange, Written};
use marketd_testkit::services::{Template, TestDatabase};
use serde_json::Value;

use crate::support::process::{command, free_port};
use crate::support::venue::{MARKET, ScriptedBinance};

/// 2018-04-04T00:00:00Z, a Wednesday.
const BEGIN_MS: i64 = 1_522_800_000_000;
const TESTDATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata");
const FROM_FILE: &str = "coinbase:BTC-USD";

/// A store to seed, and files to seed from.
struct House {
    folder: tempfile::TempDir,
    url: String,
    _database: Option<TestDatabase>,
}

impl House {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("market.db").display());
        Self { folder, url, _database: None }
    }

    async fn postgres() -> Option<Self> {
        let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres"));
        let prepare = async |url: &str| {
            marketd_store::open(url, StoreOptions::default()).await?.store.close().await;
            Ok(())
        };
        let database = TestDatabase::like(Template { name: "store", files }, prepare).await?;
        Some(Self { url: database.url(), _database: Some(database), ..Self::sqlite() })
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    async fn seed(&self, options: Options) -> (Result<Seeded, SeedError>, Vec<String>) {
        let set = vec![
            ("store.url".to_owned(), self.url.clone()),
            ("data_dir".to_owned(), self.folder.path().display().to_string()),
        ];
        let overrides = Overrides { profile: Some("test".to_owned()), set };
        let config = Config::load(std::iter::empty(), &overrides).expect("a valid configuration");
        let mut lines = Vec::new();
        let seeded = seed::run(&config, &options, &mut |line| lines.push(line.to_owned())).await;
        (seeded, lines)
    }

    /// New and known candles, trades.
    async fn seed_files(&self, paths: &[&Path]) -> Seeded {
        self.seed(options(paths)).await.0.expect("seeded")
    }

    async fn store(&self) -> Arc<dyn Store> {
        let Opened { store, .. } =
            marketd_store::open(&self.url, StoreOptions::default()).await.expect("the store");
        store
    }

    /// All candles of a market, by interval, at the same scales.
    async fn candles(&self, market: &str, scales: Scales) -> Vec<Vec<Candle>> {
        let store = self.store().await;
        let mut candles = Vec::new();
        for interval in CandleInterval::ALL {
            let rows =
                store.candles(key(market), interval, TimeRange::default(), 100_000).await.expect("a read");
            let rows = rows.iter().map(|row| row.candle().rescaled(row.scales(), scales).expect("it fits"));
            candles.push(rows.collect());
        }
        store.close().await;
        candles
    }
}

fn options(paths: &[&Path]) -> Options {
    Options {
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        market: None,
        interval: None,
        venue: None,
        source: Source::Live,
        skip_bad: false,
    }
}

fn key(market: &str) -> MarketKey {
    MarketKey::of(Source::Live, &market.parse::<MarketId>().expect("a market"))
}

/// Minutes from the beginning: prices in hundredths, quantity in thousandths. Some are missing, as where nothing traded.
fn minutes(from: i64, to: i64) -> Vec<(i64, [i64; 4], i64)> {
    (from..to)
        .filter(|minute| minute % 97 != 0 && !(400..430).contains(minute))
        .map(|minute| {
            let open = 700_000 + minute * 7_919 % 5_000;
            let close = 700_000 + minute * 104_729 % 5_000;
            let (high, low) = (open.max(close) + minute % 11, open.min(close) - minute % 13);
            (BEGIN_MS + minute * 60_000, [open, high, low, close], minute * 31 % 9_000)
        })
        .collect()
}

fn csv(minutes: &[(i64, [i64; 4], i64)]) -> String {
    let price = |price: &i64| format!("{}.{:02}", price / 100, price % 100);
    let lines = minutes.iter().map(|(at, prices, volume)| {
        let prices: Vec<String> = prices.iter().map(price).collect();
        format!("{at},{},{}.{:03}\n", prices.join(","), volume / 1_000, volume % 1_000)
    });
    format!("open_time_ms,open,high,low,close,volume\n{}", lines.collect::<String>())
}

/// By open time in milliseconds: prices and volume.
type Sums = BTreeMap<i64, ([i64; 4], i128)>;

/// What candles of an interval must be.
fn sums(minutes: &[(i64, [i64; 4], i64)], interval: CandleInterval) -> Sums {
    let mut sums = Sums::new();
    for (at, [open, high, low, close], volume) in minutes {
        let start = interval.open_time(Timestamp::from_millis(*at)).millis();
        let (prices, sum) = sums.entry(start).or_insert(([*open, *high, *low, *close], 0));
        *prices = [prices[0], prices[1].max(*high), prices[2].min(*low), *close];
        *sum += i128::from(*volume);
    }
    sums
}

fn sums_of(candles: &[Candle]) -> Sums {
    let prices = |candle: &Candle| {
        [candle.open, candle.high, candle.low, candle.close].map(marketd_domain::Price::mantissa)
    };
    candles
        .iter()
        .map(|candle| (candle.open_time.millis(), (prices(candle), candle.volume.mantissa())))
        .collect()
}

async fn candles_of_all_intervals_are_exact(house: House) {
    let whole = minutes(0, 4_000);
    let file = house.file("coinbase_btcusd_1m_201804.csv", &csv(&whole));
    let first = house.seed_files(&[&file]).await;
    let expected: usize = CandleInterval::ALL[1..].iter().map(|interval| sums(&whole, *interval).len()).sum();
    assert_eq!(first.candles, Written { stored: expected as u64, known: 0 });
    let candles = house.candles(FROM_FILE, Scales::of(2, 3)).await;
    assert!(candles[0].is_empty(), "no seconds are made of minutes");
    for (interval, candles) in CandleInterval::ALL.into_iter().zip(&candles).skip(1) {
        assert_eq!(sums_of(candles), sums(&whole, interval), "{interval:?}");
        assert!(candles.iter().all(|candle| candle.trades == 0), "how many trades is not known");
    }
    let again = house.seed_files(&[&file]).await;
    assert_eq!(again.candles, Written { stored: 0, known: expected as u64 });
    assert_eq!(house.candles(FROM_FILE, Scales::of(2, 3)).await, candles);
}

#[actix_web::test]
async fn candles_of_all_intervals_are_exact_in_sqlite() {
    candles_of_all_intervals_are_exact(House::sqlite()).await;
}

#[actix_web::test]
async fn candles_of_all_intervals_are_exact_in_postgres() {
    if let Some(house) = House::postgres().await {
        candles_of_all_intervals_are_exact(house).await;
    }
}

#[actix_web::test]
async fn the_order_of_files_makes_no_difference() {
    let house = House::sqlite();
    let whole = minutes(0, 3_000);
    let (early, late) = (minutes(0, 1_234), minutes(1_234, 3_000));
    let late = house.file("coinbase_btcusd_1m_late.csv", &csv(&late));
    let early = house.file("coinbase_btcusd_1m_early.csv", &csv(&early));
    house.seed_files(&[&late]).await;
    house.seed_files(&[&early]).await;
    let candles = house.candles(FROM_FILE, Scales::of(2, 3)).await;
    for (interval, candles) in CandleInterval::ALL.into_iter().zip(&candles).skip(1) {
        assert_eq!(sums_of(candles), sums(&whole, interval), "{interval:?}");
    }
}

#[actix_web::test]
async fn a_recording_gives_its_trades_and_the_candles_an_independent_program_counts() {
    let house = House::sqlite();
    let file = |day: &str| Path::new(TESTDATA).join(format!("binance-spot/btcusdt_{day}.jsonl.zst"));
    // Each by itself and the later one first: they share a week, and the day's last minute lies between them.
    house.seed_files(&[&file("20240809")]).await;
    house.seed_files(&[&file("20240808")]).await;
    let text =
        std::fs::read_to_string(Path::new(TESTDATA).join("binance-spot/expected.json")).expect("a file");
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    let expected = (expected["sessions"].as_array().expect("sessions").iter())
        .map(|session| &session["symbols"]["BTCUSDT"]["trades"])
        .find(|trades| trades["count"] == 19_904)
        .expect("the recording is among them");

    let store = house.store().await;
    let trades = store.trades_before(key(MARKET), None, 100_000).await.expect("a read");
    assert_eq!(trades.len(), 19_904);
    let id = |at: usize| trades[at].trade().id.to_string();
    assert_eq!(id(0), id_of(&expected["first_id"]));
    assert_eq!(id(trades.len() - 1), id_of(&expected["last_id"]));
    store.close().await;

    let scales = Scales::of(8, 8);
    let candles = house.candles(MARKET, scales).await;
    let shown: Vec<Value> = candles[CandleInterval::Minute1.index()]
        .iter()
        .map(|candle| {
            let price = |price: marketd_domain::Price| price.to_trimmed_text(scales.price);
            serde_json::json!([
                candle.open_time.millis(),
                price(candle.open),
                price(candle.high),
                price(candle.low),
                price(candle.close),
                candle.volume.to_trimmed_text(scales.qty),
                candle.quote_volume.to_trimmed_text(scales),
                candle.trades
            ])
        })
        .collect();
    assert_eq!(Value::from(shown), expected["candles_1m"]);
    for candles in &candles {
        assert_eq!(candles.iter().map(|candle| candle.trades).sum::<u64>(), 19_904);
    }
    let again = house.seed_files(&[&file("20240808"), &file("20240809")]).await;
    assert_eq!(again.trades, Written { stored: 0, known: 19_904 });
    assert_eq!(again.candles.stored, 0);
    assert_eq!(house.candles(MARKET, scales).await, candles);
}

fn id_of(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

#[actix_web::test]
async fn a_file_with_bad_rows_is_refused_as_a_whole_or_loses_them() {
    let house = House::sqlite();
    let mut text = csv(&minutes(1, 50));
    let (row, rest) =
        text.split_once('\n').map(|(header, rest)| (header.len() + 1, rest.len())).expect("rows");
    assert!(rest > 0);
    text.insert_str(row, "1522800000000,1,2,x,1,1\n");
    text.push_str("1522800060000,1,1,1,1,1\n1522805940500,1,1,1,1,1\n");
    let file = house.file("coinbase_btcusd_1m.csv", &text);
    let (refused, _) = house.seed(options(&[&file])).await;
    let error = refused.expect_err("bad rows");
    let said = error.to_string();
    for part in [
        "coinbase_btcusd_1m.csv",
        "3 of 52 rows",
        "line 2: low \"x\"",
        "line 52: it is not later",
        "line 53: ",
    ] {
        assert!(said.contains(part), "{said:?} does not say {part:?}");
    }
    assert_eq!(error.exit_code(), 65);
    assert!(!house.folder.path().join("market.db").exists(), "the store was not even opened");

    let (taken, lines) = house.seed(Options { skip_bad: true, ..options(&[&file]) }).await;
    assert_eq!(taken.expect("the good rows").bad, 3);
    assert!(lines.iter().any(|line| line.contains("3 bad rows left out")), "{lines:?}");
    let candles = house.candles(FROM_FILE, Scales::of(2, 3)).await;
    assert_eq!(sums_of(&candles[1]), sums(&minutes(1, 50), CandleInterval::Minute1));
}

#[actix_web::test]
async fn of_a_folder_what_can_be_told_is_taken_and_the_rest_is_named() {
    let house = House::sqlite();
    let folder = house.folder.path().join("history");
    std::fs::create_dir_all(folder.join("below")).expect("a folder");
    let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    put("below/coinbase_btcusd_1m.csv", &csv(&minutes(1, 40)));
    put("spy_1m.csv", &csv(&minutes(1, 40)));
    put("README.md", "about this folder");
    let (seeded, lines) = house.seed(options(&[&folder])).await;
    assert!(seeded.expect("seeded").candles.stored > 39);
    assert!(lines[0].contains("spy_1m.csv: passed over: cannot tell its market"), "{lines:?}");
    // Named, it must be told.
    let spy = folder.join("spy_1m.csv");
    let (refused, _) = house.seed(options(&[&spy])).await;
    assert!(refused.expect_err("no market").to_string().contains("--market"));
    let market = Some("nyse:SPY-USD".parse().expect("a market"));
    house.seed(Options { market, ..options(&[&spy]) }).await.0.expect("seeded");
    assert_eq!(house.candles("nyse:SPY-USD", Scales::of(2, 3)).await[1].len(), 39);
}

#[actix_web::test]
async fn a_live_market_shows_what_was_seeded() {
    let house = House::sqlite();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a set clock");
    let hour = now.as_millis() as i64 / 3_600_000 * 3_600_000;
    let recent: Vec<_> =
        (1..120).map(|minute| (hour - minute * 60_000, [500, 900, 400, 600], 1_000)).rev().collect();
    let file = house.file("binance_btcusdt_1m.csv", &csv(&recent));
    house.seed_files(&[&file]).await;
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[("store.url", &house.url)]).await;
    let _conn = venue.live(&app).await;
    let candles = app.data(&format!("/api/v1/markets/{MARKET}/candles?interval=1h")).await;
    let volumes: Vec<&str> = candles["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|candle| candle["volume"].as_str())
        .collect();
    assert_eq!(volumes, ["59.00000000", "60.00000000"], "{candles}");
    let ticker = app.data(&format!("/api/v1/markets/{MARKET}/ticker")).await;
    assert_eq!((&ticker["high"], &ticker["low"]), (&Value::from("9.00"), &Value::from("4.00")), "{ticker}");
    app.stop().await;
}

#[test]
fn the_command_says_by_its_exit_code_what_went_wrong() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let good = folder.path().join("coinbase_btcusd_1m.csv");
    std::fs::write(&good, csv(&minutes(1, 40))).expect("a file");
    let bad = folder.path().join("coinbase_ltcusd_1m.csv");
    std::fs::write(&bad, "time,price\n").expect("a file");
    let check = |arguments: &[&str], code: i32, said: &str| {
        let mut marketd: Command = command(free_port(), folder.path());
        let output = marketd
            .arg("seed")
            .args(arguments)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .output()
            .expect("the binary runs");
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(said), "{arguments:?}: {text}");
    };
    let path = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let (good, bad) = (path(&good), path(&bad));
    check(&[&good], 0, "candles 54 new, 0 known");
    check(&[&good], 0, "candles 0 new, 54 known");
    check(&[&bad], 65, "does not begin with open_time_ms");
    check(&["/nowhere/at/all.csv"], 66, "/nowhere/at/all.csv");
    check(&[&good, "--interval", "2m"], 2, "1s, 1m, 5m");
    check(&[], 2, "Usage");
    let away = format!("store.url=postgres://nobody@127.0.0.1:{}/none", free_port());
    check(&[&good, "--set", &away], 69, "marketd: ");
}
