//! marketd is killed at any moment, or one of its writers panics.

use std::sync::Arc;
use std::time::{Duration, Instant};

use marketd_domain::{CandleInterval, Timestamp};
use marketd_store::{GapKind, Rows, Spool, Store, TimeRange};
use marketd_testkit::{Draw, wait_until};

use super::database::{
    Database, assert_whole, execute, gaps_of, ids_of, number, own_postgres, replayed, scripted, store_at,
    url_of,
};
use super::tape::Tape;
use crate::support::process::Process;
use crate::support::venue::MARKET;
use crate::support::{PATIENCE, sized};

/// What a crash may cost in the tables: the flush interval while rows gather, once more until a write is insured, and
/// what a busy machine takes for both. In the full size's hundred rounds it was 0.3 s at most.
fn at_risk() -> Duration {
    Duration::from_millis(200 + 200 + sized(1_500, 600))
}

/// Ids of trades in the store and in the spool that a killed process has left.
async fn kept(store: &dyn Store, data_dir: &std::path::Path) -> Vec<u64> {
    let mut ids = ids_of(store, replayed()).await;
    let opening = Spool::open(&data_dir.join("spool.db"), 1 << 30).await.expect("the spool");
    assert_eq!(opening.set_aside, None);
    while let Some(batch) = opening.spool.peek(100_000).await.expect("a read") {
        for part in &batch.parts {
            if let Rows::Trades(rows) = part {
                ids.extend(rows.iter().map(|row| number(row.trade().id)));
            }
        }
        opening.spool.done(&batch).await.expect("a delete");
    }
    opening.spool.close().await;
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Kills a server that plays the recording, and looks what is left of what it had shown.
async fn kill_and_look(url: &str, store: &dyn Store, after: Duration) {
    // What another round has stored would hide what this one loses.
    execute(url, "delete from trades").await;
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let process = Process::busy(data_dir.path(), &[("store.url", url)]).await;
    let began = Instant::now();
    let mut shown: Vec<(Instant, u64)> = Vec::new();
    while began.elapsed() < after {
        let path = format!("/api/v1/markets/{MARKET}/trades?limit=1");
        let answer = process.get(&path).await.expect("an answer").json();
        let id = answer["data"]["items"][0]["trade_id"].as_str().and_then(|id| id.parse().ok());
        shown.extend(id.map(|id| (Instant::now(), id)));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let killed = Instant::now();
    process.signal("-KILL");
    process.ended(PATIENCE).await;
    let ids = kept(store, data_dir.path()).await;
    assert_whole(&ids);
    let safe = shown.iter().rev().find(|(at, _)| killed.duration_since(*at) > at_risk()).map(|(_, id)| *id);
    assert!(!shown.is_empty(), "no trade was shown");
    let (last, seen) = (ids.last().copied(), shown.last().map(|(_, id)| *id));
    println!("killed after {after:?}: shown up to {seen:?}, safe {safe:?}, kept up to {last:?}");
    assert!(last >= safe, "trade {safe:?} was shown {:?} before, and kept is {last:?}", at_risk());
}

#[actix_web::test]
async fn a_killed_server_leaves_every_row_that_had_its_time() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("SEED={seed}");
    let mut draw = Draw(seed);
    let sqlite = Database::sqlite();
    let postgres = Database::postgres().await;
    let databases: Vec<&Database> = std::iter::once(&sqlite).chain(&postgres).collect();
    let mut stores: Vec<(String, Arc<dyn Store>)> = Vec::new();
    for database in &databases {
        stores.push((database.url(), database.store().await));
    }
    for round in 0..sized(5, 100) {
        let (url, store) = &stores[round % stores.len()];
        let after = Duration::from_millis(300 + draw.below(3_000));
        kill_and_look(url, &**store, after).await;
    }
    for (_, store) in stores {
        store.close().await;
    }
}

/// From the last moment that the killed one vouches for to the first book of the next.
#[actix_web::test]
async fn the_time_between_a_crash_and_the_next_start_is_a_gap() {
    let database = Database::sqlite();
    let url = database.url();
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let mut tape = Tape::start().await;
    let now = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        Timestamp::from_micros(i64::try_from(since.as_micros()).expect("a time"))
    };
    let (process, conn) = tape.process(&url, data_dir.path(), |_| {}).await;
    tape.send(&conn, 50).await;
    let store = database.store().await;
    tape.all_stored(&*store).await;
    // It notes once a second that it is alive.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let (before, killed) = (now().plus_millis(-10_000), now());
    process.signal("-KILL");
    process.ended(PATIENCE).await;
    assert!(gaps_of(&*store, scripted()).await.is_empty(), "the first run has no run before it");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let restarted = now();
    let (_process, _conn) = tape.process(&url, data_dir.path(), |_| {}).await;
    wait_until(PATIENCE, "the gap", async || !gaps_of(&*store, scripted()).await.is_empty()).await;
    let gaps = gaps_of(&*store, scripted()).await;
    let [gap] = gaps.as_slice() else { panic!("{gaps:?}") };
    assert_eq!(gap.kind(), GapKind::Offline);
    assert!(before < gap.since() && gap.since() <= killed, "{before:?} < {:?} <= {killed:?}", gap.since());
    assert!(gap.until().is_some_and(|until| restarted < until && until < now()), "{gap:?}");
    store.close().await;
}

/// Everything is there after a clean stop, open candles as well, and the next run begins where this one ended.
#[actix_web::test]
async fn a_clean_stop_leaves_nothing_behind() {
    let Some(postgres) = own_postgres() else { return };
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&postgres.url(), &[("store.flush_ms", "5000")]).await;
    tape.send(&conn, 777).await;
    tape.applied(&app, 777).await;
    app.stop().await;
    let store = store_at(&postgres.url()).await;
    assert_eq!(tape.stored(&*store).await, tape.sent);
    for interval in CandleInterval::ALL {
        let candles =
            store.candles(scripted(), interval, TimeRange::default(), 10_000).await.expect("a read");
        let trades: u64 = candles.iter().map(|row| row.candle().trades).sum();
        assert_eq!(trades, 777, "{}", interval.as_str());
    }
    let statuses = store.statuses(scripted(), TimeRange::default(), 100).await.expect("a read");
    let said: Vec<&str> = statuses.iter().map(|row| row.report().status.as_str()).collect();
    assert_eq!(said, ["connecting", "live", "stale"]);
    store.close().await;
}

#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn a_writer_that_panics_loses_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = url_of(&folder.path().join("market.db"));
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[("store.flush_ms", "50")]).await;
    for _ in 0..3 {
        tape.send_slowly(&conn, 5, 20).await;
        let writers = app.server().writers.as_ref().expect("writers");
        for (_, place) in &writers.writers {
            // One that is not back yet has died already.
            let _ = place.read().try_send(marketd_actors::writer::Crash);
        }
        let _ = writers.drain.read().try_send(marketd_actors::drain::Crash);
        tape.send_slowly(&conn, 5, 20).await;
    }
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 0);
    let restarts = app.data("/api/v1/system/info").await["counters"]["actor_restarts"].as_u64();
    assert!(restarts >= Some(6), "{restarts:?} restarts");
    store.close().await;
    app.stop().await;
}
