//! The whole path of one market in one thread: recorded bytes, the venue's session, the book, and the
//! streams that encode frames. Shared by the benchmark and the count of allocations.

use std::path::{Path, PathBuf};

use marketd_actors::streams::{Frame, Names, Streams};
use marketd_domain::market::{MarketLimits, MarketState};
use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade, UpdateSink,
};
use marketd_protocol::{Form, StreamKey};
use marketd_venues::binance::BINANCE;
use marketd_venues::container::{Direction, Reader};
use marketd_venues::{Action, Io, SessionConfig, Venue, VenueSession};

/// A line of a recording, in memory.
pub struct Recorded {
    pub recv: Timestamp,
    pub is_rest: bool,
    pub direction: Direction,
    pub raw: Vec<u8>,
}

/// Both files of the shipped BTCUSDT session.
pub fn recording() -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/binance-spot");
    let files: [PathBuf; 2] =
        ["btcusdt_20240808.jsonl.zst", "btcusdt_20240809.jsonl.zst"].map(|name| folder.join(name));
    let mut lines = Vec::new();
    for file in files {
        let mut reader = Reader::open(&file).expect("the shipped recording");
        while let Some(line) = reader.next().expect("the recording layout") {
            lines.push(Recorded {
                recv: line.recv.unwrap_or(Timestamp::ZERO),
                is_rest: line.conn == "rest",
                direction: line.direction,
                raw: line.raw.as_bytes().to_vec(),
            });
        }
    }
    lines
}

/// What was sent before, and including, the REST snapshot; and everything after it.
pub fn split_at_snapshot(lines: Vec<Recorded>) -> (Vec<Recorded>, Vec<Recorded>) {
    let snapshot = lines.iter().position(|line| line.is_rest && line.direction == Direction::In);
    let mut lines = lines;
    let rest = lines.split_off(snapshot.expect("a snapshot") + 1);
    (lines, rest)
}

pub fn is_depth(line: &Recorded) -> bool {
    line.raw.windows(13).any(|window| window == b"\"depthUpdate\"")
}

/// Takes updates without a copy: state and streams are its own.
pub struct PathSink {
    pub state: MarketState,
    pub streams: Streams,
    pub now: Timestamp,
    pub frames: u64,
    pub bytes: u64,
}

impl PathSink {
    fn count(frames: &mut u64, bytes: &mut u64, frame: &Frame) {
        *frames += 1;
        *bytes += frame.bytes.len() as u64;
    }

    fn publish_book(&mut self) {
        let (frames, bytes) = (&mut self.frames, &mut self.bytes);
        self.streams.on_book(&self.state, self.now, &mut |_, _, frame| Self::count(frames, bytes, &frame));
    }
}

impl UpdateSink for PathSink {
    fn listed(&mut self, _: MarketIndex, _: &Instrument) {}

    fn snapshot(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.state.apply_snapshot(update);
        self.publish_book();
    }

    fn depth(&mut self, _: MarketIndex, update: &DepthUpdate) {
        self.state.apply_depth(update);
        self.publish_book();
    }

    fn trade(&mut self, _: MarketIndex, trade: &Trade) {
        if let Some(sequenced) = self.state.apply_trade(trade) {
            let (frames, bytes) = (&mut self.frames, &mut self.bytes);
            let mut emit = |_, _, frame: Frame| Self::count(frames, bytes, &frame);
            self.streams.on_trade(&self.state, &sequenced, self.now, &mut emit);
        }
    }

    fn rescaled(&mut self, _: MarketIndex, _: Scales) {
        unreachable!("the instrument's scales hold all its numbers");
    }

    fn gap(&mut self, _: MarketIndex, gap: GapFound) {
        unreachable!("the recording has no holes: {gap:?}");
    }

    fn stale(&mut self, _: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.state.set_stale(reason, now);
    }

    fn halted(&mut self, _: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.state.set_halted(reason, now);
    }

    fn duplicate(&mut self, _: MarketIndex) {
        self.state.note_duplicate();
    }

    fn venue_bbo(&mut self, _: MarketIndex, bid: Level, ask: Level, venue_seq: u64) {
        self.state.note_venue_bbo(bid, ask, venue_seq);
    }
}

/// One market and what feeds it.
pub struct Pipeline {
    session: Box<dyn VenueSession>,
    actions: Vec<Action>,
    get: String,
    pub sink: PathSink,
}

impl Pipeline {
    /// With these streams open in these forms, standing behind the lines of `start`.
    pub fn new(keys: &[StreamKey], forms: &[Form], start: &[Recorded]) -> Self {
        // The lot is 0.00001, but far levels are printed with up to eight decimals that are not zero.
        let instrument =
            Instrument { scales: Scales::of(2, 8), ..Instrument::unlisted("BTCUSDT", "BTC", "USDT") };
        let config = SessionConfig { instruments: vec![instrument.clone()], discover: false };
        let state = MarketState::new(instrument, MarketLimits::default(), Timestamp::ZERO);
        let names = Names { market: "binance:BTC-USDT".to_owned(), symbol: "BTCUSDT".to_owned() };
        let mut streams = Streams::new(names, 1_763_722_800_123);
        for key in keys {
            for form in forms {
                streams.open(*key, *form, &state);
            }
        }
        let sink = PathSink { state, streams, now: Timestamp::ZERO, frames: 0, bytes: 0 };
        let mut pipeline = Self {
            session: BINANCE.session(config),
            actions: Vec::with_capacity(64),
            get: String::new(),
            sink,
        };
        for line in start {
            pipeline.take(line);
        }
        pipeline
    }

    pub fn take(&mut self, line: &Recorded) {
        self.sink.now = line.recv;
        let mut io = Io { updates: &mut self.sink, actions: &mut self.actions };
        let taken = match (line.is_rest, line.direction) {
            (false, Direction::In) => self.session.on_message(1, &line.raw, line.recv, &mut io),
            (true, Direction::In) => self.session.on_http(&self.get, &line.raw, line.recv, &mut io),
            (true, Direction::Out) => {
                let text = String::from_utf8_lossy(&line.raw);
                self.get = text.trim_start_matches("GET ").to_owned();
                Ok(())
            }
            (false, Direction::Out) => Ok(()),
        };
        taken.expect("a valid line");
    }
}
