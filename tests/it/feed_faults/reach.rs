//! Venues that cannot be reached, or whose doors open to something else.

use marketd_testkit::{HttpResponse, ScriptedVenue};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::FEED;
use crate::support::TestApp;
use crate::support::venue::{MARKET, ScriptedBinance, lock, tick};

/// Whatever the venue answers instead of a snapshot: it is asked again, with a wait, on the same connection.
async fn is_asked_again(refusals: impl IntoIterator<Item = HttpResponse>) {
    let venue = ScriptedBinance::start().await;
    for refusal in refusals {
        venue.venue.on_get("/api/v3/depth", refusal);
        let (before, handshakes) = (venue.snapshot_requests(), venue.venue.handshakes());
        let app = venue.app(&[]).await;
        let conn = venue.accept().await;
        conn.send_text(tick(&venue.btc)).await.expect("open");
        app.until("a first request", async || venue.snapshot_requests() > before).await;
        conn.send_text(tick(&venue.btc)).await.expect("open");
        let script = venue.btc.clone();
        venue
            .venue
            .on_request("/api/v3/depth", move |_| HttpResponse::json(lock(&script).snapshot_body(5_000)));
        app.book_is_true(&venue).await;
        let asked = venue.snapshot_requests() - before;
        assert!(asked <= 3, "{asked} requests");
        assert_eq!(venue.venue.handshakes(), handshakes + 1, "the connection is not to blame");
        app.stop().await;
    }
}

#[actix_web::test]
async fn a_rest_side_that_refuses_is_asked_again_with_patience() {
    is_asked_again([
        HttpResponse::new(429, "slow down").header("retry-after", "1"),
        HttpResponse::html(503, "maintenance"),
        HttpResponse::json("{\"code\":-1003,\"msg\":\"Too much request weight used.\"}"),
    ])
    .await;
}

#[actix_web::test]
async fn a_rest_side_that_makes_no_sense_is_asked_again_with_patience() {
    is_asked_again([
        HttpResponse::json("{\"lastUpdateId\":1}"),
        HttpResponse::json("<html>"),
        HttpResponse::reset(),
    ])
    .await;
}

#[actix_web::test]
async fn a_rest_answer_beyond_the_limit_is_refused_and_asked_for_again() {
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&[("feeds.http_bytes", "65536")]).await;
    venue.venue.on_get("/api/v3/depth", HttpResponse::json(" ".repeat(200_000)));
    let conn = venue.accept().await;
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.until("a cause", async || app.feed(FEED).await["last_error"].is_string()).await;
    assert_eq!(app.market(MARKET).await["status"], "connecting");
    let script = venue.btc.clone();
    venue.venue.on_request("/api/v3/depth", move |_| HttpResponse::json(lock(&script).snapshot_body(5_000)));
    app.book_is_true(&venue).await;
    app.stop().await;
}

#[actix_web::test]
async fn an_answer_to_the_handshake_that_is_no_websocket_is_told_and_tried_again() {
    let elsewhere = ScriptedVenue::start().await.expect("a free port");
    let answers = [
        (HttpResponse::html(403, "Forbidden"), "403"),
        (HttpResponse::html(200, "Welcome"), "200"),
        (HttpResponse::redirect(&format!("{}/stream", elsewhere.ws_url())), "302"),
        (HttpResponse::redirect(&format!("{}/stream", elsewhere.rest_url())), "302"),
        (HttpResponse::new(429, "slow down").header("retry-after", "1"), "429"),
        (HttpResponse::reset(), "cannot connect"),
    ];
    let venue = ScriptedBinance::start().await;
    venue.venue.refuse_handshakes(answers[0].0.clone());
    let app = venue.app(&[("feeds.backoff_max_ms", "100")]).await;
    for (answer, cause) in answers {
        venue.venue.refuse_handshakes(answer);
        app.until(cause, async || {
            let feed = app.feed(FEED).await;
            feed["last_error"].as_str().is_some_and(|error| error.contains(cause))
        })
        .await;
        assert_ne!(app.feed(FEED).await["state"], "connected");
        assert_eq!(app.market(MARKET).await["status"], "connecting");
    }
    assert_eq!((elsewhere.handshakes(), elsewhere.requests().len()), (0, 0), "redirects are not followed");
    venue.venue.accept_handshakes();
    let _conn = venue.live(&app).await;
    app.book_is_true(&venue).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_rest_side_that_redirects_is_not_followed() {
    let elsewhere = ScriptedVenue::start().await.expect("a free port");
    let venue = ScriptedBinance::start().await;
    venue
        .venue
        .on_get("/api/v3/exchangeInfo", HttpResponse::redirect(&format!("{}/x", elsewhere.rest_url())));
    let app = venue.app(&[]).await;
    app.until("a cause", async || {
        app.feed(FEED).await["last_error"].as_str().is_some_and(|error| error.contains("302"))
    })
    .await;
    assert_eq!(elsewhere.requests().len(), 0);
    assert_eq!(venue.venue.handshakes(), 0, "nothing is subscribed to before its rules are known");
    app.stop().await;
}

/// Waits until the feed tells a cause that holds this, and checks that the simulated venue does not care.
async fn fails_alone(app: &TestApp, cause: &str) {
    let seq = async || app.market("sim:BTC-USD").await["book_seq"].as_u64().expect("a seq");
    app.until(cause, async || {
        let feed = app.feed(FEED).await;
        feed["last_error"].as_str().is_some_and(|error| error.to_lowercase().contains(cause))
    })
    .await;
    assert_eq!(app.market("sim:BTC-USD").await["status"], "live");
    let before = seq().await;
    app.until("a moving simulation", async || seq().await > before).await;
    assert_eq!(app.market(MARKET).await["status"], "connecting");
    assert_eq!(app.get("/livez").await.status, 200);
}

#[actix_web::test]
async fn a_host_that_has_no_address_fails_alone() {
    let venue = ScriptedBinance::start().await;
    let sim = ("venues.sim.enabled", "true");
    let app = venue.app(&[sim, ("venues.binance.ws_url", "ws://nowhere.invalid:9443")]).await;
    fails_alone(&app, "nowhere.invalid").await;
    app.stop().await;
    let app = venue.app(&[sim, ("venues.binance.rest_url", "http://nowhere.invalid")]).await;
    fails_alone(&app, "nowhere.invalid").await;
    app.stop().await;
}

#[actix_web::test]
async fn a_port_that_speaks_no_tls_fails_alone() {
    let venue = ScriptedBinance::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    actix_web::rt::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // A client that has gone already is fine.
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
        }
    });
    let url = format!("wss://{address}");
    let sim = ("venues.sim.enabled", "true");
    let app = venue.app(&[sim, ("venues.binance.ws_url", &url)]).await;
    fails_alone(&app, "cannot connect to wss://").await;
    app.stop().await;
    // A port that says nothing at all costs no more than the time to connect.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("wss://{}", silent.local_addr().expect("an address"));
    let keys = [sim, ("venues.binance.ws_url", url.as_str()), ("feeds.connect_timeout_ms", "300")];
    let app = venue.app(&keys).await;
    fails_alone(&app, "in time").await;
    app.stop().await;
}
