//! Bodies and heads that are made to be expensive: each is refused for its size or its form, and costs no more than that.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::{Told, exchange};
use crate::support::{Answer, TestApp};

/// A body may have so many bytes; see `GET /api/v1/limits`.
const BODY_MAX: usize = 64 * 1024;
/// None of this is work. Generous, for a machine that has other work.
const SOON: Duration = Duration::from_secs(5);

const ROUTES: [&str; 5] = [
    "/api/v1/orders",
    "/api/v1/orders/lists",
    "/api/v1/auth/login",
    "/api/v1/replay/seek",
    "/api/v1/sim/scenario",
];

async fn app() -> TestApp {
    let app = TestApp::start(&[("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")]).await;
    app.ready().await;
    app
}

async fn posted(app: &TestApp, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let began = Instant::now();
    let answer = app.request("POST", path, headers, body).await;
    assert!(began.elapsed() < SOON, "{path}: {:?}", began.elapsed());
    answer
}

/// Refused with a code of the table, whatever it is.
fn assert_refused(answer: &Answer, what: &str) {
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    assert!((400..500).contains(&answer.status) && !code.is_empty(), "{what}: {answer:?}");
}

#[actix_web::test]
async fn json_that_is_deep_wide_or_double_is_refused_in_every_route() {
    let app = app().await;
    // As deep as a body can be; a hundred thousand are more than that.
    let deep = "[".repeat(BODY_MAX - 64);
    let objects = r#"{"a":"#.repeat(12_000);
    let deeper = "[".repeat(100_000);
    let wide: String = (0..6_000).map(|at| format!("\"k{at}\":0,")).collect();
    let wide = format!("{{{wide}\"z\":0}}");
    let widest =
        format!("{{{}\"z\":0}}", (0..1_000_000).map(|at| format!("\"k{at}\":0,")).collect::<String>());
    let double = r#"{"market":"sim:BTC-USD","market":"sim:ETH-USD","side":"buy","side":"sell","type":"market",
        "qty":"1","qty":"2","name":"a","name":"b","password":"x","password":"y","scenario":"calm",
        "scenario":"crash","position_ms":1,"position_ms":2,"kind":"oco","kind":"oto","orders":[],"orders":[]}"#;
    for path in ROUTES {
        for (what, body) in [
            ("deep", &*deep),
            ("deep objects", &objects),
            ("wide", &wide),
            ("double", double),
            ("nothing", "\0"),
        ] {
            assert_refused(&posted(&app, path, &[], body).await, &format!("{what} {path}"));
        }
        for (what, body) in [("deeper", &deeper), ("widest", &widest)] {
            // The connection may end before all of it is sent.
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let told = exchange(&app.address, request.as_bytes()).await;
            assert!(
                told.is_ended && matches!(told.status(), Some(413) | None),
                "{what} {path}: {}",
                told.text
            );
        }
        // Within a field that is read.
        let field = format!(r#"{{"market":{}}}"#, "[".repeat(60_000));
        assert_refused(&posted(&app, path, &[], &field).await, path);
    }
    assert_eq!(app.get("/livez").await.status, 200);
    app.stop().await;
}

/// Nothing here inflates a request's body: it stays what it is, which is no JSON.
#[actix_web::test]
async fn a_compressed_body_is_not_inflated() {
    let app = app().await;
    let bomb = |content: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        for _ in 0..10 * 1024 * 1024 / content.len() {
            encoder.write_all(content).expect("compressed");
        }
        encoder.finish().expect("compressed")
    };
    for body in [bomb(&[0; 4_096]), bomb(&[b' '; 4_096])] {
        assert!(body.len() < BODY_MAX, "small as it comes: {}", body.len());
        for encoding in ["gzip", "gzip, gzip", "deflate", "br", "zstd"] {
            let head = format!(
                "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-encoding: {encoding}\r\n\
                 content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let began = Instant::now();
            let told = exchange(&app.address, &[head.as_bytes(), &body].concat()).await;
            assert_eq!(
                (told.status(), &told.answer().json()["code"]),
                (Some(400), &json!("bad_json")),
                "{encoding}"
            );
            assert!(began.elapsed() < SOON);
        }
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_head_that_is_too_large_or_has_too_many_fields_ends_the_connection() {
    let app = app().await;
    let one = |size: usize| format!("x-a: {}\r\n", "a".repeat(size));
    let many = |count: usize| (0..count).map(|at| format!("x-{at}: b\r\n")).collect::<String>();
    for (what, fields) in [
        ("one field of a megabyte", one(1 << 20)),
        ("ten thousand fields", many(10_000)),
        ("a hundred fields", many(100)),
        ("a field of 200 KB", one(200_000)),
        ("a path of a megabyte", String::new()),
    ] {
        let path = if fields.is_empty() { format!("/{}", "a".repeat(1 << 20)) } else { "/livez".to_owned() };
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n{fields}\r\n");
        let Told { text, is_ended } = exchange(&app.address, request.as_bytes()).await;
        assert!(is_ended, "{what}: the connection lives on");
        // What it sent after the refusal may have cost it the answer.
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{what}: {text}");
    }
    // What browsers and proxies send is less than that.
    let usual =
        format!("GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{}{}\r\n", many(60), one(16_000));
    assert_eq!(exchange(&app.address, usual.as_bytes()).await.status(), Some(200));
    app.stop().await;
}
