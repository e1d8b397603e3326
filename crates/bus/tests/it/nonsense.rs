//! What is not ours under names of ours: removed and counted, and nothing is served from it.

use marketd_bus::{Begin, Bus, Event, RateLimit, Tag};
use marketd_testkit::services::redis_url;
use marketd_testkit::{Draw, wait_until};
use redis::aio::MultiplexedConnection;

use crate::support::{
    self, MINUTE, PATIENCE, PATIENT, bytes, count, fallback, key, next_frame, request, snapshot,
};

/// A name's value becomes this, with a time to live or without one.
async fn set_to(around: &mut MultiplexedConnection, name: &str, value: &[u8], ttl_ms: Option<u64>) {
    let mut set = redis::cmd("SET");
    set.arg(name).arg(value);
    if let Some(ttl_ms) = ttl_ms {
        set.arg("PX").arg(ttl_ms);
    }
    set.query_async::<()>(around).await.expect("a write");
}

async fn set_to_a_list(around: &mut MultiplexedConnection, name: &str) {
    redis::cmd("DEL").arg(name).query_async::<()>(around).await.expect("a write");
    redis::cmd("RPUSH").arg(name).arg("x").query_async::<()>(around).await.expect("a write");
}

async fn value(around: &mut MultiplexedConnection, name: &str) -> Vec<u8> {
    redis::cmd("GET").arg(name).query_async(around).await.expect("a value")
}

/// Random bytes, and what is true but for a bit, a byte too few or one too many.
fn nonsense(draw: &mut Draw, whole: &[u8]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> =
        (0..40).map(|at| (0..at * 3).map(|_| draw.below(256) as u8).collect()).collect();
    all.extend((0..40).map(|_| {
        let mut changed = whole.to_vec();
        let at = draw.below(whole.len() as u64) as usize;
        changed[at] ^= 1 << draw.below(8);
        changed
    }));
    all.extend((0..whole.len()).step_by(7).map(|length| whole[..length].to_vec()));
    all.push([whole, b"x"].concat());
    all.push(b"MB1s".to_vec());
    all.push(b"MB1p".repeat(40));
    // An empty value and none at all are the same to us.
    all.retain(|value| !value.is_empty());
    all
}

#[tokio::test]
async fn a_stored_snapshot_that_is_damaged_is_never_given() {
    let Some(url) = redis_url() else { return };
    let options = support::options(PATIENT);
    let name = format!("{}:1:snapshot:book", options.prefix);
    let bus = marketd_bus::RedisBus::open(&url, options.clone()).expect("a valid address");
    support::is_up(&bus).await;
    let client = redis::Client::open(url.as_str()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let book = key("book");
    let ours = snapshot(7, 9, "a book of many levels");
    assert_eq!(bus.put_snapshot(&book, &ours, MINUTE).await, Ok(true));
    let whole = value(&mut around, &name).await;
    let mut draw = Draw(23);
    let values = nonsense(&mut draw, &whole);
    let (mut puts_in_the_way, count_all) = (0, values.len() as u64);
    for (at, bad) in values.iter().enumerate() {
        set_to(&mut around, &name, bad, (at % 2 == 0).then_some(60_000)).await;
        if at % 3 == 0 {
            // A writer comes first: it replaces what is not ours, unless that looks newer, which ends.
            puts_in_the_way += u64::from(bus.put_snapshot(&book, &ours, MINUTE).await == Ok(true));
        }
        let read = bus.snapshot(&book, Tag::default()).await.expect("an answer");
        assert!(read.is_none_or(|cached| cached.snapshot == ours), "served: {bad:?}");
        assert_eq!(bus.put_snapshot(&book, &ours, MINUTE).await, Ok(true), "in the way: {bad:?}");
    }
    // A whole one that never ends is not ours either, nor a value of another type, nor one that is too long.
    set_to(&mut around, &name, &whole, None).await;
    assert_eq!(bus.snapshot(&book, Tag::default()).await, Ok(None));
    set_to_a_list(&mut around, &name).await;
    assert_eq!(bus.snapshot(&book, Tag::default()).await, Ok(None));
    set_to_a_list(&mut around, &name).await;
    assert_eq!(bus.put_snapshot(&book, &ours, MINUTE).await, Ok(true));
    set_to(&mut around, &name, &vec![b'x'; 3 * 1024 * 1024], Some(60_000)).await;
    assert_eq!(bus.snapshot(&book, Tag::default()).await, Ok(None));
    assert_eq!(count(&bus, "bus_damaged"), count_all - puts_in_the_way + 3);
    assert_eq!(count(&bus, "bus_errors"), 0);
}

#[tokio::test]
async fn a_stored_claim_that_is_damaged_blocks_nobody_and_answers_nobody() {
    let Some(url) = redis_url() else { return };
    let options = support::options(PATIENT);
    let name = format!("{}:1:claim:order", options.prefix);
    let bus = marketd_bus::RedisBus::open(&url, options).expect("a valid address");
    support::is_up(&bus).await;
    let client = redis::Client::open(url.as_str()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let order = key("order");
    let begin = async || bus.begin(&order, request("buy"), MINUTE).await;
    let Ok(Begin::Fresh(claim)) = begin().await else { panic!("not fresh") };
    assert_eq!(bus.finish(claim, bytes("bought"), MINUTE).await, Ok(true));
    let whole = value(&mut around, &name).await;
    let values = nonsense(&mut Draw(29), &whole);
    for (at, bad) in values.iter().enumerate() {
        set_to(&mut around, &name, bad, (at % 2 == 0).then_some(60_000)).await;
        match begin().await {
            Ok(Begin::Fresh(claim)) => assert_eq!(bus.abandon(claim).await, Ok(())),
            other => panic!("{bad:?}: {other:?}"),
        }
    }
    set_to_a_list(&mut around, &name).await;
    let Ok(Begin::Fresh(claim)) = begin().await else { panic!("a list is in the way") };
    set_to_a_list(&mut around, &name).await;
    assert_eq!(bus.finish(claim, bytes("bought"), MINUTE).await, Ok(true));
    assert_eq!(begin().await, Ok(Begin::Done(bytes("bought"))));
    assert_eq!(count(&bus, "bus_damaged"), values.len() as u64 + 1);
}

#[tokio::test]
async fn a_stored_allowance_that_is_damaged_shuts_nobody_out() {
    let Some(url) = redis_url() else { return };
    let options = support::options(PATIENT);
    let name = format!("{}:1:limit:client", options.prefix);
    let bus = marketd_bus::RedisBus::open(&url, options).expect("a valid address");
    support::is_up(&bus).await;
    let client = redis::Client::open(url.as_str()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let limit = RateLimit::per_second(100, 3);
    let values =
        ["x", "nan", "-nan", "inf", "1e308", "-1", "0x7fffffffffff", "99999999999999999999", " ", "1.5"];
    for bad in values {
        set_to(&mut around, &name, bad.as_bytes(), None).await;
        wait_until(PATIENCE, bad, async || {
            let allowance = bus.take(&key("client"), limit).await.expect("an answer");
            assert!(allowance.retry_after.as_millis() <= 10, "{bad}: {allowance:?}");
            allowance.allowed
        })
        .await;
    }
    set_to_a_list(&mut around, &name).await;
    assert!(bus.take(&key("client"), limit).await.expect("an answer").allowed);
}

#[tokio::test]
async fn frames_that_are_nonsense_are_dropped_and_counted() {
    let Some(url) = redis_url() else { return };
    let options = support::options(PATIENT);
    let channel = format!("{}:1:topic:trades", options.prefix);
    let [one, two] = [fallback(&url, options.clone()).await, fallback(&url, options).await];
    let client = redis::Client::open(url.as_str()).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let topic = key("trades");
    let mut subscription = two.subscribe(&topic).expect("room");
    wait_until(PATIENCE, "a frame to arrive", async || {
        let _ = one.publish(&topic, bytes("before"));
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        count(&*two, "bus_frames_received") > 0
    })
    .await;
    while subscription.take().is_some() {}
    let mut published = 0;
    let whole = [b"MB1f".to_vec(), vec![1; 16], vec![0; 4], b"frame".to_vec()].concat();
    for bad in nonsense(&mut Draw(31), &whole).into_iter().chain([vec![], vec![0; 1024 * 1024]]) {
        redis::cmd("PUBLISH")
            .arg(&channel)
            .arg(bad)
            .query_async::<()>(&mut around)
            .await
            .expect("a listener");
        published += 1;
    }
    wait_until(PATIENCE, "all to be counted", async || count(&*two, "bus_frames_malformed") == published)
        .await;
    let _ = one.publish(&topic, bytes("after"));
    let (_, mut frame) = next_frame(&mut subscription).await;
    while frame == "before" {
        frame = next_frame(&mut subscription).await.1;
    }
    assert_eq!(frame, "after", "nothing else was given");
    assert_eq!(subscription.take(), None::<Event>);
}
