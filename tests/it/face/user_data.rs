//! What an account is told: events of order lists, and listen keys.

use serde_json::{Value, json};

use super::Face;
use super::trading::{asked, numbers, signed, told, trading, unsigned};
use crate::identity::{CLOSED, now_us};
use crate::support::TestApp;

const SYMBOL: &str = "ETHUSD";
const OCO: &str = "symbol=ETHUSD&side=BUY&quantity=0.1&aboveType=STOP_LOSS&aboveStopPrice=90000.00\
    &belowType=LIMIT_MAKER&belowPrice=900.00";

/// Signed with nothing that anybody looks at: an open server takes it for `dev`.
fn whatever() -> Value {
    json!({"apiKey": "any", "timestamp": now_us() / 1_000, "signature": "0".repeat(64)})
}

pub async fn subscribed(app: &TestApp) -> Face {
    let mut face = Face::connect(app, "/ws-api/v3").await;
    let answer = asked(&mut face, 1, "userDataStream.subscribe.signature", whatever()).await;
    assert_eq!(answer["result"]["subscriptionId"], 0, "{answer}");
    face
}

/// The next events, up to and with a position.
pub async fn step(face: &mut Face) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let event = face.message().await["event"].take();
        let is_last = event["e"] == "outboundAccountPosition";
        events.push(event);
        if is_last {
            return events;
        }
    }
}

/// Each event as its kind, with what it says of the order or the list.
fn kinds(events: &[Value]) -> Vec<String> {
    let text = |event: &Value, field: &str| event[field].as_str().unwrap_or_default().to_owned();
    (events.iter())
        .map(|event| match event["e"].as_str() {
            Some("executionReport") => format!("{} {}", text(event, "x"), text(event, "X")),
            Some("listStatus") => format!("{} {}", text(event, "l"), text(event, "L")),
            _ => text(event, "e"),
        })
        .collect()
}

#[actix_web::test]
async fn order_lists_are_told_of_when_they_begin_and_end() {
    let app = trading(&[]).await;
    let mut face = subscribed(&app).await;
    let placed = told(&app, "POST", "orderList/oco", &format!("{OCO}&listClientOrderId=mine")).await;
    let list = placed["orderListId"].as_u64().expect("a number");
    assert_eq!(
        (&placed["listClientOrderId"], &placed["listOrderStatus"]),
        (&json!("mine"), &json!("EXECUTING"))
    );
    let begun = step(&mut face).await;
    assert_eq!(
        kinds(&begun),
        ["NEW NEW", "NEW NEW", "EXEC_STARTED EXECUTING", "outboundAccountPosition"],
        "{begun:?}"
    );
    let status = &begun[2];
    assert_eq!((&status["g"], &status["c"], &status["C"]), (&json!(list), &json!("OCO"), &json!("mine")));
    assert_eq!((&status["s"], &status["r"]), (&json!(SYMBOL), &json!("NONE")));
    assert_eq!(numbers(&status["O"], "i"), numbers(&placed["orders"], "orderId"));
    // The one that waits for a price does not work yet.
    let works = |event: &Value| (event["o"].clone(), event["w"].clone(), event.get("W").is_some());
    let mut both = [works(&begun[0]), works(&begun[1])];
    both.sort_by_key(|(kind, ..)| kind.to_string());
    assert_eq!(both, [(json!("LIMIT_MAKER"), json!(true), true), (json!("STOP_LOSS"), json!(false), false)]);
    let again = unsigned(&app, "POST", "orderList/oco", &format!("{OCO}&listClientOrderId=mine")).await;
    assert_eq!((again.status, &again.json()["code"]), (400, &json!(-2010)), "{}", again.body);
    let seen = told(&app, "GET", "orderList", "origClientOrderId=mine").await;
    assert_eq!(seen["orderListId"], json!(list));
    let gone = told(&app, "DELETE", "orderList", &format!("symbol={SYMBOL}&listClientOrderId=mine")).await;
    assert_eq!(gone["listOrderStatus"], "ALL_DONE", "{gone}");
    let ended = step(&mut face).await;
    let told_kinds = kinds(&ended);
    assert_eq!(told_kinds.len(), 4, "{told_kinds:?}");
    assert_eq!(told_kinds[2], "ALL_DONE ALL_DONE", "{told_kinds:?}");
    let missing = unsigned(&app, "GET", "orderList", "origClientOrderId=another").await;
    assert_eq!(missing.status, 400, "{}", missing.body);
    app.stop().await;
}

/// The first order fills at once, the second waits for it: both are known to be of the list.
#[actix_web::test]
async fn trades_know_the_list_of_their_order() {
    let app = trading(&[]).await;
    let price = told(&app, "GET", "ticker/bookTicker", &format!("symbol={SYMBOL}")).await;
    let ask: f64 = price["askPrice"].as_str().and_then(|ask| ask.parse().ok()).expect("a price");
    let alone = format!("symbol={SYMBOL}&side=BUY&type=MARKET&quantity=0.1");
    told(&app, "POST", "order", &alone).await;
    let high = format!("{:.2}", ask * 1.05);
    let oto = format!(
        "symbol={SYMBOL}&workingType=LIMIT&workingSide=BUY&workingPrice={high}&workingQuantity=0.1\
         &workingTimeInForce=GTC&pendingType=LIMIT&pendingSide=SELL&pendingPrice=90000.00\
         &pendingQuantity=0.1&pendingTimeInForce=GTC&newOrderRespType=FULL"
    );
    let placed = told(&app, "POST", "orderList/oto", &oto).await;
    let list = placed["orderListId"].as_i64().expect("a number");
    let reports = placed["orderReports"].as_array().expect("reports");
    assert_eq!(
        (&reports[0]["status"], &reports[0]["orderListId"]),
        (&json!("FILLED"), &json!(list)),
        "{placed}"
    );
    assert!(reports[0]["fills"].as_array().is_some_and(|fills| !fills.is_empty()), "{placed}");
    let trades = told(&app, "GET", "myTrades", &format!("symbol={SYMBOL}")).await;
    let lists: Vec<i64> = (trades.as_array().expect("a list").iter())
        .map(|trade| trade["orderListId"].as_i64().expect("a number"))
        .collect();
    assert!(lists.first() == Some(&-1) && lists.last() == Some(&list), "{trades}");
    // What waits for an order that will not fill.
    let waits = oto.replace(&high, "900.00").replace("90000.00", "91000.00");
    let waiting = told(&app, "POST", "orderList/oto", &waits).await;
    let pending = &waiting["orderReports"][1];
    assert_eq!(
        (&pending["status"], &pending["workingTime"]),
        (&json!("PENDING_NEW"), &json!(-1)),
        "{waiting}"
    );
    let all = told(&app, "DELETE", "openOrders", &format!("symbol={SYMBOL}")).await;
    let of_lists: Vec<&Value> =
        all.as_array().expect("a list").iter().filter(|one| one.get("orderReports").is_some()).collect();
    assert_eq!(of_lists.len(), 2, "each list is one: {all}");
    app.stop().await;
}

#[actix_web::test]
async fn a_listen_key_is_a_stream_of_the_accounts_events() {
    let app = trading(&[]).await;
    let key = [("x-mbx-apikey", "any")];
    let made = app.request("POST", "/api/v3/userDataStream", &key, "").await;
    let listen_key = made.json()["listenKey"].as_str().expect("a key").to_owned();
    let again = app.request("POST", "/api/v3/userDataStream", &key, "").await;
    assert_eq!(again.json()["listenKey"], json!(listen_key));
    let mut plain = Face::connect(&app, &format!("/ws/{listen_key}")).await;
    let mut combined = Face::connect(&app, &format!("/stream?streams=ethusd@trade/{listen_key}")).await;
    let mut late = Face::connect(&app, "/ws").await;
    late.send(json!({"method": "SUBSCRIBE", "params": [listen_key], "id": 1})).await;
    late.answer(json!(1), |_| {}).await;
    let order = format!("symbol={SYMBOL}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=900.00");
    // A subscription stands a moment after its connection: orders are placed until one is told.
    let mut placed = 0;
    for face in [&mut plain, &mut late] {
        let event = loop {
            told(&app, "POST", "order", &order).await;
            placed += 1;
            if let Some(event) = face.within(100).await {
                break event;
            }
        };
        assert_eq!(
            (&event["e"], &event["x"], &event["s"]),
            (&json!("executionReport"), &json!("NEW"), &json!(SYMBOL))
        );
    }
    assert!(placed > 0);
    let wrapped = loop {
        let message = combined.message().await;
        if message["stream"] == json!(listen_key) {
            break message;
        }
    };
    assert_eq!(wrapped["data"]["e"], "executionReport", "{wrapped}");
    let named = format!("/api/v3/userDataStream?listenKey={listen_key}");
    assert_eq!(app.request("PUT", &named, &key, "").await.body, "{}");
    assert_eq!(app.request("DELETE", &named, &key, "").await.body, "{}");
    for (method, path) in [("PUT", named.as_str()), ("DELETE", "/api/v3/userDataStream?listenKey=x")] {
        let refused = app.request(method, path, &key, "").await;
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!(-1125)), "{}", refused.body);
    }
    app.stop().await;
}

/// An API key's id is no secret here, so it is not enough to see what its account is told.
#[actix_web::test]
async fn where_people_have_to_say_who_they_are_a_listen_key_takes_a_signature() {
    let app = trading(&[CLOSED]).await;
    let alice = app.sign_up("alice").await;
    let program = app.hmac_program(&alice, &["read"]).await;
    let key = [("x-mbx-apikey", program.key_id.as_str())];
    let refused = app.request("POST", "/api/v3/userDataStream", &key, "").await;
    assert_eq!((refused.status, &refused.json()["code"]), (401, &json!(-2015)), "{}", refused.body);
    let params = format!("timestamp={}", now_us() / 1_000);
    let path = format!("/api/v3/userDataStream?{params}&signature={}", program.sign(&params));
    let made = app.request("POST", &path, &key, "").await;
    assert!(made.json()["listenKey"].is_string(), "{}", made.body);
    let mut face = Face::connect(&app, "/ws-api/v3").await;
    let started = asked(&mut face, 1, "userDataStream.start", signed(&program, &[])).await;
    assert_eq!(started["result"]["listenKey"], made.json()["listenKey"], "{started}");
    app.stop().await;
}

/// Both orders of a list fill at once: it is over when it is answered.
#[actix_web::test]
async fn a_list_that_is_over_at_once_is_answered() {
    let app = trading(&[]).await;
    told(&app, "POST", "order", &format!("symbol={SYMBOL}&side=BUY&type=MARKET&quantity=0.2")).await;
    let oto = format!(
        "symbol={SYMBOL}&workingType=LIMIT&workingSide=BUY&workingPrice=90000.00&workingQuantity=0.1\
         &workingTimeInForce=IOC&pendingType=MARKET&pendingSide=SELL&pendingQuantity=0.1&newOrderRespType=FULL"
    );
    let placed = told(&app, "POST", "orderList/oto", &oto).await;
    assert_eq!(
        (&placed["listStatusType"], &placed["contingencyType"]),
        (&json!("ALL_DONE"), &json!("OTO")),
        "{placed}"
    );
    let seen = told(&app, "GET", "orderList", &format!("orderListId={}", placed["orderListId"])).await;
    assert_eq!(seen["listOrderStatus"], "ALL_DONE", "{seen}");
    let all = told(&app, "GET", "allOrderList", "").await;
    assert_eq!(numbers(&all, "orderListId"), [placed["orderListId"].as_u64().expect("a number")]);
    assert_eq!(told(&app, "GET", "openOrderList", "").await, json!([]));
    app.stop().await;
}
