//! Traces: which requests and frames of venues are followed, and the spans that tell of them.
//!
//! What is traced carries a [`Hop`] along: two words, which nearly always are not there, and asking whether they are is
//! all that the others pay. Whoever does a part of the work begins a span at the hop and hands the span's own hop on;
//! the span is recorded when it is dropped. Nothing here waits: spans go into a queue of bounded length towards the
//! exporter, and those that find no room are counted.

mod context;
mod id;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use marketd_domain::Timestamp;
use tokio::sync::mpsc;

use crate::clock;

pub use context::{Carried, Context, Entered, carried, current_hop, current_id, enter};
pub use id::{Parent, TraceId, TraceNo};

/// Spans of one trace. A frame of a venue may reach thousands of sessions: the first of them are enough to see its way.
const SPANS_MAX: u32 = 96;
/// What happens to a frame later than this is told no more: a client that comes back reads old frames.
const FOLLOWED: i64 = 10_000_000_000;

/// What is traced, and where it goes.
#[derive(Debug, Clone, Copy)]
pub struct Sampling {
    /// Of so many requests one is traced; 0: none but those whose sender says so.
    pub requests_one_in: u32,
    /// Of so many messages of a venue one; 0: none.
    pub frames_one_in: u32,
    /// Traces a second at most, whoever asks for them.
    pub per_second: u32,
}

/// Counts since the start.
#[derive(Debug, Default)]
pub struct TraceCounters {
    pub begun: AtomicU64,
    pub spans_exported: AtomicU64,
    pub spans_lost: AtomicU64,
    pub exports_failed: AtomicU64,
}

/// The traces of one server.
#[derive(Debug, Default)]
pub struct Traces {
    /// `None`: nothing is traced.
    sender: Option<(Sampling, mpsc::Sender<Span>)>,
    /// The second, and how many traces have begun in it.
    rate: AtomicU64,
    pub counters: Arc<TraceCounters>,
}

impl Traces {
    /// Traces whose spans go into a queue of this length.
    pub fn new(sampling: Sampling, queue: usize) -> (Self, mpsc::Receiver<Span>) {
        let (sender, spans) = mpsc::channel(queue);
        (Self { sender: Some((sampling, sender)), ..Self::default() }, spans)
    }

    /// Of so many messages of a venue one is traced; 0: none.
    pub fn frames_one_in(&self) -> u32 {
        self.sender.as_ref().map_or(0, |(sampling, _)| sampling.frames_one_in)
    }

    /// The context of a request: its id, and a hop if it is traced.
    pub fn request(&self, given: Option<TraceId>, parent: Option<Parent>) -> Context {
        let (fresh, dice) = TraceNo::fresh();
        let no =
            parent.map_or_else(|| given.and_then(|id| id.number()).unwrap_or(fresh), |parent| parent.trace);
        let id = given.unwrap_or_else(|| TraceId::of(no));
        let Some((sampling, _)) = &self.sender else { return Context { id, hop: None } };
        let is_wanted = match parent {
            Some(parent) => parent.is_sampled,
            None => dice.checked_rem(sampling.requests_one_in) == Some(0),
        };
        let hop = if is_wanted { self.begin(no, parent.map_or(0, |parent| parent.span)) } else { None };
        Context { id, hop }
    }

    /// A trace that begins here, of what nobody has asked for.
    pub fn frame(&self) -> Option<Hop> {
        self.begin(TraceNo::fresh().0, 0)
    }

    fn begin(&self, no: TraceNo, span: u64) -> Option<Hop> {
        let (sampling, sender) = self.sender.as_ref()?;
        let began = clock::now();
        if !self.is_within_rate(began, sampling.per_second) {
            return None;
        }
        self.counters.begun.fetch_add(1, Ordering::Relaxed);
        let trace = Trace {
            no,
            began,
            left: AtomicU32::new(SPANS_MAX),
            sender: sender.clone(),
            counters: self.counters.clone(),
        };
        Some(Hop { trace: Arc::new(trace), span })
    }

    /// Takes one of this second's traces. Two threads that meet here may take one too many.
    fn is_within_rate(&self, now: Timestamp, per_second: u32) -> bool {
        let second = (now.millis() / 1_000).unsigned_abs() << 32;
        let held = self.rate.load(Ordering::Relaxed);
        let taken = if held & !0xffff_ffff == second { held & 0xffff_ffff } else { 0 };
        let is_within = taken < u64::from(per_second);
        if is_within {
            self.rate.store(second | (taken + 1), Ordering::Relaxed);
        }
        is_within
    }
}

/// What all spans of a trace share.
#[derive(Debug)]
struct Trace {
    no: TraceNo,
    began: Timestamp,
    /// Spans that it may still have.
    left: AtomicU32,
    sender: mpsc::Sender<Span>,
    counters: Arc<TraceCounters>,
}

/// Where a trace has come to.
#[derive(Debug, Clone)]
pub struct Hop {
    trace: Arc<Trace>,
    /// Parent of the spans that begin here; 0: they have none.
    span: u64,
}

impl Hop {
    /// Begins a span here. `None` when the trace has enough of them, or is over.
    pub fn begin(&self, name: impl Into<Cow<'static, str>>) -> Option<OpenSpan> {
        self.begin_at(name, clock::now())
    }

    /// As [`Self::begin`], of what began then.
    pub fn begin_at(&self, name: impl Into<Cow<'static, str>>, start: Timestamp) -> Option<OpenSpan> {
        let trace = &self.trace;
        let is_over = start.nanos_since(trace.began) > FOLLOWED;
        if is_over
            || trace
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                .is_err()
        {
            return None;
        }
        let span = Span {
            trace: trace.no,
            span: TraceNo::fresh().0.low(),
            parent: self.span,
            name: name.into(),
            kind: SpanKind::Internal,
            start,
            end: start,
            is_error: false,
            attributes: Vec::new(),
        };
        Some(OpenSpan { hop: Self { trace: trace.clone(), span: span.span }, span: Some(span) })
    }

    pub fn trace_no(&self) -> TraceNo {
        self.trace.no
    }
}

/// As the field has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    Internal = 1,
    Server = 2,
    Producer = 4,
    Consumer = 5,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(Cow<'static, str>),
    Number(i64),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

/// A part of the work that a trace tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub trace: TraceNo,
    pub span: u64,
    /// 0: it has none.
    pub parent: u64,
    pub name: Cow<'static, str>,
    pub kind: SpanKind,
    pub start: Timestamp,
    pub end: Timestamp,
    pub is_error: bool,
    pub attributes: Vec<(&'static str, Value)>,
}

/// A span that has begun; it ends when it is dropped, also when that is for a panic.
#[derive(Debug)]
pub struct OpenSpan {
    hop: Hop,
    span: Option<Span>,
}

impl OpenSpan {
    /// What the parts of this work begin their spans at.
    pub fn hop(&self) -> Hop {
        self.hop.clone()
    }

    #[must_use]
    pub fn of_kind(mut self, kind: SpanKind) -> Self {
        self.change(|span| span.kind = kind);
        self
    }

    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.note(key, value);
        self
    }

    pub fn note(&mut self, key: &'static str, value: impl Into<Value>) {
        self.change(|span| span.attributes.push((key, value.into())));
    }

    /// Its name goes on with what it was of, as soon as that is known.
    pub fn rename(&mut self, of: &str) {
        self.change(|span| span.name = format!("{} {of}", span.name).into());
    }

    pub fn failed(&mut self) {
        self.change(|span| span.is_error = true);
    }

    fn change(&mut self, change: impl FnOnce(&mut Span)) {
        if let Some(span) = &mut self.span {
            change(span);
        }
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        let Some(mut span) = self.span.take() else { return };
        // A clock that was set back meanwhile makes no span that ends before it begins.
        span.end = clock::now().max(span.start);
        if self.hop.trace.sender.try_send(span).is_err() {
            self.hop.trace.counters.spans_lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Picks every so-manyth of what comes by.
#[derive(Debug, Default)]
pub struct OneIn {
    every: u32,
    left: u32,
}

impl OneIn {
    /// The first that is picked is any of the first `every`: feeds that start together are not followed together.
    pub fn new(every: u32) -> Self {
        let first = TraceNo::fresh().1.checked_rem(every).unwrap_or(0);
        Self { every, left: first + 1 }
    }

    pub const fn picks(&mut self) -> bool {
        if self.every == 0 {
            return false;
        }
        self.left -= 1;
        if self.left > 0 {
            return false;
        }
        self.left = self.every;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Sampling = Sampling { requests_one_in: 1, frames_one_in: 1, per_second: 1_000 };

    #[test]
    fn one_in_so_many_is_picked() {
        let mut none = OneIn::new(0);
        assert!((0..100).all(|_| !none.picks()));
        for every in [1, 3, 10] {
            let mut one_in = OneIn::new(every);
            let picked: Vec<bool> = (0..every * 5).map(|_| one_in.picks()).collect();
            assert_eq!(picked.iter().filter(|picked| **picked).count(), 5, "{every}");
            for round in picked.chunks(every as usize) {
                assert_eq!(round.iter().position(|picked| *picked), picked.iter().position(|picked| *picked));
            }
        }
    }

    #[test]
    fn spans_know_their_parents_and_end_when_they_are_dropped() {
        let (traces, mut spans) = Traces::new(ALL, 10);
        let context = traces.request(None, None);
        let hop = context.hop.expect("traced");
        assert_eq!(context.id.as_str(), format!("{:032x}", hop.trace_no().0));
        let outer = hop.begin("outer").expect("room");
        drop(outer.hop().begin("inner").expect("room").with("n", 3_usize));
        drop(outer);
        let (inner, outer) = (spans.try_recv().expect("the inner"), spans.try_recv().expect("the outer"));
        assert_eq!((&*inner.name, inner.parent, inner.trace), ("inner", outer.span, outer.trace));
        assert_eq!(inner.attributes, [("n", Value::Number(3))]);
        assert_eq!((&*outer.name, outer.parent), ("outer", 0));
        assert!(outer.start <= inner.start && inner.end <= outer.end);
    }

    #[test]
    fn a_queue_that_is_full_loses_spans_and_counts_them() {
        let (traces, mut spans) = Traces::new(ALL, 2);
        let hop = traces.frame().expect("traced");
        for _ in 0..SPANS_MAX {
            assert!(hop.begin("span").is_some());
        }
        assert!(hop.begin("one more than a trace has").is_none());
        assert_eq!(traces.counters.spans_lost.load(Ordering::Relaxed), u64::from(SPANS_MAX) - 2);
        assert!(spans.try_recv().is_ok() && spans.try_recv().is_ok() && spans.try_recv().is_err());
    }

    #[test]
    fn traces_a_second_are_bounded_whoever_wants_them() {
        let (traces, _spans) = Traces::new(Sampling { per_second: 3, ..ALL }, 10);
        let at = |millis| (0..5).filter(|_| traces.is_within_rate(Timestamp::from_millis(millis), 3)).count();
        assert_eq!((at(1_000), at(1_999), at(2_000)), (3, 0, 3));
    }

    #[test]
    fn the_sender_decides_where_it_has() {
        let (traces, _spans) = Traces::new(Sampling { requests_one_in: 0, ..ALL }, 10);
        let parent = |flags: &str| Parent::parse(format!("00-{:032x}-{:016x}-{flags}", 7, 9).as_bytes());
        assert!(traces.request(None, None).hop.is_none());
        assert!(traces.request(None, parent("00")).hop.is_none());
        let traced = traces.request(TraceId::plain(b"mine"), parent("01"));
        assert_eq!(traced.id.as_str(), "mine");
        let span = traced.hop.expect("traced").begin("span").expect("room");
        assert_eq!(span.span.as_ref().map(|span| (span.trace, span.parent)), Some((TraceNo(7), 9)));
    }

    #[test]
    fn without_a_collector_nothing_is_traced() {
        let traces = Traces::default();
        assert!(traces.frame().is_none() && traces.frames_one_in() == 0);
        let parent = Parent::parse(format!("00-{:032x}-{:016x}-01", 7, 9).as_bytes());
        let context = traces.request(None, parent);
        assert!(context.hop.is_none());
        assert_eq!(context.id.as_str(), format!("{:032x}", 7), "its id is the sender's all the same");
    }
}
