//! What a market's actor does with its state and streams, without the actor.

use std::collections::HashMap;

use marketd_actors::streams::{Frame, Names, Streams};
use marketd_domain::market::{BookOutcome, MarketLimits, MarketState};
use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade, UpdateSink,
};
use marketd_protocol::{Form, StreamKey};

use crate::client::Client;
use crate::feed::instrument;

const ID: &str = "binance:BTC-USDT";
const LIMITS: MarketLimits = MarketLimits { trades: 300, candles: 40 };

fn names() -> Names {
    Names { market: ID.to_owned(), symbol: "BTCUSDT".to_owned() }
}

pub struct Market {
    pub state: MarketState,
    pub streams: Streams,
    pub now: Timestamp,
    /// The feed has to be asked for a snapshot.
    pub doubt: Option<StaleReason>,
    /// The hub has to open its streams again.
    pub is_reopened: bool,
    /// Frames that the hub has not got yet.
    pub outbox: Vec<(StreamKey, Frame)>,
    /// Where the last frame of each stream stood.
    ends: HashMap<StreamKey, (u64, u64)>,
    /// Updates are being lost on their way from the feed.
    pub is_deaf: bool,
}

impl Market {
    pub fn new(now: Timestamp) -> Self {
        Self {
            state: MarketState::new(instrument(), LIMITS, now),
            streams: Streams::new(names(), 1),
            now,
            doubt: None,
            is_reopened: false,
            outbox: Vec::new(),
            ends: HashMap::new(),
            is_deaf: false,
        }
    }

    /// Lets the streams encode, and checks that their frames follow each other.
    fn publish(
        &mut self,
        encode: impl FnOnce(&mut Streams, &MarketState, Timestamp, &mut dyn FnMut(StreamKey, Form, Frame)),
    ) {
        let first = self.outbox.len();
        let outbox = &mut self.outbox;
        encode(&mut self.streams, &self.state, self.now, &mut |key, _, frame| {
            outbox.push((key, frame));
        });
        for (key, frame) in &self.outbox[first..] {
            assert!(!frame.is_snapshot, "{key:?}: a snapshot came unasked");
            assert!(frame.seq > frame.prev, "{key:?}: {} after {}", frame.seq, frame.prev);
            if let Some((epoch, seq)) = self.ends.insert(*key, (frame.epoch, frame.seq))
                && epoch == frame.epoch
            {
                assert_eq!(frame.prev, seq, "{key:?}: a frame does not continue its stream");
            }
        }
    }

    fn on_book(&mut self, outcome: BookOutcome) -> Option<StaleReason> {
        self.publish(|streams, state, now, emit| streams.on_book(state, now, emit));
        doubt_of(outcome)
    }

    /// Tells what `change` did to the status. A doubt is passed on once: the session repeats its attempts
    /// by itself.
    fn with_status(&mut self, change: impl FnOnce(&mut Self) -> Option<StaleReason>) {
        let before = self.state.status_seq();
        let doubt = change(self);
        if self.state.status_seq() != before {
            self.doubt = doubt.or(self.doubt);
            self.publish(|streams, state, now, emit| streams.on_status(state, now, emit));
        }
    }

    /// Timers: what is due is sent, and a crossed book is not waited for without end.
    pub fn pass(&mut self, now: Timestamp) {
        self.now = now;
        if self.streams.next_due().is_some_and(|due| due <= now) {
            self.publish(|streams, state, now, emit| streams.flush(state, now, emit));
        }
        self.with_status(|market| doubt_of(market.state.check_crossing(now)));
    }

    pub fn say_stale(&mut self, reason: StaleReason) {
        let now = self.now;
        self.with_status(|market| {
            market.state.set_stale(reason, now);
            None
        });
    }

    /// A snapshot for the hub; it stands at the end of the stream and is what the market shows.
    pub fn snapshot(&mut self, key: StreamKey) -> Option<Frame> {
        let mut snapshot = None;
        self.publish(|streams, state, now, emit| {
            snapshot = streams.snapshot(key, Form::JSON, state, now, emit)
        });
        let frame = snapshot?;
        assert!(frame.is_snapshot && frame.prev == frame.seq, "{key:?}: not a snapshot");
        if let Some((epoch, seq)) = self.ends.insert(key, (frame.epoch, frame.seq))
            && epoch == frame.epoch
            && self.state.book_seq() > 0
        {
            assert!(frame.seq >= seq, "{key:?}: a snapshot of the past");
        }
        let mut reader = Client::new(key);
        reader.take(&frame, self.state.scales());
        assert!(reader.check(self), "{key:?}: a snapshot is not at the market's position");
        Some(frame)
    }

    pub fn close(&mut self, key: StreamKey) {
        self.streams.close(key, Form::JSON);
        self.ends.remove(&key);
    }

    fn begin_epoch(&mut self) {
        let epoch = self.streams.epoch() + 1;
        self.streams.begin_epoch(epoch, &self.state);
    }

    /// From nothing, in a new epoch; whoever listens has to ask again.
    pub fn restart(&mut self) {
        let epoch = self.streams.epoch() + 1;
        let instrument = self.state.instrument().clone();
        self.state = MarketState::new(instrument, LIMITS, self.now);
        self.state.set_stale(StaleReason::Restarted, self.now);
        self.streams = Streams::new(names(), epoch);
        self.doubt = Some(StaleReason::Restarted);
        self.is_reopened = true;
    }
}

const fn doubt_of(outcome: BookOutcome) -> Option<StaleReason> {
    match outcome {
        BookOutcome::Doubtful(reason) => Some(reason),
        BookOutcome::Applied | BookOutcome::Crossed => None,
    }
}

impl UpdateSink for Market {
    fn listed(&mut self, _: MarketIndex, _: &Instrument) {}

    fn snapshot(&mut self, _: MarketIndex, update: &DepthUpdate) {
        if !self.is_deaf {
            self.with_status(|market| {
                let outcome = market.state.apply_snapshot(update);
                market.on_book(outcome)
            });
        }
    }

    fn depth(&mut self, _: MarketIndex, update: &DepthUpdate) {
        if !self.is_deaf {
            self.with_status(|market| {
                let outcome = market.state.apply_depth(update);
                market.on_book(outcome)
            });
        }
    }

    fn trade(&mut self, _: MarketIndex, trade: &Trade) {
        if !self.is_deaf
            && let Some(sequenced) = self.state.apply_trade(trade)
        {
            self.publish(|streams, state, now, emit| streams.on_trade(state, &sequenced, now, emit));
        }
    }

    fn rescaled(&mut self, _: MarketIndex, scales: Scales) {
        if scales == self.state.scales() {
            return;
        }
        if !self.state.rescale(scales) {
            self.state.reset(scales, StaleReason::Precision, self.now);
            self.doubt = Some(StaleReason::Precision);
        }
        self.begin_epoch();
        self.is_reopened = true;
    }

    fn gap(&mut self, _: MarketIndex, gap: GapFound) {
        self.with_status(|market| {
            market.state.note_gap(gap);
            None
        });
    }

    fn stale(&mut self, _: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.with_status(|market| {
            market.state.set_stale(reason, now);
            None
        });
    }

    fn halted(&mut self, _: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.with_status(|market| {
            market.state.set_halted(reason, now);
            None
        });
    }

    fn duplicate(&mut self, _: MarketIndex) {
        self.state.note_duplicate();
    }

    fn venue_bbo(&mut self, _: MarketIndex, bid: Level, ask: Level, venue_seq: u64) {
        self.state.note_venue_bbo(bid, ask, venue_seq);
    }
}
