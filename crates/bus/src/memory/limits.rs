//! Rate limits of many keys.
//!
//! Invariant: never more than [`SHARDS`] times [`SHARD_KEYS`] keys. A key that was not used for so long that its burst
//! is full again is as good as absent. When all room is taken by keys in use, one of them gives way and starts with a
//! full burst when it comes again: whoever makes that many keys has that many bursts anyway.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::gcra::{self, Allowance, RateLimit};
use crate::types::Key;

const SHARDS: usize = 16;
const SHARD_KEYS: usize = 4_096;
/// A full shard is searched at most this often, in microseconds.
const SEARCH_INTERVAL_US: u64 = 100_000;

#[derive(Debug, Default)]
struct Shard {
    kept_us: HashMap<Key, u64>,
    searched_us: u64,
}

#[derive(Debug)]
pub(super) struct LimitTable {
    began: Instant,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

impl Default for LimitTable {
    fn default() -> Self {
        Self { began: Instant::now(), hasher: RandomState::new(), shards: Default::default() }
    }
}

impl LimitTable {
    pub fn take(&self, key: &Key, limit: RateLimit) -> Allowance {
        let now_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX / 2);
        let shard = self.hasher.hash_one(key) as usize % SHARDS;
        self.shards[shard].lock().take(key, now_us, limit)
    }
}

impl Shard {
    fn take(&mut self, key: &Key, now_us: u64, limit: RateLimit) -> Allowance {
        if let Some(kept) = self.kept_us.get_mut(key) {
            let (next, allowance) = gcra::take(Some(*kept), now_us, limit);
            *kept = next;
            return allowance;
        }
        self.make_room(now_us);
        let (kept, allowance) = gcra::take(None, now_us, limit);
        self.kept_us.insert(key.clone(), kept);
        allowance
    }

    fn make_room(&mut self, now_us: u64) {
        if self.kept_us.len() < SHARD_KEYS {
            return;
        }
        if now_us >= self.searched_us + SEARCH_INTERVAL_US {
            self.searched_us = now_us;
            self.kept_us.retain(|_, kept| *kept > now_us);
        }
        if self.kept_us.len() >= SHARD_KEYS {
            let some = self.kept_us.keys().next().cloned();
            some.map(|key| self.kept_us.remove(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bounded_and_those_in_use_keep_their_count() {
        let limit = RateLimit::per_second(1, 2);
        let mut shard = Shard::default();
        let key = |name: usize| Key::new(format!("{name}")).expect("short");
        for name in 0..SHARD_KEYS {
            assert!(shard.take(&key(name), 1_000_000, limit).allowed);
        }
        assert_eq!(shard.kept_us.len(), SHARD_KEYS);
        shard.take(&key(SHARD_KEYS), 1_000_000, limit);
        assert_eq!(shard.kept_us.len(), SHARD_KEYS, "one gave way");
        // Two seconds later all are full again: a search drops them, but not the one that was used since.
        let used = key(SHARD_KEYS);
        shard.take(&used, 2_000_000, limit);
        shard.take(&used, 2_000_000, limit);
        shard.take(&key(99_999), 3_000_000, limit);
        assert_eq!(shard.kept_us.len(), 2);
        assert!(shard.take(&used, 3_000_000, limit).allowed, "one was earned in a second");
        assert!(!shard.take(&used, 3_000_000, limit).allowed);
    }

    /// As many addresses as somebody cares to make up, where a proxy that is trusted passes them on unlooked at.
    #[test]
    fn a_flood_of_keys_is_held_in_so_much_memory_and_no_more() {
        let (table, limit) = (LimitTable::default(), RateLimit::per_second(1, 2));
        let is_long = std::env::var_os("MARKETD_LONG").is_some_and(|value| value == "1");
        let count = if is_long { 1_000_000 } else { 200_000 };
        for name in 0..count {
            let key = Key::new(format!("rest:{name}")).expect("short");
            assert!(table.take(&key, limit).allowed, "each has a burst of its own");
        }
        let held: usize = table.shards.iter().map(|shard| shard.lock().kept_us.len()).sum();
        assert!((SHARDS * SHARD_KEYS / 2..=SHARDS * SHARD_KEYS).contains(&held), "{held} keys");
    }
}
