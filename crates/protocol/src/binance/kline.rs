//! Candles in Binance's sixteen intervals, at any offset from UTC, put together from the intervals that markets keep.

use marketd_domain::market::MarketState;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{AggressorSide, Candle, CandleInterval, Notional, Price, Scales, Timestamp, Trade};

use super::decimal::{push_notional, push_price, push_sum};
use super::{time_of, trade_number};
use crate::json::{push_i64, push_u64};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// The epoch was a Thursday, and weeks begin on Mondays.
const FIRST_MONDAY: i64 = 4 * DAY;
/// Trades may come a little out of order: so much before a candle's start is looked at, in nanoseconds.
const LATE: i64 = 5_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KlineInterval {
    Seconds(u32),
    Week,
    Month,
}

/// Name and seconds of those that have a fixed length.
const FIXED: [(&str, u32); 14] = [
    ("1s", 1),
    ("1m", 60),
    ("3m", 180),
    ("5m", 300),
    ("15m", 900),
    ("30m", 1_800),
    ("1h", 3_600),
    ("2h", 7_200),
    ("4h", 14_400),
    ("6h", 21_600),
    ("8h", 28_800),
    ("12h", 43_200),
    ("1d", 86_400),
    ("3d", 259_200),
];

impl KlineInterval {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "1w" => Some(Self::Week),
            "1M" => Some(Self::Month),
            _ => FIXED.iter().find(|(name, _)| *name == text).map(|(_, seconds)| Self::Seconds(*seconds)),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Week => "1w",
            Self::Month => "1M",
            Self::Seconds(length) => {
                FIXED.iter().find(|(_, seconds)| *seconds == length).map_or("", |(name, _)| *name)
            }
        }
    }
}

/// An interval, and the time zone whose days it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KlineSpec {
    pub interval: KlineInterval,
    /// Minutes ahead of UTC.
    pub offset_min: i16,
}

impl KlineSpec {
    pub const fn utc(interval: KlineInterval) -> Self {
        Self { interval, offset_min: 0 }
    }

    pub(super) fn of_stream(interval: &str, zone: Option<&str>) -> Option<Self> {
        let offset_min = zone.map_or(Some(0), parse_zone)?;
        Some(Self { interval: KlineInterval::parse(interval)?, offset_min })
    }

    pub(super) fn offset_suffix(self) -> String {
        if self.offset_min == 0 {
            return String::new();
        }
        let sign = if self.offset_min < 0 { '-' } else { '+' };
        let minutes = self.offset_min.unsigned_abs();
        format!("@{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    fn offset(self) -> i64 {
        i64::from(self.offset_min) * MINUTE
    }

    /// The interval that markets keep, from whose candles these are made.
    pub fn base(self) -> CandleInterval {
        let length = match self.interval {
            KlineInterval::Seconds(seconds) => i64::from(seconds),
            KlineInterval::Week if self.offset_min == 0 => return CandleInterval::Week1,
            KlineInterval::Week | KlineInterval::Month => DAY,
        };
        let fits = |interval: &CandleInterval| {
            *interval != CandleInterval::Week1
                && length % interval.seconds() == 0
                && self.offset() % interval.seconds() == 0
        };
        CandleInterval::ALL.into_iter().rev().find(fits).unwrap_or(CandleInterval::Second1)
    }

    /// The start of the candle that holds `at`.
    pub fn open_time(self, at: Timestamp) -> Timestamp {
        let local = at.millis().div_euclid(1_000) + self.offset();
        let start = match self.interval {
            KlineInterval::Seconds(seconds) => local.div_euclid(i64::from(seconds)) * i64::from(seconds),
            KlineInterval::Week => (local - FIRST_MONDAY).div_euclid(WEEK) * WEEK + FIRST_MONDAY,
            KlineInterval::Month => month_start(local.div_euclid(DAY)) * DAY,
        };
        Timestamp::from_millis((start - self.offset()) * 1_000)
    }

    /// The start of the candle behind the one that starts then.
    pub fn next_open(self, open_time: Timestamp) -> Timestamp {
        let seconds = match self.interval {
            KlineInterval::Seconds(seconds) => i64::from(seconds),
            KlineInterval::Week => WEEK,
            // Into the next month for certain.
            KlineInterval::Month => return self.open_time(open_time.plus_millis(32 * DAY * 1_000)),
        };
        open_time.plus_millis(seconds * 1_000)
    }
}

/// Minutes ahead of UTC of `+08:00`, `-3:30`, `8` or `0`.
pub fn parse_zone(text: &str) -> Option<i16> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let number = |text: &str, max: i16| {
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i16>().ok().filter(|value| is_number && *value <= max)
    };
    let total = sign * (number(hours, 14)? * 60 + number(minutes, 59)?);
    (-720..=840).contains(&total).then_some(total)
}

/// The day, counted from the epoch, on which the month of `day` began.
fn month_start(day: i64) -> i64 {
    // Days are counted in years that begin in March, so that a leap day is the last one; 719,468 days lie between the
    // first of March of year 0 and the epoch, 146,097 in 400 years.
    let shifted = day + 719_468;
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    day - (of_year - (153 * month + 2) / 5)
}

/// A candle as Binance tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kline {
    pub candle: Candle,
    pub scales: Scales,
    /// The last moment that belongs to it is the one before this.
    pub next_open: Timestamp,
    pub is_closed: bool,
}

/// What takers bought within a candle, as far as the trades in memory tell, and ids of its first and last trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakerShare {
    pub volume: i128,
    pub quote_volume: Notional,
    pub ids: Option<(u64, u64)>,
}

impl TakerShare {
    pub const NONE: Self = Self { volume: 0, quote_volume: Notional::from_mantissa(0), ids: None };

    /// Of the trades from `from` on and before `to`.
    pub fn of<'a>(
        newest_first: impl Iterator<Item = &'a SequencedTrade>,
        from: Timestamp,
        to: Timestamp,
    ) -> Self {
        let mut share = Self::NONE;
        let within = newest_first.take_while(|held| held.trade.ts_venue.nanos_since(from) >= -LATE);
        for held in within.filter(|held| (from..to).contains(&held.trade.ts_venue)) {
            share.add(&held.trade);
        }
        share
    }

    pub fn add(&mut self, trade: &Trade) {
        let id = trade_number(trade);
        self.ids = Some(self.ids.map_or((id, id), |(first, last)| (first.min(id), last.max(id))));
        if trade.aggressor == AggressorSide::Buy {
            self.volume += i128::from(trade.qty.mantissa());
            let sum = self.quote_volume.checked_add(trade.price.notional(trade.qty));
            self.quote_volume = sum.unwrap_or(self.quote_volume);
        }
    }
}

/// Puts candles of the base interval together; `candles` are oldest first.
pub fn group(spec: KlineSpec, candles: impl Iterator<Item = Candle>) -> Vec<Candle> {
    let mut grouped: Vec<Candle> = Vec::new();
    for candle in candles {
        let open_time = spec.open_time(candle.open_time);
        match grouped.last_mut() {
            Some(last) if last.open_time == open_time => last.append(&candle),
            _ => grouped.push(Candle { open_time, ..candle }),
        }
    }
    grouped
}

/// The candle of a market that opens then, from what is in memory.
pub fn find(state: &MarketState, spec: KlineSpec, open_time: Timestamp) -> Option<Kline> {
    let next_open = spec.next_open(open_time);
    let series = state.candles(spec.base());
    let within = series.range(Some(open_time), Some(next_open), usize::MAX).copied();
    let candle = group(spec, within).into_iter().next()?;
    let is_closed = series.last().is_some_and(|last| last.open_time >= next_open);
    Some(Kline { candle, scales: state.scales(), next_open, is_closed })
}

/// The newest candle of a market.
pub fn newest(state: &MarketState, spec: KlineSpec) -> Option<Timestamp> {
    state.candles(spec.base()).last().map(|candle| spec.open_time(candle.open_time))
}

/// A candle without trades between two others: Binance has no holes.
pub fn flat(open_time: Timestamp, price: Price) -> Candle {
    Candle {
        open_time,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: marketd_domain::numbers::Volume::ZERO,
        quote_volume: Notional::from_mantissa(0),
        trades: 0,
        revision: 0,
        first_at: open_time,
        last_at: open_time,
    }
}

fn push_sums(out: &mut Vec<u8>, kline: &Kline) {
    out.push(b'"');
    push_sum(out, kline.candle.volume.mantissa(), kline.scales.qty.decimals(), false);
    out.push(b'"');
}

fn push_taker(out: &mut Vec<u8>, kline: &Kline, share: &TakerShare) {
    out.push(b'"');
    push_sum(out, share.volume, kline.scales.qty.decimals(), false);
    out.push(b'"');
}

const fn close_time(kline: &Kline, in_micros: bool) -> i64 {
    time_of(kline.next_open, in_micros) - 1
}

/// As REST tells it: a list of twelve.
pub fn push_row(out: &mut Vec<u8>, kline: &Kline, share: &TakerShare, in_micros: bool) {
    let Kline { candle, scales, .. } = kline;
    out.push(b'[');
    push_i64(out, time_of(candle.open_time, in_micros));
    for price in [candle.open, candle.high, candle.low, candle.close] {
        out.push(b',');
        push_price(out, price, *scales);
    }
    out.push(b',');
    push_sums(out, kline);
    out.push(b',');
    push_i64(out, close_time(kline, in_micros));
    out.push(b',');
    push_notional(out, candle.quote_volume, *scales);
    out.push(b',');
    push_u64(out, candle.trades);
    out.push(b',');
    push_taker(out, kline, share);
    out.push(b',');
    push_notional(out, share.quote_volume, *scales);
    out.extend_from_slice(b",\"0\"]");
}

/// As the stream tells it: the object under `k`.
pub fn push_object(
    out: &mut Vec<u8>,
    symbol: &str,
    spec: KlineSpec,
    kline: &Kline,
    share: &TakerShare,
    in_micros: bool,
) {
    let Kline { candle, scales, .. } = kline;
    out.extend_from_slice(b"{\"t\":");
    push_i64(out, time_of(candle.open_time, in_micros));
    out.extend_from_slice(b",\"T\":");
    push_i64(out, close_time(kline, in_micros));
    out.extend_from_slice(b",\"s\":\"");
    out.extend_from_slice(symbol.as_bytes());
    out.extend_from_slice(b"\",\"i\":\"");
    out.extend_from_slice(spec.interval.as_str().as_bytes());
    let id = |id: Option<u64>| id.and_then(|id| i64::try_from(id).ok()).unwrap_or(-1);
    out.extend_from_slice(b"\",\"f\":");
    push_i64(out, id(share.ids.map(|(first, _)| first)));
    out.extend_from_slice(b",\"L\":");
    push_i64(out, id(share.ids.map(|(_, last)| last)));
    for (name, price) in [(b'o', candle.open), (b'c', candle.close), (b'h', candle.high), (b'l', candle.low)]
    {
        out.extend_from_slice(&[b',', b'"', name, b'"', b':']);
        push_price(out, price, *scales);
    }
    out.extend_from_slice(b",\"v\":");
    push_sums(out, kline);
    out.extend_from_slice(b",\"n\":");
    push_u64(out, candle.trades);
    out.extend_from_slice(if kline.is_closed { b",\"x\":true,\"q\":" } else { b",\"x\":false,\"q\":" });
    push_notional(out, candle.quote_volume, *scales);
    out.extend_from_slice(b",\"V\":");
    push_taker(out, kline, share);
    out.extend_from_slice(b",\"Q\":");
    push_notional(out, share.quote_volume, *scales);
    out.extend_from_slice(b",\"B\":\"0\"}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect(text)
    }

    #[test]
    fn candles_open_where_their_days_begin() {
        let check = |interval: &str, offset_min: i16, moment: &str, open: &str, next: &str| {
            let spec = KlineSpec { interval: KlineInterval::parse(interval).expect(interval), offset_min };
            let found = spec.open_time(at(moment));
            assert_eq!(
                (found, spec.next_open(found)),
                (at(open), at(next)),
                "{interval} {offset_min} {moment}"
            );
            assert_eq!(spec.open_time(found), found);
        };
        let moment = "2024-03-01T05:47:31Z";
        check("3m", 0, moment, "2024-03-01T05:45:00Z", "2024-03-01T05:48:00Z");
        check("6h", 0, moment, "2024-03-01T00:00:00Z", "2024-03-01T06:00:00Z");
        check("1d", 480, moment, "2024-02-29T16:00:00Z", "2024-03-01T16:00:00Z");
        check("1d", -330, moment, "2024-03-01T05:30:00Z", "2024-03-02T05:30:00Z");
        check("1w", 0, moment, "2024-02-26T00:00:00Z", "2024-03-04T00:00:00Z");
        check("1M", 0, moment, "2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z");
        check("1M", -360, moment, "2024-02-01T06:00:00Z", "2024-03-01T06:00:00Z");
        check("1M", 0, "2023-12-31T23:59:59Z", "2023-12-01T00:00:00Z", "2024-01-01T00:00:00Z");
    }

    #[test]
    fn each_interval_is_made_from_one_that_divides_it() {
        let base = |interval: &str, offset_min| {
            let spec = KlineSpec { interval: KlineInterval::parse(interval).expect(interval), offset_min };
            spec.base().as_str()
        };
        assert_eq!([base("1m", 0), base("3m", 0), base("30m", 0), base("2h", 0)], ["1m", "1m", "15m", "1h"]);
        assert_eq!([base("12h", 0), base("3d", 0), base("1w", 0), base("1M", 0)], ["4h", "1d", "1w", "1d"]);
        assert_eq!(
            [base("1d", 480), base("1d", 345), base("1w", 60), base("1m", 480)],
            ["4h", "15m", "1h", "1m"]
        );
    }

    #[test]
    fn time_zones_are_read() {
        let zones = ["+08:00", "8", "-3:30", "0", "14:00", "-12:00"].map(parse_zone);
        assert_eq!(zones, [480, 480, -210, 0, 840, -720].map(Some));
        for text in ["", "+", "15", "-13", "8:60", "x", "+-8", "1:2:3"] {
            assert_eq!(parse_zone(text), None, "{text}");
        }
    }
}
