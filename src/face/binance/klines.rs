//! `klines`: candles of sixteen intervals at any offset from UTC, without holes.

use std::collections::{HashMap, VecDeque};

use marketd_actors::board::MarketEntry;
use marketd_domain::{Candle, Scales, Timestamp};
use marketd_protocol::binance::kline::{TakerShare, flat, group, parse_zone, push_row};
use marketd_protocol::binance::ticker::moment;
use marketd_protocol::binance::{Kline, KlineInterval, KlineSpec};
use marketd_protocol::json::push_list;
use marketd_store::TimeRange;

use super::Call;
use super::error::FaceError;
use crate::http::candles;

const LIMIT_DEFAULT: usize = 500;
const LIMIT_MAX: usize = 1_000;
/// Candles that are put together for one answer, at most.
const PARTS_MAX: usize = 50_000;

/// `timeZone`, in minutes ahead of UTC.
pub fn zone_of(call: &Call<'_>) -> Result<i16, FaceError> {
    call.params
        .get("timeZone")
        .map_or(Ok(0), |text| parse_zone(text).ok_or_else(|| FaceError::invalid("timeZone")))
}

struct Wanted {
    spec: KlineSpec,
    /// Opening at this time or later.
    from: Option<Timestamp>,
    /// Opening before this.
    to: Option<Timestamp>,
    limit: usize,
}

impl Wanted {
    fn of(call: &Call<'_>) -> Result<Self, FaceError> {
        let text = call.params.required("interval")?;
        let interval =
            KlineInterval::parse(text).ok_or_else(|| FaceError::bad(-1120, "Invalid interval."))?;
        let spec = KlineSpec { interval, offset_min: zone_of(call)? };
        let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
        let from = call.params.time("startTime")?.map(|start| match spec.open_time(start) {
            open if open == start => open,
            open => spec.next_open(open),
        });
        let to = call.params.time("endTime")?.map(|end| spec.next_open(spec.open_time(end)));
        Ok(Self { spec, from, to, limit })
    }

    /// How many candles of the base interval make one of these, at the most.
    fn parts(&self) -> usize {
        let length = match self.spec.interval {
            KlineInterval::Seconds(seconds) => i64::from(seconds),
            KlineInterval::Week => 7 * 86_400,
            KlineInterval::Month => 31 * 86_400,
        };
        usize::try_from(length / self.spec.base().seconds()).unwrap_or(1).max(1)
    }
}

pub async fn klines(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(2)?;
    let entry = call.market()?;
    let wanted = Wanted::of(call)?;
    let base = wanted.spec.base();
    let parts = wanted.parts();
    let limit = (wanted.limit * parts).saturating_add(parts).min(PARTS_MAX);
    let range = TimeRange { start: wanted.from, end: wanted.to };
    let found =
        candles::list(call.shared, &entry, base, range, limit).await.map_err(FaceError::of_refusal)?;
    // Rows of other scales than the market's present ones do not go together with the rest.
    let scales = entry.state().read().scales();
    let at_scales = found.iter().filter_map(|shown| shown.candle.rescaled(shown.scales, scales));
    let mut grouped = group(wanted.spec, at_scales);
    if found.len() == limit && wanted.from.is_none() && grouped.len() > 1 {
        // The first one's beginning was cut off.
        grouped.remove(0);
    }
    let present = entry.state().read();
    let filled = fill(&wanted, grouped, moment(&present));
    drop(present);
    Ok(encode(call, &entry, &wanted, scales, &filled))
}

/// Without holes up to the present, as many as are wanted: the first ones, or the last where there is no start.
fn fill(wanted: &Wanted, candles: Vec<Candle>, present: Timestamp) -> Vec<Candle> {
    let mut filled: VecDeque<Candle> = VecDeque::new();
    let end = wanted.to.unwrap_or(present.plus_millis(1)).min(present.plus_millis(1));
    let mut candles = candles.into_iter().peekable();
    while let Some(candle) = candles.next() {
        let mut gap = wanted.spec.next_open(candle.open_time);
        filled.push_back(candle);
        let until = candles.peek().map_or(end, |next| next.open_time);
        while gap < until {
            if wanted.from.is_some() && filled.len() >= wanted.limit {
                break;
            }
            filled.push_back(flat(gap, candle.close));
            if wanted.from.is_none() && filled.len() > wanted.limit {
                filled.pop_front();
            }
            gap = wanted.spec.next_open(gap);
        }
        if wanted.from.is_some() && filled.len() >= wanted.limit {
            break;
        }
    }
    let more = filled.len().saturating_sub(wanted.limit);
    if wanted.from.is_some() {
        filled.truncate(wanted.limit);
    } else {
        filled.drain(..more);
    }
    filled.into()
}

fn encode(
    call: &Call<'_>,
    entry: &MarketEntry,
    wanted: &Wanted,
    scales: Scales,
    candles: &[Candle],
) -> Vec<u8> {
    let first = candles.first().map_or(Timestamp::ZERO, |candle| candle.open_time);
    let mut shares: HashMap<Timestamp, TakerShare> = HashMap::new();
    {
        let state = entry.state().read();
        for held in state.trades().iter().filter(|held| held.trade.ts_venue >= first) {
            let open_time = wanted.spec.open_time(held.trade.ts_venue);
            shares.entry(open_time).or_insert(TakerShare::NONE).add(&held.trade);
        }
    }
    let mut body = Vec::with_capacity(16 + candles.len() * 180);
    push_list(&mut body, candles.iter(), |out, candle| {
        let next_open = wanted.spec.next_open(candle.open_time);
        let kline = Kline { candle: *candle, scales, next_open, is_closed: true };
        let share = shares.get(&candle.open_time).copied().unwrap_or(TakerShare::NONE);
        push_row(out, &kline, &share, call.in_micros);
    });
    body
}

#[cfg(test)]
mod tests {
    use marketd_domain::Price;

    use super::*;

    fn minute(nth: i64) -> Timestamp {
        Timestamp::from_millis(nth * 60_000)
    }

    /// Opening minutes of what is filled, from candles at these minutes.
    fn check(
        from: Option<i64>,
        to: Option<i64>,
        limit: usize,
        candles: &[i64],
        present: i64,
        expected: &[i64],
    ) {
        let spec = KlineSpec::utc(KlineInterval::Seconds(60));
        let wanted = Wanted { spec, from: from.map(minute), to: to.map(minute), limit };
        let candles = candles.iter().map(|nth| flat(minute(*nth), Price::from_mantissa(*nth))).collect();
        let filled = fill(&wanted, candles, minute(present));
        let minutes: Vec<i64> = filled.iter().map(|candle| candle.open_time.millis() / 60_000).collect();
        assert_eq!(minutes, expected);
    }

    #[test]
    fn holes_are_filled_up_to_the_present_and_no_further() {
        check(None, None, 10, &[3, 6], 8, &[3, 4, 5, 6, 7, 8]);
        check(None, None, 3, &[3, 6], 8, &[6, 7, 8]);
        check(Some(3), None, 3, &[3, 6], 8, &[3, 4, 5]);
        check(Some(3), Some(5), 10, &[3], 8, &[3, 4]);
        check(None, Some(5), 10, &[1, 3], 8, &[1, 2, 3, 4]);
        check(None, None, 2, &[1, 100_000], 100_000, &[99_999, 100_000]);
        check(None, None, 5, &[], 8, &[]);
    }
}
