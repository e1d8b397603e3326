//! A disk that breaks while marketd runs: what was to reach it does not, or what was on it is something else.

use std::path::{Path, PathBuf};
use std::process::Command;

use marketd_store::{Family, GapKind};
use marketd_testkit::wait_until;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::database::{gaps_of, own_postgres, scripted, store_at, url_of};
use super::tape::Tape;
use crate::support::PATIENCE;

/// Syncs fail with EIO in a process that has the library, when and where the test says.
struct FailingFsync(tempfile::TempDir);

impl FailingFsync {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/store/failing_fsync.c");
        let this = Self(folder);
        // The build of marketd takes a C compiler too.
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-o"]).arg(this.library()).arg(source).arg("-ldl");
        let output = cc.output().expect("cc runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        this
    }

    fn library(&self) -> PathBuf {
        self.0.path().join("failing_fsync.so")
    }

    fn control(&self) -> PathBuf {
        self.0.path().join("control")
    }

    fn preload(&self, command: &mut Command) {
        command.env("LD_PRELOAD", self.library()).env("FAILING_FSYNC", self.control());
    }

    /// Of files with this in their path.
    fn fail(&self, part: &str) {
        std::fs::write(self.control(), part).expect("a file");
    }

    fn mend(&self) {
        std::fs::remove_file(self.control()).expect("the file");
    }

    fn failures(&self) -> u64 {
        std::fs::metadata(self.0.path().join("control.failures")).map_or(0, |file| file.len())
    }
}

#[actix_web::test]
async fn a_sqlite_file_that_cannot_be_synced_gets_its_rows_when_it_can() {
    let disk = FailingFsync::new();
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let path = data_dir.path().join("market.db");
    let mut tape = Tape::start().await;
    let (process, conn) =
        tape.process(&url_of(&path), data_dir.path(), |command| disk.preload(command)).await;
    let store = store_at(&url_of(&path)).await;
    tape.send(&conn, 100).await;
    tape.all_stored(&*store).await;
    disk.fail("market.db");
    // Now and then it makes sure that what it has committed is on the disk.
    wait_until(PATIENCE, "a store that is away", async || {
        tape.send(&conn, 1).await;
        process.store_health().await["state"] == "away"
    })
    .await;
    let health = process.store_health().await;
    assert!(health["reason"].as_str().is_some_and(|reason| reason.contains("I/O")), "{health:#}");
    assert!(disk.failures() > 0);
    // The market goes on.
    tape.send_slowly(&conn, 10, 20).await;
    tape.applied_by(&process, tape.sent.len()).await;
    assert!(process.store_health().await["spooled_rows"].as_u64() > Some(0));
    disk.mend();
    wait_until(PATIENCE, "a store that is back", async || process.store_health().await["state"] == "ok")
        .await;
    tape.all_stored(&*store).await;
    assert_eq!(process.store_health().await["lost_rows"], 0);
    store.close().await;
    process.signal("-TERM");
    assert!(process.ended(PATIENCE).await.success());
}

#[actix_web::test]
async fn a_spool_that_cannot_be_synced_says_so_and_loses_nothing_in_silence() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    let disk = FailingFsync::new();
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let mut tape = Tape::start().await;
    let (process, conn) = tape.process(&url, data_dir.path(), |command| disk.preload(command)).await;
    tape.send(&conn, 100).await;
    postgres.crash();
    tape.send_slowly(&conn, 10, 20).await;
    let spooled = async || process.store_health().await["spooled_rows"].as_u64() > Some(100);
    wait_until(PATIENCE, "rows in the spool", spooled).await;
    disk.fail("spool.db");
    tape.send_slowly(&conn, 10, 20).await;
    wait_until(PATIENCE, "the trouble to be told", async || {
        process.store_health().await["spool_error"].as_str().is_some_and(|reason| reason.contains("I/O"))
    })
    .await;
    assert!(disk.failures() > 0);
    tape.send_slowly(&conn, 10, 20).await;
    tape.applied_by(&process, tape.sent.len()).await;
    disk.mend();
    wait_until(PATIENCE, "a spool that works", async || {
        process.store_health().await["spool_error"].is_null()
    })
    .await;
    postgres.restart().expect("the port is still free");
    let store = store_at(&url).await;
    // With memory for all of it nothing is lost; what the spool took twice is there once.
    tape.all_stored(&*store).await;
    assert_eq!(process.store_health().await["lost_rows"], 0);
    store.close().await;
    process.signal("-TERM");
    assert!(process.ended(PATIENCE).await.success());
}

/// Bytes of the spool change under marketd, which is up all the time: what is in the file is told to be lost, and what
/// comes afterwards is kept.
#[actix_web::test]
async fn a_spool_that_is_damaged_while_marketd_runs_is_set_aside() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let spool = data_dir.path().join("spool.db");
    let mut tape = Tape::start().await;
    let (process, conn) = tape.process(&url, data_dir.path(), |_| {}).await;
    tape.send(&conn, 100).await;
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    store.close().await;
    postgres.crash();
    tape.send(&conn, 2_000).await;
    let spooled = async || process.store_health().await["spooled_rows"].as_u64() >= Some(2_000);
    wait_until(PATIENCE, "rows in the spool", spooled).await;
    damage(&spool).await;
    postgres.restart().expect("the port is still free");
    let aside = data_dir.path().join("spool.db.damaged-1");
    wait_until(PATIENCE, "the file to be set aside", async || aside.exists()).await;
    wait_until(PATIENCE, "a store that is back", async || {
        let health = process.store_health().await;
        health["spool_set_aside"] == aside.display().to_string().as_str() && health["state"] != "away"
    })
    .await;
    let store = store_at(&url).await;
    wait_until(PATIENCE, "a gap of unknown size", async || {
        let gaps = gaps_of(&*store, scripted()).await;
        let is_told = |gap: &marketd_store::GapRow| {
            gap.kind() == GapKind::Unstored(Family::Trades)
                && gap.rows_lost() == 0
                && gap.until() > Some(gap.since())
        };
        gaps.iter().any(is_told)
    })
    .await;
    let before = tape.sent.len();
    tape.send(&conn, 100).await;
    wait_until(PATIENCE, "new trades", async || tape.stored(&*store).await.ends_with(&tape.sent[before..]))
        .await;
    let stored = tape.stored(&*store).await;
    assert!(stored.iter().all(|print| tape.sent.contains(print)), "rows that were never sent");
    store.close().await;
    process.signal("-TERM");
    assert!(process.ended(PATIENCE).await.success());
}

/// Moves the log into the file and overwrites a page of rows. A write of ours has the other side read its pages again.
async fn damage(path: &Path) {
    let mut connection = SqliteConnection::connect(&url_of(path)).await.expect("the file");
    let moved = async |connection: &mut SqliteConnection| {
        let checkpoint = "pragma busy_timeout = 5000; insert or ignore into stores values ('touched');
             pragma wal_checkpoint(truncate)";
        sqlx::raw_sql(checkpoint).execute(connection).await.expect("a checkpoint");
        std::fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len()) == 0
    };
    while !moved(&mut connection).await {}
    let mut bytes = std::fs::read(path).expect("the file");
    // A leaf of a table begins with 13. Pages of `entries` are most of the file.
    let pages: Vec<usize> = (1..bytes.len() / 4_096).filter(|page| bytes[page * 4_096] == 13).collect();
    let middle = pages[pages.len() / 2] * 4_096;
    bytes[middle..middle + 4_096].fill(0xa5);
    let file = std::fs::File::options().write(true).open(path).expect("the file");
    std::os::unix::fs::FileExt::write_all_at(&file, &bytes[middle..middle + 4_096], middle as u64)
        .expect("a write");
    drop(file);
    connection.close().await.expect("the end");
}
