//! The bus of one process.

mod limits;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::error::BusError;
use crate::expiring::{Bounds, Expiring, Stay};
use crate::gcra::{Allowance, RateLimit};
use crate::metrics::BusMetrics;
use crate::topics::{Subscription, Topics};
use crate::types::{Begin, Cached, Claim, Key, Nonce, Report, RequestHash, Snapshot, State, Tag, wall_clock};
use crate::{Bus, FRAME_BYTES_MAX, RESPONSE_BYTES_MAX, SNAPSHOT_BYTES_MAX};
use limits::LimitTable;

/// The snapshots of some thousand markets of other nodes; what ends first goes when there are more.
const SNAPSHOTS: Bounds = Bounds { entries: 4_096, bytes: 64 * 1024 * 1024 };
/// Idempotency keys are promises, so none is forgotten early: beyond these bounds no more are taken.
const CLAIMS: Bounds = Bounds { entries: 65_536, bytes: 64 * 1024 * 1024 };
/// What an entry without content takes, roughly.
const ENTRY_BYTES: usize = 256;

#[derive(Debug)]
struct Held {
    snapshot: Snapshot,
    confirmed: Instant,
    ttl: Duration,
}

#[derive(Debug)]
struct Progress {
    request: RequestHash,
    nonce: Nonce,
    /// The answer, once there is one.
    response: Option<Bytes>,
}

/// Keeps everything in maps. Also what stands behind Redis while that is away.
pub struct MemoryBus {
    snapshots: Mutex<Expiring<Held>>,
    claims: Mutex<Expiring<Progress>>,
    limits: LimitTable,
    topics: Arc<Topics>,
    metrics: Arc<BusMetrics>,
    since: marketd_domain::Timestamp,
}

impl Default for MemoryBus {
    fn default() -> Self {
        let metrics = Arc::new(BusMetrics::default());
        Self {
            snapshots: Mutex::new(Expiring::new(SNAPSHOTS)),
            claims: Mutex::new(Expiring::new(CLAIMS)),
            limits: LimitTable::default(),
            topics: Arc::new(Topics::new(metrics.clone())),
            metrics,
            since: wall_clock(),
        }
    }
}

impl MemoryBus {
    /// Takes a snapshot over that has an age already. `false`: a newer one is known.
    pub(crate) fn keep(&self, key: &Key, cached: Cached) -> bool {
        let now = Instant::now();
        let mut snapshots = self.snapshots.lock();
        if snapshots.get(key, now).is_some_and(|held| held.snapshot.tag > cached.snapshot.tag) {
            return false;
        }
        let confirmed = now.checked_sub(cached.age).unwrap_or(now);
        let stay =
            Stay { now, ends: confirmed + cached.ttl, bytes: cached.snapshot.bytes.len() + ENTRY_BYTES };
        let held = Held { snapshot: cached.snapshot, confirmed, ttl: cached.ttl };
        snapshots.insert_over_others(key, held, stay);
        true
    }

    pub(crate) fn kept(&self, key: &Key, at_least: Tag) -> Option<Cached> {
        let now = Instant::now();
        let snapshots = self.snapshots.lock();
        let held = snapshots.get(key, now).filter(|held| held.snapshot.tag >= at_least)?;
        let age = now.saturating_duration_since(held.confirmed);
        Some(Cached { snapshot: held.snapshot.clone(), age, ttl: held.ttl })
    }

    /// What became of the key; when nothing has, it is this claim's now.
    pub(crate) fn claim(&self, claim: &Claim, ttl: Duration) -> Result<Option<Begin>, BusError> {
        let now = Instant::now();
        let mut claims = self.claims.lock();
        if let Some(progress) = claims.get(&claim.key, now) {
            return Ok(Some(match &progress.response {
                _ if progress.request != claim.request => Begin::Mismatch,
                Some(response) => Begin::Done(response.clone()),
                None => Begin::InFlight,
            }));
        }
        let progress = Progress { request: claim.request, nonce: claim.nonce, response: None };
        let stay = Stay { now, ends: now + ttl, bytes: ENTRY_BYTES };
        if claims.insert(&claim.key, progress, stay) {
            Ok(None)
        } else {
            Err(BusError::Full { doing: "claiming a key" })
        }
    }

    pub(crate) fn settle(&self, claim: &Claim, response: Bytes, ttl: Duration) -> Result<bool, BusError> {
        BusError::check_size("an answer", response.len(), RESPONSE_BYTES_MAX)?;
        let now = Instant::now();
        let mut claims = self.claims.lock();
        if claims.get(&claim.key, now).is_some_and(|held| held.nonce != claim.nonce) {
            return Ok(false);
        }
        let stay = Stay { now, ends: now + ttl, bytes: response.len() + ENTRY_BYTES };
        let progress = Progress { request: claim.request, nonce: claim.nonce, response: Some(response) };
        if claims.insert(&claim.key, progress, stay) {
            Ok(true)
        } else {
            Err(BusError::Full { doing: "keeping an answer" })
        }
    }

    pub(crate) fn give_back(&self, claim: &Claim) {
        let mut claims = self.claims.lock();
        let is_ours = |held: &Progress| held.nonce == claim.nonce && held.response.is_none();
        if claims.get(&claim.key, Instant::now()).is_some_and(is_ours) {
            claims.remove(&claim.key);
        }
    }

    pub(crate) fn draw(&self, key: &Key, limit: RateLimit) -> Allowance {
        self.limits.take(key, limit)
    }
}

#[async_trait]
impl Bus for MemoryBus {
    async fn put_snapshot(&self, key: &Key, snapshot: &Snapshot, ttl: Duration) -> Result<bool, BusError> {
        BusError::check_size("a snapshot", snapshot.bytes.len(), SNAPSHOT_BYTES_MAX)?;
        let taken = self.keep(key, Cached { snapshot: snapshot.clone(), age: Duration::ZERO, ttl });
        self.metrics.put(taken);
        Ok(taken)
    }

    async fn snapshot(&self, key: &Key, at_least: Tag) -> Result<Option<Cached>, BusError> {
        let cached = self.kept(key, at_least);
        self.metrics.looked_up(cached.is_some());
        Ok(cached)
    }

    async fn begin(&self, key: &Key, request: RequestHash, ttl: Duration) -> Result<Begin, BusError> {
        let claim = Claim::new(key, request);
        let begun = self.claim(&claim, ttl)?.unwrap_or(Begin::Fresh(claim));
        self.metrics.begun(&begun);
        Ok(begun)
    }

    async fn finish(&self, claim: Claim, response: Bytes, ttl: Duration) -> Result<bool, BusError> {
        self.settle(&claim, response, ttl)
    }

    async fn abandon(&self, claim: Claim) -> Result<(), BusError> {
        self.give_back(&claim);
        Ok(())
    }

    async fn take(&self, key: &Key, limit: RateLimit) -> Result<Allowance, BusError> {
        let allowance = self.draw(key, limit);
        self.metrics.drawn(&allowance);
        Ok(allowance)
    }

    fn publish(&self, topic: &Key, frame: Bytes) -> Result<(), BusError> {
        BusError::check_size("a frame", frame.len(), FRAME_BYTES_MAX)?;
        BusMetrics::count(&self.metrics.bus_frames_published);
        self.topics.deliver(topic, &frame);
        Ok(())
    }

    fn subscribe(&self, topic: &Key) -> Result<Subscription, BusError> {
        self.topics.subscribe(topic)
    }

    fn report(&self) -> Report {
        Report { backend: "memory", state: State::Up, since: self.since, reason: None }
    }

    fn metrics(&self) -> &BusMetrics {
        &self.metrics
    }
}
