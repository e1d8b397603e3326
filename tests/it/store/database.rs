//! Databases for whole servers, and what is in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use marketd_domain::{MarketId, Source};
use marketd_store::{MarketKey, Store, StoreOptions, TradeRow, open};
use marketd_testkit::services::{Template, TestDatabase};

/// A fresh database of either kind, and its url.
pub enum Database {
    Sqlite(tempfile::TempDir),
    Postgres(TestDatabase),
}

impl Database {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    /// `None` where there is no Postgres.
    pub async fn postgres() -> Option<Self> {
        let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres"));
        let prepare = async |url: &str| {
            open(url, StoreOptions::default()).await?.store.close().await;
            Ok(())
        };
        Some(Self::Postgres(TestDatabase::like(Template { name: "store", files }, prepare).await?))
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => url_of(&folder.path().join("market.db")),
            Self::Postgres(database) => database.url(),
        }
    }

    pub async fn store(&self) -> Arc<dyn Store> {
        store_at(&self.url()).await
    }
}

pub fn url_of(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// A second way into a database, beside the server's.
pub async fn store_at(url: &str) -> Arc<dyn Store> {
    open(url, StoreOptions::default()).await.expect("a store").store
}

pub fn key(source: Source, venue: &str, base: &str, quote: &str) -> MarketKey {
    MarketKey::of(source, &MarketId::new(venue, base, quote))
}

/// The market of the recording that is built in.
pub fn replayed() -> MarketKey {
    key(Source::Replay, "binance", "BTC", "USDT")
}

pub async fn trades_of(store: &dyn Store, market: MarketKey) -> Vec<TradeRow> {
    store.trades_before(market, None, 10_000_000).await.expect("a read")
}

/// A file of the repository.
pub fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}
