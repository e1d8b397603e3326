//! Redis with a memory behind it. What may differ while Redis is away is said at [`crate::open`].
//!
//! The memory is always written, so that it has what this node knows when Redis goes. And it is asked first where its
//! no is enough: who is over a limit here is over it everywhere, and what was done here was done.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::BusError;
use crate::gcra::{Allowance, RateLimit};
use crate::memory::MemoryBus;
use crate::metrics::BusMetrics;
use crate::redis::RedisBus;
use crate::topics::Subscription;
use crate::types::{Begin, Cached, Claim, Key, Report, RequestHash, Snapshot, Tag};
use crate::{Bus, SNAPSHOT_BYTES_MAX};

pub(crate) struct Fallback {
    memory: MemoryBus,
    redis: RedisBus,
}

impl Fallback {
    pub const fn new(memory: MemoryBus, redis: RedisBus) -> Self {
        Self { memory, redis }
    }

    /// What Redis answered, or `None` where memory has to.
    fn shared<T>(&self, answer: Result<T, BusError>) -> Option<T> {
        answer.inspect_err(|_| BusMetrics::count(&self.metrics().bus_fallbacks)).ok()
    }
}

#[async_trait]
impl Bus for Fallback {
    async fn put_snapshot(&self, key: &Key, snapshot: &Snapshot, ttl: Duration) -> Result<bool, BusError> {
        BusError::check_size("a snapshot", snapshot.bytes.len(), SNAPSHOT_BYTES_MAX)?;
        let kept = self.memory.keep(key, Cached { snapshot: snapshot.clone(), age: Duration::ZERO, ttl });
        let taken = self.shared(self.redis.store(key, snapshot, ttl).await).unwrap_or(kept);
        self.metrics().put(taken);
        Ok(taken)
    }

    async fn snapshot(&self, key: &Key, at_least: Tag) -> Result<Option<Cached>, BusError> {
        if let Some(Some(cached)) = self.shared(self.redis.look_up(key).await)
            && !self.memory.keep(key, cached)
        {
            // Redis came back with less than this node has seen.
            BusMetrics::count(&self.metrics().bus_cache_older);
        }
        let cached = self.memory.kept(key, at_least);
        self.metrics().looked_up(cached.is_some());
        Ok(cached)
    }

    async fn begin(&self, key: &Key, request: RequestHash, ttl: Duration) -> Result<Begin, BusError> {
        let claim = Claim::new(key, request);
        let begun = match self.memory.claim(&claim, ttl)? {
            Some(known) => known,
            None => match self.shared(self.redis.claim(&claim, ttl).await).flatten() {
                Some(elsewhere) => {
                    self.memory.give_back(&claim);
                    elsewhere
                }
                None => Begin::Fresh(claim),
            },
        };
        self.metrics().begun(&begun);
        Ok(begun)
    }

    async fn finish(&self, claim: Claim, response: Bytes, ttl: Duration) -> Result<bool, BusError> {
        let kept = self.memory.settle(&claim, response.clone(), ttl)?;
        Ok(self.shared(self.redis.settle(&claim, &response, ttl).await).unwrap_or(kept))
    }

    async fn abandon(&self, claim: Claim) -> Result<(), BusError> {
        self.memory.give_back(&claim);
        // Where Redis has the claim nevertheless, its time ends it.
        self.shared(self.redis.give_back(&claim).await);
        Ok(())
    }

    async fn take(&self, key: &Key, limit: RateLimit) -> Result<Allowance, BusError> {
        let here = self.memory.draw(key, limit);
        // One node that is flooded asks Redis no more often than the limit allows.
        let allowance =
            if here.allowed { self.shared(self.redis.draw(key, limit).await).unwrap_or(here) } else { here };
        self.metrics().drawn(&allowance);
        Ok(allowance)
    }

    fn publish(&self, topic: &Key, frame: Bytes) -> Result<(), BusError> {
        self.redis.publish(topic, frame)
    }

    fn subscribe(&self, topic: &Key) -> Result<Subscription, BusError> {
        self.redis.subscribe(topic)
    }

    fn report(&self) -> Report {
        self.redis.report()
    }

    fn metrics(&self) -> &BusMetrics {
        self.redis.metrics()
    }
}
