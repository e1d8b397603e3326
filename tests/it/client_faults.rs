//! Clients that flood, vanish in the middle, or speak HTTP in two ways at once: the others do not notice, and
//! nothing is left behind.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::held::HeldBook;
use crate::support::raw::{FIN, RawClient, TEXT, masked};
use crate::support::{PATIENCE, TestApp};

const MARKET: &str = "binance:BTC-USDT";

async fn busy_app(keys: &[(&str, &str)]) -> TestApp {
    let mut all = vec![("replay.builtin", "true"), ("replay.speed", "20")];
    all.extend_from_slice(keys);
    let app = TestApp::start(&all).await;
    app.ready().await;
    app
}

fn request(op: &str, channel: &str) -> Vec<u8> {
    let request = json!({"op": op, "channel": channel, "market": MARKET});
    masked(FIN | TEXT, request.to_string().as_bytes())
}

#[actix_web::test]
async fn a_flood_of_subscribes_is_refused_then_closed_and_others_miss_nothing() {
    let app = busy_app(&[]).await;
    let mut healthy = app.connect().await;
    let book = json!({"op": "subscribe", "channel": "book", "market": MARKET, "interval_ms": 0});
    healthy.send(book).await;
    let mut held = HeldBook::default();
    let mut flooding = RawClient::connect(&app.address).await;
    let flood = async {
        // The server stops reading before it has all: what it refuses it need not take.
        for _ in 0..100 {
            if !flooding.try_send(&request("subscribe", "bbo").repeat(100)).await {
                break;
            }
        }
    };
    let reading = async {
        while held.deltas < 100 {
            held.take(&healthy.next().await);
        }
    };
    tokio::join!(flood, reading);
    let (texts, code) = flooding.until_closed().await;
    assert_eq!(code, Some(1008));
    let errors = texts.iter().filter(|text| text["status"] == "error" || text["type"] == "error").count();
    assert_eq!(errors, 20, "refusals that are answered before the close");
    assert_eq!(held.snapshots, 1, "and every delta applied");
    assert_eq!(app.counter("refusals_closed").await, 1);
    drop((flooding, healthy));
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn ten_thousand_subscribes_beyond_the_limit_hold_nothing() {
    let app = busy_app(&[
        ("limits.subscriptions", "3"),
        ("limits.messages_per_second", "1000000"),
        ("limits.refusals_per_minute", "1000000"),
    ])
    .await;
    let mut client = app.connect().await;
    for channel in ["status", "bbo", "ticker"] {
        client.send(json!({"op": "subscribe", "channel": channel, "market": MARKET})).await;
        client.next_where(|message| message["type"] == "reply").await;
    }
    let names = ["trades", "book", "candles"];
    for round in 0..100 {
        for at in 0..100 {
            let channel = names[at % names.len()];
            client.send(json!({"op": "subscribe", "id": at, "channel": channel, "market": MARKET})).await;
        }
        for at in 0..100 {
            let reply = client.next_where(|message| message["type"] == "reply").await;
            assert_eq!(reply["id"], at, "round {round}");
            assert_eq!(reply["results"][0]["code"], "too_many_subscriptions", "round {round}");
        }
    }
    assert_eq!(app.counter("subscriptions_open").await, 3);
    drop(client);
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn clients_that_vanish_while_they_subscribe_leave_nothing_behind() {
    let app = busy_app(&[("limits.count_loopback", "true")]).await;
    for round in 0..300 {
        let mut raw = RawClient::connect(&app.address).await;
        let channels = ["book", "trades", "bbo", "candles"];
        let asked: Vec<u8> = channels.iter().flat_map(|channel| request("subscribe", channel)).collect();
        // Cut anywhere: between requests, within one, or within the head of a frame.
        raw.send(&asked[..(round * 7) % (asked.len() + 1)]).await;
        match round % 3 {
            0 => raw.reset(),
            1 => drop(raw),
            _ => {
                raw.send(&request("unsubscribe", "book")).await;
                raw.reset();
            }
        }
    }
    app.nobody_is_connected().await;
    assert!(app.server().board.peers.is_empty(), "no address is counted as connected");
    assert!(app.counter("sessions_total").await >= 300);
    app.stop().await;
}

/// Sends bytes and reads to the end of the connection, if it ends.
async fn exchange(app: &TestApp, bytes: &[u8]) -> (String, bool) {
    let mut stream = TcpStream::connect(&app.address).await.expect("the server listens");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    let is_ended = loop {
        match tokio::time::timeout(PATIENCE, stream.read_buf(&mut answer)).await {
            Ok(Ok(0) | Err(_)) => break true,
            Ok(Ok(_)) => {}
            Err(_) => break false,
        }
    };
    (String::from_utf8_lossy(&answer).into_owned(), is_ended)
}

/// Whatever two servers in a row could read as two different requests is read by nobody.
#[actix_web::test]
async fn requests_with_two_readings_are_refused_and_the_connection_ends() {
    let app = busy_app(&[]).await;
    let upgrade = "upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let chunked = "transfer-encoding: chunked\r\n";
    let hidden = "0\r\n\r\nGET /livez HTTP/1.1\r\nhost: x\r\n\r\n";
    let post = |headers: &str, body: &str| {
        format!("POST /api/v1/replay/resume HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n{body}")
    };
    let get = |headers: &str| format!("GET /api/v1/ws HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
    let cases = [
        ("both lengths", post(&format!("content-length: 4\r\n{chunked}"), hidden)),
        ("both lengths, turned round", post(&format!("{chunked}content-length: 4\r\n"), hidden)),
        ("two lengths", post("content-length: 0\r\ncontent-length: 5\r\n", "hello")),
        ("a list of lengths", post("content-length: 0, 5\r\n", "hello")),
        ("a length with a sign", post("content-length: +5\r\n", "hello")),
        ("a negative length", post("content-length: -1\r\n", "")),
        ("a length that is no number", post("content-length: 0x5\r\n", "hello")),
        ("chunked that is not last", post("transfer-encoding: chunked, identity\r\n", hidden)),
        ("chunked twice", post("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", hidden)),
        ("a chunk size that is no number", post(chunked, "zz\r\n\r\n")),
        ("a space before the colon", post("content-length : 5\r\n", "hello")),
        ("a header that goes on", post("x: a\r\n b: c\r\n", "")),
        ("a NUL in a header", post("x: a\0b\r\n", "")),
        ("an upgrade with both lengths", get(&format!("{upgrade}content-length: 4\r\n{chunked}"))),
        ("an upgrade with two lengths", get(&format!("{upgrade}content-length: 0\r\ncontent-length: 4\r\n"))),
    ];
    for (what, bytes) in &cases {
        let (answer, is_ended) = exchange(&app, bytes.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{what}: {answer}");
        assert!(is_ended, "{what}: the connection lives on");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{what}: a second request was read\n{answer}");
    }
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_request_that_follows_an_upgrade_is_not_read_as_http() {
    let app = busy_app(&[]).await;
    let mut raw = RawClient::connect(&app.address).await;
    raw.send(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(raw.until_closed().await.1, Some(1002), "a `G` has reserved bits");
    app.nobody_is_connected().await;
    app.stop().await;
}
