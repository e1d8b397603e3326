//! Clients that send as little as keeps a connection: none is kept for longer than its limit.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Told, flooded, until_ended};
use crate::support::TestApp;

const QUICK: [(&str, &str); 3] =
    [("limits.head_ms", "1000"), ("limits.body_ms", "1000"), ("http.keep_alive_s", "3")];
/// A connection that is overdue is found within a second, on a busy machine somewhat later.
const SOON: Duration = Duration::from_secs(8);
const GET: &str = "GET /livez HTTP/1.1\r\nhost: x\r\n";

/// Sends the beginning, then a byte of the rest now and then, as long as the server bears it; says for how long.
async fn trickle(app: &TestApp, beginning: &str, rest: &str) -> (Told, Duration) {
    let stream = TcpStream::connect(&app.address).await.expect("the server listens");
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(beginning.as_bytes()).await.expect("sent");
    let began = Instant::now();
    let sending = async {
        for byte in rest.bytes().cycle() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if writer.write_all(&[byte]).await.is_err() {
                break;
            }
        }
    };
    let mut bytes = Vec::new();
    let is_ended = tokio::select! {
        () = sending => true,
        read = tokio::time::timeout(SOON, reader.read_to_end(&mut bytes)) => read.is_ok(),
    };
    (Told { text: String::from_utf8_lossy(&bytes).into_owned(), is_ended }, began.elapsed())
}

#[actix_web::test]
async fn a_head_that_does_not_end_ends_the_connection_the_first_and_every_later_one() {
    let app = TestApp::start(&QUICK).await;
    let whole = format!("{GET}\r\n");
    for (what, beginning) in [
        ("a first head", GET.to_owned()),
        ("a second head", whole.clone()),
        ("a second head that came with the first", format!("{whole}{GET}")),
    ] {
        let (told, after) = trickle(&app, &beginning, "x-a: b\r\n").await;
        assert!(told.is_ended && after < SOON, "{what}: {after:?}");
    }
    // A head that came in part and of which nothing comes any more.
    let mut silent = TcpStream::connect(&app.address).await.expect("the server listens");
    silent.write_all(format!("{whole}{GET}").as_bytes()).await.expect("sent");
    assert!(tokio::time::timeout(SOON, until_ended(&mut silent)).await.is_ok(), "it is kept");
    app.stop().await;
}

#[actix_web::test]
async fn a_body_that_does_not_end_is_408_and_ends_the_connection() {
    let app = TestApp::start(&QUICK).await;
    for path in ["/api/v1/auth/login", "/api/v1/orders", "/api/v1/replay/seek"] {
        for length in ["content-length: 60000\r\n", "transfer-encoding: chunked\r\n"] {
            let beginning = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{length}\r\n");
            let (told, after) = trickle(&app, &beginning, "1\r\n{\r\n").await;
            let answer = told.answer();
            assert_eq!(
                (answer.status, &answer.json()["code"]),
                (408, &"message_too_slow".into()),
                "{path} {length}"
            );
            assert!(told.is_ended && after < SOON, "{path} {length}: {after:?}");
        }
    }
    app.stop().await;
}

/// Nobody reads the body of these requests, so nobody measures it either.
#[actix_web::test]
async fn a_body_that_nobody_wants_is_not_read_for_ever() {
    let app = TestApp::start(&QUICK).await;
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    for (method, path) in
        [("GET", "/livez"), ("GET", "/api/v1/markets"), ("POST", "/nowhere"), ("POST", "/api/v1/orders")]
    {
        let mut stream = TcpStream::connect(&app.address).await.expect("the server listens");
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        assert!(flooded(&mut stream, chunk.as_bytes(), SOON).await, "{method} {path} is still read");
    }
    app.stop().await;
}

/// A client that is slow but honest: it asks, pauses, asks again, and takes its time to read.
#[actix_web::test]
async fn who_is_merely_slow_is_served() {
    let app = TestApp::start(&QUICK).await;
    let mut stream = TcpStream::connect(&app.address).await.expect("the server listens");
    let mut buffer = vec![0; 64 * 1024];
    for _ in 0..3 {
        stream.write_all(GET.as_bytes()).await.expect("sent");
        // Less than a head may take, and less than a connection may be idle: pauses are the scenario.
        tokio::time::sleep(Duration::from_millis(400)).await;
        stream.write_all(b"\r\n").await.expect("sent");
        let read = stream.read(&mut buffer).await.expect("an answer");
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200 "));
        tokio::time::sleep(Duration::from_millis(1_200)).await;
    }
    stream
        .write_all(b"GET /openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .expect("sent");
    let mut whole = Vec::new();
    let mut next_pause = 100_000;
    while stream.read_buf(&mut whole).await.expect("the rest comes") > 0 {
        if whole.len() > next_pause {
            next_pause += 100_000;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
    let head = whole.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    serde_json::from_slice::<serde_json::Value>(&whole[head + 4..]).expect("the whole document");
    app.stop().await;
}

/// As much as a network carries, for as long as the server takes it.
#[actix_web::test]
async fn a_body_without_end_is_413_after_what_a_body_may_have() {
    let app = TestApp::start(&[]).await;
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    for (length, piece) in
        [("content-length: 1073741824", "x".repeat(0x4000)), ("transfer-encoding: chunked", chunk)]
    {
        let mut stream = TcpStream::connect(&app.address).await.expect("the server listens");
        let head = format!("POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\n{length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = vec![0; 4_096];
        for _ in 0..8 {
            let _ = stream.write_all(piece.as_bytes()).await;
        }
        let read = stream.read(&mut answer).await.unwrap_or(0);
        let answer = String::from_utf8_lossy(&answer[..read]);
        assert!(
            answer.starts_with("HTTP/1.1 413 ") && answer.contains("message_too_large"),
            "{length}: {answer}"
        );
        assert!(flooded(&mut stream, piece.as_bytes(), SOON).await, "{length}: more is still read");
    }
    app.stop().await;
}
