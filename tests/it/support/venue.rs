//! A scripted Binance that a server follows, and a client's own copy of a book.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use marketd_testkit::{BinanceScript, HttpResponse, ScriptedVenue, SharedScript, VenueConn};
use serde_json::{Value, json};

use super::held::{HeldBook, Levels, levels};
use super::{Client, PATIENCE, TestApp};

pub const MARKET: &str = "binance:BTC-USDT";
pub const OTHER_MARKET: &str = "binance:ETH-USDT";

/// Levels of both sides, best first, decimals without trailing zeros.
pub type Sides = (Levels, Levels);

/// BTC-USDT and ETH-USDT on one connection. Snapshots can be held back.
pub struct ScriptedBinance {
    pub venue: ScriptedVenue,
    pub btc: SharedScript,
    pub eth: SharedScript,
    holding: Arc<AtomicBool>,
    delisted: Arc<Mutex<Vec<String>>>,
}

impl ScriptedBinance {
    pub async fn start() -> Self {
        let venue = ScriptedVenue::start().await.expect("a free port");
        let (btc, eth) = (BinanceScript::new("BTCUSDT").shared(), BinanceScript::new("ETHUSDT").shared());
        BinanceScript::serve_all(&[btc.clone(), eth.clone()], &venue);
        let holding = Arc::new(AtomicBool::new(false));
        let delisted = Arc::new(Mutex::new(Vec::new()));
        let (held, scripts, gone) = (holding.clone(), [btc.clone(), eth.clone()], delisted.clone());
        venue.on_request("/api/v3/depth", move |request| {
            if held.load(Ordering::SeqCst) {
                return HttpResponse::not_yet();
            }
            let symbol = request.query("symbol").unwrap_or_default();
            if gone.lock().expect("whole").iter().any(|gone: &String| gone == symbol) {
                return HttpResponse::new(400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}");
            }
            let script = scripts.iter().map(lock).find(|script| script.symbol() == symbol);
            HttpResponse::json(script.expect("a scripted symbol").snapshot_body(5_000))
        });
        Self { venue, btc, eth, holding, delisted }
    }

    pub fn hold_snapshots(&self) {
        self.holding.store(true, Ordering::SeqCst);
    }

    pub fn release_snapshots(&self) {
        self.holding.store(false, Ordering::SeqCst);
    }

    /// From now on the REST side knows a symbol no more.
    pub fn delist(&self, script: &SharedScript) {
        let mut script = lock(script);
        script.delist();
        self.delisted.lock().expect("whole").push(script.symbol().to_owned());
    }

    pub fn snapshot_requests(&self) -> usize {
        self.venue.requests_below("/api/v3/depth")
    }

    /// A server that follows BTC-USDT, or what `keys` name instead.
    pub async fn app(&self, keys: &[(&str, &str)]) -> TestApp {
        TestApp::start(&self.keys(keys).iter().map(|(key, value)| (*key, value.as_str())).collect::<Vec<_>>())
            .await
    }

    pub fn keys<'a>(&self, more: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
        let mut keys = vec![
            ("venues.binance.enabled", "true".to_owned()),
            ("venues.binance.markets", "BTC-USDT".to_owned()),
            ("venues.binance.ws_url", self.venue.ws_url()),
            ("venues.binance.rest_url", self.venue.rest_url()),
            ("feeds.backoff_first_ms", "20".to_owned()),
        ];
        keys.extend(more.iter().map(|(key, value)| (*key, (*value).to_owned())));
        keys
    }

    /// The server's next connection, its subscription answered.
    pub async fn accept(&self) -> VenueConn {
        let conn = self.venue.accept(PATIENCE).await.expect("a connection of the feed");
        let subscribe = conn.recv_text(PATIENCE).await.expect("a subscription");
        assert!(subscribe.contains("btcusdt@depth@100ms"), "{subscribe}");
        conn.send_text(BinanceScript::ack(1)).await.expect("an open connection");
        conn
    }

    /// Brings BTC-USDT to life: one depth frame, and the snapshot that it asks for.
    pub async fn live(&self, app: &TestApp) -> VenueConn {
        let conn = self.accept().await;
        conn.send_text(tick(&self.btc)).await.expect("an open connection");
        app.status_is(MARKET, "live").await;
        conn
    }

    /// The whole book as it truly is.
    pub fn sides(&self) -> Sides {
        sides_of(&lock(&self.btc))
    }
}

pub fn lock(script: &SharedScript) -> std::sync::MutexGuard<'_, BinanceScript> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The next depth frame.
pub fn tick(script: &SharedScript) -> String {
    lock(script).tick()
}

/// Depth frames that the venue makes and nobody is sent.
pub fn lose_ticks(script: &SharedScript, count: usize) {
    for _ in 0..count {
        drop(tick(script));
    }
}

pub fn sides_of(script: &BinanceScript) -> Sides {
    (trimmed_levels(&script.book().bids(usize::MAX)), trimmed_levels(&script.book().asks(usize::MAX)))
}

pub fn trimmed(decimal: &str) -> String {
    match decimal.contains('.') {
        true => decimal.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => decimal.to_owned(),
    }
}

fn trimmed_levels(levels: &Levels) -> Levels {
    levels.iter().map(|(price, qty)| (trimmed(price), trimmed(qty))).collect()
}

/// Both sides of a REST book.
pub fn sides_of_rest(book: &Value) -> Sides {
    (trimmed_levels(&levels(&book["bids"])), trimmed_levels(&levels(&book["asks"])))
}

/// Whether the best bid stands at or above the best ask.
pub fn is_crossed((bids, asks): &Sides) -> bool {
    let number = |price: &str| price.parse::<f64>().expect("a number");
    match (bids.first(), asks.first()) {
        (Some((bid, _)), Some((ask, _))) => number(bid) >= number(ask),
        _ => false,
    }
}

impl TestApp {
    pub async fn market(&self, market: &str) -> Value {
        self.data(&format!("/api/v1/markets/{market}")).await
    }

    /// Waits until the market is live with the venue's true book.
    pub async fn book_is_true(&self, venue: &ScriptedBinance) {
        self.until("the venue's true book", async || {
            let answer = self.get(&format!("/api/v1/markets/{MARKET}/book?depth=full")).await;
            if answer.status != 200 {
                return false;
            }
            let book = &answer.json()["data"];
            book["status"] == "live" && sides_of_rest(book) == venue.sides()
        })
        .await;
    }

    /// What `/health` says of a feed.
    pub async fn feed(&self, name: &str) -> Value {
        let health = self.get("/health").await.json();
        let feeds =
            health["data"]["feeds"].as_array().expect("feeds").iter().find(|feed| feed["feed"] == name);
        feeds.cloned().unwrap_or(Value::Null)
    }
}

/// A client that follows the whole book of one market at every change, and notes what happens to it.
#[derive(Debug, Default)]
pub struct FollowedBook {
    pub book: HeldBook,
    /// Status and reason, in the order they came.
    pub statuses: Vec<(String, Option<String>)>,
}

impl FollowedBook {
    /// Subscribes and reads up to the first snapshot.
    pub async fn subscribe(client: &mut Client, market: &str) -> Self {
        let request = json!({"op": "subscribe", "channel": "book", "market": market, "depth": "full", "interval_ms": 0});
        client.send(request).await;
        let mut followed = Self::default();
        followed.until(client, "a snapshot", |followed| followed.book.snapshots == 1).await;
        followed
    }

    /// Applies what comes until `done` holds, also if it holds now.
    pub async fn until(&mut self, client: &mut Client, what: &str, done: impl Fn(&Self) -> bool) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !done(self) {
            let next = tokio::time::timeout_at(deadline, client.next()).await;
            let message = next.unwrap_or_else(|_| panic!("no {what}; {:?} {:?}", self.statuses, self.book));
            self.take(&message);
        }
    }

    /// Applies what comes until the market is live with this book.
    pub async fn until_live_with(&mut self, client: &mut Client, truth: &Sides) {
        self.until(client, "live and true book", |held| {
            held.status() == ("live", None) && held.sides() == *truth
        })
        .await;
    }

    /// Applies what comes within a while; nothing has to.
    pub async fn during(&mut self, client: &mut Client, span: Duration) {
        let deadline = tokio::time::Instant::now() + span;
        while let Ok(message) = tokio::time::timeout_at(deadline, client.next()).await {
            self.take(&message);
        }
    }

    pub fn take(&mut self, message: &Value) {
        if message["type"] == "status" {
            let text = |name: &str| message[name].as_str().map(str::to_owned);
            self.statuses.push((text("status").expect("a status"), text("reason")));
        } else if self.book.take(message) {
            assert!(!is_crossed(&self.sides()), "a crossed book after {message}");
        }
    }

    pub fn sides(&self) -> Sides {
        (trimmed_levels(&self.book.bids()), trimmed_levels(&self.book.asks()))
    }

    /// What the market was last said to be; empty before anything was said.
    pub fn status(&self) -> (&str, Option<&str>) {
        self.statuses.last().map_or(("", None), |(status, reason)| (status.as_str(), reason.as_deref()))
    }
}
