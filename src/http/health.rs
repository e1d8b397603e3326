//! `/livez` the process, `/readyz` can it serve, `/health` everything with its state.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use marketd_actors::board::Board;
use marketd_actors::clock;
use marketd_actors::storage::StoreState;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::{Count, MarketName, MarketStatusName, Micros, ReasonName, SourceName};
use schemars::JsonSchema;
use serde::Serialize;

use super::Shared;
use super::reply::CallInfo;
use super::store_health::StoreHealth;

#[derive(Serialize, JsonSchema)]
pub(super) struct Alive {
    alive: bool,
}

pub async fn get_liveness(call: CallInfo) -> HttpResponse {
    call.json(&Alive { alive: true })
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Ready {
    ready: bool,
}

pub async fn get_readiness(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    if shared.board.draining.load(Ordering::Acquire) {
        return call.refuse(ErrorCode::SHUTTING_DOWN, "the server is stopping");
    }
    if shared.is_ready() {
        return call.json(&Ready { ready: true });
    }
    if shared.board.is_ready() {
        return call.refuse(ErrorCode::STORE_UNAVAILABLE, "the sandbox is starting");
    }
    let waiting = shared.board.waiting_for();
    let waiting_for: Vec<&str> = waiting.iter().map(|entry| entry.id.as_str()).collect();
    let message = match waiting_for.as_slice() {
        [] => "there is no market yet".to_owned(),
        markets => format!("no book yet, or no live actor: {}", markets.join(", ")),
    };
    call.refuse(ErrorCode::MARKET_NOT_READY, &message)
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Health {
    /// `ok` when every market is live, the store has all rows, the sandbox takes orders and no actor is dead, else `degraded`.
    #[schemars(extend("enum" = ["ok", "degraded"]))]
    status: &'static str,
    ready: bool,
    bus: BusHealth,
    feeds: Vec<FeedHealth>,
    markets: Vec<MarketHealth>,
    /// Null where nothing is stored.
    store: Option<StoreHealth>,
    /// Null where there is none.
    sandbox: Option<SandboxHealth>,
    actors: ActorsHealth,
}

/// Those that are started again when they die, and the threads that they share.
#[derive(Serialize, JsonSchema)]
struct ActorsHealth {
    #[schemars(with = "Count")]
    watched: u64,
    /// Names of those that are not there right now.
    dead: Vec<String>,
    #[schemars(with = "Count")]
    restarts: u64,
    threads: Vec<ThreadHealth>,
}

#[derive(Serialize, JsonSchema)]
struct ThreadHealth {
    thread: String,
    /// How late it came to what was due, at worst in the last ten seconds.
    lag_ms: f64,
}

impl ActorsHealth {
    fn of(board: &Board) -> Self {
        let mut dead: Vec<String> =
            board.actors.iter().filter(|actor| !actor.is_alive).map(|actor| actor.key().clone()).collect();
        dead.sort_unstable();
        let lag_ms =
            |worst: Duration| f64::from(u32::try_from(worst.as_micros()).unwrap_or(u32::MAX)) / 1_000.0;
        let threads = (board.lags.all().iter())
            .map(|lag| ThreadHealth { thread: lag.name().to_owned(), lag_ms: lag_ms(lag.worst()) })
            .collect();
        Self {
            watched: board.actors.len() as u64,
            dead,
            restarts: board.metrics.actor_restarts.load(Ordering::Relaxed),
            threads,
        }
    }
}

/// The sandbox exchange.
#[derive(Serialize, JsonSchema)]
struct SandboxHealth {
    /// `lost`: another process runs it; `damaged`: its journal cannot be read.
    #[schemars(extend("enum" = ["restoring", "ready", "store_away", "lost", "damaged"]))]
    state: &'static str,
    actor_alive: bool,
    /// Number of the last event.
    #[schemars(with = "Count")]
    seq: u64,
    /// Events that wait for the store.
    #[schemars(with = "Count")]
    backlog: u64,
    #[schemars(with = "Count")]
    open_orders: u64,
    /// Markets in which somebody has orders.
    #[schemars(with = "Count")]
    markets_followed: u64,
    /// What the last start found; null until it has.
    restored: Option<RestoredHealth>,
}

/// The sandbox as its journal says it was.
#[derive(Serialize, JsonSchema)]
struct RestoredHealth {
    /// Number of the last event then.
    #[schemars(with = "Count")]
    seq: u64,
    /// SHA-256 of accounts, money, open orders and positions. Whoever reads the same events has the same.
    state_sha256: String,
}

impl SandboxHealth {
    fn of(sandbox: &crate::sandbox::Sandbox) -> Self {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &sandbox.counters;
        Self {
            state: sandbox.gate.state().as_str(),
            actor_alive: sandbox.gate.is_alive(),
            seq: read(&counters.seq),
            backlog: read(&counters.backlog),
            open_orders: read(&counters.open_orders),
            markets_followed: read(&counters.markets_followed),
            restored: (*counters.restored.lock())
                .map(|(seq, hash)| RestoredHealth { seq, state_sha256: hash.to_string() }),
        }
    }

    fn is_well(&self) -> bool {
        self.actor_alive && matches!(self.state, "ready" | "restoring")
    }
}

/// The bus is not needed for truth: its state does not change the status.
#[derive(Serialize, JsonSchema)]
struct BusHealth {
    backend: &'static str,
    state: &'static str,
    since: i64,
    reason: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct FeedHealth {
    feed: String,
    venue: String,
    #[schemars(with = "SourceName")]
    source: &'static str,
    state: &'static str,
    #[schemars(with = "Micros")]
    since: i64,
    #[schemars(with = "Micros")]
    last_message: i64,
    #[schemars(with = "Count")]
    messages: u64,
    #[schemars(with = "Count")]
    malformed: u64,
    #[schemars(with = "Count")]
    reconnects: u64,
    last_error: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct MarketHealth {
    #[schemars(with = "MarketName")]
    market: String,
    #[schemars(with = "MarketStatusName")]
    status: &'static str,
    #[schemars(with = "Option<ReasonName>")]
    reason: Option<&'static str>,
    #[schemars(with = "Micros")]
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
    let sandbox = shared.sandbox.as_deref().map(SandboxHealth::of);
    let is_sandbox_well = sandbox.as_ref().is_none_or(SandboxHealth::is_well);
    let actors = ActorsHealth::of(&shared.board);
    let all_well = all_live && all_stored && is_sandbox_well && actors.dead.is_empty();
    let status = if all_well { "ok" } else { "degraded" };
    let report = shared.bus.report();
    let bus = BusHealth {
        backend: report.backend,
        state: report.state.as_str(),
        since: report.since.micros(),
        reason: report.reason,
    };
    call.json(&Health {
        status,
        ready: shared.is_ready(),
        bus,
        feeds,
        markets,
        store: store.map(StoreHealth::of),
        sandbox,
        actors,
    })
}
