//! Orders of the face, and who may place them.

use serde_json::{Value, json};

use super::Face;
use crate::identity::{CLOSED, Program, now_us};
use crate::support::{Answer, TestApp};

const SYMBOL: &str = "ETHUSD";

pub async fn trading(keys: &[(&str, &str)]) -> TestApp {
    let app = TestApp::start(&[&[("venues.sim.enabled", "true")], keys].concat()).await;
    app.ready().await;
    app
}

/// A request with whatever signature: an open server takes it for `dev`.
pub async fn unsigned(app: &TestApp, method: &str, path: &str, params: &str) -> Answer {
    let signature = "0".repeat(64);
    let path = format!("/api/v3/{path}?{params}&timestamp={}&signature={signature}", now_us() / 1_000);
    app.request(method, &path, &[("x-mbx-apikey", "any")], "").await
}

pub async fn told(app: &TestApp, method: &str, path: &str, params: &str) -> Value {
    let answer = unsigned(app, method, path, params).await;
    assert_eq!(answer.status, 200, "{path}?{params}: {}", answer.body);
    answer.json()
}

pub fn numbers(list: &Value, field: &str) -> Vec<u64> {
    list.as_array().expect("a list").iter().map(|item| item[field].as_u64().expect(field)).collect()
}

/// A limit order that nobody will meet.
async fn rests(app: &TestApp, symbol: &str, qty: &str) -> u64 {
    let params = format!("symbol={symbol}&side=BUY&type=LIMIT&timeInForce=GTC&quantity={qty}&price=900.00");
    told(app, "POST", "order", &params).await["orderId"].as_u64().expect("a number")
}

#[actix_web::test]
async fn an_amended_quantity_is_what_was_asked_for() {
    let app = trading(&[]).await;
    let order = rests(&app, SYMBOL, "30").await;
    for (asked, held) in [("20", "20.00000000"), ("10.50", "10.50000000"), ("10.", "10.00000000")] {
        let params = format!("symbol={SYMBOL}&orderId={order}&newQty={asked}");
        let amended = told(&app, "PUT", "order/amend/keepPriority", &params).await;
        assert_eq!(amended["amendedOrder"]["qty"], held, "{amended}");
    }
    for bad in ["", "ten", "-1", "1e1", "1.2.3"] {
        let params = format!("symbol={SYMBOL}&orderId={order}&newQty={bad}");
        let refused = unsigned(&app, "PUT", "order/amend/keepPriority", &params).await;
        assert_eq!(refused.status, 400, "{bad:?}: {}", refused.body);
    }
    app.stop().await;
}

#[actix_web::test]
async fn lists_begin_where_they_are_asked_to_and_miss_nothing() {
    let app = trading(&[]).await;
    let (mut orders, mut fills) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        orders.push(rests(&app, SYMBOL, "0.1").await);
        // Of another market: they are between, and in no list.
        let other = "symbol=BTCUSD&side=BUY&type=MARKET&quantity=0.001";
        told(&app, "POST", "order", other).await;
        let taken = format!("symbol={SYMBOL}&side=BUY&type=MARKET&quantity=0.01");
        let taken = told(&app, "POST", "order", &taken).await;
        orders.push(taken["orderId"].as_u64().expect("a number"));
        fills.extend(numbers(&taken["fills"], "tradeId"));
    }
    let listed = async |path: &str, params: &str, field: &str| {
        numbers(&told(&app, "GET", path, &format!("symbol={SYMBOL}{params}")).await, field)
    };
    assert_eq!(listed("allOrders", "", "orderId").await, orders);
    assert_eq!(listed("allOrders", "&limit=3", "orderId").await, orders[5..], "the last ones");
    let from = format!("&limit=3&orderId={}", orders[2]);
    assert_eq!(listed("allOrders", &from, "orderId").await, orders[2..5], "the first ones from there on");
    let whole = told(&app, "GET", "allOrders", &format!("symbol={SYMBOL}")).await;
    let (third, fourth) =
        (whole[3]["time"].as_i64().expect("a time"), whole[4]["time"].as_i64().expect("a time"));
    let within = whole.as_array().expect("a list").iter().filter(|order| {
        let time = order["time"].as_i64().expect("a time");
        time >= third && time <= fourth
    });
    let within: Vec<u64> = within.map(|order| order["orderId"].as_u64().expect("a number")).collect();
    let between = format!("&startTime={third}&endTime={fourth}");
    assert_eq!(listed("allOrders", &between, "orderId").await, within, "both times are included");
    assert_eq!(listed("myTrades", "", "id").await, fills);
    assert_eq!(listed("myTrades", "&limit=2", "id").await, fills[fills.len() - 2..]);
    let from = format!("&limit=2&fromId={}", fills[1]);
    assert_eq!(listed("myTrades", &from, "id").await, fills[1..3]);
    let of_order = told(&app, "GET", "myTrades", &format!("symbol={SYMBOL}&orderId={}", orders[1])).await;
    assert!(numbers(&of_order, "orderId").iter().all(|order| *order == orders[1]), "{of_order}");
    assert_eq!(numbers(&of_order, "id")[0], fills[0]);
    // And ours, of one market behind another one's.
    let ours = app.data("/api/v1/fills?market=sim:ETH-USD&limit=2").await;
    let newest: Vec<u64> = fills.iter().rev().take(2).copied().collect();
    assert_eq!(numbers(&ours["items"], "fill_id"), newest);
    assert!(ours["next_cursor"].is_string(), "{ours}");
    app.stop().await;
}

pub async fn asked(face: &mut Face, id: u64, method: &str, params: Value) -> Value {
    face.send(json!({"id": id, "method": method, "params": params})).await;
    face.answer(json!(id), |_| {}).await
}

pub fn signed(program: &Program, params: &[(&str, &str)]) -> Value {
    let mut pairs: Vec<(String, String)> =
        params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    pairs.push(("apiKey".to_owned(), program.key_id.clone()));
    pairs.push(("timestamp".to_owned(), (now_us() / 1_000).to_string()));
    pairs.sort();
    let text = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    pairs.push(("signature".to_owned(), program.sign(&text)));
    pairs.into_iter().map(|(name, value)| (name, json!(value))).collect::<serde_json::Map<_, _>>().into()
}

#[actix_web::test]
async fn a_revoked_key_ends_what_was_opened_with_it() {
    let app = trading(&[CLOSED]).await;
    let alice = app.sign_up("alice").await;
    let program = app.hmac_program(&alice, &["read", "trade"]).await;
    let mut face = Face::connect(&app, "/ws-api/v3").await;
    let nobody = asked(&mut face, 1, "account.status", json!({})).await;
    assert_eq!((&nobody["status"], &nobody["error"]["code"]), (&json!(401), &json!(-2014)), "{nobody}");
    let logged_on = asked(&mut face, 2, "session.logon", signed(&program, &[])).await;
    assert_eq!(logged_on["result"]["apiKey"], json!(program.key_id), "{logged_on}");
    let status = asked(&mut face, 3, "session.status", json!({})).await;
    for field in ["apiKey", "authorizedSince", "connectedSince"] {
        assert!(!status["result"][field].is_null(), "{status}");
        assert_eq!(status["result"][field], logged_on["result"][field]);
    }
    assert_eq!(asked(&mut face, 4, "account.status", json!({})).await["status"], 200);
    let subscribed = asked(&mut face, 5, "userDataStream.subscribe", json!({})).await;
    assert_eq!(subscribed["result"]["subscriptionId"], 0, "{subscribed}");
    let path = format!("/api/v1/api-keys/{}", program.key_id);
    assert!(app.as_person(&alice, "DELETE", &path, "").await.status < 300);
    face.send(json!({"id": 6, "method": "account.status", "params": {}})).await;
    // Which of both comes first is not promised.
    let (mut refused, mut ended) = (Value::Null, Value::Null);
    while refused.is_null() || ended.is_null() {
        let message = face.message().await;
        if message["id"] == 6 {
            refused = message;
        } else if message["event"]["e"] == "eventStreamTerminated" {
            ended = message;
        }
    }
    assert_eq!((&refused["status"], &refused["error"]["code"]), (&json!(401), &json!(-2015)), "{refused}");
    assert_eq!(ended["subscriptionId"], 0, "{ended}");
    app.stop().await;
}
