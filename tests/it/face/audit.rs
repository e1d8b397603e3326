//! What is done through the face is noted and limited as what is done through our own doors.

use serde_json::{Value, json};

use super::Face;
use crate::identity::{CLOSED, Program, now_us};
use crate::support::{Answer, TestApp};

const ORDER: &str = "symbol=ETHUSD&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=900.00";

async fn trading(keys: &[(&str, &str)]) -> TestApp {
    let app = TestApp::start(&[&[("venues.sim.enabled", "true"), CLOSED], keys].concat()).await;
    app.ready().await;
    app
}

async fn signed(app: &TestApp, program: &Program, method: &str, path: &str, params: &str) -> Answer {
    let params = format!("{params}&timestamp={}", now_us() / 1_000);
    let path = format!("/api/v3/{path}?{params}&signature={}", program.sign(&params));
    let headers = [("x-mbx-apikey", program.key_id.as_str()), ("x-trace-id", "of-the-face")];
    app.request(method, &path, &headers, "").await
}

#[actix_web::test]
async fn the_audit_has_what_was_done_through_the_face() {
    let app = trading(&[]).await;
    let (root, alice) = (app.sign_up("root").await, app.sign_up("alice").await);
    let trader = app.hmac_program(&alice, &["read", "trade"]).await;
    let reader = app.hmac_program(&alice, &["read"]).await;
    let placed = signed(&app, &trader, "POST", "order", ORDER).await;
    let order = placed.json()["orderId"].as_u64().expect("a number");
    assert_eq!(placed.header("x-trace-id"), Some("of-the-face"));
    signed(&app, &trader, "GET", "openOrders", "symbol=ETHUSD").await;
    signed(&app, &reader, "DELETE", "order", &format!("symbol=ETHUSD&orderId={order}")).await;
    signed(&app, &trader, "POST", "order", &ORDER.replace("0.1", "0.00000000001")).await;
    signed(&app, &trader, "GET", "order", "symbol=ETHUSD&orderId=999").await;
    app.request("DELETE", "/api/v3/openOrders?symbol=ETHUSD", &[], "").await;
    app.request("POST", "/api/v3/no/such/thing", &[], "").await;
    signed(&app, &trader, "DELETE", "openOrders", "symbol=ETHUSD").await;
    let mut face = Face::connect(&app, "/ws-api/v3").await;
    let timestamp = now_us() / 1_000;
    let text = format!("apiKey={}&symbol=ETHUSD&timestamp={timestamp}", trader.key_id);
    let params = json!({"apiKey": trader.key_id, "symbol": "ETHUSD", "timestamp": timestamp, "signature": trader.sign(&text)});
    face.send(json!({"id": 1, "method": "openOrders.cancelAll", "params": params})).await;
    face.answer(json!(1), |_| {}).await;
    let path = "/api/v1/audit?limit=50";
    app.until("the last row", async || {
        let audit = app.data_for(&root, path).await;
        audit["items"][0]["action"] == "WS openOrders.cancelAll"
    })
    .await;
    let audit = app.data_for(&root, path).await;
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut told: Vec<(String, String, u64, String)> = (audit["items"].as_array().expect("items").iter())
        .filter(|item| !text(&item["action"]).contains("/api/v1/"))
        .map(|item| {
            let status = item["status"].as_u64().expect("a status");
            (text(&item["user"]), text(&item["action"]), status, text(&item["code"]))
        })
        .collect();
    told.reverse();
    let expected = [
        ("alice", "POST /api/v3/order", 200, "-"),
        ("alice", "DELETE /api/v3/order", 401, "forbidden"),
        ("alice", "POST /api/v3/order", 400, "precision"),
        ("alice", "GET /api/v3/order", 400, "unknown_order"),
        ("-", "DELETE /api/v3/openOrders", 401, "unauthenticated"),
        ("-", "POST /api/v3/{call}", 404, "not_found"),
        ("alice", "DELETE /api/v3/openOrders", 200, "-"),
        ("alice", "WS openOrders.cancelAll", 400, "unknown_order"),
    ]
    .map(|(user, action, status, code)| (user.to_owned(), action.to_owned(), status, code.to_owned()));
    assert_eq!(told, expected);
    let first =
        audit["items"].as_array().expect("items").iter().find(|item| item["action"] == "POST /api/v3/order");
    let first = first.expect("an order");
    assert_eq!((&first["trace_id"], &first["target"]), (&json!("of-the-face"), &json!("/api/v3/order")));
    assert!(first["proof"].as_str().is_some_and(|proof| proof.ends_with(&trader.key_id)), "{first}");
    app.stop().await;
}

/// The user's limit holds over both doors and all keys, and who does not heed it is banned.
#[actix_web::test]
async fn a_user_is_limited_through_the_face_too() {
    let app = trading(&[
        ("limits.account_requests_per_second", "1"),
        ("limits.account_requests_burst", "4"),
        ("face.binance.refusals_before_ban", "2"),
    ])
    .await;
    let alice = app.sign_up("alice").await;
    let program = app.hmac_program(&alice, &["read", "trade"]).await;
    let mut answers = Vec::new();
    for _ in 0..12 {
        let answer = signed(&app, &program, "GET", "account", "omitZeroBalances=true").await;
        if answer.status != 200 {
            assert_eq!(answer.json()["code"], -1003, "{}", answer.body);
            assert!(answer.header("retry-after").and_then(|wait| wait.parse::<u32>().ok()) > Some(0));
        }
        answers.push(answer.status);
    }
    // A busy machine may be given another request meanwhile; the ban comes all the same.
    assert!(answers.contains(&429) && answers.last() == Some(&418), "{answers:?}");
    assert_eq!(app.get("/api/v3/time").await.status, 418, "the address is banned from all of it");
    let native = app.as_person(&alice, "GET", "/api/v1/me", "").await;
    assert!([200, 429].contains(&native.status), "and from nothing else: {}", native.body);
    app.stop().await;
}
