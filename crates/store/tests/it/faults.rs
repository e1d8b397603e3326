//! Stores that are away, hang, take nothing or are damaged. What an error says decides whether rows are kept.

use std::net::TcpListener;
use std::time::Duration;

use marketd_store::{Fault, StoreError, StoreOptions, Written, open};
use marketd_testkit::services::{Durability, Postgres};
use marketd_testkit::wait_until;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

use crate::support::{self, all_trades, candle, minute_row, trade_rows};

const IMPATIENT: StoreOptions = StoreOptions { connections: 2, timeout: Duration::from_millis(300) };

fn fault<T>(result: Result<T, StoreError>) -> Option<Fault> {
    result.err().map(|error| error.fault())
}

#[tokio::test]
async fn rows_reach_a_postgres_that_crashed_and_came_back_once() {
    // Whether there is a Postgres at all is said by the contract.
    let Ok(mut server) = Postgres::start(Durability::Full) else {
        assert!(std::env::var_os("CI").is_none_or(|value| value.is_empty()), "no Postgres");
        return;
    };
    let options = StoreOptions { timeout: Duration::from_secs(1), ..StoreOptions::default() };
    let store = open(&server.url(), options).await.expect("a store").store;
    let mut acknowledged = 0;
    for round in 0..5 {
        let batch = trade_rows(1 + round * 100, 150);
        assert!(store.write_trades(&batch).await.is_ok());
        acknowledged = round * 100 + 150;
        server.crash();
        let next = trade_rows(1 + round * 100 + 75, 150);
        // Processes of the server notice one after the other that it is dead.
        wait_until(Duration::from_secs(20), "writes to fail", async || {
            fault(store.write_trades(&next).await) == Some(Fault::Unavailable)
        })
        .await;
        assert_eq!(fault(open(&server.url(), options).await), Some(Fault::Unavailable));
        server.restart().expect("the port is still free");
        // Pooled connections are those of the dead server: they are found out, at the price of an error at most.
        wait_until(Duration::from_secs(20), "the store to be back", async || store.markets().await.is_ok())
            .await;
    }
    // A crash may cost what was not on disk yet; the writer sends it again, and then each row is there once.
    let again = trade_rows(1, acknowledged);
    store.write_trades(&again).await.expect("a write");
    assert_eq!(all_trades(&*store).await, again);
}

#[tokio::test]
async fn a_postgres_that_takes_nothing_is_read_only() {
    let Some(database) = support::postgres().await else { return };
    database.execute("revoke insert on trades from postgres; create role reader").await;
    // A superuser may everything: the database itself has to refuse.
    database
        .execute("do $$ begin execute 'alter database ' || current_database() || ' set default_transaction_read_only = on'; end $$")
        .await;
    // Migrations have nothing to do, so opening is no write.
    match open(&database.url, StoreOptions::default()).await {
        Ok(opened) => {
            assert_eq!(fault(opened.store.write_trades(&trade_rows(1, 3)).await), Some(Fault::ReadOnly))
        }
        Err(error) => assert_eq!(error.fault(), Fault::ReadOnly, "{error}"),
    }
}

#[tokio::test]
async fn a_table_that_is_locked_costs_a_timeout_and_no_connection() {
    let Some(database) = support::postgres().await else { return };
    let store = open(&database.url, IMPATIENT).await.expect("a store").store;
    store.write_trades(&trade_rows(1, 3)).await.expect("a write");
    let mut other = PgConnection::connect(&database.url).await.expect("the server answers");
    let mut holder = other.begin().await.expect("a transaction");
    sqlx::raw_sql("lock table trades").execute(&mut *holder).await.expect("a lock");
    // More often than there are connections.
    for _ in 0..5 {
        assert_eq!(fault(store.write_trades(&trade_rows(4, 3)).await), Some(Fault::Unavailable));
    }
    holder.rollback().await.expect("the end of the lock");
    wait_until(Duration::from_secs(20), "a write to succeed", async || {
        store.write_trades(&trade_rows(1, 6)).await.is_ok()
    })
    .await;
    assert_eq!(all_trades(&*store).await, trade_rows(1, 6));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_unavailable() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("an address").port();
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable");
    assert_eq!(fault(open(&url, IMPATIENT).await), Some(Fault::Unavailable));
}

#[tokio::test]
async fn a_partition_that_another_node_dropped_is_made_again() {
    let Some(database) = support::postgres().await else { return };
    let store = &database.store;
    let three = Written { stored: 3, known: 0 };
    let minutes =
        |first: i64| (first..first + 3).map(|minute| minute_row(&candle(minute, 1, 0))).collect::<Vec<_>>();
    assert_eq!(store.write_trades(&trade_rows(1, 3)).await.expect("a write"), three);
    assert_eq!(store.write_candles(&minutes(0)).await.expect("a write"), three);
    database.execute("drop table trades_20261121; drop table candles_20261119").await;
    assert_eq!(store.write_trades(&trade_rows(4, 3)).await.expect("a write"), three);
    assert_eq!(store.write_candles(&minutes(3)).await.expect("a write"), three);
}

#[tokio::test]
async fn tables_that_are_gone_are_another_schema() {
    for database in [support::sqlite().await, support::postgres().await].into_iter().flatten() {
        database.execute("drop table gaps").await;
        let read = database.store.gaps(support::market(), Default::default(), 1).await;
        assert_eq!(fault(read), Some(Fault::Schema), "{}", database.url);
    }
}

#[tokio::test]
async fn stored_rows_that_make_no_sense_are_damage() {
    for database in [support::sqlite().await, support::postgres().await].into_iter().flatten() {
        database.store.write_trades(&trade_rows(1, 3)).await.expect("a write");
        database.execute("update trades set side = 7 where id_low = 2").await;
        let read = database.store.trades_before(support::market(), None, 10).await;
        assert_eq!(fault(read), Some(Fault::Damaged), "{}", database.url);
    }
}

#[tokio::test]
async fn a_sqlite_that_somebody_else_holds_is_unavailable() {
    let database = support::sqlite().await.expect("a file");
    let store = open(&database.url, IMPATIENT).await.expect("a store").store;
    let mut other = SqliteConnection::connect(&database.url).await.expect("the file");
    let holder = other.begin_with("begin exclusive").await.expect("a lock");
    assert_eq!(fault(store.write_trades(&trade_rows(1, 3)).await), Some(Fault::Unavailable));
    holder.rollback().await.expect("the end of the lock");
    store.write_trades(&trade_rows(1, 3)).await.expect("a write");
}

#[tokio::test]
async fn a_sqlite_file_that_is_none_is_damaged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("market.db");
    std::fs::write(&path, "this is not a database, and long enough to be looked at".repeat(99))
        .expect("a file");
    let url = format!("sqlite://{}", path.display());
    assert_eq!(fault(open(&url, StoreOptions::default()).await), Some(Fault::Damaged));
}

#[tokio::test]
async fn a_sqlite_in_a_folder_that_is_not_there_is_unavailable() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("nowhere/market.db").display());
    assert_eq!(fault(open(&url, StoreOptions::default()).await), Some(Fault::Unavailable));
}
