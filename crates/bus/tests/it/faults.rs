//! Redis that is not there, goes, hangs, refuses or comes back with less: nobody waits, and answers come from memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use marketd_bus::{Begin, Bus, Event, RateLimit, State, Tag};
use marketd_testkit::services::private_redis;
use marketd_testkit::wait_until;

use crate::support::{
    self, MINUTE, PATIENCE, PATIENT, bytes, count, fallback, is_up, key, next_frame, request, snapshot,
};

async fn is_away(bus: &dyn Bus) -> String {
    wait_until(PATIENCE, "the bus to be away", async || bus.report().state == State::Away).await;
    bus.report().reason.expect("a reason")
}

async fn held(bus: &dyn Bus, name: &str) -> Option<String> {
    let cached = bus.snapshot(&key(name), Tag::default()).await.expect("an answer")?;
    Some(String::from_utf8(cached.snapshot.bytes.to_vec()).expect("text"))
}

async fn put(bus: &dyn Bus, name: &str, seq: u64, text: &str) -> bool {
    bus.put_snapshot(&key(name), &snapshot(1, seq, text), MINUTE).await.expect("an answer")
}

/// Everything that a bus does, once.
async fn works(bus: &dyn Bus, name: &str) {
    assert!(put(bus, name, 1, "a").await);
    assert_eq!(held(bus, name).await.as_deref(), Some("a"));
    let Ok(Begin::Fresh(claim)) = bus.begin(&key(name), request("buy"), MINUTE).await else {
        panic!("not fresh")
    };
    assert_eq!(bus.begin(&key(name), request("buy"), MINUTE).await, Ok(Begin::InFlight));
    assert_eq!(bus.finish(claim, bytes("bought"), MINUTE).await, Ok(true));
    assert_eq!(bus.begin(&key(name), request("buy"), MINUTE).await, Ok(Begin::Done(bytes("bought"))));
    let limit = RateLimit::per_second(1, 2);
    let took = [bus.take(&key(name), limit).await, bus.take(&key(name), limit).await];
    assert!(took.iter().all(|took| took.as_ref().is_ok_and(|allowance| allowance.allowed)), "{took:?}");
    let mut subscription = bus.subscribe(&key(name)).expect("room");
    // Other nodes may not be reached; subscribers here are.
    let _ = bus.publish(&key(name), bytes("frame"));
    assert_eq!(next_frame(&mut subscription).await.1, "frame");
}

#[tokio::test]
async fn a_redis_that_is_not_there_at_the_start_is_found_when_it_comes() {
    let Some(mut server) = private_redis() else { return };
    server.crash();
    let bus = marketd_bus::open(&server.url(), support::options(PATIENT)).expect("a valid address");
    works(&*bus, "before it is known").await;
    let reason = is_away(&*bus).await;
    assert!(!reason.is_empty() && count(&*bus, "bus_connects") == 0);
    works(&*bus, "away").await;
    assert_eq!(count(&*bus, "bus_timeouts"), 0, "nobody has waited");
    server.restart().expect("the port is still free");
    is_up(&*bus).await;
    let calls = count(&*bus, "bus_calls");
    works(&*bus, "there").await;
    assert!(count(&*bus, "bus_calls") > calls);
}

#[tokio::test]
async fn a_redis_that_is_killed_and_comes_back_empty_costs_nothing_but_what_it_held() {
    let Some(mut server) = private_redis() else { return };
    let options = support::options(PATIENT);
    let [one, two] = [fallback(&server.url(), options.clone()).await, fallback(&server.url(), options).await];
    let mut frames = two.subscribe(&key("trades")).expect("room");
    assert!(put(&*one, "book", 1, "first").await);
    for round in 0..3_u64 {
        let text = format!("round {round}");
        assert!(put(&*one, "book", 10 + 2 * round, &text).await);
        assert_eq!(held(&*two, "book").await, Some(text.clone()));
        server.crash();
        // The first call finds out, at the latest.
        assert_eq!(held(&*two, "book").await, Some(text.clone()));
        is_away(&*one).await;
        is_away(&*two).await;
        works(&*one, &format!("away {round}")).await;
        assert_eq!(held(&*two, "book").await, Some(text), "what this node has read it still has");
        server.restart().expect("the port is still free");
        is_up(&*one).await;
        is_up(&*two).await;
        assert!(put(&*one, "book", 11 + 2 * round, "again").await);
        assert_eq!(held(&*two, "book").await.as_deref(), Some("again"));
        works(&*two, &format!("back {round}")).await;
    }
    // The subscription goes on by itself, and says that it missed something.
    while frames.take().is_some() {}
    wait_until(PATIENCE, "a frame of the other node", async || {
        let _ = one.publish(&key("trades"), bytes("on"));
        tokio::time::sleep(Duration::from_millis(5)).await;
        count(&*two, "bus_frames_received") > 0
    })
    .await;
    assert_eq!(next_frame(&mut frames).await.1, "on");
    assert!(count(&*two, "bus_missed") >= 2, "at the beginning, and at least once when it was back");
}

#[tokio::test]
async fn a_redis_that_hangs_is_waited_for_once_and_not_by_many() {
    let Some(mut server) = private_redis() else { return };
    let options = support::options(Duration::from_millis(100));
    let bus = fallback(&server.url(), options).await;
    server.pause();
    // More at once than may be under way.
    let at_once: Vec<_> = (0..5_000)
        .map(|at| {
            let bus = bus.clone();
            tokio::spawn(async move { held(&*bus, &format!("book-{at}")).await })
        })
        .collect();
    for call in at_once {
        assert_eq!(call.await.expect("no panic"), None);
    }
    is_away(&*bus).await;
    let waited = count(&*bus, "bus_timeouts");
    assert!((1..=1_024).contains(&waited), "{waited} calls waited for an answer");
    for at in 0..2_000 {
        put(&*bus, "book", at, "away").await;
        assert_eq!(held(&*bus, "book").await.as_deref(), Some("away"));
    }
    let limit = RateLimit::per_second(1, 5);
    let mut allowed = 0;
    for _ in 0..1_000 {
        allowed += usize::from(bus.take(&key("client"), limit).await.expect("an answer").allowed);
    }
    assert!((5..=100).contains(&allowed), "the limit holds without Redis: {allowed}");
    assert_eq!(count(&*bus, "bus_timeouts"), waited, "nobody waits for what is known to be away");
    assert_eq!(bus.publish(&key("trades"), bytes("a")).is_err(), bus.report().state != State::Up);
    server.resume();
    is_up(&*bus).await;
    works(&*bus, "back").await;
}

#[tokio::test]
async fn calls_that_are_dropped_leave_nothing_behind() {
    let Some(server) = private_redis() else { return };
    let bus = fallback(&server.url(), support::options(PATIENT)).await;
    for round in 0..4 {
        // As many as may be under way, each begun and dropped.
        for at in 0..1_024 {
            let call = held(&*bus, "book");
            let begun = tokio::time::timeout(Duration::from_micros(at % 50), call).await;
            assert!(begun.is_err() || begun == Ok(None), "{round}: {begun:?}");
        }
    }
    is_up(&*bus).await;
    works(&*bus, "afterwards").await;
    assert_eq!(count(&*bus, "bus_busy"), 0);
}

#[tokio::test]
async fn a_subscriber_that_redis_throws_out_comes_back_and_says_so() {
    let Some(server) = private_redis() else { return };
    let options = support::options(PATIENT);
    let [one, two] = [fallback(&server.url(), options.clone()).await, fallback(&server.url(), options).await];
    let topic = key("trades");
    let mut subscription = two.subscribe(&topic).expect("room");
    let client = redis::Client::open(server.url()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    for round in 0..3_u64 {
        let before = count(&*two, "bus_frames_received");
        wait_until(PATIENCE, "a frame to arrive", async || {
            let _ = one.publish(&topic, bytes("on"));
            tokio::time::sleep(Duration::from_millis(5)).await;
            count(&*two, "bus_frames_received") > before
        })
        .await;
        while subscription.take().is_some() {}
        let missed = count(&*two, "bus_missed");
        // What an overflow of its output buffer comes to.
        let killed: u64 = redis::cmd("CLIENT")
            .arg(&["KILL", "TYPE", "pubsub"])
            .query_async(&mut around)
            .await
            .expect("an answer");
        assert_eq!(killed, 1, "round {round}");
        let event = tokio::time::timeout(PATIENCE, subscription.next()).await.expect("in time");
        assert_eq!(event, Event::Missed, "round {round}");
        assert!(count(&*two, "bus_missed") > missed);
    }
    assert_eq!(count(&*two, "bus_timeouts"), 0, "the connection for calls is another");
}

#[tokio::test]
async fn frames_that_could_not_be_sent_are_a_hole_that_is_told() {
    let Some(mut server) = private_redis() else { return };
    let options = support::options(PATIENT);
    let [one, two] = [fallback(&server.url(), options.clone()).await, fallback(&server.url(), options).await];
    let topic = key("trades");
    let mut subscription = two.subscribe(&topic).expect("room");
    wait_until(PATIENCE, "a frame to arrive", async || {
        let _ = one.publish(&topic, bytes("before"));
        tokio::time::sleep(Duration::from_millis(5)).await;
        count(&*two, "bus_frames_received") > 0
    })
    .await;
    server.crash();
    is_away(&*one).await;
    let unsent = count(&*one, "bus_frames_unsent");
    for _ in 0..100 {
        assert!(one.publish(&topic, bytes("lost")).is_err());
    }
    assert_eq!(count(&*one, "bus_frames_unsent"), unsent + 100);
    server.restart().expect("the port is still free");
    is_up(&*one).await;
    while subscription.take().is_some() {}
    let received = count(&*two, "bus_frames_received");
    wait_until(PATIENCE, "a frame to arrive again", async || {
        let _ = one.publish(&topic, bytes("after"));
        tokio::time::sleep(Duration::from_millis(5)).await;
        count(&*two, "bus_frames_received") > received
    })
    .await;
    let (missed, frame) = next_frame(&mut subscription).await;
    assert!(missed && frame == "after", "{frame:?}");
}

#[tokio::test]
async fn a_redis_that_comes_back_with_older_data_is_not_believed() {
    let Some(mut server) = private_redis() else { return };
    let options = support::options(PATIENT);
    let [one, two] = [fallback(&server.url(), options.clone()).await, fallback(&server.url(), options).await];
    assert!(put(&*one, "book", 5, "older").await);
    let client = redis::Client::open(server.url()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    redis::cmd("SAVE").query_async::<()>(&mut around).await.expect("a snapshot on disk");
    assert!(put(&*one, "book", 6, "newer").await);
    assert_eq!(held(&*two, "book").await.as_deref(), Some("newer"));
    server.crash();
    is_away(&*two).await;
    server.restart().expect("the port is still free");
    is_up(&*two).await;
    // Redis has seq 5 again. Who has seen 6 does not go back; who has not is told how old it is.
    assert_eq!(held(&*two, "book").await.as_deref(), Some("newer"));
    assert_eq!(count(&*two, "bus_cache_older"), 1);
    is_up(&*one).await;
    assert!(put(&*one, "book", 7, "newest").await);
    assert_eq!(held(&*two, "book").await.as_deref(), Some("newest"));
}

#[tokio::test]
async fn a_redis_that_takes_no_writes_is_as_good_as_away() {
    let Some(server) = private_redis() else { return };
    let bus = fallback(&server.url(), support::options(PATIENT)).await;
    let client = redis::Client::open(server.url()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let mut set = async |name: &str, value: &str| {
        let set = redis::cmd("CONFIG").arg(&["SET", name, value]).query_async::<()>(&mut around).await;
        set.expect("a valid setting");
    };
    // No memory: refused until some is free.
    set("maxmemory", "1").await;
    let reason = is_away(&*bus).await;
    assert!(reason.contains("OOM") || reason.contains("memory"), "{reason}");
    works(&*bus, "no memory").await;
    set("maxmemory", "0").await;
    is_up(&*bus).await;
    works(&*bus, "memory").await;
    // A replica of nothing: read-only.
    let calls = count(&*bus, "bus_calls");
    set("replica-read-only", "yes").await;
    let follow = async |around: &mut redis::aio::MultiplexedConnection, whom: &[&str]| {
        redis::cmd("REPLICAOF").arg(whom).query_async::<()>(around).await.expect("a valid order");
    };
    follow(&mut around, &["127.0.0.1", "1"]).await;
    let reason = is_away(&*bus).await;
    assert!(!reason.is_empty());
    works(&*bus, "read-only").await;
    follow(&mut around, &["NO", "ONE"]).await;
    is_up(&*bus).await;
    works(&*bus, "a primary").await;
    assert!(count(&*bus, "bus_calls") > calls);
}

#[tokio::test]
async fn a_password_that_is_wrong_is_said_without_it() {
    let Some(server) = private_redis() else { return };
    let client = redis::Client::open(server.url()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let set = redis::cmd("CONFIG").arg(&["SET", "requirepass", "right"]).query_async::<()>(&mut around).await;
    set.expect("a valid setting");
    let with = |password: &str| server.url().replace("redis://", &format!("redis://:{password}@"));
    let wrong = marketd_bus::open(&with("s3cret"), support::options(PATIENT)).expect("a valid address");
    let reason = is_away(&*wrong).await;
    assert!(!reason.contains("s3cret"), "{reason}");
    works(&*wrong, "refused").await;
    let right: Arc<dyn Bus> = fallback(&with("right"), support::options(PATIENT)).await;
    works(&*right, "let in").await;
}

/// The rights that docs/operations.md advises are enough.
#[tokio::test]
async fn a_user_of_redis_needs_no_more_than_its_own_names() {
    let Some(server) = private_redis() else { return };
    let client = redis::Client::open(server.url()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let options = support::options(PATIENT);
    let mut user = redis::cmd("ACL");
    user.arg(&["SETUSER", "marketd", "on", ">word", "+@all", "-@dangerous"]);
    user.arg(format!("~{}:*", options.prefix)).arg(format!("&{}:*", options.prefix));
    user.query_async::<()>(&mut around).await.expect("a valid user");
    let url = server.url().replace("redis://", "redis://marketd:word@");
    let [one, two] = [fallback(&url, options.clone()).await, fallback(&url, options).await];
    works(&*one, "within its rights").await;
    let mut subscription = two.subscribe(&key("trades")).expect("room");
    wait_until(PATIENCE, "a frame to arrive", async || {
        let _ = one.publish(&key("trades"), bytes("on"));
        tokio::time::sleep(Duration::from_millis(5)).await;
        count(&*two, "bus_frames_received") > 0
    })
    .await;
    assert_eq!(next_frame(&mut subscription).await.1, "on");
    assert_eq!((count(&*one, "bus_errors"), count(&*two, "bus_errors")), (0, 0));
}

#[tokio::test]
async fn opening_and_dropping_needs_no_redis_and_leaves_no_task() {
    let Some(server) = private_redis() else { return };
    let client = redis::Client::open(server.url()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    for _ in 0..20 {
        let bus = fallback(&server.url(), support::options(PATIENT)).await;
        let _subscription = bus.subscribe(&key("trades")).expect("room");
    }
    let began = Instant::now();
    loop {
        let clients: String =
            redis::cmd("CLIENT").arg("LIST").query_async(&mut around).await.expect("an answer");
        if clients.lines().count() == 1 {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "still connected:\n{clients}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
