//! Buses to test, and a way around them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use marketd_bus::{
    Bus, BusOptions, Event, Key, MemoryBus, RedisBus, RequestHash, Snapshot, State, Subscription, Tag,
};
use marketd_testkit::services::redis_url;
use marketd_testkit::wait_until;

/// Longer than anything here takes on a busy machine; only a failing test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Where no answer is late: a slow machine is no fault.
pub const PATIENT: Duration = Duration::from_secs(10);
pub const MINUTE: Duration = Duration::from_secs(60);

pub fn key(name: &str) -> Key {
    Key::new(name).expect("short")
}

pub fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

pub fn snapshot(epoch: u64, seq: u64, text: &str) -> Snapshot {
    Snapshot { tag: Tag { epoch, seq }, bytes: bytes(text) }
}

pub fn request(text: &str) -> RequestHash {
    let mut hash = [0; 32];
    hash[..text.len()].copy_from_slice(text.as_bytes());
    RequestHash(hash)
}

/// A prefix of the test's own: others use the same Redis.
pub fn prefix() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

pub fn options(timeout: Duration) -> BusOptions {
    BusOptions { timeout, prefix: prefix() }
}

pub async fn is_up(bus: &dyn Bus) {
    wait_until(PATIENCE, "the bus to be up", async || bus.report().state == State::Up).await;
}

pub fn memory() -> Arc<dyn Bus> {
    Arc::new(MemoryBus::default())
}

pub async fn redis() -> Option<Arc<dyn Bus>> {
    let bus = RedisBus::open(&redis_url()?, options(PATIENT)).expect("a valid address");
    is_up(&bus).await;
    Some(Arc::new(bus))
}

pub async fn fallback(url: &str, options: BusOptions) -> Arc<dyn Bus> {
    let bus = marketd_bus::open(url, options).expect("a valid address");
    is_up(&*bus).await;
    bus
}

/// The next frame, and whether something was missed before it.
pub async fn next_frame(subscription: &mut Subscription) -> (bool, Bytes) {
    let mut missed = false;
    loop {
        match tokio::time::timeout(PATIENCE, subscription.next()).await.expect("an event in time") {
            Event::Missed => missed = true,
            Event::Frame(frame) => return (missed, frame),
        }
    }
}

pub fn count(bus: &dyn Bus, name: &str) -> u64 {
    let counters = bus.metrics().snapshot();
    counters.into_iter().find(|(held, _)| *held == name).unwrap_or_else(|| panic!("no counter {name}")).1
}
