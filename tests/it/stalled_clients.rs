//! Many clients that never read, beside healthy ones at the full rate: they cost bounded memory, they are gone in
//! time, nothing of them is left, and the healthy ones notice nothing.
//!
//! `MARKETD_LONG=1`: 1,000 stalled and 100 healthy, and the latency of the healthy ones is held to its limit.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use marketd_testkit::wire::WireClient;
use serde_json::json;

use crate::support::follow::Positions;
use crate::support::process::Process;
use crate::support::{PATIENCE, is_full_size, sized};

const MARKET: &str = "binance:BTC-USDT";
/// Memory that a thousand stalled clients may cost at most.
const MEMORY_PER_THOUSAND: u64 = 256 << 20;
/// From the moment a client stalls until it is gone. The server's own limit is 12 s.
const GONE_WITHIN: Duration = Duration::from_secs(15);
/// What stalled clients may add to the latency of healthy ones: to the 99th percentile of a usual second.
const LATENCY_MOVES_US: i64 = 5_000;

fn requests() -> [String; 2] {
    [
        json!({"op": "subscribe", "channel": "book", "market": MARKET, "depth": "full", "interval_ms": 0}),
        json!({"op": "subscribe", "channel": "trades", "market": MARKET}),
    ]
    .map(|request| request.to_string())
}

/// Streams of a client with these requests: the market's status comes along.
const STREAMS: u64 = 3;

fn now_us() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_micros()).expect("before the year 294246")
}

/// What the healthy clients see.
#[derive(Default)]
struct Seen {
    /// When a frame was read, and how long after its encoding.
    latencies_us: RefCell<Vec<(i64, i64)>>,
    frames: Cell<u64>,
    snapshots: Cell<u64>,
    begun: Cell<usize>,
}

/// Latencies of a span of time.
struct Latency {
    p50_us: i64,
    p99_us: i64,
    most_us: i64,
    /// The 99th percentile of each second.
    p99_by_second_us: Vec<i64>,
}

impl Latency {
    /// That of the middle one of all seconds: a single hiccup of a busy machine does not decide.
    fn usual_p99_us(&self) -> i64 {
        percentile(&mut self.p99_by_second_us.clone(), 50)
    }
}

impl std::fmt::Display for Latency {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { p50_us, p99_us, most_us, p99_by_second_us } = self;
        write!(out, "p50 {p50_us}, p99 {p99_us}, most {most_us} us; p99 of each second {p99_by_second_us:?}")
    }
}

fn percentile(latencies_us: &mut [i64], part: usize) -> i64 {
    latencies_us.sort_unstable();
    latencies_us[(latencies_us.len() - 1) * part / 100]
}

impl Seen {
    /// Of what came since this was last called.
    fn take_latencies(&self) -> Latency {
        let taken = self.latencies_us.take();
        let by_second = taken.chunk_by(|(one, _), (other, _)| one / 1_000_000 == other / 1_000_000);
        let only = |(_, latency_us): &(i64, i64)| *latency_us;
        let p99_by_second_us =
            by_second.map(|span| percentile(&mut span.iter().map(only).collect::<Vec<_>>(), 99)).collect();
        let mut all: Vec<i64> = taken.iter().map(only).collect();
        let mut at = |part| percentile(&mut all, part);
        Latency { p50_us: at(50), p99_us: at(99), most_us: at(100), p99_by_second_us }
    }
}

/// Reads until the test is over; a gap or an end fails it.
async fn read_healthy(mut client: WireClient, seen: Rc<Seen>) {
    let mut positions = Positions::default();
    let mut has_begun = false;
    loop {
        let frame = client.next().await.expect("an open connection").expect("not closed");
        let Some(head) = positions.take(&frame) else { continue };
        if head.is_snapshot() {
            seen.snapshots.set(seen.snapshots.get() + 1);
        } else {
            seen.frames.set(seen.frames.get() + 1);
            let now = now_us();
            seen.latencies_us.borrow_mut().push((now, now - head.ts_sent));
        }
        if !has_begun && positions.streams() as u64 == STREAMS {
            has_begun = true;
            seen.begun.set(seen.begun.get() + 1);
        }
    }
}

async fn connected(process: &Process, receive_buffer: Option<u32>) -> WireClient {
    let address = process.address().parse().expect("an address");
    let mut client = WireClient::connect(address, receive_buffer).await.expect("the handshake");
    for request in requests() {
        client.send_text(&request).await.expect("sent");
    }
    client
}

/// Waits for a number of sessions and subscriptions; the largest resident memory seen meanwhile.
async fn until_open(process: &Process, expected: (u64, u64), patience: Duration) -> u64 {
    let began = Instant::now();
    let mut most = 0;
    loop {
        let open = process.open().await;
        most = most.max(process.resident());
        if open == expected {
            return most;
        }
        assert!(began.elapsed() < patience, "{open:?} sessions and subscriptions, not {expected:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[actix_web::test]
async fn stalled_clients_cost_bounded_memory_and_nobody_else_notices_them() {
    let (stalled, healthy) = (sized(200, 1_000), sized(20, 100));
    let data_dir = tempfile::tempdir().expect("a folder");
    // The everyday run waits less for them; the limit it is held to is the same.
    let timeout = sized("3000", "12000");
    let keys = [("limits.stall_timeout_ms", timeout), ("limits.tcp_user_timeout_ms", timeout)];
    let process = Process::busy(data_dir.path(), &keys).await;

    let seen = Rc::new(Seen::default());
    let mut readers = Vec::new();
    for _ in 0..healthy {
        let client = connected(&process, None).await;
        readers.push(actix_web::rt::spawn(read_healthy(client, seen.clone())));
    }
    marketd_testkit::wait_until(PATIENCE, "snapshots for everyone", async || seen.begun.get() == healthy)
        .await;
    let (snapshots, healthy) = (seen.snapshots.get(), healthy as u64);
    let baseline = (healthy, healthy * STREAMS);
    until_open(&process, baseline, PATIENCE).await;
    seen.take_latencies();
    // Observing them alone, and their rings fill.
    tokio::time::sleep(sized(Duration::from_secs(3), Duration::from_secs(10))).await;
    let alone = seen.take_latencies();
    let (descriptors, resident) = (process.settled_descriptors().await, process.resident());

    let mut silent = Vec::new();
    for _ in 0..stalled {
        silent.push(connected(&process, Some(4_096)).await);
    }
    // A storm of handshakes and snapshots is not what is held to the limit, and it is this thread's work as well.
    let connecting = seen.take_latencies();
    let began = Instant::now();
    let most = until_open(&process, baseline, GONE_WITHIN).await;
    let gone = began.elapsed();
    let beside = seen.take_latencies();
    let counters = process.counters().await;
    assert_eq!(counters["sessions_total"], healthy + stalled, "each of them had a session");
    assert_eq!(process.settled_descriptors().await, descriptors, "every socket of theirs is closed");

    let grown = most.saturating_sub(resident);
    println!("{stalled} stalled, {healthy} healthy: gone after {gone:.1?}, {} KiB more", grown / 1_024);
    println!(
        "ended by the sweep: {}, by the kernel: {}",
        counters["stalled_closed"],
        stalled - counters["stalled_closed"]
    );
    println!("latency of the healthy: alone {alone}");
    println!("while the others connect {connecting}");
    println!("beside them {beside}");
    println!("{} frames to the healthy, {} descriptors", seen.frames.get(), descriptors);
    let allowed = MEMORY_PER_THOUSAND * stalled / 1_000;
    assert!(grown < allowed, "{grown} bytes more for {stalled} clients that read nothing");
    assert_eq!(seen.snapshots.get(), snapshots, "no healthy client lost its place");
    assert!(readers.iter().all(|reader| !reader.is_finished()), "a healthy client saw a gap or an end");
    if is_full_size() {
        assert!(beside.usual_p99_us() - alone.usual_p99_us() < LATENCY_MOVES_US, "from {alone} to {beside}");
    }

    for reader in readers {
        reader.abort();
    }
    drop(silent);
    until_open(&process, (0, 0), PATIENCE).await;
}
