//! A Postgres that answers late, or not at all, and holds its connections.

use std::time::{Duration, Instant};

use marketd_testkit::{Proxy, wait_until};

use super::database::{own_postgres, store_at};
use super::tape::Tape;
use crate::support::PATIENCE;
use crate::support::venue::MARKET;

/// Each answer takes half a second, so a batch takes some: rows wait in the spool and not in memory, batches grow, and
/// all of it arrives.
#[actix_web::test]
async fn a_slow_database_gets_larger_batches_and_loses_nothing() {
    let Some(postgres) = own_postgres() else { return };
    let proxy = Proxy::start(postgres.port()).await.expect("a free port");
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port());
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[("store.timeout_ms", "10000")]).await;
    proxy.delay(Duration::from_millis(500));
    tape.send_slowly(&conn, 100, 20).await;
    tape.applied(&app, 2_000).await;
    wait_until(PATIENCE, "copies in the spool", async || app.writer("trades", "rows_spooled").await > 0)
        .await;
    // No row is in memory alone for longer than it may wait, and some time for the spool.
    let lag_ms = app.writer("trades", "lag_ms").await;
    println!("a row was at most {lag_ms} ms in memory");
    proxy.delay(Duration::ZERO);
    let store = store_at(&postgres.url()).await;
    tape.all_stored(&*store).await;
    app.store_is("ok").await;
    assert_eq!(app.lost().await, 0);
    store.close().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_database_that_hangs_is_left_alone_until_it_goes_on() {
    let Some(postgres) = own_postgres() else { return };
    let url = postgres.url();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[("store.timeout_ms", "1000")]).await;
    tape.send_slowly(&conn, 10, 20).await;
    postgres.freeze().expect("signals");
    tape.send_slowly(&conn, 10, 20).await;
    app.store_is("away").await;
    tape.send_slowly(&conn, 10, 20).await;
    tape.applied(&app, 600).await;
    // Clients do not notice: memory answers at once.
    for path in ["book?depth=10", "trades?limit=10", "candles?interval=1m", "ticker"] {
        let began = Instant::now();
        let answer = app.get(&format!("/api/v1/markets/{MARKET}/{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert!(began.elapsed() < PATIENCE / 2, "{path} took {:?}", began.elapsed());
    }
    // And who wants what only the store has is told at once.
    let began = Instant::now();
    let old = app.get(&format!("/api/v1/markets/{MARKET}/trades?end=1000000")).await;
    assert_eq!((old.status, old.json()["code"].as_str()), (503, Some("store_unavailable")));
    assert!(began.elapsed() < PATIENCE / 2, "{:?}", began.elapsed());
    postgres.thaw().expect("signals");
    app.store_is("ok").await;
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 0);
    store.close().await;
    app.stop().await;
}

/// A stop does not wait for a database that hangs: the rows are in the spool, and the next run brings them.
#[actix_web::test]
async fn a_stop_does_not_wait_for_a_database_that_hangs() {
    let Some(postgres) = own_postgres() else { return };
    let url = postgres.url();
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let folder = data_dir.path().display().to_string();
    let keys = [("data_dir", folder.as_str())];
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &keys).await;
    tape.send_slowly(&conn, 5, 20).await;
    postgres.freeze().expect("signals");
    tape.send_slowly(&conn, 5, 20).await;
    tape.applied(&app, 200).await;
    app.stop().await;
    postgres.thaw().expect("signals");
    let (app, _conn) = tape.app(&url, &keys).await;
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    store.close().await;
    app.stop().await;
}
