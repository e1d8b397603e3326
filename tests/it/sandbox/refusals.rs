//! Bad orders: each its code, and nothing is held back afterwards.

use serde_json::{Value, json};

use super::{MARKET, app, market, resting, with};

#[actix_web::test]
async fn a_bad_order_has_its_code_and_changes_nothing() {
    let app = app().await;
    let limit = || resting("0.01");
    let table: Vec<(Value, u16, &str)> = vec![
        (with(limit(), "price", "30000.001"), 422, "precision"),
        (with(limit(), "qty", "0.000001"), 422, "precision"),
        (with(limit(), "qty", "0"), 422, "out_of_range"),
        (with(limit(), "qty", "-0"), 422, "out_of_range"),
        (with(limit(), "qty", "-1"), 422, "out_of_range"),
        (with(limit(), "qty", "1e-30"), 422, "precision"),
        (with(limit(), "qty", "9223372036854775808"), 422, "out_of_range"),
        (with(limit(), "price", "170141183460469231731687303715884105728"), 422, "out_of_range"),
        (with(limit(), "qty", "NaN"), 400, "bad_request"),
        (with(limit(), "qty", Value::Null), 422, "missing_qty"),
        (with(limit(), "qty", json!([1])), 400, "bad_request"),
        (with(limit(), "price", Value::Null), 422, "missing_price"),
        (with(limit(), "qty", "1000"), 422, "insufficient_balance"),
        (with(limit(), "side", "bid"), 400, "bad_request"),
        (with(limit(), "type", "iceberg"), 400, "bad_request"),
        (with(limit(), "time_in_force", "day"), 400, "bad_request"),
        (with(limit(), "time_in_force", "gtd"), 422, "bad_expiry"),
        (with(limit(), "expires_at", 1), 422, "bad_expiry"),
        (with(limit(), "market", "sim:XYZ-USD"), 404, "unknown_market"),
        (with(limit(), "account", "nobody"), 404, "unknown_account"),
        (with(limit(), "stop_price", "1.00"), 422, "unexpected_stop_price"),
        (with(limit(), "trailing_bps", 10), 422, "unexpected_trailing_bps"),
        (with(limit(), "display_qty", "0.02"), 422, "bad_display_qty"),
        (with(limit(), "client_order_id", "a b"), 422, "bad_client_order_id"),
        (with(limit(), "client_order_id", "x".repeat(65)), 422, "bad_client_order_id"),
        (with(limit(), "reduce_only", true), 400, "bad_request"),
        (with(market("buy", "0.01"), "price", "1.00"), 422, "unexpected_price"),
        (with(market("buy", "0.01"), "time_in_force", "gtc"), 422, "bad_time_in_force"),
        (with(market("buy", "0.01"), "post_only", true), 422, "bad_post_only"),
        (with(market("buy", "0.01"), "quote_qty", "10"), 422, "missing_qty"),
        (with(market("sell", "100"), "client_order_id", "too-much"), 422, "insufficient_balance"),
        (
            json!({"market": MARKET, "side": "buy", "type": "limit", "qty": "0.01", "price": "90000.00", "post_only": true}),
            422,
            "would_cross",
        ),
        (
            json!({"market": MARKET, "side": "sell", "type": "stop", "qty": "0.01", "stop_price": "90000.00"}),
            422,
            "would_trigger",
        ),
        (json!({"market": MARKET, "side": "sell", "type": "stop", "qty": "0.01"}), 422, "missing_stop_price"),
        (
            json!({"market": MARKET, "side": "sell", "type": "trailing_stop", "qty": "0.01"}),
            422,
            "missing_trailing_bps",
        ),
        (json!({"market": MARKET}), 400, "bad_request"),
        (json!([]), 400, "bad_request"),
    ];
    for (order, status, code) in table {
        let answer = app.place(&order).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code)),
            "{order} {}",
            answer.body
        );
    }
    let answer = app.request("POST", "/api/v1/orders", &[], "{\"market\":").await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("bad_json")));
    app.nothing_is_reserved().await;
    assert_eq!(app.data("/api/v1/orders").await["items"], json!([]));
    app.stop().await;
}

#[actix_web::test]
async fn orders_that_are_not_there_and_amendments_that_cannot_be() {
    let app = app().await;
    let order = app.placed(&resting("0.02")).await;
    let path = format!("/api/v1/orders/{}", order["order_id"]);
    let table = [
        ("DELETE", "/api/v1/orders/99", "", 404, "unknown_order"),
        ("GET", "/api/v1/orders/99", "", 404, "unknown_order"),
        ("GET", "/api/v1/orders/x", "", 404, "unknown_order"),
        ("GET", "/api/v1/orders/by-client-id/none", "", 404, "unknown_order"),
        ("GET", "/api/v1/orders/99/explain", "", 404, "unknown_order"),
        ("PATCH", path.as_str(), "{}", 422, "nothing_to_amend"),
        ("PATCH", path.as_str(), r#"{"qty":"0"}"#, 422, "out_of_range"),
        ("PATCH", path.as_str(), r#"{"price":"1.001"}"#, 422, "precision"),
        ("GET", "/api/v1/orders?status=done", "", 400, "bad_request"),
        ("GET", "/api/v1/orders?limit=0", "", 400, "bad_limit"),
        ("GET", "/api/v1/orders?cursor=x", "", 400, "bad_cursor"),
        ("GET", "/api/v1/orders?market=sim:NO-USD", "", 404, "unknown_market"),
        ("GET", "/api/v1/balances?account=other", "", 404, "unknown_account"),
        ("POST", "/api/v1/accounts/dev/deposits", r#"{"asset":"XYZ","amount":"1"}"#, 404, "unknown_asset"),
        ("POST", "/api/v1/accounts/dev/deposits", r#"{"asset":"USD","amount":"0"}"#, 422, "out_of_range"),
        ("POST", "/api/v1/accounts", r#"{"account":"1st"}"#, 400, "bad_request"),
        ("POST", "/api/v1/accounts", r#"{"account":"dev"}"#, 409, "already_exists"),
        ("POST", "/api/v1/risk/cancel-after", r#"{"timeout_ms":999999999}"#, 422, "bad_timer"),
    ];
    for (method, path, body, status, code) in table {
        let answer = app.request(method, path, &[], body).await;
        let found = (answer.status, answer.json()["code"].clone());
        assert_eq!(found, (status, json!(code)), "{method} {path} {body} {}", answer.body);
    }
    app.stop().await;
}

/// A market without a book fills nothing, and says so.
#[actix_web::test]
async fn a_market_that_is_not_live_takes_no_order() {
    let app = crate::support::TestApp::start(&[
        ("venues.binance.enabled", "true"),
        ("venues.binance.ws_url", "ws://127.0.0.1:1"),
        ("venues.binance.rest_url", "http://127.0.0.1:1"),
    ])
    .await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    let order = json!({"market": "binance:BTC-USDT", "side": "buy", "type": "market", "qty": "0.01"});
    let answer = app.place(&order).await;
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert!(["market_connecting", "market_stale"].contains(&code.as_str()), "{code}");
    app.nothing_is_reserved().await;
    app.stop().await;
}
