//! Trades that come while nobody could be sent them any sooner share a frame.

use marketd_actors::streams::{Frame, Names, Streams};
use marketd_domain::market::{MarketLimits, MarketState};
use marketd_domain::{AggressorSide, Instrument, Price, Qty, Scales, Timestamp, Trade, TradeId};
use marketd_protocol::{Form, StreamKey};
use serde_json::Value;

struct Market {
    state: MarketState,
    streams: Streams,
    frames: Vec<Frame>,
}

impl Market {
    fn new(kept: usize) -> Self {
        let instrument = Instrument { scales: Scales::of(2, 4), ..Instrument::unlisted("M", "BTC", "USD") };
        let limits = MarketLimits { trades: kept, ..MarketLimits::default() };
        let state = MarketState::new(instrument, limits, Timestamp::ZERO);
        let names = Names { market: "sim:BTC-USD".to_owned(), symbol: "BTCUSD".to_owned() };
        let mut streams = Streams::new(names, 1);
        streams.open(StreamKey::Trades, Form::JSON, &state);
        Self { state, streams, frames: Vec::new() }
    }

    fn trade(&mut self, ms: i64) {
        let at = Timestamp::from_millis(ms);
        let Self { state, streams, frames } = self;
        let trade = Trade {
            id: TradeId::None,
            price: Price::from_mantissa(100),
            qty: Qty::from_mantissa(1),
            aggressor: AggressorSide::Buy,
            ts_venue: at,
            ts_recv: at,
            backfilled: false,
        };
        let sequenced = state.apply_trade(&trade).expect("a trade without an id is new");
        streams.on_trade(state, &sequenced, at, &mut |_, _, frame| frames.push(frame));
    }

    fn pass(&mut self, ms: i64) {
        let Self { state, streams, frames } = self;
        streams.flush(state, Timestamp::from_millis(ms), &mut |_, _, frame| frames.push(frame));
    }

    /// From which to which number each frame tells its trades.
    fn told(&self) -> Vec<(u64, u64)> {
        let told = |frame: &Frame| {
            let payload = frame.bytes.iter().position(|byte| *byte == b'{').expect("an object");
            let frame: Value = serde_json::from_slice(&frame.bytes[payload..]).expect("JSON");
            let seq = |trade: &Value| trade["seq"].as_u64().expect("a number");
            let trades: Vec<u64> = frame["trades"].as_array().expect("trades").iter().map(seq).collect();
            let (first, last) = (trades[0], trades[trades.len() - 1]);
            assert_eq!(trades, (first..=last).collect::<Vec<_>>());
            assert_eq!((frame["prev"].as_u64(), frame["seq"].as_u64()), (Some(first - 1), Some(last)));
            (first, last)
        };
        self.frames.iter().map(told).collect()
    }
}

#[test]
fn a_trade_waits_for_nothing_while_the_hubs_have_time() {
    let mut market = Market::new(100);
    (0..3).for_each(|_| market.trade(1_000));
    assert_eq!(market.told(), [(1, 1), (2, 2), (3, 3)]);
    assert_eq!(market.streams.next_due(), None);
}

#[test]
fn what_comes_within_the_time_goes_together() {
    let mut market = Market::new(100);
    market.streams.gather(10);
    market.trade(1_000);
    assert_eq!(market.told(), [(1, 1)], "nothing was sent for a while: it goes at once");
    market.trade(1_001);
    market.trade(1_009);
    assert_eq!(market.told().len(), 1);
    assert_eq!(market.streams.next_due(), Some(Timestamp::from_millis(1_010)));
    market.pass(1_010);
    assert_eq!(market.told()[1..], [(2, 3)]);
    market.trade(1_015);
    market.streams.gather(0);
    market.trade(1_016);
    assert_eq!(market.told()[2..], [(4, 5)], "the hubs have time again");
}

#[test]
fn a_frame_is_bounded_whatever_comes_in_the_time() {
    let mut market = Market::new(100);
    market.streams.gather(20);
    (0..150).for_each(|_| market.trade(1_000));
    assert_eq!(market.told(), [(1, 1), (2, 65), (66, 129)]);
}

#[test]
fn no_trade_is_forgotten_before_it_is_told() {
    let mut market = Market::new(3);
    market.streams.gather(20);
    (0..8).for_each(|_| market.trade(1_000));
    assert_eq!(market.told(), [(1, 1), (2, 4), (5, 7)]);
}
