//! Two nodes, processes of their own on one Postgres and one Redis: what one revokes is over at the other.

use std::path::Path;
use std::time::{Duration, Instant};

use marketd_testkit::services::private_redis;
use marketd_testkit::wait_until;
use serde_json::{Value, json};

use super::{PASSWORD, Program, Signer, now_us};
use crate::store::database::Database;
use crate::support::process::{Process, command, free_port};
use crate::support::{Client, PATIENCE, request};

/// What is told over the bus.
const TOLD: Duration = Duration::from_secs(1);

async fn node(folder: &Path, name: &str, database: &str, redis: &str) -> Process {
    let port = free_port();
    let mut node = command(port, &folder.join(name));
    node.args(["--set", "replay.builtin=false", "--set", "venues.sim.markets=BTC-USD"])
        .args([
            "--set",
            "auth.hash_memory_kib=64",
            "--set",
            "auth.hash_passes=1",
            "--set",
            "bus.timeout_ms=500",
        ])
        .env("MARKETD__AUTH__KEY_FILE", folder.join("server.key"))
        .env("DATABASE_URL", database)
        .env("REDIS_URL", redis)
        .env("DISABLE_AUTH", "0");
    let node = Process::start(node, port);
    node.ready(PATIENCE).await;
    bus_is(&node, "up").await;
    node
}

async fn bus_is(node: &Process, state: &str) {
    wait_until(PATIENCE, state, async || {
        node.get("/health").await.is_ok_and(|health| health.json()["data"]["bus"]["state"] == state)
    })
    .await;
}

async fn done(node: &Process, method: &str, path: &str, token: &str, body: Value) -> Value {
    let answer = node.ask(method, path, token, &body).await;
    assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.body);
    answer.json()["data"].clone()
}

async fn enter(node: &Process, route: &str, name: &str) -> String {
    let login = json!({"name": name, "password": PASSWORD});
    let tokens = done(node, "POST", &format!("/api/v1/auth/{route}"), "", login).await;
    tokens["access_token"].as_str().expect("a token").to_owned()
}

/// A ticket that a key of this user has got at this node, and the key's id.
async fn key_and_ticket(made_at: &Process, used_at: &Process, token: &str) -> (String, Value) {
    let wanted = json!({"kind": "hmac-sha256", "label": "bot", "scopes": ["read"]});
    let key = done(made_at, "POST", "/api/v1/api-keys", token, wanted).await;
    let text = |field: &str| key[field].as_str().expect(field).to_owned();
    let program = Program { key_id: text("key_id"), signer: Signer::Hmac(text("secret")) };
    let route = "/api/v1/auth/ws-ticket";
    let headers = program.headers(now_us(), "POST", route, "");
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ticket = request(&used_at.address(), "POST", route, &headers, "").await.expect("an answer");
    (program.key_id, ticket.json()["data"]["ticket"].clone())
}

/// Closed for good, and in time.
async fn is_closed(mut session: Client, since: Instant, within: Duration, what: &str) {
    assert_eq!(session.close_code().await, Some(4501), "{what}");
    assert!(since.elapsed() < within, "{what}: {:?}", since.elapsed());
}

#[actix_web::test]
async fn what_one_node_revokes_ends_at_the_other_within_a_second() {
    let (Some(database), Some(mut redis)) = (Database::postgres().await, private_redis()) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let here = node(folder.path(), "here", &database.url(), &redis.url()).await;
    let there = node(folder.path(), "there", &database.url(), &redis.url()).await;
    let admin = enter(&here, "signup", "root").await;
    let alice = enter(&here, "signup", "alice").await;
    // A logout here, a session there.
    let session = there.session(json!({"token": alice})).await;
    let began = Instant::now();
    done(&here, "POST", "/api/v1/auth/logout", &alice, Value::Null).await;
    is_closed(session, began, TOLD, "a logout").await;
    assert_eq!(there.ask("GET", "/api/v1/me", &alice, &Value::Null).await.status, 401);
    // A key that is revoked there, the session of its ticket here, and one of its user's login, which stays.
    let alice = enter(&there, "login", "alice").await;
    let (key_id, ticket) = key_and_ticket(&there, &here, &alice).await;
    let of_key = here.session(json!({"ticket": ticket})).await;
    let mut of_login = here.session(json!({"token": alice})).await;
    let began = Instant::now();
    done(&there, "DELETE", &format!("/api/v1/api-keys/{key_id}"), &alice, Value::Null).await;
    is_closed(of_key, began, TOLD, "a key").await;
    of_login.send(json!({"op": "ping"})).await;
    assert_eq!(of_login.next().await["status"], "ok");
    // A user who is disabled there.
    let began = Instant::now();
    done(&there, "PATCH", "/api/v1/users/alice", &admin, json!({"disabled": true})).await;
    is_closed(of_login, began, TOLD, "a user").await;
    assert_eq!(here.ask("GET", "/api/v1/me", &alice, &Value::Null).await.status, 401);
    // Without Redis nobody tells it, and the store does within some seconds.
    let bob = enter(&here, "signup", "bob").await;
    let session = there.session(json!({"token": bob})).await;
    redis.crash();
    bus_is(&here, "away").await;
    let began = Instant::now();
    done(&here, "POST", "/api/v1/auth/logout", &bob, Value::Null).await;
    is_closed(session, began, PATIENCE, "a logout without Redis").await;
    assert_eq!(there.ask("GET", "/api/v1/me", &bob, &Value::Null).await.status, 401);
    assert_eq!(there.ask("GET", "/api/v1/me", &admin, &Value::Null).await.status, 200, "others go on");
}
