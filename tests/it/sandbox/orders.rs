//! Orders placed, shown, amended, cancelled, filled and explained.

use serde_json::{Value, json};

use super::{MARKET, app, market, resting, with};

#[actix_web::test]
async fn an_order_rests_is_amended_and_cancelled_and_gives_everything_back() {
    let app = app().await;
    let before = app.balance("dev", "USD").await;
    let order = app.placed(&with(resting("0.02"), "client_order_id", "mine-1")).await;
    assert_eq!((&order["status"], &order["reserved"]), (&json!("open"), &json!("600")));
    let path = format!("/api/v1/orders/{}", order["order_id"]);
    assert_eq!(app.data(&path).await, order);
    assert_eq!(app.data("/api/v1/orders/by-client-id/mine-1").await, order);
    let open = app.data(&format!("/api/v1/orders?status=open&market={MARKET}")).await;
    assert_eq!(open["items"], json!([order]));
    let answer = app.request("PATCH", &path, &[], r#"{"qty":"0.01"}"#).await;
    assert_eq!((answer.status, &answer.json()["data"]["qty"]), (200, &json!("0.01000")));
    assert_eq!(answer.json()["data"]["reserved"], "300");
    let answer = app.request("DELETE", &path, &[], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let ended = answer.json()["data"].clone();
    assert_eq!((&ended["status"], &ended["reason"]), (&json!("cancelled"), &json!("user_request")));
    assert_eq!(app.data("/api/v1/orders?status=closed").await["items"], json!([ended]));
    let again = app.request("DELETE", &path, &[], "").await;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("order_final")));
    assert_eq!(app.balance("dev", "USD").await, before);
    app.stop().await;
}

#[actix_web::test]
async fn a_market_order_takes_from_the_book_and_can_be_explained() {
    let app = app().await;
    let order = app.placed(&market("buy", "0.01")).await;
    assert_eq!((&order["status"], &order["filled_qty"]), (&json!("filled"), &json!("0.01000")));
    let fills = app.data(&format!("/api/v1/fills?order_id={}", order["order_id"])).await;
    let fills = fills["items"].as_array().expect("a list").clone();
    assert!(!fills.is_empty());
    let explained = app.data(&format!("/api/v1/orders/{}/explain", order["order_id"])).await;
    assert_eq!(explained["order"], order);
    let told = explained["fills"].as_array().expect("a list");
    assert_eq!(told.len(), fills.len());
    for fill in told {
        assert_eq!(fill["evidence"]["kind"], "level", "{fill}");
        assert_eq!(fill["evidence"]["price"], fill["price"]);
    }
    // Bought 0.01 less a fee of 0.1 % in what was bought.
    let btc = app.balance("dev", "BTC").await;
    assert_eq!((&btc["free"], &btc["reserved"]), (&json!("1.00999"), &json!("0")));
    let position = app.data("/api/v1/positions").await["items"][0].clone();
    assert_eq!((&position["market"], &position["qty"]), (&json!(MARKET), &json!("0.00999")));
    app.stop().await;
}

#[actix_web::test]
async fn every_line_of_the_ledger_adds_up_to_the_balances() {
    let app = app().await;
    app.placed(&market("buy", "0.05")).await;
    app.placed(&resting("0.1")).await;
    app.placed(&market("sell", "0.02")).await;
    let mut sums: std::collections::BTreeMap<(String, String), i128> = std::collections::BTreeMap::new();
    let mut path = "/api/v1/ledger?limit=3".to_owned();
    loop {
        let page = app.data(&path).await;
        for line in page["items"].as_array().expect("a list") {
            let text = |field: &str| line[field].as_str().expect("text").to_owned();
            *sums.entry((text("asset"), text("owner"))).or_default() += units(&text("amount"));
        }
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/ledger?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    for balance in app.data("/api/v1/balances").await["items"].as_array().expect("a list") {
        for owner in ["free", "reserved"] {
            let asset = balance["asset"].as_str().expect("text").to_owned();
            let expected = units(balance[owner].as_str().expect("text"));
            assert_eq!(sums.get(&(asset, owner.to_owned())).copied().unwrap_or(0), expected, "{balance}");
        }
    }
    app.stop().await;
}

/// A decimal in units of 10^-18.
fn units(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{fraction:0<18}").parse::<i128>().expect("a number")
}

#[actix_web::test]
async fn lists_hold_back_once_and_end_together() {
    let app = app().await;
    let stop =
        json!({"market": MARKET, "side": "sell", "type": "stop", "qty": "0.1", "stop_price": "30000.00"});
    let limit = json!({"market": MARKET, "side": "sell", "type": "limit", "qty": "0.1", "price": "99000.00"});
    let body = json!({"kind": "oco", "orders": [limit, stop]}).to_string();
    let answer = app.request("POST", "/api/v1/orders/lists", &[], &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let list = answer.json()["data"].clone();
    assert_eq!(app.balance("dev", "BTC").await["reserved"], "0.1");
    let first = &list["orders"][0]["order_id"];
    app.request("DELETE", &format!("/api/v1/orders/{first}"), &[], "").await;
    let other = app.data(&format!("/api/v1/orders/{}", list["orders"][1]["order_id"])).await;
    assert_eq!((&other["status"], &other["reason"]), (&json!("cancelled"), &json!("list_sibling")));
    app.nothing_is_reserved().await;
    app.stop().await;
}

#[actix_web::test]
async fn orders_come_in_pages_newest_first() {
    let app = app().await;
    for _ in 0..5 {
        app.placed(&resting("0.001")).await;
    }
    app.request("DELETE", "/api/v1/orders/2", &[], "").await;
    for status in ["open", "all"] {
        let mut seen: Vec<Value> = Vec::new();
        let mut path = format!("/api/v1/orders?status={status}&limit=2");
        loop {
            let page = app.data(&path).await;
            seen.extend(
                page["items"].as_array().expect("a list").iter().map(|order| order["order_id"].clone()),
            );
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/api/v1/orders?status={status}&limit=2&cursor={cursor}"),
                None => break,
            }
        }
        let expected = if status == "open" { json!([5, 4, 3, 1]) } else { json!([5, 4, 3, 2, 1]) };
        assert_eq!(Value::from(seen), expected, "{status}");
    }
    let answer = app.request("DELETE", &format!("/api/v1/orders?market={MARKET}"), &[], "").await;
    assert_eq!(answer.json()["data"], json!({"cancelled": 4}));
    app.stop().await;
}
