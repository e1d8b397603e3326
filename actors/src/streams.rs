//! The streams of one market: what has to be sent, encoded once for each form that somebody listens
//! to. Pure.
//!
//! Invariants per stream: each frame's `prev` is the `seq` of the frame before, in every form; a snapshot
//! is at the `seq` of the last frame, so that the frames after it apply to it.

mod encode;

use bytes::Bytes;
use marketd_domain::book::BookChanges;
use marketd_domain::market::MarketState;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::view::{DepthView, PendingChanges};
use marketd_domain::{CandleInterval, Level, Timestamp};
use marketd_protocol::binance::KlineSpec;
use marketd_protocol::binance::kline::newest;
use marketd_protocol::frame::FramePrefix;
use marketd_protocol::{BookDepth, FaceStream, Form, FormSet, StreamKey};

use crate::traces::Hop;
use encode::{Moment, Scratch, encode_changes, encode_pending, encode_snapshot};

/// Ticker and candle frames of one market come at most so often.
const SLOW_INTERVAL_MS: i64 = 250;
/// Tickers of Binance's clients: as often as there.
const FACE_TICKER_MS: i64 = 1_000;
/// Trades that are gathered into one frame at most: few enough that frames are still laid out together.
const GATHERED_TRADES: u64 = 64;
/// A book stream whose window did not change says so at most so often.
const IDLE_INTERVAL_MS: i64 = 1_000;

/// One frame, ready for every socket that takes its form.
#[derive(Debug, Clone)]
pub struct Frame {
    pub epoch: u64,
    pub seq: u64,
    pub prev: u64,
    pub is_snapshot: bool,
    pub sent_at: Timestamp,
    /// With its WebSocket header.
    pub bytes: Bytes,
    /// Where its trace is, where something in it is traced.
    pub hop: Option<Hop>,
}

impl Frame {
    /// It has come to a hub: if it is traced, its trace says so and goes on from there.
    pub fn enter_ring(&mut self, market: &str, key: StreamKey) {
        let Some(span) = self.hop.take().and_then(|hop| hop.begin("hub.ring")) else { return };
        self.hop = Some(span.hop());
        let span = span.with("market", market.to_owned()).with("channel", key.channel().as_str());
        drop(span.with("seq", self.seq).with("bytes", self.bytes.len()));
    }
}

/// What a stream has to remember between frames.
enum Pending {
    /// All levels: changes since the last frame.
    Full(PendingChanges),
    /// The best levels, as the subscribers hold them.
    Top(DepthView),
    Bbo(Option<(Option<Level>, Option<Level>)>),
    /// The last trade that was sent.
    Trades,
    Ticker,
    /// Open times of the candles that changed.
    Candles(CandleInterval, Vec<Timestamp>),
    /// The same for Binance's intervals, and the newest candle's: it is told once more when it has closed.
    Klines {
        spec: KlineSpec,
        changed: Vec<Timestamp>,
        newest: Option<Timestamp>,
    },
    Status,
}

/// What a stream is called by Binance's clients.
struct FaceName {
    symbol: String,
    /// What a message begins with where the name stands around it.
    opening: Vec<u8>,
}

impl FaceName {
    fn new(symbol: &str, stream: FaceStream) -> Self {
        let opening = format!("{{\"stream\":\"{}\",\"data\":", stream.name(symbol)).into_bytes();
        Self { symbol: symbol.to_owned(), opening }
    }
}

struct Stream {
    key: StreamKey,
    /// The forms that somebody listens to; never empty.
    forms: FormSet,
    prefix: FramePrefix,
    face: Option<FaceName>,
    pending: Pending,
    last_seq: u64,
    interval_ms: i64,
    last_flush: Timestamp,
    /// When it has something to send.
    due: Option<Timestamp>,
    /// Changes that joined one that was waiting already.
    conflated: u64,
    /// The trace of something that the next frame has in it.
    hop: Option<Hop>,
    /// Something was added to the next frame.
    is_touched: bool,
}

impl Stream {
    fn new(names: &Names, key: StreamKey, forms: FormSet, epoch: u64) -> Self {
        let (pending, interval_ms) = match key {
            StreamKey::Book { depth: BookDepth::Full, interval, .. } => {
                (Pending::Full(PendingChanges::default()), i64::from(interval.millis()))
            }
            StreamKey::Book { depth: BookDepth::Top(levels), interval, .. } => {
                (Pending::Top(DepthView::new(usize::from(levels))), i64::from(interval.millis()))
            }
            StreamKey::Bbo => (Pending::Bbo(None), 0),
            StreamKey::Trades => (Pending::Trades, 0),
            StreamKey::Ticker => (Pending::Ticker, SLOW_INTERVAL_MS),
            StreamKey::Candles(interval) => (Pending::Candles(interval, Vec::new()), SLOW_INTERVAL_MS),
            StreamKey::Status => (Pending::Status, 0),
            StreamKey::Face(stream) => pending_of(stream),
        };
        let face = match key {
            StreamKey::Face(stream) => Some(FaceName::new(&names.symbol, stream)),
            _ => None,
        };
        Self {
            key,
            forms,
            prefix: FramePrefix::new(&names.market, key, epoch),
            face,
            pending,
            last_seq: 0,
            interval_ms,
            last_flush: Timestamp::ZERO,
            due: None,
            conflated: 0,
            hop: None,
            is_touched: false,
        }
    }

    /// Its frames show the book, which is crossed at present.
    fn is_held_back(&self, state: &MarketState) -> bool {
        let shows_book = match self.key {
            StreamKey::Book { .. } | StreamKey::Bbo => true,
            StreamKey::Face(stream) => is_of_book(stream),
            _ => false,
        };
        shows_book && !state.is_book_shown()
    }

    fn touch(&mut self, now: Timestamp) {
        self.touch_after(self.interval_ms, now);
    }

    /// Something came that may wait for what follows.
    fn touch_gathering(&mut self, state: &MarketState, gather_ms: i64, now: Timestamp) {
        let held = state.trades().last_seq().saturating_sub(self.last_seq);
        // Those that are not kept any more could not be told.
        let is_full = held >= GATHERED_TRADES.min(state.trades().capacity() as u64);
        self.touch_after(self.interval_ms.max(if is_full { 0 } else { gather_ms }), now);
    }

    fn touch_after(&mut self, interval_ms: i64, now: Timestamp) {
        self.conflated += u64::from(self.due.is_some());
        self.is_touched = true;
        let due = self.last_flush.plus_millis(interval_ms).max(now);
        self.due = Some(self.due.map_or(due, |held| held.min(due)));
    }
}

/// What a stream of Binance's clients remembers, and how often it has something new at most.
fn pending_of(stream: FaceStream) -> (Pending, i64) {
    match stream {
        FaceStream::Depth(speed) => (Pending::Full(PendingChanges::default()), speed.millis()),
        FaceStream::Top { levels, speed } => {
            (Pending::Top(DepthView::new(usize::from(levels))), speed.millis())
        }
        FaceStream::BookTicker => (Pending::Bbo(None), 0),
        FaceStream::Trade | FaceStream::AggTrade => (Pending::Trades, 0),
        FaceStream::MiniTicker { .. } | FaceStream::AvgPrice => (Pending::Trades, FACE_TICKER_MS),
        FaceStream::Ticker { .. } | FaceStream::WindowTicker { .. } => (Pending::Ticker, FACE_TICKER_MS),
        FaceStream::Kline(spec) => {
            (Pending::Klines { spec, changed: Vec::new(), newest: None }, SLOW_INTERVAL_MS)
        }
    }
}

const fn is_of_book(stream: FaceStream) -> bool {
    matches!(stream, FaceStream::Depth(_) | FaceStream::Top { .. } | FaceStream::BookTicker)
}

/// What a market is called, by us and by Binance's clients.
#[derive(Debug, Clone)]
pub struct Names {
    pub market: String,
    /// Empty where it has none: then nobody can ask for its streams.
    pub symbol: String,
}

/// All streams of one market that somebody listens to.
pub struct Streams {
    names: Names,
    epoch: u64,
    streams: Vec<Stream>,
    scratch: Scratch,
    /// Trades are gathered for so long.
    gather_ms: i64,
}

impl Streams {
    pub fn new(names: Names, epoch: u64) -> Self {
        Self { names, epoch, streams: Vec::new(), scratch: Scratch::default(), gather_ms: 0 }
    }

    /// Trades that come within so many milliseconds go together from now on: nobody could be sent them sooner.
    pub const fn gather(&mut self, ms: i64) {
        self.gather_ms = ms;
    }

    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Everything starts over: positions of the old epoch mean nothing any more.
    pub fn begin_epoch(&mut self, epoch: u64, state: &MarketState) {
        self.epoch = epoch;
        let opened: Vec<(StreamKey, FormSet)> =
            self.streams.drain(..).map(|stream| (stream.key, stream.forms)).collect();
        for (key, forms) in opened {
            self.open_forms(key, forms, state);
        }
    }

    /// Somebody listens to a stream in this form. A stream that is new stands at the present state.
    pub fn open(&mut self, key: StreamKey, form: Form, state: &MarketState) {
        match self.streams.iter_mut().find(|stream| stream.key == key) {
            Some(stream) => stream.forms = stream.forms.with(form),
            None => self.open_forms(key, FormSet::only(form), state),
        }
    }

    fn open_forms(&mut self, key: StreamKey, forms: FormSet, state: &MarketState) {
        let mut stream = Stream::new(&self.names, key, forms, self.epoch);
        stream.last_seq = seq_of(key, state);
        if let Pending::Klines { spec, newest: held, .. } = &mut stream.pending {
            *held = newest(state, *spec);
        }
        if let Pending::Top(view) = &mut stream.pending {
            // It begins at the book as it is; what that changes for nobody is let go.
            view.advance(state.book(), &mut BookChanges::default());
        }
        self.streams.push(stream);
    }

    /// Nobody listens to a stream in this form any more.
    pub fn close(&mut self, key: StreamKey, form: Form) {
        for stream in &mut self.streams {
            if stream.key == key {
                stream.forms = stream.forms.without(form);
            }
        }
        self.streams.retain(|stream| !stream.forms.is_empty());
    }

    /// The book changed by what `state.changes()` says.
    pub fn on_book(
        &mut self,
        state: &MarketState,
        now: Timestamp,
        emit: &mut dyn FnMut(StreamKey, Form, Frame),
    ) {
        let shown = state.is_book_shown();
        let at = Moment { state, epoch: self.epoch, now };
        for stream in &mut self.streams {
            match &mut stream.pending {
                Pending::Full(pending) => {
                    let every_change = stream.interval_ms == 0 && shown && pending.is_empty();
                    if !every_change {
                        pending.add(state.changes());
                    } else if !state.changes().is_empty() {
                        encode_changes(stream, state.changes(), at, &mut self.scratch, emit);
                        continue;
                    }
                    if !pending.is_empty() {
                        stream.touch(now);
                    }
                }
                Pending::Top(view) => {
                    if view.touched_by(state.changes()) {
                        stream.touch(now);
                    } else if !state.changes().is_empty() {
                        let idle = stream.interval_ms.max(IDLE_INTERVAL_MS);
                        stream.touch_after(idle, now);
                    }
                }
                Pending::Bbo(held) => {
                    if *held != Some(best_of(state)) {
                        stream.touch(now);
                    }
                }
                Pending::Ticker => stream.touch(now),
                Pending::Trades | Pending::Candles(..) | Pending::Klines { .. } | Pending::Status => {}
            }
        }
        self.flush(state, now, emit);
    }

    pub fn on_trade(
        &mut self,
        state: &MarketState,
        trade: &SequencedTrade,
        now: Timestamp,
        emit: &mut dyn FnMut(StreamKey, Form, Frame),
    ) {
        for stream in &mut self.streams {
            match &mut stream.pending {
                Pending::Trades => stream.touch_gathering(state, self.gather_ms, now),
                Pending::Ticker => stream.touch(now),
                Pending::Candles(interval, changed) => {
                    let open_time = interval.open_time(trade.trade.ts_venue);
                    if changed.last() != Some(&open_time) && !changed.contains(&open_time) {
                        changed.push(open_time);
                    }
                    stream.touch(now);
                }
                Pending::Klines { spec, changed, newest } => {
                    let open_time = spec.open_time(trade.trade.ts_venue);
                    let closed = newest.filter(|newest| *newest < open_time);
                    for changed_at in closed.into_iter().chain([open_time]) {
                        if !changed.contains(&changed_at) {
                            changed.push(changed_at);
                        }
                    }
                    *newest = (*newest).max(Some(open_time));
                    stream.touch(now);
                }
                _ => {}
            }
        }
        self.flush(state, now, emit);
    }

    pub fn on_status(
        &mut self,
        state: &MarketState,
        now: Timestamp,
        emit: &mut dyn FnMut(StreamKey, Form, Frame),
    ) {
        for stream in &mut self.streams {
            if matches!(stream.pending, Pending::Status) {
                stream.touch(now);
            }
        }
        self.flush(state, now, emit);
    }

    /// The next frame of each stream is a part of this trace, if anything comes into it until [`Self::end_trace`].
    pub fn begin_trace(&mut self, hop: &Hop) {
        for stream in &mut self.streams {
            stream.is_touched = false;
            stream.hop.get_or_insert_with(|| hop.clone());
        }
    }

    pub fn end_trace(&mut self) {
        for stream in &mut self.streams {
            if !stream.is_touched {
                stream.hop = None;
            }
        }
    }

    /// How many changes have joined one that was waiting, since the last call.
    pub fn take_conflated(&mut self) -> u64 {
        self.streams.iter_mut().map(|stream| std::mem::take(&mut stream.conflated)).sum()
    }

    /// When [`Self::flush`] has to be called at the latest.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.streams.iter().filter_map(|stream| stream.due).min()
    }

    /// Emits the frames of every stream that is due.
    pub fn flush(
        &mut self,
        state: &MarketState,
        now: Timestamp,
        emit: &mut dyn FnMut(StreamKey, Form, Frame),
    ) {
        let at = Moment { state, epoch: self.epoch, now };
        for stream in &mut self.streams {
            if stream.due.is_some_and(|due| due <= now) {
                encode_pending(stream, at, &mut self.scratch, emit);
            }
        }
    }

    /// A snapshot of one stream, in one form. What is pending goes out first, to those who listen
    /// already, so that the snapshot stands at the end of the log. `None` while a crossed book is held back.
    pub fn snapshot(
        &mut self,
        key: StreamKey,
        form: Form,
        state: &MarketState,
        now: Timestamp,
        emit: &mut dyn FnMut(StreamKey, Form, Frame),
    ) -> Option<Frame> {
        let at = Moment { state, epoch: self.epoch, now };
        // Before the form is opened: who begins with the snapshot has no use for what leads up to it.
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.key == key)
            && !stream.is_held_back(state)
        {
            encode_pending(stream, at, &mut self.scratch, emit);
        }
        self.open(key, form, state);
        let stream = self.streams.iter_mut().find(|stream| stream.key == key)?;
        if stream.is_held_back(state) {
            return None;
        }
        encode_snapshot(stream, form, at, &mut self.scratch)
    }
}

/// Where a stream of this channel stands in a state: the counter its frames carry.
fn seq_of(key: StreamKey, state: &MarketState) -> u64 {
    match key {
        StreamKey::Book { .. } | StreamKey::Bbo => state.book_seq(),
        StreamKey::Trades | StreamKey::Candles(_) => state.trades().last_seq(),
        StreamKey::Ticker => state.ticker_seq(),
        StreamKey::Status => state.status_seq(),
        StreamKey::Face(stream) if is_of_book(stream) => state.book_seq(),
        StreamKey::Face(FaceStream::Ticker { .. } | FaceStream::WindowTicker { .. }) => state.ticker_seq(),
        StreamKey::Face(_) => state.trades().last_seq(),
    }
}

fn best_of(state: &MarketState) -> (Option<Level>, Option<Level>) {
    (state.book().bids().best(), state.book().asks().best())
}
