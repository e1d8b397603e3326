//! All clients are cut at once and come back at once: everyone has a snapshot, made once for all of them. And peers
//! that never answer again are not waited for.
//!
//! `MARKETD_LONG=1`: 1,000 clients.

use std::time::{Duration, Instant};

use marketd_testkit::wire::WireClient;
use serde_json::json;

use crate::support::follow::Positions;
use crate::support::process::Process;
use crate::support::{PATIENCE, request, sized};

const MARKET: &str = "binance:BTC-USDT";
/// What each client follows: two books, the best prices, trades, and the status that comes along.
const STREAMS: usize = 5;
const WORKERS: u64 = 2;

fn requests() -> [String; 4] {
    let book = |depth, interval| json!({"op": "subscribe", "channel": "book", "market": MARKET, "depth": depth, "interval_ms": interval});
    let plain = |channel| json!({"op": "subscribe", "channel": channel, "market": MARKET});
    [book(50, 100), book(100, 0), plain("bbo"), plain("trades")].map(|request| request.to_string())
}

struct Follower {
    client: WireClient,
    positions: Positions,
}

impl Follower {
    /// Connects, subscribes, and reads until every stream has begun.
    async fn begin(address: std::net::SocketAddr) -> Self {
        let client = WireClient::connect(address, None).await.expect("the handshake");
        let mut this = Self { client, positions: Positions::default() };
        for request in requests() {
            this.client.send_text(&request).await.expect("sent");
        }
        while this.positions.streams() < STREAMS {
            this.read_one().await;
        }
        this
    }

    async fn read_one(&mut self) {
        let frame = self.client.next().await.expect("an open connection").expect("not closed");
        self.positions.take(&frame);
    }
}

/// Everyone at once.
async fn storm(process: &Process, count: usize) -> Vec<Follower> {
    let address = process.address().parse().expect("an address");
    let all = futures_util::future::join_all((0..count).map(|_| Follower::begin(address)));
    tokio::time::timeout(3 * PATIENCE, all).await.expect("snapshots for everyone")
}

async fn nobody_is_left(process: &Process) {
    marketd_testkit::wait_until(PATIENCE, "no session and no subscription", async || {
        process.open().await == (0, 0)
    })
    .await;
}

/// Stands the replay still, and waits until nothing is encoded any more.
async fn stand_still(process: &Process) {
    let answer = request(&process.address(), "POST", "/api/v1/replay/pause", &[], "").await;
    assert_eq!(answer.expect("an answer").status, 200);
    marketd_testkit::wait_until(PATIENCE, "an end of encoding", async || {
        let encoded = process.counters().await["frames_encoded"];
        // Longer than the slowest stream takes between two frames.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        process.counters().await["frames_encoded"] == encoded
    })
    .await;
}

#[actix_web::test]
async fn a_storm_of_clients_shares_its_snapshots() {
    let clients = sized(300, 1_000);
    let data_dir = tempfile::tempdir().expect("a folder");
    let process = Process::busy(data_dir.path(), &[]).await;
    let before = storm(&process, clients).await;
    stand_still(&process).await;
    before.into_iter().for_each(|follower| follower.client.reset());
    nobody_is_left(&process).await;

    // Nothing moves, so that every frame that is encoded now is a snapshot.
    let before = process.counters().await;
    let began = Instant::now();
    let mut followers = storm(&process, clients).await;
    let took = began.elapsed();
    let after = process.counters().await;
    let counted = |name: &str| after[name] - before[name];
    let (encoded, sent) = (counted("frames_encoded"), counted("snapshots_sent"));
    println!("{clients} clients have {sent} snapshots after {took:.1?}, {encoded} were encoded");
    assert_eq!(sent, (clients * STREAMS) as u64);
    // One a stream and worker; none where the ring still had one.
    assert!(encoded <= STREAMS as u64 * WORKERS, "{encoded} encoded for {clients} clients");

    // The same while the market moves: nobody's stream has a gap from the snapshot on.
    let answer = request(&process.address(), "POST", "/api/v1/replay/resume", &[], "").await;
    assert_eq!(answer.expect("an answer").status, 200);
    for follower in &mut followers {
        follower.read_one().await;
    }
    followers.into_iter().for_each(|follower| follower.client.reset());
    let began = Instant::now();
    let mut followers = storm(&process, clients).await;
    println!("{clients} clients have their snapshots after {:.1?} while the market moves", began.elapsed());
    for follower in &mut followers {
        let frames = follower.positions.frames;
        while follower.positions.frames < frames + 20 {
            follower.read_one().await;
        }
        assert_eq!(follower.positions.snapshots, STREAMS as u64, "one a stream");
    }
    assert_eq!(process.counters().await["sessions_open"], clients as u64, "those before are gone");
    drop(followers);
    nobody_is_left(&process).await;
}

/// Peers whose program hangs for ever, as far as this can be had without dropping packets: the kernel takes what is
/// sent and nobody reads or answers. Some have so little coming that their sockets never fill.
#[actix_web::test]
async fn peers_that_never_answer_again_are_not_waited_for() {
    let data_dir = tempfile::tempdir().expect("a folder");
    let stall = sized("2000", "12000");
    let keys = [
        ("session.ping_ms", "200"),
        ("session.pong_timeout_ms", "1000"),
        ("limits.stall_timeout_ms", stall),
        ("limits.tcp_user_timeout_ms", stall),
    ];
    let process = Process::busy(data_dir.path(), &keys).await;
    let descriptors = process.settled_descriptors().await;
    let address = process.address().parse().expect("an address");
    let mut peers = Vec::new();
    for no in 0..sized(60, 300) {
        let mut client = WireClient::connect(address, None).await.expect("the handshake");
        // A third of them follow nothing, a third little, a third all there is.
        for request in &requests()[..[0, 1, 4][no % 3]] {
            client.send_text(request).await.expect("sent");
        }
        peers.push(client);
    }
    marketd_testkit::wait_until(PATIENCE, "all sessions", async || {
        process.counters().await["sessions_total"] == peers.len() as u64
    })
    .await;
    nobody_is_left(&process).await;
    assert_eq!(process.settled_descriptors().await, descriptors, "every socket of theirs is closed");
}
