//! `ping`, `time` and `exchangeInfo`.

use std::sync::Arc;

use marketd_actors::board::MarketEntry;
use marketd_actors::clock;
use marketd_domain::identity::Scope;
use marketd_domain::numbers::Decimal;
use marketd_domain::{MarketStatus, Scale};
use marketd_protocol::binance::decimal;
use serde_json::{Value, json};

use super::error::FaceError;
use super::{Call, symbol_of};

/// What the sandbox takes.
const ORDER_TYPES: [&str; 7] =
    ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"];
const SELF_TRADE_PREVENTION: [&str; 5] = ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"];
const PRECISION: u32 = 8;

pub fn ping(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    Ok(b"{}".to_vec())
}

pub fn time(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let now = marketd_protocol::binance::time_of(clock::now(), call.in_micros);
    Ok(format!("{{\"serverTime\":{now}}}").into_bytes())
}

pub fn exchange_info(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(20)?;
    let (symbol, symbols) = (call.params.get("symbol"), call.params.list("symbols")?);
    let shown = match (symbol, symbols) {
        (Some(_), Some(_)) => return Err(FaceError::bad(-1128, COMBINATION)),
        (Some(symbol), None) => vec![call.market_of(symbol)?],
        (None, Some(symbols)) => {
            symbols.iter().map(|symbol| call.market_of(symbol)).collect::<Result<_, _>>()?
        }
        (None, None) => call.markets(),
    };
    let wants_spot =
        call.params.list("permissions")?.is_none_or(|wanted| wanted.iter().any(|one| one == "SPOT"));
    let status = call.params.get("symbolStatus");
    check_filters(call, status)?;
    let shows_permissions =
        call.params.get("showPermissionSets").is_none() || call.params.flag("showPermissionSets")?;
    let symbols: Vec<Value> = (shown.iter())
        .filter(|entry| wants_spot && status.is_none_or(|wanted| status_of(entry) == wanted))
        .map(|entry| {
            let mut info = symbol_info(entry, call.face.band_bps);
            if !shows_permissions {
                info["permissionSets"] = json!([]);
            }
            info
        })
        .collect();
    let body = json!({
        "timezone": "UTC",
        "serverTime": marketd_protocol::binance::time_of(clock::now(), call.in_micros),
        "rateLimits": rate_limits(call),
        "exchangeFilters": [],
        "symbols": symbols,
    });
    Ok(body.to_string().into_bytes())
}

/// What is asked for by name is not chosen by other things as well.
fn check_filters(call: &Call<'_>, status: Option<&str>) -> Result<(), FaceError> {
    let has = |name: &str| call.params.get(name).is_some();
    let is_named = has("symbol") || has("symbols");
    if is_named && (has("permissions") || status.is_some()) {
        return Err(FaceError::bad(-1128, COMBINATION));
    }
    match status {
        None | Some("TRADING" | "HALT" | "BREAK") => Ok(()),
        Some(_) => Err(FaceError::bad(-1122, "Invalid symbolStatus.")),
    }
}

/// The filters that an account has to keep to in a market, which are the same for all.
pub async fn my_filters(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(40)?;
    let entry = call.market()?;
    super::sign::signed(call, Scope::Read).await?;
    let filters = symbol_info(&entry, call.face.band_bps)["filters"].take();
    let body = json!({"exchangeFilters": [], "symbolFilters": filters, "assetFilters": []});
    Ok(body.to_string().into_bytes())
}

pub const COMBINATION: &str = "Combination of optional parameters invalid.";

fn rate_limits(call: &Call<'_>) -> Value {
    let limit = |kind: &str, interval: &str, num: u32, limit: u32| json!({"rateLimitType": kind, "interval": interval, "intervalNum": num, "limit": limit});
    let mut limits = Vec::new();
    limits.extend(
        call.face.weights.limits().per_minute.map(|weight| limit("REQUEST_WEIGHT", "MINUTE", 1, weight)),
    );
    let (per_10s, per_day) = call.face.orders.limits();
    limits.push(limit("ORDERS", "SECOND", 10, per_10s));
    limits.push(limit("ORDERS", "DAY", 1, per_day));
    Value::Array(limits)
}

fn status_of(entry: &MarketEntry) -> &'static str {
    match entry.state().read().status().status {
        MarketStatus::Halted => "HALT",
        MarketStatus::Connecting | MarketStatus::Live | MarketStatus::Stale => "TRADING",
    }
}

/// A step as text: the instrument's, or the finest that its scale can say.
fn step_text(step: Option<Decimal>, scale: Scale) -> String {
    let mut out = Vec::new();
    match step {
        Some(step) => decimal::push(&mut out, step.mantissa, step.scale.decimals()),
        None => decimal::push(&mut out, 1, scale.decimals()),
    }
    String::from_utf8(out).unwrap_or_default()
}

/// The largest multiple of a step that the sandbox takes, in its market's scale: what a sixteenth of an `i64` holds.
fn largest_text(step: Option<Decimal>, scale: Scale) -> String {
    const MANTISSA_MAX: i64 = i64::MAX / 16;
    let step = step.and_then(|step| step.at_scale(scale)).unwrap_or(1).max(1);
    let mut out = Vec::new();
    decimal::push(&mut out, MANTISSA_MAX / step * step, scale.decimals());
    String::from_utf8(out).unwrap_or_default()
}

/// A band around the price, as the shares of it that bound a price from above and from below.
fn band_filter(bps: u32) -> Value {
    const WHOLE: u32 = 10_000;
    let share = |parts: u32| format!("{}.{:04}", parts / WHOLE, parts % WHOLE);
    let (up, down) = (share(WHOLE.saturating_add(bps)), share(WHOLE.saturating_sub(bps)));
    json!({
        "filterType": "PERCENT_PRICE_BY_SIDE",
        "bidMultiplierUp": up, "bidMultiplierDown": down, "askMultiplierUp": up, "askMultiplierDown": down,
        "avgPriceMins": 0,
    })
}

fn symbol_info(entry: &Arc<MarketEntry>, band_bps: Option<u32>) -> Value {
    let status = status_of(entry);
    let state = entry.state().read();
    let (instrument, scales) = (state.instrument(), state.scales());
    let tick = step_text(instrument.tick_size, scales.price);
    let lot = step_text(instrument.lot_size, scales.qty);
    let max_price = largest_text(instrument.tick_size, scales.price);
    let max_qty = largest_text(instrument.lot_size, scales.qty);
    let mut filters = vec![
        json!({"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": max_price, "tickSize": tick}),
        json!({"filterType": "LOT_SIZE", "minQty": lot, "maxQty": max_qty, "stepSize": lot}),
        json!({"filterType": "MARKET_LOT_SIZE", "minQty": lot, "maxQty": max_qty, "stepSize": lot}),
    ];
    let least = instrument.min_notional.map(|least| step_text(Some(least), scales.price));
    filters.push(json!({
        "filterType": "NOTIONAL",
        "minNotional": least.unwrap_or_else(|| "0.00000000".to_owned()),
        "applyMinToMarket": true,
        "maxNotional": "9000000000.00000000",
        "applyMaxToMarket": false,
        "avgPriceMins": 0,
    }));
    filters.extend(band_bps.map(band_filter));
    json!({
        "symbol": symbol_of(entry),
        "status": status,
        "baseAsset": instrument.base,
        "baseAssetPrecision": PRECISION,
        "quoteAsset": instrument.quote,
        "quotePrecision": PRECISION,
        "quoteAssetPrecision": PRECISION,
        "baseCommissionPrecision": PRECISION,
        "quoteCommissionPrecision": PRECISION,
        "orderTypes": ORDER_TYPES,
        "icebergAllowed": true,
        "ocoAllowed": true,
        "otoAllowed": true,
        "opoAllowed": false,
        "quoteOrderQtyMarketAllowed": true,
        "allowTrailingStop": true,
        "cancelReplaceAllowed": true,
        "amendAllowed": true,
        "pegInstructionsAllowed": false,
        "isSpotTradingAllowed": true,
        "isMarginTradingAllowed": false,
        "filters": filters,
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": SELF_TRADE_PREVENTION,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_told_as_shares_of_the_price() {
        for (bps, up, down) in
            [(500, "1.0500", "0.9500"), (1, "1.0001", "0.9999"), (20_000, "3.0000", "0.0000")]
        {
            let filter = band_filter(bps);
            assert_eq!(
                (&filter["bidMultiplierUp"], &filter["askMultiplierDown"]),
                (&json!(up), &json!(down))
            );
        }
    }
}
