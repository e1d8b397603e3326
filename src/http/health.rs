//! `/livez` the process, `/readyz` can it serve, `/health` everything with its state.

use actix_web::{HttpResponse, web};
use marketd_actors::clock;
use marketd_actors::storage::StoreState;
use marketd_protocol::code::ErrorCode;
use serde::Serialize;

use super::Shared;
use super::reply::CallInfo;
use super::store_health::StoreHealth;

#[derive(Serialize)]
struct Alive {
    alive: bool,
}

pub async fn get_liveness(call: CallInfo) -> HttpResponse {
    call.json(&Alive { alive: true })
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
}

pub async fn get_readiness(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    if shared.board.draining.load(std::sync::atomic::Ordering::Acquire) {
        return call.refuse(ErrorCode::SHUTTING_DOWN, "the server is stopping");
    }
    if shared.board.is_ready() {
        return call.json(&Ready { ready: true });
    }
    let waiting = shared.board.waiting_for();
    let waiting_for: Vec<&str> = waiting.iter().map(|entry| entry.id.as_str()).collect();
    let message = match waiting_for.as_slice() {
        [] => "there is no market yet".to_owned(),
        markets => format!("no book yet, or no live actor: {}", markets.join(", ")),
    };
    call.refuse(ErrorCode::MARKET_NOT_READY, &message)
}

#[derive(Serialize)]
struct Health {
    /// `ok` when every market is live and the store has all rows, else `degraded`.
    status: &'static str,
    ready: bool,
    feeds: Vec<FeedHealth>,
    markets: Vec<MarketHealth>,
    /// Null where nothing is stored.
    store: Option<StoreHealth>,
}

#[derive(Serialize)]
struct FeedHealth {
    feed: String,
    venue: String,
    source: &'static str,
    state: &'static str,
    since: i64,
    last_message: i64,
    messages: u64,
    malformed: u64,
    reconnects: u64,
    last_error: Option<String>,
}

#[derive(Serialize)]
struct MarketHealth {
    market: String,
    status: &'static str,
    reason: Option<&'static str>,
    since: i64,
    /// Since the last message of the book, by this server's clock; null for replays, whose times are
    /// those of the recording.
    age_ms: Option<i64>,
    actor_alive: bool,
}

pub async fn get_health(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    let now = clock::now();
    let markets: Vec<MarketHealth> = (shared.board.markets().iter())
        .map(|entry| {
            let state = entry.state().read();
            let status = state.shown_status();
            let (_, ts_recv) = state.book_times();
            let has_age = entry.source != marketd_domain::Source::Replay && state.counters().snapshots > 0;
            MarketHealth {
                market: entry.id.as_str().to_owned(),
                status: status.status.as_str(),
                reason: status.reason.map(marketd_domain::StaleReason::as_str),
                since: status.since.micros(),
                age_ms: has_age.then(|| now.nanos_since(ts_recv) / 1_000_000),
                actor_alive: entry.actor().is_some_and(|actor| actor.connected()),
            }
        })
        .collect();
    let feeds = (shared.board.feeds.iter())
        .map(|feed| FeedHealth {
            feed: feed.key().clone(),
            venue: feed.venue.clone(),
            source: feed.source.as_str(),
            state: feed.state.as_str(),
            since: feed.since.micros(),
            last_message: feed.last_message.micros(),
            messages: feed.messages,
            malformed: feed.malformed,
            reconnects: feed.reconnects,
            last_error: feed.last_error.clone(),
        })
        .collect();
    let store = shared.storage.as_ref().map(|storage| storage.report());
    let all_live = markets.iter().all(|market| market.status == "live" && market.actor_alive);
    let all_stored = store.as_ref().is_none_or(|store| store.state == StoreState::Ok);
    let status = if all_live && all_stored { "ok" } else { "degraded" };
    call.json(&Health {
        status,
        ready: shared.board.is_ready(),
        feeds,
        markets,
        store: store.map(StoreHealth::of),
    })
}
