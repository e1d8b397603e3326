//! SQLite files that cannot be used, tables of other versions, and a folder that is in use: the binary says so in a
//! sentence and ends with a code of its own.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::database::{Database, execute, own_postgres, store_at, url_of};
use super::tape::Tape;
use crate::support::PATIENCE;
use crate::support::process::{Process, command, free_port};

const DATA: i32 = 65;
const UNAVAILABLE: i32 = 69;
const IN_USE: i32 = 73;
const CANNOT_CREATE: i32 = 73;
const CONFIG: i32 = 78;

/// Runs the binary to its end, which is soon.
fn run(data_dir: &Path, url: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = command(free_port(), data_dir);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(url) = url {
        command.env("DATABASE_URL", url);
    }
    command.output().expect("the binary runs")
}

fn check(output: &Output, code: i32, said: &[&str]) {
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    for part in said {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[actix_web::test]
async fn migrate_makes_the_tables_and_says_what_it_did() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    check(&run(folder.path(), None, &["migrate"]), 0, &["0001_market_data", "marketd.db"]);
    check(&run(folder.path(), None, &["migrate"]), 0, &["up to date"]);
    check(&run(folder.path(), Some("mysql://x"), &["migrate"]), CONFIG, &["postgres://"]);
    let nobody = format!("postgres://me:s3cret@127.0.0.1:{}/x", free_port());
    let output = run(folder.path(), Some(&nobody), &["migrate"]);
    check(&output, UNAVAILABLE, &["unavailable"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cret"));
}

#[actix_web::test]
async fn tables_of_a_newer_version_are_left_alone() {
    let ahead = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (9999, 'from tomorrow', true, '', 0)";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sqlite = Database::sqlite();
    let mut databases = vec![sqlite];
    databases.extend(Database::postgres().await);
    for database in databases {
        let url = database.url();
        database.store().await.close().await;
        execute(&url, ahead).await;
        for arguments in [&["migrate"][..], &[][..]] {
            check(&run(folder.path(), Some(&url), arguments), DATA, &["9999", "newer"]);
        }
    }
}

/// A store that is away at the start and turns out to be of another version: rows stay in the spool, with a clear reason.
#[actix_web::test]
async fn a_store_of_another_version_that_comes_later_gets_nothing() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    store_at(&url).await.close().await;
    execute(&url, "update _sqlx_migrations set version = 9999 where version = 1").await;
    postgres.crash();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[]).await;
    tape.send(&conn, 100).await;
    tape.applied(&app, 100).await;
    postgres.restart().expect("the port is still free");
    app.until("the reason", async || {
        app.store_health().await["reason"].as_str().is_some_and(|reason| reason.contains("9999"))
    })
    .await;
    execute(&url, "update _sqlx_migrations set version = 1 where version = 9999").await;
    app.store_is("ok").await;
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    store.close().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_sqlite_file_that_cannot_be_used_ends_the_start_and_is_not_replaced() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("data/marketd.db");
    let data_dir = folder.path().join("data");
    // Full of rows, and then one page of zeros in the middle.
    check(&run(&data_dir, None, &["migrate"]), 0, &[]);
    let url = url_of(&path);
    execute(
        &url,
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
         insert into trades select 1, i, 0, i, i, i, i, 2, 8, 0, 0 from n; pragma wal_checkpoint(truncate)",
    )
    .await;
    let sound = std::fs::read(&path).expect("the file");
    let mut torn = sound.clone();
    let middle = torn.len() / 4_096 / 2 * 4_096;
    torn[middle..middle + 4_096].fill(0);
    let not_one = b"certainly no database, and longer than a header of one hundred bytes ".repeat(10);
    for damaged in [torn, not_one, sound[..sound.len() / 2].to_vec()] {
        std::fs::write(&path, &damaged).expect("the file");
        check(&run(&data_dir, None, &[]), DATA, &["damaged"]);
        assert!(std::fs::read(&path).expect("the file") == damaged, "it was changed");
    }
    std::fs::write(&path, &sound).expect("the file");
    // One that was there, and is gone.
    let process = Process::busy(&data_dir, &[]).await;
    process.signal("-TERM");
    assert!(process.ended(PATIENCE).await.success());
    drop(process);
    for name in ["marketd.db", "marketd.db-wal", "marketd.db-shm"] {
        let _ = std::fs::remove_file(data_dir.join(name));
    }
    check(&run(&data_dir, None, &[]), DATA, &["gone", "migrate"]);
    assert!(!path.exists(), "a new one was made in silence");
    check(&run(&data_dir, None, &["migrate"]), 0, &["0001_market_data"]);
    let process = Process::busy(&data_dir, &[]).await;
    process.signal("-TERM");
    assert!(process.ended(PATIENCE).await.success());
}

#[actix_web::test]
async fn a_folder_that_cannot_be_written_ends_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let readonly = folder.path().join("readonly");
    std::fs::create_dir(&readonly).expect("a folder");
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "ro", "tmpfs"]).arg(&readonly).status();
    if !mount.is_ok_and(|status| status.success()) {
        println!("a folder that even root cannot write takes root to make, so it is not tested.");
        return;
    }
    let data_dir = folder.path().join("data");
    let outputs = [
        run(&data_dir, Some(&url_of(&readonly.join("market.db"))), &[]),
        run(&data_dir, Some(&url_of(&readonly.join("market.db"))), &["migrate"]),
        run(&readonly, None, &[]),
    ];
    let _ = Command::new("umount").arg(&readonly).status();
    check(&outputs[0], UNAVAILABLE, &["cannot use the store"]);
    check(&outputs[1], UNAVAILABLE, &["cannot migrate"]);
    check(&outputs[2], CANNOT_CREATE, &["cannot use data_dir"]);
}

#[actix_web::test]
async fn a_second_process_is_kept_off_the_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let process = Process::busy(folder.path(), &[]).await;
    let number = process.child.borrow().id().to_string();
    check(&run(folder.path(), None, &[]), IN_USE, &["in use", &number]);
    // Whatever store it wants: the spool is in the folder.
    check(&run(folder.path(), Some("postgres://127.0.0.1:1/x"), &[]), IN_USE, &["in use"]);
    process.signal("-KILL");
    process.ended(PATIENCE).await;
    // The kernel has let go of the folder.
    Process::busy(folder.path(), &[]).await;
}

/// Somebody looks at the file with a tool and holds it: rows wait in the spool.
#[actix_web::test]
async fn a_sqlite_file_that_another_process_holds_gets_its_rows_later() {
    use sqlx::Connection;
    let database = Database::sqlite();
    let url = database.url();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[("store.timeout_ms", "500")]).await;
    tape.send(&conn, 100).await;
    app.until("the first trades", async || app.writer("trades", "rows_written").await == 100).await;
    let mut other = sqlx::sqlite::SqliteConnection::connect(&url).await.expect("the file");
    let holder = other.begin_with("begin exclusive").await.expect("the lock");
    tape.send(&conn, 100).await;
    app.store_is("away").await;
    tape.send(&conn, 100).await;
    tape.applied(&app, 300).await;
    holder.rollback().await.expect("the end of the lock");
    app.store_is("ok").await;
    let store = database.store().await;
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 0);
    store.close().await;
    app.stop().await;
}
