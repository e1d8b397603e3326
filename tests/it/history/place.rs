//! A server with one market that only the test feeds, and its store.

use std::path::Path;
use std::sync::Arc;

use marketd_actors::board::MarketEntry;
use marketd_actors::market::ApplyUpdates;
use marketd_actors::sink::Update;
use marketd_domain::{AggressorSide, Price, Qty, Scales, Timestamp, Trade, TradeId};
use marketd_store::{MarketKey, Store, StoreOptions, TradeRow};
use marketd_testkit::services::{Template, TestDatabase};
use serde_json::Value;

use crate::support::TestApp;

pub const MARKET: &str = "binance:BTC-USDT";
pub const BASE: &str = "/api/v1/markets/binance:BTC-USDT";
/// 2026-11-20T00:00:00Z
pub const MIDNIGHT_US: i64 = 1_795_132_800_000_000;

/// A database that outlives the server.
pub struct Database {
    pub url: String,
    _place: Place,
}

#[expect(dead_code, reason = "held until the test has ended")]
enum Place {
    Folder(tempfile::TempDir),
    Server(TestDatabase),
}

pub fn sqlite() -> Option<Database> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("history.db").display());
    Some(Database { url, _place: Place::Folder(folder) })
}

pub async fn postgres() -> Option<Database> {
    let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres"));
    let prepare = async |url: &str| {
        marketd_store::open(url, StoreOptions::default()).await?.store.close().await;
        Ok(())
    };
    let database = TestDatabase::like(Template { name: "store", files }, prepare).await?;
    Some(Database { url: database.url(), _place: Place::Server(database) })
}

/// Runs a case on each database.
#[macro_export]
macro_rules! on_both_databases {
    ($($case:ident),+ $(,)?) => {
        mod postgres {
            $(#[actix_web::test]
            async fn $case() {
                if let Some(database) = $crate::history::place::postgres().await {
                    super::$case(&database).await;
                }
            })+
        }

        mod sqlite {
            $(#[actix_web::test]
            async fn $case() {
                if let Some(database) = $crate::history::place::sqlite() {
                    super::$case(&database).await;
                }
            })+
        }
    };
}

/// A server whose market has a venue that nobody answers at.
pub async fn start(store_url: &str, keys: &[(&str, &str)]) -> TestApp {
    let nobody = "ws://127.0.0.1:9";
    let own = [
        ("venues.binance.enabled", "true"),
        ("venues.binance.ws_url", nobody),
        ("venues.binance.rest_url", "http://127.0.0.1:9"),
        ("store.url", store_url),
    ];
    TestApp::start(&[&own[..], keys].concat()).await
}

pub fn entry(app: &TestApp) -> Arc<MarketEntry> {
    app.server().board.market(MARKET).expect("the market")
}

pub fn key(app: &TestApp) -> MarketKey {
    let entry = entry(app);
    MarketKey::of(entry.source, &entry.id)
}

pub fn store(app: &TestApp) -> Arc<dyn Store> {
    app.server().storage.as_ref().and_then(|storage| storage.store()).expect("an open store")
}

/// Hands updates to the market and waits until it has them.
pub async fn feed(app: &TestApp, updates: Vec<Update>) {
    let actor = entry(app).actor().expect("a market actor");
    actor.send(ApplyUpdates { updates, hop: None }).await.expect("a market that takes them");
}

/// Prices are stored with two decimals, as if the venue had printed eight only later.
pub const STORED: Scales = Scales::of(2, 8);

/// A trade so many milliseconds after midnight.
pub fn trade(id: u64, ms: i64) -> Trade {
    Trade {
        id: TradeId::Number(id),
        price: Price::from_mantissa((6_000_000 + id as i64) * 1_000_000),
        qty: Qty::from_mantissa(100),
        aggressor: if id.is_multiple_of(2) { AggressorSide::Buy } else { AggressorSide::Sell },
        ts_venue: Timestamp::from_micros(MIDNIGHT_US + ms * 1_000),
        ts_recv: Timestamp::from_micros(MIDNIGHT_US + ms * 1_000 + 500),
        backfilled: false,
    }
}

pub async fn write_trades(app: &TestApp, trades: &[Trade]) {
    let (scales, key) = (entry(app).state().read().scales(), key(app));
    let row = |trade: &Trade| {
        let price = trade.price.rescaled(scales.price, STORED.price).expect("two decimals");
        TradeRow::new(key, STORED, &Trade { price, ..*trade }).expect("a valid row")
    };
    let rows: Vec<TradeRow> = trades.iter().map(row).collect();
    store(app).write_trades(&rows).await.expect("a write");
}

/// The values of one field of the items.
pub fn field<'v>(page: &'v Value, name: &str) -> Vec<&'v Value> {
    page["items"]
        .as_array()
        .unwrap_or_else(|| panic!("items: {page}"))
        .iter()
        .map(|item| &item[name])
        .collect()
}
