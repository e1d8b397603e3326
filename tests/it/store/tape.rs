//! A scripted venue whose trades are noted, to be compared with what is stored.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use marketd_store::Store;
use marketd_testkit::{VenueConn, wait_until};
use serde_json::Value;

use super::database::{scripted, trades_of};
use crate::support::process::{Process, command, free_port};
use crate::support::venue::{MARKET, ScriptedBinance, lock, tick, trimmed};
use crate::support::{PATIENCE, TestApp};

/// Id, price, quantity.
pub type Print = (u64, String, String);

pub struct Tape {
    pub venue: ScriptedBinance,
    pub sent: Vec<Print>,
}

impl Tape {
    pub async fn start() -> Self {
        let venue = ScriptedBinance::start().await;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        lock(&venue.btc).set_time_ms(i64::try_from(now.as_millis()).expect("a time"));
        Self { venue, sent: Vec::new() }
    }

    /// A server that follows the venue and keeps its rows there, live.
    pub async fn app(&self, url: &str, keys: &[(&str, &str)]) -> (TestApp, VenueConn) {
        let mut all = vec![("store.url", url)];
        all.extend_from_slice(keys);
        let app = self.venue.app(&all).await;
        let conn = self.venue.live(&app).await;
        (app, conn)
    }

    /// As [`Self::app`], as a process of its own, whose start may be prepared.
    pub async fn process(
        &self,
        url: &str,
        data_dir: &Path,
        prepare: impl FnOnce(&mut Command),
    ) -> (Process, VenueConn) {
        let port = free_port();
        let mut command = command(port, data_dir);
        for (key, value) in self.venue.keys(&[("store.url", url), ("venues.sim.enabled", "false")]) {
            command.args(["--set", &format!("{key}={value}")]);
        }
        prepare(&mut command);
        let process = Process::start(command, port);
        let conn = self.venue.accept().await;
        conn.send_text(tick(&self.venue.btc)).await.expect("open");
        process.ready(PATIENCE).await;
        (process, conn)
    }

    /// The next trades, with a book update now and then.
    pub async fn send(&mut self, conn: &VenueConn, count: usize) {
        for at in 0..count {
            if at.is_multiple_of(20) {
                conn.send_text(tick(&self.venue.btc)).await.expect("open");
            }
            let nth = self.sent.len();
            let price = format!("600{:02}.{:02}000000", nth % 7, nth % 10);
            let qty = format!("0.0{:07}", 1 + nth);
            let frame = lock(&self.venue.btc).trade(&price, &qty, nth.is_multiple_of(3));
            let whole: Value = serde_json::from_str(&frame).expect("JSON");
            let id = whole["data"]["t"].as_u64().expect("a number");
            self.sent.push((id, trimmed(&price), trimmed(&qty)));
            conn.send_text(frame).await.expect("open");
        }
    }

    /// As [`Self::send`], in so many portions with a moment in between.
    pub async fn send_slowly(&mut self, conn: &VenueConn, portions: usize, count: usize) {
        for _ in 0..portions {
            self.send(conn, count).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the market has applied what was sent to this server.
    pub async fn applied(&self, app: &TestApp, sent: usize) {
        app.until("every trade", async || app.market(MARKET).await["counters"]["trades"] == sent).await;
    }

    pub async fn applied_by(&self, process: &Process, sent: usize) {
        wait_until(PATIENCE, "every trade", async || {
            let market = process.get(&format!("/api/v1/markets/{MARKET}")).await.expect("an answer").json();
            market["data"]["counters"]["trades"] == sent
        })
        .await;
    }

    /// What the store has, in order.
    pub async fn stored(&self, store: &dyn Store) -> Vec<Print> {
        let mut stored: Vec<Print> = (trades_of(store, scripted()).await.iter())
            .map(|row| {
                let (trade, scales) = (row.trade(), row.scales());
                (
                    super::database::number(trade.id),
                    trade.price.to_trimmed_text(scales.price),
                    trade.qty.to_trimmed_text(scales.qty),
                )
            })
            .collect();
        stored.sort();
        stored
    }

    /// Waits until the store has everything, each once, to the last digit.
    pub async fn all_stored(&self, store: &dyn Store) {
        wait_until(PATIENCE * 3, "every trade in the store", async || {
            trades_of(store, scripted()).await.len() >= self.sent.len()
        })
        .await;
        assert_eq!(self.stored(store).await, self.sent);
    }
}

impl Process {
    /// What `/health` says of the store.
    pub async fn store_health(&self) -> Value {
        self.get("/health").await.expect("an answer").json()["data"]["store"].clone()
    }
}

impl TestApp {
    /// What `/health` says of the store.
    pub async fn store_health(&self) -> Value {
        self.get("/health").await.json()["data"]["store"].clone()
    }

    pub async fn store_is(&self, state: &str) {
        let began = Instant::now();
        loop {
            let health = self.store_health().await;
            if health["state"] == state {
                return;
            }
            assert!(began.elapsed() < PATIENCE * 3, "waited in vain for {state}: {health:#}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Rows of all families in the spool.
    pub async fn spooled(&self) -> u64 {
        self.store_health().await["spooled_rows"].as_u64().expect("a number")
    }

    pub async fn lost(&self) -> u64 {
        self.store_health().await["lost_rows"].as_u64().expect("a number")
    }

    /// A counter of the trades' writer.
    pub async fn writer(&self, family: &str, counter: &str) -> u64 {
        let health = self.store_health().await;
        let writers = health["writers"].as_array().expect("writers");
        let writer = writers.iter().find(|writer| writer["family"] == family).expect("a writer");
        writer[counter].as_u64().expect("a number")
    }
}
