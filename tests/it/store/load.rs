//! An outage at the full rate of a replay: what it takes in memory and on disk, and how long the store takes to catch up.

use std::time::{Duration, Instant};

use super::database::{assert_whole, ids_of, own_postgres, replayed, store_at};
use crate::support::process::Process;
use crate::support::venue::MARKET;
use crate::support::{PATIENCE, is_full_size, request, sized};

async fn trades(process: &Process) -> u64 {
    let market = process.get(&format!("/api/v1/markets/{MARKET}")).await.expect("an answer").json();
    market["data"]["counters"]["trades"].as_u64().expect("a number")
}

#[actix_web::test]
async fn an_outage_under_load_costs_disk_and_not_memory_and_the_store_catches_up() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    // In full size 20,000 trades a second, which takes a release build; else what comes.
    let speed = sized("100", "650");
    let keys = [("store.url", url.as_str()), ("replay.speed", speed), ("store.spool_mb", "4096")];
    let process = Process::busy(data_dir.path(), &keys).await;
    let warm = sized(Duration::from_secs(5), Duration::from_secs(60));
    let outage = sized(Duration::from_secs(10), Duration::from_secs(600));
    tokio::time::sleep(warm).await;
    let resident = process.resident();
    let (began, before) = (Instant::now(), trades(&process).await);
    postgres.crash();
    let mut highest = resident;
    while began.elapsed() < outage {
        tokio::time::sleep(Duration::from_millis(500)).await;
        highest = highest.max(process.resident());
    }
    let rate = (trades(&process).await - before) as f64 / began.elapsed().as_secs_f64();
    let health = process.store_health().await;
    assert_eq!(health["state"], "away");
    println!(
        "{:.0} s away at {rate:.0} trades/s: {} rows in {} MiB of spool, memory +{:.1} MiB",
        outage.as_secs_f64(),
        health["spooled_rows"],
        health["spool_bytes"].as_u64().unwrap_or(0) >> 20,
        (highest - resident) as f64 / f64::from(1 << 20)
    );
    postgres.restart().expect("the port is still free");
    let back = Instant::now();
    let patience = sized(PATIENCE * 6, Duration::from_secs(600));
    marketd_testkit::wait_until(patience, "a store that has caught up", async || {
        process.store_health().await["state"] == "ok"
    })
    .await;
    highest = highest.max(process.resident());
    println!(
        "caught up after {:.1} s, memory +{:.1} MiB",
        back.elapsed().as_secs_f64(),
        (highest - resident) as f64 / f64::from(1 << 20)
    );
    assert!(highest - resident < 64 << 20, "{} bytes more", highest - resident);
    if is_full_size() {
        assert!(back.elapsed() < Duration::from_secs(120), "{:?}", back.elapsed());
    }
    let paused =
        request(&process.address(), "POST", "/api/v1/replay/pause", &[], "").await.expect("an answer");
    assert_eq!(paused.status, 200, "{}", paused.body);
    process.signal("-TERM");
    assert!(process.ended(PATIENCE).await.success());
    let store = store_at(&url).await;
    assert_whole(&ids_of(&*store, replayed()).await);
    store.close().await;
}
