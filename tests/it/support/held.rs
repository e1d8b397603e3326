//! A book held by the one rule of the protocol; anything else fails the test.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde_json::Value;

use super::TestApp;
use super::raw::{Incoming, RawClient};

/// The market of the recording that is built in.
pub const REPLAYED: &str = "binance:BTC-USDT";

/// `(price, quantity)` as printed, best first.
pub type Levels = Vec<(String, String)>;

#[derive(Debug, Default)]
pub struct HeldBook {
    pub epoch: u64,
    pub seq: u64,
    pub snapshots: usize,
    pub deltas: usize,
    /// Of all levels, in whatever order they came; equal books have equal ones.
    pub digest: u64,
    /// By the price without its point: a market's scale is fixed within an epoch.
    bids: BTreeMap<i128, (String, String)>,
    asks: BTreeMap<i128, (String, String)>,
}

fn whole(decimal: &str) -> i128 {
    decimal.replace('.', "").parse().expect("a decimal")
}

fn level_hash(side: &str, price: &str, qty: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (side, price, qty).hash(&mut hasher);
    hasher.finish()
}

#[derive(serde::Deserialize)]
struct Sides<'a> {
    #[serde(borrow)]
    bids: Vec<(&'a str, &'a str)>,
    #[serde(borrow)]
    asks: Vec<(&'a str, &'a str)>,
}

/// The digest of a book's snapshot, without holding the book.
pub fn digest_of_snapshot(payload: &[u8]) -> u64 {
    let sides: Sides<'_> = serde_json::from_slice(payload).expect("a snapshot of a book");
    let bids = sides.bids.iter().map(|(price, qty)| level_hash("bids", price, qty));
    bids.chain(sides.asks.iter().map(|(price, qty)| level_hash("asks", price, qty)))
        .fold(0, u64::wrapping_add)
}

impl HeldBook {
    /// Takes a frame if it is one of the book; says whether it was.
    pub fn take(&mut self, frame: &Value) -> bool {
        if frame["channel"] != "book" || !frame["bids"].is_array() {
            return false;
        }
        let number = |name: &str| frame[name].as_u64().expect("an integer");
        let (epoch, seq, prev) = (number("epoch"), number("seq"), number("prev"));
        if frame["type"] == "snapshot" {
            assert_eq!(prev, seq, "a snapshot's prev is its seq");
            self.bids.clear();
            self.asks.clear();
            self.digest = 0;
            self.snapshots += 1;
        } else {
            assert_eq!((epoch, prev), (self.epoch, self.seq), "a delta that does not apply");
            assert!(seq > prev, "seq grows");
            self.deltas += 1;
        }
        (self.epoch, self.seq) = (epoch, seq);
        for (name, side) in [("bids", &mut self.bids), ("asks", &mut self.asks)] {
            for level in frame[name].as_array().expect("levels") {
                let (price, qty) = (level[0].as_str().expect("text"), level[1].as_str().expect("text"));
                let gone = match whole(qty) {
                    0 => side.remove(&whole(price)),
                    _ => {
                        self.digest = self.digest.wrapping_add(level_hash(name, price, qty));
                        side.insert(whole(price), (price.to_owned(), qty.to_owned()))
                    }
                };
                if let Some((price, qty)) = gone {
                    self.digest = self.digest.wrapping_sub(level_hash(name, &price, &qty));
                }
            }
        }
        true
    }

    pub fn position(&self) -> Value {
        serde_json::json!({"epoch": self.epoch, "seq": self.seq})
    }

    pub fn bids(&self) -> Levels {
        self.bids.values().rev().cloned().collect()
    }

    pub fn asks(&self) -> Levels {
        self.asks.values().cloned().collect()
    }

    /// Fails unless this is the book that REST shows. Both must stand at the same position.
    pub fn assert_is(&self, book: &Value) {
        assert_eq!((book["epoch"].as_u64(), book["seq"].as_u64()), (Some(self.epoch), Some(self.seq)));
        assert_eq!((levels(&book["bids"]), levels(&book["asks"])), (self.bids(), self.asks()));
    }
}

/// Levels of a REST answer.
pub fn levels(side: &Value) -> Levels {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    side.as_array().expect("levels").iter().map(|level| (text(&level[0]), text(&level[1]))).collect()
}

impl TestApp {
    pub async fn book(&self, market: &str, depth: &str) -> Value {
        self.data(&format!("/api/v1/markets/{market}/book?depth={depth}")).await
    }

    /// One of the counters of `/system/info`.
    pub async fn counter(&self, name: &str) -> u64 {
        self.data("/api/v1/system/info").await["counters"][name].as_u64().expect("a counter")
    }

    /// Waits until no session and no subscription is left.
    pub async fn nobody_is_connected(&self) {
        self.until("sessions_open and subscriptions_open 0", async || {
            self.counter("sessions_open").await == 0 && self.counter("subscriptions_open").await == 0
        })
        .await;
    }

    pub async fn post(&self, path: &str, body: &str) -> super::Answer {
        self.request("POST", path, &[], body).await
    }

    /// Stands the replay still, and waits until its markets do.
    pub async fn pause_replay(&self) {
        assert_eq!(self.post("/api/v1/replay/pause", "").await.status, 200);
        self.until("a paused replay", async || self.replay().await["paused"] == true).await;
    }

    /// The replay's state.
    pub async fn replay(&self) -> Value {
        self.data("/api/v1/replay").await["items"][0].clone()
    }

    /// Stands the replay still and reads until the held book, a full one, stands where REST does: they must be equal.
    pub async fn compare_at_rest(&self, raw: &mut RawClient, held: &mut HeldBook) {
        self.pause_replay().await;
        let mut book = self.book(REPLAYED, "full").await;
        loop {
            while let Some(incoming) = raw.next_within(Duration::from_millis(300)).await {
                match incoming {
                    Incoming::Text(text) => held.take(&serde_json::from_str(&text).expect("JSON")),
                    Incoming::Ping(_) | Incoming::Pong(_) => continue,
                    ended => panic!("{ended:?} at {}", held.seq),
                };
            }
            // What was under way when the replay paused may have moved the book once more.
            let now = self.book(REPLAYED, "full").await;
            if now["seq"] == book["seq"] && book["seq"] == held.seq {
                break;
            }
            assert!(held.seq <= now["seq"].as_u64().expect("a seq"), "ahead of the server");
            book = now;
        }
        held.assert_is(&book);
    }
}
