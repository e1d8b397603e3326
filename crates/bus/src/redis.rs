//! The bus of several nodes: a Redis of version 6 or later, or what speaks like one.
//!
//! Two connections: one for calls, and one for what others publish, made when somebody subscribes. Each operation is
//! one script or command on one key, so that it is atomic; many are under way at once on the one connection.

mod duties;
mod link;
mod outbox;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use redis::{Client, IntoConnectionInfo, ProtocolVersion, Script, ScriptInvocation, Value};
use tokio::task::JoinSet;

use crate::error::BusError;
use crate::gcra::{Allowance, RateLimit};
use crate::metrics::BusMetrics;
use crate::sealed::{self, CLAIM_HEAD, SNAPSHOT_HEAD};
use crate::topics::{Subscription, Topics};
use crate::types::{Begin, Cached, Claim, Key, Report, RequestHash, Snapshot, State, Tag};
use crate::{Bus, BusOptions, FRAME_BYTES_MAX, RESPONSE_BYTES_MAX, SNAPSHOT_BYTES_MAX};
use duties::{Listener, Probe};
use link::Link;
use outbox::Outbox;

/// Version of what is stored, in every name: nodes of another version keep to themselves.
const LAYOUT: &str = "1";

struct Scripts {
    put_snapshot: Script,
    snapshot: Script,
    begin: Script,
    finish: Script,
    abandon: Script,
    drop: Script,
    take: Script,
}

impl Scripts {
    fn new() -> Self {
        Self {
            put_snapshot: Script::new(include_str!("redis/put_snapshot.lua")),
            snapshot: Script::new(include_str!("redis/snapshot.lua")),
            begin: Script::new(include_str!("redis/begin.lua")),
            finish: Script::new(include_str!("redis/finish.lua")),
            abandon: Script::new(include_str!("redis/abandon.lua")),
            drop: Script::new(include_str!("redis/drop.lua")),
            take: Script::new(concat!(include_str!("redis/clock.lua"), include_str!("redis/take.lua"))),
        }
    }
}

/// Redis alone: while it is away calls fail, see [`crate::open`] for a bus that falls back.
pub struct RedisBus {
    prefix: String,
    scripts: Scripts,
    calls: Arc<Link>,
    subscriptions: Arc<Link>,
    outbox: Arc<Outbox>,
    topics: Arc<Topics>,
    metrics: Arc<BusMetrics>,
    /// Ended with this value.
    _tasks: JoinSet<()>,
}

impl RedisBus {
    /// Begins to connect and returns at once. Needs a tokio runtime.
    pub fn open(url: &str, options: BusOptions) -> Result<Self, BusError> {
        // The error of a wrong address holds no password: it says what is wrong with the form.
        let wrong = |error: redis::RedisError| BusError::BadAddress { detail: error.to_string() };
        let info = url.into_connection_info().map_err(wrong)?;
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings)).map_err(wrong)?;

        let prefix = format!("{}:{LAYOUT}:", options.prefix);
        let metrics = Arc::new(BusMetrics::default());
        let topics = Arc::new(Topics::new(metrics.clone()));
        let outbox = Arc::new(Outbox::default());
        let calls = Arc::new(Link::new("calls", options.timeout, metrics.clone()));
        let subscriptions = Arc::new(Link::new("subscriptions", options.timeout, metrics.clone()));
        let mut tasks = JoinSet::new();
        let probe = Arc::new(Probe::new(format!("{prefix}probe")));
        tasks.spawn(calls.clone().keep(client.clone(), probe));
        tasks.spawn(outbox.clone().empty(calls.clone(), metrics.clone()));
        let listener =
            Listener::new(format!("{prefix}topic:"), topics.clone(), outbox.clone(), metrics.clone());
        tasks.spawn(subscriptions.clone().keep(client, Arc::new(listener)));
        Ok(Self {
            prefix,
            scripts: Scripts::new(),
            calls,
            subscriptions,
            outbox,
            topics,
            metrics,
            _tasks: tasks,
        })
    }

    fn name(&self, kind: &str, key: &Key) -> String {
        format!("{}{kind}:{}", self.prefix, key.as_str())
    }

    async fn run(&self, doing: &'static str, script: &ScriptInvocation<'_>) -> Result<Value, BusError> {
        self.calls
            .call(doing, |mut connection| async move { script.invoke_async(&mut connection).await })
            .await
    }

    /// What a script answers that we did not write so.
    fn unexpected(&self, doing: &'static str, value: &Value) -> BusError {
        BusMetrics::count(&self.metrics.bus_errors);
        BusError::Refused { doing, detail: format!("unexpected answer of type {}", kind_of(value)) }
    }

    /// Removes what is not ours under a name of ours.
    async fn drop_damaged(&self, name: &str, damaged: &[u8]) -> Result<(), BusError> {
        BusMetrics::count(&self.metrics.bus_damaged);
        let mut script = self.scripts.drop.prepare_invoke();
        self.run("removing a damaged value", script.key(name).arg(damaged)).await.map(drop)
    }

    /// As [`Bus::snapshot`], uncounted and of any tag.
    pub(crate) async fn look_up(&self, key: &Key) -> Result<Option<Cached>, BusError> {
        const DOING: &str = "reading a snapshot";
        let name = self.name("snapshot", key);
        let mut script = self.scripts.snapshot.prepare_invoke();
        let (bytes, left_ms) =
            match self.run(DOING, script.key(&name).arg(SNAPSHOT_HEAD + SNAPSHOT_BYTES_MAX)).await? {
                Value::Nil => return Ok(None),
                Value::Int(_) => {
                    BusMetrics::count(&self.metrics.bus_damaged);
                    return Ok(None);
                }
                Value::Array(parts) => match <[Value; 2]>::try_from(parts) {
                    Ok([Value::BulkString(bytes), Value::Int(left)]) => (Bytes::from(bytes), left),
                    _ => return Err(self.unexpected(DOING, &Value::Nil)),
                },
                other => return Err(self.unexpected(DOING, &other)),
            };
        let whole = sealed::unseal_snapshot(&bytes);
        // Ours have an end, and it is not further away than they say.
        let left = u64::try_from(left_ms).ok().map(Duration::from_millis);
        match (whole, left) {
            (Some((snapshot, ttl)), Some(left)) if left <= ttl => {
                Ok(Some(Cached { snapshot, age: ttl - left, ttl }))
            }
            _ => {
                self.drop_damaged(&name, &bytes).await?;
                Ok(None)
            }
        }
    }

    /// What became of the key; when nothing has, it is this claim's now.
    pub(crate) async fn claim(&self, claim: &Claim, ttl: Duration) -> Result<Option<Begin>, BusError> {
        const DOING: &str = "claiming a key";
        let name = self.name("claim", &claim.key);
        let entry = sealed::seal_claim(&claim.nonce, &claim.request, None);
        for _ in 0..2 {
            let mut script = self.scripts.begin.prepare_invoke();
            script.key(&name).arg(&entry).arg(sealed::millis(ttl)).arg(CLAIM_HEAD + RESPONSE_BYTES_MAX);
            let held = match self.run(DOING, &script).await? {
                Value::Int(0) => return Ok(None),
                Value::Int(_) => {
                    BusMetrics::count(&self.metrics.bus_damaged);
                    return Ok(None);
                }
                Value::BulkString(held) => Bytes::from(held),
                other => return Err(self.unexpected(DOING, &other)),
            };
            let Some(held) = sealed::unseal_claim(&held) else {
                self.drop_damaged(&name, &held).await?;
                continue;
            };
            return Ok(Some(match held.response {
                _ if held.request != claim.request => Begin::Mismatch,
                Some(response) => Begin::Done(response),
                None => Begin::InFlight,
            }));
        }
        Err(BusError::Refused { doing: DOING, detail: "the key is overwritten again and again".to_owned() })
    }

    pub(crate) async fn settle(
        &self,
        claim: &Claim,
        response: &Bytes,
        ttl: Duration,
    ) -> Result<bool, BusError> {
        BusError::check_size("an answer", response.len(), RESPONSE_BYTES_MAX)?;
        let mut script = self.scripts.finish.prepare_invoke();
        script
            .key(self.name("claim", &claim.key))
            .arg(sealed::seal_claim(&claim.nonce, &claim.request, Some(response)))
            .arg(sealed::millis(ttl))
            .arg(claim_beginning(claim));
        let taken = self.run("keeping an answer", &script).await?;
        Ok(taken == Value::Int(1))
    }

    pub(crate) async fn give_back(&self, claim: &Claim) -> Result<(), BusError> {
        let mut script = self.scripts.abandon.prepare_invoke();
        script.key(self.name("claim", &claim.key)).arg(claim_beginning(claim));
        self.run("giving a key back", &script).await.map(drop)
    }

    pub(crate) async fn draw(&self, key: &Key, limit: RateLimit) -> Result<Allowance, BusError> {
        const DOING: &str = "taking from an allowance";
        let mut script = self.scripts.take.prepare_invoke();
        script.key(self.name("limit", key)).arg(limit.interval_us()).arg(limit.burst());
        let answer = self.run(DOING, &script).await?;
        match &answer {
            Value::Array(parts) => match parts[..] {
                [Value::Int(allowed), Value::Int(kept), Value::Int(now)] => {
                    Ok(Allowance::of(allowed == 1, kept.unsigned_abs(), now.unsigned_abs(), limit))
                }
                _ => Err(self.unexpected(DOING, &answer)),
            },
            other => Err(self.unexpected(DOING, other)),
        }
    }

    pub(crate) async fn store(
        &self,
        key: &Key,
        snapshot: &Snapshot,
        ttl: Duration,
    ) -> Result<bool, BusError> {
        BusError::check_size("a snapshot", snapshot.bytes.len(), SNAPSHOT_BYTES_MAX)?;
        let mut script = self.scripts.put_snapshot.prepare_invoke();
        script
            .key(self.name("snapshot", key))
            .arg(sealed::seal_snapshot(snapshot, ttl))
            .arg(sealed::millis(ttl));
        let taken = self.run("putting a snapshot", &script).await?;
        Ok(taken == Value::Int(1))
    }
}

/// How a claim's entry begins, which is what tells it from others'.
fn claim_beginning(claim: &Claim) -> Vec<u8> {
    [b"MB1p", &claim.nonce[..]].concat()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Nil => "nil",
        Value::Int(_) => "integer",
        Value::BulkString(_) | Value::SimpleString(_) => "string",
        Value::Array(_) => "array",
        _ => "other",
    }
}

#[async_trait]
impl Bus for RedisBus {
    async fn put_snapshot(&self, key: &Key, snapshot: &Snapshot, ttl: Duration) -> Result<bool, BusError> {
        let taken = self.store(key, snapshot, ttl).await?;
        self.metrics.put(taken);
        Ok(taken)
    }

    async fn snapshot(&self, key: &Key, at_least: Tag) -> Result<Option<Cached>, BusError> {
        let cached = self.look_up(key).await?.filter(|cached| cached.snapshot.tag >= at_least);
        self.metrics.looked_up(cached.is_some());
        Ok(cached)
    }

    async fn begin(&self, key: &Key, request: RequestHash, ttl: Duration) -> Result<Begin, BusError> {
        let claim = Claim::new(key, request);
        let begun = self.claim(&claim, ttl).await?.unwrap_or(Begin::Fresh(claim));
        self.metrics.begun(&begun);
        Ok(begun)
    }

    async fn finish(&self, claim: Claim, response: Bytes, ttl: Duration) -> Result<bool, BusError> {
        self.settle(&claim, &response, ttl).await
    }

    async fn abandon(&self, claim: Claim) -> Result<(), BusError> {
        self.give_back(&claim).await
    }

    async fn take(&self, key: &Key, limit: RateLimit) -> Result<Allowance, BusError> {
        let allowance = self.draw(key, limit).await?;
        self.metrics.drawn(&allowance);
        Ok(allowance)
    }

    fn publish(&self, topic: &Key, frame: Bytes) -> Result<(), BusError> {
        BusError::check_size("a frame", frame.len(), FRAME_BYTES_MAX)?;
        BusMetrics::count(&self.metrics.bus_frames_published);
        self.topics.deliver(topic, &frame);
        let put = self.outbox.put(topic, self.name("topic", topic), &frame, self.calls.is_up());
        if put.is_err() {
            BusMetrics::count(&self.metrics.bus_frames_unsent);
        }
        put
    }

    fn subscribe(&self, topic: &Key) -> Result<Subscription, BusError> {
        self.topics.subscribe(topic)
    }

    fn report(&self) -> Report {
        let mut report = self.calls.report();
        let subscriptions = self.subscriptions.report();
        if report.state == State::Up && subscriptions.state == State::Away {
            report.reason = subscriptions.reason.map(|reason| format!("no frames of other nodes: {reason}"));
        }
        report
    }

    fn metrics(&self) -> &BusMetrics {
        &self.metrics
    }
}

#[cfg(test)]
mod tests;
