//! A Postgres that is not there: at the start, again and again, and at the moment of a commit.

use marketd_testkit::{Proxy, wait_until};
use serde_json::Value;

use super::database::{own_postgres, store_at};
use super::tape::Tape;
use crate::support::venue::MARKET;
use crate::support::{PATIENCE, sized};

#[actix_web::test]
async fn a_server_starts_without_its_store_and_brings_it_everything_later() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    postgres.crash();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[]).await;
    app.ready().await;
    tape.send(&conn, 300).await;
    tape.applied(&app, 300).await;
    let health: Value = app.get("/health").await.json()["data"].clone();
    assert_eq!((&health["status"], &health["store"]["state"]), (&"degraded".into(), &"away".into()));
    assert!(health["store"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{health}");
    app.until("rows in the spool", async || app.spooled().await >= 300).await;
    postgres.restart().expect("the port is still free");
    app.store_is("ok").await;
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    assert_eq!((app.spooled().await, app.lost().await), (0, 0));
    let markets = store.markets().await.expect("a read");
    assert!(markets.iter().any(|market| market.key() == super::database::scripted()), "{markets:?}");
    // And what comes from now on goes straight there.
    tape.send(&conn, 50).await;
    tape.all_stored(&*store).await;
    store.close().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_database_that_crashes_in_the_middle_of_batches_has_each_row_once() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[("store.flush_ms", "20")]).await;
    for round in 0..sized(3, 50) {
        tape.send_slowly(&conn, 10, 30).await;
        postgres.crash();
        tape.send_slowly(&conn, 10, 30).await;
        // Rows that are sent while nobody knows yet that it is gone, and rows for the spool.
        wait_until(PATIENCE, "the outage to be noticed", async || {
            app.store_health().await["state"] == "away"
        })
        .await;
        tape.send_slowly(&conn, 1 + round % 5, 30).await;
        postgres.restart().expect("the port is still free");
        tape.send_slowly(&conn, 5, 30).await;
        app.store_is("ok").await;
    }
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 0);
    assert_eq!(app.market(MARKET).await["status"], "live");
    store.close().await;
    app.stop().await;
}

/// The commit happened, and the answer was lost with the connection: the rows are sent again, and are there once.
#[actix_web::test]
async fn a_commit_whose_answer_is_lost_doubles_nothing() {
    let Some(postgres) = own_postgres() else { return };
    let proxy = Proxy::start(postgres.port()).await.expect("a free port");
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port());
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[("store.flush_ms", "20")]).await;
    for _ in 0..sized(3, 30) {
        proxy.cut_commits(2);
        tape.send_slowly(&conn, 10, 20).await;
        wait_until(PATIENCE, "the commits to be cut", async || proxy.cuts_left() == 0).await;
        app.store_is("ok").await;
    }
    let store = store_at(&postgres.url()).await;
    tape.all_stored(&*store).await;
    let known = app.writer("trades", "rows_known").await;
    assert!(known > 0, "no row was sent again, so no commit of trades was cut");
    assert_eq!(app.lost().await, 0);
    store.close().await;
    app.stop().await;
}
