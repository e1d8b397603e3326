//! The REST edge: one file per resource, one envelope for every answer.

mod administering;
mod api_keys;
mod audit;
mod auth;
mod body;
mod book;
pub mod caller;
pub(crate) mod candles;
pub mod compress;
mod docs;
pub mod edge;
mod events;
mod exchanges;
pub mod express;
pub mod flags;
mod format;
pub mod forwarded;
pub mod gate;
mod health;
mod kept;
mod large;
mod limit;
pub mod limits;
mod markets;
mod metrics;
mod once;
pub mod openapi;
pub mod outlive;
mod page;
pub(crate) mod past;
mod past_book;
mod relayed;
mod replay;
pub(crate) mod reply;
pub(crate) mod sandbox;
mod sessions;
mod settings;
mod sim;
mod store_health;
mod system;
mod ticker;
mod trace;
mod trades;
pub(crate) mod traffic;
mod users;
mod ws;

use std::sync::Arc;
use std::time::Instant;

use actix_web::{Route, guard, web};
use marketd_actors::board::Board;
use marketd_actors::replay::{ReplayActor, Status};
use marketd_actors::sandbox::SandboxState;
use marketd_actors::session::SessionLimits;
use marketd_actors::sim::{Scenarios, SimActor};
use marketd_actors::storage::Storage;
use marketd_bus::Bus;
use parking_lot::RwLock;

use crate::auth::Auth;
use crate::sandbox::Sandbox;

pub use limit::RequestLimits;
pub use once::once;
pub use relayed::RelayedBooks;
use traffic::RouteNo;

pub use large::Places;
pub use past::Turns;
pub use reply::CallInfo;
pub use traffic::{Traffic, templates};
pub use ws::FLUSH_MS_MAX;

/// Largest request body, in bytes: nothing here takes more than a few fields.
const BODY_MAX: usize = 64 * 1024;

/// What handlers share. One per server.
pub struct Shared {
    pub board: Arc<Board>,
    pub session_limits: Arc<SessionLimits>,
    pub auth: Arc<Auth>,
    /// Limits of requests, which can be changed while the server runs.
    pub rates: Arc<limits::RequestRates>,
    /// The configuration as it was read, without its secrets.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// How long a head may take to come, and a body.
    pub head_ms: u64,
    pub body_ms: u64,
    /// Flush window of sessions that ask for none.
    pub flush_ms: u64,
    pub started: Instant,
    pub traffic: Arc<Traffic>,
    /// Whether `/metrics` answers other machines.
    pub metrics_are_public: bool,
    /// `None` for a recorder, which stores nothing.
    pub storage: Option<Arc<Storage>>,
    pub bus: Arc<dyn Bus>,
    /// `None` where there is none, by configuration or for a recorder.
    pub sandbox: Option<Arc<Sandbox>>,
    /// Books of markets of other nodes; `None` where no other node is reached.
    pub relayed: Option<RelayedBooks>,
    /// Whose turn it is to read from it.
    pub reads: Turns,
    pub large: Places,
    pub replays: Vec<Replaying>,
    pub sim: Option<Simulating>,
    /// What Binance's clients are served with, while they are: see [`Shared::face`].
    pub binance: crate::face::binance::Face,
    pub flags: flags::Flags,
}

impl Shared {
    /// What Binance's clients are served with; `None` while they are not.
    pub fn face(&self) -> Option<&crate::face::binance::Face> {
        self.flags.face.is_on().then_some(&self.binance)
    }
}

impl Shared {
    /// Whether all can be served. A sandbox whose store is away does not count: market data goes on without it.
    pub fn is_ready(&self) -> bool {
        let is_starting = self.sandbox.as_ref().is_some_and(|sandbox| {
            !sandbox.gate.is_alive() || sandbox.gate.state() == SandboxState::Restoring
        });
        self.board.is_ready() && !is_starting
    }
}

/// A replay that REST can steer.
pub struct Replaying {
    pub name: String,
    pub status: Status,
    /// Replaced when the keeper starts the actor again.
    pub actor: Arc<RwLock<actix::Addr<ReplayActor>>>,
}

/// The simulator that REST can steer.
pub struct Simulating {
    pub scenarios: Scenarios,
    pub actor: Arc<RwLock<actix::Addr<SimActor>>>,
}

/// The one that [`express`] goes past the router for.
const BOOK_ROUTE: &str = "/api/v1/markets/{market}/book";

/// Every route. Each resource answers other methods with `method_not_allowed`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .app_data(web::QueryConfig::default().error_handler(reply::refuse_extraction))
        .app_data(web::PathConfig::default().error_handler(reply::refuse_extraction))
        .app_data(web::PayloadConfig::new(BODY_MAX))
        // Routes are tried one after the other, and those with parameters cost the most to try: what is asked for most
        // comes first.
        .service(resource(BOOK_ROUTE).route(get().to(book::get_book)))
        .service(api("/markets/{market}/trades").route(get().to(trades::list_trades)))
        .service(api("/markets/{market}/ticker").route(get().to(ticker::get_ticker)))
        .service(api("/markets/{market}/candles").route(get().to(candles::list_candles)))
        .service(api("/markets/{market}/statuses").route(get().to(events::list_statuses)))
        .service(api("/markets/{market}/gaps").route(get().to(events::list_gaps)))
        .service(api("/markets/{market}/history").route(get().to(kept::get_history)))
        .service(api("/markets/{market}").route(get().to(markets::get_market)))
        .service(api("/markets").route(get().to(markets::list_markets)))
        .service(api("/exchanges").route(get().to(exchanges::list_exchanges)))
        .service(api("/symbols").route(get().to(exchanges::list_symbols)))
        .configure(sandbox::configure)
        .service(api("/replay").route(get().to(replay::get_replays)))
        .service(api("/replay/{action}").route(web::post().to(replay::control_replay)))
        .service(api("/sim").route(get().to(sim::get_scenarios)))
        .service(api("/sim/scenario").route(web::post().to(sim::set_scenario)))
        .service(api("/auth/signup").route(web::post().to(auth::sign_up)))
        .service(api("/auth/login").route(web::post().to(auth::log_in)))
        .service(api("/auth/refresh").route(web::post().to(auth::renew)))
        .service(api("/auth/logout").route(web::post().to(auth::log_out)))
        .service(api("/auth/password").route(web::post().to(auth::change_password)))
        .service(api("/auth/ws-ticket").route(web::post().to(auth::make_ticket)))
        .service(api("/me").route(get().to(auth::get_profile)))
        .service(
            api("/api-keys").route(get().to(api_keys::list_keys)).route(web::post().to(api_keys::make_key)),
        )
        .service(api("/api-keys/{key_id}").route(web::delete().to(api_keys::revoke_key)))
        .service(api("/users").route(get().to(users::list_users)))
        .service(api("/users/{name}").route(web::patch().to(users::change_user)))
        .service(api("/audit").route(get().to(audit::list_audit)))
        .service(api("/sessions").route(get().to(sessions::list_sessions)))
        .service(api("/actors").route(get().to(sessions::list_actors)))
        .service(api("/limits").route(get().to(limits::get_limits)))
        .service(
            api("/config")
                .route(get().to(settings::get_config))
                .route(web::patch().to(settings::change_config)),
        )
        .service(api("/system/info").route(get().to(system::get_info)))
        .service(api("/ws").route(web::get().to(ws::open_session)))
        .service(api("/ws/echo").route(web::get().to(ws::open_echo)))
        .service(resource("/health").route(get().to(health::get_health)))
        .service(resource("/healthz").route(get().to(health::get_health)))
        .service(resource("/readyz").route(get().to(health::get_readiness)))
        .service(resource("/livez").route(get().to(health::get_liveness)))
        .service(resource("/metrics").route(get().to(metrics::get_metrics)))
        .service(resource("/openapi.json").route(get().to(openapi::get_openapi)))
        .service(resource("/asyncapi.json").route(get().to(openapi::get_asyncapi)))
        .service(resource("/docs").route(get().to(docs::get_index)))
        .service(resource("/docs/{file}").route(get().to(docs::get_file)))
        .configure(crate::face::binance::configure)
        .service(page_file("/"))
        .service(page_file("/icon.svg"))
        .service(page_file("/assets/{file}"))
        .default_service(web::to(reply::not_found));
}

/// What can be read: with `HEAD` everything about it but itself, as those ask who look whether a server is there.
fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn api(path: &str) -> actix_web::Resource {
    resource(&format!("/api/v1{path}"))
}

fn page_file(path: &str) -> actix_web::Resource {
    resource(path).route(get().to(page::get_file))
}

fn resource(path: &str) -> actix_web::Resource {
    web::resource(path.to_owned())
        .app_data(RouteNo::of(path))
        .default_service(web::to(reply::method_not_allowed))
}
