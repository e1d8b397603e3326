//! Who signs a request: keys of each kind, wherever a client puts what it signs.

use serde_json::{Value, json};

use super::Face;
use crate::identity::{CLOSED, Person, Program, now_us};
use crate::support::{Answer, TestApp};

const ORDER: &str = "symbol=ETHUSD&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=900.00";

async fn trading() -> TestApp {
    let app = TestApp::start(&[("venues.sim.enabled", "true"), CLOSED]).await;
    app.ready().await;
    app
}

async fn programs(app: &TestApp, person: &Person) -> [Program; 3] {
    let scopes = ["read", "trade"];
    [
        app.hmac_program(person, &scopes).await,
        app.ed25519_program(person, &scopes).await,
        app.rsa_program(person, &scopes).await,
    ]
}

fn timestamp() -> i64 {
    now_us() / 1_000
}

fn encoded(signature: &str) -> String {
    signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// Where a client puts parameters and signature.
#[derive(Debug, Clone, Copy)]
enum Placement {
    /// ccxt, for what is posted, and python-binance.
    Form,
    /// @binance/spot, and what is asked for.
    Query,
    /// As Binance's own examples have it: some here, some there.
    Both,
}

/// Signed with one key, and said to be of `key_id`.
async fn send(
    app: &TestApp,
    (key_id, program): (&str, &Program),
    place: Placement,
    (method, path): (&str, &str),
    params: &str,
) -> Answer {
    let params = format!("{params}&recvWindow=10000&timestamp={}", timestamp());
    let (query, form) = match place {
        Placement::Form => ("", params.as_str()),
        Placement::Query => (params.as_str(), ""),
        Placement::Both => params.split_once('&').expect("several"),
    };
    let signed = format!("signature={}", encoded(&program.sign(&format!("{query}{form}"))));
    let (query, form) = match place {
        Placement::Query => (format!("{query}&{signed}"), String::new()),
        Placement::Form | Placement::Both => (query.to_owned(), format!("{form}&{signed}")),
    };
    let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    app.request(method, &path, &[("x-mbx-apikey", key_id)], &form).await
}

#[actix_web::test]
async fn keys_of_every_kind_sign_wherever_clients_put_it() {
    let app = trading().await;
    let alice = app.sign_up("alice").await;
    let programs = programs(&app, &alice).await;
    for (nth, program) in programs.iter().enumerate() {
        let as_itself = (program.key_id.as_str(), program);
        let as_another = (programs[(nth + 1) % 3].key_id.as_str(), program);
        for place in [Placement::Form, Placement::Query, Placement::Both] {
            let placed = send(&app, as_itself, place, ("POST", "/api/v3/order"), ORDER).await;
            assert_eq!(placed.status, 200, "{nth} {place:?}: {}", placed.body);
            let order = placed.json()["orderId"].as_u64().expect("a number");
            let named = format!("symbol=ETHUSD&orderId={order}");
            let seen = send(&app, as_itself, Placement::Query, ("GET", "/api/v3/order"), &named).await;
            assert_eq!(seen.json()["status"], "NEW", "{}", seen.body);
            let gone = send(&app, as_itself, place, ("DELETE", "/api/v3/order"), &named).await;
            assert_eq!(gone.json()["status"], "CANCELED", "{nth} {place:?}: {}", gone.body);
            let refused = send(&app, as_another, place, ("POST", "/api/v3/order"), ORDER).await;
            assert_eq!((refused.status, &refused.json()["code"]), (400, &json!(-1022)), "{}", refused.body);
        }
    }
    app.stop().await;
}

#[actix_web::test]
async fn what_was_changed_after_it_was_signed_is_refused() {
    let app = trading().await;
    let alice = app.sign_up("alice").await;
    for program in programs(&app, &alice).await {
        let params = format!("{ORDER}&timestamp={}", timestamp());
        let signature = encoded(&program.sign(&params));
        let send = async |params: &str, signature: &str| {
            let path = format!("/api/v3/order?{params}&signature={signature}");
            let answer = app.request("POST", &path, &[("x-mbx-apikey", &program.key_id)], "").await;
            (answer.status, answer.json()["code"].clone())
        };
        let invalid = (400, json!(-1022));
        assert_eq!(send(&params.replace("0.1", "0.2"), &signature).await, invalid);
        assert_eq!(send(&format!("{params}&newClientOrderId=x"), &signature).await, invalid);
        assert_eq!(send(&params.replace("&side=BUY", ""), &signature).await, invalid);
        let cut = &signature[..signature.len() - 4];
        let (status, code) = send(&params, cut).await;
        assert!(status == 400 && (code == -1022 || code == -1100), "{code}");
        // As it was signed it is good, and again as long as its window is open, as there.
        assert_eq!(send(&params, &signature).await.0, 200);
        assert_eq!(send(&params, &signature).await.0, 200);
    }
    app.stop().await;
}

/// Parameters of the WebSocket API, with their signature.
fn signed(program: &Program, params: &Value) -> Value {
    let mut all = params.clone();
    all["apiKey"] = json!(program.key_id);
    all["timestamp"] = json!(timestamp());
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // Its fields are in alphabetical order already.
    let pairs: Vec<String> = (all.as_object().expect("an object").iter())
        .map(|(name, value)| format!("{name}={}", text(value)))
        .collect();
    all["signature"] = json!(program.sign(&pairs.join("&")));
    all
}

#[actix_web::test]
async fn keys_of_every_kind_sign_over_a_socket() {
    let app = trading().await;
    let alice = app.sign_up("alice").await;
    for program in programs(&app, &alice).await {
        let mut face = Face::connect(&app, "/ws-api/v3").await;
        let subscribe = signed(&program, &json!({}));
        face.send(json!({"id": "a", "method": "userDataStream.subscribe.signature", "params": subscribe}))
            .await;
        let subscribed = face.answer(json!("a"), |_| {}).await;
        assert_eq!(subscribed["result"]["subscriptionId"], 0, "{subscribed}");
        let order = json!({"symbol": "ETHUSD", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
            "quantity": "0.1", "price": "900.00"});
        let mut order = signed(&program, &order);
        face.send(json!({"id": 2, "method": "order.place", "params": order})).await;
        let mut events = Vec::new();
        let placed = face.answer(json!(2), |event| events.push(event["event"]["e"].clone())).await;
        assert_eq!(placed["status"], 200, "{placed}");
        while events.len() < 2 {
            events.push(face.message().await["event"]["e"].clone());
        }
        assert_eq!(events, [json!("executionReport"), json!("outboundAccountPosition")]);
        order["quantity"] = json!("0.2");
        face.send(json!({"id": 3, "method": "order.place", "params": order})).await;
        let refused = face.answer(json!(3), |_| {}).await;
        assert_eq!(
            (&refused["status"], &refused["error"]["code"]),
            (&json!(400), &json!(-1022)),
            "{refused}"
        );
    }
    app.stop().await;
}

#[actix_web::test]
async fn keys_that_are_none_are_not_made() {
    let app = trading().await;
    let alice = app.sign_up("alice").await;
    let rsa = include_str!("../identity/rsa_public.pem");
    for (kind, public) in [
        ("rsa-sha256", Value::Null),
        ("rsa-sha256", json!("")),
        ("rsa-sha256", json!(rsa.replace("MII", "MIJ"))),
        ("rsa-sha256", json!(rsa.repeat(20))),
        ("ed25519", json!(rsa)),
        ("hmac-sha256", json!(rsa)),
        ("dsa", json!(rsa)),
    ] {
        let body = json!({"kind": kind, "label": "x", "scopes": ["read"], "public_key": public});
        let answer = app.as_person(&alice, "POST", "/api/v1/api-keys", &body.to_string()).await;
        assert_eq!(answer.status, 400, "{kind} {public}: {}", answer.body);
    }
    app.stop().await;
}
