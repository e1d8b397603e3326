//! The server is killed at any moment while clients place orders: what was acknowledged is there, once, and the state is the one
//! that the journal makes, before the kill and after it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use marketd_domain::journal::{RecordKind, StateHash, read_record};
use marketd_domain::sandbox::{Event, Sandbox, SandboxBounds, SandboxState};
use marketd_store::{Store, StoreOptions};
use marketd_testkit::{Draw, wait_until};
use parking_lot::Mutex;
use serde_json::Value;

use super::{MARKET, resting, with};
use crate::support::process::{Process, command, free_port};
use crate::support::{PATIENCE, request, sized};

/// Orders by their names, as they were acknowledged.
type Acknowledged = Arc<Mutex<Vec<(String, Value)>>>;

async fn start(data_dir: &std::path::Path) -> Process {
    let port = free_port();
    let mut command = command(port, data_dir);
    command.args(["--set", "replay.builtin=false", "--set", "sandbox.state_events=100"]);
    let process = Process::start(command, port);
    process.ready(PATIENCE).await;
    wait_until(PATIENCE, "the sandbox", async || process.status("/api/v1/balances").await == Some(200)).await;
    process
}

/// The journal, read by somebody else while no server runs.
struct Witness {
    sandbox: Sandbox,
    /// States that servers had kept which were killed afterwards, and that the journal made as well.
    compared: usize,
}

impl Witness {
    fn new() -> Self {
        Self { sandbox: Sandbox::new(SandboxBounds::default()), compared: 0 }
    }

    fn hash(&self) -> StateHash {
        StateHash::of(&self.sandbox.state().binding())
    }

    /// Reads on, and holds what a server kept against what the events make of it.
    async fn read_on(&mut self, data_dir: &std::path::Path) {
        let url = format!("sqlite://{}", data_dir.join("marketd.db").display());
        let store = marketd_store::open(&url, StoreOptions::default()).await.expect("a store").store;
        let kept: BTreeMap<u64, StateHash> = kept_states(&*store).await;
        loop {
            let rows = store.journal_from(self.sandbox.seq() + 1, 5_000).await.expect("the journal");
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let (record, _) = read_record(&row.record).expect("an intact record");
                let event: Event = record.decode().expect("an event");
                self.sandbox.replay(&event).expect("it continues the state");
                if let Some(kept) = kept.get(&row.seq) {
                    assert_eq!(self.hash(), *kept, "the state in memory at event {}", row.seq);
                    self.compared += 1;
                }
            }
        }
        store.close().await;
    }

    /// What a server that has just started found.
    async fn assert_restored(&self, process: &Process) {
        let health = process.get("/health").await.expect("an answer").json();
        let restored = &health["data"]["sandbox"]["restored"];
        assert_eq!(restored["seq"], self.sandbox.seq(), "{health}");
        assert_eq!(restored["state_sha256"], self.hash().to_string(), "at event {}", self.sandbox.seq());
    }
}

async fn kept_states(store: &dyn Store) -> BTreeMap<u64, StateHash> {
    let states = store.latest_states().await.expect("the kept states");
    let hash = |row: &marketd_store::sandbox::StateRow| {
        let (record, _) = read_record(&row.record).expect("an intact record");
        assert_eq!(record.kind, RecordKind::Snapshot);
        let state: SandboxState = record.decode().expect("a state");
        (row.seq, StateHash::of(&state.binding()))
    };
    states.iter().map(hash).collect()
}

/// Places and cancels until the server is gone.
async fn trade(address: String, round: usize, client: usize, known: Acknowledged, stop: Arc<AtomicBool>) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("r{round}-c{client}-{number}");
        let order = match number % 3 {
            0 => with(
                super::market(if client.is_multiple_of(2) { "buy" } else { "sell" }, "0.0001"),
                "client_order_id",
                name.as_str(),
            ),
            _ => with(resting("0.0001"), "client_order_id", name.as_str()),
        };
        let Ok(answer) = request(&address, "POST", "/api/v1/orders", &[], &order.to_string()).await else {
            return;
        };
        if answer.status != 201 {
            continue;
        }
        let data = answer.json()["data"].clone();
        let order_id = data["order_id"].clone();
        known.lock().push((name, data));
        if number % 3 == 1 {
            let path = format!("/api/v1/orders/{order_id}");
            let Ok(answer) = request(&address, "DELETE", &path, &[], "").await else { return };
            if answer.status == 200 {
                let data = answer.json()["data"].clone();
                let name = data["client_order_id"].as_str().unwrap_or_default().to_owned();
                known.lock().push((name, data));
            }
        }
    }
}

#[actix_web::test]
async fn what_was_acknowledged_survives_a_kill() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("SEED={seed}");
    let mut draw = Draw(seed);
    let data_dir = tempfile::tempdir().expect("a temporary folder");
    let known: Acknowledged = Arc::default();
    let mut witness = Witness::new();
    for round in 0..sized(3, 100) {
        let process = start(data_dir.path()).await;
        witness.assert_restored(&process).await;
        let stop = Arc::new(AtomicBool::new(false));
        // Each sends one order after the other, as fast as they are answered.
        let clients: Vec<_> = (0..sized(8, 32))
            .map(|client| {
                let (known, stop) = (known.clone(), stop.clone());
                actix_web::rt::spawn(trade(process.address(), round, client, known, stop))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(200 + draw.below(900))).await;
        process.signal("-KILL");
        stop.store(true, Ordering::Relaxed);
        process.ended(PATIENCE).await;
        for client in clients {
            client.await.expect("a client");
        }
        witness.read_on(data_dir.path()).await;
    }
    assert!(witness.compared > 0, "no server kept a state before it was killed");
    let began = Instant::now();
    let process = start(data_dir.path()).await;
    println!("ready after {:?}", began.elapsed());
    witness.assert_restored(&process).await;
    let all = every_order(&process).await;
    // Of an order that was acknowledged twice, the second time says how it ended.
    let known = std::mem::take(&mut *known.lock());
    println!("{} acknowledgements, {} orders", known.len(), all.len());
    assert!(known.len() > 20, "hardly anything was tried");
    let mut by_name: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for order in &all {
        by_name.entry(order["client_order_id"].as_str().unwrap_or_default()).or_default().push(order);
    }
    for (name, told) in &known {
        let of_name = by_name.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        let [order] = of_name else { panic!("{name} is there {} times", of_name.len()) };
        assert_eq!(order["order_id"], told["order_id"], "{name}");
        let is_final = |order: &Value| {
            !["pending", "open", "partially_filled"].iter().any(|open| order["status"] == *open)
        };
        if is_final(told) {
            for field in ["status", "reason", "filled_qty", "filled_quote", "fee"] {
                assert_eq!(order[field], told[field], "{name} {field}");
            }
        }
    }
    money_adds_up(&process, &all).await;
}

async fn every_order(process: &Process) -> Vec<Value> {
    let mut all = Vec::new();
    let mut path = "/api/v1/orders?limit=1000".to_owned();
    loop {
        let page = process.get(&path).await.expect("an answer").json()["data"].clone();
        all.extend(page["items"].as_array().expect("a list").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/orders?limit=1000&cursor={cursor}"),
            None => return all,
        }
    }
}

/// What is reserved is what the open orders say, and the position is what the fills say.
async fn money_adds_up(process: &Process, all: &[Value]) {
    let units = |text: &Value| {
        let text = text.as_str().expect("a decimal");
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        sign * format!("{whole}{fraction:0<18}").parse::<i128>().expect("a number")
    };
    let balances = process.get("/api/v1/balances").await.expect("an answer").json();
    for balance in balances["data"]["items"].as_array().expect("a list") {
        let of_asset = all.iter().filter(|order| order["reserved_asset"] == balance["asset"]);
        let held: i128 = of_asset.map(|order| units(&order["reserved"])).sum();
        assert_eq!(units(&balance["reserved"]), held, "{balance}");
    }
    let signed = |order: &Value| if order["side"] == "buy" { 1 } else { -1 };
    let quote: i128 = all.iter().map(|order| signed(order) * units(&order["filled_quote"])).sum();
    let usd =
        balances["data"]["items"].as_array().expect("a list").iter().find(|held| held["asset"] == "USD");
    let fees: i128 =
        all.iter().filter(|order| order["fee_asset"] == "USD").map(|order| units(&order["fee"])).sum();
    let expected = 100_000 * 10i128.pow(18) - quote - fees;
    assert_eq!(usd.map(|usd| units(&usd["total"])), Some(expected), "{MARKET}");
}
