//! The face of Binance Spot: its REST and streams over our markets, for clients that change nothing but a base address.
//!
//! It translates. Its only state is what an address has used of its weight and a user of its orders, and listen keys. Symbols are
//! the board's.

mod account;
mod amendments;
mod audit;
mod cancel;
mod depth;
mod error;
mod history;
mod info;
mod klines;
mod listen_keys;
mod lists;
mod order_counts;
mod order_text;
mod orders;
mod params;
mod prevented;
mod refusal;
mod replace;
mod sign;
mod socket;
mod streams;
mod stubs;
mod telling;
mod tickers;
mod trades;
mod unread;
mod user_stream;
mod weight;

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::board::MarketEntry;
use marketd_actors::clock;
use marketd_actors::session::{Identity, SessionLimits};
use marketd_protocol::code::ErrorCode;

use crate::config::Config;
use crate::http::edge::is_local;
use crate::http::outlive::Outliving;
use crate::http::traffic::RouteNo;
use crate::http::{CallInfo, Shared};

use audit::Entrance;
use error::FaceError;
use listen_keys::ListenKeys;
use order_counts::OrderCounts;
use params::Params;
use sign::Origin;
use weight::{WeightLimits, Weights};

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
const USED_WEIGHT: HeaderName = HeaderName::from_static("x-mbx-used-weight");
const USED_WEIGHT_1M: HeaderName = HeaderName::from_static("x-mbx-used-weight-1m");
const ORDERS_10S: HeaderName = HeaderName::from_static("x-mbx-order-count-10s");
const ORDERS_1D: HeaderName = HeaderName::from_static("x-mbx-order-count-1d");
const API_KEY: &str = "x-mbx-apikey";
const TIME_UNIT: &str = "x-mbx-time-unit";

/// What the face shares between its requests. One per server.
pub struct Face {
    weights: Weights,
    orders: OrderCounts,
    listen_keys: ListenKeys,
    /// How far from the middle of the book the sandbox lets prices be, in hundredths of a percent.
    band_bps: Option<u32>,
    /// Of its connections.
    session_limits: Arc<SessionLimits>,
}

impl Face {
    pub fn of(config: &Config) -> Self {
        let section = &config.face.binance;
        Self {
            weights: Weights::new(WeightLimits {
                per_minute: (section.weight_per_minute > 0).then_some(section.weight_per_minute),
                refusals_before_ban: section.refusals_before_ban,
                ban_s: section.ban_s,
            }),
            orders: OrderCounts::new(section.orders_per_10s, section.orders_per_day),
            listen_keys: ListenKeys::default(),
            band_bps: config.sandbox.settings().ok().and_then(|settings| settings.band_bps),
            session_limits: Arc::new(SessionLimits {
                subscriptions: section.streams,
                ..config.session_limits()
            }),
        }
    }
}

/// Every route of the face.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(resource("/api/v3/{call:.*}", "/api/v3/{call}").route(web::route().to(answer)))
        .service(resource("/sapi/{call:.*}", "/sapi/{call}").route(web::route().to(stubs::answer_sapi)))
        .service(
            resource("/{futures:fapi|dapi}/v1/exchangeInfo", "/{futures}/v1/exchangeInfo")
                .route(web::get().to(stubs::answer_futures)),
        )
        .service(resource("/stream", "/stream").route(web::get().to(streams::open_combined)))
        .service(resource("/stream/ws", "/stream/ws").route(web::get().to(streams::open_plain)))
        .service(
            resource("/stream/ws/{names:.*}", "/stream/ws/{names}").route(web::get().to(streams::open_plain)),
        )
        .service(resource("/ws-api/v3", "/ws-api/v3").route(web::get().to(socket::open)))
        .service(resource("/ws", "/ws").route(web::get().to(streams::open_plain)))
        .service(resource("/ws/{names:.*}", "/ws/{names}").route(web::get().to(streams::open_plain)));
}

fn resource(pattern: &str, template: &str) -> actix_web::Resource {
    web::resource(pattern.to_owned()).app_data(RouteNo::of(template))
}

/// One request, however it came.
pub struct Call<'a> {
    pub shared: &'a Shared,
    pub face: &'a Face,
    pub params: &'a Params,
    pub peer: IpAddr,
    /// Times in microseconds.
    pub in_micros: bool,
    /// Whether it was meant for this machine by its own name.
    pub is_local: bool,
    /// The request as it was sent, for its signature.
    pub origin: Origin<'a>,
    /// Who sends it, when that is known.
    caller: RefCell<Option<Arc<Identity>>>,
    used: Cell<Option<u32>>,
    /// Orders of the account in the last windows.
    counted: Cell<Option<(u32, u32)>>,
}

impl Call<'_> {
    /// Counts what the request costs.
    pub fn charge(&self, weight: u32) -> Result<(), FaceError> {
        let used = self.face.weights.charge(self.peer, weight, clock::now())?;
        self.used.set(Some(used));
        Ok(())
    }

    const fn is_over_socket(&self) -> bool {
        matches!(self.origin, Origin::Socket { .. })
    }

    /// The market of `symbol`.
    pub fn market(&self) -> Result<Arc<MarketEntry>, FaceError> {
        self.market_of(self.params.required("symbol")?)
    }

    pub fn market_of(&self, symbol: &str) -> Result<Arc<MarketEntry>, FaceError> {
        let is_legal = |byte: u8| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.')
        };
        if symbol.len() > 20 || !symbol.bytes().all(is_legal) {
            return Err(FaceError::illegal("symbol", "^[A-Z0-9-_.]{1,20}$"));
        }
        self.shared.board.symbol(symbol).ok_or_else(FaceError::invalid_symbol)
    }

    /// All markets that are shown, by symbol.
    pub fn markets(&self) -> Vec<Arc<MarketEntry>> {
        let mut shown = self.shared.board.markets();
        shown.retain(|entry| entry.symbol.is_some());
        shown.sort_by(|one, other| one.symbol.cmp(&other.symbol));
        shown
    }
}

/// What a market is called here; only markets with a name come this far.
fn symbol_of(entry: &MarketEntry) -> &str {
    entry.symbol.as_deref().unwrap_or_default()
}

/// Which call a path under `/api/v3/` is.
async fn dispatch(call: &Call<'_>, method: &Method, path: &str) -> Result<Vec<u8>, FaceError> {
    unread::check(call, method.as_str(), path)?;
    match (method.as_str(), path) {
        ("GET", "ping") => info::ping(call),
        ("GET", "time") => info::time(call),
        ("GET", "exchangeInfo") => info::exchange_info(call),
        ("GET", "depth") => depth::depth(call).await,
        ("GET", "trades") => trades::recent(call),
        ("GET", "historicalTrades") => trades::historical(call).await,
        ("GET", "aggTrades") => trades::aggregates(call).await,
        ("GET", "klines" | "uiKlines") => klines::klines(call).await,
        ("GET", "avgPrice") => tickers::average_price(call),
        ("GET", "ticker/24hr") => tickers::day(call),
        ("GET", "ticker/tradingDay") => tickers::trading_day(call),
        ("GET", "ticker") => tickers::window(call),
        ("GET", "ticker/price") => tickers::price(call),
        ("GET", "ticker/bookTicker") => tickers::book(call),
        ("GET", "account") => account::account(call).await,
        ("GET", "account/commission") => account::commission(call).await,
        ("GET", "rateLimit/order") => account::order_rates(call).await,
        ("GET", "myFilters") => info::my_filters(call).await,
        ("GET", "myPreventedMatches") => prevented::matches(call).await,
        ("GET", "order/amendments") => amendments::of_order(call).await,
        ("GET", "myAllocations") => account::no_allocations(call).await,
        ("POST", "order") => orders::place(call).await,
        ("POST", "order/test") => orders::test(call).await,
        ("GET", "order") => orders::get(call).await,
        ("DELETE", "order") => cancel::order(call).await,
        ("GET", "openOrders") => orders::open(call).await,
        ("DELETE", "openOrders") => cancel::all(call).await,
        ("GET", "allOrders") => history::orders(call).await,
        ("GET", "myTrades") => history::trades(call).await,
        ("POST", "order/cancelReplace") => replace::cancel_replace(call).await,
        ("PUT", "order/amend/keepPriority") => replace::amend(call).await,
        ("POST", "orderList/oco") => lists::oco(call).await,
        ("POST", "order/oco") => lists::old_oco(call).await,
        ("POST", "orderList/oto") => lists::oto(call).await,
        ("POST", "orderList/otoco") => lists::otoco(call).await,
        ("GET", "orderList") => lists::get(call).await,
        ("DELETE", "orderList") => lists::cancel(call).await,
        ("GET", "openOrderList") => lists::open(call).await,
        ("GET", "allOrderList") => lists::all(call).await,
        ("POST" | "PUT" | "DELETE", "userDataStream") => listen_keys::answer(call, method).await,
        _ => Err(FaceError::new(404, -1000, format!("There is no {method} /api/v3/{path}"))),
    }
}

async fn answer(
    info: CallInfo,
    request: HttpRequest,
    path: web::Path<String>,
    shared: web::Data<Shared>,
    body: web::Bytes,
) -> HttpResponse {
    let is_write = audit::is_write(request.method());
    let answering = answered(info.clone(), request, path.into_inner(), shared, body);
    if !is_write {
        return answering.await;
    }
    // It goes on when the client hangs up, as with our own doors.
    let broken = |_| info.refuse(ErrorCode::INTERNAL, "the request broke down");
    Outliving::new(answering).await.unwrap_or_else(broken)
}

async fn answered(
    info: CallInfo,
    request: HttpRequest,
    path: String,
    shared: web::Data<Shared>,
    body: web::Bytes,
) -> HttpResponse {
    let Some(face) = shared.face() else { return info.marked(off()) };
    let body = String::from_utf8_lossy(&body);
    let params = Params::of_request(request.query_string(), &body);
    let api_key = request.headers().get(API_KEY).and_then(|value| value.to_str().ok());
    let unit = request.headers().get(TIME_UNIT).and_then(|value| value.to_str().ok());
    let call = Call {
        shared: &shared,
        face,
        params: &params,
        peer: peer_of(&request),
        in_micros: unit.is_some_and(|unit| unit.eq_ignore_ascii_case("microsecond")),
        is_local: is_local(request.headers()),
        origin: Origin::Rest { query: request.query_string(), body: &body, api_key },
        caller: RefCell::default(),
        used: Cell::new(None),
        counted: Cell::new(None),
    };
    let (method, is_write) = (request.method(), audit::is_write(request.method()));
    let outcome = match audit::check_room(&call, is_write) {
        Ok(()) => dispatch(&call, method, &path).await,
        Err(error) => Err(error),
    };
    // What is no route of ours is not called by its name: callers may put anything there.
    let route =
        if outcome.as_ref().is_err_and(|error| error.status == 404) { "{call}" } else { path.as_str() };
    let entrance = Entrance {
        trace_id: info.trace_id(),
        peer: call.peer,
        action: format!("{method} /api/v3/{route}"),
        target: request.path(),
        is_write,
    };
    audit::note(&call, entrance, &outcome);
    let mut response = match outcome {
        Ok(body) => json(body),
        Err(error) => error.response(),
    };
    info.mark(&mut response);
    if let Some((seconds, day)) = call.counted.get() {
        let headers = response.headers_mut();
        headers.insert(ORDERS_10S, HeaderValue::from(seconds));
        headers.insert(ORDERS_1D, HeaderValue::from(day));
    }
    if let Some(used) = call.used.get() {
        let headers = response.headers_mut();
        headers.insert(USED_WEIGHT, HeaderValue::from(used));
        headers.insert(USED_WEIGHT_1M, HeaderValue::from(used));
    }
    response
}

/// Behind a trusted proxy, whom that names.
fn peer_of(request: &HttpRequest) -> IpAddr {
    marketd_actors::peers::client_of(request).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

fn json(body: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::Ok().body(body);
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// Where the face is off, it is as if it were not there.
fn off() -> HttpResponse {
    switched_off().response()
}

fn switched_off() -> FaceError {
    FaceError::new(404, -1000, "This server has no Binance face; see face.binance in its configuration.")
}
