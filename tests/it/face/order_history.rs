//! What became of orders: matches that self-trade prevention kept from happening, amendments, lists that are over. All of it
//! is there after a restart.

use serde_json::{Value, json};

use super::Face;
use super::trading::{asked, numbers, told, trading, unsigned};
use super::user_data::{step, subscribed};
use crate::support::TestApp;
use crate::support::venue::ScriptedBinance;

const SYMBOL: &str = "BTCUSDT";

/// The best offer of a book that does not move.
struct Offer {
    price: String,
    qty: f64,
}

async fn offer(app: &TestApp) -> Offer {
    let best = told(app, "GET", "ticker/bookTicker", &format!("symbol={SYMBOL}")).await;
    let text = |field: &str| best[field].as_str().expect("text").to_owned();
    Offer { price: text("askPrice"), qty: text("askQty").parse().expect("a number") }
}

async fn order(app: &TestApp, side: &str, qty: f64, price: &str, more: &str) -> Value {
    let params = format!(
        "symbol={SYMBOL}&side={side}&type=LIMIT&timeInForce=GTC&quantity={qty:.5}&price={price}\
         &newOrderRespType=FULL{more}"
    );
    told(app, "POST", "order", &params).await
}

fn number(value: &Value) -> f64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("a number: {value}"))
}

async fn prevented(app: &TestApp, params: &str) -> Value {
    told(app, "GET", "myPreventedMatches", &format!("symbol={SYMBOL}&{params}")).await
}

/// Reports of the next events, up to the end of a step, each as what happened and what it was of.
async fn reports(face: &mut Face) -> Vec<Value> {
    let mut events = step(face).await;
    events.retain(|event| event["e"] == "executionReport");
    events
}

/// An order that stands behind the venue's at the best offer, and one that comes to it: what the second is answered, and what
/// is told of both.
async fn meet(app: &TestApp, face: &mut Face, mode: &str) -> (u64, Value, Vec<Value>) {
    let offer = offer(app).await;
    let maker = order(app, "SELL", 0.5, &offer.price, "").await["orderId"].as_u64().expect("a number");
    reports(face).await;
    let more = format!("&selfTradePreventionMode={mode}");
    let taker = order(app, "BUY", offer.qty + 0.2, &offer.price, &more).await;
    let events = reports(face).await;
    (maker, taker, events)
}

#[actix_web::test]
async fn prevented_matches_are_told_listed_and_found_after_a_restart() {
    let venue = ScriptedBinance::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().display().to_string();
    let app = venue.app(&[("data_dir", &folder)]).await;
    let conn = venue.live(&app).await;
    let mut face = subscribed(&app).await;

    let (maker, taker, events) = meet(&app, &mut face, "EXPIRE_MAKER").await;
    let told_here = &taker["preventedMatches"][0];
    assert_eq!(
        (&told_here["makerOrderId"], &told_here["makerPreventedQuantity"]),
        (&json!(maker), &json!("0.50000000")),
        "{taker}"
    );
    assert!(told_here.get("takerPreventedQuantity").is_none() && taker.get("preventedQuantity").is_none());
    let report = events.iter().find(|event| event["i"] == json!(maker)).expect("the maker's report");
    let fields = |names: &[&str]| names.iter().map(|name| report[*name].clone()).collect::<Vec<_>>();
    assert_eq!(fields(&["x", "X"]), [json!("TRADE_PREVENTION"), json!("EXPIRED_IN_MATCH")], "{report}");
    assert_eq!(fields(&["A", "B", "pl"]), [json!("0.50000000"), json!("0.50000000"), json!("0.20000000")]);
    let id = told_here["preventedMatchId"].clone();
    assert_eq!(
        fields(&["v", "U", "u", "Cs"]),
        [id.clone(), taker["orderId"].clone(), json!(-1), json!(SYMBOL)]
    );
    assert!((number(&report["pY"]) - 0.2 * number(&report["pL"])).abs() < 1e-6, "{report}");
    let seen = told(&app, "GET", "order", &format!("symbol={SYMBOL}&orderId={maker}")).await;
    assert_eq!(
        (&seen["preventedMatchId"], &seen["preventedQuantity"]),
        (&id, &json!("0.50000000")),
        "{seen}"
    );
    told(&app, "DELETE", "openOrders", &format!("symbol={SYMBOL}")).await;
    reports(&mut face).await;

    // Both lose as much, and the larger one goes on.
    conn.send_text(crate::support::venue::tick(&venue.btc)).await.expect("an open connection");
    let (maker, taker, events) = meet(&app, &mut face, "DECREMENT").await;
    let taker_id = taker["orderId"].as_u64().expect("a number");
    let lost = taker["preventedQuantity"].clone();
    assert_eq!((&taker["status"], number(&lost) > 0.0), (&json!("EXPIRED_IN_MATCH"), true), "{taker}");
    let of = |order: u64| -> Vec<&Value> {
        events.iter().filter(|event| event["i"] == json!(order) && event["x"] == "TRADE_PREVENTION").collect()
    };
    let (of_maker, of_taker) = (of(maker), of(taker_id));
    assert_eq!((of_maker.len(), of_taker.len()), (1, 1), "each is told once: {events:?}");
    assert_eq!((&of_maker[0]["X"], &of_taker[0]["X"]), (&json!("NEW"), &json!("EXPIRED_IN_MATCH")));
    assert_eq!((&of_maker[0]["B"], &of_taker[0]["B"]), (&lost, &lost));

    let all = prevented(&app, &format!("orderId={maker}")).await;
    let row = &all[0];
    assert_eq!(numbers(&all, "takerOrderId"), [taker_id]);
    assert_eq!((&row["takerPreventedQuantity"], &row["makerPreventedQuantity"]), (&lost, &lost), "{row}");
    assert_eq!(
        (&row["symbol"], &row["makerSymbol"], &row["tradeGroupId"], &row["selfTradePreventionMode"]),
        (&json!(SYMBOL), &json!(SYMBOL), &json!(-1), &json!("DECREMENT"))
    );
    let explained = app.data(&format!("/api/v1/orders/{maker}/explain")).await;
    assert_eq!(explained["prevented"][0]["taker_order_id"], json!(taker_id), "{explained}");
    assert_eq!(explained["order"]["prevented_match_id"], row["preventedMatchId"]);

    let by_id = format!("preventedMatchId={}", row["preventedMatchId"]);
    let before = (all.clone(), prevented(&app, &by_id).await);
    assert_eq!(before.1, all);
    drop(face);
    app.stop().await;
    let app = venue.app(&[("data_dir", &folder)]).await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    let after = (prevented(&app, &format!("orderId={maker}")).await, prevented(&app, &by_id).await);
    assert_eq!(after, before);
    let from =
        format!("orderId={maker}&fromPreventedMatchId={}", row["preventedMatchId"].as_u64().unwrap_or(0) + 1);
    assert_eq!(prevented(&app, &from).await, json!([]));
    assert_eq!(prevented(&app, "orderId=999999").await, json!([]));
    for (params, code) in [
        ("", -1102),
        ("preventedMatchId=1&orderId=1", -1128),
        ("fromPreventedMatchId=1", -1102),
        ("orderId=x", -1100),
        ("orderId=1&limit=0", -1130),
    ] {
        let refused = unsigned(&app, "GET", "myPreventedMatches", &format!("symbol={SYMBOL}&{params}")).await;
        assert_eq!(refused.json()["code"], json!(code), "{params}: {}", refused.body);
    }
    app.stop().await;
}

#[actix_web::test]
async fn amendments_are_listed_with_their_names_and_found_after_a_restart() {
    const SYMBOL: &str = "ETHUSD";
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().display().to_string();
    let app = trading(&[("data_dir", &folder)]).await;
    let mut face = subscribed(&app).await;
    let params = format!(
        "symbol={SYMBOL}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=5&price=900.00&newClientOrderId=first"
    );
    let order = told(&app, "POST", "order", &params).await["orderId"].as_u64().expect("a number");
    reports(&mut face).await;
    let amend = async |app: &TestApp, more: &str| {
        let params = format!("symbol={SYMBOL}&orderId={order}{more}");
        told(app, "PUT", "order/amend/keepPriority", &params).await
    };
    let renamed = amend(&app, "&newQty=4&newClientOrderId=second").await;
    let amended = &renamed["amendedOrder"];
    assert_eq!(
        (&amended["origClientOrderId"], &amended["clientOrderId"]),
        (&json!("first"), &json!("second")),
        "{renamed}"
    );
    let report = reports(&mut face).await.remove(0);
    assert_eq!(
        (&report["x"], &report["c"], &report["C"], &report["q"]),
        (&json!("REPLACED"), &json!("second"), &json!("first"), &json!("4.00000000")),
        "{report}"
    );
    let kept = amend(&app, "&newQty=3").await;
    let by_name = format!("symbol={SYMBOL}&origClientOrderId=second");
    assert_eq!(told(&app, "GET", "order", &by_name).await["orderId"], json!(order));
    let gone = unsigned(&app, "GET", "order", &format!("symbol={SYMBOL}&origClientOrderId=first")).await;
    assert_eq!(gone.json()["code"], -2013, "{}", gone.body);
    let list = async |app: &TestApp, more: &str| {
        told(app, "GET", "order/amendments", &format!("symbol={SYMBOL}&orderId={order}{more}")).await
    };
    let all = list(&app, "").await;
    let told_of = |row: &Value| {
        ["origClientOrderId", "newClientOrderId", "origQty", "newQty"]
            .map(|name| row[name].as_str().expect("text").to_owned())
    };
    let rows: Vec<_> = all.as_array().expect("a list").iter().map(told_of).collect();
    assert_eq!(
        rows,
        [["first", "second", "5.00000000", "4.00000000"], ["second", "second", "4.00000000", "3.00000000"]]
    );
    let executions = [&renamed, &kept].map(|answer| answer["executionId"].as_u64().expect("a number"));
    assert_eq!(numbers(&all, "executionId"), executions);
    drop(face);
    app.stop().await;
    let app = trading(&[("data_dir", &folder)]).await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    assert_eq!(list(&app, "").await, all);
    assert_eq!(
        numbers(&list(&app, &format!("&fromExecutionId={}", executions[1])).await, "executionId"),
        executions[1..]
    );
    assert_eq!(numbers(&list(&app, "&limit=1").await, "executionId"), executions[..1]);
    let explained = app.data(&format!("/api/v1/orders/{order}/explain")).await;
    assert_eq!(explained["amendments"][0]["client_order_id"], "second", "{explained}");
    let unknown = unsigned(&app, "GET", "order/amendments", &format!("symbol={SYMBOL}&orderId=999")).await;
    assert_eq!(unknown.json()["code"], -2013, "{}", unknown.body);
    app.stop().await;
}

#[actix_web::test]
async fn lists_keep_their_names_and_their_ends_over_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().display().to_string();
    let app = trading(&[("data_dir", &folder)]).await;
    let oco = "symbol=ETHUSD&side=BUY&quantity=0.1&aboveType=STOP_LOSS&aboveStopPrice=90000.00\
        &belowType=LIMIT_MAKER&belowPrice=900.00";
    let mut placed = Vec::new();
    for name in ["&listClientOrderId=mine", "&listClientOrderId=other", ""] {
        let list = told(&app, "POST", "orderList/oco", &format!("{oco}{name}")).await;
        placed.push(list["orderListId"].as_u64().expect("a number"));
    }
    told(&app, "DELETE", "orderList", "symbol=ETHUSD&listClientOrderId=mine").await;
    let unnamed = format!("marketd-list-{}", placed[2]);
    let seen = async |app: &TestApp| {
        let mut seen = Vec::new();
        for (path, params) in [
            ("orderList", "origClientOrderId=mine".to_owned()),
            ("orderList", "origClientOrderId=other".to_owned()),
            ("orderList", format!("origClientOrderId={unnamed}")),
            ("orderList", format!("orderListId={}", placed[0])),
            ("allOrderList", String::new()),
            ("allOrderList", "limit=2".to_owned()),
            ("allOrderList", format!("fromId={}&limit=2", placed[0])),
            ("openOrderList", String::new()),
        ] {
            seen.push(told(app, "GET", path, &params).await);
        }
        seen
    };
    let before = seen(&app).await;
    assert_eq!(
        (&before[0]["listOrderStatus"], &before[1]["listOrderStatus"]),
        (&json!("ALL_DONE"), &json!("EXECUTING"))
    );
    assert_eq!(before[3], before[0]);
    let listed = [4, 5, 6, 7].map(|at: usize| numbers(&before[at], "orderListId"));
    assert_eq!(listed, [placed.clone(), placed[1..].to_vec(), placed[..2].to_vec(), placed[1..].to_vec()]);
    app.stop().await;
    let app = trading(&[("data_dir", &folder)]).await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    assert_eq!(seen(&app).await, before);
    let again = unsigned(&app, "POST", "orderList/oco", &format!("{oco}&listClientOrderId=other")).await;
    assert_eq!(again.json()["code"], -2010, "{}", again.body);
    let mixed = unsigned(&app, "GET", "allOrderList", "fromId=1&startTime=5").await;
    assert_eq!(mixed.json()["code"], -1128, "{}", mixed.body);
    let mut face = subscribed(&app).await;
    let member = before[1]["orders"][0]["orderId"].as_u64().expect("a number");
    let (by_name, cancelled) = (format!("symbol=ETHUSD&orderId={member}"), "&newClientOrderId=away");
    let seen = told(&app, "DELETE", "order", &format!("{by_name}{cancelled}")).await;
    assert_eq!(seen["clientOrderId"], "away");
    let events = step(&mut face).await;
    let report = events.iter().find(|event| event["i"] == json!(member)).expect("the order's report");
    let name = format!("marketd-{member}");
    assert_eq!(
        (&report["x"], &report["c"], &report["C"]),
        (&json!("CANCELED"), &json!("away"), &json!(name))
    );
    let oto = "symbol=ETHUSD&listClientOrderId=other&workingType=LIMIT&workingSide=BUY&workingPrice=900.00&workingQuantity=1\
        &workingTimeInForce=GTC&pendingType=MARKET&pendingSide=SELL&pendingQuantity=1";
    let list = told(&app, "POST", "orderList/oto", oto).await;
    step(&mut face).await;
    let working = &list["orders"][0]["orderId"];
    let amend = format!("symbol=ETHUSD&orderId={working}&newQty=0.5&newClientOrderId=renamed");
    told(&app, "PUT", "order/amend/keepPriority", &amend).await;
    let events = step(&mut face).await;
    let updated = events.iter().find(|event| event["e"] == "listStatus").expect("the list's status");
    assert_eq!((&updated["l"], &updated["O"][0]["c"]), (&json!("UPDATED"), &json!("renamed")), "{updated}");
    let gone = told(&app, "DELETE", "orderList", "symbol=ETHUSD&listClientOrderId=other").await;
    assert_eq!(gone["listClientOrderId"], "other");
    let events = step(&mut face).await;
    let ended = events.iter().find(|event| event["e"] == "listStatus").expect("the list's status");
    assert_eq!((&ended["C"], &ended["l"]), (&json!("other"), &json!("ALL_DONE")), "{ended}");
    drop(asked(&mut face, 9, "ping", json!({})).await);
    app.stop().await;
}
