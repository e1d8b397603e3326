//! Books of markets that other nodes have, from the bus.
//!
//! Only there with a bus that reaches other nodes. A book is taken from the bus at most once per refresh, so that many
//! requests for it cost one; the rest are answered from the last that came.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use marketd_actors::relay::book_key;
use marketd_bus::{Bus, Cached, Key, Tag};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::relayed::{RelayedBook, Showing};
use parking_lot::Mutex;

use super::reply::{CallInfo, Refusal};

/// A node confirms its books every second: what was not confirmed for so long is stale.
const SILENT_AFTER: Duration = Duration::from_secs(3);
/// Books that are remembered here. Of those that exist: a market that nobody has takes no place.
const BOOKS_MAX: usize = 1_024;

#[derive(Clone)]
struct Held {
    cached: Cached,
    taken_at: Instant,
    asked_at: Instant,
}

impl Held {
    fn age(&self, now: Instant) -> Duration {
        self.cached.age + now.saturating_duration_since(self.taken_at)
    }

    /// Nothing older than this is shown, until its time is over: then another node may have the market.
    fn floor(&self, now: Instant) -> Tag {
        if self.age(now) < self.cached.ttl { self.cached.snapshot.tag } else { Tag::default() }
    }
}

pub struct RelayedBooks {
    bus: Arc<dyn Bus>,
    refresh: Duration,
    held: Mutex<HashMap<Key, Held>>,
}

impl RelayedBooks {
    pub fn new(bus: Arc<dyn Bus>, refresh: Duration) -> Self {
        Self { bus, refresh, held: Mutex::default() }
    }

    /// The answer to a request for the book of a market that is not this node's.
    pub async fn answer(
        &self,
        call: &CallInfo,
        request: &HttpRequest,
        market: &str,
        depth: usize,
    ) -> Result<HttpResponse, Refusal> {
        let unknown = || (ErrorCode::UNKNOWN_MARKET, format!("unknown market {market:?}"));
        let key =
            Some(market).filter(|market| is_market_id(market)).and_then(book_key).ok_or_else(unknown)?;
        let held = self.newest(&key, market).await.ok_or_else(unknown)?;
        let age = held.age(Instant::now());
        if age >= held.cached.ttl {
            let reason = format!("the node of {market} has not been heard of for {} s", age.as_secs());
            return Err((ErrorCode::MARKET_NOT_READY, reason));
        }
        let book = RelayedBook::parse(&held.cached.snapshot.bytes, market).ok_or_else(unknown)?;
        let is_silent = age >= SILENT_AFTER;
        let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let mut data = Vec::with_capacity(held.cached.snapshot.bytes.len() + 64);
        book.push(&mut data, Showing { depth, age_ms, is_silent });
        Ok(call.data_tagged(request, &Bytes::from(book.etag(is_silent)), &data))
    }

    /// The newest book that is known, however old.
    async fn newest(&self, key: &Key, market: &str) -> Option<Held> {
        let now = Instant::now();
        let known = {
            let mut held = self.held.lock();
            let known = held.get_mut(key);
            if let Some(known) = known {
                if now.saturating_duration_since(known.asked_at) < self.refresh {
                    return Some(known.clone());
                }
                // Who comes while this one asks takes what there is.
                known.asked_at = now;
                Some(known.clone())
            } else {
                None
            }
        };
        let at_least = known.as_ref().map_or(Tag::default(), |known| known.floor(now));
        let cached = match self.bus.snapshot(key, at_least).await {
            Ok(Some(cached)) if RelayedBook::parse(&cached.snapshot.bytes, market).is_some() => cached,
            Ok(_) => return known,
            Err(error) => {
                tracing::debug!(market, %error, "book not read from the bus");
                return known;
            }
        };
        let fresh = Held { cached, taken_at: Instant::now(), asked_at: now };
        self.remember(key, &fresh);
        Some(fresh)
    }

    fn remember(&self, key: &Key, fresh: &Held) {
        let now = Instant::now();
        let mut held = self.held.lock();
        if held.len() >= BOOKS_MAX && !held.contains_key(key) {
            held.retain(|_, held| held.age(now) < held.cached.ttl);
        }
        let is_newer = held.get(key).is_none_or(|known| known.floor(now) <= fresh.cached.snapshot.tag);
        if is_newer && (held.len() < BOOKS_MAX || held.contains_key(key)) {
            held.insert(key.clone(), fresh.clone());
        }
    }
}

/// `<venue>:<BASE>-<QUOTE>` of a sensible length: clients choose what is looked up.
fn is_market_id(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let pair =
        |pair: &str| pair.rsplit_once('-').is_some_and(|(base, quote)| is_part(base) && is_part(quote));
    text.len() <= 80 && text.split_once(':').is_some_and(|(venue, rest)| is_part(venue) && pair(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_a_market_is_looked_up() {
        for id in ["binance:BTC-USDT", "binance-us:1INCH-USD", "okx:BTC-USD-SWAP", "sim:A.B-C_D"] {
            assert!(is_market_id(id), "{id}");
        }
        let long = format!("binance:{}-USD", "A".repeat(80));
        for id in ["", ":", "binance", "binance:", "binance:BTC", "binance:-", "x:A-B\r\n", "x:A B-C", &long]
        {
            assert!(!is_market_id(id), "{id}");
        }
    }
}
