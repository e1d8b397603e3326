//! Stores on fresh databases, and rows to put into them.

use std::path::Path;
use std::sync::Arc;

use marketd_domain::book::{BookChanges, Level};
use marketd_domain::instrument::{Instrument, Source};
use marketd_domain::numbers::{Decimal, Volume};
use marketd_domain::{
    AggressorSide, Candle, CandleInterval, Notional, Price, Qty, Scales, Timestamp, Trade, TradeId,
};
use marketd_store::{
    CandleRow, DeltaGatherer, DeltaPlace, DeltaRow, MarketKey, MarketRecord, Store, StoreOptions, TradeRow,
    open,
};
use marketd_testkit::services::{Template, TestDatabase};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

/// A store, and the way around it.
pub struct Database {
    pub store: Arc<dyn Store>,
    pub url: String,
    _place: Place,
}

#[expect(dead_code, reason = "held until the test has ended")]
enum Place {
    Folder(tempfile::TempDir),
    Server(TestDatabase),
}

pub async fn sqlite() -> Option<Database> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("market.db").display());
    let store = open(&url, StoreOptions::default()).await.expect("a new file").store;
    Some(Database { store, url, _place: Place::Folder(folder) })
}

pub async fn postgres() -> Option<Database> {
    let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres"));
    let prepare = async |url: &str| {
        open(url, StoreOptions::default()).await?.store.close().await;
        Ok(())
    };
    let database = TestDatabase::like(Template { name: "store", files }, prepare).await?;
    let url = database.url();
    // What is tried here is what the statements do, not how long a busy machine takes.
    let options = StoreOptions { timeout: std::time::Duration::from_secs(30), ..StoreOptions::default() };
    let store = open(&url, options).await.expect("a prepared database").store;
    Some(Database { store, url, _place: Place::Server(database) })
}

impl Database {
    /// Runs statements past the store.
    pub async fn execute(&self, statements: &str) {
        self.try_execute(statements).await.expect("valid statements");
    }

    /// As [`Self::execute`], with what the database says against it.
    pub async fn try_execute(&self, statements: &str) -> Result<(), String> {
        let sql = AssertSqlSafe(statements.to_owned());
        let said = |error: sqlx::Error| error.to_string();
        if self.url.starts_with("sqlite") {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("the file is there");
            sqlx::raw_sql(sql).execute(&mut connection).await.map(drop).map_err(said)
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("the server answers");
            sqlx::raw_sql(sql).execute(&mut connection).await.map(drop).map_err(said)
        }
    }

    /// One text, past the store.
    pub async fn text(&self, query: &'static str) -> String {
        if self.url.starts_with("sqlite") {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("the file is there");
            sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("a row")
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("the server answers");
            sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("a row")
        }
    }
}

/// 2026-11-21T00:00:00Z
pub const MIDNIGHT_US: i64 = 1_795_219_200_000_000;
pub const DAY_US: i64 = 86_400_000_000;
pub const SCALES: Scales = Scales::of(2, 8);

pub fn at(us: i64) -> Timestamp {
    Timestamp::from_micros(us)
}

pub fn record(base: &str) -> MarketRecord {
    let decimal = |text: &str| Decimal::parse(text.as_bytes()).expect("a decimal");
    let instrument =
        Instrument::listed(&format!("{base}USDT"), base, "USDT", decimal("0.01"), decimal("0.00001"));
    MarketRecord { source: Source::Live, venue: "binance".to_owned(), instrument }
}

pub fn market() -> MarketKey {
    record("BTC").key()
}

pub fn trade(id: TradeId, us: i64) -> Trade {
    Trade {
        id,
        price: Price::from_mantissa(6_000_010),
        qty: Qty::from_mantissa(51_200_000),
        aggressor: AggressorSide::Buy,
        ts_venue: at(us),
        ts_recv: at(us + 1_234),
        backfilled: false,
    }
}

pub fn trade_row(number: u64, us: i64) -> TradeRow {
    TradeRow::new(market(), SCALES, &trade(TradeId::Number(number), us)).expect("a valid row")
}

/// Numbered from `first`, one a millisecond from midnight on.
pub fn trade_rows(first: u64, count: u64) -> Vec<TradeRow> {
    (first..first + count).map(|number| trade_row(number, MIDNIGHT_US + number as i64 * 1_000)).collect()
}

pub async fn all_trades(store: &dyn Store) -> Vec<TradeRow> {
    store.trades_before(market(), None, 1_000_000).await.expect("a read")
}

/// A candle of the minute that begins `minute` minutes after midnight.
pub fn candle(minute: i64, trades: u64, revision: u32) -> Candle {
    let open_us = MIDNIGHT_US + minute * 60_000_000;
    Candle {
        open_time: at(open_us),
        open: Price::from_mantissa(10),
        high: Price::from_mantissa(20),
        low: Price::from_mantissa(5),
        close: Price::from_mantissa(15),
        volume: Volume::from_mantissa(i128::from(trades) * 7),
        quote_volume: Notional::from_mantissa(i128::from(trades) * 70),
        trades,
        revision,
        first_at: at(open_us + 5),
        last_at: at(open_us + 50),
    }
}

pub fn minute_row(candle: &Candle) -> CandleRow {
    CandleRow::new(market(), CandleInterval::Minute1, SCALES, candle).expect("a valid row")
}

/// So many changes from `first_seq` on, one a second from 30 days before midnight and `first_seq` seconds on.
pub fn delta_row(epoch: u64, first_seq: u64, count: u64) -> DeltaRow {
    let mut gatherer = DeltaGatherer::default();
    for seq in first_seq..first_seq + count {
        let us = MIDNIGHT_US - 30 * DAY_US + seq as i64 * 1_000_000;
        let level = Level::new(Price::from_mantissa(seq as i64), Qty::from_mantissa(i64::MAX));
        let changes = BookChanges { bids: vec![level], asks: vec![level, level] };
        gatherer.push(DeltaPlace { epoch, seq, ts_recv: at(us) }, at(us - 5), &changes);
    }
    gatherer.take(market(), SCALES).expect("changes").expect("a valid row")
}
