//! Whatever a client sends, it gets the documented code, and nobody else notices.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::raw::{BINARY, CLOSE, CONTINUATION, FIN, Incoming, PING, RawClient, TEXT, head, masked};
use crate::support::{Client, TestApp};

const MARKET: &str = "sim:BTC-USD";

/// A simulated market, and limits that the tests of single messages do not meet.
async fn app() -> TestApp {
    app_with(&[("limits.refusals_per_minute", "100000"), ("limits.messages_per_second", "100000")]).await
}

async fn app_with(keys: &[(&str, &str)]) -> TestApp {
    let mut all = vec![("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")];
    all.extend_from_slice(keys);
    let app = TestApp::start(&all).await;
    app.ready().await;
    app
}

/// Replies and errors; data that comes in between is passed over.
async fn answer(client: &mut Client) -> Value {
    client.next_where(|message| message["type"] == "reply" || message["type"] == "error").await
}

async fn assert_alive(client: &mut Client) {
    client.send(json!({"op": "ping", "id": "alive?"})).await;
    let pong = answer(client).await;
    assert_eq!((&pong["op"], &pong["id"], &pong["status"]), (&json!("ping"), &json!("alive?"), &json!("ok")));
    assert!(pong["server_time"].as_i64().is_some_and(|time| time > 1_600_000_000_000_000), "{pong}");
}

#[actix_web::test]
async fn requests_that_cannot_be_acted_on_get_a_code_and_the_connection_lives() {
    let app = app().await;
    let mut client = app.connect().await;
    let book = |rest: &str| format!(r#"{{"op":"subscribe","channel":"book","markets":["{MARKET}"],{rest}}}"#);
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "bad_json"),
        ("hello".into(), "bad_json"),
        ("{".into(), "bad_json"),
        (r#"{"op":"ping"} trailing"#.into(), "bad_json"),
        ("\u{0}".into(), "bad_json"),
        ("[]".into(), "bad_request"),
        ("null".into(), "bad_request"),
        ("17".into(), "bad_request"),
        ("{}".into(), "bad_request"),
        (r#"{"op":7}"#.into(), "bad_request"),
        (r#"{"op":"dance"}"#.into(), "unknown_op"),
        (r#"{"op":"subscribe"}"#.into(), "bad_request"),
        (r#"{"op":"subscribe","channel":"news","markets":["a"]}"#.into(), "unknown_channel"),
        (r#"{"op":"subscribe","channel":"book"}"#.into(), "bad_request"),
        (r#"{"op":"subscribe","channel":"book","markets":[]}"#.into(), "bad_request"),
        (r#"{"op":"subscribe","channel":"book","markets":"sim:BTC-USD"}"#.into(), "bad_request"),
        (r#"{"op":"subscribe","channel":"book","markets":[1]}"#.into(), "bad_request"),
        (r#"{"op":"subscribe","channel":7,"markets":["a"]}"#.into(), "bad_request"),
        (book(r#""depth":11"#), "bad_depth"),
        (book(r#""depth":0"#), "bad_depth"),
        (book(r#""depth":-1"#), "bad_request"),
        (book(r#""depth":"fully""#), "bad_request"),
        (book(r#""depth":18446744073709551616"#), "bad_request"),
        (book(r#""interval_ms":99"#), "bad_interval"),
        (book(r#""interval_ms":"100""#), "bad_request"),
        (book(r#""checksum":"yes""#), "bad_request"),
        (book(r#""resume":{"epoch":-1,"seq":0}"#), "bad_request"),
        (book(r#""resume":7"#), "bad_request"),
        (r#"{"op":"subscribe","channel":"candles","interval":"2m","markets":["a"]}"#.into(), "bad_interval"),
        (r#"{"op":"subscribe","channel":"candles","interval":60,"markets":["a"]}"#.into(), "bad_request"),
    ];
    for (text, code) in &cases {
        client.send_text(text).await;
        let error = answer(&mut client).await;
        assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!(code)), "{text}: {error}");
        assert_eq!(error["retryable"], false, "{text}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{text}");
    }
    assert_alive(&mut client).await;
    drop(client);
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn ids_come_back_as_they_were_sent() {
    let app = app().await;
    let mut client = app.connect().await;
    for id in ["7", "-0", "1.50", "1e400", "12345678901234567890123", r#""a\"b\\é""#, r#""é""#, r#""""#] {
        client.send_text(&format!(r#"{{"op":"ping","id":{id}}}"#)).await;
        let Some(Ok(message)) = futures_util::StreamExt::next(&mut client.socket).await else {
            panic!("no answer to id {id}");
        };
        let text = message.into_text().expect("text");
        assert!(text.contains(&format!(r#""id":{id},"#)), "{id}: {text}");
        client.send_text(&format!(r#"{{"op":"dance","id":{id}}}"#)).await;
        let Some(Ok(message)) = futures_util::StreamExt::next(&mut client.socket).await else {
            panic!("no answer to id {id}");
        };
        let text = message.into_text().expect("text");
        assert!(text.contains(r#""op":"dance""#) && text.contains(&format!(r#""id":{id},"#)), "{id}: {text}");
    }
    let long = format!("\"{}\"", "x".repeat(127));
    for id in ["{}", "[1]", "true", &long] {
        client.send_text(&format!(r#"{{"op":"ping","id":{id}}}"#)).await;
        let error = answer(&mut client).await;
        assert_eq!((&error["code"], error.get("id")), (&json!("bad_request"), None), "{id}");
    }
    client.send_text(r#"{"op":"subscribe","id":4,"channel":7}"#).await;
    let error = answer(&mut client).await;
    assert_eq!((&error["code"], &error["id"]), (&json!("bad_request"), &json!(4)), "{error}");
    app.stop().await;
}

#[actix_web::test]
async fn results_tell_what_became_of_each_market() {
    let app = app().await;
    let mut client = app.connect().await;
    let bbo =
        |op: &str| json!({"op": op, "id": 1, "channel": "bbo", "markets": ["sim:NOPE-USD", MARKET, MARKET]});
    let check = |reply: &Value, status: &str, sim: (&str, Value)| {
        assert_eq!((&reply["type"], &reply["status"]), (&json!("reply"), &json!(status)), "{reply}");
        let results = reply["results"].as_array().expect("results");
        let market = |at: usize| results[at]["market"].as_str().expect("a market");
        assert_eq!((results.len(), market(0), market(1)), (2, MARKET, "sim:NOPE-USD"), "{reply}");
        assert_eq!((&results[0]["status"], &results[0]["code"]), (&json!(sim.0), &sim.1), "{reply}");
        assert_eq!(results[1]["code"], "unknown_market", "{reply}");
    };
    let accepted = || ("accepted", Value::Null);
    let refused = |code: &str| ("error", json!(code));
    client.send(bbo("unsubscribe")).await;
    check(&answer(&mut client).await, "error", refused("not_subscribed"));
    client.send(bbo("subscribe")).await;
    check(&answer(&mut client).await, "partial", accepted());
    client.send(bbo("subscribe")).await;
    check(&answer(&mut client).await, "error", refused("already_subscribed"));
    // Other parameters make another stream; the same channel without them is not subscribed to.
    client.send(json!({"op": "subscribe", "channel": "book", "market": MARKET, "depth": 10})).await;
    assert_eq!(answer(&mut client).await["status"], "ok");
    client.send(json!({"op": "unsubscribe", "channel": "book", "market": MARKET})).await;
    assert_eq!(answer(&mut client).await["results"][0]["code"], "not_subscribed");
    client.send(bbo("unsubscribe")).await;
    check(&answer(&mut client).await, "partial", accepted());
    client.send(bbo("unsubscribe")).await;
    check(&answer(&mut client).await, "error", refused("not_subscribed"));
    app.stop().await;
}

#[actix_web::test]
async fn a_connection_has_so_many_subscriptions_and_a_request_so_many_markets() {
    let app = app_with(&[("limits.subscriptions", "5")]).await;
    let mut client = app.connect().await;
    let channels = ["status", "bbo", "trades", "ticker", "book", "candles"];
    for (at, channel) in channels.iter().enumerate() {
        client.send(json!({"op": "subscribe", "channel": channel, "market": MARKET})).await;
        let result = answer(&mut client).await["results"][0].clone();
        let expected = if at < 5 { Value::Null } else { json!("too_many_subscriptions") };
        assert_eq!(result["code"], expected, "{channel}: {result}");
    }
    client.send(json!({"op": "unsubscribe", "channel": "ticker", "market": MARKET})).await;
    assert_eq!(answer(&mut client).await["status"], "ok");
    client.send(json!({"op": "subscribe", "channel": "candles", "market": MARKET})).await;
    assert_eq!(answer(&mut client).await["status"], "ok", "a place was made free");
    let markets = |count: usize| (0..count).map(|at| format!("sim:M{at:03}-USD")).collect::<Vec<_>>();
    client.send(json!({"op": "subscribe", "id": 9, "channel": "bbo", "markets": markets(101)})).await;
    let error = answer(&mut client).await;
    assert_eq!((&error["code"], &error["id"]), (&json!("too_many_markets"), &json!(9)));
    client.send(json!({"op": "subscribe", "channel": "bbo", "markets": markets(100)})).await;
    assert_eq!(answer(&mut client).await["results"].as_array().map(Vec::len), Some(100));
    app.stop().await;
}

#[actix_web::test]
async fn a_message_of_64_kib_is_taken_and_one_byte_more_closes_with_1009() {
    let app = app().await;
    let sized = |bytes: usize| {
        let bare = r#"{"op":"ping","id":1,"x":""}"#.len();
        format!(r#"{{"op":"ping","id":1,"x":"{}"}}"#, "x".repeat(bytes - bare))
    };
    let mut raw = RawClient::connect(&app.address).await;
    raw.send(&masked(FIN | TEXT, sized(65_536).as_bytes())).await;
    assert_eq!(raw.next_json().await.expect("a pong")["status"], "ok");
    raw.send(&masked(FIN | TEXT, sized(65_537).as_bytes())).await;
    let (texts, code) = raw.until_closed().await;
    let codes: Vec<&Value> = texts.iter().map(|text| &text["code"]).collect();
    assert_eq!((codes, code), (vec![&json!("message_too_large")], Some(1009)));
    // The same in pieces, each of them small.
    let mut raw = RawClient::connect(&app.address).await;
    let text = sized(65_537);
    for (at, piece) in text.as_bytes().chunks(8_192).enumerate() {
        let first = if at == 0 {
            TEXT
        } else if piece.len() < 8_192 {
            FIN | CONTINUATION
        } else {
            CONTINUATION
        };
        raw.send(&masked(first, piece)).await;
    }
    let (texts, code) = raw.until_closed().await;
    assert_eq!((&texts[0]["code"], code), (&json!("message_too_large"), Some(1009)));
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn pieces_are_put_together_and_counted() {
    let app = app_with(&[("limits.fragments", "40")]).await;
    let mut raw = RawClient::connect(&app.address).await;
    let request = json!({"op": "subscribe", "id": "é", "channel": "bbo", "market": MARKET}).to_string();
    let pieces: Vec<&[u8]> = request.as_bytes().chunks(3).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let first = if at == 0 { TEXT } else { CONTINUATION };
        let fin = if at + 1 == pieces.len() { FIN } else { 0 };
        raw.send(&masked(first | fin, piece)).await;
        if at == 2 {
            raw.send(&masked(FIN | PING, b"between")).await;
        }
    }
    assert_eq!(raw.next().await, Incoming::Pong(b"between".to_vec()));
    let reply = raw.next_json().await.expect("a reply");
    assert_eq!((&reply["id"], &reply["status"]), (&json!("é"), &json!("ok")), "{reply}");
    let mut raw = RawClient::connect(&app.address).await;
    raw.send(&masked(TEXT, b"{")).await;
    for _ in 0..40 {
        raw.send(&masked(CONTINUATION, b"")).await;
    }
    let (texts, code) = raw.until_closed().await;
    assert_eq!((&texts[0]["code"], code), (&json!("message_too_large"), Some(1009)));
    app.stop().await;
}

#[actix_web::test]
async fn bytes_that_break_the_websocket_protocol_close_with_its_codes() {
    let app = app().await;
    let ping = br#"{"op":"ping"}"#;
    let mut unmasked = vec![FIN | TEXT, ping.len() as u8];
    unmasked.extend_from_slice(ping);
    let two = |first: Vec<u8>, second: Vec<u8>| [first, second].concat();
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("reserved opcode 3", masked(FIN | 3, ping), 1002),
        ("reserved control opcode 11", masked(FIN | 11, b""), 1002),
        ("RSV1", masked(FIN | 0x40 | TEXT, ping), 1002),
        ("RSV3", masked(FIN | 0x10 | TEXT, ping), 1002),
        ("unmasked", unmasked, 1002),
        ("continuation of nothing", masked(FIN | CONTINUATION, b"x"), 1002),
        ("text within a message in pieces", two(masked(TEXT, b"{"), masked(FIN | TEXT, b"}")), 1002),
        ("ping in pieces", masked(PING, b"x"), 1002),
        ("ping of 126 bytes", masked(FIN | PING, &[b'x'; 126]), 1002),
        ("close of one byte", masked(FIN | CLOSE, b"x"), 1002),
        ("not UTF-8", masked(FIN | TEXT, b"\xff\xfe"), 1007),
        ("cut UTF-8", masked(FIN | TEXT, b"\"\xc3"), 1007),
        ("surrogate", masked(FIN | TEXT, b"\xed\xa0\x80"), 1007),
        ("not UTF-8 in pieces", two(masked(TEXT, b"\"\xc3"), masked(FIN | CONTINUATION, b"(\"")), 1007),
    ];
    let mut clients = Vec::new();
    for (what, bytes, expected) in cases {
        let mut raw = RawClient::connect(&app.address).await;
        raw.send(&bytes).await;
        clients.push((what, raw, expected));
    }
    for (what, mut raw, expected) in clients {
        let (_, code) = raw.until_closed().await;
        assert_eq!(code, Some(expected), "{what}");
        assert_eq!(raw.next().await, Incoming::End, "{what}: something follows the close frame");
    }
    // A character that is cut by two pieces is whole in the end.
    let mut raw = RawClient::connect(&app.address).await;
    raw.send(&masked(TEXT, b"{\"op\":\"ping\",\"id\":\"\xc3")).await;
    raw.send(&masked(FIN | CONTINUATION, b"\xa9\"}")).await;
    assert_eq!(raw.next_json().await.expect("a pong")["id"], "é");
    drop(raw);
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_close_is_answered_with_the_same_code() {
    let app = app().await;
    for (sent, expected) in [(&[0x03, 0xE8][..], Some(1000)), (&[0x0B, 0xB8], Some(3000)), (b"", None)] {
        let mut raw = RawClient::connect(&app.address).await;
        raw.send_json(&json!({"op": "subscribe", "channel": "bbo", "market": MARKET})).await;
        raw.next_json().await.expect("a reply");
        raw.send(&masked(FIN | CLOSE, sent)).await;
        assert_eq!(raw.until_closed().await.1, expected, "{sent:?}");
        assert_eq!(raw.next().await, Incoming::End);
    }
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn binary_where_text_is_due_closes_with_1003() {
    let app = app().await;
    let pieces = [masked(BINARY, b"{}"), masked(FIN | CONTINUATION, b"")].concat();
    for bytes in [masked(FIN | BINARY, br#"{"op":"ping"}"#), masked(FIN | BINARY, b""), pieces] {
        let mut raw = RawClient::connect(&app.address).await;
        raw.send(&bytes).await;
        let (texts, code) = raw.until_closed().await;
        assert_eq!((&texts[0]["code"], code), (&json!("binary_not_supported"), Some(1003)));
    }
    app.stop().await;
}

#[actix_web::test]
async fn twenty_refusals_within_a_minute_close_with_1008() {
    let app = app_with(&[]).await;
    let mut raw = RawClient::connect(&app.address).await;
    for id in 0..19 {
        raw.send_json(&json!({"op": "dance", "id": id})).await;
        assert_eq!(raw.next_json().await.expect("an error")["id"], id);
    }
    raw.send_json(&json!({"op": "ping"})).await;
    assert_eq!(raw.next_json().await.expect("a pong")["status"], "ok", "19 are forgiven");
    raw.send_json(&json!({"op": "dance", "id": 19})).await;
    let (texts, code) = raw.until_closed().await;
    assert_eq!((&texts[0]["id"], code), (&json!(19), Some(1008)), "the last one is answered, too");
    app.stop().await;
}

#[actix_web::test]
async fn more_messages_than_the_rate_allows_are_refused_until_the_client_slows_down() {
    let keys = [("limits.messages_per_second", "5"), ("limits.refusals_per_minute", "100000")];
    let app = app_with(&keys).await;
    let mut client = app.connect().await;
    for _ in 0..60 {
        client.send(json!({"op": "ping", "id": 1})).await;
    }
    let mut limited = 0;
    for _ in 0..60 {
        let message = answer(&mut client).await;
        if message["type"] == "error" {
            assert_eq!((&message["code"], &message["retryable"]), (&json!("rate_limited"), &json!(true)));
            assert!(message.get("id").is_none(), "it was not read");
            limited += 1;
        }
    }
    assert!((1..=10).contains(&limited), "{limited} of 60 refused; ten seconds' worth is 50");
    // Slowing down is the scenario: the next place comes after a fifth of a second.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_alive(&mut client).await;
    app.stop().await;
}

#[actix_web::test]
async fn an_announced_length_beyond_the_limit_closes_before_a_byte_of_it_comes() {
    let app = app().await;
    for length in [1 << 63, u64::MAX, (1 << 63) - 1, 1 << 40, 65_537] {
        let mut raw = RawClient::connect(&app.address).await;
        let began = Instant::now();
        raw.send(&head(FIN | TEXT, length)).await;
        let (texts, code) = raw.until_closed().await;
        assert_eq!((&texts[0]["code"], code), (&json!("message_too_large"), Some(1009)), "{length}");
        assert!(began.elapsed() < Duration::from_secs(5), "{length}: {:?}", began.elapsed());
    }
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn json_as_deep_as_a_message_can_be_is_refused_and_the_connection_lives() {
    let app = app().await;
    let mut client = app.connect().await;
    let open = "[".repeat(65_000);
    let nested = format!("{}{}", "[".repeat(32_000), "]".repeat(32_000));
    let objects = r#"{"a":"#.repeat(13_000);
    client.send_text(&open).await;
    assert!(answer(&mut client).await["code"].as_str().is_some_and(|code| code.starts_with("bad_")));
    client.send_text(&objects).await;
    assert!(answer(&mut client).await["code"].as_str().is_some_and(|code| code.starts_with("bad_")));
    for field in ["op", "id", "channel", "markets", "depth", "resume", "checksum"] {
        for value in [&nested, &open] {
            client.send_text(&format!(r#"{{"{field}":{value}}}"#)).await;
            let error = answer(&mut client).await;
            assert_eq!(error["type"], "error", "{field}");
        }
    }
    // Unknown fields are ignored, however deep.
    client.send_text(&format!(r#"{{"op":"ping","id":5,"x":{nested}}}"#)).await;
    assert_eq!(answer(&mut client).await["id"], 5);
    assert_alive(&mut client).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_thousand_subscribes_and_unsubscribes_leave_nothing_behind() {
    let app = app().await;
    let mut client = app.connect().await;
    let (cycles, channels) = (1_000, ["bbo", "trades", "book", "status"]);
    let mut accepted = 0;
    for cycle in 0..cycles {
        let channel = channels[cycle % channels.len()];
        for op in ["subscribe", "unsubscribe"] {
            client.send(json!({"op": op, "id": cycle, "channel": channel, "market": MARKET})).await;
        }
        // Sixteen cycles are under way at once, so that they meet data and each other's snapshots.
        while accepted + 32 <= (cycle + 1) * 2 {
            assert_eq!(answer(&mut client).await["status"], "ok");
            accepted += 1;
        }
    }
    for _ in accepted..cycles * 2 {
        assert_eq!(answer(&mut client).await["status"], "ok");
    }
    assert_eq!(app.counter("subscriptions_open").await, 0, "also the status that came along is gone");
    assert_eq!(app.counter("sessions_open").await, 1);
    client.send(json!({"op": "subscribe", "channel": "bbo", "market": MARKET})).await;
    let snapshot =
        client.next_where(|message| message["channel"] == "bbo" && message["type"] == "snapshot").await;
    assert_eq!(snapshot["market"], MARKET);
    drop(client);
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn nothing_of_a_stream_follows_the_reply_that_ends_it() {
    let keys = [("replay.builtin", "true"), ("replay.speed", "50"), ("limits.messages_per_second", "1000")];
    let app = app_with(&keys).await;
    let mut client = app.connect().await;
    let book = |op: &str| json!({"op": op, "channel": "book", "market": "binance:BTC-USDT", "depth": "full", "interval_ms": 0});
    for round in 0..20 {
        client.send(book("subscribe")).await;
        assert_eq!(client.next().await["status"], "ok", "the reply comes before the first frame");
        client.next_where(|message| message["type"] == "delta").await;
        client.send(book("unsubscribe")).await;
        client.next_where(|message| message["op"] == "unsubscribe").await;
        client.send(json!({"op": "ping", "id": round})).await;
        let next = client.next().await;
        assert_eq!((&next["op"], &next["id"]), (&json!("ping"), &json!(round)), "{next}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_client_that_answers_no_ping_is_closed_with_4004() {
    let app = app_with(&[("session.ping_ms", "100"), ("session.pong_timeout_ms", "500")]).await;
    let mut silent = RawClient::connect(&app.address).await;
    let mut answering = app.connect().await;
    // Reading is what makes this library answer pings.
    let (closed, _) = tokio::join!(silent.until_closed(), async {
        let span = tokio::time::timeout(Duration::from_millis(1_500), answering.next());
        assert!(span.await.is_err(), "nothing but heartbeats and pings comes");
    });
    assert_eq!(closed.1, Some(4004));
    assert_alive(&mut answering).await;
    app.stop().await;
}
