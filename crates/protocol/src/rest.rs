//! REST bodies. Every answer is one envelope; `data` is encoded once per change where it can be.

use std::collections::BTreeMap;

use marketd_domain::instrument::Source;
use marketd_domain::market::{MarketState, StatusReport};
use marketd_domain::{Candle, CandleInterval, Level, Scales, Timestamp, Trade};
use schemars::JsonSchema;
use serde::Serialize;

use crate::code::ErrorCode;
use crate::frame::{push_candle, push_numbered_trade, push_status_fields, push_ticker_fields};
use crate::json::{push_levels, push_list, push_string, push_time, push_u64};
use crate::schema::{Count, Decimal, MarketName, MarketStatusName, Micros, ReasonName, SourceName};

/// What one request adds to its answer.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub now: Timestamp,
    pub trace_id: &'a str,
    pub execution_time_us: u64,
}

/// Room for the envelope itself, without what is variable in it.
const ENVELOPE: usize = 160;

/// `{"status","data","message","timestamp","trace_id","execution_time_ms"}` around finished JSON.
pub fn encode_success(data: &[u8], call: &Call<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + call.trace_id.len() + ENVELOPE);
    out.extend_from_slice(b"{\"status\":\"success\",\"data\":");
    out.extend_from_slice(data);
    out.extend_from_slice(b",\"message\":\"ok\"");
    push_call(&mut out, call);
    out
}

/// The same for a refusal; `code` is from the one table.
pub fn encode_failure(code: ErrorCode, message: &str, call: &Call<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"{\"status\":\"error\",\"data\":null,\"code\":");
    push_string(&mut out, code.code);
    out.extend_from_slice(b",\"message\":");
    push_string(&mut out, message);
    out.extend_from_slice(if code.retryable { b",\"retryable\":true" } else { b",\"retryable\":false" });
    push_call(&mut out, call);
    out
}

fn push_call(out: &mut Vec<u8>, call: &Call<'_>) {
    out.extend_from_slice(b",\"timestamp\":");
    push_time(out, call.now);
    out.extend_from_slice(b",\"trace_id\":");
    push_string(out, call.trace_id);
    out.extend_from_slice(b",\"execution_time_ms\":");
    // Milliseconds with three decimals: a bare JSON number of microsecond precision.
    push_u64(out, call.execution_time_us / 1_000);
    let digit = |unit: u64| b'0' + (call.execution_time_us / unit % 10) as u8;
    out.extend_from_slice(&[b'.', digit(100), digit(10), digit(1), b'}']);
}

/// What tells one market's data from another's.
#[derive(Debug, Clone, Copy)]
pub struct MarketHead<'a> {
    pub market: &'a str,
    pub source: Source,
    pub epoch: u64,
}

fn push_market_head(out: &mut Vec<u8>, head: &MarketHead<'_>, state: &MarketState) {
    out.extend_from_slice(b"{\"market\":");
    push_string(out, head.market);
    out.extend_from_slice(b",\"source\":");
    push_string(out, head.source.as_str());
    push_status_fields(out, &state.shown_status());
    out.extend_from_slice(b",\"epoch\":");
    push_u64(out, head.epoch);
}

/// A book of up to `depth` levels a side.
pub fn push_book(out: &mut Vec<u8>, head: &MarketHead<'_>, state: &MarketState, depth: usize) {
    let (ts_venue, ts_recv) = state.book_times();
    push_market_head(out, head, state);
    out.extend_from_slice(b",\"seq\":");
    push_u64(out, state.book_seq());
    out.extend_from_slice(b",\"ts_venue\":");
    push_time(out, ts_venue);
    out.extend_from_slice(b",\"ts_recv\":");
    push_time(out, ts_recv);
    out.extend_from_slice(b",\"bids\":");
    push_levels(out, state.book().bids().iter().take(depth), state.scales());
    out.extend_from_slice(b",\"asks\":");
    push_levels(out, state.book().asks().iter().take(depth), state.scales());
    out.push(b'}');
}

pub fn push_ticker(out: &mut Vec<u8>, head: &MarketHead<'_>, state: &MarketState) {
    push_market_head(out, head, state);
    out.extend_from_slice(b",\"seq\":");
    push_u64(out, state.ticker_seq());
    push_ticker_fields(out, state.scales(), &state.ticker().view(), state.book());
    out.push(b'}');
}

/// A trade of a list: from memory, where it has a number, or from the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownTrade {
    pub seq: Option<u64>,
    pub trade: Trade,
    pub scales: Scales,
}

pub fn push_shown_trade(out: &mut Vec<u8>, shown: &ShownTrade) {
    push_numbered_trade(out, shown.scales, shown.seq, &shown.trade);
}

/// What a list of trades begins with; [`push_items`] ends it.
pub fn push_trades_head(out: &mut Vec<u8>, head: &MarketHead<'_>, state: &MarketState) {
    push_market_head(out, head, state);
    out.extend_from_slice(b",\"seq\":");
    push_u64(out, state.trades().last_seq());
}

/// A candle of a list, from memory or from the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownCandle {
    pub candle: Candle,
    pub scales: Scales,
    pub is_closed: bool,
}

pub fn push_shown_candle(out: &mut Vec<u8>, shown: &ShownCandle) {
    push_candle(out, shown.scales, &shown.candle, shown.is_closed);
}

/// What a list of candles begins with; [`push_items`] ends it.
pub fn push_candles_head(
    out: &mut Vec<u8>,
    head: &MarketHead<'_>,
    state: &MarketState,
    interval: CandleInterval,
) {
    push_market_head(out, head, state);
    out.extend_from_slice(b",\"interval\":");
    push_string(out, interval.as_str());
}

/// Ends a list that has begun: its items and where it goes on.
pub fn push_items<T>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = T>,
    push: impl FnMut(&mut Vec<u8>, T),
    next_cursor: Option<&str>,
) {
    out.extend_from_slice(b",\"items\":");
    push_list(out, items, push);
    out.extend_from_slice(b",\"next_cursor\":");
    match next_cursor {
        Some(cursor) => push_string(out, cursor),
        None => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
}

/// When a book was what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookMoment {
    pub epoch: u64,
    pub seq: u64,
    pub ts_venue: Timestamp,
    pub ts_recv: Timestamp,
    /// The market's status then; `None` where it is not known.
    pub status: Option<StatusReport>,
}

/// Whose book it was, and of which moment.
#[derive(Debug, Clone, Copy)]
pub struct PastHead<'a> {
    pub market: MarketHead<'a>,
    pub at: Timestamp,
    pub moment: BookMoment,
}

pub fn push_past_book(
    out: &mut Vec<u8>,
    head: &PastHead<'_>,
    bids: &[Level],
    asks: &[Level],
    scales: Scales,
) {
    let moment = &head.moment;
    out.extend_from_slice(b"{\"market\":");
    push_string(out, head.market.market);
    out.extend_from_slice(b",\"source\":");
    push_string(out, head.market.source.as_str());
    match &moment.status {
        Some(status) => push_status_fields(out, status),
        None => out.extend_from_slice(b",\"status\":null,\"reason\":null,\"since\":null"),
    }
    for (name, value) in [(&b",\"epoch\":"[..], moment.epoch), (b",\"seq\":", moment.seq)] {
        out.extend_from_slice(name);
        push_u64(out, value);
    }
    for (name, time) in [
        (&b",\"at\":"[..], head.at),
        (b",\"ts_venue\":", moment.ts_venue),
        (b",\"ts_recv\":", moment.ts_recv),
    ] {
        out.extend_from_slice(name);
        push_time(out, time);
    }
    for (name, levels) in [(&b",\"bids\":"[..], bids), (b",\"asks\":", asks)] {
        out.extend_from_slice(name);
        push_levels(out, levels.iter().copied(), scales);
    }
    out.push(b'}');
}

/// A change of status, as it was stored.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StoredStatus {
    pub status: &'static str,
    pub reason: Option<&'static str>,
    /// Microseconds UTC.
    pub since: i64,
}

/// A hole in what is known of a market, as it was stored.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StoredGap {
    pub kind: &'static str,
    /// Microseconds UTC.
    pub since: i64,
    pub until: Option<i64>,
    /// In the venue's sequence.
    pub expected: Option<u64>,
    pub found: Option<u64>,
    pub rows_lost: u64,
}

/// Times of the first and the last row, microseconds UTC.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Span {
    pub first: i64,
    pub last: i64,
}

/// What is stored of a market.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryInfo {
    pub market: String,
    pub source: &'static str,
    pub trades: Option<Span>,
    /// By interval.
    pub candles: BTreeMap<&'static str, Span>,
    pub snapshots: Option<Span>,
    pub deltas: Option<Span>,
    pub statuses: Option<Span>,
    pub gaps: Option<Span>,
}

/// A market with its rules and state.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarketInfo {
    #[schemars(with = "MarketName")]
    pub market: String,
    pub venue: String,
    /// The venue's own name.
    pub symbol: String,
    pub base: String,
    pub quote: String,
    /// The venue's rules; null where they are not known.
    #[schemars(with = "Option<Decimal>")]
    pub tick_size: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    pub lot_size: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    pub min_notional: Option<String>,
    /// Decimals in which prices and quantities are printed.
    pub price_decimals: u8,
    pub qty_decimals: u8,
    #[schemars(with = "MarketStatusName")]
    pub status: &'static str,
    #[schemars(with = "Option<ReasonName>")]
    pub reason: Option<&'static str>,
    /// Microseconds UTC.
    #[schemars(with = "Micros")]
    pub since: i64,
    #[schemars(with = "SourceName")]
    pub source: &'static str,
    #[schemars(with = "Count")]
    pub epoch: u64,
    #[schemars(with = "Count")]
    pub book_seq: u64,
    pub counters: MarketCounters,
    /// The latest holes in the venue's sequence.
    pub gaps: Vec<Gap>,
}

/// What happened since the market was made: they only grow.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarketCounters {
    pub snapshots: u64,
    pub depth_updates: u64,
    pub trades: u64,
    pub duplicates: u64,
    pub gaps: u64,
    pub resyncs: u64,
    pub checksums_ok: u64,
    pub checksums_bad: u64,
    pub crossed: u64,
}

/// A hole in the venue's sequence, by its numbers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gap {
    pub expected: u64,
    pub found: u64,
    /// Microseconds UTC.
    #[schemars(with = "Micros")]
    pub detected_at: i64,
    /// Null while it is open.
    #[schemars(with = "Option<Micros>")]
    pub closed_at: Option<i64>,
}

impl MarketInfo {
    pub fn of(head: &MarketHead<'_>, state: &MarketState) -> Self {
        let instrument = state.instrument();
        let status = state.shown_status();
        let counters = state.counters();
        Self {
            market: head.market.to_owned(),
            venue: head.market.split(':').next().unwrap_or_default().to_owned(),
            symbol: instrument.symbol.clone(),
            base: instrument.base.clone(),
            quote: instrument.quote.clone(),
            tick_size: instrument.tick_size.map(|step| step.to_string()),
            lot_size: instrument.lot_size.map(|step| step.to_string()),
            min_notional: instrument.min_notional.map(|bound| bound.to_string()),
            price_decimals: instrument.scales.price.decimals(),
            qty_decimals: instrument.scales.qty.decimals(),
            status: status.status.as_str(),
            reason: status.reason.map(marketd_domain::StaleReason::as_str),
            since: status.since.micros(),
            source: head.source.as_str(),
            epoch: head.epoch,
            book_seq: state.book_seq(),
            counters: MarketCounters {
                snapshots: counters.snapshots,
                depth_updates: counters.depth_updates,
                trades: counters.trades,
                duplicates: counters.duplicates,
                gaps: counters.gaps,
                resyncs: counters.resyncs,
                checksums_ok: counters.checksums_ok,
                checksums_bad: counters.checksums_bad,
                crossed: counters.crossed,
            },
            gaps: (state.gaps().iter())
                .map(|record| Gap {
                    expected: record.gap.expected,
                    found: record.gap.found,
                    detected_at: record.gap.ts_recv.micros(),
                    closed_at: record.closed_at.map(Timestamp::micros),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_json() {
        let call = Call { now: Timestamp::from_micros(5), trace_id: "t\"1", execution_time_us: 1_042 };
        let success: serde_json::Value =
            serde_json::from_slice(&encode_success(b"[1]", &call)).expect("JSON");
        assert_eq!(success["data"][0], 1);
        assert_eq!(success["execution_time_ms"].to_string(), "1.042");
        let failure: serde_json::Value =
            serde_json::from_slice(&encode_failure(ErrorCode::BUSY, "no", &call)).expect("JSON");
        assert_eq!((failure["status"].as_str(), failure["code"].as_str()), (Some("error"), Some("busy")));
        assert_eq!(failure["trace_id"], "t\"1");
    }
}
