//! From a due stream to its frames: one for each form that somebody listens to.

mod face;

use std::cell::RefCell;

use marketd_domain::book::BookChanges;
use marketd_domain::checksum::kraken_v2;
use marketd_domain::market::MarketState;
use marketd_domain::{CandleInterval, Level, Timestamp};
use marketd_protocol::binance::KlineSpec;
use marketd_protocol::binance::kline::newest;
use marketd_protocol::deflate::Deflater;
use marketd_protocol::frame::{self, FrameHead, FrameKind};
use marketd_protocol::{DataFrame, Encoding, Form, FormSet, StreamKey};

use super::{Frame, Pending, Stream, best_of, seq_of};

/// Trades in the snapshot of the trades channel.
const TRADES_SHOWN: usize = 100;
/// Candles in the snapshot of a candles channel.
const CANDLES_SHOWN: usize = 500;

thread_local! {
    /// One a thread, made when the first compressed frame is due: it is large, and there may be
    /// thousands of markets.
    static DEFLATER: RefCell<Deflater> = RefCell::new(Deflater::new());
}

/// Buffers that every encoding reuses.
#[derive(Default)]
pub(super) struct Scratch {
    payload: Vec<u8>,
    /// A message with the stream's name around it.
    wrapping: Vec<u8>,
    changes: BookChanges,
    checksum: Vec<u8>,
}

/// What a frame is made from.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub state: &'a MarketState,
    pub epoch: u64,
    pub now: Timestamp,
}

/// What a frame tells, besides its head.
enum Content<'a> {
    Changes(&'a BookChanges),
    /// The best levels, so many a side.
    Levels(usize),
    Best(Option<Level>, Option<Level>),
    /// The newest trades, so many.
    Trades(usize),
    Ticker,
    /// Those that opened at these times.
    Candles(CandleInterval, &'a [Timestamp]),
    NewestCandles(CandleInterval),
    /// Candles in Binance's intervals that opened at these times.
    Klines(KlineSpec, &'a [Timestamp]),
    Status,
}

impl Content<'_> {
    fn write(&self, frame: DataFrame<'_>, state: &MarketState, checksum: Option<u32>) {
        let closed = |interval: CandleInterval, open_time| {
            state.candles(interval).last().map(|candle| candle.open_time) > Some(open_time)
        };
        match *self {
            Self::Changes(changes) => {
                frame.book(changes.bids.iter().copied(), changes.asks.iter().copied(), checksum);
            }
            Self::Levels(depth) => {
                let (bids, asks) = (state.book().bids().iter(), state.book().asks().iter());
                frame.book(bids.take(depth), asks.take(depth), checksum);
            }
            Self::Best(bid, ask) => frame.bbo(bid, ask),
            Self::Trades(count) => frame.trades(state.trades().before(None, count)),
            Self::Ticker => frame.ticker(&state.ticker().view(), state.book()),
            Self::Candles(interval, open_times) => {
                let candles = open_times.iter().filter_map(|open_time| {
                    state
                        .candles(interval)
                        .at(*open_time)
                        .map(|candle| (candle, closed(interval, *open_time)))
                });
                frame.candles(candles);
            }
            Self::NewestCandles(interval) => {
                let candles = state.candles(interval).range(None, None, CANDLES_SHOWN);
                frame.candles(candles.map(|candle| (candle, closed(interval, candle.open_time))));
            }
            Self::Status => frame.status(&state.status()),
            // Told by Binance's clients' forms only; never in a frame of ours.
            Self::Klines(..) => frame.candles(std::iter::empty()),
        }
    }
}

/// A frame before it is encoded.
struct Draft<'a> {
    head: FrameHead,
    is_snapshot: bool,
    content: Content<'a>,
}

fn head(stream: &Stream, kind: FrameKind, seq: u64, at: Moment<'_>) -> FrameHead {
    let state = at.state;
    let (mut ts_venue, mut ts_recv) = state.book_times();
    // Trades and candles carry the times of the trade, not those of the book.
    if matches!(stream.pending, Pending::Trades | Pending::Candles(..))
        && let Some(last) = state.trades().last()
    {
        (ts_venue, ts_recv) = (last.trade.ts_venue, last.trade.ts_recv);
    }
    FrameHead { kind, seq, prev: stream.last_seq, ts_venue, ts_recv, ts_sent: at.now }
}

/// Encodes a draft once for each of `forms`. What a compressed form does not make shorter is shared
/// with the plain one.
fn send(
    stream: &Stream,
    draft: &Draft<'_>,
    forms: FormSet,
    at: Moment<'_>,
    scratch: &mut Scratch,
    emit: &mut dyn FnMut(StreamKey, Form, Frame),
) {
    if stream.face.is_some() {
        face::send(stream, draft, forms, at, scratch, emit);
        return;
    }
    let with_checksum = matches!(stream.key, StreamKey::Book { checksum: true, .. });
    let checksum = with_checksum.then(|| kraken_v2(at.state.book(), &mut scratch.checksum));
    let mut emit = |form: Form, bytes| {
        let FrameHead { seq, prev, .. } = draft.head;
        let Draft { is_snapshot, .. } = *draft;
        let frame = Frame {
            epoch: at.epoch,
            seq,
            prev,
            is_snapshot,
            sent_at: at.now,
            bytes,
            hop: stream.hop.clone(),
        };
        emit(stream.key, form, frame);
    };
    for encoding in Encoding::ALL {
        let (plain, deflated) = (Form::new(encoding, false), Form::new(encoding, true));
        if !forms.contains(plain) && !forms.contains(deflated) {
            continue;
        }
        let payload = &mut scratch.payload;
        payload.clear();
        let frame = DataFrame::begin(encoding, payload, &stream.prefix, &draft.head, at.state.scales());
        draft.content.write(frame, at.state, checksum);
        let compressed = if forms.contains(deflated) {
            DEFLATER.with_borrow_mut(|deflater| deflater.frame(encoding, payload))
        } else {
            None
        };
        let is_shared = forms.contains(deflated) && compressed.is_none();
        if let Some(bytes) = compressed {
            emit(deflated, bytes);
        }
        match (forms.contains(plain), is_shared) {
            (false, false) => {}
            (true, true) => {
                let bytes = frame::websocket_message(encoding, payload);
                emit(deflated, bytes.clone());
                emit(plain, bytes);
            }
            (true, false) => emit(plain, frame::websocket_message(encoding, payload)),
            (false, true) => emit(deflated, frame::websocket_message(encoding, payload)),
        }
    }
}

/// The stream's subscribers stand at `seq` now.
fn advance(stream: &mut Stream, seq: u64, now: Timestamp) {
    stream.last_seq = seq;
    stream.last_flush = now;
    stream.due = None;
    stream.hop = None;
}

/// A book delta with exactly these changes.
pub(super) fn encode_changes(
    stream: &mut Stream,
    changes: &BookChanges,
    at: Moment<'_>,
    scratch: &mut Scratch,
    emit: &mut dyn FnMut(StreamKey, Form, Frame),
) {
    let head = head(stream, FrameKind::Delta, at.state.book_seq(), at);
    let draft = Draft { head, is_snapshot: false, content: Content::Changes(changes) };
    send(stream, &draft, stream.forms, at, scratch, emit);
    advance(stream, head.seq, at.now);
}

/// Emits the frames that bring a stream's subscribers up to date, unless they are.
pub(super) fn encode_pending(
    stream: &mut Stream,
    at: Moment<'_>,
    scratch: &mut Scratch,
    emit: &mut dyn FnMut(StreamKey, Form, Frame),
) {
    // What is held back until the book uncrosses is touched again when it does.
    stream.due = None;
    if stream.is_held_back(at.state) || seq_of(stream.key, at.state) == stream.last_seq {
        return;
    }
    let mut changes = std::mem::take(&mut scratch.changes);
    changes.clear();
    match &mut stream.pending {
        Pending::Full(pending) => {
            pending.drain_into(at.state.book(), &mut changes);
            encode_changes(stream, &changes, at, scratch, emit);
        }
        Pending::Top(view) => {
            view.advance(at.state.book(), &mut changes);
            encode_changes(stream, &changes, at, scratch, emit);
        }
        Pending::Bbo(_)
        | Pending::Trades
        | Pending::Ticker
        | Pending::Candles(..)
        | Pending::Klines { .. }
        | Pending::Status => {
            encode_other(stream, at, scratch, emit);
        }
    }
    scratch.changes = changes;
}

/// Frames of the channels that are not books of levels.
fn encode_other(
    stream: &mut Stream,
    at: Moment<'_>,
    scratch: &mut Scratch,
    emit: &mut dyn FnMut(StreamKey, Form, Frame),
) {
    let kind = match stream.pending {
        Pending::Trades => FrameKind::Event,
        Pending::Status => FrameKind::Status,
        _ => FrameKind::Delta,
    };
    let head = head(stream, kind, seq_of(stream.key, at.state), at);
    let mut changed = Vec::new();
    let content = match &mut stream.pending {
        Pending::Bbo(held) => {
            let (bid, ask) = *held.insert(best_of(at.state));
            Content::Best(bid, ask)
        }
        Pending::Trades => Content::Trades(usize::try_from(head.seq - head.prev).unwrap_or(usize::MAX)),
        Pending::Ticker => Content::Ticker,
        Pending::Candles(interval, open_times) => {
            open_times.sort_unstable();
            changed = std::mem::take(open_times);
            Content::Candles(*interval, &changed)
        }
        Pending::Klines { spec, changed: open_times, .. } => {
            open_times.sort_unstable();
            changed = std::mem::take(open_times);
            Content::Klines(*spec, &changed)
        }
        Pending::Status => Content::Status,
        Pending::Full(_) | Pending::Top(_) => return,
    };
    send(stream, &Draft { head, is_snapshot: false, content }, stream.forms, at, scratch, emit);
    if let Pending::Candles(_, open_times) | Pending::Klines { changed: open_times, .. } = &mut stream.pending
    {
        // Emptied and given back, for its room.
        changed.clear();
        *open_times = changed;
    }
    advance(stream, head.seq, at.now);
}

/// A snapshot in one form, at the end of the stream.
pub(super) fn encode_snapshot(
    stream: &mut Stream,
    form: Form,
    at: Moment<'_>,
    scratch: &mut Scratch,
) -> Option<Frame> {
    let kind =
        if matches!(stream.pending, Pending::Status) { FrameKind::Status } else { FrameKind::Snapshot };
    let head = head(stream, kind, stream.last_seq, at);
    let mut open_times = Vec::new();
    let content = match &mut stream.pending {
        Pending::Full(_) => Content::Levels(usize::MAX),
        Pending::Top(view) => Content::Levels(view.depth()),
        Pending::Bbo(held) => {
            let (bid, ask) = *held.insert(best_of(at.state));
            Content::Best(bid, ask)
        }
        Pending::Trades => Content::Trades(TRADES_SHOWN),
        Pending::Ticker => Content::Ticker,
        Pending::Candles(interval, open_times) => {
            open_times.clear();
            Content::NewestCandles(*interval)
        }
        Pending::Klines { spec, changed, .. } => {
            changed.clear();
            open_times.extend(newest(at.state, *spec));
            Content::Klines(*spec, &open_times)
        }
        Pending::Status => Content::Status,
    };
    let mut snapshot = None;
    let draft = Draft { head, is_snapshot: true, content };
    send(stream, &draft, FormSet::only(form), at, scratch, &mut |_, _, frame| snapshot = Some(frame));
    advance(stream, head.seq, at.now);
    snapshot
}
