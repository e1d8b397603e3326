//! Every route that is documented, in the order of docs/rest.md.

use marketd_domain::CandleInterval;
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::rest::{HistoryInfo, MarketInfo, StoredGap, StoredStatus};
use marketd_protocol::schema::example_in;
use marketd_protocol::schema::rest::{AnyBookBody, CandlesBody, Page, TickerBody, TradesBody, WholeList};
use serde_json::{Value, json};

use super::operation::Operation;
use crate::http::exchanges::{Exchange, Symbol};
use crate::http::health::{Alive, Health, Ready};
use crate::http::replay::{ReplayInfo, SeekBody, SpeedBody};
use crate::http::reply::Accepted;
use crate::http::sim::{Playing, ScenarioBody};
use crate::http::system::Info;
use crate::http::{FLUSH_MS_MAX, book};

const MARKETS: &str = "markets";
const SESSION: &str = "websocket";
pub(super) const SANDBOX: &str = "sandbox";
const STEERING: &str = "replay and simulation";
const IDENTITY: &str = "identity";
const OPERATIONS: &str = "operations";

pub fn tags() -> Value {
    json!([
        {"name": IDENTITY, "description": "users, logins and keys"},
        {"name": MARKETS, "description": "what is traded, and at what prices"},
        {"name": SESSION, "description": "following markets; described in full by asyncapi.json"},
        {"name": SANDBOX, "description": "orders that rest in the real books, accounts, risk"},
        {"name": STEERING, "description": "recordings and the simulated venue"},
        {"name": OPERATIONS, "description": "for operators and orchestrators"},
    ])
}

/// An example from the page about REST.
pub(super) fn example(heading: &str) -> Option<Value> {
    example_in(include_str!("../../../docs/rest.md"), heading, "{")
}

/// A list of one.
pub(super) fn list_of(item: Option<Value>) -> Option<Value> {
    item.map(|item| json!({"items": [item], "next_cursor": null}))
}

pub(super) fn whole_number(range: std::ops::RangeInclusive<u64>, default: u64) -> Value {
    json!({"type": "integer", "minimum": range.start(), "maximum": range.end(), "default": default})
}

/// A time as the query takes it.
pub(super) fn micros() -> Value {
    json!({"type": "integer", "format": "int64"})
}

pub fn operations() -> Vec<Operation> {
    [
        markets(),
        market_data(),
        super::sandbox::operations(),
        sessions(),
        super::identity::operations(IDENTITY, OPERATIONS),
        steering(),
        operating(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn markets() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/exchanges", "listExchanges", MARKETS, "Venues that marketd speaks")
            .answers::<WholeList<Exchange>>(example("### GET /exchanges")),
        Operation::get("/api/v1/symbols", "listSymbols", MARKETS, "Instruments of this server")
            .answers::<WholeList<Symbol>>(example("### GET /symbols")),
        Operation::get("/api/v1/markets", "listMarkets", MARKETS, "All markets with their status")
            .answers::<WholeList<MarketInfo>>(list_of(example("### GET /markets/{market}"))),
        Operation::get(
            "/api/v1/markets/{market}",
            "getMarket",
            MARKETS,
            "One market: rules, status, counters",
        )
        .of_market()
        .answers::<MarketInfo>(example("### GET /markets/{market}")),
    ]
}

/// A list of what is stored of a market and happened at times.
fn events(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation::get(path, id, MARKETS, summary)
        .of_market()
        .query("start", "microseconds UTC: only those with `since` at or after it", &micros())
        .query("end", "microseconds UTC: only those with `since` before it", &micros())
        .query("limit", "most items of an answer", &whole_number(1..=1_000, 100))
        .query("cursor", "a `next_cursor`", &json!({"type": "string", "minLength": 1}))
        .refuses(&[
            ErrorCode::BAD_LIMIT,
            ErrorCode::BAD_TIME,
            ErrorCode::BAD_CURSOR,
            ErrorCode::STORE_UNAVAILABLE,
            ErrorCode::BUSY,
        ])
}

fn market_data() -> Vec<Operation> {
    let depth = json!({
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": book::DEPTH_MAX}, {"const": "full"}],
        "default": book::DEPTH_DEFAULT,
    });
    let interval =
        json!({"type": "string", "enum": CandleInterval::ALL.map(CandleInterval::as_str), "default": "1m"});
    let format = json!({"type": "string", "enum": ["json", "csv", "ndjson"], "default": "json"});
    let cursor = json!({"type": "string", "minLength": 1});
    let stored = [
        ErrorCode::BAD_REQUEST,
        ErrorCode::NOT_ACCEPTABLE,
        ErrorCode::STORE_UNAVAILABLE,
        ErrorCode::BUSY,
        ErrorCode::INTERNAL,
    ];
    vec![
        Operation::get("/api/v1/markets/{market}/book", "getBook", MARKETS, "The order book")
            .of_market()
            .also_as_rows()
            .query("depth", "levels a side", &depth)
            .query("at", "microseconds UTC: the book of that moment, where it was recorded", &micros())
            .query("format", "of the answer; goes before `Accept`", &format)
            .tagged()
            .answers::<AnyBookBody>(example("### GET /markets/{market}/book"))
            .refuses(&[
                ErrorCode::BAD_DEPTH,
                ErrorCode::BAD_TIME,
                ErrorCode::BAD_REQUEST,
                ErrorCode::NOT_ACCEPTABLE,
                ErrorCode::HISTORY_NOT_KEPT,
                ErrorCode::MARKET_NOT_READY,
                ErrorCode::STORE_UNAVAILABLE,
                ErrorCode::BUSY,
            ]),
        Operation::get("/api/v1/markets/{market}/trades", "listTrades", MARKETS, "Trades, newest last")
            .of_market()
            .also_as_rows()
            .query("limit", "most trades of an answer", &whole_number(1..=1_000, 100))
            .query("before", "a `next_cursor`, or a `seq` that memory holds", &cursor)
            .query("start", "microseconds UTC: only trades with `ts` at or after it", &micros())
            .query("end", "microseconds UTC: only trades with `ts` before it", &micros())
            .query("format", "of the answer; goes before `Accept`", &format)
            .tagged()
            .answers::<TradesBody>(example("### GET /markets/{market}/trades"))
            .refuses(&[ErrorCode::BAD_LIMIT, ErrorCode::BAD_CURSOR, ErrorCode::BAD_TIME])
            .refuses(&stored),
        Operation::get("/api/v1/markets/{market}/ticker", "getTicker", MARKETS, "Figures of 24 hours")
            .of_market()
            .tagged()
            .answers::<TickerBody>(example("### GET /markets/{market}/ticker")),
        Operation::get("/api/v1/markets/{market}/candles", "listCandles", MARKETS, "Candles, oldest first")
            .of_market()
            .query("interval", "length of a candle", &interval)
            .query("start", "microseconds UTC: only candles with `open_time` at or after it", &micros())
            .query("end", "microseconds UTC: only candles with `open_time` before it", &micros())
            .also_as_rows()
            .query("limit", "most candles of an answer", &whole_number(1..=1_500, 500))
            .query("format", "of the answer; goes before `Accept`", &format)
            .answers::<CandlesBody>(example("### GET /markets/{market}/candles"))
            .refuses(&[ErrorCode::BAD_INTERVAL, ErrorCode::BAD_TIME, ErrorCode::BAD_LIMIT])
            .refuses(&stored),
        events("/api/v1/markets/{market}/statuses", "listStatuses", "Stored changes of status, oldest first")
            .answers::<Page<StoredStatus>>(example("### GET /markets/{market}/statuses, /gaps")),
        events("/api/v1/markets/{market}/gaps", "listGaps", "Holes in a market's data, oldest first")
            .answers::<Page<StoredGap>>(list_of(Some(json!({
                "kind": "venue",
                "since": 1_763_722_812_016_733_u64,
                "until": 1_763_722_812_500_000_u64,
                "expected": 5,
                "found": 9,
                "rows_lost": 0,
            })))),
        Operation::get(
            "/api/v1/markets/{market}/history",
            "getHistory",
            MARKETS,
            "What is stored, since when",
        )
        .of_market()
        .answers::<HistoryInfo>(example("### GET /markets/{market}/history"))
        .refuses(&[ErrorCode::STORE_UNAVAILABLE, ErrorCode::BUSY]),
    ]
}

fn sessions() -> Vec<Operation> {
    let flush_ms = json!({"type": "integer", "minimum": 0, "maximum": FLUSH_MS_MAX});
    let refusals = [
        ErrorCode::BAD_REQUEST,
        ErrorCode::ORIGIN_NOT_ALLOWED,
        ErrorCode::TOO_MANY_CONNECTIONS,
        ErrorCode::INTERNAL,
        ErrorCode::SHUTTING_DOWN,
    ];
    let window = "frames go out at most once in so many milliseconds";
    vec![
        Operation::get("/api/v1/ws", "openSession", SESSION, "The WebSocket")
            .query("flush_ms", window, &flush_ms)
            .refuses(&refusals),
        Operation::get("/api/v1/ws/echo", "openEcho", SESSION, "A WebSocket that sends messages back")
            .described("Only with `session.echo`.")
            .query("flush_ms", window, &flush_ms)
            .refuses(&refusals)
            .refuses(&[ErrorCode::NOT_FOUND]),
    ]
}

fn steering() -> Vec<Operation> {
    let order = |path, id, summary| {
        Operation::post(path, id, STEERING, summary)
            .answers::<Accepted>(Some(json!({"accepted": true})))
            .needs(Scope::Admin)
            .refuses(&[ErrorCode::NOT_A_REPLAY, ErrorCode::BUSY])
    };
    let bad_body = [
        ErrorCode::BAD_JSON,
        ErrorCode::BAD_REQUEST,
        ErrorCode::MESSAGE_TOO_LARGE,
        ErrorCode::MESSAGE_TOO_SLOW,
    ];
    vec![
        Operation::get("/api/v1/replay", "listReplays", STEERING, "State of each replay")
            .answers::<WholeList<ReplayInfo>>(example("## Replay")),
        order("/api/v1/replay/pause", "pauseReplay", "Stands still"),
        order("/api/v1/replay/resume", "resumeReplay", "Goes on"),
        order("/api/v1/replay/step", "stepReplay", "Plays one recorded line of a paused replay"),
        order("/api/v1/replay/seek", "seekReplay", "Goes to a time after the beginning of the recording")
            .takes::<SeekBody>()
            .refuses(&bad_body),
        order("/api/v1/replay/speed", "setReplaySpeed", "Times the recorded speed")
            .takes::<SpeedBody>()
            .refuses(&bad_body),
        Operation::get("/api/v1/sim", "listScenarios", STEERING, "Simulated markets and their scenarios")
            .answers::<WholeList<Playing>>(example("## Simulated venue")),
        Operation::post("/api/v1/sim/scenario", "setScenario", STEERING, "A scenario begins")
            .takes::<ScenarioBody>()
            .answers::<Accepted>(Some(json!({"accepted": true})))
            .needs(Scope::Admin)
            .refuses(&bad_body)
            .refuses(&[ErrorCode::NOT_SIMULATED, ErrorCode::UNKNOWN_MARKET, ErrorCode::BUSY]),
    ]
}

fn operating() -> Vec<Operation> {
    let health = |path, id| {
        Operation::get(path, id, OPERATIONS, "Everything with its state")
            .answers::<Health>(example("### GET /health"))
    };
    vec![
        Operation::get("/api/v1/system/info", "getInfo", OPERATIONS, "Version, uptime, counters")
            .answers::<Info>(example("### GET /system/info")),
        health("/health", "getHealth"),
        health("/healthz", "getHealthz"),
        Operation::get(
            "/readyz",
            "getReadiness",
            OPERATIONS,
            "Whether every market and the sandbox can be served",
        )
        .answers::<Ready>(Some(json!({"ready": true})))
        .refuses(&[
            ErrorCode::MARKET_NOT_READY,
            ErrorCode::STORE_UNAVAILABLE,
            ErrorCode::SHUTTING_DOWN,
        ]),
        Operation::get("/livez", "getLiveness", OPERATIONS, "Whether the process answers")
            .answers::<Alive>(Some(json!({"alive": true}))),
        Operation::get("/metrics", "getMetrics", OPERATIONS, "Figures for Prometheus")
            .described("Answers this machine only, unless `http.public_metrics` says otherwise.")
            .answers_other("text/plain", "Prometheus' text format, version 0.0.4")
            .refuses(&[ErrorCode::NOT_FOUND]),
        Operation::get("/openapi.json", "getOpenapi", OPERATIONS, "This document")
            .answers_other("application/json", "OpenAPI 3.1"),
        Operation::get("/asyncapi.json", "getAsyncapi", OPERATIONS, "The WebSocket's document")
            .answers_other("application/json", "AsyncAPI 3.0"),
        Operation::get("/docs", "getDocs", OPERATIONS, "These documents as a page")
            .answers_other("text/html", "the page"),
        Operation::get("/docs/{file}", "getDocsFile", OPERATIONS, "What that page is made of")
            .of_file()
            .answers_other("text/plain", "the file")
            .refuses(&[ErrorCode::NOT_FOUND]),
    ]
}
