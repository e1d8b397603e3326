//! Many at once on one balance.

use futures_util::future::join_all;
use serde_json::json;

use super::{app, with};
use crate::support::sized;

/// Each order costs a tenth of what there is, so ten at a time can stand, whoever comes first.
#[actix_web::test]
async fn many_connections_never_spend_more_than_there_is() {
    let app = app().await;
    app.request("POST", "/api/v1/accounts", &[], r#"{"account":"purse"}"#).await;
    let deposit = r#"{"asset":"USD","amount":"1000"}"#;
    app.request("POST", "/api/v1/accounts/purse/deposits", &[], deposit).await;
    let order = json!({
        "market": super::MARKET, "side": "buy", "type": "limit", "qty": "0.01", "price": "10000.00", "account": "purse",
    });
    for round in 0..sized(4, 157) {
        let orders =
            (0..64).map(|number| with(order.clone(), "client_order_id", format!("{round}-{number}")));
        let answers = join_all(orders.map(async |order| app.place(&order).await)).await;
        let taken = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(taken, 10);
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.json()["code"], "insufficient_balance", "{}", answer.body);
        }
        let balance = app.balance("purse", "USD").await;
        assert_eq!((&balance["free"], &balance["reserved"]), (&json!("0"), &json!("1000")));
        let answer = app.request("DELETE", "/api/v1/orders?account=purse", &[], "").await;
        assert_eq!(answer.json()["data"], json!({"cancelled": 10}));
    }
    assert_eq!(app.balance("purse", "USD").await["free"], "1000");
    app.stop().await;
}

/// Cancels and fills race: whoever wins, the order ends once, and what was filled and what was not add up.
#[actix_web::test]
async fn cancels_that_race_fills_lose_or_win() {
    let app = app().await;
    let (mut cancelled, mut filled) = (0, 0);
    for _ in 0..sized(20, 1_000) {
        let book = app.data(&format!("/api/v1/markets/{}/book?depth=1", super::MARKET)).await;
        let bid = book["bids"][0][0].as_str().expect("a price");
        let order =
            json!({"market": super::MARKET, "side": "buy", "type": "limit", "qty": "0.002", "price": bid});
        let order_id = app.placed(&order).await["order_id"].clone();
        let path = format!("/api/v1/orders/{order_id}");
        let sell = super::market("sell", "0.002");
        let (answer, _) =
            futures_util::future::join(app.request("DELETE", &path, &[], ""), app.place(&sell)).await;
        let order = app.data(&path).await;
        match order["status"].as_str() {
            Some("cancelled") => {
                assert_eq!(answer.status, 200, "{}", answer.body);
                cancelled += 1;
            }
            Some("filled") => {
                assert_eq!(answer.json()["code"], "order_final", "{}", answer.body);
                filled += 1;
            }
            _ => panic!("{order}"),
        }
        assert_eq!(order["reserved"], "0");
    }
    println!("{cancelled} cancelled, {filled} filled");
    app.nothing_is_reserved().await;
    app.stop().await;
}
