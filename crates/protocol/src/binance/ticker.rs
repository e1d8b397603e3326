//! The figures of a ticker: over 24 hours, or over any number of minutes.

use marketd_domain::market::MarketState;
use marketd_domain::numbers::{Volume, pow10_i128};
use marketd_domain::ticker::TickerView;
use marketd_domain::{Candle, CandleInterval, Level, Notional, Price, Qty, Scales, Timestamp};

use super::decimal::{self, DECIMALS, push_notional, push_price, push_qty, push_sum};
use super::{time_of, trade_number};
use crate::json::{push_i64, push_string};

const DAY_MS: i64 = 86_400_000;

/// What a ticker tells. Prices are zero where nothing was traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickerFigures {
    pub scales: Scales,
    pub open: Price,
    pub high: Price,
    pub low: Price,
    pub last: Price,
    pub last_qty: Qty,
    pub volume: Volume,
    pub quote_volume: Notional,
    pub trades: u64,
    pub last_id: Option<u64>,
    pub bid: Level,
    pub ask: Level,
    pub open_time: Timestamp,
    pub close_time: Timestamp,
}

/// The market's present: the later of its last depth message and its last trade.
pub fn moment(state: &MarketState) -> Timestamp {
    let (ts_venue, ts_recv) = state.book_times();
    let traded = state.trades().last().map_or(Timestamp::ZERO, |last| last.trade.ts_venue);
    match ts_venue.max(traded) {
        Timestamp::ZERO => ts_recv,
        moment => moment,
    }
}

fn best(level: Option<Level>) -> Level {
    level.unwrap_or(Level::new(Price::ZERO, Qty::ZERO))
}

impl TickerFigures {
    /// Over 24 hours.
    pub fn of_day(state: &MarketState) -> Self {
        let view = state.ticker().view();
        Self::new(state, &view, DAY_MS)
    }

    /// Over so many minutes, of candles that are in memory.
    pub fn of_minutes(state: &MarketState, minutes: i64) -> Self {
        let interval = if minutes > 1_440 { CandleInterval::Hour1 } else { CandleInterval::Minute1 };
        let now = moment(state);
        let start = interval.open_time(now.plus_millis(-(minutes - 1) * 60_000));
        let within: Vec<&Candle> = state.candles(interval).range(Some(start), None, usize::MAX).collect();
        let view = TickerView {
            last: state.ticker().view().last,
            open: within.first().map(|candle| candle.open),
            high: within.iter().map(|candle| candle.high).max(),
            low: within.iter().map(|candle| candle.low).min(),
            volume: within.iter().fold(Volume::ZERO, |sum, candle| sum.plus_volume(candle.volume)),
            quote_volume: within.iter().fold(Notional::from_mantissa(0), |sum, candle| {
                sum.checked_add(candle.quote_volume).unwrap_or(sum)
            }),
            trades: within.iter().map(|candle| candle.trades).sum(),
        };
        Self { open_time: start, ..Self::new(state, &view, minutes * 60_000) }
    }

    fn new(state: &MarketState, view: &TickerView, span_ms: i64) -> Self {
        let close_time = moment(state);
        let (last, last_qty) = view.last.map_or((Price::ZERO, Qty::ZERO), |(price, qty, _)| (price, qty));
        let is_traded = view.trades > 0;
        Self {
            scales: state.scales(),
            open: view.open.unwrap_or(last),
            high: view.high.unwrap_or(last),
            low: view.low.unwrap_or(last),
            last,
            last_qty,
            volume: view.volume,
            quote_volume: view.quote_volume,
            trades: view.trades,
            last_id: state.trades().last().filter(|_| is_traded).map(|last| trade_number(&last.trade)),
            bid: best(state.book().bids().best()),
            ask: best(state.book().asks().best()),
            open_time: close_time.plus_millis(-span_ms),
            close_time,
        }
    }

    pub fn change(&self) -> i64 {
        self.last.mantissa().saturating_sub(self.open.mantissa())
    }

    /// In thousandths of a percent.
    pub fn percent(&self) -> i128 {
        (i128::from(self.change()) * 100_000).checked_div(i128::from(self.open.mantissa())).unwrap_or(0)
    }

    /// Average price weighted by quantity, at eight decimals.
    pub fn average(&self) -> i128 {
        average(self.quote_volume, self.volume, self.scales)
    }

    /// Ids of the first and the last trade; -1 for none. Venues number their trades without holes.
    pub fn ids(&self) -> (i64, i64) {
        let Some(last) = self.last_id.and_then(|id| i64::try_from(id).ok()) else { return (-1, -1) };
        let before = i64::try_from(self.trades).unwrap_or(i64::MAX).saturating_sub(1);
        (last.saturating_sub(before).max(0), last)
    }

    fn push_figure(&self, out: &mut Vec<u8>, name: &str, push: impl FnOnce(&mut Vec<u8>)) {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        push(out);
    }

    fn push_prices(&self, out: &mut Vec<u8>, named: &[(&str, Price)]) {
        for (name, price) in named {
            self.push_figure(out, name, |out| push_price(out, *price, self.scales));
        }
    }

    fn push_quantities(&self, out: &mut Vec<u8>, named: &[(&str, Qty)]) {
        for (name, qty) in named {
            self.push_figure(out, name, |out| push_qty(out, *qty, self.scales));
        }
    }

    fn push_change(&self, out: &mut Vec<u8>, names: [&str; 3]) {
        let decimals = self.scales.price.decimals();
        self.push_figure(out, names[0], |out| quoted(out, |out| decimal::push(out, self.change(), decimals)));
        self.push_figure(out, names[1], |out| {
            quoted(out, |out| marketd_domain::numbers::write_fixed_i128(out, self.percent(), 3));
        });
        self.push_figure(out, names[2], |out| {
            quoted(out, |out| push_sum(out, self.average(), DECIMALS, false));
        });
    }

    fn push_volumes(&self, out: &mut Vec<u8>, names: [&str; 2]) {
        let decimals = self.scales.qty.decimals();
        self.push_figure(out, names[0], |out| {
            quoted(out, |out| push_sum(out, self.volume.mantissa(), decimals, false));
        });
        self.push_figure(out, names[1], |out| push_notional(out, self.quote_volume, self.scales));
    }

    fn push_span(&self, out: &mut Vec<u8>, names: [&str; 5], in_micros: bool) {
        let (first, last) = self.ids();
        let figures = [
            time_of(self.open_time, in_micros),
            time_of(self.close_time, in_micros),
            first,
            last,
            i64::try_from(self.trades).unwrap_or(i64::MAX),
        ];
        for (name, figure) in names.into_iter().zip(figures) {
            self.push_figure(out, name, |out| push_i64(out, figure));
        }
    }

    /// The fields of `24hrTicker` and, without quotes, of `1hTicker` and the like, behind the symbol.
    pub fn push_stream(&self, out: &mut Vec<u8>, with_quotes: bool, in_micros: bool) {
        self.push_change(out, ["p", "P", "w"]);
        if with_quotes {
            // Binance tells the trade before the window; its price is where the window opened.
            self.push_prices(out, &[("x", self.open), ("c", self.last)]);
            self.push_quantities(out, &[("Q", self.last_qty)]);
            self.push_prices(out, &[("b", self.bid.price)]);
            self.push_quantities(out, &[("B", self.bid.qty)]);
            self.push_prices(out, &[("a", self.ask.price)]);
            self.push_quantities(out, &[("A", self.ask.qty)]);
            self.push_prices(out, &[("o", self.open), ("h", self.high), ("l", self.low)]);
        } else {
            self.push_prices(out, &[("o", self.open), ("h", self.high), ("l", self.low), ("c", self.last)]);
        }
        self.push_volumes(out, ["v", "q"]);
        self.push_span(out, ["O", "C", "F", "L", "n"], in_micros);
    }

    /// The fields of `24hrMiniTicker` behind the symbol.
    pub fn push_mini_stream(&self, out: &mut Vec<u8>) {
        self.push_prices(out, &[("c", self.last), ("o", self.open), ("h", self.high), ("l", self.low)]);
        self.push_volumes(out, ["v", "q"]);
    }

    /// As REST tells it. `kind` says what is left out.
    pub fn push_rest(&self, out: &mut Vec<u8>, symbol: &str, kind: RestTicker, in_micros: bool) {
        out.extend_from_slice(b"{\"symbol\":");
        push_string(out, symbol);
        if kind != RestTicker::Mini {
            self.push_change(out, ["priceChange", "priceChangePercent", "weightedAvgPrice"]);
        }
        if kind == RestTicker::Day {
            self.push_prices(out, &[("prevClosePrice", self.open), ("lastPrice", self.last)]);
            self.push_quantities(out, &[("lastQty", self.last_qty)]);
            self.push_prices(out, &[("bidPrice", self.bid.price)]);
            self.push_quantities(out, &[("bidQty", self.bid.qty)]);
            self.push_prices(out, &[("askPrice", self.ask.price)]);
            self.push_quantities(out, &[("askQty", self.ask.qty)]);
        }
        self.push_prices(out, &[("openPrice", self.open), ("highPrice", self.high), ("lowPrice", self.low)]);
        if kind != RestTicker::Day {
            self.push_prices(out, &[("lastPrice", self.last)]);
        }
        self.push_volumes(out, ["volume", "quoteVolume"]);
        self.push_span(out, ["openTime", "closeTime", "firstId", "lastId", "count"], in_micros);
        out.push(b'}');
    }
}

/// Which fields a ticker of REST has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestTicker {
    /// `/ticker/24hr`: with the best prices.
    Day,
    /// `/ticker` and `/ticker/tradingDay`.
    Window,
    /// `type=MINI` of any.
    Mini,
}

fn quoted(out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    push(out);
    out.push(b'"');
}

/// Quote by base at eight decimals; zero when nothing was traded.
pub fn average(quote_volume: Notional, volume: Volume, scales: Scales) -> i128 {
    let price_decimals = scales.price.decimals();
    let (power, is_finer) = if price_decimals > DECIMALS {
        (price_decimals - DECIMALS, true)
    } else {
        (DECIMALS - price_decimals, false)
    };
    let Some(power) = pow10_i128(u32::from(power)) else { return 0 };
    let scaled = if is_finer {
        Some(quote_volume.mantissa() / power)
    } else {
        quote_volume.mantissa().checked_mul(power)
    };
    // Sums too large for the extra digits lose those.
    match scaled {
        Some(scaled) => scaled.checked_div(volume.mantissa()).unwrap_or(0),
        None => quote_volume.mantissa().checked_div(volume.mantissa()).unwrap_or(0).saturating_mul(power),
    }
}

/// The average of the last five minutes, at eight decimals, and the time of the last trade. The last price where nothing was
/// traded since.
pub fn five_minutes(state: &MarketState) -> (i128, Timestamp) {
    let figures = TickerFigures::of_minutes(state, 5);
    let last = state.ticker().view().last;
    if figures.trades == 0 {
        let price = i128::from(figures.last.mantissa());
        let decimals = figures.scales.price.decimals();
        let average = if decimals > DECIMALS {
            pow10_i128(u32::from(decimals - DECIMALS)).and_then(|power| price.checked_div(power))
        } else {
            pow10_i128(u32::from(DECIMALS - decimals)).and_then(|power| price.checked_mul(power))
        };
        return (average.unwrap_or(0), last.map_or(Timestamp::ZERO, |(_, _, at)| at));
    }
    (figures.average(), last.map_or(Timestamp::ZERO, |(_, _, at)| at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_have_eight_decimals() {
        let check = |quote: i128, volume: i128, scales: Scales, expected: i128| {
            let found = average(Notional::from_mantissa(quote), Volume::from_mantissa(volume), scales);
            assert_eq!(found, expected);
        };
        // 600.00 over 3 at two and one decimals is 200.
        check(600_000, 30, Scales::of(2, 1), 20_000_000_000);
        check(1, 3, Scales::of(2, 1), 333_333);
        check(0, 0, Scales::of(2, 1), 0);
        check(100, 10, Scales::of(10, 2), 0);
        check(12_345_600, 100, Scales::of(10, 2), 1_234);
    }
}
