//! Several nodes on one Redis.

use std::sync::Arc;

use bytes::Bytes;
use marketd_bus::{Begin, Bus, BusOptions, Event, RateLimit, Tag};
use marketd_testkit::services::redis_url;

use crate::support::{
    self, MINUTE, PATIENCE, PATIENT, bytes, count, fallback, key, next_frame, request, snapshot,
};

/// Two nodes that share, and one with another prefix.
async fn three() -> Option<[Arc<dyn Bus>; 3]> {
    let url = redis_url()?;
    let (shared, other) = (support::options(PATIENT), support::options(PATIENT));
    let [one, two] = [fallback(&url, shared.clone()).await, fallback(&url, shared).await];
    Some([one, two, fallback(&url, other).await])
}

#[tokio::test]
async fn what_one_puts_the_other_has_and_a_third_has_not() {
    let Some([one, two, other]) = three().await else { return };
    let (book, order, client) = (key("book"), key("order"), key("client"));
    assert_eq!(one.put_snapshot(&book, &snapshot(1, 5, "a"), MINUTE).await, Ok(true));
    let held = async |bus: &dyn Bus| {
        bus.snapshot(&book, Tag::default()).await.expect("an answer").map(|cached| cached.snapshot)
    };
    assert_eq!(held(&*two).await, Some(snapshot(1, 5, "a")));
    assert_eq!(two.put_snapshot(&book, &snapshot(1, 4, "older"), MINUTE).await, Ok(false));
    assert_eq!(held(&*one).await, Some(snapshot(1, 5, "a")));
    assert_eq!(held(&*other).await, None);

    let Ok(Begin::Fresh(claim)) = one.begin(&order, request("buy"), MINUTE).await else {
        panic!("not fresh")
    };
    assert_eq!(two.begin(&order, request("buy"), MINUTE).await, Ok(Begin::InFlight));
    assert_eq!(one.finish(claim, bytes("bought"), MINUTE).await, Ok(true));
    assert_eq!(two.begin(&order, request("buy"), MINUTE).await, Ok(Begin::Done(bytes("bought"))));
    assert_eq!(two.begin(&order, request("sell"), MINUTE).await, Ok(Begin::Mismatch));
    let Ok(Begin::Fresh(claim)) = other.begin(&order, request("buy"), MINUTE).await else {
        panic!("not fresh")
    };
    assert_eq!(other.abandon(claim).await, Ok(()));

    let limit = RateLimit::per_second(1, 40);
    let began = std::time::Instant::now();
    let mut allowed = 0;
    for at in 0..100 {
        let bus = if at % 2 == 0 { &one } else { &two };
        allowed += u64::from(bus.take(&client, limit).await.expect("an answer").allowed);
    }
    assert!((40..=41 + began.elapsed().as_secs()).contains(&allowed), "{allowed} of 100, of both together");
    assert!(other.take(&client, limit).await.expect("an answer").allowed);
}

#[tokio::test]
async fn frames_of_one_reach_the_other_in_order_and_each_once() {
    let Some([one, two, other]) = three().await else { return };
    let topic = key("trades");
    let mut subscriptions = [&one, &two, &other].map(|bus| bus.subscribe(&topic).expect("room"));
    // Until both listen: who is told later that it begins has missed nothing that counts.
    let [first, second, _] = &mut subscriptions;
    for subscription in [first, second] {
        let began = std::time::Instant::now();
        loop {
            one.publish(&topic, bytes("begin")).expect("Redis is there");
            let heard =
                tokio::time::timeout(std::time::Duration::from_millis(20), next_frame(subscription)).await;
            if heard.is_ok() {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "the first frame did not arrive");
        }
    }
    let published: Vec<Bytes> = (0..2_000).map(|at| bytes(&format!("frame {at}"))).collect();
    let [first, second, third] = &mut subscriptions;
    for batch in published.chunks(200) {
        batch.iter().for_each(|frame| one.publish(&topic, frame.clone()).expect("there is room"));
        for subscription in [&mut *first, &mut *second] {
            for frame in batch {
                let next = loop {
                    let (missed, next) = next_frame(subscription).await;
                    assert!(!missed || next == "begin", "nothing was missed after the beginning");
                    if next != "begin" {
                        break next;
                    }
                };
                assert_eq!(next, frame);
            }
        }
    }
    assert_eq!((third.take(), third.take()), (Some(Event::Missed), None), "another prefix is another system");
    assert_eq!(count(&*one, "bus_frames_unsent") + count(&*two, "bus_frames_repeated"), 0);
}

#[tokio::test]
async fn a_subscription_is_told_when_it_begins_and_ends_when_it_is_dropped() {
    let Some(url) = redis_url() else { return };
    let options = support::options(PATIENT);
    let [one, two] = [fallback(&url, options.clone()).await, fallback(&url, options.clone()).await];
    let channel = format!("{}:1:topic:trades", options.prefix);
    let client = redis::Client::open(url).expect("a valid address");
    let mut around = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let mut listeners = async || {
        let counted: (String, u64) = redis::cmd("PUBSUB")
            .arg("NUMSUB")
            .arg(&channel)
            .query_async(&mut around)
            .await
            .expect("an answer");
        counted.1
    };
    let mut subscription = one.subscribe(&key("trades")).expect("room");
    let second = two.subscribe(&key("trades")).expect("room");
    for expected in [Event::Missed, Event::Missed] {
        // At once, and when other nodes are heard.
        let event = tokio::time::timeout(PATIENCE, subscription.next()).await;
        assert_eq!(event.expect("in time"), expected);
        if listeners().await > 0 {
            break;
        }
    }
    drop((subscription, second));
    let began = std::time::Instant::now();
    while listeners().await > 0 {
        assert!(began.elapsed() < PATIENCE, "still subscribed");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_an_error_without_the_password() {
    for url in
        ["redis://:s3cret@host:port", "http://:s3cret@host", "redis://:s3cret@host/database", "nonsense"]
    {
        let error =
            marketd_bus::open(url, BusOptions::default()).err().unwrap_or_else(|| panic!("{url} was taken"));
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
