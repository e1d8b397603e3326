//! SQL comes from constants of ours and from nowhere else, and what callers send is bound to it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::probe::run;
use crate::identity::CLOSED;
use crate::support::process::{Process, command, free_port};
use crate::support::{PATIENCE, TestApp, is_full_size, request, tool};

/// sqlx takes statements that are constants; others only with `AssertSqlSafe`. Where that is, and how often, with why it is safe:
/// tables and columns are constants, numbers are numbers, and values are bound.
const ASSERTED: [(&str, usize); 6] = [
    // Names made of a table's and a date; a name of the catalog, quoted.
    ("crates/store/src/postgres/partitions.rs", 2),
    // Conditions chosen among constants.
    ("crates/store/src/postgres/read.rs", 1),
    ("crates/store/src/sqlite/read.rs", 1),
    // Columns of a table that is a constant.
    ("crates/store/src/postgres/sandbox.rs", 2),
    ("crates/store/src/sqlite/sandbox.rs", 2),
    // As many question marks as there are values; the tables that rows expire from.
    ("crates/store/src/sqlite/write.rs", 2),
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("ours").display().to_string();
            found.push((name, std::fs::read_to_string(&path).expect("a source")));
        }
    }
}

#[test]
fn no_statement_is_made_of_what_somebody_sent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in [
        "src",
        "actors/src",
        "crates/store/src",
        "crates/bus/src",
        "crates/domain/src",
        "crates/protocol/src",
    ] {
        sources(&root.join(folder), &mut found);
    }
    assert!(found.len() > 200);
    let allowed: BTreeMap<&str, usize> = ASSERTED.into_iter().collect();
    for (name, source) in &found {
        let is_of_store = name.starts_with("crates/store/");
        assert!(is_of_store || !source.contains("sqlx::"), "{name}: SQL is the store's alone");
        let asserted = source.matches("AssertSqlSafe(").count();
        let expected = allowed.get(name.as_str()).copied().unwrap_or(0);
        assert_eq!(
            asserted, expected,
            "{name}: look whether what is asserted holds, and say so in tests/it/attack/sql.rs"
        );
        assert!(!source.contains("QueryBuilder"), "{name}: statements are constants");
    }
}

const HOSTILE: [&str; 8] = [
    "'",
    "' or '1'='1",
    "x'; drop table users;--",
    "\" or 1=1--",
    "1); delete from audit;--",
    "' union select password from users--",
    "\\' or 1=1;#",
    "%' and sleep(9)--",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Whatever it is, it is a value: nobody is let in, nothing is found by it, nothing breaks.
#[actix_web::test]
async fn what_looks_like_sql_is_a_value() {
    let app =
        TestApp::start(&[CLOSED, ("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")]).await;
    app.ready().await;
    let root = app.sign_up("root").await;
    let audited = async || {
        let audit = app.data_for(&root, "/api/v1/audit?limit=1000&action=POST%20/api/v1/auth/signup").await;
        audit["items"].as_array().expect("items").len()
    };
    for hostile in HOSTILE {
        let body = json!({"name": hostile, "password": hostile});
        assert_eq!(app.send_json("/api/v1/auth/login", &body).await.status, 401, "{hostile}");
        let named = json!({"name": "root", "password": hostile});
        assert_eq!(app.send_json("/api/v1/auth/login", &named).await.status, 401, "{hostile}");
        let text = encoded(hostile);
        for path in [
            format!("/api/v1/audit?user={text}"),
            format!("/api/v1/audit?cursor={text}"),
            format!("/api/v1/audit?action={text}"),
            format!("/api/v1/users?cursor={text}"),
            format!("/api/v1/orders?status={text}"),
            format!("/api/v1/orders?market={text}"),
            format!("/api/v1/orders?cursor={text}"),
            format!("/api/v1/orders?account={text}"),
            format!("/api/v1/orders/{text}"),
            format!("/api/v1/orders/by-client-id/{text}"),
            format!("/api/v1/fills?cursor={text}"),
            format!("/api/v1/balances?account={text}"),
            format!("/api/v1/markets/{text}/trades"),
            format!("/api/v1/markets/sim:BTC-USD/trades?before={text}"),
            format!("/api/v1/markets/sim:BTC-USD/candles?interval={text}"),
        ] {
            let answer = app.as_person(&root, "GET", &path, "").await;
            let nothing = answer.status == 200 && answer.json()["data"]["items"] == json!([]);
            assert!(nothing || (400..500).contains(&answer.status), "{path}: {answer:?}");
        }
        let delete = app.as_person(&root, "DELETE", &format!("/api/v1/api-keys/{text}"), "").await;
        assert_eq!(delete.status, 404, "{hostile}");
        let patch =
            app.as_person(&root, "PATCH", &format!("/api/v1/users/{text}"), r#"{"disabled":true}"#).await;
        assert_eq!(patch.status, 404, "{hostile}");
    }
    assert_eq!(audited().await, 1, "the audit is whole");
    assert_eq!(app.data_for(&root, "/api/v1/users").await["items"].as_array().map(Vec::len), Some(1));
    app.stop().await;
}

/// sqlmap, over parameters of each sort; hundreds of requests each, so in the long run only.
#[actix_web::test]
async fn sqlmap_finds_nothing() {
    if !is_full_size() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut server = command(port, folder.path());
    server.env("DISABLE_AUTH", "1").args(["--set", "limits.logins_per_minute=0"]);
    let server = Process::start(server, port);
    server.ready(PATIENCE).await;
    let at = server.address();
    for (path, body) in [
        ("/api/v1/audit?action=GET*&user=dev", None),
        ("/api/v1/orders?status=open*&market=sim:BTC-USD", None),
        ("/api/v1/orders/by-client-id/a1*", None),
        ("/api/v1/markets/sim:BTC-USD/trades?limit=10*&before=100*", None),
        ("/api/v1/markets/sim:BTC-USD/candles?interval=1m*&start=1*", None),
        ("/api/v1/users/root*", None),
        ("/api/v1/auth/login", Some(r#"{"name":"root*","password":"correct horse*"}"#)),
    ] {
        let Some(mut sqlmap) = tool("MARKETD_TEST_SQLMAP") else { return };
        sqlmap
            .args([
                "--batch",
                "--disable-coloring",
                "--level",
                "2",
                "--risk",
                "1",
                "--time-sec",
                "2",
                "--threads",
                "2",
            ])
            .args(["--ignore-code", "*", "--flush-session", "--output-dir"])
            .arg(folder.path())
            .args(["-u", &format!("http://{at}{path}")])
            .env("NO_PROXY", "*");
        if let Some(body) = body {
            sqlmap.args(["--data", body, "--headers", "Content-Type: application/json"]);
        }
        let output = run(sqlmap).await;
        let said = String::from_utf8_lossy(&output.stdout);
        println!("{path}: {}", said.lines().rev().find(|line| line.contains('[')).unwrap_or_default());
        assert!(said.contains("do not appear to be injectable"), "{path}: {said}");
        assert!(
            !said.contains("is vulnerable") && !said.contains("identified the following injection"),
            "{said}"
        );
    }
    assert_eq!(request(&at, "GET", "/livez", &[], "").await.expect("an answer").status, 200);
}
