//! How many sessions each client address holds.
//!
//! Invariant: an address is in the table while it holds a session and no longer, so the table is never
//! larger than the number of connections.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use parking_lot::Mutex;

#[derive(Debug, Default)]
pub struct PeerTable {
    held: Mutex<HashMap<IpAddr, u32>>,
}

/// One session's place; given back when it is dropped, however the session ended.
#[derive(Debug)]
pub struct PeerSlot {
    table: Arc<PeerTable>,
    peer: IpAddr,
}

impl PeerTable {
    /// A place for one more session of this address, unless it holds `limit` already.
    pub fn take(self: &Arc<Self>, address: IpAddr, limit: u32) -> Option<PeerSlot> {
        let peer = peer_of(address);
        let mut held = self.held.lock();
        let count = held.entry(peer).or_default();
        // An entry that was just made holds nothing, and a limit is at least one: none stays behind empty.
        if *count >= limit.max(1) {
            return None;
        }
        *count += 1;
        Some(PeerSlot { table: self.clone(), peer })
    }

    /// Addresses that hold sessions.
    pub fn len(&self) -> usize {
        self.held.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for PeerSlot {
    fn drop(&mut self) {
        let mut held = self.table.held.lock();
        if let Some(count) = held.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.peer);
            }
        }
    }
}

/// On a request that a trusted proxy has passed on: whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardedFor(pub IpAddr);

/// Whose request this is, as far as that can be believed.
pub fn client_of(request: &HttpRequest) -> Option<IpAddr> {
    let forwarded = request.extensions().get::<ForwardedFor>().map(|forwarded| forwarded.0);
    forwarded.or_else(|| request.peer_addr().map(|peer| peer.ip()))
}

/// Who is counted as one: an IPv4 address, however it is written, or an IPv6 network of 64 bits, which
/// is the least that one customer gets.
pub fn peer_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_gets_so_many_places_and_gets_them_back() {
        let table = Arc::new(PeerTable::default());
        let first = table.take(ip("192.0.2.1"), 2).expect("the first");
        let second = table.take(ip("192.0.2.1"), 2).expect("the second");
        assert!(table.take(ip("192.0.2.1"), 2).is_none(), "one more than the limit");
        let _other = table.take(ip("192.0.2.2"), 2).expect("somebody else");
        drop(first);
        let third = table.take(ip("192.0.2.1"), 2).expect("a place was given back");
        assert_eq!(table.len(), 2);
        drop((second, third));
        assert_eq!(table.len(), 1, "who holds nothing is forgotten");
    }

    #[test]
    fn what_counts_as_one_address() {
        let same = |left: &str, right: &str| peer_of(ip(left)) == peer_of(ip(right));
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("::ffff:192.0.2.1", "192.0.2.2"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }
}
