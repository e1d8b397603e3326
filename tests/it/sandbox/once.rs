//! A request that is sent again is not carried out again.

use futures_util::future::join_all;
use serde_json::json;

use super::{MARKET, app, resting, with};
use crate::support::process::{Process, command, free_port};
use crate::support::{PATIENCE, request, sized};

#[actix_web::test]
async fn copies_of_an_order_are_one_order() {
    let app = app().await;
    for round in 0..sized(40, 10_000) {
        let order = with(resting("0.001"), "client_order_id", format!("copy-{round}"));
        let answers = join_all((0..5).map(|_| app.place(&order))).await;
        let first = answers[0].json()["data"]["order_id"].clone();
        let mut replayed = 0;
        for answer in &answers {
            assert_eq!(answer.status, 201, "{}", answer.body);
            assert_eq!(answer.json()["data"]["order_id"], first);
            let is_replayed = answer.json()["data"]["replayed"] == true;
            assert_eq!(answer.header("idempotent-replayed").is_some(), is_replayed);
            replayed += usize::from(is_replayed);
        }
        assert_eq!(replayed, 4);
        app.request("DELETE", &format!("/api/v1/orders/{first}"), &[], "").await;
    }
    let orders = app.data("/api/v1/orders?limit=1000").await;
    assert_eq!(orders["items"].as_array().map(Vec::len), Some(sized(40, 1_000)));
    app.stop().await;
}

#[actix_web::test]
async fn a_key_is_for_one_request() {
    let app = app().await;
    let place = async |key: &str, qty: &str| {
        let headers = [("idempotency-key", key)];
        app.request("POST", "/api/v1/orders", &headers, &resting(qty).to_string()).await
    };
    let first = place("k-1", "0.01").await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = place("k-1", "0.01").await;
    assert_eq!(again.json()["data"]["order_id"], first.json()["data"]["order_id"]);
    let other = place("k-1", "0.02").await;
    assert_eq!((other.status, &other.json()["code"]), (409, &json!("idempotency_key_reused")));
    // What was refused may be sent again.
    assert_eq!(place("k-2", "1000").await.status, 422);
    assert_eq!(place("k-2", "0.01").await.status, 201);
    let bad = place("with space", "0.01").await;
    assert_eq!((bad.status, &bad.json()["code"]), (400, &json!("bad_request")));
    let named = with(resting("0.01"), "client_order_id", "n-1");
    app.placed(&named).await;
    let other = app.place(&with(named, "qty", "0.02")).await;
    assert_eq!((other.status, &other.json()["code"]), (409, &json!("duplicate_client_order_id")));
    let deposit = async || {
        let headers = [("idempotency-key", "d-1")];
        let body = r#"{"asset":"USD","amount":"5"}"#;
        app.request("POST", "/api/v1/accounts/dev/deposits", &headers, body).await
    };
    let before = app.balance("dev", "USD").await;
    assert_eq!(deposit().await.json()["data"], deposit().await.json()["data"]);
    assert_ne!(app.balance("dev", "USD").await, before);
    app.stop().await;
}

/// Also when the server died between the answer and the second try.
#[actix_web::test]
async fn an_answer_is_known_after_a_crash() {
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let start = async || {
        let port = free_port();
        let mut command = command(port, data_dir.path());
        command.args(["--set", "replay.builtin=false"]);
        let process = Process::start(command, port);
        process.ready(PATIENCE).await;
        process
    };
    let order = with(resting("0.01"), "client_order_id", "survivor").to_string();
    let place = async |process: &Process| {
        request(&process.address(), "POST", "/api/v1/orders", &[], &order).await.expect("an answer")
    };
    let process = start().await;
    let first = place(&process).await;
    assert_eq!(first.status, 201, "{}", first.body);
    process.signal("-KILL");
    process.ended(PATIENCE).await;
    let process = start().await;
    let again = place(&process).await;
    assert_eq!(again.status, 201, "{}", again.body);
    assert_eq!(again.json()["data"]["order_id"], first.json()["data"]["order_id"]);
    assert_eq!(again.json()["data"]["replayed"], true);
    let open = process.get(&format!("/api/v1/orders?status=open&market={MARKET}")).await.expect("an answer");
    assert_eq!(open.json()["data"]["items"].as_array().map(Vec::len), Some(1));
}
