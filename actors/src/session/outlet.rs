//! What a session still has to send: its subscriptions with their cursors.
//!
//! Invariant: nothing is queued here but the numbers of subscriptions that have something to send, each
//! at most once. So memory per client is bounded by its subscriptions, whatever the market does. Only
//! the hub's flusher sends frames, and only while none of the session's bytes wait for the socket.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use marketd_domain::{Scales, Timestamp};
use marketd_protocol::code::CloseCode;
use marketd_protocol::data::DataFrame;
use marketd_protocol::frame::{self, FrameHead, FrameKind, FramePrefix};
use marketd_protocol::ws::{Position, ResumeOutcome, StreamPosition};
use marketd_protocol::{Form, StreamKey};

use crate::board::{Board, MarketEntry, MarketNo};
use crate::clock;
use crate::connection::{Connection, Sent};
use crate::hub::{HubState, Stream};
use crate::metrics::Metrics;
use crate::ring::{Ring, Step};
use crate::session::gathered::{Gathered, gather_strip};
use crate::session::identity::Identity;
use crate::session::ready::Ready;
use crate::windows::WindowNo;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Bytes gathered for one write: from this much for someone whose socket was just full, whom the rest would
/// find old, to this much for someone who took all that came and still is behind.
const WRITE_BUDGET: std::ops::RangeInclusive<usize> = 16 * 1024..=256 * 1024;
/// Writes to one session before others have their turn.
const WRITES_PER_TURN: usize = 4;

/// Of a subscription to which nothing was sent.
pub(super) const NOWHERE: Position = Position { epoch: 0, seq: 0 };

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cursor {
    /// It needs a snapshot first: one that is fresh, or the next after the ring had taken so many.
    Snapshot(Option<u64>),
    /// It begins at the end of the ring, which has not begun yet.
    End,
    /// Absolute number of the next frame in the ring.
    At(u64),
}

pub(super) struct Subscription {
    pub stream: Rc<Stream>,
    pub cursor: Cursor,
    /// The last frame that was sent.
    pub sent: Position,
    /// Place among the stream's readers.
    pub reader: usize,
    /// The client asked for it; a market's status also comes with its other channels.
    pub explicit: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    No,
    /// The close frame is the next thing to send.
    Due(CloseCode),
    Sent,
}

pub(super) struct Inner {
    pub subscriptions: Vec<Option<Subscription>>,
    ready: Ready,
    closing: Closing,
}

impl Inner {
    pub(super) fn find(&self, market: MarketNo, key: StreamKey) -> Option<usize> {
        let is_it = |held: &Option<Subscription>| {
            held.as_ref().is_some_and(|held| held.stream.market == market && held.stream.key == key)
        };
        self.subscriptions.iter().position(is_it)
    }
}

/// Shared by the session actor, its response body and the hub, all on one thread.
pub struct Outlet {
    id: u64,
    pub(super) hub: Rc<HubState>,
    connection: Rc<Connection>,
    window: WindowNo,
    pub(super) form: Cell<Form>,
    /// Waits for its turn with the hub's flusher.
    scheduled: Cell<bool>,
    /// A subscription that must not have a hole has one.
    lost: Cell<Option<CloseCode>>,
    /// Bytes of the next write at most.
    budget: Cell<usize>,
    pub(super) inner: RefCell<Inner>,
    pub(super) opened: Timestamp,
    /// Whose connection it is, as far as that can be believed.
    pub(super) address: Option<IpAddr>,
    /// Who is behind the session. Here, so that the hub can end sessions of somebody while they are stalled.
    identity: RefCell<Option<Arc<Identity>>>,
}

impl Outlet {
    pub fn new(
        hub: Rc<HubState>,
        connection: Rc<Connection>,
        flush_every: Duration,
        form: Form,
        address: Option<IpAddr>,
    ) -> Rc<Self> {
        let window = hub.enter(flush_every);
        Rc::new(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            hub,
            connection,
            window,
            form: Cell::new(form),
            scheduled: Cell::new(false),
            lost: Cell::new(None),
            budget: Cell::new(*WRITE_BUDGET.start()),
            inner: RefCell::new(Inner {
                subscriptions: Vec::new(),
                ready: Ready::default(),
                closing: Closing::No,
            }),
            opened: clock::now(),
            address,
            identity: RefCell::new(None),
        })
    }

    pub const fn id(&self) -> u64 {
        self.id
    }

    pub fn identity(&self) -> Option<Arc<Identity>> {
        self.identity.borrow().clone()
    }

    pub fn set_identity(&self, identity: Option<Arc<Identity>>) {
        *self.identity.borrow_mut() = identity;
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
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
        let held = this.inner.borrow().find(entry.no, key);
        if let Some(at) = held {
            let mut inner = this.inner.borrow_mut();
            let subscription = inner.subscriptions[at].as_mut()?;
            // The market's status came along with another channel: now it is wanted for itself.
            return (!std::mem::replace(&mut subscription.explicit, true)).then_some(None);
        }
        let outcome = this.add(entry, key, resume, true);
        let has_status = this.inner.borrow().find(entry.no, StreamKey::Status).is_some();
        if !has_status {
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
        let at = self.free_place();
        let stream = self.hub.stream(entry.no, entry.id.as_str(), key, self.form.get());
        let reader = stream.add_reader(self, at);
        let resumed = resume.map(|position| stream.ring.borrow().resume(position));
        let cursor = match resumed {
            Some(Ok(next)) => Cursor::At(next),
            Some(Err(_)) | None => Cursor::Snapshot(None),
        };
        let sent = resume.filter(|_| matches!(cursor, Cursor::At(_))).unwrap_or(NOWHERE);
        self.put(at, Subscription { stream, cursor, sent, reader, explicit });
        resumed.map(|resumed| resumed.map_or_else(|reason| reason, |_| ResumeOutcome::Recovered))
    }

    pub(super) fn free_place(&self) -> usize {
        let mut inner = self.inner.borrow_mut();
        match inner.subscriptions.iter().position(Option::is_none) {
            Some(free) => free,
            None => {
                inner.subscriptions.push(None);
                inner.subscriptions.len() - 1
            }
        }
    }

    pub(super) fn put(self: &Rc<Self>, at: usize, subscription: Subscription) {
        self.inner.borrow_mut().subscriptions[at] = Some(subscription);
        Metrics::add(&self.hub.board.metrics.subscriptions_open, 1);
        self.mark_ready(at);
    }

    pub fn unsubscribe(this: &Rc<Self>, market: MarketNo, key: StreamKey) -> bool {
        let (at, is_last) = {
            let inner = this.inner.borrow();
            let explicit = |held: &&Subscription| held.stream.market == market && held.explicit;
            let at = inner.find(market, key).filter(|at| {
                inner.subscriptions[*at].as_ref().is_some_and(|subscription| subscription.explicit)
            });
            (at, inner.subscriptions.iter().flatten().filter(explicit).count() == 1)
        };
        let Some(at) = at else { return false };
        if key == StreamKey::Status && !is_last {
            if let Some(held) = this.inner.borrow_mut().subscriptions[at].as_mut() {
                held.explicit = false;
            }
            return true;
        }
        this.remove(at);
        if is_last {
            let status = this.inner.borrow().find(market, StreamKey::Status);
            if let Some(status) = status {
                this.remove(status);
            }
        }
        true
    }

    pub(super) fn remove(&self, at: usize) {
        let held = {
            let mut inner = self.inner.borrow_mut();
            inner.ready.remove(at);
            inner.subscriptions[at].take()
        };
        if let Some(held) = held {
            held.stream.remove_reader(held.reader);
            Metrics::subtract(&self.hub.board.metrics.subscriptions_open, 1);
        }
    }

    /// Another reader of the stream left, and this one has its place now.
    pub fn move_reader(&self, at: usize, place: usize) {
        if let Some(Some(subscription)) = self.inner.borrow_mut().subscriptions.get_mut(at) {
            subscription.reader = place;
        }
    }

    /// The connection is gone.
    pub fn detach(&self) {
        let count = self.inner.borrow().subscriptions.len();
        for at in 0..count {
            self.remove(at);
        }
        self.hub.leave(self.window);
        Metrics::subtract(&self.hub.board.metrics.sessions_open, 1);
    }

    /// A subscription has, or may have, something to send.
    pub fn mark_ready(self: &Rc<Self>, at: usize) {
        if self.inner.borrow_mut().ready.add(at) {
            self.schedule();
        }
    }

    /// Has the flusher look at this session. While the socket takes nothing that would be in vain: the
    /// body calls this when it does again.
    pub fn schedule(self: &Rc<Self>) {
        // What is known here first: this is asked for each frame.
        if !self.scheduled.get() && self.connection.is_open() && !self.connection.is_blocked() {
            self.scheduled.set(true);
            self.hub.schedule(self.window, self.clone());
        }
    }

    /// The close frame becomes the very next bytes; what was not sent yet is dropped.
    pub fn begin_close(&self, code: CloseCode) {
        let mut inner = self.inner.borrow_mut();
        if inner.closing == Closing::No {
            inner.closing = Closing::Due(code);
            inner.ready.clear();
        }
        self.connection.wake();
    }

    /// The client closes, and the actor answers: no frame may follow the answer.
    pub fn end_frames(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.closing = Closing::Sent;
        inner.ready.clear();
    }

    pub fn is_closing(&self) -> bool {
        self.inner.borrow().closing != Closing::No
    }

    /// The close frame, if it is due.
    pub fn pull_close(&self) -> Option<Bytes> {
        let mut inner = self.inner.borrow_mut();
        let Closing::Due(code) = inner.closing else { return None };
        inner.closing = Closing::Sent;
        Some(frame::websocket_close(code))
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

    /// Sends what the socket takes. `true` when there is more, and others should have their turn first.
    pub fn flush(&self, gathered: &mut Gathered) -> bool {
        self.scheduled.set(false);
        for _ in 0..WRITES_PER_TURN {
            gathered.set_budget(self.budget.get());
            if self.connection.is_blocked() {
                return false;
            }
            let has_some = self.gather(gathered);
            if let Some(code) = self.lost.get() {
                self.begin_close(code);
                return false;
            }
            if !has_some {
                return false;
            }
            if gathered.send(&self.connection, self.id) == Sent::Blocked {
                self.budget.set(*WRITE_BUDGET.start());
                // The body waits for the socket.
                self.connection.wake();
                return false;
            }
            if gathered.is_full() {
                self.budget.set((self.budget.get() * 2).min(*WRITE_BUDGET.end()));
            }
        }
        !self.inner.borrow().ready.is_empty()
    }

    /// Gathers frames for one write, in turn from the subscriptions that have some.
    fn gather(&self, gathered: &mut Gathered) -> bool {
        let mut inner = self.inner.borrow_mut();
        let inner = &mut *inner;
        if inner.closing != Closing::No {
            return false;
        }
        gathered.clear();
        let alone = inner.ready.only();
        if let Some(at) = alone
            && let Some(subscription) = inner.subscriptions[at].as_mut()
            && let Some(is_all) = gather_strip(subscription, gathered)
        {
            if is_all {
                inner.ready.clear();
            }
            return true;
        }
        while !gathered.is_full() {
            let Some(at) = inner.ready.pop() else { break };
            let Some(subscription) = inner.subscriptions[at].as_mut() else { continue };
            let is_up_to_date = self.gather_one(subscription, gathered);
            if !is_up_to_date {
                inner.ready.add(at);
            }
            // Alone, or what comes next does not go into this write.
            if alone.is_some() || !is_up_to_date {
                break;
            }
        }
        !gathered.is_empty()
    }

    /// Gathers frames of one subscription; `true` when it has no more for now.
    fn gather_one(&self, subscription: &mut Subscription, gathered: &mut Gathered) -> bool {
        let ring = subscription.stream.ring.borrow();
        while !gathered.is_full() {
            let next = match subscription.cursor {
                Cursor::At(next) => next,
                Cursor::End => {
                    let Some((cursor, sent)) = end_of(&ring) else { return true };
                    (subscription.cursor, subscription.sent) = (cursor, sent);
                    return true;
                }
                Cursor::Snapshot(waited_since) => match ring.snapshot(waited_since) {
                    Some((next, snapshot)) => {
                        if !gathered.push_frame(snapshot) {
                            return false;
                        }
                        subscription.sent = Position { epoch: snapshot.epoch, seq: snapshot.seq };
                        subscription.cursor = Cursor::At(next);
                        Metrics::add(&self.hub.board.metrics.snapshots_sent, 1);
                        continue;
                    }
                    None => {
                        // It comes back into the ready queue when the snapshot arrives.
                        subscription.cursor = Cursor::Snapshot(waited_since.or(Some(ring.snapshots())));
                        self.hub.ask_snapshot(&subscription.stream);
                        return true;
                    }
                },
            };
            match ring.step(next) {
                Step::Frame(frame) => {
                    if !gathered.push_frame(frame) {
                        return false;
                    }
                    subscription.sent = Position { epoch: frame.epoch, seq: frame.seq };
                    subscription.cursor = Cursor::At(next + 1);
                }
                Step::UpToDate => return true,
                Step::Lost if is_unbroken(subscription) => {
                    // Its protocol has no message that could put a hole right, so the connection ends. The caller
                    // sees that, and closes.
                    let is_slow = ring.position().epoch == subscription.sent.epoch;
                    self.lost.set(Some(if is_slow { CloseCode::SLOW_CONSUMER } else { CloseCode::INTERNAL }));
                    return true;
                }
                Step::Lost => {
                    let same_epoch = ring.position().epoch == subscription.sent.epoch;
                    if subscription.stream.key.is_state() || !same_epoch {
                        subscription.cursor = Cursor::Snapshot(None);
                        Metrics::add(&self.hub.board.metrics.conflated_readers, 1);
                    } else {
                        let (seq, number) = ring.oldest();
                        if !gathered.push(&lagged_notice(&self.hub.board, subscription, seq)) {
                            return false;
                        }
                        subscription.sent.seq = seq;
                        subscription.cursor = Cursor::At(number);
                        Metrics::add(&self.hub.board.metrics.lagged_notices, 1);
                    }
                }
            }
        }
        is_up_to_date(&ring, subscription.cursor)
    }
}

/// Whether readers of this stream must get every frame.
fn is_unbroken(subscription: &Subscription) -> bool {
    matches!(subscription.stream.key, StreamKey::Face(stream) if !stream.is_state())
}

/// Where a reader stands that begins with the next frame; `None` while the ring has not begun.
pub(super) fn end_of(ring: &Ring) -> Option<(Cursor, Position)> {
    ring.has_begun().then(|| (Cursor::At(ring.end()), ring.position()))
}

fn is_up_to_date(ring: &Ring, cursor: Cursor) -> bool {
    cursor == Cursor::At(ring.end())
}

/// Tells a reader of events that those up to `seq` are not coming.
fn lagged_notice(board: &Board, subscription: &Subscription, seq: u64) -> Bytes {
    let stream = &subscription.stream;
    let encoding = stream.form.encoding();
    let prefix = FramePrefix::new(&stream.market_id, stream.key, subscription.sent.epoch);
    let prev = subscription.sent.seq;
    let none = Timestamp::ZERO;
    let head =
        FrameHead { kind: FrameKind::Event, seq, prev, ts_venue: none, ts_recv: none, ts_sent: clock::now() };
    let scales =
        board.market_no(stream.market).map_or(Scales::of(0, 0), |entry| entry.state().read().scales());
    let mut payload = Vec::with_capacity(256);
    DataFrame::begin(encoding, &mut payload, &prefix, &head, scales).lagged(prev + 1, seq);
    frame::websocket_message(encoding, &payload)
}
