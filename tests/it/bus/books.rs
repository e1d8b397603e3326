//! Books of markets that another node has.

use serde_json::{Value, json};

use super::{bare_node, bus_is, node_with_market, prefix, redis_url};
use crate::support::{TestApp, is_full_size};

const BOOK: &str = "/api/v1/markets/sim:BTC-USD/book";

async fn book_is_there(app: &TestApp, path: &str) {
    app.until("the book of the other node", async || app.get(path).await.status == 200).await;
}

fn without(mut book: Value, names: &[&str]) -> Value {
    let fields = book.as_object_mut().expect("an object");
    names.iter().for_each(|name| drop(fields.remove(*name)));
    book
}

#[actix_web::test]
async fn a_node_answers_for_a_market_that_another_has_and_says_so() {
    let Some(url) = redis_url() else { return };
    let prefix = prefix();
    let replay = [("replay.builtin", "true"), ("replay.speed", "20")];
    let owner = node_with_market(&url, &prefix, &replay).await;
    let other = bare_node(&url, &prefix, &[]).await;
    let path = "/api/v1/markets/binance:BTC-USDT/book";
    book_is_there(&other, path).await;
    assert_eq!(owner.post("/api/v1/replay/pause", "").await.status, 200);
    // A replay that stands still has a book that does.
    let depth = format!("{path}?depth=7");
    other
        .until("the same book at both", async || {
            let (own, relayed) = (owner.data(&depth).await, other.data(&depth).await);
            own["seq"] == relayed["seq"] && own == without(relayed, &["via", "age_ms", "depth_max"])
        })
        .await;
    let relayed = other.get(&depth).await;
    let book = relayed.json()["data"].clone();
    assert_eq!(
        (&book["via"], &book["source"], &book["status"]),
        (&json!("bus"), &json!("replay"), &json!("live"))
    );
    assert!(book["age_ms"].as_u64().is_some_and(|age| age < 3_000), "{book}");
    assert_eq!((book["bids"].as_array().map(Vec::len), &book["depth_max"]), (Some(7), &json!(1_000)));
    let own = owner.get(&depth).await;
    assert!(own.json()["data"].get("via").is_none(), "the board answers for what is ours");
    let etag = relayed.header("etag").expect("an etag");
    assert_eq!(Some(etag), own.header("etag"));
    let again = other.request("GET", &depth, &[("if-none-match", etag)], "").await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    for (path, status, code) in [
        ("/api/v1/markets/sim:NOPE-USD/book", 404, "unknown_market"),
        ("/api/v1/markets/nonsense/book", 404, "unknown_market"),
        ("/api/v1/markets/binance:BTC-USDT/book?depth=0", 400, "bad_depth"),
        // Only books are relayed.
        ("/api/v1/markets/binance:BTC-USDT/trades", 404, "unknown_market"),
    ] {
        let answer = other.get(path).await;
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{path}");
    }
    assert!(owner.counter("bus_cache_puts").await > 0 && other.counter("bus_cache_hits").await > 0);
    other.stop().await;
    owner.stop().await;
}

#[actix_web::test]
async fn a_relayed_book_is_stale_when_its_node_is_gone_and_then_no_more() {
    let Some(url) = redis_url() else { return };
    let prefix = prefix();
    let owner = node_with_market(&url, &prefix, &[]).await;
    let other = bare_node(&url, &prefix, &[]).await;
    book_is_there(&other, BOOK).await;
    let last = other.data(BOOK).await;
    owner.stop().await;
    other.until("a stale book", async || other.data(BOOK).await["status"] == "stale").await;
    let book = other.data(BOOK).await;
    assert_eq!(book["reason"], "silence");
    assert!(book["seq"].as_u64() >= last["seq"].as_u64() && book["age_ms"].as_u64() >= Some(3_000), "{book}");
    if is_full_size() {
        other.until("no book", async || other.get(BOOK).await.status == 503).await;
        assert_eq!(other.get(BOOK).await.json()["code"], "market_not_ready");
    }
    // The node comes back: its epoch is newer than what is held.
    let owner = node_with_market(&url, &prefix, &[]).await;
    other
        .until("a live book of the new epoch", async || {
            let answer = other.get(BOOK).await;
            let book = &answer.json()["data"];
            book["status"] == "live" && book["epoch"].as_u64() > last["epoch"].as_u64()
        })
        .await;
    other.stop().await;
    owner.stop().await;
}

#[actix_web::test]
async fn without_redis_there_are_no_books_of_others() {
    let app = TestApp::start(&[]).await;
    bus_is(&app, "up").await;
    let bus = app.data("/health").await["bus"].clone();
    assert_eq!((&bus["backend"], &bus["reason"]), (&json!("memory"), &Value::Null));
    assert!(bus["since"].is_i64());
    assert_eq!(app.get(BOOK).await.status, 404);
    assert_eq!(app.counter("bus_cache_misses").await, 0, "nobody was asked");
    app.stop().await;
}

#[cfg(feature = "failpoints")]
#[actix_web::test]
async fn a_relay_that_panics_is_started_again() {
    let Some(url) = redis_url() else { return };
    let prefix = prefix();
    let owner = node_with_market(&url, &prefix, &[]).await;
    let other = bare_node(&url, &prefix, &[]).await;
    book_is_there(&other, BOOK).await;
    let relay = owner.server().relay.clone().expect("a relay");
    let first = relay.read().clone();
    first.try_send(marketd_actors::relay::Crash).expect("it takes the message");
    other.until("the relay to be another", async || *relay.read() != first).await;
    let before = other.data(BOOK).await["seq"].as_u64();
    other.until("newer books", async || other.data(BOOK).await["seq"].as_u64() > before).await;
    other.stop().await;
    owner.stop().await;
}
