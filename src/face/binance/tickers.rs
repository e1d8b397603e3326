//! Tickers: over 24 hours, any window, and the best and last prices.

use std::sync::Arc;

use marketd_actors::board::MarketEntry;
use marketd_domain::market::MarketState;
use marketd_protocol::binance::decimal::{DECIMALS, push_price, push_qty, push_sum};
use marketd_protocol::binance::ticker::{RestTicker, five_minutes, moment};
use marketd_protocol::binance::{TickerFigures, time_of};
use marketd_protocol::json::{push_i64, push_list, push_string};

use super::error::FaceError;
use super::info::COMBINATION;
use super::{Call, symbol_of};

const DAY_MS: i64 = 86_400_000;

/// Which markets are asked for: one, or several.
enum Asked {
    One(Arc<MarketEntry>),
    Many(Vec<Arc<MarketEntry>>),
}

impl Asked {
    fn of(call: &Call<'_>, all_when_none: bool) -> Result<Self, FaceError> {
        match (call.params.get("symbol"), call.params.list("symbols")?) {
            (Some(_), Some(_)) => Err(FaceError::bad(-1128, COMBINATION)),
            (Some(symbol), None) => Ok(Self::One(call.market_of(symbol)?)),
            (None, Some(symbols)) => {
                Ok(Self::Many(symbols.iter().map(|symbol| call.market_of(symbol)).collect::<Result<_, _>>()?))
            }
            (None, None) if all_when_none => Ok(Self::Many(call.markets())),
            (None, None) => Err(FaceError::missing("symbol")),
        }
    }

    /// An object for one, a list for several.
    fn write(&self, push: impl Fn(&mut Vec<u8>, &MarketEntry)) -> Vec<u8> {
        let mut body = Vec::with_capacity(512);
        match self {
            Self::One(entry) => push(&mut body, entry),
            Self::Many(entries) => push_list(&mut body, entries.iter(), |out, entry| push(out, entry)),
        }
        body
    }
}

/// Weight by how many symbols are asked for; none is all of them.
fn charge(call: &Call<'_>, one: u32, few: u32, many: u32, all: u32) -> Result<(), FaceError> {
    let weight = match (call.params.get("symbol"), call.params.list("symbols")?) {
        (Some(_), _) => one,
        (None, Some(symbols)) if symbols.len() <= 20 => few,
        (None, Some(symbols)) if symbols.len() <= 100 => many,
        _ => all,
    };
    call.charge(weight)
}

fn kind_of(call: &Call<'_>, full: RestTicker) -> Result<RestTicker, FaceError> {
    match call.params.get("type") {
        None | Some("FULL") => Ok(full),
        Some("MINI") => Ok(RestTicker::Mini),
        Some(_) => Err(FaceError::invalid("type")),
    }
}

pub fn day(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    charge(call, 2, 2, 40, 80)?;
    let kind = kind_of(call, RestTicker::Day)?;
    Ok(Asked::of(call, true)?.write(|out, entry| {
        let state = entry.state().read();
        TickerFigures::of_day(&state).push_rest(out, symbol_of(entry), kind, call.in_micros);
    }))
}

/// Since midnight, in any time zone.
pub fn trading_day(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    charge(call, 4, 80, 200, 200)?;
    let kind = kind_of(call, RestTicker::Window)?;
    let offset_ms = i64::from(super::klines::zone_of(call)?) * 60_000;
    Ok(Asked::of(call, false)?.write(|out, entry| {
        let state = entry.state().read();
        let now_ms = moment(&state).millis();
        let minutes = (now_ms + offset_ms).rem_euclid(DAY_MS) / 60_000 + 1;
        let figures = TickerFigures::of_minutes(&state, minutes);
        figures.push_rest(out, symbol_of(entry), kind, call.in_micros);
    }))
}

pub fn window(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    charge(call, 4, 80, 200, 200)?;
    let kind = kind_of(call, RestTicker::Window)?;
    let minutes = minutes_of(call.params.get("windowSize").unwrap_or("1d"))?;
    Ok(Asked::of(call, false)?.write(|out, entry| {
        let state = entry.state().read();
        let figures = TickerFigures::of_minutes(&state, minutes);
        figures.push_rest(out, symbol_of(entry), kind, call.in_micros);
    }))
}

/// `1m` to `59m`, `1h` to `23h`, `1d` to `7d`.
fn minutes_of(text: &str) -> Result<i64, FaceError> {
    let unit = text.chars().last().and_then(|unit| match unit {
        'm' => Some((1, 59)),
        'h' => Some((60, 23)),
        'd' => Some((1_440, 7)),
        _ => None,
    });
    let number = text.get(..text.len().saturating_sub(1)).and_then(|number| number.parse::<i64>().ok());
    match (unit, number) {
        (Some((minutes, max)), Some(number)) if (1..=max).contains(&number) => Ok(number * minutes),
        _ => Err(FaceError::invalid("windowSize")),
    }
}

pub fn average_price(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(2)?;
    let entry = call.market()?;
    let (average, traded) = five_minutes(&entry.state().read());
    let mut body = b"{\"mins\":5,\"price\":\"".to_vec();
    push_sum(&mut body, average, DECIMALS, false);
    body.extend_from_slice(b"\",\"closeTime\":");
    push_i64(&mut body, time_of(traded, call.in_micros));
    body.push(b'}');
    Ok(body)
}

pub fn price(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    charge(call, 2, 4, 4, 4)?;
    Ok(Asked::of(call, true)?.write(|out, entry| {
        let state = entry.state().read();
        out.extend_from_slice(b"{\"symbol\":");
        push_string(out, symbol_of(entry));
        out.extend_from_slice(b",\"price\":");
        push_price(out, TickerFigures::of_day(&state).last, state.scales());
        out.push(b'}');
    }))
}

pub fn book(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    charge(call, 2, 4, 4, 4)?;
    Ok(Asked::of(call, true)?.write(|out, entry| push_best(out, symbol_of(entry), &entry.state().read())))
}

fn push_best(out: &mut Vec<u8>, symbol: &str, state: &MarketState) {
    let figures = TickerFigures::of_day(state);
    out.extend_from_slice(b"{\"symbol\":");
    push_string(out, symbol);
    for (price, qty, level) in [
        (&b",\"bidPrice\":"[..], &b",\"bidQty\":"[..], figures.bid),
        (b",\"askPrice\":", b",\"askQty\":", figures.ask),
    ] {
        out.extend_from_slice(price);
        push_price(out, level.price, figures.scales);
        out.extend_from_slice(qty);
        push_qty(out, level.qty, figures.scales);
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_bounds() {
        let minutes = |text: &str| minutes_of(text).map_err(|error| error.code);
        assert_eq!([minutes("1m"), minutes("23h"), minutes("7d")], [Ok(1), Ok(1_380), Ok(10_080)]);
        for text in ["", "m", "0m", "60m", "24h", "8d", "1w", "-1d", "1é"] {
            assert_eq!(minutes(text), Err(-1_130), "{text}");
        }
    }
}
