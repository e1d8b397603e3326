//! What a session still has to send: its subscriptions with their cursors.
//!
//! Invariant: nothing is queued here but the numbers of subscriptions that have something to send, each
//! at most once. So memory per client is bounded by its subscriptions, whatever the market does.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use marketd_domain::Timestamp;
use marketd_protocol::StreamKey;
use marketd_protocol::code::CloseCode;
use marketd_protocol::frame::{self, FrameHead, FrameKind, FramePrefix};
use marketd_protocol::ws::{Position, ResumeOutcome, StreamPosition};

use crate::board::{MarketEntry, MarketNo};
use crate::clock;
use crate::connection::ConnectionHandle;
use crate::hub::{HubState, Stream};
use crate::metrics::Metrics;
use crate::ring::Step;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// It needs a snapshot first.
    Snapshot,
    /// Absolute number of the next frame in the ring.
    At(u64),
}

struct Subscription {
    stream: Rc<Stream>,
    cursor: Cursor,
    /// The last frame that was sent.
    sent: Position,
    queued: bool,
    /// The client asked for it; a market's status also comes with its other channels.
    explicit: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    No,
    /// The close frame is the next thing to send.
    Due(CloseCode),
    Sent,
}

struct Inner {
    subscriptions: Vec<Option<Subscription>>,
    by_key: HashMap<(MarketNo, StreamKey), usize>,
    ready: VecDeque<usize>,
    waker: Option<Waker>,
    /// Since when data is pending and none of it was taken.
    blocked_since: Option<Instant>,
    closing: Closing,
}

/// Shared by the session actor, its response body and the hub, all on one thread.
pub struct Outlet {
    id: u64,
    hub: Rc<HubState>,
    connection: Option<Rc<ConnectionHandle>>,
    inner: RefCell<Inner>,
}

/// What the body gets when it asks for more.
pub enum Pulled {
    Data(Bytes),
    /// Nothing to send; the waker is kept.
    Nothing,
    /// The close frame; nothing may follow it.
    Close(Bytes),
}

impl Outlet {
    pub fn new(hub: Rc<HubState>, connection: Option<Rc<ConnectionHandle>>) -> Rc<Self> {
        Rc::new(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            hub,
            connection,
            inner: RefCell::new(Inner {
                subscriptions: Vec::new(),
                by_key: HashMap::new(),
                ready: VecDeque::new(),
                waker: None,
                blocked_since: None,
                closing: Closing::No,
            }),
        })
    }

    pub const fn id(&self) -> u64 {
        self.id
    }

    /// Subscriptions that the client asked for.
    pub fn subscriptions(&self) -> usize {
        self.inner.borrow().subscriptions.iter().flatten().filter(|held| held.explicit).count()
    }

    /// `None` when there is such a subscription already; else what became of the position.
    pub fn subscribe(
        this: &Rc<Self>,
        entry: &MarketEntry,
        key: StreamKey,
        resume: Option<Position>,
    ) -> Option<Option<ResumeOutcome>> {
        let held = this.inner.borrow().by_key.get(&(entry.no, key)).copied();
        if let Some(at) = held {
            let mut inner = this.inner.borrow_mut();
            let subscription = inner.subscriptions[at].as_mut()?;
            // The market's status came along with another channel: now it is wanted for itself.
            return (!std::mem::replace(&mut subscription.explicit, true)).then_some(None);
        }
        let outcome = this.add(entry, key, resume, true);
        let status = (entry.no, StreamKey::Status);
        if !this.inner.borrow().by_key.contains_key(&status) {
            this.add(entry, StreamKey::Status, None, false);
        }
        Some(outcome)
    }

    fn add(
        self: &Rc<Self>,
        entry: &MarketEntry,
        key: StreamKey,
        resume: Option<Position>,
        explicit: bool,
    ) -> Option<ResumeOutcome> {
        let at = {
            let mut inner = self.inner.borrow_mut();
            match inner.subscriptions.iter().position(Option::is_none) {
                Some(free) => free,
                None => {
                    inner.subscriptions.push(None);
                    inner.subscriptions.len() - 1
                }
            }
        };
        let market = (entry.no, entry.id.as_str());
        let (stream, resumed) = self.hub.subscribe(self, at, market, key, resume);
        let cursor = match resumed {
            Some(Ok(next)) => Cursor::At(next),
            Some(Err(_)) | None => Cursor::Snapshot,
        };
        let mut inner = self.inner.borrow_mut();
        let sent =
            resume.filter(|_| matches!(cursor, Cursor::At(_))).unwrap_or(Position { epoch: 0, seq: 0 });
        inner.subscriptions[at] = Some(Subscription { stream, cursor, sent, queued: false, explicit });
        inner.by_key.insert((entry.no, key), at);
        Metrics::add(&self.hub.board.metrics.subscriptions_open, 1);
        drop(inner);
        self.mark_ready(at);
        resumed.map(|resumed| resumed.map_or_else(|reason| reason, |_| ResumeOutcome::Recovered))
    }

    pub fn unsubscribe(this: &Rc<Self>, market: MarketNo, key: StreamKey) -> bool {
        let at = this.inner.borrow().by_key.get(&(market, key)).copied();
        let explicit = at.is_some_and(|at| {
            this.inner.borrow().subscriptions[at].as_ref().is_some_and(|held| held.explicit)
        });
        let Some(at) = at.filter(|_| explicit) else { return false };
        let is_last = {
            let inner = this.inner.borrow();
            let others = |held: &&Subscription| held.stream.market == market && held.explicit;
            inner.subscriptions.iter().flatten().filter(others).count() == 1
        };
        if key == StreamKey::Status && !is_last {
            if let Some(held) = this.inner.borrow_mut().subscriptions[at].as_mut() {
                held.explicit = false;
            }
            return true;
        }
        this.remove(at);
        if is_last {
            let status = this.inner.borrow().by_key.get(&(market, StreamKey::Status)).copied();
            if let Some(status) = status {
                this.remove(status);
            }
        }
        true
    }

    fn remove(self: &Rc<Self>, at: usize) {
        let Some(held) = self.inner.borrow_mut().subscriptions[at].take() else { return };
        let mut inner = self.inner.borrow_mut();
        inner.by_key.remove(&(held.stream.market, held.stream.key));
        inner.ready.retain(|ready| *ready != at);
        drop(inner);
        self.hub.unsubscribe(self, at, &held.stream);
        Metrics::subtract(&self.hub.board.metrics.subscriptions_open, 1);
    }

    /// The connection is gone.
    pub fn detach(self: &Rc<Self>) {
        let count = self.inner.borrow().subscriptions.len();
        for at in 0..count {
            self.remove(at);
        }
        Metrics::subtract(&self.hub.board.metrics.sessions_open, 1);
    }

    /// A subscription has, or may have, something to send.
    pub fn mark_ready(&self, at: usize) {
        let mut inner = self.inner.borrow_mut();
        let inner = &mut *inner;
        let Some(Some(subscription)) = inner.subscriptions.get_mut(at) else { return };
        if std::mem::replace(&mut subscription.queued, true) {
            return;
        }
        inner.ready.push_back(at);
        inner.blocked_since.get_or_insert_with(Instant::now);
        if let Some(waker) = inner.waker.take() {
            waker.wake();
        }
    }

    /// The close frame becomes the very next bytes; what was not sent yet is dropped.
    pub fn begin_close(&self, code: CloseCode) {
        let mut inner = self.inner.borrow_mut();
        if inner.closing == Closing::No {
            inner.closing = Closing::Due(code);
            inner.ready.clear();
            inner.blocked_since.get_or_insert_with(Instant::now);
        }
        if let Some(waker) = inner.waker.take() {
            waker.wake();
        }
    }

    pub fn is_closing(&self) -> bool {
        self.inner.borrow().closing != Closing::No
    }

    /// For how long data has been pending of which none was taken.
    pub fn stalled_for(&self) -> Option<Duration> {
        self.inner.borrow().blocked_since.map(|since| since.elapsed())
    }

    /// Ends the connection without the session's help.
    pub fn abort(&self) {
        if let Some(connection) = &self.connection {
            connection.abort();
        }
    }

    /// Lends the positions of all subscriptions, for the heartbeat.
    pub fn positions<T>(&self, read: impl FnOnce(&mut dyn Iterator<Item = StreamPosition<'_>>) -> T) -> T {
        let inner = self.inner.borrow();
        let mut positions =
            inner.subscriptions.iter().flatten().filter(|held| held.sent.epoch != 0).map(|held| {
                StreamPosition { market: &held.stream.market_id, key: held.stream.key, position: held.sent }
            });
        read(&mut positions)
    }

    /// The close frame, if it is due.
    pub fn pull_close(&self) -> Option<Bytes> {
        let mut inner = self.inner.borrow_mut();
        let Closing::Due(code) = inner.closing else { return None };
        inner.closing = Closing::Sent;
        inner.blocked_since = None;
        Some(frame::websocket_close(code))
    }

    /// Takes frames up to about `budget` bytes, in turn from the subscriptions that have some.
    pub fn pull(&self, budget: usize, waker: &Waker) -> Pulled {
        if let Some(close) = self.pull_close() {
            return Pulled::Close(close);
        }
        let mut inner = self.inner.borrow_mut();
        let inner = &mut *inner;
        if inner.closing == Closing::Sent {
            return Pulled::Nothing;
        }
        let mut gathered = Gathered::default();
        while gathered.bytes < budget {
            let Some(at) = inner.ready.pop_front() else { break };
            let Some(subscription) = inner.subscriptions[at].as_mut() else { continue };
            if self.pull_one(subscription, budget, &mut gathered) {
                subscription.queued = false;
            } else {
                inner.ready.push_back(at);
            }
        }
        if gathered.frames == 0 {
            inner.blocked_since = None;
            inner.waker = Some(waker.clone());
            return Pulled::Nothing;
        }
        inner.blocked_since = (!inner.ready.is_empty()).then(Instant::now);
        let metrics = &self.hub.board.metrics;
        Metrics::add(&metrics.frames_sent, gathered.frames);
        Metrics::add(&metrics.bytes_sent, gathered.bytes as u64);
        Pulled::Data(gathered.finish())
    }

    /// Takes frames of one subscription; `true` when it has no more for now.
    fn pull_one(&self, subscription: &mut Subscription, budget: usize, gathered: &mut Gathered) -> bool {
        let ring = subscription.stream.ring.borrow();
        while gathered.bytes < budget {
            let next = match subscription.cursor {
                Cursor::At(next) => next,
                Cursor::Snapshot => match ring.snapshot() {
                    Some((next, snapshot)) => {
                        gathered.push(&snapshot.bytes);
                        subscription.sent = Position { epoch: snapshot.epoch, seq: snapshot.seq };
                        subscription.cursor = Cursor::At(next);
                        Metrics::add(&self.hub.board.metrics.snapshots_sent, 1);
                        continue;
                    }
                    None => {
                        // It comes back into the ready queue when the snapshot arrives.
                        self.hub.ask_snapshot(&subscription.stream);
                        return true;
                    }
                },
            };
            match ring.step(next) {
                Step::Frame(frame) => {
                    gathered.push(&frame.bytes);
                    subscription.sent = Position { epoch: frame.epoch, seq: frame.seq };
                    subscription.cursor = Cursor::At(next + 1);
                }
                Step::UpToDate => return true,
                Step::Lost => {
                    let same_epoch = ring.position().epoch == subscription.sent.epoch;
                    if subscription.stream.key.is_state() || !same_epoch {
                        subscription.cursor = Cursor::Snapshot;
                    } else {
                        let (seq, number) = ring.oldest();
                        gathered.push(&lagged_notice(subscription, seq));
                        subscription.sent.seq = seq;
                        subscription.cursor = Cursor::At(number);
                        Metrics::add(&self.hub.board.metrics.lagged_notices, 1);
                    }
                }
            }
        }
        false
    }
}

/// Tells a reader of events that those up to `seq` are not coming.
fn lagged_notice(subscription: &Subscription, seq: u64) -> Bytes {
    let stream = &subscription.stream;
    let prefix = FramePrefix::new(&stream.market_id, stream.key, subscription.sent.epoch);
    let prev = subscription.sent.seq;
    let none = Timestamp::ZERO;
    let head =
        FrameHead { kind: FrameKind::Event, seq, prev, ts_venue: none, ts_recv: none, ts_sent: clock::now() };
    let mut payload = Vec::with_capacity(256);
    frame::push_head(&mut payload, &prefix, &head);
    frame::push_lagged(&mut payload, prev + 1, seq);
    frame::websocket_text(&payload)
}

/// Frames on their way into one write. A single frame is passed on without a copy.
#[derive(Default)]
struct Gathered {
    single: Option<Bytes>,
    many: BytesMut,
    frames: u64,
    bytes: usize,
}

impl Gathered {
    fn push(&mut self, frame: &Bytes) {
        match self.frames {
            0 => self.single = Some(frame.clone()),
            1 => {
                let first = self.single.take().unwrap_or_default();
                self.many.reserve((first.len() + frame.len()) * 2);
                self.many.extend_from_slice(&first);
                self.many.extend_from_slice(frame);
            }
            _ => self.many.extend_from_slice(frame),
        }
        self.frames += 1;
        self.bytes += frame.len();
    }

    fn finish(self) -> Bytes {
        self.single.unwrap_or_else(|| self.many.freeze())
    }
}
