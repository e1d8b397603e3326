//! A bounded map whose entries end.
//!
//! Invariant: never more than `entries_max` entries and `bytes_max` bytes of values.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::types::Key;

/// A full map is searched for ended entries at most this often: somebody may be filling it on purpose.
const SEARCH_INTERVAL: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub entries: usize,
    pub bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    ends: Instant,
}

#[derive(Debug)]
pub(crate) struct Expiring<V> {
    bounds: Bounds,
    entries: HashMap<Key, Entry<V>>,
    bytes: usize,
    searched: Option<Instant>,
}

/// How long an entry stays, and what it weighs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stay {
    pub now: Instant,
    pub ends: Instant,
    pub bytes: usize,
}

impl<V> Expiring<V> {
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, entries: HashMap::new(), bytes: 0, searched: None }
    }

    pub fn get(&self, key: &Key, now: Instant) -> Option<&V> {
        self.entries.get(key).filter(|entry| entry.ends > now).map(|entry| &entry.value)
    }

    /// Puts an entry in, in the place of one with this key. `false` when there is no room.
    #[must_use]
    pub fn insert(&mut self, key: &Key, value: V, stay: Stay) -> bool {
        self.remove(key);
        if !self.has_room(stay.bytes) {
            self.drop_ended(stay.now);
        }
        if !self.has_room(stay.bytes) {
            return false;
        }
        self.bytes += stay.bytes;
        self.entries.insert(key.clone(), Entry { value, bytes: stay.bytes, ends: stay.ends });
        true
    }

    /// As [`Self::insert`]; where there is no room, entries that would end first make some.
    pub fn insert_over_others(&mut self, key: &Key, value: V, stay: Stay) {
        self.remove(key);
        if !self.has_room(stay.bytes) {
            self.drop_ended(stay.now);
        }
        while !self.has_room(stay.bytes) {
            let first = self.entries.iter().min_by_key(|(_, entry)| entry.ends);
            let Some(first) = first.map(|(key, _)| key.clone()) else { return };
            self.remove(&first);
        }
        let _ = self.insert(key, value, stay);
    }

    pub fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.entries.len() < self.bounds.entries && self.bytes + bytes <= self.bounds.bytes
    }

    fn drop_ended(&mut self, now: Instant) {
        if self.searched.is_some_and(|searched| now.duration_since(searched) < SEARCH_INTERVAL) {
            return;
        }
        self.searched = Some(now);
        self.entries.retain(|_, entry| entry.ends > now);
        self.bytes = self.entries.values().map(|entry| entry.bytes).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: u64) -> Key {
        Key::new(format!("{name}")).expect("short")
    }

    fn stay(now: Instant, ms: u64, bytes: usize) -> Stay {
        Stay { now, ends: now + Duration::from_millis(ms), bytes }
    }

    #[test]
    fn a_full_map_takes_nothing_until_something_has_ended() {
        let now = Instant::now();
        let mut map = Expiring::new(Bounds { entries: 3, bytes: 1_000 });
        for name in 0..3 {
            assert!(map.insert(&key(name), name, stay(now, 500 * (name + 1), 10)));
        }
        assert!(!map.insert(&key(9), 9, stay(now, 500, 10)));
        assert!(map.insert(&key(2), 22, stay(now, 2_000, 10)), "one that is there is replaced");
        let later = now + Duration::from_millis(600);
        assert_eq!(map.get(&key(0), later), None, "what has ended is gone, searched for or not");
        assert!(map.insert(&key(9), 9, stay(later, 500, 10)));
        assert_eq!((map.get(&key(9), later), map.get(&key(2), later)), (Some(&9), Some(&22)));
        assert_eq!((map.entries.len(), map.bytes), (3, 30));
    }

    #[test]
    fn bytes_are_bounded_and_what_ends_first_makes_room() {
        let now = Instant::now();
        let mut map = Expiring::new(Bounds { entries: 100, bytes: 30 });
        for name in 0..3 {
            map.insert_over_others(&key(name), name, stay(now, 1_000 - name, 10));
        }
        map.insert_over_others(&key(9), 9, stay(now, 5_000, 20));
        assert_eq!(
            (map.get(&key(0), now), map.get(&key(1), now), map.get(&key(9), now)),
            (Some(&0), None, Some(&9))
        );
        map.insert_over_others(&key(10), 10, stay(now, 5_000, 31));
        assert_eq!((map.entries.len(), map.bytes), (0, 0), "more than all room is not taken");
    }
}
