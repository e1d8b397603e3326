//! What is somebody else's: to everybody but its owner it is as if it were not there, administrators included, and the audit has
//! who tried.

use serde_json::{Value, json};

use super::{CLOSED, Person, refused};
use crate::support::TestApp;

const MARKET: &str = "sim:BTC-USD";

/// What somebody owns, by the names that others would have to guess.
struct Owned {
    order: Value,
    account: Value,
    key: String,
}

async fn owned(app: &TestApp, owner: &Person) -> Owned {
    let order = json!({"market": MARKET, "side": "buy", "type": "limit", "qty": "0.1", "price": "30000.00",
        "client_order_id": "mine"});
    let placed = app.as_person(owner, "POST", "/api/v1/orders", &order.to_string()).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    let taking = json!({"market": MARKET, "side": "buy", "type": "market", "qty": "0.1"}).to_string();
    assert_eq!(app.as_person(owner, "POST", "/api/v1/orders", &taking).await.status, 201);
    let accounts = app.data_for(owner, "/api/v1/accounts").await;
    Owned {
        order: placed.json()["data"]["order_id"].clone(),
        account: accounts["items"][0]["account_id"].clone(),
        key: app.hmac_program(owner, &["read"]).await.key_id,
    }
}

/// A request for what is somebody else's.
type Attempt = (&'static str, String, String);

fn attempts(Owned { order, account, key }: &Owned) -> Vec<Attempt> {
    let named = account.to_string();
    let resting = json!({"account": named, "market": MARKET, "side": "buy", "type": "limit", "qty": "0.1",
        "price": "30000.00"});
    let rows: Vec<(&str, String, Value)> = vec![
        ("GET", format!("orders/{order}"), Value::Null),
        ("GET", format!("orders/{order}/explain"), Value::Null),
        ("PATCH", format!("orders/{order}"), json!({"qty": "0.05"})),
        ("DELETE", format!("orders/{order}"), Value::Null),
        ("GET", "orders/by-client-id/mine".to_owned(), Value::Null),
        ("GET", format!("orders/by-client-id/mine?account={account}"), Value::Null),
        ("POST", "orders".to_owned(), resting),
        ("GET", format!("orders?account={account}"), Value::Null),
        ("DELETE", format!("orders?account={account}"), Value::Null),
        ("GET", format!("fills?account={account}"), Value::Null),
        ("GET", format!("ledger?account={account}"), Value::Null),
        ("GET", format!("balances?account={account}"), Value::Null),
        ("GET", format!("positions?account={account}"), Value::Null),
        ("GET", format!("risk?account={account}"), Value::Null),
        ("PUT", format!("risk/limits?account={account}"), json!({"max_open_orders": 1})),
        ("POST", "risk/kill".to_owned(), json!({"account": named, "on": true})),
        ("POST", "risk/cancel-after".to_owned(), json!({"account": named, "timeout_ms": 10_000})),
        ("GET", format!("accounts/{account}"), Value::Null),
        ("PATCH", format!("accounts/{account}"), json!({"taker_fee": "0"})),
        ("POST", format!("accounts/{account}/deposits"), json!({"asset": "USD", "amount": "1"})),
        ("POST", format!("accounts/{account}/reset"), Value::Null),
        ("DELETE", format!("api-keys/{key}"), Value::Null),
    ];
    let with_base = |(method, path, body): (&'static str, String, Value)| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        (method, format!("/api/v1/{path}"), body)
    };
    rows.into_iter().map(with_base).collect()
}

async fn is_hidden_over_the_socket(app: &TestApp, person: &Person, Owned { order, account, .. }: &Owned) {
    let mut client = app.connect().await;
    client.send(json!({"op": "auth", "token": person.access})).await;
    assert_eq!(client.next().await["status"], "ok");
    let named = account.to_string();
    for mut request in [
        json!({"op": "order.cancel", "order_id": order}),
        json!({"op": "order.amend", "order_id": order, "qty": "0.05"}),
        json!({"op": "order.cancel_all", "account": named}),
        json!({"op": "subscribe", "channel": "orders", "account": named}),
        json!({"op": "subscribe", "channel": "balances", "account": named}),
    ] {
        request["id"] = 9.into();
        client.send(request.clone()).await;
        let reply = client.next_where(|message| message["id"] == 9).await.to_string();
        let is_hidden = reply.contains("unknown_order") || reply.contains("unknown_account");
        assert!(is_hidden, "{} {request}: {reply}", person.name);
    }
}

#[actix_web::test]
async fn what_is_anothers_is_not_there_for_anybody_else() {
    let app =
        TestApp::start(&[CLOSED, ("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")]).await;
    app.ready().await;
    let (admin, alice, bob) =
        (app.sign_up("root").await, app.sign_up("alice").await, app.sign_up("bob").await);
    let has_sandbox = async || app.as_person(&alice, "GET", "/api/v1/balances", "").await.status == 200;
    app.until("the sandbox", has_sandbox).await;
    let owned = owned(&app, &alice).await;
    let before = app.data_for(&alice, "/api/v1/balances").await;
    let attempts = attempts(&owned);
    for person in [&bob, &admin] {
        for (method, path, body) in &attempts {
            let answer = app.as_person(person, method, path, body).await;
            let (status, code) = refused(&answer);
            let is_hidden =
                status == 404 && matches!(&*code, "unknown_order" | "unknown_account" | "not_found");
            assert!(is_hidden, "{} {method} {path}: {answer:?}", person.name);
        }
        is_hidden_over_the_socket(&app, person, &owned).await;
    }
    // Nothing has come of it, and it is written down.
    let held = app.data_for(&alice, &format!("/api/v1/orders/{}", owned.order)).await;
    assert_eq!((&held["status"], &held["qty"]), (&json!("open"), &json!("0.10000")));
    assert_eq!(app.data_for(&alice, "/api/v1/balances").await, before);
    assert_eq!(app.data_for(&bob, "/api/v1/orders").await["items"], json!([]));
    let audit = app.data_for(&admin, "/api/v1/audit?user=bob&limit=1000").await;
    let told = audit["items"].as_array().expect("items");
    for (method, path, _) in &attempts {
        let path = path.split('?').next().expect("a path");
        let is_told = told.iter().any(|item| {
            item["target"] == path && item["action"].as_str().is_some_and(|action| action.starts_with(method))
        });
        assert!(is_told, "{method} {path} is not in the audit");
    }
    app.stop().await;
}
