//! A spool that is full, that has no disk, or that is damaged: market data goes on, and what is lost is said.

use marketd_store::{Family, GapKind};
use marketd_testkit::wait_until;

use super::database::{SmallDisk, gaps_of, own_postgres, scripted, store_at};
use super::tape::Tape;
use crate::support::venue::MARKET;
use crate::support::{PATIENCE, TestApp};

/// Trades of which the gaps say that they are lost.
async fn lost_by_gaps(store: &dyn marketd_store::Store) -> u64 {
    let gaps = gaps_of(store, scripted()).await;
    let of_trades = gaps.iter().filter(|gap| gap.kind() == GapKind::Unstored(Family::Trades));
    of_trades.map(|gap| gap.rows_lost()).sum()
}

/// With memory for some thousands of rows and nowhere to put them, rows are lost, and counted to the last one.
async fn overflow(tape: &mut Tape, app: &TestApp, conn: &marketd_testkit::VenueConn) {
    app.store_is("away").await;
    for _ in 0..1_000 {
        tape.send(conn, 500).await;
        if app.lost().await > 0 {
            break;
        }
    }
    tape.applied(app, tape.sent.len()).await;
    assert!(app.lost().await > 0, "{} trades were not enough", tape.sent.len());
    assert_eq!(app.market(MARKET).await["status"], "live");
}

/// What is there and what is said to be lost are all that was sent.
async fn accounted(tape: &Tape, store: &dyn marketd_store::Store) {
    wait_until(PATIENCE * 3, "every trade, stored or said to be lost", async || {
        let stored = tape.stored(store).await.len() as u64;
        stored + lost_by_gaps(store).await >= tape.sent.len() as u64
    })
    .await;
    let stored = tape.stored(store).await;
    assert_eq!(stored.len() as u64 + lost_by_gaps(store).await, tape.sent.len() as u64);
    assert!(stored.iter().all(|print| tape.sent.contains(print)), "rows that were never sent");
}

#[actix_web::test]
async fn a_spool_that_is_full_keeps_the_oldest_and_the_rest_is_a_gap() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    postgres.crash();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[("store.spool_mb", "1"), ("store.buffer_mb", "1")]).await;
    overflow(&mut tape, &app, &conn).await;
    postgres.restart().expect("the port is still free");
    app.store_is("ok").await;
    let store = store_at(&url).await;
    accounted(&tape, &*store).await;
    let oldest = tape.stored(&*store).await;
    assert_eq!(oldest[..1_000], tape.sent[..1_000], "the oldest are kept");
    store.close().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_spool_without_disk_costs_rows_and_no_market() {
    let Some(disk) = SmallDisk::of(8) else { return };
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    let folder = disk.path().display().to_string();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[("data_dir", &folder), ("store.buffer_mb", "1")]).await;
    tape.send(&conn, 100).await;
    app.until("the first trades", async || app.writer("trades", "rows_written").await == 100).await;
    disk.fill(0);
    postgres.crash();
    tape.send(&conn, 100).await;
    overflow(&mut tape, &app, &conn).await;
    // The disk has room again before the store is back: the counts survive, and the spool works.
    disk.clear();
    postgres.restart().expect("the port is still free");
    app.store_is("ok").await;
    let store = store_at(&url).await;
    accounted(&tape, &*store).await;
    store.close().await;
    app.stop().await;
}

/// Rows of a spool that cannot be read are gone, and nobody can say how many: that is what is said.
#[actix_web::test]
async fn a_damaged_spool_is_set_aside_and_is_a_gap_of_unknown_size() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let folder = data_dir.path().display().to_string();
    let keys = [("data_dir", folder.as_str())];
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &keys).await;
    tape.send(&conn, 100).await;
    app.until("the first trades", async || app.writer("trades", "rows_written").await == 100).await;
    postgres.crash();
    tape.send(&conn, 2_000).await;
    tape.applied(&app, 2_100).await;
    app.stop().await;
    let spool = data_dir.path().join("spool.db");
    let mut bytes = std::fs::read(&spool).expect("the spool");
    assert!(bytes.len() > 8 * 4_096, "{} bytes", bytes.len());
    bytes[5 * 4_096..6 * 4_096].fill(0xa5);
    std::fs::write(&spool, bytes).expect("the spool");
    postgres.restart().expect("the port is still free");
    let (app, conn) = tape.app(&url, &keys).await;
    let aside = data_dir.path().join("spool.db.damaged-1");
    assert!(aside.exists());
    let health = app.store_health().await;
    assert_eq!(health["spool_set_aside"], aside.display().to_string().as_str());
    let store = store_at(&url).await;
    wait_until(PATIENCE, "a gap of unknown size", async || {
        let gaps = gaps_of(&*store, scripted()).await;
        gaps.iter().any(|gap| {
            gap.kind() == GapKind::Unstored(Family::Trades)
                && gap.rows_lost() == 0
                && gap.until() > Some(gap.since())
        })
    })
    .await;
    // What is new is kept.
    let before = tape.sent.len();
    tape.send(&conn, 100).await;
    wait_until(PATIENCE, "new trades", async || tape.stored(&*store).await.ends_with(&tape.sent[before..]))
        .await;
    store.close().await;
    app.stop().await;
}
