//! What goes over the bus.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use marketd_domain::Timestamp;

use crate::error::BusError;

/// A name on the bus, of bounded length: parts of it may come from clients.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(Arc<str>);

impl Key {
    pub const BYTES_MAX: usize = 200;

    pub fn new(name: impl AsRef<str>) -> Result<Self, BusError> {
        let name = name.as_ref();
        if name.is_empty() || name.len() > Self::BYTES_MAX {
            return Err(BusError::BadKey { bytes: name.len(), max: Self::BYTES_MAX });
        }
        Ok(Self(name.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The age of a state: later epochs are newer, and within an epoch higher sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Tag {
    pub epoch: u64,
    pub seq: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub tag: Tag,
    pub bytes: Bytes,
}

/// A snapshot from the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    pub snapshot: Snapshot,
    /// Since its writer last said that this is the newest; by the clock of the cache alone.
    pub age: Duration,
    /// How long it was to be kept.
    pub ttl: Duration,
}

/// A hash of the canonical request: the same key with another request is a mistake of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestHash(pub [u8; 32]);

/// What became of an idempotency key.
#[derive(Debug, PartialEq, Eq)]
pub enum Begin {
    /// The caller carries the request out, then finishes or abandons the claim.
    Fresh(Claim),
    /// It was carried out; this was the answer.
    Done(Bytes),
    /// Somebody is at it.
    InFlight,
    /// The key belongs to another request.
    Mismatch,
}

/// The right to carry out what an idempotency key stands for.
#[derive(Debug, PartialEq, Eq)]
pub struct Claim {
    pub(crate) key: Key,
    pub(crate) request: RequestHash,
    pub(crate) nonce: Nonce,
}

/// Tells one claim from every other, of all nodes.
pub(crate) type Nonce = [u8; 16];

impl Claim {
    pub(crate) fn new(key: &Key, request: RequestHash) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&random_u64().to_be_bytes());
        nonce[8..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        Self { key: key.clone(), request, nonce }
    }
}

/// From the standard library's random hash keys: nothing secret depends on it.
pub(crate) fn random_u64() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Whether a bus is there, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub backend: &'static str,
    pub state: State,
    pub since: Timestamp,
    /// Why it is away.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not reached yet since the start.
    Connecting,
    Up,
    Away,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Up => "up",
            Self::Away => "away",
        }
    }
}

/// The wall clock, for times that people read.
pub(crate) fn wall_clock() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
}
