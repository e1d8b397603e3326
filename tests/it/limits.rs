//! Each limit of a connection: what is within it passes, one more gets the documented code and is counted.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::raw::{BINARY, CONTINUATION, FIN, Incoming, PING, PONG, RawClient, TEXT, masked};
use crate::support::{Answer, TestApp};

fn ping_request(id: usize) -> Vec<u8> {
    masked(FIN | TEXT, json!({"op": "ping", "id": id}).to_string().as_bytes())
}

async fn assert_alive(raw: &mut RawClient) {
    raw.send(&ping_request(1)).await;
    assert_eq!(raw.next_json().await.expect("a pong")["status"], "ok");
}

/// The connection was closed so, after an error of that code, if one is due.
async fn assert_closed(raw: &mut RawClient, error: Option<&str>, code: u16) {
    let (texts, closed) = raw.until_closed().await;
    let last = texts.last().map_or(&Value::Null, |text| &text["code"]);
    assert_eq!((last, closed), (&json!(error), Some(code)), "{texts:?}");
}

fn refused(attempt: Result<RawClient, Answer>, what: &str) -> Answer {
    match attempt {
        Ok(_) => panic!("{what}: upgraded"),
        Err(answer) => answer,
    }
}

#[actix_web::test]
async fn pages_of_foreign_origins_are_refused_before_the_upgrade() {
    let allowed = ("http.allowed_origins", "same-host,loopback,https://a.com,https://b.com:8443");
    let app = TestApp::start(&[allowed]).await;
    let rows = [
        ("https://a.com", true),
        ("https://a.com:443", true),
        ("https://A.com", true),
        ("https://b.com:8443", true),
        ("http://feed.example:8080", true),
        ("http://localhost:3000", true),
        ("http://[::1]", true),
        ("null", false),
        ("", false),
        ("http://a.com", false),
        ("https://a.com:8443", false),
        ("https://a.com.evil", false),
        ("https://evila.com", false),
        ("https://a.com@evil", false),
        ("https://a.com/", false),
        ("https://b.com", false),
        ("http://feed.example", false),
        ("http://feed.example.evil:8080", false),
        ("http://localhost.evil", false),
        ("file://", false),
    ];
    let mut refusals = 0;
    for (origin, expected) in rows {
        let attempt = RawClient::connect_as(&app.address, "feed.example:8080", &[("origin", origin)]).await;
        if expected {
            assert_alive(&mut attempt.unwrap_or_else(|answer| panic!("{origin:?}: {answer:?}"))).await;
            continue;
        }
        let answer = refused(attempt, origin);
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (403, &json!("origin_not_allowed")),
            "{origin:?}"
        );
        refusals += 1;
    }
    // No program but a browser sends one, and no browser sends two.
    RawClient::connect_as(&app.address, "feed.example:8080", &[]).await.expect("no origin, no page");
    let two = [("origin", "https://a.com"), ("origin", "https://evil")];
    let answer = refused(RawClient::connect_as(&app.address, "feed.example:8080", &two).await, "two");
    assert_eq!(answer.status, 403);
    assert_eq!(app.counter("refused_origins").await, refusals + 1);
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn by_default_pages_of_the_server_itself_may_connect() {
    let app = TestApp::start(&[]).await;
    let rows = [("http://feed.example:8080", true), ("http://127.0.0.1:1", true), ("https://a.com", false)];
    for (origin, expected) in rows {
        let attempt = RawClient::connect_as(&app.address, "feed.example:8080", &[("origin", origin)]).await;
        assert_eq!(attempt.is_ok(), expected, "{origin}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn an_address_holds_so_many_connections_and_gets_each_back_when_it_ends() {
    let keys = [
        ("limits.connections_per_ip", "3"),
        ("limits.count_loopback", "true"),
        ("session.close_grace_ms", "100"),
    ];
    let app = TestApp::start(&keys).await;
    let from = async |local: &str| RawClient::connect_from(local, &app.address).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(from("127.0.0.1").await.expect("within the limit"));
    }
    let answer = refused(from("127.0.0.1").await, "a fourth");
    assert_eq!((answer.status, &answer.json()["code"]), (429, &json!("too_many_connections")));
    assert_eq!(answer.json()["retryable"], true);
    let wait = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(wait.is_some_and(|seconds| seconds > 0), "{answer:?}");
    from("127.0.0.2").await.expect("somebody else has places of its own");
    for mut ended in held.drain(..) {
        assert_alive(&mut ended).await;
    }
    // However it ends: by the client's end of file (above), by a reset, or by a close of ours.
    let comes_back = async |how: &str| {
        app.until(how, async || app.server().board.peers.is_empty()).await;
        let mut again = Vec::new();
        for _ in 0..3 {
            again.push(from("127.0.0.1").await.expect(how));
        }
        again
    };
    for reset in comes_back("places after an end of file").await {
        reset.reset();
    }
    for mut closed in comes_back("places after a reset").await {
        closed.send(&masked(FIN | BINARY, b"")).await;
        assert_closed(&mut closed, Some("binary_not_supported"), 1003).await;
    }
    let again = comes_back("places after a close").await;
    assert_eq!(app.counter("refused_connections").await, 1);
    drop(again);
    app.nobody_is_connected().await;
    app.stop().await;
}

#[actix_web::test]
async fn connections_of_this_machine_are_not_counted_by_default() {
    let app = TestApp::start(&[("limits.connections_per_ip", "1")]).await;
    let _clients =
        (RawClient::connect(&app.address).await, RawClient::connect(&app.address).await, app.connect().await);
    assert!(app.server().board.peers.is_empty());
    app.stop().await;
}

#[actix_web::test]
async fn who_asks_for_nothing_is_closed_with_4005() {
    let app = TestApp::start(&[("limits.first_message_ms", "1500")]).await;
    let mut asking = RawClient::connect(&app.address).await;
    asking.send_json(&json!({"op": "dance"})).await;
    assert_eq!(asking.next_json().await.expect("an error")["code"], "unknown_op");
    let mut silent = RawClient::connect(&app.address).await;
    let mut pinging = RawClient::connect(&app.address).await;
    pinging.send(&masked(FIN | PING, b"")).await;
    assert_closed(&mut silent, None, 4005).await;
    assert_closed(&mut pinging, None, 4005).await;
    assert_alive(&mut asking).await;
    assert_eq!(app.counter("idle_closed").await, 2);
    app.stop().await;
}

#[actix_web::test]
async fn a_message_that_takes_too_long_closes_with_1008() {
    let app = TestApp::start(&[("limits.message_ms", "1500")]).await;
    let request = ping_request(1);
    let mut beginnings: Vec<(&str, Vec<u8>)> = vec![
        ("half a frame", request[..request.len() / 2].to_vec()),
        ("one byte", request[..1].to_vec()),
        ("a first piece", masked(TEXT, b"{")),
        ("a first piece and a ping", [masked(TEXT, b"{"), masked(FIN | PING, b"")].concat()),
        ("half a ping", masked(FIN | PING, b"abc")[..3].to_vec()),
        ("a message, and half of the next", [&request[..], &request[..5]].concat()),
    ];
    let mut clients = Vec::new();
    for (what, bytes) in beginnings.drain(..) {
        let mut raw = RawClient::connect(&app.address).await;
        raw.send(&bytes).await;
        clients.push((what, raw));
    }
    let late = clients.len() as u64;
    for (what, mut raw) in clients {
        let (texts, code) = raw.until_closed().await;
        let last = texts.last().map(|text| &text["code"]);
        assert_eq!((last, code), (Some(&json!("message_too_slow")), Some(1008)), "{what}");
    }
    assert_eq!(app.counter("late_closed").await, late);
    // Each piece is soon followed by another, but the message does not end.
    let mut raw = RawClient::connect(&app.address).await;
    raw.send(&masked(TEXT, b"{")).await;
    let closed = loop {
        raw.send(&masked(CONTINUATION, b" ")).await;
        if let Some(closed) = raw.next_within(Duration::from_millis(50)).await {
            break closed;
        }
    };
    let Incoming::Text(error) = closed else { panic!("{closed:?}") };
    assert!(error.contains("message_too_slow"), "{error}");
    // One message after the other for longer than one may take, with never a moment between them.
    let mut raw = RawClient::connect(&app.address).await;
    raw.send(&request[..7]).await;
    let rest_and_next = [&request[7..], &request[..7]].concat();
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        raw.send(&rest_and_next).await;
        assert_eq!(raw.next_json().await.expect("a pong")["status"], "ok");
    }
    app.stop().await;
}

#[actix_web::test]
async fn ten_pings_a_second_are_answered_and_the_eleventh_closes_with_1008() {
    let app = TestApp::start(&[]).await;
    let mut modest = RawClient::connect(&app.address).await;
    // One write, so that they are read together, well within a second.
    modest.send(&masked(FIN | PING, b"ping").repeat(10)).await;
    for _ in 0..10 {
        assert_eq!(modest.next().await, Incoming::Pong(b"ping".to_vec()));
    }
    for (opcode, answered) in [(PING, 10), (PONG, 0)] {
        let mut flooding = RawClient::connect(&app.address).await;
        flooding.send(&masked(FIN | opcode, b"ping").repeat(11)).await;
        for _ in 0..answered {
            assert_eq!(flooding.next().await, Incoming::Pong(b"ping".to_vec()));
        }
        assert_closed(&mut flooding, Some("rate_limited"), 1008).await;
    }
    assert_alive(&mut modest).await;
    assert_eq!(app.counter("pings_closed").await, 2);
    app.stop().await;
}

#[actix_web::test]
async fn ten_seconds_worth_of_messages_pass_at_once_and_one_more_is_refused() {
    let app = TestApp::start(&[("limits.messages_per_second", "1")]).await;
    let mut raw = RawClient::connect(&app.address).await;
    let requests: Vec<u8> = (0..11).flat_map(ping_request).collect();
    raw.send(&requests).await;
    for id in 0..10 {
        assert_eq!(raw.next_json().await.expect("a pong")["id"], id);
    }
    assert_eq!(raw.next_json().await.expect("an error")["code"], "rate_limited");
    assert_eq!(app.counter("refused_messages").await, 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_message_comes_in_so_many_pieces() {
    let app = TestApp::start(&[("limits.fragments", "40")]).await;
    let in_pieces = |count: usize| {
        let empty = masked(CONTINUATION, b"").repeat(count - 2);
        [masked(TEXT, br#"{"op":"ping""#), empty, masked(FIN | CONTINUATION, b"}")].concat()
    };
    let mut raw = RawClient::connect(&app.address).await;
    raw.send(&in_pieces(40)).await;
    assert_eq!(raw.next_json().await.expect("a pong")["status"], "ok");
    raw.send(&in_pieces(41)).await;
    assert_closed(&mut raw, Some("message_too_large"), 1009).await;
    assert_eq!(app.counter("oversized_closed").await, 1);
    app.stop().await;
}

#[actix_web::test]
async fn a_message_may_be_as_large_as_the_configuration_says() {
    let sized = |bytes: usize| {
        let bare = r#"{"op":"ping","x":""}"#.len();
        let request = format!(r#"{{"op":"ping","x":"{}"}}"#, "x".repeat(bytes - bare));
        masked(FIN | TEXT, request.as_bytes())
    };
    for limit in [125, 1_000, 200_000] {
        let app = TestApp::start(&[("limits.message_bytes", &limit.to_string())]).await;
        let mut raw = RawClient::connect(&app.address).await;
        raw.send(&sized(limit)).await;
        assert_eq!(raw.next_json().await.expect("a pong")["status"], "ok", "{limit}");
        raw.send(&sized(limit + 1)).await;
        assert_closed(&mut raw, Some("message_too_large"), 1009).await;
        app.stop().await;
    }
}

#[actix_web::test]
async fn there_is_no_echo_unless_the_configuration_asks_for_it() {
    let app = TestApp::start(&[]).await;
    let answer = app.get("/api/v1/ws/echo").await;
    assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")));
    app.stop().await;
}

#[actix_web::test]
async fn pongs_that_answer_our_pings_are_no_flood() {
    let app = TestApp::start(&[("session.ping_ms", "20"), ("limits.pings_per_second", "1")]).await;
    let mut raw = RawClient::connect(&app.address).await;
    let mut answered = 0;
    while answered < 50 {
        match raw.next().await {
            Incoming::Ping(payload) => {
                raw.send(&masked(FIN | PONG, &payload)).await;
                answered += 1;
            }
            other => panic!("after {answered} pongs: {other:?}"),
        }
    }
    // The pings that were on their way may come first.
    raw.send(&ping_request(1)).await;
    assert_eq!(raw.next_json().await.expect("a pong")["status"], "ok");
    assert_eq!(app.counter("pings_closed").await, 0);
    app.stop().await;
}
