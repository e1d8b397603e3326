//! What every bus does: the same cases on memory, on Redis, and on Redis with memory behind it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use marketd_bus::{
    Begin, Bus, BusError, Claim, Event, FRAME_BYTES_MAX, Key, RESPONSE_BYTES_MAX, RateLimit,
    SNAPSHOT_BYTES_MAX, State, Tag,
};
use marketd_testkit::services::redis_url;
use marketd_testkit::wait_until;

use crate::support::{self, MINUTE, PATIENCE, PATIENT, bytes, count, key, next_frame, request, snapshot};

/// Runs a case on each bus that there is.
macro_rules! contract {
    ($($name:ident)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::support::memory()).await;
            })*
        }
        mod redis {
            $(#[tokio::test]
            async fn $name() {
                let Some(bus) = super::support::redis().await else { return };
                super::$name(bus).await;
            })*
        }
        mod fallback {
            $(#[tokio::test]
            async fn $name() {
                let Some(url) = super::redis_url() else { return };
                let options = super::support::options(super::PATIENT);
                super::$name(super::support::fallback(&url, options).await).await;
            })*
        }
    };
}

contract! {
    a_snapshot_is_replaced_by_newer_ones_only
    tags_compare_as_numbers
    who_has_seen_more_is_not_given_less
    a_snapshot_ends_and_its_age_grows
    an_equal_tag_confirms_a_snapshot
    many_put_at_once_and_the_newest_stays
    a_key_is_carried_out_once
    an_abandoned_key_is_free_again
    a_claim_that_ended_is_somebody_elses
    many_begin_at_once_and_one_is_fresh
    an_allowance_is_a_burst_and_a_rate
    allowances_are_by_key_and_never_exceeded
    frames_come_in_order_to_all_subscribers_of_the_topic
    what_is_too_large_is_refused
    it_says_that_it_is_up
}

async fn a_snapshot_is_replaced_by_newer_ones_only(bus: Arc<dyn Bus>) {
    let book = key("book");
    assert_eq!(bus.snapshot(&book, Tag::default()).await, Ok(None));
    let put = async |epoch, seq, text| bus.put_snapshot(&book, &snapshot(epoch, seq, text), MINUTE).await;
    let held = async || {
        let cached = bus.snapshot(&book, Tag::default()).await.expect("an answer").expect("a snapshot");
        (cached.snapshot.tag.epoch, cached.snapshot.tag.seq, cached.snapshot.bytes)
    };
    for (epoch, seq, text, taken, holds) in [
        (1, 10, "a", true, (1, 10, "a")),
        (1, 9, "older", false, (1, 10, "a")),
        (1, 11, "b", true, (1, 11, "b")),
        (1, 11, "b again", true, (1, 11, "b again")),
        (2, 1, "next epoch", true, (2, 1, "next epoch")),
        (1, 999, "last epoch", false, (2, 1, "next epoch")),
    ] {
        assert_eq!(put(epoch, seq, text).await, Ok(taken), "{text}");
        assert_eq!(held().await, (holds.0, holds.1, bytes(holds.2)), "{text}");
    }
    assert_eq!((count(&*bus, "bus_cache_puts"), count(&*bus, "bus_cache_older")), (4, 2));
    assert_eq!((count(&*bus, "bus_cache_hits"), count(&*bus, "bus_cache_misses")), (6, 1));
}

async fn tags_compare_as_numbers(bus: Arc<dyn Bus>) {
    // Neighbours of what bytes, signed numbers and floating point take for something else.
    let numbers = [0, 1, 0x7f, 0x80, 0xff, 0x100, 1 << 53, (1 << 53) + 1, i64::MAX as u64, 1 << 63, u64::MAX];
    for (at, pair) in numbers.windows(2).enumerate() {
        for (older, newer) in
            [((pair[0], 5), (pair[1], 5)), ((5, pair[0]), (5, pair[1])), ((pair[0], 9), (pair[1], 1))]
        {
            let name = key(&format!("tags-{at}-{}-{}", older.0, older.1));
            let (older, newer) = (snapshot(older.0, older.1, "older"), snapshot(newer.0, newer.1, "newer"));
            assert_eq!(bus.put_snapshot(&name, &newer, MINUTE).await, Ok(true));
            assert_eq!(bus.put_snapshot(&name, &older, MINUTE).await, Ok(false), "{older:?} over {newer:?}");
            assert_eq!(bus.put_snapshot(&name, &newer, MINUTE).await, Ok(true));
        }
    }
}

async fn who_has_seen_more_is_not_given_less(bus: Arc<dyn Bus>) {
    let book = key("book");
    assert_eq!(bus.put_snapshot(&book, &snapshot(3, 50, "a"), MINUTE).await, Ok(true));
    let found =
        async |epoch, seq| bus.snapshot(&book, Tag { epoch, seq }).await.expect("an answer").is_some();
    assert!(found(3, 50).await && found(3, 49).await && found(2, 99).await);
    assert!(!found(3, 51).await && !found(4, 0).await);
}

async fn a_snapshot_ends_and_its_age_grows(bus: Arc<dyn Bus>) {
    let (brief, long) = (key("brief"), key("long"));
    let began = Instant::now();
    let put = async |key: &Key, ttl| bus.put_snapshot(key, &snapshot(1, 1, "a"), ttl).await;
    assert_eq!(put(&long, MINUTE).await, Ok(true));
    assert_eq!(put(&brief, Duration::from_millis(60)).await, Ok(true));
    wait_until(PATIENCE, "the brief one to end", async || {
        bus.snapshot(&brief, Tag::default()).await.expect("an answer").is_none()
    })
    .await;
    assert!(began.elapsed() >= Duration::from_millis(55), "it ended after {:?}", began.elapsed());
    let cached = bus.snapshot(&long, Tag::default()).await.expect("an answer").expect("a snapshot");
    assert_eq!(cached.ttl, MINUTE);
    // The age is told by a clock that may be set, the time since by one that is not.
    let most = began.elapsed() + Duration::from_millis(10);
    assert!(cached.age >= Duration::from_millis(55) && cached.age <= most, "{:?} of {most:?}", cached.age);
    assert_eq!(put(&brief, MINUTE).await, Ok(true), "what has ended is not in the way");
}

async fn an_equal_tag_confirms_a_snapshot(bus: Arc<dyn Bus>) {
    let book = key("book");
    let put = async || bus.put_snapshot(&book, &snapshot(1, 1, "a"), MINUTE).await;
    assert_eq!(put().await, Ok(true));
    tokio::time::sleep(Duration::from_millis(60)).await;
    let again = Instant::now();
    assert_eq!(put().await, Ok(true));
    let cached = bus.snapshot(&book, Tag::default()).await.expect("an answer").expect("a snapshot");
    // Redis counts whole milliseconds.
    assert!(cached.age <= again.elapsed() + Duration::from_millis(1), "{:?}", cached.age);
}

async fn many_put_at_once_and_the_newest_stays(bus: Arc<dyn Bus>) {
    let book = key("book");
    let puts: Vec<_> = (0..200_u64)
        .map(|at| {
            let (bus, book) = (bus.clone(), book.clone());
            // Each seq once, in no order.
            tokio::spawn(async move {
                bus.put_snapshot(&book, &snapshot(1, at * 77 % 200, "a"), MINUTE).await.expect("an answer")
            })
        })
        .collect();
    for put in puts {
        put.await.expect("no panic");
    }
    let cached = bus.snapshot(&book, Tag::default()).await.expect("an answer").expect("a snapshot");
    assert_eq!(cached.snapshot.tag.seq, 199);
}

async fn fresh(bus: &dyn Bus, key: &Key, text: &str, ttl: Duration) -> Claim {
    match bus.begin(key, request(text), ttl).await {
        Ok(Begin::Fresh(claim)) => claim,
        other => panic!("not fresh: {other:?}"),
    }
}

async fn a_key_is_carried_out_once(bus: Arc<dyn Bus>) {
    let order = key("account-1:order-1");
    let claim = fresh(&*bus, &order, "buy 1", MINUTE).await;
    assert_eq!(bus.begin(&order, request("buy 1"), MINUTE).await, Ok(Begin::InFlight));
    assert_eq!(bus.begin(&order, request("buy 2"), MINUTE).await, Ok(Begin::Mismatch));
    assert_eq!(bus.finish(claim, bytes("bought 1"), MINUTE).await, Ok(true));
    for _ in 0..2 {
        assert_eq!(bus.begin(&order, request("buy 1"), MINUTE).await, Ok(Begin::Done(bytes("bought 1"))));
    }
    assert_eq!(bus.begin(&order, request("buy 2"), MINUTE).await, Ok(Begin::Mismatch));
    let claim = fresh(&*bus, &key("account-2:order-1"), "buy 1", MINUTE).await;
    assert_eq!(bus.finish(claim, Bytes::new(), MINUTE).await, Ok(true), "an answer may be empty");
    let counts =
        ["bus_claims_fresh", "bus_claims_repeated", "bus_claims_mismatched"].map(|name| count(&*bus, name));
    assert_eq!(counts, [2, 3, 2]);
}

async fn an_abandoned_key_is_free_again(bus: Arc<dyn Bus>) {
    let order = key("order");
    let claim = fresh(&*bus, &order, "buy 1", MINUTE).await;
    assert_eq!(bus.abandon(claim).await, Ok(()));
    let claim = fresh(&*bus, &order, "buy 2", MINUTE).await;
    assert_eq!(bus.finish(claim, bytes("bought 2"), MINUTE).await, Ok(true));
    assert_eq!(bus.begin(&order, request("buy 2"), MINUTE).await, Ok(Begin::Done(bytes("bought 2"))));
}

async fn a_claim_that_ended_is_somebody_elses(bus: Arc<dyn Bus>) {
    let order = key("order");
    let late = fresh(&*bus, &order, "buy 1", Duration::from_millis(40)).await;
    let very_late = fresh(&*bus, &key("other"), "buy 1", Duration::from_millis(40)).await;
    tokio::time::sleep(Duration::from_millis(80)).await;
    let claim = fresh(&*bus, &order, "buy 1", MINUTE).await;
    assert_eq!(bus.abandon(late).await, Ok(()), "what is not ours any more is not given back");
    assert_eq!(bus.begin(&order, request("buy 1"), MINUTE).await, Ok(Begin::InFlight));
    assert_eq!(bus.finish(claim, bytes("bought 1"), MINUTE).await, Ok(true));
    // Nobody came meanwhile: the late answer is better than none.
    assert_eq!(bus.finish(very_late, bytes("late"), MINUTE).await, Ok(true));
    let late = fresh(&*bus, &key("third"), "buy 1", Duration::from_millis(40)).await;
    tokio::time::sleep(Duration::from_millis(80)).await;
    let claim = fresh(&*bus, &key("third"), "buy 1", MINUTE).await;
    assert_eq!(bus.finish(late, bytes("late"), MINUTE).await, Ok(false), "the claim is another's");
    assert_eq!(bus.finish(claim, bytes("in time"), MINUTE).await, Ok(true));
    assert_eq!(bus.begin(&key("third"), request("buy 1"), MINUTE).await, Ok(Begin::Done(bytes("in time"))));
}

async fn many_begin_at_once_and_one_is_fresh(bus: Arc<dyn Bus>) {
    let order = key("order");
    let begun: Vec<_> = (0..200)
        .map(|_| {
            let (bus, order) = (bus.clone(), order.clone());
            tokio::spawn(async move { bus.begin(&order, request("buy 1"), MINUTE).await.expect("an answer") })
        })
        .collect();
    let mut fresh = 0;
    for begun in begun {
        match begun.await.expect("no panic") {
            Begin::Fresh(_) => fresh += 1,
            other => assert_eq!(other, Begin::InFlight),
        }
    }
    assert_eq!(fresh, 1);
}

async fn an_allowance_is_a_burst_and_a_rate(bus: Arc<dyn Bus>) {
    let (client, limit) = (key("192.0.2.1"), RateLimit::per_second(1, 5));
    for remaining in (0..5).rev() {
        let allowance = bus.take(&client, limit).await.expect("an answer");
        assert!(allowance.allowed && allowance.retry_after == Duration::ZERO, "{allowance:?}");
        // On a machine that stands still for a second one is earned meanwhile.
        assert!(allowance.remaining >= remaining, "{allowance:?}");
    }
    wait_until(PATIENCE, "the burst to be over", async || {
        let allowance = bus.take(&client, limit).await.expect("an answer");
        let waits = allowance.retry_after > Duration::ZERO && allowance.retry_after <= Duration::from_secs(1);
        assert!(allowance.allowed || waits, "{allowance:?}");
        !allowance.allowed
    })
    .await;
    wait_until(PATIENCE, "one to be earned", async || {
        bus.take(&client, limit).await.expect("an answer").allowed
    })
    .await;
}

async fn allowances_are_by_key_and_never_exceeded(bus: Arc<dyn Bus>) {
    let limit = RateLimit::per_second(1, 20);
    let began = Instant::now();
    let takes: Vec<_> = (0..300)
        .map(|at| {
            let (bus, client) = (bus.clone(), key(&format!("client-{}", at % 3)));
            tokio::spawn(async move { (at % 3, bus.take(&client, limit).await.expect("an answer").allowed) })
        })
        .collect();
    let mut allowed = [0_u64; 3];
    for take in takes {
        let (client, passed) = take.await.expect("no panic");
        allowed[client] += u64::from(passed);
    }
    let earned = began.elapsed().as_secs() + 1;
    assert!(allowed.iter().all(|allowed| (20..=20 + earned).contains(allowed)), "{allowed:?} in {earned} s");
    let (passed, refused) = (count(&*bus, "bus_limits_passed"), count(&*bus, "bus_limits_refused"));
    assert_eq!((passed, passed + refused), (allowed.iter().sum(), 300));
}

async fn frames_come_in_order_to_all_subscribers_of_the_topic(bus: Arc<dyn Bus>) {
    let (topic, other) = (key("trades"), key("books"));
    let mut first = bus.subscribe(&topic).expect("room");
    let mut second = bus.subscribe(&topic).expect("room");
    let mut third = bus.subscribe(&other).expect("room");
    assert_eq!(first.take(), Some(Event::Missed), "every subscription begins so");
    for at in 0..300 {
        bus.publish(&topic, bytes(&format!("{at}"))).expect("there is room");
    }
    bus.publish(&other, bytes("other")).expect("there is room");
    for subscription in [&mut first, &mut second] {
        for at in 0..300 {
            assert_eq!(next_frame(subscription).await.1, bytes(&format!("{at}")));
        }
    }
    assert_eq!(next_frame(&mut third).await.1, bytes("other"));
    drop(second);
    bus.publish(&topic, bytes("on")).expect("there is room");
    assert_eq!(next_frame(&mut first).await.1, bytes("on"));
}

async fn what_is_too_large_is_refused(bus: Arc<dyn Bus>) {
    let name = key("large");
    let of = |length: usize| Bytes::from(vec![b'x'; length]);
    let mut large = snapshot(1, 1, "");
    large.bytes = of(SNAPSHOT_BYTES_MAX);
    assert_eq!(bus.put_snapshot(&name, &large, MINUTE).await, Ok(true));
    let held = bus.snapshot(&name, Tag::default()).await.expect("an answer").expect("a snapshot");
    assert!(held.snapshot == large);
    large.bytes = of(SNAPSHOT_BYTES_MAX + 1);
    let is_too_large = |error: Option<BusError>| matches!(error, Some(BusError::TooLarge { .. }));
    assert!(is_too_large(bus.put_snapshot(&name, &large, MINUTE).await.err()));
    let claim = fresh(&*bus, &name, "a", MINUTE).await;
    assert!(is_too_large(bus.finish(claim, of(RESPONSE_BYTES_MAX + 1), MINUTE).await.err()));
    let claim = fresh(&*bus, &key("larger"), "a", MINUTE).await;
    assert_eq!(bus.finish(claim, of(RESPONSE_BYTES_MAX), MINUTE).await, Ok(true));
    let done = bus.begin(&key("larger"), request("a"), MINUTE).await;
    assert!(done == Ok(Begin::Done(of(RESPONSE_BYTES_MAX))));
    assert!(is_too_large(bus.publish(&name, of(FRAME_BYTES_MAX + 1)).err()));
    assert!(Key::new("").is_err() && Key::new("k".repeat(Key::BYTES_MAX + 1)).is_err());
    let longest = key(&"k".repeat(Key::BYTES_MAX));
    assert_eq!(bus.put_snapshot(&longest, &snapshot(1, 1, "a"), MINUTE).await, Ok(true));
}

async fn it_says_that_it_is_up(bus: Arc<dyn Bus>) {
    let report = bus.report();
    assert_eq!((report.state, report.reason), (State::Up, None));
    assert!(report.since.micros() > 0);
}
