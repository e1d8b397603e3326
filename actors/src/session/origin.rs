//! Pages of which origins may open sessions.
//!
//! A browser names the page's origin in each handshake and no page can change that; other clients send
//! none. Without this check any page could use whatever its visitor's browser can reach.

use std::net::IpAddr;
use std::sync::Arc;

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// Host and port are those of the request's `Host`.
    SameHost,
    /// The page is of the client's own machine.
    Loopback,
    Any,
    Exactly(Origin),
}

/// Scheme, host and port of a page, in lower case and with the scheme's port filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

/// By default no page may.
#[derive(Debug, Clone, Default)]
pub struct OriginRules(Arc<[Rule]>);

impl OriginRules {
    /// Each entry is `same-host`, `loopback`, `*` or an origin. Answers the first that is none of them.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let rule = |entry: &'a str| match entry {
            "same-host" => Ok(Rule::SameHost),
            "loopback" => Ok(Rule::Loopback),
            "*" => Ok(Rule::Any),
            origin => Origin::parse(origin).map(Rule::Exactly).ok_or(entry),
        };
        entries.into_iter().map(rule).collect::<Result<Arc<[Rule]>, _>>().map(Self)
    }

    /// Whether a page of this origin may connect to this host, both as the headers say.
    pub fn allow(&self, origin: &str, host: Option<&str>) -> bool {
        if self.0.contains(&Rule::Any) {
            return true;
        }
        // `null` is every sandboxed page and file; like whatever else is no origin, it is nobody we know.
        let Some(origin) = Origin::parse(origin) else { return false };
        self.0.iter().any(|rule| match rule {
            Rule::Any => true,
            Rule::SameHost => host.is_some_and(|host| origin.is_at(host)),
            Rule::Loopback => origin.is_web() && origin.is_loopback(),
            Rule::Exactly(allowed) => *allowed == origin,
        })
    }
}

impl Origin {
    /// `scheme://host[:port]` and nothing else: no path, no user, no spaces.
    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(plain) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let (host, port) = parse_authority(authority)?;
        Some(Self { port: port.or_else(|| default_port(&scheme)), scheme, host })
    }

    fn is_web(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https")
    }

    /// A proxy may speak TLS for us, so the scheme only tells which port is meant when `Host` names none.
    fn is_at(&self, host: &str) -> bool {
        let Some((host, port)) = parse_authority(host) else { return false };
        self.is_web() && self.host == host && self.port == port.or_else(|| default_port(&self.scheme))
    }

    fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        self.host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Host in lower case, and port. An IPv6 address stands in brackets and keeps them.
fn parse_authority(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, rest)) => {
            let address: std::net::Ipv6Addr = inner.parse().ok()?;
            let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
            (format!("[{address}]"), port)
        }
        None => {
            let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            if host.is_empty() || !host.bytes().all(plain) {
                return None;
            }
            (host.to_ascii_lowercase(), port)
        }
    };
    let port = match port {
        // Not `parse` alone: it takes a plus sign.
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    Some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &[&str], host: &str, rows: &[(&str, bool)]) {
        let rules = OriginRules::parse(rules.iter().copied()).expect("rules");
        for (origin, expected) in rows {
            assert_eq!(rules.allow(origin, Some(host)), *expected, "{origin:?} at {host:?}");
        }
    }

    #[test]
    fn a_listed_origin_is_compared_as_a_whole() {
        check(
            &["https://a.com", "https://b.com:8443", "http://[2001:db8::1]:80"],
            "feed.example",
            &[
                ("https://a.com", true),
                ("https://a.com:443", true),
                ("HTTPS://A.COM", true),
                ("http://[2001:DB8:0::1]", true),
                ("http://a.com", false),
                ("https://a.com:8443", false),
                ("https://a.com.evil", false),
                ("https://evil.a.com", false),
                ("https://a.com.", false),
                ("https://a.com@evil", false),
                ("https://evil#a.com", false),
                ("https://a.com/", false),
                ("https://a.com https://evil", false),
                ("https://a.com\u{0}", false),
                ("https://\u{430}.com", false),
                ("https://b.com", false),
                ("https://b.com:8443", true),
                ("https://b.com:+8443", false),
                ("https://b.com:74979", false),
                ("null", false),
                ("", false),
                ("a.com", false),
                ("://a.com", false),
                ("https:a.com", false),
                ("https://feed.example", false),
                ("http://localhost", false),
            ],
        );
    }

    #[test]
    fn the_same_host_means_host_and_port() {
        let rows = [
            ("http://feed.example:8080", true),
            ("https://feed.example:8080", true),
            ("http://FEED.example:8080", true),
            ("http://feed.example", false),
            ("http://feed.example:8081", false),
            ("http://feed.example.evil:8080", false),
            ("ftp://feed.example:8080", false),
            ("null", false),
        ];
        check(&["same-host"], "feed.example:8080", &rows);
        // Behind a proxy that speaks TLS the header names no port.
        let rows = [
            ("https://feed.example", true),
            ("http://feed.example", true),
            ("https://feed.example:8080", false),
        ];
        check(&["same-host"], "feed.example", &rows);
        check(&["same-host"], "[::1]:8080", &[("http://[::1]:8080", true), ("http://[::2]:8080", false)]);
        let rules = OriginRules::parse(["same-host"]).expect("rules");
        assert!(!rules.allow("http://feed.example", None));
    }

    #[test]
    fn loopback_is_told_by_address_or_by_its_one_name() {
        let rows = [
            ("http://localhost", true),
            ("http://localhost:3000", true),
            ("https://localhost:3000", true),
            ("http://127.0.0.1:9", true),
            ("http://127.8.9.1", true),
            ("http://[::1]:3000", true),
            ("http://localhost.evil", false),
            ("http://127.0.0.1.evil", false),
            ("http://evil.localhost.com", false),
            ("file://localhost", false),
            ("http://10.0.0.1", false),
        ];
        check(&["loopback"], "feed.example", &rows);
    }

    #[test]
    fn what_is_no_rule_is_named() {
        assert_eq!(OriginRules::parse(["loopback", "a.com"]).err(), Some("a.com"));
        check(&["*"], "feed.example", &[("null", true), ("https://a.com", true)]);
        check(&[], "feed.example", &[("https://a.com", false), ("http://localhost", false)]);
    }
}
