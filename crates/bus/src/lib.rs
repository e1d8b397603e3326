//! What nodes share beside the store: cached snapshots, idempotency keys, rate limits, and frames for each other.
//!
//! Nothing here is the truth: that lies in the markets, the journal and the store. So everything may be lost at any
//! time, every call ends within a timeout, and without Redis, or while it is away, the same code runs on the memory of
//! one process ([`open`] says how). Every map and queue is bounded, and futures may be dropped at any point: what a
//! dropped call did is then unknown, as after a timeout.

mod error;
mod expiring;
mod fallback;
mod gcra;
mod memory;
mod metrics;
mod redis;
mod sealed;
mod topics;
mod types;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

pub use error::BusError;
pub use gcra::{Allowance, RateLimit};
pub use memory::MemoryBus;
pub use metrics::{BusMetrics, CallTimes};
pub use redis::RedisBus;
pub use topics::{Event, Subscription};
pub use types::{Begin, Cached, Claim, Key, Report, RequestHash, Snapshot, State, Tag};

/// Longest time that a call may be made to wait.
pub const TIMEOUT_MAX: Duration = Duration::from_millis(500);
/// Largest snapshot: a book of 5,000 levels a side has half of it.
pub const SNAPSHOT_BYTES_MAX: usize = 1024 * 1024;
/// Largest answer that is kept for an idempotency key.
pub const RESPONSE_BYTES_MAX: usize = 256 * 1024;
/// Largest published frame.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;

/// How a bus is reached.
#[derive(Debug, Clone)]
pub struct BusOptions {
    /// After so long an answer is not waited for; at most [`TIMEOUT_MAX`] in a server.
    pub timeout: Duration,
    /// What all keys and channels in Redis begin with: nodes that share it share the bus.
    pub prefix: String,
}

impl Default for BusOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_millis(100), prefix: "marketd".to_owned() }
    }
}

/// One contract for memory and Redis; `tests/it/contract.rs` runs on both.
///
/// An error says that the bus could not answer, never that the answer is no. What a call that failed did is unknown.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Keeps a snapshot until `ttl` is over or a newer one comes. One with an older tag than what is kept is not
    /// taken (`false`); with the same tag it replaces it and begins its time anew.
    async fn put_snapshot(&self, key: &Key, snapshot: &Snapshot, ttl: Duration) -> Result<bool, BusError>;

    /// The snapshot that is kept, unless it is older than `at_least`, which is what the caller has seen already.
    async fn snapshot(&self, key: &Key, at_least: Tag) -> Result<Option<Cached>, BusError>;

    /// Claims an idempotency key for a request, or says what became of it. A claim that is neither finished nor
    /// abandoned ends after `ttl`.
    async fn begin(&self, key: &Key, request: RequestHash, ttl: Duration) -> Result<Begin, BusError>;

    /// Keeps the answer for whoever comes with this key again within `ttl`. `false`: the claim had ended and somebody
    /// else has the key, whose answer stays.
    async fn finish(&self, claim: Claim, response: Bytes, ttl: Duration) -> Result<bool, BusError>;

    /// Gives the key back: the request was not carried out.
    async fn abandon(&self, claim: Claim) -> Result<(), BusError>;

    /// Takes one from an allowance, if there is one left.
    async fn take(&self, key: &Key, limit: RateLimit) -> Result<Allowance, BusError>;

    /// Sends a frame to the topic's subscribers: those of this node at once, those of others at most once and in
    /// order. Does not wait. An error says that other nodes will not get it; their subscribers will hear that
    /// something was missed.
    fn publish(&self, topic: &Key, frame: Bytes) -> Result<(), BusError>;

    /// What is published to a topic from now on, see [`Event`].
    fn subscribe(&self, topic: &Key) -> Result<Subscription, BusError>;

    /// What kind of bus this is and whether it is there.
    fn report(&self) -> Report;

    fn metrics(&self) -> &BusMetrics;
}

/// The bus of a node. Without an address it is this process's memory.
///
/// With the address of a Redis (`redis://`, or `rediss://` for TLS) it is that one with a memory behind it: what Redis
/// does not answer in time is answered from memory, and while it is known to be away it is not asked. A probe finds out
/// when it is back. While it is away these answers may differ from node to node:
///
/// - snapshots are those that this node has put or read, until their time is over;
/// - a claim is against this node's requests only, so a key that is used at two nodes can be begun twice;
/// - a rate limit is that of this node alone, so `n` nodes let through up to `n` times as much;
/// - frames reach subscribers of this node only, and the others hear afterwards that they missed some.
///
/// Returns at once, without waiting for Redis. Only an address that cannot be read is an error. Needs a tokio runtime,
/// which its tasks end with.
pub fn open(url: &str, options: BusOptions) -> Result<Arc<dyn Bus>, BusError> {
    if url.is_empty() {
        return Ok(Arc::new(MemoryBus::default()));
    }
    let memory = MemoryBus::default();
    let redis = RedisBus::open(url, options)?;
    Ok(Arc::new(fallback::Fallback::new(memory, redis)))
}
