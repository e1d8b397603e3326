//! Frames in the forms of Binance's clients. One frame may be several messages: each trade is one, and each candle.

use bytes::Bytes;
use marketd_protocol::binance::aggregate;
use marketd_protocol::binance::kline::{TakerShare, find};
use marketd_protocol::binance::message::{self, Head, Span};
use marketd_protocol::binance::ticker::{five_minutes, moment};
use marketd_protocol::binance::{FaceStream, KlineSpec, TickerFigures};
use marketd_protocol::frame::push_text_message;
use marketd_protocol::{Form, FormSet, StreamKey};

use super::{Content, Draft, Frame, FrameHead, Moment, Scratch, Stream};

/// Encodes a draft once for each of `forms`: the content once in each unit of time, and the same bytes with the stream's
/// name around them.
pub(super) fn send(
    stream: &Stream,
    draft: &Draft<'_>,
    forms: FormSet,
    at: Moment<'_>,
    scratch: &mut Scratch,
    emit: &mut dyn FnMut(StreamKey, Form, Frame),
) {
    let (StreamKey::Face(face), Some(name)) = (stream.key, &stream.face) else { return };
    let FrameHead { seq, prev, .. } = draft.head;
    for in_micros in [false, true] {
        let (plain, combined) = (Form::binance(false, in_micros), Form::binance(true, in_micros));
        let (wants_plain, wants_combined) = (forms.contains(plain), forms.contains(combined));
        if !wants_plain && !wants_combined {
            continue;
        }
        let (mut bytes, mut wrapped) = (Vec::new(), Vec::new());
        let Scratch { payload, wrapping, .. } = &mut *scratch;
        let head = Head { symbol: &name.symbol, at: moment(at.state), in_micros };
        write(face, draft, head, at, payload, &mut |payload| {
            if wants_plain {
                push_text_message(&mut bytes, payload);
            }
            if wants_combined {
                wrapping.clear();
                wrapping.extend_from_slice(&name.opening);
                wrapping.extend_from_slice(payload);
                wrapping.push(b'}');
                push_text_message(&mut wrapped, wrapping);
            }
        });
        for (form, bytes) in
            [(wants_plain.then_some(plain), bytes), (wants_combined.then_some(combined), wrapped)]
        {
            let Some(form) = form else { continue };
            let bytes = Bytes::from(bytes.into_boxed_slice());
            let is_snapshot = draft.is_snapshot;
            let hop = stream.hop.clone();
            let frame = Frame { epoch: at.epoch, seq, prev, is_snapshot, sent_at: at.now, bytes, hop };
            emit(stream.key, form, frame);
        }
    }
}

/// Writes each message of a frame into `payload` and hands it on. A stream of changes has none for a snapshot: its
/// readers ask REST.
fn write(
    face: FaceStream,
    draft: &Draft<'_>,
    head: Head<'_>,
    at: Moment<'_>,
    payload: &mut Vec<u8>,
    message: &mut dyn FnMut(&[u8]),
) {
    let (state, scales) = (at.state, at.state.scales());
    if draft.is_snapshot && !face.is_state() {
        return;
    }
    payload.clear();
    match (face, &draft.content) {
        (FaceStream::Depth(_), Content::Changes(changes)) => {
            let span = Span { first: draft.head.prev + 1, last: draft.head.seq };
            let (bids, asks) = (changes.bids.iter().copied(), changes.asks.iter().copied());
            message::push_depth(payload, head, span, scales, bids, asks);
        }
        (FaceStream::Top { levels, .. }, _) => {
            let levels = usize::from(levels);
            let (bids, asks) = (state.book().bids().iter(), state.book().asks().iter());
            message::push_top(payload, draft.head.seq, scales, bids.take(levels), asks.take(levels));
        }
        (FaceStream::BookTicker, Content::Best(bid, ask)) => {
            message::push_book_ticker(payload, head.symbol, draft.head.seq, scales, (*bid, *ask));
        }
        (FaceStream::Trade, Content::Trades(count)) => {
            for held in state.trades().before(None, *count) {
                payload.clear();
                message::push_trade(payload, Head { at: held.trade.ts_venue, ..head }, scales, held);
                message(payload);
            }
            return;
        }
        (FaceStream::AggTrade, Content::Trades(count)) => {
            aggregate::for_each(state.trades().before(None, *count), |print| {
                payload.clear();
                message::push_agg_trade(payload, Head { at: print.ts_venue, ..head }, scales, print);
                message(payload);
            });
            return;
        }
        (FaceStream::Kline(_), Content::Klines(spec, open_times)) => {
            for open_time in *open_times {
                payload.clear();
                if push_kline(payload, head, at, *spec, *open_time) {
                    message(payload);
                }
            }
            return;
        }
        (FaceStream::MiniTicker { .. } | FaceStream::Ticker { .. } | FaceStream::WindowTicker { .. }, _) => {
            push_ticker(payload, face, head, at);
        }
        (FaceStream::AvgPrice, _) => {
            let (average, traded) = five_minutes(state);
            message::push_avg_price(payload, head, average, traded);
        }
        // Each stream has the content that belongs to it.
        _ => return,
    }
    message(payload);
}

fn push_kline(
    payload: &mut Vec<u8>,
    head: Head<'_>,
    at: Moment<'_>,
    spec: KlineSpec,
    open_time: marketd_domain::Timestamp,
) -> bool {
    let Some(kline) = find(at.state, spec, open_time) else { return false };
    let share = TakerShare::of(at.state.trades().iter().rev(), open_time, kline.next_open);
    message::push_kline(payload, head, spec, &kline, &share);
    true
}

fn push_ticker(payload: &mut Vec<u8>, face: FaceStream, head: Head<'_>, at: Moment<'_>) {
    if face.is_of_all() {
        payload.push(b'[');
    }
    match face {
        FaceStream::WindowTicker { window, .. } => {
            let figures = TickerFigures::of_minutes(at.state, window.minutes());
            message::push_window_ticker(payload, head, window, &figures);
        }
        FaceStream::Ticker { .. } => message::push_ticker(payload, head, &TickerFigures::of_day(at.state)),
        _ => message::push_mini_ticker(payload, head, &TickerFigures::of_day(at.state)),
    }
    if face.is_of_all() {
        payload.push(b']');
    }
}
