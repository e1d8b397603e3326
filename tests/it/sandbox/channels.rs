//! Orders and channels of accounts over the WebSocket.

use serde_json::{Value, json};

use super::{MARKET, app, market, resting, with};
use crate::support::Client;

/// The next message that `is_it`.
async fn until(client: &mut Client, is_it: impl Fn(&Value) -> bool) -> Value {
    loop {
        let message = client.next().await;
        if is_it(&message) {
            return message;
        }
    }
}

async fn asked(client: &mut Client, request: Value) -> Value {
    let id = request["id"].clone();
    client.send(request).await;
    until(client, |message| message["id"] == id).await
}

async fn subscribed(client: &mut Client, channel: &str, resume: Value) -> Value {
    let mut request = json!({"op": "subscribe", "id": channel, "channel": channel});
    if !resume.is_null() {
        request["resume"] = resume;
    }
    asked(client, request).await
}

#[actix_web::test]
async fn orders_are_placed_amended_and_cancelled_over_the_socket() {
    let app = app().await;
    let mut client = app.connect().await;
    let order = with(with(resting("0.02"), "op", "order.place"), "id", 1);
    let placed = asked(&mut client, with(order.clone(), "client_order_id", "ws-1")).await;
    assert_eq!((&placed["type"], &placed["status"]), (&json!("reply"), &json!("ok")), "{placed}");
    let order_id = placed["data"]["order_id"].clone();
    assert_eq!(app.data(&format!("/api/v1/orders/{order_id}")).await, placed["data"]);
    let again = asked(&mut client, with(with(order, "client_order_id", "ws-1"), "id", "second")).await;
    assert_eq!((&again["data"]["order_id"], &again["data"]["replayed"]), (&order_id, &json!(true)));
    let amended =
        asked(&mut client, json!({"op": "order.amend", "id": 2, "order_id": order_id, "qty": "0.01"})).await;
    assert_eq!(amended["data"]["qty"], "0.01000", "{amended}");
    let cancelled =
        asked(&mut client, json!({"op": "order.cancel", "id": 3, "client_order_id": "ws-1"})).await;
    assert_eq!(cancelled["data"]["status"], "cancelled", "{cancelled}");
    let refused = asked(&mut client, json!({"op": "order.cancel", "id": 4, "order_id": order_id})).await;
    assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("order_final")), "{refused}");
    let all = asked(&mut client, json!({"op": "order.cancel_all", "id": 5, "market": MARKET})).await;
    assert_eq!(all["data"], json!({"cancelled": 0}), "{all}");
    let bad =
        asked(&mut client, json!({"op": "order.place", "id": 6, "market": MARKET, "side": "buy"})).await;
    assert_eq!(bad["code"], "bad_request", "{bad}");
    app.stop().await;
}

#[actix_web::test]
async fn channels_begin_with_a_snapshot_and_go_on_without_a_hole() {
    let app = app().await;
    app.placed(&resting("0.01")).await;
    let mut client = app.connect().await;
    for channel in ["orders", "fills", "balances", "positions"] {
        let reply = subscribed(&mut client, channel, Value::Null).await;
        assert_eq!((&reply["status"], &reply["account"]), (&json!("ok"), &json!("dev")), "{reply}");
        let snapshot = until(&mut client, |message| message["channel"] == channel).await;
        assert_eq!((&snapshot["type"], &snapshot["seq"]), (&json!("snapshot"), &snapshot["prev"]));
        let count = snapshot["items"].as_array().map(Vec::len);
        assert_eq!(
            count,
            Some(match channel {
                "orders" => 1,
                "balances" => 5,
                _ => 0,
            })
        );
    }
    let again = subscribed(&mut client, "orders", Value::Null).await;
    assert_eq!(again["code"], "already_subscribed", "{again}");
    let filled = app.placed(&market("buy", "0.01")).await;
    let mut seen = std::collections::BTreeMap::new();
    while seen.len() < 4 {
        let frame = client.next().await;
        assert_eq!(frame["type"], "event", "{frame}");
        seen.insert(frame["channel"].as_str().expect("a channel").to_owned(), frame);
    }
    assert_eq!(seen["orders"]["items"], json!([filled]));
    assert_eq!(seen["fills"]["items"][0]["order_id"], filled["order_id"]);
    assert_eq!(seen["positions"]["items"][0]["qty"], "0.00999");
    let reply = asked(&mut client, json!({"op": "unsubscribe", "id": 9, "channel": "orders"})).await;
    assert_eq!(reply["status"], "ok", "{reply}");
    let reply = asked(&mut client, json!({"op": "unsubscribe", "id": 10, "channel": "orders"})).await;
    assert_eq!(reply["code"], "not_subscribed", "{reply}");
    app.stop().await;
}

#[actix_web::test]
async fn who_comes_back_gets_what_was_missed() {
    let app = app().await;
    let mut client = app.connect().await;
    subscribed(&mut client, "orders", Value::Null).await;
    let snapshot = client.next().await;
    let position = |frame: &Value| json!({"epoch": frame["epoch"], "seq": frame["seq"]});
    let mut missed = Vec::new();
    drop(client);
    for _ in 0..3 {
        missed.push(app.placed(&resting("0.01")).await["order_id"].clone());
    }
    let mut client = app.connect().await;
    let reply = subscribed(&mut client, "orders", position(&snapshot)).await;
    assert_eq!((&reply["recovered"], &reply["reason"]), (&json!(true), &json!("ok")), "{reply}");
    let mut last = snapshot["seq"].clone();
    for order_id in missed {
        let frame = client.next().await;
        assert_eq!((&frame["type"], &frame["prev"]), (&json!("event"), &last), "{frame}");
        assert_eq!(frame["items"][0]["order_id"], order_id);
        last = frame["seq"].clone();
    }
    let mut client = app.connect().await;
    let reply = subscribed(&mut client, "orders", json!({"epoch": 0, "seq": 1})).await;
    assert_eq!((&reply["recovered"], &reply["reason"]), (&json!(false), &json!("epoch")), "{reply}");
    assert_eq!(client.next().await["type"], "snapshot");
    app.stop().await;
}

/// Replies take from nothing to 40 ms, each another time; what is told of the account keeps its sequence.
#[actix_web::test]
async fn an_account_that_is_far_away_hears_of_things_in_their_sequence() {
    let app = app().await;
    let far = json!({"latency": {"reply": {"kind": "uniform", "min_us": 0, "max_us": 40_000}, "seed": 3}});
    assert_eq!(app.request("PATCH", "/api/v1/accounts/dev", &[], &far.to_string()).await.status, 200);
    let mut client = app.connect().await;
    subscribed(&mut client, "orders", Value::Null).await;
    let mut last = client.next().await["seq"].clone();
    let orders = (0..30).map(|_| resting("0.001"));
    futures_util::future::join_all(orders.map(async |order| app.placed(&order).await)).await;
    for _ in 0..30 {
        let frame = client.next().await;
        assert_eq!((&frame["type"], &frame["prev"]), (&json!("event"), &last), "{frame}");
        last = frame["seq"].clone();
    }
    app.stop().await;
}
