//! Paths that lead out of what is served: nothing but the routes is there.

use super::exchange;
use crate::support::TestApp;

/// What only a file of this machine would say.
const GIVEAWAYS: [&str; 4] = ["root:x:", "[workspace]", "[package]", "BEGIN"];

/// Ways to write "one folder up" that something on the way might undo.
const UP: [&str; 12] = [
    "../",
    "..%2f",
    "..%2F",
    "%2e%2e/",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "..%252f",
    "..\\",
    "..%5c",
    "....//",
    "..;/",
    "%c0%ae%c0%ae/",
];

const TARGETS: [&str; 5] =
    ["etc/passwd", "Cargo.toml", "data/server.key", "etc/passwd%00.md", "etc/passwd\u{fffd}"];

const BASES: [&str; 10] = [
    "/",
    "/assets/",
    "/docs/",
    "/api/v1/",
    "/api/v1/markets/",
    "/api/v1/markets/sim:BTC-USD/",
    "/api/v1/orders/",
    "/api/v1/users/",
    "/api/v1/replay/",
    "/api/v3/",
];

#[actix_web::test]
async fn no_path_leads_to_a_file_that_is_not_served() {
    let app = TestApp::start(&[("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")]).await;
    app.ready().await;
    let mut paths: Vec<String> = vec![
        "//etc/passwd".to_owned(),
        "/etc/passwd".to_owned(),
        "file:///etc/passwd".to_owned(),
        "/%00".to_owned(),
        "/docs/%00".to_owned(),
        "/assets/%2e%2e".to_owned(),
        "/.git/config".to_owned(),
        "/config/default.toml".to_owned(),
        "/data/marketd.db".to_owned(),
        "/api/v1/markets/%2fetc%2fpasswd".to_owned(),
        "/api/v1/markets/..".to_owned(),
        "/api/v1/markets/C:%5cwindows".to_owned(),
    ];
    for base in BASES {
        for up in UP {
            for target in TARGETS {
                paths.push(format!("{base}{}{target}", up.repeat(6)));
            }
        }
    }
    assert!(paths.len() > 600);
    for path in &paths {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let told = exchange(&app.address, request.as_bytes()).await;
        assert!(matches!(told.status(), Some(400 | 404 | 405)), "{path}: {}", told.text);
        for giveaway in GIVEAWAYS {
            assert!(!told.text.contains(giveaway), "{path}: {}", told.text);
        }
    }
    app.stop().await;
}

/// A market's name goes into the store, the bus and the log: what is none is unknown, in every route that has one.
#[actix_web::test]
async fn a_market_that_is_none_is_unknown_however_it_is_written() {
    let app = TestApp::start(&[("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")]).await;
    app.ready().await;
    for name in [
        "sim:BTC-USD%00",
        "sim:BTC-USD%20",
        "sim:btc-usd",
        "sim:BTC-USD'--",
        "sim:BTC-USD%0d%0aSET%20x%201",
        "'%20or%20'1'='1",
        "%e2%80%ae",
        "*",
        "%25s%25n",
    ] {
        for resource in ["", "/book", "/trades", "/ticker", "/candles", "/statuses", "/gaps", "/history"] {
            let answer = app.get(&format!("/api/v1/markets/{name}{resource}")).await;
            assert_eq!(
                (answer.status, &answer.json()["code"]),
                (404, &"unknown_market".into()),
                "{name}{resource}"
            );
        }
    }
    app.stop().await;
}
