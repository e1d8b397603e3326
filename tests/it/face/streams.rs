//! Streams of the face: numbers without holes, on every connection, from before the answer on.

use serde_json::{Value, json};

use super::Face;
use crate::support::TestApp;

async fn replaying() -> TestApp {
    let app = TestApp::start(&[("replay.builtin", "true"), ("replay.speed", "10")]).await;
    app.ready().await;
    app
}

async fn rest(app: &TestApp, path: &str) -> Value {
    let answer = app.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

/// A book that is kept as Binance tells clients to.
#[derive(Default)]
struct Book {
    last: u64,
    sides: [std::collections::BTreeMap<String, String>; 2],
}

impl Book {
    fn of(snapshot: &Value) -> Self {
        let mut book = Self { last: snapshot["lastUpdateId"].as_u64().expect("an id"), ..Self::default() };
        book.change([&snapshot["bids"], &snapshot["asks"]]);
        book
    }

    fn change(&mut self, levels: [&Value; 2]) {
        for (side, levels) in self.sides.iter_mut().zip(levels) {
            for level in levels.as_array().expect("levels") {
                let (price, qty) = (level[0].as_str().expect("text"), level[1].as_str().expect("text"));
                assert!(price.split('.').nth(1).is_some_and(|decimals| decimals.len() == 8), "{price}");
                if qty == "0.00000000" {
                    side.remove(price);
                } else {
                    side.insert(price.to_owned(), qty.to_owned());
                }
            }
        }
    }

    /// Applies a message, if it is not in the book already.
    fn apply(&mut self, diff: &Value) {
        let (first, last) = (diff["U"].as_u64().expect("U"), diff["u"].as_u64().expect("u"));
        if last > self.last {
            assert!(first <= self.last + 1, "{first} after {}", self.last);
            self.change([&diff["b"], &diff["a"]]);
            self.last = last;
        }
    }
}

#[actix_web::test]
async fn a_book_joined_after_the_answer_is_the_true_one() {
    let app = replaying().await;
    for stream in ["btcusdt@depth@100ms", "btcusdt@depth"] {
        let mut face = Face::connect(&app, "/ws/0").await;
        face.send(json!({"method": "SUBSCRIBE", "params": [stream], "id": "first"})).await;
        let answer = face.answer(json!("first"), |_| {}).await;
        assert_eq!(answer, json!({"result": null, "id": "first"}));
        let mut book = Book::of(&rest(&app, "/api/v3/depth?symbol=BTCUSDT&limit=5000").await);
        let mut compared = false;
        let mut before: Option<u64> = None;
        for _ in 0..60 {
            let diff = face.message().await;
            let (first, last) = (diff["U"].as_u64().expect("U"), diff["u"].as_u64().expect("u"));
            assert!(before.is_none_or(|before| first == before + 1), "{before:?} {first}");
            before = Some(last);
            book.apply(&diff);
            let other = Book::of(&rest(&app, "/api/v3/depth?symbol=BTCUSDT&limit=5000").await);
            if other.last == book.last {
                assert_eq!(other.sides, book.sides);
                compared = true;
            }
            if compared && before.is_some_and(|before| before > 20) {
                break;
            }
        }
        assert!(compared, "{stream} never stood where REST did");
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_connection_can_change_its_form_without_a_hole() {
    let app = replaying().await;
    let mut face = Face::connect(&app, "/ws/btcusdt@depth@100ms").await;
    let mut last = 0;
    let mut follow = |message: &Value| {
        let diff = message.get("data").unwrap_or(message);
        assert!(last == 0 || diff["U"] == last + 1, "{diff} after {last}");
        last = diff["u"].as_u64().expect("u");
    };
    for _ in 0..5 {
        follow(&face.message().await);
    }
    for (nth, combined) in [true, false, true].into_iter().enumerate() {
        face.send(json!({"method": "SET_PROPERTY", "params": ["combined", combined], "id": nth})).await;
        assert_eq!(face.answer(json!(nth), &mut follow).await["result"], Value::Null);
        face.send(json!({"method": "GET_PROPERTY", "params": ["combined"], "id": 7})).await;
        assert_eq!(face.answer(json!(7), &mut follow).await["result"], combined);
        let message = face.message().await;
        assert_eq!(message.get("stream").is_some(), combined, "{message}");
        follow(&message);
    }
    face.send(json!({"method": "LIST_SUBSCRIPTIONS", "id": null})).await;
    assert_eq!(face.answer(Value::Null, &mut follow).await["result"], json!(["btcusdt@depth@100ms"]));
    face.send(json!({"method": "UNSUBSCRIBE", "params": ["btcusdt@depth@100ms"], "id": 9})).await;
    face.answer(json!(9), &mut follow).await;
    face.send(json!({"method": "DANCE", "id": 10})).await;
    let refused = face.answer(json!(10), |message| panic!("{message} after unsubscribing")).await;
    assert_eq!((refused["code"].as_i64(), refused["error"]["code"].as_i64()), (Some(2), Some(2)));
    app.stop().await;
}

#[actix_web::test]
async fn every_stream_says_something_of_its_own() {
    let app = replaying().await;
    let names = [
        ("btcusdt@depth", "depthUpdate"),
        ("btcusdt@depth5@100ms", ""),
        ("btcusdt@depth20", ""),
        ("btcusdt@trade", "trade"),
        ("btcusdt@aggTrade", "aggTrade"),
        ("btcusdt@miniTicker", "24hrMiniTicker"),
        ("!miniTicker@arr", "24hrMiniTicker"),
        ("btcusdt@ticker", "24hrTicker"),
        ("!ticker@arr", "24hrTicker"),
        ("btcusdt@ticker_1h", "1hTicker"),
        ("btcusdt@bookTicker", ""),
        ("btcusdt@kline_1s", "kline"),
        ("btcusdt@kline_3d@+08:00", "kline"),
        ("btcusdt@avgPrice", "avgPrice"),
    ];
    let streams: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let path = format!("/stream?streams={}&timeUnit=MICROSECOND", streams.join("/"));
    let mut face = Face::connect(&app, &path).await;
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < names.len() {
        let message = face.message().await;
        let (name, event) =
            names.iter().find(|(name, _)| message["stream"] == *name).expect("a stream of ours");
        let data = if name.ends_with("@arr") { &message["data"][0] } else { &message["data"] };
        if !event.is_empty() {
            assert_eq!((&data["e"], &data["s"]), (&json!(event), &json!("BTCUSDT")));
            assert!(data["E"].as_i64() > Some(1_000_000_000_000_000), "microseconds: {data}");
        }
        seen.insert(*name);
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_closed_candle_is_told_as_closed_once() {
    let app = replaying().await;
    let mut face = Face::connect(&app, "/ws/btcusdt@kline_1s").await;
    let mut closed: Vec<i64> = Vec::new();
    while closed.len() < 5 {
        let kline = face.message().await["k"].take();
        let opened = kline["t"].as_i64().expect("a time");
        assert_eq!(kline["T"], opened + 999);
        if kline["x"] == true {
            assert!(closed.last().is_none_or(|last| *last < opened), "{opened} after {closed:?}");
            closed.push(opened);
        } else {
            assert!(!closed.contains(&opened), "{opened} is open again");
        }
    }
    app.stop().await;
}

/// There is no message that could put a hole right, so whoever has left the ring is closed.
#[actix_web::test]
async fn a_client_that_has_left_the_ring_is_closed() {
    let keys = [
        ("replay.builtin", "true"),
        ("replay.speed", "max"),
        ("hub.ring_frames", "4"),
        ("hub.mailbox", "64"),
    ];
    let app = TestApp::start(&keys).await;
    app.ready().await;
    let mut face = Face::connect(&app, "/ws/btcusdt@trade").await;
    // At the highest speed the ring of four frames is overtaken even by a client that reads.
    let code = loop {
        if let Err(code) = face.next().await {
            break code;
        }
    };
    assert!(matches!(code, Some(4001 | 4002)), "{code:?}");
    app.stop().await;
}
