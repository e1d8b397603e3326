//! Databases for whole servers, and what is in them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use marketd_domain::{MarketId, Source, TradeId};
use marketd_store::{GapRow, MarketKey, Store, StoreOptions, TimeRange, TradeRow, open};
use marketd_testkit::services::{Postgres, Template, TestDatabase};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

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

    /// Without tables. `None` where there is no Postgres.
    pub async fn empty_postgres() -> Option<Self> {
        let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres"));
        let template = Template { name: "empty", files };
        Some(Self::Postgres(TestDatabase::like(template, async |_| Ok(())).await?))
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

/// Runs statements past the store.
pub async fn execute(url: &str, statements: &str) {
    let sql = AssertSqlSafe(statements.to_owned());
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.expect("the file is there");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("valid statements");
        connection.close().await.expect("the end");
    } else {
        let mut connection = PgConnection::connect(url).await.expect("the server answers");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("valid statements");
    }
}

pub fn key(source: Source, venue: &str, base: &str, quote: &str) -> MarketKey {
    MarketKey::of(source, &MarketId::new(venue, base, quote))
}

/// The market of the recording that is built in.
pub fn replayed() -> MarketKey {
    key(Source::Replay, "binance", "BTC", "USDT")
}

/// The market of the scripted venue.
pub fn scripted() -> MarketKey {
    key(Source::Live, "binance", "BTC", "USDT")
}

pub async fn trades_of(store: &dyn Store, market: MarketKey) -> Vec<TradeRow> {
    store.trades_before(market, None, 10_000_000).await.expect("a read")
}

pub async fn gaps_of(store: &dyn Store, market: MarketKey) -> Vec<GapRow> {
    store.gaps(market, TimeRange::default(), 10_000).await.expect("a read")
}

pub fn number(id: TradeId) -> u64 {
    let TradeId::Number(number) = id else { panic!("Binance numbers its trades, {id:?}") };
    number
}

/// The ids of all trades, ascending; none is there twice, since each is a row of its own. Read in pages: there may be
/// more of them than one read may take the time for.
pub async fn ids_of(store: &dyn Store, market: MarketKey) -> Vec<u64> {
    let (mut ids, mut behind) = (Vec::new(), None);
    loop {
        let page = store.trades_after(market, behind, None, 50_000).await.expect("a read");
        let Some(last) = page.last() else { break };
        behind = Some(last.cursor());
        ids.extend(page.iter().map(|row| number(row.trade().id)));
    }
    ids.sort_unstable();
    ids
}

/// From the first id to the last one none is missing, and none is there twice.
pub fn assert_whole(ids: &[u64]) {
    let first = ids.first().copied().unwrap_or(0);
    let holes: Vec<(u64, u64)> =
        ids.windows(2).map(|pair| (pair[0], pair[1])).filter(|(one, next)| *next != one + 1).collect();
    assert!(holes.is_empty(), "of {} ids from {first} on some are missing or doubled: {holes:?}", ids.len());
}

/// A file of the repository.
pub fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

/// A Postgres of the test's own with a template for nobody else.
pub fn own_postgres() -> Option<Postgres> {
    marketd_testkit::services::own_postgres(marketd_testkit::services::Durability::None)
}

/// A file system of its own that is soon full. Ends with this value.
pub struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None`, and a sentence, where nobody may mount one.
    pub fn of(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let size = format!("size={mebibytes}m,mode=0777");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        match mount {
            Ok(output) if output.status.success() => Some(Self(folder)),
            _ => {
                println!("a small disk cannot be mounted (that takes root), so a full one is not tested.");
                None
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes the room that is left, but for so many bytes.
    pub fn fill(&self, leave: usize) {
        use std::io::Write;
        let mut ballast = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path().join("ballast"))
            .expect("a file");
        while ballast.write_all(&[0; 4_096]).is_ok() {}
        let length = ballast.metadata().expect("a file").len();
        ballast.set_len(length.saturating_sub(leave as u64)).expect("room");
    }

    pub fn clear(&self) {
        std::fs::remove_file(self.path().join("ballast")).expect("the ballast");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server may still be about to let go of its files.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
