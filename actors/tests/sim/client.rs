//! A client that knows the protocol's document and nothing else.

use std::collections::BTreeMap;

use marketd_actors::streams::Frame;
use marketd_domain::{Level, Price, Qty, Scales};
use marketd_protocol::ws::Position;
use marketd_protocol::{BookDepth, StreamKey};
use serde_json::Value;

use crate::market::Market;

/// What a client holds of one stream.
#[derive(Debug, Default)]
struct Held {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
    /// Trades with their numbers, and candles by their open times, as printed.
    rows: BTreeMap<u64, Value>,
    /// The latest frame of a channel whose frames are whole.
    whole: Value,
}

pub struct Client {
    pub key: StreamKey,
    /// The last frame that was applied.
    pub position: Option<Position>,
    held: Held,
}

/// The payload of an unmasked text frame of a server.
fn payload(bytes: &[u8]) -> Value {
    assert_eq!(bytes[0], 0x81, "not one whole text frame");
    let (length, header) = match bytes[1] {
        126 => (usize::from(u16::from_be_bytes([bytes[2], bytes[3]])), 4),
        127 => (u64::from_be_bytes(bytes[2..10].try_into().expect("eight bytes")) as usize, 10),
        length => (usize::from(length), 2),
    };
    assert_eq!(bytes.len(), header + length, "the frame's length is wrong");
    serde_json::from_slice(&bytes[header..]).expect("JSON")
}

fn level(value: &Value, scales: Scales) -> Option<Level> {
    let text = |at: usize| value.get(at).and_then(Value::as_str).map(str::as_bytes);
    let price = Price::parse(text(0)?, scales.price).expect("a price");
    let qty = Qty::parse(text(1)?, scales.qty).expect("a quantity");
    assert_eq!(text(0)?, price.to_text(scales.price).as_bytes(), "decimals of a price differ");
    Some(Level::new(price, qty))
}

fn set(side: &mut BTreeMap<i64, i64>, levels: &Value, scales: Scales) {
    for value in levels.as_array().expect("levels") {
        let level = level(value, scales).expect("a level");
        match level.qty.mantissa() {
            0 => side.remove(&level.price.mantissa()),
            qty => side.insert(level.price.mantissa(), qty),
        };
    }
}

impl Client {
    pub fn new(key: StreamKey) -> Self {
        Self { key, position: None, held: Held::default() }
    }

    /// Applies a frame by the rule, or finds it broken.
    pub fn take(&mut self, frame: &Frame, scales: Scales) {
        let json = payload(&frame.bytes);
        let number = |name: &str| json[name].as_u64().expect("a number");
        let (epoch, seq, prev) = (number("epoch"), number("seq"), number("prev"));
        assert_eq!((epoch, seq, prev), (frame.epoch, frame.seq, frame.prev));
        let resets = json["type"] == "snapshot" || (json["type"] == "status" && prev == seq);
        if resets {
            self.held = Held::default();
        } else {
            let expected = self.position.map(|held| (held.epoch, held.seq));
            assert_eq!(Some((epoch, prev)), expected, "{:?}: the rule is broken", self.key);
        }
        self.position = Some(Position { epoch, seq });
        match self.key {
            StreamKey::Book { .. } => {
                set(&mut self.held.bids, &json["bids"], scales);
                set(&mut self.held.asks, &json["asks"], scales);
            }
            StreamKey::Trades => {
                let trades = json["trades"].as_array().expect("trades");
                if !resets {
                    assert_eq!(trades.len() as u64, seq - prev, "an event does not hold its trades");
                }
                for trade in trades {
                    self.held.rows.insert(trade["seq"].as_u64().expect("seq"), trade.clone());
                }
            }
            StreamKey::Candles(_) => {
                for candle in json["candles"].as_array().expect("candles") {
                    self.held.rows.insert(candle["open_time"].as_u64().expect("open_time"), candle.clone());
                }
            }
            StreamKey::Bbo | StreamKey::Ticker | StreamKey::Status => self.held.whole = json,
            StreamKey::Face(_) => panic!("no form of ours"),
        }
    }

    /// The trades up to `seq` were missed, as a `lagged` event says.
    pub fn lagged(&mut self, seq: u64) {
        if let Some(position) = &mut self.position {
            position.seq = seq;
        }
    }

    /// Whether it stands where the market stands; if so it must hold what the market holds.
    pub fn check(&self, market: &Market) -> bool {
        let state = &market.state;
        let seq = match self.key {
            StreamKey::Book { .. } | StreamKey::Bbo => state.book_seq(),
            StreamKey::Trades | StreamKey::Candles(_) => state.trades().last_seq(),
            StreamKey::Ticker => state.ticker_seq(),
            StreamKey::Status => state.status_seq(),
            StreamKey::Face(_) => panic!("no form of ours"),
        };
        if self.position != Some(Position { epoch: market.streams.epoch(), seq }) {
            return false;
        }
        self.check_content(market);
        true
    }

    /// The best prices that it holds, whatever its position, must be the market's.
    pub fn check_content(&self, market: &Market) {
        let (state, scales, held) = (&market.state, market.state.scales(), &self.held);
        match self.key {
            StreamKey::Face(_) => panic!("no form of ours"),
            StreamKey::Book { depth, .. } => {
                let depth = match depth {
                    BookDepth::Full => usize::MAX,
                    BookDepth::Top(levels) => usize::from(levels),
                };
                let plain = |level: Level| (level.price.mantissa(), level.qty.mantissa());
                let bids = state.book().bids().iter().take(depth).map(plain);
                let asks = state.book().asks().iter().take(depth).map(plain);
                assert!(
                    bids.eq(held.bids.iter().rev().map(|(p, q)| (*p, *q))),
                    "bids differ, {:?}",
                    self.key
                );
                assert!(asks.eq(held.asks.iter().map(|(p, q)| (*p, *q))), "asks differ, {:?}", self.key);
                assert!(!state.book().is_crossed(), "a client holds a crossed book");
            }
            StreamKey::Bbo => {
                let shown = (level(&held.whole["bid"], scales), level(&held.whole["ask"], scales));
                assert_eq!(shown, (state.book().bids().best(), state.book().asks().best()));
            }
            StreamKey::Trades => {
                for known in state.trades().iter().rev().take(20) {
                    if let Some(row) = held.rows.get(&known.seq) {
                        assert_eq!(row["price"], known.trade.price.to_text(scales.price));
                        assert_eq!(row["trade_id"], known.trade.id.to_string());
                    }
                }
            }
            StreamKey::Ticker => {
                let view = state.ticker().view();
                assert_eq!(held.whole["trades"], view.trades);
                assert_eq!(held.whole["volume"], view.volume.to_text(scales.qty));
                assert_eq!(level(&held.whole["bid"], scales), state.book().bids().best());
            }
            StreamKey::Candles(interval) => {
                for candle in state.candles(interval).iter() {
                    let row = &held.rows[&candle.open_time.micros().unsigned_abs()];
                    assert_eq!(row["close"], candle.close.to_text(scales.price));
                    assert_eq!(row["volume"], candle.volume.to_text(scales.qty));
                    assert_eq!(row["revision"], candle.revision);
                }
            }
            StreamKey::Status => assert_eq!(held.whole["status"], state.status().status.as_str()),
        }
    }
}
