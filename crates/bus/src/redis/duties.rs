//! What the two connections are for.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, RedisResult, Value};

use super::link::Duty;
use super::outbox::Outbox;
use crate::FRAME_BYTES_MAX;
use crate::metrics::BusMetrics;
use crate::sealed;
use crate::topics::{Arrival, Topics};
use crate::types::Key;

/// The connection for calls must be one that takes writes: a replica, or a Redis without memory, is as good as away.
pub(super) struct Probe {
    key: String,
}

impl Probe {
    pub const fn new(key: String) -> Self {
        Self { key }
    }
}

impl Duty for Probe {
    async fn wanted(&self) {}

    async fn tend(&self, connection: &mut MultiplexedConnection, _is_new: bool) -> RedisResult<()> {
        redis::cmd("SET").arg(&self.key).arg(1).arg("PX").arg(10_000).query_async(connection).await
    }

    async fn changed(&self) {
        std::future::pending().await
    }

    fn pushed(&self, _: PushInfo) {}
}

/// The connection for what others publish.
pub(super) struct Listener {
    prefix: String,
    /// Topics of the present connection.
    subscribed: Mutex<HashSet<Key>>,
    topics: Arc<Topics>,
    outbox: Arc<Outbox>,
    metrics: Arc<BusMetrics>,
}

impl Listener {
    pub fn new(prefix: String, topics: Arc<Topics>, outbox: Arc<Outbox>, metrics: Arc<BusMetrics>) -> Self {
        Self { prefix, subscribed: Mutex::default(), topics, outbox, metrics }
    }

    fn channels(&self, topics: &[Key]) -> Vec<String> {
        topics.iter().map(|topic| format!("{}{}", self.prefix, topic.as_str())).collect()
    }

    /// Topics to subscribe to, and those that nobody wants any more.
    fn difference(&self, is_new: bool) -> (Vec<Key>, Vec<Key>) {
        let wanted: HashSet<Key> = self.topics.wanted().into_iter().collect();
        let mut subscribed = self.subscribed.lock();
        if is_new {
            subscribed.clear();
        }
        (wanted.difference(&subscribed).cloned().collect(), subscribed.difference(&wanted).cloned().collect())
    }

    fn note(&self, fresh: Vec<Key>, stale: Vec<Key>) {
        let mut subscribed = self.subscribed.lock();
        stale.iter().for_each(|topic| {
            subscribed.remove(topic);
        });
        fresh.iter().for_each(|topic| self.topics.missed(topic));
        subscribed.extend(fresh);
    }

    fn arrived(&self, channel: &[u8], payload: Vec<u8>) {
        BusMetrics::count(&self.metrics.bus_frames_received);
        let name = std::str::from_utf8(channel).ok().and_then(|channel| channel.strip_prefix(&self.prefix));
        let Some(topic) = name.and_then(|name| Key::new(name).ok()) else { return };
        let frame = sealed::unseal_frame(&payload.into());
        let Some(frame) = frame.filter(|frame| frame.bytes.len() <= FRAME_BYTES_MAX) else {
            BusMetrics::count(&self.metrics.bus_frames_malformed);
            return;
        };
        // Subscribers of this node have it already.
        if self.outbox.is_own(frame.publisher) {
            return;
        }
        if self.topics.arrive(&topic, frame.publisher, frame.seq, &frame.bytes) == Arrival::Repeated {
            BusMetrics::count(&self.metrics.bus_frames_repeated);
        }
    }
}

impl Duty for Listener {
    async fn wanted(&self) {
        while self.topics.wanted().is_empty() {
            self.topics.changed.notified().await;
        }
    }

    async fn tend(&self, connection: &mut MultiplexedConnection, is_new: bool) -> RedisResult<()> {
        let (fresh, stale) = self.difference(is_new);
        if !stale.is_empty() {
            connection.unsubscribe(self.channels(&stale)).await?;
        }
        if !fresh.is_empty() {
            connection.subscribe(self.channels(&fresh)).await?;
        }
        self.note(fresh, stale);
        redis::cmd("PING").query_async(connection).await
    }

    async fn changed(&self) {
        self.topics.changed.notified().await
    }

    fn pushed(&self, push: PushInfo) {
        if push.kind != PushKind::Message {
            return;
        }
        if let Ok([Value::BulkString(channel), Value::BulkString(payload)]) =
            <[Value; 2]>::try_from(push.data)
        {
            self.arrived(&channel, payload);
        }
    }
}
