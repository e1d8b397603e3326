//! Whose request a proxy passes on: believed of proxies that are named, and of nobody else.

use std::net::IpAddr;

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};

/// A network: an address and how many of its leading bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u32,
}

fn bits_of(address: IpAddr) -> (u128, u32) {
    match address.to_canonical() {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (_, most) = bits_of(address);
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
        (bits <= most).then_some(Self { address, bits })
    }

    fn has(self, address: IpAddr) -> bool {
        let ((own, own_length), (other, other_length)) = (bits_of(self.address), bits_of(address));
        let differing = own ^ other;
        own_length == other_length && (self.bits == 0 || differing >> (128 - self.bits) == 0)
    }
}

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Default)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Addresses and networks; the error is the entry that is neither.
    pub fn parse<'a>(entries: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        entries
            .map(|entry| Network::parse(entry).ok_or_else(|| entry.to_owned()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }

    /// Who is behind the proxies: the last address on the way that is not one of them. `None` where the peer is no proxy of
    /// ours, or tells nothing that can be read.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if self.0.is_empty() || !self.trusts(peer) {
            return None;
        }
        let mut way = Vec::new();
        for value in headers.get_all(X_FORWARDED_FOR) {
            way.extend(value.to_str().ok()?.split(',').map(str::trim));
        }
        for hop in way.into_iter().rev() {
            let hop: IpAddr = hop.parse().ok()?;
            if !self.trusts(hop) {
                return Some(hop.to_canonical());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(trusted: &str, peer: &str, values: &[&str]) -> Option<String> {
        let proxies =
            TrustedProxies::parse(trusted.split(',').filter(|entry| !entry.is_empty())).expect("valid");
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).expect("a header"));
        }
        proxies.client(peer.parse().expect("an address"), &headers).map(|client| client.to_string())
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed_and_only_as_far_as_it_saw() {
        let check = |trusted: &str, peer: &str, values: &[&str], expected: Option<&str>| {
            assert_eq!(client(trusted, peer, values).as_deref(), expected, "{trusted} {peer} {values:?}");
        };
        check("", "127.0.0.1", &["192.0.2.1"], None);
        check("10.0.0.0/8", "127.0.0.1", &["192.0.2.1"], None);
        check("127.0.0.1", "127.0.0.1", &["192.0.2.1"], Some("192.0.2.1"));
        check("127.0.0.1", "::ffff:127.0.0.1", &["192.0.2.1"], Some("192.0.2.1"));
        check("127.0.0.1", "127.0.0.1", &[], None);
        // What the client itself has written stands before what the proxy has seen.
        check("127.0.0.1", "127.0.0.1", &["198.51.100.9, 192.0.2.1"], Some("192.0.2.1"));
        check("127.0.0.1", "127.0.0.1", &["198.51.100.9", "192.0.2.1"], Some("192.0.2.1"));
        check("127.0.0.1,10.0.0.0/8", "127.0.0.1", &["192.0.2.1, 10.1.2.3"], Some("192.0.2.1"));
        check("127.0.0.1,10.0.0.0/8", "127.0.0.1", &["10.1.2.3"], None);
        check("127.0.0.1", "127.0.0.1", &["192.0.2.1, nonsense"], None);
        check("127.0.0.1", "127.0.0.1", &["nonsense, 192.0.2.1"], Some("192.0.2.1"));
        check("2001:db8::/32", "2001:db8::1", &["2001:db9::1"], Some("2001:db9::1"));
        check("0.0.0.0/0", "192.0.2.1", &["2001:db9::1"], Some("2001:db9::1"));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for entry in ["", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129"] {
            assert_eq!(TrustedProxies::parse([entry].into_iter()).expect_err(entry), entry);
        }
    }
}
