//! The streams of one market: what has to be sent, encoded once whoever listens. Pure.
//!
//! Invariants per stream: each frame's `prev` is the `seq` of the frame before; a snapshot is at the
//! `seq` of the last frame, so that the frames after it apply to it.

use bytes::Bytes;
use marketd_domain::book::BookChanges;
use marketd_domain::checksum::kraken_v2;
use marketd_domain::market::MarketState;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::view::{DepthView, PendingChanges};
use marketd_domain::{CandleInterval, Level, Timestamp};
use marketd_protocol::frame::{self, FrameHead, FrameKind, FramePrefix};
use marketd_protocol::{BookDepth, StreamKey};

/// Trades in the snapshot of the trades channel.
const TRADES_SHOWN: usize = 100;
/// Candles in the snapshot of a candles channel.
const CANDLES_SHOWN: usize = 500;
/// Ticker and candle frames of one market come at most so often.
const SLOW_INTERVAL_MS: i64 = 250;
/// A book stream whose window did not change says so at most so often.
const IDLE_INTERVAL_MS: i64 = 1_000;

/// One frame, ready for every socket.
#[derive(Debug, Clone)]
pub struct Frame {
    pub epoch: u64,
    pub seq: u64,
    pub prev: u64,
    pub is_snapshot: bool,
    pub sent_at: Timestamp,
    /// With its WebSocket header.
    pub bytes: Bytes,
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
    Status,
}

struct Stream {
    key: StreamKey,
    prefix: FramePrefix,
    pending: Pending,
    last_seq: u64,
    interval_ms: i64,
    last_flush: Timestamp,
    /// When it has something to send.
    due: Option<Timestamp>,
}

impl Stream {
    fn new(market: &str, key: StreamKey, epoch: u64) -> Self {
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
        };
        Self {
            key,
            prefix: FramePrefix::new(market, key, epoch),
            pending,
            last_seq: 0,
            interval_ms,
            last_flush: Timestamp::ZERO,
            due: None,
        }
    }

    fn touch(&mut self, now: Timestamp) {
        self.touch_after(self.interval_ms, now);
    }

    fn touch_after(&mut self, interval_ms: i64, now: Timestamp) {
        let due = self.last_flush.plus_millis(interval_ms).max(now);
        self.due = Some(self.due.map_or(due, |held| held.min(due)));
    }
}

/// Buffers that every encoding reuses.
#[derive(Default)]
struct Scratch {
    payload: Vec<u8>,
    changes: BookChanges,
    checksum: Vec<u8>,
}

/// All streams of one market that somebody listens to.
pub struct Streams {
    market: String,
    epoch: u64,
    streams: Vec<Stream>,
    scratch: Scratch,
}

impl Streams {
    pub fn new(market: &str, epoch: u64) -> Self {
        Self { market: market.to_owned(), epoch, streams: Vec::new(), scratch: Scratch::default() }
    }

    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    pub fn keys(&self) -> impl Iterator<Item = StreamKey> {
        self.streams.iter().map(|stream| stream.key)
    }

    /// Everything starts over: positions of the old epoch mean nothing any more.
    pub fn begin_epoch(&mut self, epoch: u64, state: &MarketState) {
        self.epoch = epoch;
        let keys: Vec<StreamKey> = self.keys().collect();
        self.streams.clear();
        for key in keys {
            self.open(key, state);
        }
    }

    /// Makes a stream, standing at the present state.
    pub fn open(&mut self, key: StreamKey, state: &MarketState) {
        if self.streams.iter().any(|stream| stream.key == key) {
            return;
        }
        let mut stream = Stream::new(&self.market, key, self.epoch);
        stream.last_seq = seq_of(key, state);
        if let Pending::Top(view) = &mut stream.pending {
            self.scratch.changes.clear();
            view.advance(state.book(), &mut self.scratch.changes);
        }
        self.streams.push(stream);
    }

    pub fn close(&mut self, key: StreamKey) {
        self.streams.retain(|stream| stream.key != key);
    }

    /// The book changed by what `state.changes()` says.
    pub fn on_book(&mut self, state: &MarketState, now: Timestamp, emit: &mut dyn FnMut(StreamKey, Frame)) {
        let shown = state.is_book_shown();
        for stream in &mut self.streams {
            match &mut stream.pending {
                Pending::Full(pending) => {
                    let every_change = stream.interval_ms == 0 && shown && pending.is_empty();
                    if !every_change {
                        pending.add(state.changes());
                    } else if !state.changes().is_empty() {
                        let frame = encode_changes(
                            stream,
                            state,
                            state.changes(),
                            &mut self.scratch,
                            self.epoch,
                            now,
                        );
                        emit(stream.key, frame);
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
                    let best = (state.book().bids().best(), state.book().asks().best());
                    if *held != Some(best) {
                        stream.touch(now);
                    }
                }
                Pending::Ticker => stream.touch(now),
                Pending::Trades | Pending::Candles(..) | Pending::Status => {}
            }
        }
        self.flush(state, now, emit);
    }

    pub fn on_trade(
        &mut self,
        state: &MarketState,
        trade: &SequencedTrade,
        now: Timestamp,
        emit: &mut dyn FnMut(StreamKey, Frame),
    ) {
        for stream in &mut self.streams {
            match &mut stream.pending {
                Pending::Trades | Pending::Ticker => stream.touch(now),
                Pending::Candles(interval, changed) => {
                    let open_time = interval.open_time(trade.trade.ts_venue);
                    if changed.last() != Some(&open_time) && !changed.contains(&open_time) {
                        changed.push(open_time);
                    }
                    stream.touch(now);
                }
                _ => {}
            }
        }
        self.flush(state, now, emit);
    }

    pub fn on_status(&mut self, state: &MarketState, now: Timestamp, emit: &mut dyn FnMut(StreamKey, Frame)) {
        for stream in &mut self.streams {
            if matches!(stream.pending, Pending::Status) {
                stream.touch(now);
            }
        }
        self.flush(state, now, emit);
    }

    /// When [`Self::flush`] has to be called at the latest.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.streams.iter().filter_map(|stream| stream.due).min()
    }

    /// Emits a frame for every stream that is due.
    pub fn flush(&mut self, state: &MarketState, now: Timestamp, emit: &mut dyn FnMut(StreamKey, Frame)) {
        for stream in &mut self.streams {
            if stream.due.is_some_and(|due| due <= now)
                && let Some(frame) = encode_pending(stream, state, &mut self.scratch, self.epoch, now)
            {
                emit(stream.key, frame);
            }
        }
    }

    /// A snapshot of one stream. What is pending goes out first, to those who listen already, so that
    /// the snapshot stands at the end of the log. `None` while a crossed book is held back.
    pub fn snapshot(
        &mut self,
        key: StreamKey,
        state: &MarketState,
        now: Timestamp,
        emit: &mut dyn FnMut(StreamKey, Frame),
    ) -> Option<Frame> {
        self.open(key, state);
        let stream = self.streams.iter_mut().find(|stream| stream.key == key)?;
        let is_book = matches!(stream.pending, Pending::Full(_) | Pending::Top(_) | Pending::Bbo(_));
        if is_book && !state.is_book_shown() {
            return None;
        }
        stream.due = Some(now);
        if stream.last_seq != seq_of(key, state)
            && let Some(frame) = encode_pending(stream, state, &mut self.scratch, self.epoch, now)
        {
            emit(key, frame);
        }
        stream.due = None;
        Some(encode_snapshot(stream, state, &mut self.scratch, self.epoch, now))
    }
}

/// Where a stream of this channel stands in a state: the counter its frames carry.
fn seq_of(key: StreamKey, state: &MarketState) -> u64 {
    match key {
        StreamKey::Book { .. } | StreamKey::Bbo => state.book_seq(),
        StreamKey::Trades | StreamKey::Candles(_) => state.trades().last_seq(),
        StreamKey::Ticker => state.ticker_seq(),
        StreamKey::Status => state.status_seq(),
    }
}

fn head(kind: FrameKind, seq: u64, prev: u64, state: &MarketState, now: Timestamp) -> FrameHead {
    let (ts_venue, ts_recv) = state.book_times();
    FrameHead { kind, seq, prev, ts_venue, ts_recv, ts_sent: now }
}

fn finish(stream: &mut Stream, head: &FrameHead, payload: &[u8], epoch: u64, now: Timestamp) -> Frame {
    stream.last_seq = head.seq;
    stream.last_flush = now;
    stream.due = None;
    Frame {
        epoch,
        seq: head.seq,
        prev: head.prev,
        is_snapshot: head.kind == FrameKind::Snapshot,
        sent_at: now,
        bytes: frame::websocket_text(payload),
    }
}

fn checksum_of(stream: &Stream, state: &MarketState, scratch: &mut Vec<u8>) -> Option<u32> {
    matches!(stream.key, StreamKey::Book { checksum: true, .. }).then(|| kraken_v2(state.book(), scratch))
}

/// A book delta with exactly these changes.
fn encode_changes(
    stream: &mut Stream,
    state: &MarketState,
    changes: &BookChanges,
    scratch: &mut Scratch,
    epoch: u64,
    now: Timestamp,
) -> Frame {
    let head = head(FrameKind::Delta, state.book_seq(), stream.last_seq, state, now);
    let checksum = checksum_of(stream, state, &mut scratch.checksum);
    let payload = &mut scratch.payload;
    payload.clear();
    frame::push_head(payload, &stream.prefix, &head);
    let (bids, asks) = (changes.bids.iter().copied(), changes.asks.iter().copied());
    frame::push_book(payload, state.scales(), bids, asks, checksum);
    finish(stream, &head, payload, epoch, now)
}

/// The frame that brings a stream's subscribers up to date, or `None` if they are.
fn encode_pending(
    stream: &mut Stream,
    state: &MarketState,
    scratch: &mut Scratch,
    epoch: u64,
    now: Timestamp,
) -> Option<Frame> {
    let seq = seq_of(stream.key, state);
    let is_book = matches!(stream.pending, Pending::Full(_) | Pending::Top(_) | Pending::Bbo(_));
    if is_book && !state.is_book_shown() {
        // Held back until the book uncrosses; it stays due.
        stream.due = None;
        return None;
    }
    if seq == stream.last_seq {
        stream.due = None;
        return None;
    }
    let mut changes = std::mem::take(&mut scratch.changes);
    changes.clear();
    match &mut stream.pending {
        Pending::Full(pending) => pending.drain_into(state.book(), &mut changes),
        Pending::Top(view) => view.advance(state.book(), &mut changes),
        Pending::Bbo(_) | Pending::Trades | Pending::Ticker | Pending::Candles(..) | Pending::Status => {
            scratch.changes = changes;
            return Some(encode_other(stream, state, scratch, epoch, now));
        }
    }
    let frame = encode_changes(stream, state, &changes, scratch, epoch, now);
    scratch.changes = changes;
    Some(frame)
}

/// Frames of the channels that are not books.
fn encode_other(
    stream: &mut Stream,
    state: &MarketState,
    scratch: &mut Scratch,
    epoch: u64,
    now: Timestamp,
) -> Frame {
    let kind = match stream.pending {
        Pending::Trades => FrameKind::Event,
        Pending::Status => FrameKind::Status,
        _ => FrameKind::Delta,
    };
    let mut head = head(kind, seq_of(stream.key, state), stream.last_seq, state, now);
    let scales = state.scales();
    let payload = &mut scratch.payload;
    payload.clear();
    match &mut stream.pending {
        Pending::Bbo(held) => {
            let best = (state.book().bids().best(), state.book().asks().best());
            *held = Some(best);
            frame::push_head(payload, &stream.prefix, &head);
            frame::push_bbo(payload, scales, best.0, best.1);
        }
        Pending::Trades => {
            let fresh = usize::try_from(head.seq - head.prev).unwrap_or(usize::MAX);
            stamp_with_trade(&mut head, state);
            frame::push_head(payload, &stream.prefix, &head);
            frame::push_trades(payload, scales, state.trades().before(None, fresh));
        }
        Pending::Ticker => {
            frame::push_head(payload, &stream.prefix, &head);
            frame::push_ticker(payload, scales, &state.ticker().view(), state.book());
        }
        Pending::Candles(interval, changed) => {
            let series = state.candles(*interval);
            let newest = series.last().map(|candle| candle.open_time);
            changed.sort_unstable();
            stamp_with_trade(&mut head, state);
            frame::push_head(payload, &stream.prefix, &head);
            let candles = changed.drain(..).filter_map(|open_time| {
                series.at(open_time).map(|candle| (candle, newest > Some(open_time)))
            });
            frame::push_candles(payload, scales, candles);
        }
        Pending::Status => {
            frame::push_head(payload, &stream.prefix, &head);
            frame::push_status(payload, &state.status());
        }
        Pending::Full(_) | Pending::Top(_) => {}
    }
    finish(stream, &head, payload, epoch, now)
}

/// Trades and candles carry the times of the trade, not those of the book.
fn stamp_with_trade(head: &mut FrameHead, state: &MarketState) {
    if let Some(last) = state.trades().last() {
        (head.ts_venue, head.ts_recv) = (last.trade.ts_venue, last.trade.ts_recv);
    }
}

fn encode_snapshot(
    stream: &mut Stream,
    state: &MarketState,
    scratch: &mut Scratch,
    epoch: u64,
    now: Timestamp,
) -> Frame {
    let seq = stream.last_seq;
    let kind =
        if matches!(stream.pending, Pending::Status) { FrameKind::Status } else { FrameKind::Snapshot };
    let mut head = head(kind, seq, seq, state, now);
    let scales = state.scales();
    let checksum = checksum_of(stream, state, &mut scratch.checksum);
    let payload = &mut scratch.payload;
    payload.clear();
    if matches!(stream.pending, Pending::Trades | Pending::Candles(..)) {
        stamp_with_trade(&mut head, state);
    }
    frame::push_head(payload, &stream.prefix, &head);
    match &mut stream.pending {
        Pending::Full(_) => {
            frame::push_book(
                payload,
                scales,
                state.book().bids().iter(),
                state.book().asks().iter(),
                checksum,
            );
        }
        Pending::Top(view) => {
            let depth = view.depth();
            let (bids, asks) =
                (state.book().bids().iter().take(depth), state.book().asks().iter().take(depth));
            frame::push_book(payload, scales, bids, asks, checksum);
        }
        Pending::Bbo(held) => {
            let best = (state.book().bids().best(), state.book().asks().best());
            *held = Some(best);
            frame::push_bbo(payload, scales, best.0, best.1);
        }
        Pending::Trades => frame::push_trades(payload, scales, state.trades().before(None, TRADES_SHOWN)),
        Pending::Ticker => frame::push_ticker(payload, scales, &state.ticker().view(), state.book()),
        Pending::Candles(interval, changed) => {
            changed.clear();
            let series = state.candles(*interval);
            let newest = series.last().map(|candle| candle.open_time);
            let candles = series
                .range(None, None, CANDLES_SHOWN)
                .map(|candle| (candle, newest > Some(candle.open_time)));
            frame::push_candles(payload, scales, candles);
        }
        Pending::Status => frame::push_status(payload, &state.status()),
    }
    let due = stream.due;
    let mut frame = finish(stream, &head, payload, epoch, now);
    stream.due = due;
    frame.is_snapshot = true;
    frame
}
