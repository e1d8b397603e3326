//! What a client chooses with its handshake: encoding, compression, flush window. The content is the same.

use std::collections::BTreeMap;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::support::held::HeldBook;
use crate::support::raw::RawClient;
use crate::support::{Client, PATIENCE, TestApp};

const MARKET: &str = "sim:BTC-USD";
const SNAPSHOT: u64 = 0;

async fn simulating() -> TestApp {
    let app = TestApp::start(&[("venues.sim.enabled", "true")]).await;
    app.ready().await;
    app
}

/// Connects with one of the headers that choose; tells what the server answered to it.
async fn connect_with(
    app: &TestApp,
    query: &str,
    header: &'static str,
    value: &str,
) -> (Client, Option<String>) {
    let url = format!("ws://{}/api/v1/ws{query}", app.address);
    let mut request = url.into_client_request().expect("an address");
    request.headers_mut().insert(header, HeaderValue::from_str(value).expect("a header"));
    let (socket, response) = tokio_tungstenite::connect_async(request).await.expect("the handshake");
    let answer = response.headers().get(header).map(|value| value.to_str().expect("text").to_owned());
    (Client { socket }, answer)
}

async fn next_packed(client: &mut Client) -> Value {
    loop {
        let message = tokio::time::timeout(PATIENCE, client.socket.next()).await.expect("a message in time");
        match message.expect("an open connection").expect("a frame") {
            Message::Binary(bytes) => return rmp_serde::from_slice(&bytes).expect("MessagePack"),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("unexpected {other:?}"),
        }
    }
}

async fn send_packed(client: &mut Client, request: &Value) {
    let bytes = rmp_serde::to_vec(request).expect("MessagePack");
    client.socket.send(Message::binary(bytes)).await.expect("sent");
}

/// A price or quantity as JSON frames show it.
fn decimal(mantissa: &Value, decimals: &Value) -> String {
    let (mantissa, decimals) = (mantissa.as_i64().expect("an integer"), decimals.as_u64().expect("a number"));
    let digits = format!("{mantissa:0>width$}", width = decimals as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// The book frame that JSON would have been.
fn book_frame(places: &Value) -> Value {
    let levels = |flat: &Value| -> Vec<Value> {
        (flat.as_array().expect("levels").chunks(2))
            .map(|level| json!([decimal(&level[0], &places[5]), decimal(&level[1], &places[6])]))
            .collect()
    };
    json!({
        "type": if places[0] == SNAPSHOT { "snapshot" } else { "delta" },
        "channel": "book", "market": places[3], "epoch": places[4], "seq": places[7], "prev": places[8],
        "bids": levels(&places[12]), "asks": levels(&places[13]),
    })
}

#[actix_web::test]
async fn a_book_in_messagepack_is_the_book_in_json() {
    let app = simulating().await;
    let (mut packed, answer) =
        connect_with(&app, "", "sec-websocket-protocol", "other, marketd.v1.msgpack, marketd.v1.json").await;
    assert_eq!(answer.as_deref(), Some("marketd.v1.msgpack"));
    let request = json!({"op": "subscribe", "id": 7, "channel": "book", "market": MARKET, "depth": "full",
        "interval_ms": 0});
    send_packed(&mut packed, &request).await;
    let mut plain = app.connect().await;
    plain.send(request).await;

    let mut replied = false;
    let mut held = HeldBook::default();
    let mut books = BTreeMap::new();
    while held.deltas < 60 {
        let frame = next_packed(&mut packed).await;
        if frame.is_object() {
            if frame["type"] != "heartbeat" {
                assert_eq!((&frame["op"], &frame["id"]), (&json!("subscribe"), &json!(7)), "{frame}");
                replied = true;
            }
        } else if frame[1] == 0 {
            held.take(&book_frame(&frame));
            books.insert((held.epoch, held.seq), (held.bids(), held.asks()));
        }
    }
    assert!(replied, "the request is answered in MessagePack too");
    let (mut held, mut compared) = (HeldBook::default(), 0);
    let last = *books.keys().next_back().expect("books");
    while held.seq < last.1 {
        held.take(&plain.next().await);
        if let Some(book) = books.get(&(held.epoch, held.seq)) {
            assert_eq!((&held.bids(), &held.asks()), (&book.0, &book.1), "at {}", held.seq);
            compared += 1;
        }
    }
    assert!(compared >= 30, "{compared} books at the same position");
    app.stop().await;
}

#[actix_web::test]
async fn bad_messagepack_is_answered_and_the_connection_goes_on() {
    let app = simulating().await;
    let (mut client, _) = connect_with(&app, "", "sec-websocket-protocol", "marketd.v1.msgpack").await;
    client.socket.send(Message::binary(vec![0x82, 0xa2, b'o'])).await.expect("sent");
    let error = next_packed(&mut client).await;
    assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("bad_msgpack")), "{error}");
    send_packed(&mut client, &json!({"op": "ping", "id": "still there"})).await;
    assert_eq!(next_packed(&mut client).await["id"], "still there");
    app.stop().await;
}

#[actix_web::test]
async fn a_subprotocol_that_is_not_ours_is_not_confirmed() {
    let app = simulating().await;
    let mut raw =
        RawClient::connect_as(&app.address, "localhost", &[("sec-websocket-protocol", "graphql-ws")])
            .await
            .expect("an upgrade all the same: the client decides");
    raw.send_json(&json!({"op": "ping", "id": 1})).await;
    assert_eq!(raw.next_json().await.expect("JSON")["id"], 1);
    app.stop().await;
}

#[actix_web::test]
async fn frames_of_a_flush_window_come_together_and_none_is_missing() {
    let app = TestApp::start(&[("replay.builtin", "true"), ("replay.speed", "50")]).await;
    app.ready().await;
    let url = format!("ws://{}/api/v1/ws?flush_ms=200", app.address);
    let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("the handshake");
    let mut client = Client { socket };
    client
        .send(json!({"op": "subscribe", "channel": "book", "market": "binance:BTC-USDT", "depth": "full",
            "interval_ms": 0}))
        .await;
    let mut held = HeldBook::default();
    // `HeldBook` fails on a frame that does not follow the one before.
    let mut pauses = 0;
    while held.deltas < 400 {
        let before = tokio::time::Instant::now();
        held.take(&client.next().await);
        // Five hundred frames a second come one by one without a window: no pause would be as long.
        pauses += u32::from(before.elapsed() >= std::time::Duration::from_millis(100));
    }
    assert!(pauses >= 2, "{pauses} pauses in 400 frames");
    assert_eq!(held.snapshots, 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_flush_window_out_of_range_is_refused() {
    let app = simulating().await;
    for window in ["1001", "-1", "soon", ""] {
        let answer = app.get(&format!("/api/v1/ws?flush_ms={window}")).await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("bad_request")), "{window:?}");
    }
    app.stop().await;
}
