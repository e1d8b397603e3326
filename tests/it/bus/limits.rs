//! How many requests an address may send.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use super::{bare_node, prefix, redis_url};
use crate::support::{Answer, TestApp};

const LIMITED: [(&str, &str); 3] =
    [("limits.requests_per_second", "1"), ("limits.requests_burst", "8"), ("limits.count_loopback", "true")];
const MARKETS: &str = "/api/v1/markets";

/// From another address of this machine.
async fn get_from(local: &str, app: &TestApp, path: &str) -> Answer {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(format!("{local}:0").parse().expect("an address")).expect("a free port");
    let mut stream =
        socket.connect(app.address.parse().expect("an address")).await.expect("the server listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    Answer::parse(head, body)
}

fn number(answer: &Answer, name: &str) -> u64 {
    let value = answer.header(name).unwrap_or_else(|| panic!("no {name}: {answer:?}"));
    value.parse().unwrap_or_else(|_| panic!("{name} is {value:?}"))
}

#[actix_web::test]
async fn an_address_gets_its_burst_and_then_429_until_it_has_waited() {
    let app = TestApp::start(&LIMITED).await;
    let began = std::time::Instant::now();
    let mut passed = 0;
    let refused = loop {
        let answer = app.get(MARKETS).await;
        assert_eq!(number(&answer, "ratelimit-limit"), 8);
        assert!(number(&answer, "ratelimit-reset") <= 8, "{answer:?}");
        if answer.status == 429 {
            break answer;
        }
        assert_eq!((answer.status, answer.header("retry-after")), (200, None));
        passed += 1;
    };
    assert!((8..=9 + began.elapsed().as_secs()).contains(&passed), "{passed} in {:?}", began.elapsed());
    let body = refused.json();
    assert_eq!((&body["code"], &body["retryable"]), (&json!("rate_limited"), &json!(true)));
    assert_eq!(refused.header("x-trace-id"), body["trace_id"].as_str());
    assert_eq!((number(&refused, "ratelimit-remaining"), number(&refused, "retry-after")), (0, 1));
    // Others, other things, and WebSockets are not concerned.
    assert_eq!(get_from("127.0.0.2", &app, MARKETS).await.status, 200);
    for path in ["/health", "/livez", "/"] {
        let answer = app.get(path).await;
        assert_eq!((answer.status, answer.header("ratelimit-limit")), (200, None), "{path}");
    }
    app.connect().await;
    // A refusal costs nothing: who waits as told gets an answer.
    app.until("an answer", async || app.get(MARKETS).await.status == 200).await;
    app.stop().await;
}

#[actix_web::test]
async fn addresses_of_this_machine_are_not_counted_by_default() {
    let app = TestApp::start(&LIMITED[..2]).await;
    for _ in 0..100 {
        let answer = app.get(MARKETS).await;
        assert_eq!((answer.status, answer.header("ratelimit-limit")), (200, None));
    }
    assert_eq!(app.counter("bus_limits_passed").await, 0);
    app.stop().await;
}

#[actix_web::test]
async fn nodes_that_share_redis_share_the_limit() {
    let Some(url) = redis_url() else { return };
    let prefix = prefix();
    let burst = [("limits.requests_burst", "40")];
    let keys = [&LIMITED[..1], &LIMITED[2..], &burst].concat();
    let [one, two] = [bare_node(&url, &prefix, &keys).await, bare_node(&url, &prefix, &keys).await];
    super::bus_is(&one, "up").await;
    super::bus_is(&two, "up").await;
    let began = std::time::Instant::now();
    let mut passed = 0;
    for at in 0..100 {
        let app = if at % 2 == 0 { &one } else { &two };
        passed += u64::from(app.get(MARKETS).await.status == 200);
    }
    assert!((40..=41 + began.elapsed().as_secs()).contains(&passed), "{passed} of 100, of both together");
    two.stop().await;
    one.stop().await;
}
