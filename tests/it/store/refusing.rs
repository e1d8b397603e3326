//! Databases that answer, and take nothing, or not everything.

use marketd_store::{Family, GapKind};
use marketd_testkit::services::{Durability, Postgres};
use marketd_testkit::wait_until;

use super::database::{Database, SmallDisk, execute, gaps_of, own_postgres, scripted, store_at, url_of};
use super::tape::Tape;
use crate::support::PATIENCE;

#[actix_web::test]
async fn a_database_that_is_read_only_gets_its_rows_when_it_is_not() {
    let Some(postgres) = own_postgres() else { return };
    let url = postgres.url();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[]).await;
    tape.send(&conn, 100).await;
    let set = async |value: &str| {
        execute(&url, &format!("alter system set default_transaction_read_only = {value}")).await;
        execute(&url, "select pg_reload_conf()").await;
    };
    set("on").await;
    tape.send(&conn, 100).await;
    tape.applied(&app, 200).await;
    app.store_is("away").await;
    let health = app.store_health().await;
    assert!(health["reason"].as_str().is_some_and(|reason| reason.contains("read-only")), "{health}");
    set("off").await;
    app.store_is("ok").await;
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 0);
    store.close().await;
    app.stop().await;
}

/// A role that may have no connection: as when others have taken all that the server gives.
#[actix_web::test]
async fn a_database_without_a_free_connection_gets_its_rows_later() {
    let Some(postgres) = own_postgres() else { return };
    let admin = postgres.url();
    execute(&admin, "create role keeper login; grant all on schema public to keeper").await;
    let url = format!("postgres://keeper@127.0.0.1:{}/postgres", postgres.port());
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[]).await;
    tape.send(&conn, 100).await;
    execute(&admin, "alter role keeper connection limit 0").await;
    execute(&admin, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keeper'").await;
    tape.send(&conn, 100).await;
    app.store_is("away").await;
    tape.applied(&app, 200).await;
    execute(&admin, "alter role keeper connection limit -1").await;
    app.store_is("ok").await;
    let store = store_at(&admin).await;
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 0);
    store.close().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_database_whose_disk_is_full_gets_its_rows_when_there_is_room() {
    let Some(disk) = SmallDisk::of(160) else { return };
    let Ok(postgres) = Postgres::start_below(disk.path(), Durability::None) else { return };
    let url = postgres.url();
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[]).await;
    tape.send(&conn, 100).await;
    app.until("the first trades", async || app.writer("trades", "rows_written").await == 100).await;
    disk.fill(0);
    for _ in 0..40 {
        tape.send_slowly(&conn, 10, 20).await;
        if app.store_health().await["state"] == "away" {
            break;
        }
    }
    app.store_is("away").await;
    tape.applied(&app, tape.sent.len()).await;
    disk.clear();
    app.store_is("ok").await;
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 0);
    store.close().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_sqlite_file_whose_disk_is_full_gets_its_rows_when_there_is_room() {
    let Some(disk) = SmallDisk::of(8) else { return };
    let url = url_of(&disk.path().join("market.db"));
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[]).await;
    tape.send(&conn, 100).await;
    app.until("the first trades", async || app.writer("trades", "rows_written").await == 100).await;
    disk.fill(0);
    for _ in 0..100 {
        tape.send_slowly(&conn, 5, 100).await;
        if app.store_health().await["state"] == "away" {
            break;
        }
    }
    app.store_is("away").await;
    tape.applied(&app, tape.sent.len()).await;
    disk.clear();
    app.store_is("ok").await;
    let store = store_at(&url).await;
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 0);
    store.close().await;
    app.stop().await;
}

/// Rows that are at fault themselves would be refused for ever: they are counted, and no others are lost with them.
#[actix_web::test]
async fn rows_that_are_refused_become_a_gap_and_cost_no_others() {
    let Some(database) = Database::postgres().await else { return };
    let url = database.url();
    let picky = "
        create function refuse() returns trigger language plpgsql as $$ begin
            if new.id_low % 10 = 3 then raise 'not this one' using errcode = '22003'; end if; return new;
        end $$;
        create trigger picky before insert on trades for each row execute function refuse()";
    execute(&url, picky).await;
    let mut tape = Tape::start().await;
    let (app, conn) = tape.app(&url, &[]).await;
    tape.send(&conn, 40).await;
    app.until("four refusals", async || app.writer("trades", "rows_refused").await == 4).await;
    let store = database.store().await;
    tape.sent.retain(|(id, ..)| id % 10 != 3);
    tape.all_stored(&*store).await;
    assert_eq!(app.lost().await, 4);
    wait_until(PATIENCE, "a gap of four rows", async || {
        let gaps = gaps_of(&*store, scripted()).await;
        let lost = gaps.iter().filter(|gap| gap.kind() == GapKind::Unstored(Family::Trades));
        lost.map(|gap| gap.rows_lost()).sum::<u64>() == 4
    })
    .await;
    app.store_is("ok").await;
    store.close().await;
    app.stop().await;
}
