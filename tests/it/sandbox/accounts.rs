//! Accounts: opened, cloned, filled, reset; limits, the kill switch, the dead-man timer.

use serde_json::json;

use super::{MARKET, app, market, resting, with};

#[actix_web::test]
async fn an_account_is_opened_filled_cloned_and_reset() {
    let app = app().await;
    let open = json!({"account": "bot", "taker_fee": "0", "maker_fee": "0"}).to_string();
    let answer = app.request("POST", "/api/v1/accounts", &[], &open).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(app.data("/api/v1/balances?account=bot").await["items"], json!([]));
    let deposit = r#"{"asset":"USD","amount":"1000.50"}"#;
    let answer = app.request("POST", "/api/v1/accounts/bot/deposits", &[], deposit).await;
    assert_eq!((answer.status, &answer.json()["data"]["free"]), (201, &json!("1000.5")), "{}", answer.body);
    let order = app.placed(&with(market("buy", "0.01"), "account", "bot")).await;
    assert_eq!((&order["account"], &order["fee"]), (&json!("bot"), &json!("0")));
    let clone = r#"{"account":"copy","clone_of":"bot"}"#;
    assert_eq!(app.request("POST", "/api/v1/accounts", &[], clone).await.status, 201);
    let (held, copied) = (app.balance("bot", "USD").await, app.balance("copy", "USD").await);
    assert_eq!(held["total"], copied["total"]);
    let before = app.data("/api/v1/accounts/bot").await;
    let answer = app.request("POST", "/api/v1/accounts/bot/reset", &[], "").await;
    assert_eq!((answer.status, &answer.json()["data"]["version"]), (200, &json!(2)), "{}", answer.body);
    assert_eq!(app.data("/api/v1/balances?account=bot").await["items"], json!([]));
    let old = app.data(&format!("/api/v1/accounts/{}", before["account_id"])).await;
    assert_eq!((&old["version"], &old["account"]), (&json!(1), &json!("bot")));
    assert!(!old["successor_id"].is_null());
    assert_eq!(app.balance(&before["account_id"].to_string(), "USD").await, held);
    let names: Vec<String> = app.data("/api/v1/accounts").await["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|account| account["account"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(names, ["dev", "copy", "bot"]);
    app.stop().await;
}

#[actix_web::test]
async fn the_default_account_has_its_money_again_after_a_reset() {
    let app = app().await;
    let before = app.data("/api/v1/balances").await;
    app.placed(&market("buy", "0.1")).await;
    app.placed(&resting("0.1")).await;
    assert_ne!(app.data("/api/v1/balances").await, before);
    assert_eq!(app.request("POST", "/api/v1/accounts/dev/reset", &[], "{}").await.status, 200);
    assert_eq!(app.data("/api/v1/balances").await, before);
    assert_eq!(app.data("/api/v1/orders?status=open").await["items"], json!([]));
    app.stop().await;
}

#[actix_web::test]
async fn limits_switches_and_timers_hold() {
    let app = app().await;
    let limits = json!({"max_open_orders": 1, "markets": [{"market": MARKET, "max_order_qty": "0.5"}]});
    let answer = app.request("PUT", "/api/v1/risk/limits", &[], &limits.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["data"]["limits"]["markets"][0]["max_order_qty"], "0.50000");
    app.placed(&resting("0.01")).await;
    let code = async |order| app.place(&order).await.json()["code"].clone();
    assert_eq!(code(resting("0.01")).await, "max_open_orders");
    app.request("PUT", "/api/v1/risk/limits", &[], &json!({"markets": limits["markets"]}).to_string()).await;
    assert_eq!(code(resting("0.6")).await, "max_order_qty");
    let answer = app.request("POST", "/api/v1/risk/kill", &[], r#"{"on":true}"#).await;
    assert_eq!((answer.status, &answer.json()["data"]["open_orders"]), (200, &json!(0)), "{}", answer.body);
    assert_eq!(code(resting("0.01")).await, "kill_switch");
    app.request("POST", "/api/v1/risk/kill", &[], r#"{"on":false}"#).await;
    let order = app.placed(&resting("0.01")).await;
    let answer = app.request("POST", "/api/v1/risk/cancel-after", &[], r#"{"timeout_ms":50}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let path = format!("/api/v1/orders/{}", order["order_id"]);
    app.until("the timer", async || app.data(&path).await["reason"] == "cancel_after").await;
    app.stop().await;
}

/// The order is on its way for a while, and so is what is told of it.
#[actix_web::test]
async fn an_account_that_is_far_away_waits_for_its_orders() {
    let app = app().await;
    let far = json!({"latency": {"entry": {"kind": "constant", "us": 150_000}, "seed": 7}}).to_string();
    assert_eq!(app.request("PATCH", "/api/v1/accounts/dev", &[], &far).await.status, 200);
    let order = app.placed(&market("buy", "0.01")).await;
    assert_eq!((&order["status"], &order["filled_qty"]), (&json!("pending"), &json!("0.00000")));
    let path = format!("/api/v1/orders/{}", order["order_id"]);
    app.until("the fill", async || app.data(&path).await["status"] == "filled").await;
    let filled = app.data(&path).await;
    let took =
        filled["updated_at"].as_i64().zip(order["created_at"].as_i64()).map(|(end, start)| end - start);
    assert!(took.is_some_and(|took| took >= 150_000), "{filled}");
    app.stop().await;
}
