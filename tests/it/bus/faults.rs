//! Redis that is away, hangs, dies or holds nonsense: the server serves, and nobody waits.

use std::time::{Duration, Instant};

use marketd_testkit::Draw;
use serde_json::Value;

use super::{Redis, bare_node, bus_is, bus_keys, node_with_market, prefix, private_redis};
use crate::support::process::Process;
use crate::support::{TestApp, sized};

const BOOK: &str = "/api/v1/markets/sim:BTC-USD/book";
/// Every request asks Redis for its allowance.
const COUNTED: [(&str, &str); 3] = [
    ("limits.requests_per_second", "1000000"),
    ("limits.requests_burst", "1000000"),
    ("limits.count_loopback", "true"),
];

async fn pair(server: &Redis) -> (TestApp, TestApp) {
    let (url, prefix) = (server.url(), prefix());
    let owner = node_with_market(&url, &prefix, &COUNTED).await;
    let other = bare_node(&url, &prefix, &COUNTED).await;
    other.until("the book of the other node", async || other.get(BOOK).await.status == 200).await;
    (owner, other)
}

#[actix_web::test]
async fn redis_may_be_down_at_the_start() {
    let Some(mut server) = private_redis() else { return };
    server.crash();
    let (url, prefix) = (server.url(), prefix());
    let owner = node_with_market(&url, &prefix, &COUNTED).await;
    let other = bare_node(&url, &prefix, &COUNTED).await;
    bus_is(&owner, "away").await;
    let bus = owner.data("/health").await["bus"].clone();
    assert_eq!(bus["backend"], "redis");
    assert!(bus["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{bus}");
    for _ in 0..200 {
        assert_eq!(owner.get(BOOK).await.status, 200);
    }
    assert_eq!(other.get(BOOK).await.status, 404, "nobody has told of it");
    assert_eq!(owner.counter("bus_timeouts").await, 0, "nobody has waited");
    server.restart().expect("the port is still free");
    bus_is(&owner, "up").await;
    other.until("the book of the other node", async || other.get(BOOK).await.status == 200).await;
    other.stop().await;
    owner.stop().await;
}

#[actix_web::test]
async fn redis_may_be_killed_and_come_back_empty_again_and_again() {
    let Some(mut server) = private_redis() else { return };
    let (owner, other) = pair(&server).await;
    for _ in 0..sized(2, 20) {
        let before = other.data(BOOK).await;
        server.crash();
        bus_is(&owner, "away").await;
        bus_is(&other, "away").await;
        for _ in 0..50 {
            assert_eq!(owner.get(BOOK).await.status, 200);
            // The last that came, until its time is over.
            let relayed = other.get(BOOK).await;
            let book = &relayed.json()["data"];
            assert_eq!(relayed.status, 200, "{}", relayed.body);
            assert!(book["seq"].as_u64() >= before["seq"].as_u64(), "{book}");
        }
        server.restart().expect("the port is still free");
        other
            .until("newer books", async || other.data(BOOK).await["seq"].as_u64() > before["seq"].as_u64())
            .await;
    }
    other.stop().await;
    owner.stop().await;
}

#[actix_web::test]
async fn a_redis_that_hangs_slows_no_request_down_but_those_under_way() {
    let Some(mut server) = private_redis() else { return };
    let (owner, other) = pair(&server).await;
    server.pause();
    bus_is(&owner, "away").await;
    bus_is(&other, "away").await;
    let timeouts = async || owner.counter("bus_timeouts").await + other.counter("bus_timeouts").await;
    let waited = timeouts().await;
    // Books under way, and a request of each node.
    assert!(waited <= 8, "{waited} calls waited");
    let pause = Duration::from_secs(sized(2, 30));
    let (began, mut answers) = (Instant::now(), 0);
    while began.elapsed() < pause {
        assert_eq!(owner.get(BOOK).await.status, 200);
        answers += 1;
    }
    assert!(answers > 0);
    assert_eq!(timeouts().await, waited, "of {answers} requests none waited for Redis");
    server.resume();
    bus_is(&owner, "up").await;
    bus_is(&other, "up").await;
    let before = other.data(BOOK).await["seq"].as_u64();
    other.until("newer books", async || other.data(BOOK).await["seq"].as_u64() > before).await;
    other.stop().await;
    owner.stop().await;
}

#[actix_web::test]
async fn memory_does_not_grow_while_redis_hangs() {
    let Some(mut server) = private_redis() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (url, prefix) = (server.url(), prefix());
    let keys = [&bus_keys(&url, &prefix)[..], &COUNTED].concat();
    let node = Process::busy(folder.path(), &keys).await;
    let state = async || {
        let answer = node.get("/health").await.expect("an answer");
        answer.json()["data"]["bus"]["state"].as_str().map(str::to_owned)
    };
    let is = async |wanted: &str| {
        marketd_testkit::wait_until(crate::support::PATIENCE, wanted, async || {
            state().await.as_deref() == Some(wanted)
        })
        .await;
    };
    is("up").await;
    let ask = async |count: usize| {
        for _ in 0..count {
            let answer = node.get("/api/v1/markets/binance:BTC-USDT/book?depth=10").await.expect("an answer");
            assert_eq!(answer.status, 200);
        }
    };
    // Caches and the allocator's pages first.
    ask(300).await;
    server.pause();
    is("away").await;
    ask(300).await;
    let before = node.resident();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(sized(3, 30)) {
        ask(20).await;
    }
    let after = node.resident();
    // The market goes on, so its trades and candles take some; what waited for Redis would take megabytes a second.
    assert!(after < before + 16 * 1024 * 1024, "{before} bytes before, {after} after");
    server.resume();
    is("up").await;
}

#[actix_web::test]
async fn nonsense_under_the_name_of_a_book_is_never_shown() {
    let Some(server) = private_redis() else { return };
    let (owner, other) = pair(&server).await;
    let client = redis::Client::open(server.url()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let names: Vec<String> =
        redis::cmd("KEYS").arg("*:snapshot:*").query_async(&mut around).await.expect("an answer");
    let [name] = &names[..] else { panic!("{names:?}") };
    let shape = |book: &Value| {
        let mut names: Vec<String> = book.as_object().expect("an object").keys().cloned().collect();
        names.sort();
        names
    };
    let expected = shape(&other.data(BOOK).await);
    let mut draw = Draw(37);
    let (mut rounds, mut last_seq) = (0, 0);
    // As long as it takes to hit a moment between a write and a read.
    while rounds < 100 || other.counter("bus_damaged").await < 3 {
        let bad: Vec<u8> = match rounds % 3 {
            0 => (0..draw.below(500)).map(|_| draw.below(256) as u8).collect(),
            1 => b"{\"market\":\"sim:BTC-USD\",\"bids\":[[\"1\",\"1\"]]}".to_vec(),
            _ => {
                let mut held: Vec<u8> =
                    redis::cmd("GET").arg(name).query_async(&mut around).await.expect("an answer");
                if let Some(at) = (held.len() as u64).checked_sub(1) {
                    held[draw.below(at + 1) as usize] ^= 1 << draw.below(8);
                }
                held
            }
        };
        redis::cmd("SET")
            .arg(name)
            .arg(bad)
            .arg("PX")
            .arg(60_000)
            .query_async::<()>(&mut around)
            .await
            .expect("a write");
        let answer = other.get(BOOK).await;
        assert_eq!(answer.status, 200, "the last whole one is still known: {}", answer.body);
        let book = &answer.json()["data"];
        assert_eq!(shape(book), expected);
        let seq = book["seq"].as_u64().expect("a number");
        assert!(seq >= last_seq, "{seq} after {last_seq}");
        last_seq = seq;
        rounds += 1;
        assert!(rounds < 5_000, "{} values, none of them was read", rounds);
    }
    let before = other.data(BOOK).await["seq"].as_u64();
    other.until("newer books", async || other.data(BOOK).await["seq"].as_u64() > before).await;
    other.stop().await;
    owner.stop().await;
}
