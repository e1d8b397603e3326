//! Candles and the 24 hours, from trades in any order.

use std::collections::BTreeMap;

use marketd_domain::candles::{Candle, CandleChange};
use marketd_domain::ticker::{Ticker, TickerView};
use marketd_domain::{AggressorSide, CandleInterval, CandleSeries, Price, Qty, Timestamp, Trade, TradeId};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

fn trade(at_ms: i64, price: i64, qty: i64) -> Trade {
    Trade {
        id: TradeId::None,
        price: Price::from_mantissa(price),
        qty: Qty::from_mantissa(qty),
        aggressor: AggressorSide::Buy,
        ts_venue: Timestamp::from_millis(at_ms),
        ts_recv: Timestamp::ZERO,
        backfilled: false,
    }
}

/// Everything of a candle that does not depend on the order its trades came in: all but `revision`.
/// Open, high, low, close; volume, quote volume; number of trades.
type Figures = ([i64; 4], [i128; 2], u64);

fn figures(candle: &Candle) -> (Timestamp, Figures) {
    let prices = [candle.open, candle.high, candle.low, candle.close].map(Price::mantissa);
    (candle.open_time, (prices, [candle.volume.mantissa(), candle.quote_volume.mantissa()], candle.trades))
}

fn shown(series: &CandleSeries) -> Vec<(Timestamp, Figures)> {
    series.iter().map(figures).collect()
}

/// Candles by definition; `trades` are in the order of time.
fn model<'a>(interval: CandleInterval, trades: impl Iterator<Item = &'a Trade>) -> Vec<(Timestamp, Figures)> {
    let mut candles: BTreeMap<Timestamp, Figures> = BTreeMap::new();
    for trade in trades {
        let price = trade.price.mantissa();
        let (prices, sums, count) =
            candles.entry(interval.open_time(trade.ts_venue)).or_insert(([price; 4], [0; 2], 0));
        *prices = [prices[0], prices[1].max(price), prices[2].min(price), price];
        sums[0] += i128::from(trade.qty.mantissa());
        sums[1] += i128::from(price) * i128::from(trade.qty.mantissa());
        *count += 1;
    }
    candles.into_iter().collect()
}

/// Trades at different times (of two at the same moment the later to come is the close), sorted and
/// shuffled.
fn trades(span_ms: i64) -> impl Strategy<Value = (Vec<Trade>, Vec<Trade>)> {
    btree_map(-span_ms..span_ms, (1i64..50, 1i64..9), 1..120).prop_flat_map(|rows| {
        let sorted: Vec<Trade> = rows.into_iter().map(|(at, (price, qty))| trade(at, price, qty)).collect();
        (Just(sorted.clone()), Just(sorted).prop_shuffle())
    })
}

/// The window by definition: all trades of the minutes since `limit`, whenever they came.
#[derive(Default)]
struct NaiveTicker {
    trades: Vec<Trade>,
    last: Option<Trade>,
}

impl NaiveTicker {
    fn expire(&mut self, now: Timestamp) {
        let limit = CandleInterval::Minute1.open_time(now).plus_millis(-1_439 * 60_000);
        self.trades.retain(|trade| trade.ts_venue >= limit);
    }

    fn apply(&mut self, trade: Trade) {
        self.trades.push(trade);
        if self.last.is_none_or(|last| trade.ts_venue >= last.ts_venue) {
            self.last = Some(trade);
        }
        self.expire(self.last.map_or(trade.ts_venue, |last| last.ts_venue));
    }

    fn check(&self, view: &TickerView) -> Result<(), TestCaseError> {
        let prices = || self.trades.iter().map(|trade| trade.price);
        let notional = |trade: &Trade| i128::from(trade.price.mantissa()) * i128::from(trade.qty.mantissa());
        let open = self.trades.iter().min_by_key(|trade| trade.ts_venue).map(|trade| trade.price);
        prop_assert_eq!(view.trades, self.trades.len() as u64);
        prop_assert_eq!((view.open, view.high, view.low), (open, prices().max(), prices().min()));
        let volume: i128 = self.trades.iter().map(|trade| i128::from(trade.qty.mantissa())).sum();
        let sums = (volume, self.trades.iter().map(notional).sum::<i128>());
        prop_assert_eq!((view.volume.mantissa(), view.quote_volume.mantissa()), sums);
        let last = self.last.map(|trade| (trade.price, trade.qty, trade.ts_venue));
        prop_assert_eq!(view.last, last);
        Ok(())
    }
}

#[derive(Debug, Clone)]
enum TapeStep {
    Trade {
        after_ms: i64,
        price: i64,
        qty: i64,
    },
    /// Time passes without a trade.
    Roll {
        after_ms: i64,
    },
}

fn tape_step() -> impl Strategy<Value = TapeStep> {
    // Mostly on, sometimes back, at times by more than the window.
    let after = prop_oneof![
        6 => 0i64..600_000,
        2 => -3_600_000i64..0,
        1 => -90_000_000i64..90_000_000,
    ];
    prop_oneof![
        9 => (after, 1i64..50, 1i64..9)
            .prop_map(|(after_ms, price, qty)| TapeStep::Trade { after_ms, price, qty }),
        1 => (0i64..90_000_000).prop_map(|after_ms| TapeStep::Roll { after_ms }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn late_trades_make_the_same_candles(
        (sorted, shuffled) in trades(400_000),
        capacity in prop_oneof![Just(1usize), Just(3), Just(20), Just(1_500)],
    ) {
        for interval in [CandleInterval::Second1, CandleInterval::Minute1, CandleInterval::Minute5, CandleInterval::Week1] {
            let mut in_order = CandleSeries::new(interval, capacity);
            for trade in &sorted {
                let change = in_order.apply(trade);
                prop_assert!(matches!(change, CandleChange::Opened | CandleChange::Updated));
            }
            let mut late = CandleSeries::new(interval, capacity);
            for trade in &shuffled {
                late.apply(trade);
            }
            let all = model(interval, sorted.iter());
            let newest = &all[all.len().saturating_sub(capacity)..];
            prop_assert_eq!(&shown(&in_order)[..], newest);
            prop_assert_eq!(&shown(&late)[..], newest);
            prop_assert!(in_order.iter().all(|candle| candle.revision == 0));
        }
    }

    #[test]
    fn the_24_hours_are_those_of_a_naive_window(steps in vec(tape_step(), 1..80)) {
        let (mut ticker, mut naive, mut now_ms) = (Ticker::new(), NaiveTicker::default(), 1_700_000_000_000);
        for (nth, step) in steps.iter().enumerate() {
            match step {
                TapeStep::Trade { after_ms, price, qty } => {
                    now_ms += after_ms;
                    // No two at one moment, see above.
                    let ts_venue = Timestamp::from_micros(now_ms * 1_000 + nth as i64);
                    let trade = Trade { ts_venue, ..trade(0, *price, *qty) };
                    ticker.apply(&trade);
                    naive.apply(trade);
                }
                TapeStep::Roll { after_ms } => {
                    let now = Timestamp::from_millis(now_ms + after_ms);
                    ticker.expire(now);
                    naive.expire(now);
                }
            }
            naive.check(&ticker.view())?;
        }
    }
}
