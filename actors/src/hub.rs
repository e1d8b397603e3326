//! The hub of one HTTP worker.
//!
//! *Owns* this worker's copy of the rings and knows its sessions; sessions and their response bodies
//! run on the same thread and read the rings directly. *Overload*: what it cannot take is replaced by
//! a snapshot; readers behind a ring get a snapshot or a notice. *Restart*: rings are emptied and every
//! stream is opened again; sessions stay.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use marketd_protocol::StreamKey;
use marketd_protocol::code::CloseCode;
use marketd_protocol::ws::{Position, ResumeOutcome};

use crate::board::{Board, HubNo, MarketNo};
use crate::market::{CloseStream, OpenStream};
use crate::metrics::Metrics;
use crate::ring::{Ring, RingChange, RingLimits};
use crate::session::Outlet;
use crate::streams::Frame;

/// A frame of one stream.
#[derive(Debug, Clone)]
pub struct Published {
    pub market: MarketNo,
    pub key: StreamKey,
    pub frame: Frame,
}

#[derive(Message, Debug)]
#[rtype(result = "()")]
pub struct Publish(pub Vec<Published>);

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
    pub market: MarketNo,
    pub market_id: Rc<str>,
    pub key: StreamKey,
    pub ring: RefCell<Ring>,
    readers: RefCell<Vec<(Weak<Outlet>, usize)>>,
    /// A snapshot is on its way from the market since then.
    asked: RefCell<Option<Instant>>,
    idle_since: RefCell<Option<Instant>>,
}

impl Stream {
    fn wake_readers(&self) {
        for (outlet, at) in self.readers.borrow().iter() {
            if let Some(outlet) = outlet.upgrade() {
                outlet.mark_ready(*at);
            }
        }
    }
}

/// How long to wait for a snapshot before asking again.
const ASK_AGAIN: Duration = Duration::from_millis(500);
const SWEEP: Duration = Duration::from_millis(250);

/// What the hub actor, the sessions and their bodies of one worker share. One thread only.
pub struct HubState {
    pub board: Arc<Board>,
    pub limits: HubLimits,
    no: RefCell<Option<HubNo>>,
    streams: RefCell<HashMap<(MarketNo, StreamKey), Rc<Stream>>>,
    sessions: RefCell<Vec<Weak<Outlet>>>,
}

impl HubState {
    pub fn new(board: Arc<Board>, limits: HubLimits) -> Rc<Self> {
        Rc::new(Self {
            board,
            limits,
            no: RefCell::new(None),
            streams: RefCell::default(),
            sessions: RefCell::default(),
        })
    }

    pub fn add_session(&self, outlet: &Rc<Outlet>) {
        self.sessions.borrow_mut().push(Rc::downgrade(outlet));
        Metrics::add(&self.board.metrics.sessions_open, 1);
        Metrics::add(&self.board.metrics.sessions_total, 1);
    }

    /// The stream of a market and key, opened when it is new.
    fn stream(&self, market: MarketNo, market_id: &str, key: StreamKey) -> Rc<Stream> {
        if let Some(stream) = self.streams.borrow().get(&(market, key)) {
            return stream.clone();
        }
        let stream = Rc::new(Stream {
            market,
            market_id: Rc::from(market_id),
            key,
            ring: RefCell::new(Ring::new(self.limits.ring)),
            readers: RefCell::default(),
            asked: RefCell::new(None),
            idle_since: RefCell::new(None),
        });
        self.streams.borrow_mut().insert((market, key), stream.clone());
        self.ask_snapshot(&stream);
        stream
    }

    /// Lets a session read a stream from its subscription number `at` on. With a position, tells whether
    /// the ring still holds it, and which frame comes next.
    pub fn subscribe(
        &self,
        outlet: &Rc<Outlet>,
        at: usize,
        market: (MarketNo, &str),
        key: StreamKey,
        resume: Option<Position>,
    ) -> (Rc<Stream>, Option<Result<u64, ResumeOutcome>>) {
        let stream = self.stream(market.0, market.1, key);
        stream.readers.borrow_mut().push((Rc::downgrade(outlet), at));
        *stream.idle_since.borrow_mut() = None;
        let resumed = resume.map(|position| stream.ring.borrow().resume(position));
        (stream, resumed)
    }

    pub fn unsubscribe(&self, outlet: &Rc<Outlet>, at: usize, stream: &Stream) {
        let mut readers = stream.readers.borrow_mut();
        let this = Rc::as_ptr(outlet);
        if let Some(place) =
            readers.iter().position(|(held, held_at)| *held_at == at && held.as_ptr() == this)
        {
            readers.swap_remove(place);
        }
        if readers.is_empty() {
            *stream.idle_since.borrow_mut() = Some(Instant::now());
        }
    }

    /// Asks the market for a snapshot of a stream, unless one is on its way.
    pub fn ask_snapshot(&self, stream: &Stream) {
        let mut asked = stream.asked.borrow_mut();
        if asked.is_some_and(|at| at.elapsed() < ASK_AGAIN) {
            return;
        }
        *asked = Some(Instant::now());
        let actor = self.board.market_no(stream.market).and_then(|entry| entry.actor());
        if let (Some(actor), Some(hub)) = (actor, *self.no.borrow()) {
            // Full or gone: the sweep asks again.
            let _ = actor.try_send(OpenStream { hub, key: stream.key });
        }
    }

    fn take(&self, published: Published) {
        let Some(stream) = self.streams.borrow().get(&(published.market, published.key)).cloned() else {
            return;
        };
        let change = stream.ring.borrow_mut().push(published.frame);
        match change {
            RingChange::Appended => {}
            RingChange::Snapshot => *stream.asked.borrow_mut() = None,
            RingChange::Broken => self.ask_snapshot(&stream),
        }
        stream.wake_readers();
    }

    fn reopen_streams(&self, market: Option<MarketNo>) {
        let streams: Vec<Rc<Stream>> = self.streams.borrow().values().cloned().collect();
        for stream in streams {
            if market.is_none_or(|market| market == stream.market) {
                *stream.asked.borrow_mut() = None;
                self.ask_snapshot(&stream);
            }
        }
    }

    /// Closes streams nobody has read for a while, asks again for snapshots that did not come, and
    /// ends sessions that take nothing.
    fn sweep(&self) {
        let streams: Vec<Rc<Stream>> = self.streams.borrow().values().cloned().collect();
        for stream in streams {
            let idle = stream.idle_since.borrow().is_some_and(|since| since.elapsed() > self.limits.linger);
            if idle {
                self.streams.borrow_mut().remove(&(stream.market, stream.key));
                let actor = self.board.market_no(stream.market).and_then(|entry| entry.actor());
                if let (Some(actor), Some(hub)) = (actor, *self.no.borrow())
                    && actor.try_send(CloseStream { hub, key: stream.key }).is_err()
                {
                    // Not told: keep the stream, try again at the next sweep.
                    self.streams.borrow_mut().insert((stream.market, stream.key), stream);
                }
                continue;
            }
            let overdue = stream.asked.borrow().is_some_and(|at| at.elapsed() >= ASK_AGAIN);
            if overdue {
                self.ask_snapshot(&stream);
            }
        }
        let timeout = self.limits.stall_timeout;
        self.sessions.borrow_mut().retain(|session| match session.upgrade() {
            None => false,
            Some(outlet) => {
                if outlet.stalled_for().is_some_and(|stalled| stalled > timeout) {
                    tracing::info!(
                        session = outlet.id(),
                        code = CloseCode::SLOW_CONSUMER.reason,
                        "session reads nothing, ending it"
                    );
                    Metrics::add(&self.board.metrics.stalled_closed, 1);
                    outlet.abort();
                    return false;
                }
                true
            }
        });
    }

    /// Streams on this worker and the bytes of their rings.
    pub fn rings(&self) -> (usize, usize) {
        let streams = self.streams.borrow();
        (streams.len(), streams.values().map(|stream| stream.ring.borrow().bytes()).sum())
    }
}

pub struct HubActor {
    state: Rc<HubState>,
}

impl HubActor {
    /// Starts the hub of this worker thread, and starts it again if it dies.
    pub fn launch(state: Rc<HubState>) {
        let board = state.board.clone();
        let addr = Self { state: state.clone() }.start();
        let no = board.add_hub(addr.clone());
        *state.no.borrow_mut() = Some(no);
        actix::spawn(async move {
            let mut addr = addr;
            let mut interval = actix_web::rt::time::interval(SWEEP);
            loop {
                interval.tick().await;
                if board.draining.load(std::sync::atomic::Ordering::Acquire) {
                    return;
                }
                if !addr.connected() {
                    tracing::error!(hub = no.0, "hub died, starting it again");
                    Metrics::add(&board.metrics.actor_restarts, 1);
                    addr = Self { state: state.clone() }.start();
                    board.replace_hub(no, addr.clone());
                    state.reopen_streams(None);
                }
            }
        });
    }
}

impl Actor for HubActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(self.state.limits.mailbox);
        ctx.run_interval(SWEEP, |actor, _| actor.state.sweep());
    }
}

impl Handler<Publish> for HubActor {
    type Result = ();

    fn handle(&mut self, Publish(frames): Publish, _ctx: &mut Self::Context) {
        for published in frames {
            self.state.take(published);
        }
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
        for outlet in self.state.sessions.borrow().iter().filter_map(Weak::upgrade) {
            outlet.begin_close(CloseCode::RESTART);
        }
    }
}

impl Handler<AbortSessions> for HubActor {
    type Result = usize;

    fn handle(&mut self, _: AbortSessions, _ctx: &mut Self::Context) -> usize {
        let left: Vec<Rc<Outlet>> = self.state.sessions.borrow().iter().filter_map(Weak::upgrade).collect();
        for outlet in &left {
            outlet.abort();
        }
        left.len()
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for HubActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}
