//! The hub of one HTTP worker.
//!
//! *Owns* this worker's copy of the rings and knows its sessions. Its flusher, a task of the same
//! thread, writes what sessions have pending to their sockets: at once, or once in each session's flush
//! window. *Overload*: what it cannot take is replaced by a snapshot; readers behind a ring get a
//! snapshot or a notice; the longer a round over all sessions takes, the more goes out in each write.
//! *Restart*: every stream is opened again; sessions stay.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use marketd_protocol::code::CloseCode;
use marketd_protocol::{Form, StreamKey};
use tokio::sync::Notify;

use crate::board::{Board, HubNo, MarketNo};
use crate::inbox::Inbox;
use crate::market::{CloseStream, OpenStream};
use crate::metrics::{Metrics, Pace};
use crate::ring::{Ring, RingChange, RingLimits};
use crate::session::{Gathered, Outlet, Revoked};
use crate::streams::Frame;
use crate::windows::{Turn, WindowNo, Windows};

/// A frame of one stream.
#[derive(Debug, Clone)]
pub struct Published {
    pub market: MarketNo,
    pub key: StreamKey,
    pub form: Form,
    pub frame: Frame,
}

/// Frames are in the inbox.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct FramesWait;

/// A market actor began, or began again: it knows nothing of this hub's streams.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct MarketStarted {
    pub market: MarketNo,
}

/// The server stops: close every session with 1012.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct CloseSessions;

/// End what did not close by itself. Answers how many those were.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "usize")]
pub struct AbortSessions;

/// Close the sessions that this concerns with 4501.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct CloseRevoked(pub Revoked);

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

#[derive(Debug, Clone, Copy)]
pub struct HubLimits {
    pub mailbox: usize,
    pub ring: RingLimits,
    /// A session with data pending that takes nothing for so long is ended.
    pub stall_timeout: Duration,
    /// A stream without readers is kept for so long, so that they can come back and resume.
    pub linger: Duration,
}

/// One stream on this worker.
pub struct Stream {
    /// Never used again for another stream.
    pub id: u64,
    pub market: MarketNo,
    pub market_id: Rc<str>,
    pub key: StreamKey,
    pub form: Form,
    pub ring: RefCell<Ring>,
    readers: RefCell<Vec<Reader>>,
    /// Frames have come that its readers do not know of.
    has_news: Cell<bool>,
    /// A snapshot is on its way from the market since then.
    asked: Cell<Option<Instant>>,
    idle_since: Cell<Option<Instant>>,
}

/// A session, and which of its subscriptions reads.
struct Reader {
    outlet: Rc<Outlet>,
    subscription: usize,
}

impl Stream {
    /// Lets a session read, from its subscription number `subscription` on. Tells the reader's place.
    pub fn add_reader(&self, outlet: &Rc<Outlet>, subscription: usize) -> usize {
        self.idle_since.set(None);
        let mut readers = self.readers.borrow_mut();
        readers.push(Reader { outlet: outlet.clone(), subscription });
        readers.len() - 1
    }

    /// The last reader takes the place of the one that leaves.
    pub fn remove_reader(&self, place: usize) {
        let mut readers = self.readers.borrow_mut();
        readers.swap_remove(place);
        if let Some(moved) = readers.get(place) {
            moved.outlet.move_reader(moved.subscription, place);
        }
        if readers.is_empty() {
            self.idle_since.set(Some(Instant::now()));
        }
    }

    fn wake_readers(&self) {
        for reader in self.readers.borrow().iter() {
            reader.outlet.mark_ready(reader.subscription);
        }
    }
}

/// What the flusher does next.
enum Next {
    /// There is more to write; others of this thread first.
    More,
    /// A window opens then.
    At(Instant),
    /// Nobody has anything to send.
    Idle,
}

/// How long to wait for a snapshot before asking again.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// A client that is not let in any more has so long for its half of the close.
const REVOKED_GRACE: Duration = Duration::from_millis(500);
const SWEEP: Duration = Duration::from_millis(250);
/// For so long at most frames are left in the inbox while no window is open.
const LOOK_WITHIN: Duration = Duration::from_millis(20);
/// For so long sessions are written to before other tasks of the thread have their turn, and so many between two looks at the
/// clock.
const TURN: Duration = Duration::from_millis(2);
const SESSIONS_PER_LOOK: usize = 16;

/// What the hub actor, the sessions and their bodies of one worker share. One thread only.
pub struct HubState {
    pub board: Arc<Board>,
    pub limits: HubLimits,
    no: RefCell<Option<HubNo>>,
    streams: RefCell<HashMap<(MarketNo, StreamKey, Form), Rc<Stream>>>,
    sessions: RefCell<Vec<Weak<Outlet>>>,
    /// Streams with news.
    news: RefCell<Vec<Rc<Stream>>>,
    next_stream: Cell<u64>,
    /// What this hub has last told about its rings.
    ring_bytes: Cell<u64>,
    windows: RefCell<Windows<Rc<Outlet>>>,
    gathered: RefCell<Gathered>,
    /// A stream has news, or a session has something to send and its window had nothing.
    pending: Notify,
    /// Where markets put frames.
    inbox: Arc<Inbox>,
    /// Taken from there.
    taken: RefCell<Vec<Vec<Published>>>,
    /// The flusher looks into the inbox before anything could be done with what comes.
    looks_again: Cell<bool>,
    /// For the markets to see.
    pace: Arc<Pace>,
}

impl HubState {
    pub fn new(board: Arc<Board>, limits: HubLimits) -> Rc<Self> {
        Rc::new(Self {
            board,
            no: RefCell::new(None),
            streams: RefCell::default(),
            sessions: RefCell::default(),
            news: RefCell::default(),
            next_stream: Cell::new(0),
            ring_bytes: Cell::new(0),
            windows: RefCell::default(),
            gathered: RefCell::default(),
            pending: Notify::new(),
            inbox: Arc::new(Inbox::new(limits.mailbox)),
            taken: RefCell::default(),
            looks_again: Cell::new(false),
            limits,
            pace: Arc::default(),
        })
    }

    /// A session comes that is written to at most once in so long.
    pub fn enter(&self, every: Duration) -> WindowNo {
        self.windows.borrow_mut().enter(every, Instant::now())
    }

    /// A session is gone.
    pub fn leave(&self, window: WindowNo) {
        self.windows.borrow_mut().leave(window);
    }

    /// A session has something to send.
    pub fn schedule(&self, window: WindowNo, outlet: Rc<Outlet>) {
        if self.windows.borrow_mut().push(window, outlet) {
            self.pending.notify_one();
        }
    }

    /// Puts what the markets have left into the rings.
    fn take_frames(&self) {
        let mut taken = self.taken.take();
        self.inbox.take(self.looks_again.get(), &mut taken);
        for published in taken.drain(..).flatten() {
            self.take(published);
        }
        // The buffer is kept.
        self.taken.replace(taken);
    }

    /// Until when nobody can be written to, whatever comes meanwhile; not where that is long.
    fn closed_until(&self) -> Option<Instant> {
        let now = Instant::now();
        self.windows.borrow().closed_until().filter(|until| *until > now && *until <= now + LOOK_WITHIN)
    }

    /// Writes to some of the sessions whose turn it is.
    fn flush(&self) -> Next {
        self.looks_again.set(true);
        self.take_frames();
        self.tell_news();
        let mut gathered = self.gathered.borrow_mut();
        let began = Instant::now();
        let (mut now, mut next) = (began, Next::More);
        for visited in 1.. {
            if visited % SESSIONS_PER_LOOK == 0 {
                now = Instant::now();
                if now.duration_since(began) >= TURN {
                    break;
                }
            }
            let turn = self.windows.borrow_mut().next(now);
            match turn {
                Turn::Of(outlet) => {
                    if outlet.flush(&mut gathered) {
                        outlet.schedule();
                    }
                    continue;
                }
                Turn::At(opens) => next = Next::At(opens),
                Turn::Nobody => next = Next::Idle,
            }
            break;
        }
        self.pace.set(match next {
            Next::More => self.windows.borrow().round(),
            Next::At(_) | Next::Idle => Duration::ZERO,
        });
        gathered.report(&self.board.metrics);
        next
    }

    pub fn add_session(&self, outlet: &Rc<Outlet>) {
        self.sessions.borrow_mut().push(Rc::downgrade(outlet));
        Metrics::add(&self.board.metrics.sessions_open, 1);
        Metrics::add(&self.board.metrics.sessions_total, 1);
    }

    pub(crate) fn outlets(&self) -> impl Iterator<Item = Rc<Outlet>> {
        let sessions = self.sessions.borrow();
        sessions.iter().filter_map(Weak::upgrade).collect::<Vec<_>>().into_iter()
    }

    /// The stream of a market, key and form, opened when it is new.
    pub fn stream(&self, market: MarketNo, market_id: &str, key: StreamKey, form: Form) -> Rc<Stream> {
        if let Some(stream) = self.streams.borrow().get(&(market, key, form)) {
            return stream.clone();
        }
        let id = self.next_stream.get();
        self.next_stream.set(id + 1);
        let stream = Rc::new(Stream {
            id,
            market,
            market_id: Rc::from(market_id),
            key,
            form,
            ring: RefCell::new(Ring::new(self.limits.ring)),
            readers: RefCell::default(),
            has_news: Cell::new(false),
            asked: Cell::new(None),
            // Until somebody reads it.
            idle_since: Cell::new(Some(Instant::now())),
        });
        self.streams.borrow_mut().insert((market, key, form), stream.clone());
        Metrics::add(&self.board.metrics.streams_open, 1);
        self.ask_snapshot(&stream);
        stream
    }

    /// Asks the market for a snapshot of a stream, unless one is on its way.
    pub fn ask_snapshot(&self, stream: &Stream) {
        if stream.asked.get().is_some_and(|at| at.elapsed() < ASK_AGAIN) {
            return;
        }
        stream.asked.set(Some(Instant::now()));
        let actor = self.board.market_no(stream.market).and_then(|entry| entry.actor());
        if let (Some(actor), Some(hub)) = (actor, *self.no.borrow()) {
            // Full or gone: the sweep asks again.
            let _ = actor.try_send(OpenStream { hub, key: stream.key, form: stream.form });
        }
    }

    fn take(&self, mut published: Published) {
        let place = (published.market, published.key, published.form);
        let Some(stream) = self.streams.borrow().get(&place).cloned() else {
            return;
        };
        published.frame.enter_ring(&stream.market_id, stream.key);
        let change = stream.ring.borrow_mut().push(published.frame);
        match change {
            RingChange::Appended => {}
            RingChange::Snapshot => stream.asked.set(None),
            RingChange::Broken => self.ask_snapshot(&stream),
        }
        if !stream.has_news.replace(true) {
            self.news.borrow_mut().push(stream);
            self.pending.notify_one();
        }
    }

    /// Tells the readers of streams with news, once for all frames that have come since the last time.
    fn tell_news(&self) {
        let mut news = self.news.take();
        for stream in news.drain(..) {
            stream.has_news.set(false);
            stream.wake_readers();
        }
        // Nothing was added meanwhile: one thread, and readers only take note. The buffer is kept.
        self.news.replace(news);
    }

    fn reopen_streams(&self, market: Option<MarketNo>) {
        let streams: Vec<Rc<Stream>> = self.streams.borrow().values().cloned().collect();
        for stream in streams {
            if market.is_none_or(|market| market == stream.market) {
                stream.asked.set(None);
                self.ask_snapshot(&stream);
            }
        }
    }

    /// Closes streams nobody has read for a while, asks again for snapshots that did not come, and
    /// ends sessions that take nothing.
    fn sweep(&self) {
        // Should it have been too busy to be told of them.
        self.take_frames();
        let streams: Vec<Rc<Stream>> = self.streams.borrow().values().cloned().collect();
        for stream in streams {
            let idle = stream.idle_since.get().is_some_and(|since| since.elapsed() > self.limits.linger);
            if idle {
                let place = (stream.market, stream.key, stream.form);
                self.streams.borrow_mut().remove(&place);
                let actor = self.board.market_no(stream.market).and_then(|entry| entry.actor());
                if let (Some(actor), Some(hub)) = (actor, *self.no.borrow())
                    && actor.try_send(CloseStream { hub, key: stream.key, form: stream.form }).is_err()
                {
                    // Not told: keep the stream, try again at the next sweep.
                    self.streams.borrow_mut().insert(place, stream);
                } else {
                    Metrics::subtract(&self.board.metrics.streams_open, 1);
                }
                continue;
            }
            let overdue = stream.asked.get().is_some_and(|at| at.elapsed() >= ASK_AGAIN);
            if overdue {
                self.ask_snapshot(&stream);
            }
        }
        self.report_rings();
        let timeout = self.limits.stall_timeout;
        self.sessions.borrow_mut().retain(|session| match session.upgrade() {
            None => false,
            Some(outlet) => {
                if outlet.connection().blocked_for().is_some_and(|blocked| blocked > timeout) {
                    tracing::info!(
                        session = outlet.id(),
                        code = CloseCode::SLOW_CONSUMER.reason,
                        "session reads nothing, ending it"
                    );
                    Metrics::add(&self.board.metrics.stalled_closed, 1);
                    outlet.connection().abort();
                    return false;
                }
                true
            }
        });
    }

    /// Tells how many bytes the rings hold.
    fn report_rings(&self) {
        let held: usize = self.streams.borrow().values().map(|stream| stream.ring.borrow().bytes()).sum();
        let before = self.ring_bytes.replace(held as u64);
        let total = &self.board.metrics.ring_bytes;
        Metrics::add(total, held as u64);
        Metrics::subtract(total, before);
    }
}

pub struct HubActor {
    state: Rc<HubState>,
}

impl HubActor {
    pub(crate) const fn state(&self) -> &Rc<HubState> {
        &self.state
    }

    /// Starts the hub of this worker thread, and starts it again if it dies.
    pub fn launch(state: Rc<HubState>) {
        let board = state.board.clone();
        let addr = Self { state: state.clone() }.start();
        let no = board.add_hub(addr.clone(), state.inbox.clone(), state.pace.clone());
        let lag = board.lags.add(format!("http {}", no.0));
        *state.no.borrow_mut() = Some(no);
        let name = format!("hub {}", no.0);
        board.note_actor(&name, true);
        actix::spawn(async move {
            let mut addr = addr;
            let mut flusher = actix::spawn(run_flusher(state.clone()));
            let mut interval = actix_web::rt::time::interval(SWEEP);
            loop {
                lag.note(interval.tick().await.elapsed());
                if board.draining.load(std::sync::atomic::Ordering::Acquire) {
                    return;
                }
                if flusher.is_finished() {
                    tracing::error!(hub = no.0, "flusher died, starting it again");
                    board.note_restart(&name);
                    flusher = actix::spawn(run_flusher(state.clone()));
                }
                if !addr.connected() {
                    tracing::error!(hub = no.0, "hub died, starting it again");
                    board.note_restart(&name);
                    addr = Self { state: state.clone() }.start();
                    board.replace_hub(no, addr.clone());
                    state.reopen_streams(None);
                }
            }
        });
    }
}

/// Writes to sessions as their turns come. A task beside the actor: frames that arrive together are all in
/// their rings before the first of them is written.
async fn run_flusher(state: Rc<HubState>) {
    loop {
        let mut next = state.flush();
        if !matches!(next, Next::More) {
            let closed_until = state.closed_until();
            if let (Next::Idle, Some(until)) = (&next, closed_until) {
                next = Next::At(until);
            }
            let looks_again =
                matches!((&next, closed_until), (Next::At(opens), Some(until)) if *opens <= until);
            state.looks_again.set(looks_again);
            // What has come meanwhile without a word is pending then.
            state.take_frames();
        }
        match next {
            Next::More => tokio::task::yield_now().await,
            Next::Idle => state.pending.notified().await,
            Next::At(opens) => {
                // Another window may open earlier.
                tokio::select! {
                    () = tokio::time::sleep_until(opens.into()) => {}
                    () = state.pending.notified() => {}
                }
            }
        }
    }
}

impl Actor for HubActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(self.state.limits.mailbox);
        ctx.run_interval(SWEEP, |actor, _| actor.state.sweep());
    }
}

impl Handler<FramesWait> for HubActor {
    type Result = ();

    fn handle(&mut self, _: FramesWait, _ctx: &mut Self::Context) {
        self.state.take_frames();
    }
}

impl Handler<MarketStarted> for HubActor {
    type Result = ();

    fn handle(&mut self, started: MarketStarted, _ctx: &mut Self::Context) {
        self.state.reopen_streams(Some(started.market));
    }
}

impl Handler<CloseSessions> for HubActor {
    type Result = ();

    fn handle(&mut self, _: CloseSessions, _ctx: &mut Self::Context) {
        for outlet in self.state.outlets() {
            outlet.begin_close(CloseCode::RESTART);
        }
    }
}

impl Handler<CloseRevoked> for HubActor {
    type Result = ();

    fn handle(&mut self, CloseRevoked(revoked): CloseRevoked, ctx: &mut Self::Context) {
        let sessions = self.state.sessions.borrow();
        let concerned: Vec<Weak<Outlet>> = (sessions.iter().filter_map(Weak::upgrade))
            .filter(|outlet| outlet.identity().is_some_and(|identity| revoked.concerns(&identity)))
            .map(|outlet| {
                outlet.begin_close(CloseCode::UNAUTHENTICATED);
                Rc::downgrade(&outlet)
            })
            .collect();
        if !concerned.is_empty() {
            ctx.run_later(REVOKED_GRACE, move |_, _| {
                for outlet in concerned.iter().filter_map(Weak::upgrade) {
                    outlet.connection().abort();
                }
            });
        }
    }
}

impl Handler<AbortSessions> for HubActor {
    type Result = usize;

    fn handle(&mut self, _: AbortSessions, _ctx: &mut Self::Context) -> usize {
        let left = self.state.outlets().inspect(|outlet| outlet.connection().abort());
        left.count()
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for HubActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}
