//! Which pages may ask, and by what name this machine is asked.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::refused;
use crate::support::{Answer, TestApp};

impl TestApp {
    /// A request to whatever name the client believes this to be.
    async fn asked_as(&self, host: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).await.expect("a connection");
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        Answer::parse(head, body)
    }
}

#[actix_web::test]
async fn a_foreign_page_changes_nothing_and_reads_nothing() {
    let app = TestApp::start(&[("http.allowed_origins", "same-host,https://a.com")]).await;
    for (origin, is_allowed) in [
        ("https://a.com", true),
        ("http://here:80", true),
        ("https://evil.com", false),
        ("http://a.com", false),
        ("null", false),
        ("", false),
    ] {
        let headers = [("origin", origin)];
        let changed = app.asked_as("here:80", "POST", "/api/v1/replay/pause", &headers).await;
        if is_allowed {
            assert_ne!(refused(&changed).1, "origin_not_allowed", "{origin}");
        } else {
            assert_eq!(refused(&changed), (403, "origin_not_allowed".to_owned()), "{origin}");
        }
        let read = app.asked_as("here:80", "GET", "/api/v1/markets", &headers).await;
        assert_eq!(read.status, 200, "the browser keeps it from the page: {origin}");
        assert_eq!(read.header("access-control-allow-origin"), is_allowed.then_some(origin));
        assert_eq!(read.header("x-content-type-options"), Some("nosniff"));
        let asked = [("origin", origin), ("access-control-request-method", "POST")];
        let preflight = app.asked_as("here:80", "OPTIONS", "/api/v1/orders", &asked).await;
        assert_eq!(preflight.status == 204, is_allowed, "{origin}");
        assert_eq!(preflight.header("access-control-allow-methods").is_some(), is_allowed);
        assert_eq!(preflight.header("access-control-allow-credentials"), None);
    }
    app.stop().await;
}

/// What a proxy of ours says of whose request it is counts; what anybody else says does not.
#[actix_web::test]
async fn a_named_proxy_says_whose_request_it_is() {
    let limit = [("limits.requests_per_second", "1"), ("limits.requests_burst", "2")];
    for (trusted, is_believed) in [("127.0.0.1", true), ("192.0.2.0/24", false)] {
        let app = TestApp::start(&[&limit[..], &[("http.trusted_proxies", trusted)]].concat()).await;
        let from = async |client: &str, path: &str| {
            app.asked_as("127.0.0.1", "GET", path, &[("x-forwarded-for", client)]).await
        };
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(from("203.0.113.7", "/api/v1/limits").await.status);
        }
        assert_eq!(statuses.contains(&429), is_believed, "{statuses:?}");
        assert_eq!(from("203.0.113.8", "/api/v1/limits").await.status, 200, "another client");
        assert_eq!(from("203.0.113.9", "/metrics").await.status == 404, is_believed);
        assert_eq!(app.get("/metrics").await.status, 200);
        app.asked_as("127.0.0.1", "POST", "/api/v1/replay/pause", &[("x-forwarded-for", "203.0.113.10")])
            .await;
        app.until("the audit's row", async || {
            let audit = app.data("/api/v1/audit").await;
            let expected = if is_believed { "203.0.113.10" } else { "127.0.0.1" };
            audit["items"][0]["address"] == expected
        })
        .await;
        app.stop().await;
    }
}

/// A page that has pointed a name of its own at this machine is of the same host, to the browser and to us.
#[actix_web::test]
async fn who_is_asked_by_another_name_is_open_to_nobody() {
    let app = TestApp::start(&[]).await;
    for (host, is_open) in [
        ("127.0.0.1:8080", true),
        ("localhost:8080", true),
        ("[::1]:8080", true),
        ("evil.com:8080", false),
        ("127.0.0.1.evil.com", false),
        ("market.example.org", false),
    ] {
        let answer = app.asked_as(host, "GET", "/api/v1/me", &[]).await;
        if is_open {
            assert_eq!(answer.json()["data"]["user"], "dev", "{host}");
        } else {
            assert_eq!(refused(&answer), (401, "unauthenticated".to_owned()), "{host}");
        }
        assert_eq!(
            app.asked_as(host, "GET", "/api/v1/markets", &[]).await.status,
            200,
            "market data is public"
        );
    }
    let alice = app.sign_up("alice").await;
    let shown = [("authorization", &*alice.bearer())];
    let answer = app.asked_as("market.example.org", "GET", "/api/v1/me", &shown).await;
    assert_eq!(answer.json()["data"]["user"], json!("alice"), "whoever shows who they are");
    app.stop().await;
    let app = TestApp::start(&[("auth.disabled", "true")]).await;
    let answer = app.asked_as("market.example.org", "GET", "/api/v1/me", &[]).await;
    assert_eq!(answer.json()["data"]["user"], "dev", "it was said so");
    app.stop().await;
}
