//! Backups taken while the server runs, and restored, with the commands that the guide prints.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::block;
use crate::identity::{PASSWORD, Person};
use crate::store::database::Database;
use crate::support::process::{Process, command, free_port};
use crate::support::{PATIENCE, tool};

struct Place {
    folder: tempfile::TempDir,
    /// Of Postgres; without one the store is the file in `data`.
    database: Option<String>,
}

impl Place {
    async fn server(&self) -> Process {
        let port = free_port();
        let mut server = command(port, &self.folder.path().join("data"));
        server
            .args(["--set", "replay.builtin=false", "--set", "venues.sim.markets=BTC-USD"])
            .args(["--set", "auth.hash_memory_kib=64", "--set", "auth.hash_passes=1"])
            .env("DISABLE_AUTH", "0");
        if let Some(url) = &self.database {
            server.env("DATABASE_URL", url);
        }
        let server = Process::start(server, port);
        server.ready(PATIENCE).await;
        server
    }

    /// Types what the guide says, in the folder that has `data`.
    fn type_in(&self, commands: &str) {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-u", "-c", commands]).current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some(url) = &self.database {
            shell.env("DATABASE_URL", url);
        }
        let output = shell.output().expect("a shell");
        assert!(output.status.success(), "{commands}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

async fn ask(server: &Process, method: &str, path: &str, token: &str, body: &Value) -> Value {
    let answer = server.ask(method, path, token, body).await;
    assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.body);
    answer.json()["data"].clone()
}

/// What belongs to somebody and has to be there again.
async fn held(server: &Process, token: &str) -> [Value; 3] {
    let mut held = [Value::Null, Value::Null, Value::Null];
    for (at, path) in ["/api/v1/balances", "/api/v1/orders?status=open", "/api/v1/fills"].iter().enumerate() {
        held[at] = ask(server, "GET", path, token, &Value::Null).await["items"].clone();
    }
    assert!(held.iter().all(|items| items.as_array().is_some_and(|items| !items.is_empty())), "{held:?}");
    held
}

async fn place(server: &Process, token: &str, price: &str) -> Value {
    let order =
        json!({"market": "sim:BTC-USD", "side": "buy", "type": "limit", "qty": "0.01", "price": price});
    ask(server, "POST", "/api/v1/orders", token, &order).await
}

/// Orders, a backup beside them, more orders, the end of the disk, and the restored server.
async fn comes_back(place_of: Place, restored: Option<String>, backup: &str, restore: &str) {
    let server = place_of.server().await;
    let login = json!({"name": "root", "password": PASSWORD});
    let root = ask(&server, "POST", "/api/v1/auth/signup", "", &login).await;
    let text = |field: &str| root[field].as_str().expect(field).to_owned();
    let root = Person { name: text("user"), access: text("access_token"), refresh: text("refresh_token") };
    let taking = json!({"market": "sim:BTC-USD", "side": "buy", "type": "market", "qty": "0.01"});
    ask(&server, "POST", "/api/v1/orders", &root.access, &taking).await;
    place(&server, &root.access, "100.00").await;
    let before = held(&server, &root.access).await;
    place_of.type_in(backup);
    place(&server, &root.access, "200.00").await;
    assert_ne!(held(&server, &root.access).await, before, "what came later is not in it");
    server.signal("-KILL");
    server.ended(PATIENCE).await;
    let place_of = Place { database: restored.or(place_of.database), folder: place_of.folder };
    place_of.type_in(restore);
    let server = place_of.server().await;
    // The server's secret came back as well, so logins go on.
    let renewed = json!({"refresh_token": root.refresh});
    let renewed = ask(&server, "POST", "/api/v1/auth/refresh", "", &renewed).await;
    let token = renewed["access_token"].as_str().expect("a token");
    assert_eq!(held(&server, token).await, before);
    place(&server, token, "300.00").await;
    server.signal("-TERM");
    assert!(server.ended(PATIENCE).await.success());
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[actix_web::test]
async fn a_sqlite_store_comes_back_from_a_backup_taken_while_the_server_runs() {
    // Named so that CI misses it where it is not there.
    if tool("MARKETD_TEST_SQLITE3").is_none() {
        return;
    }
    let place = Place { folder: tempfile::tempdir().expect("a folder"), database: None };
    let (backup, restore) = (block("Backup of SQLite", "sh"), block("Restore of SQLite", "sh"));
    comes_back(place, None, &backup, &restore).await;
}

#[actix_web::test]
async fn a_postgres_store_comes_back_from_a_backup_taken_while_the_server_runs() {
    let (Some(database), Some(empty)) = (Database::postgres().await, Database::empty_postgres().await) else {
        return;
    };
    assert!(has("pg_dump") && has("pg_restore"), "a Postgres without its own tools");
    let place = Place { folder: tempfile::tempdir().expect("a folder"), database: Some(database.url()) };
    let (backup, restore) = (block("Backup of Postgres", "sh"), block("Restore of Postgres", "sh"));
    comes_back(place, Some(empty.url()), &backup, &restore).await;
    // Both databases live until here.
    drop((database, empty));
}
