//! `GET /limits`: what one may do how often; and the limits that can be changed while the server runs.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use marketd_actors::session::{Identity, Proof};
use marketd_bus::{Allowance, Bus, Key, RateLimit};
use parking_lot::RwLock;
use schemars::JsonSchema;
use serde::Serialize;

use super::reply::CallInfo;
use super::{BODY_MAX, Shared};

/// Requests a second, and how many may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rate {
    /// 0: any number.
    pub per_second: u32,
    pub burst: u32,
}

impl Rate {
    /// `None`: any number.
    pub fn limit(self) -> Option<RateLimit> {
        (self.per_second > 0).then(|| RateLimit::per_second(self.per_second, self.burst.max(self.per_second)))
    }
}

/// Limits of requests, as they are now. Read with each request, written by administrators now and then.
#[derive(Debug)]
pub struct RequestRates {
    pub address: RwLock<Rate>,
    pub user: RwLock<Rate>,
}

impl RequestRates {
    /// One of what this user may ask for, on all nodes and through every door. `None`: nothing is counted, since the user proves
    /// nothing and is counted by address only, or because there is no limit.
    pub async fn take(&self, bus: &dyn Bus, identity: &Identity) -> Option<(RateLimit, Allowance)> {
        if identity.proof == Proof::Open {
            return None;
        }
        let limit = self.user.read().limit()?;
        let key = Key::new(format!("user:{}", identity.user)).ok()?;
        // A bus that cannot answer refuses nobody.
        let allowance = bus.take(&key, limit).await.ok()?;
        Some((limit, allowance))
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Limits {
    /// Requests of one address; of IPv6, of a network of 64 bits.
    address: Rate,
    /// Requests of one user.
    user: Rate,
    /// Tries to log in with one name from one address; 0: any number.
    logins_per_minute: u32,
    /// Whether addresses of the server's own machine are held to theirs.
    counts_loopback: bool,
    /// Milliseconds from the first byte of a request's head to its last.
    head_ms: u64,
    /// Bytes of a request's body.
    body_bytes: usize,
    /// Milliseconds from its head to its last byte.
    body_ms: u64,
    session: SessionLimitsInfo,
    /// How long a signed request is good after its timestamp, in milliseconds.
    signature_window_ms: u64,
}

/// Limits of one WebSocket session.
#[derive(Serialize, JsonSchema)]
struct SessionLimitsInfo {
    /// Sessions of one address; null: any number.
    connections_per_ip: Option<u32>,
    subscriptions: usize,
    markets_per_request: usize,
    message_bytes: usize,
    /// Pieces that a message may come in.
    fragments: usize,
    /// Milliseconds from a message's first byte to its last.
    message_ms: u64,
    /// Milliseconds to the first request; null: any time.
    first_message_ms: Option<u64>,
    messages_per_second: u32,
    pings_per_second: u32,
    refusals_per_minute: u32,
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

pub async fn get_limits(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    let session = &shared.session_limits;
    let settings = &shared.auth.settings;
    call.json(&Limits {
        address: *shared.rates.address.read(),
        user: *shared.rates.user.read(),
        logins_per_minute: settings.logins.map_or(0, RateLimit::burst),
        counts_loopback: session.count_loopback,
        head_ms: shared.head_ms,
        body_bytes: BODY_MAX,
        body_ms: shared.body_ms,
        session: SessionLimitsInfo {
            connections_per_ip: session.connections_per_ip,
            subscriptions: session.subscriptions,
            markets_per_request: session.markets_per_request,
            message_bytes: session.message_bytes,
            fragments: session.fragments,
            message_ms: millis(session.message_time),
            first_message_ms: session.first_message.map(millis),
            messages_per_second: session.messages_per_second,
            pings_per_second: session.pings_per_second,
            refusals_per_minute: session.refusals_per_minute,
        },
        signature_window_ms: millis(settings.signature_window),
    })
}
