//! The board: every market's latest state, written by its market actor, read by REST without asking.
//!
//! A market's state is shared under a lock instead of being copied at each change. Only its market
//! actor writes; readers hold the lock for as long as it takes to encode an answer, which is then kept
//! until the state changes (ADR 0002).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix::{Addr, Recipient};
use bytes::Bytes;
use dashmap::DashMap;
use marketd_domain::instrument::{MarketId, Source};
use marketd_domain::market::{MarketState, MarketStatus};
use marketd_domain::{StaleReason, Timestamp};
use marketd_protocol::rest::MarketHead;
use parking_lot::{Mutex, RwLock};

use crate::clock;
use crate::face_names::FaceNames;
use crate::feed::ResyncMarket;
use crate::hub::HubActor;
use crate::inbox::Inbox;
use crate::lag::Lags;
use crate::market::MarketActor;
use crate::metrics::{Histogram, Metrics, Pace, Queue};
use crate::peers::PeerTable;
use crate::sandbox::SandboxGate;
use crate::sandbox::tap::Tap;
use crate::sim::SharedSimulator;
use crate::traces::Traces;

/// Number of a market on this node; dense, in the order of registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MarketNo(pub u32);

/// Number of an HTTP worker's hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HubNo(pub u32);

/// Answers are kept for so many depths per market; more only by asking for odd depths.
const BOOK_BODIES_KEPT: usize = 16;

/// The book as REST shows it, with its tag; sharing it costs two counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookBody {
    depth: usize,
    tag: BookTag,
    pub etag: Bytes,
    pub data: Bytes,
}

impl BookBody {
    /// Epoch and seq of the book.
    pub const fn position(&self) -> (u64, u64) {
        (self.tag.epoch, self.tag.seq)
    }
}

/// What a book answer depends on; equal tags mean equal answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BookTag {
    epoch: u64,
    seq: u64,
    status: MarketStatus,
    reason: Option<StaleReason>,
}

impl BookTag {
    /// `"<epoch>-<seq>"`, with the status appended while it is not live.
    fn etag(&self) -> String {
        match self.status {
            MarketStatus::Live => format!("\"{}-{}\"", self.epoch, self.seq),
            status => format!("\"{}-{}-{}\"", self.epoch, self.seq, status.as_str()),
        }
    }
}

/// One market's place on the board.
pub struct MarketEntry {
    pub no: MarketNo,
    pub id: MarketId,
    pub source: Source,
    /// What Binance's clients call it; `None` where they do not see it.
    pub symbol: Option<Arc<str>>,
    epoch: AtomicU64,
    state: RwLock<MarketState>,
    actor: RwLock<Option<Addr<MarketActor>>>,
    feed: RwLock<Option<Recipient<ResyncMarket>>>,
    book_bodies: Mutex<Vec<BookBody>>,
    /// What the sandbox hears of it.
    pub tap: Tap,
    /// Messages that wait for its actor.
    pub queue: Queue,
    pub published: PublishTimes,
}

/// How old changes of the book were when they left for the hubs. Not for replays, whose times are the recording's.
#[derive(Debug, Default)]
pub struct PublishTimes {
    /// By the venue's own clock.
    pub venue: Histogram,
    /// Since they were received.
    pub received: Histogram,
}

impl PublishTimes {
    pub fn note(&self, ts_venue: Timestamp, ts_recv: Timestamp, now: Timestamp) {
        // Clocks differ: what comes from the future is new.
        let us = |since: Timestamp| u64::try_from(now.nanos_since(since) / 1_000).unwrap_or(0);
        // Some venues do not date their messages.
        if ts_venue != Timestamp::ZERO {
            self.venue.note(us(ts_venue));
        }
        self.received.note(us(ts_recv));
    }
}

impl MarketEntry {
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Begins a new epoch: later than all before, also across restarts of the process, as long as the
    /// clock does not run backwards for longer than a restart takes.
    pub fn begin_epoch(&self, now: Timestamp) -> u64 {
        let fresh = u64::try_from(now.millis()).unwrap_or(0).max(self.epoch() + 1);
        self.epoch.store(fresh, Ordering::Release);
        fresh
    }

    pub const fn state(&self) -> &RwLock<MarketState> {
        &self.state
    }

    pub fn actor(&self) -> Option<Addr<MarketActor>> {
        self.actor.read().clone()
    }

    pub fn set_actor(&self, addr: Addr<MarketActor>) {
        *self.actor.write() = Some(addr);
    }

    pub fn feed(&self) -> Option<Recipient<ResyncMarket>> {
        self.feed.read().clone()
    }

    pub fn set_feed(&self, feed: Recipient<ResyncMarket>) {
        *self.feed.write() = Some(feed);
    }

    pub fn head(&self) -> MarketHead<'_> {
        MarketHead { market: self.id.as_str(), source: self.source, epoch: self.epoch() }
    }

    fn tag_of(&self, state: &MarketState) -> BookTag {
        let status = state.shown_status();
        BookTag { epoch: self.epoch(), seq: state.book_seq(), status: status.status, reason: status.reason }
    }

    /// The book as REST shows it, encoded at most once per change and depth. `None` before the first
    /// snapshot.
    pub fn book_body(&self, depth: usize) -> Option<BookBody> {
        let state = self.state.read();
        if !state.has_book() {
            return None;
        }
        let tag = self.tag_of(&state);
        let mut bodies = self.book_bodies.lock();
        if let Some(held) = bodies.iter().find(|held| held.depth == depth && held.tag == tag) {
            return Some(held.clone());
        }
        let mut data = Vec::with_capacity(4_096);
        marketd_protocol::rest::push_book(&mut data, &self.head(), &state, depth);
        let body = BookBody { depth, tag, etag: tag.etag().into(), data: data.into() };
        bodies.retain(|held| held.depth != depth);
        if bodies.len() == BOOK_BODIES_KEPT {
            bodies.remove(0);
        }
        bodies.push(body.clone());
        Some(body)
    }
}

/// What a feed is doing, for `/health`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedReport {
    pub venue: String,
    pub source: Source,
    pub state: FeedState,
    pub since: Timestamp,
    pub last_error: Option<String>,
    pub last_message: Timestamp,
    pub messages: u64,
    pub malformed: u64,
    pub reconnects: u64,
    pub markets: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedState {
    Connecting,
    Connected,
    /// Waiting before the next attempt.
    BackingOff,
    Paused,
    Ended,
}

impl FeedState {
    pub const ALL: [Self; 5] =
        [Self::Connecting, Self::Connected, Self::BackingOff, Self::Paused, Self::Ended];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::BackingOff => "backing_off",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }
}

/// Whether an actor lives, and how often it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorReport {
    pub is_alive: bool,
    pub restarts: u64,
    /// Since when it lives, or does not.
    pub since: Timestamp,
}

/// A hub, what waits for it, and how long it takes.
#[derive(Clone)]
pub struct HubPlace {
    pub addr: Addr<HubActor>,
    pub inbox: Arc<Inbox>,
    pub pace: Arc<Pace>,
}

/// All markets, hubs and feeds of this node.
#[derive(Default)]
pub struct Board {
    by_id: DashMap<String, Arc<MarketEntry>>,
    by_symbol: DashMap<Arc<str>, Arc<MarketEntry>>,
    names: FaceNames,
    markets: RwLock<Vec<Arc<MarketEntry>>>,
    hubs: RwLock<Vec<HubPlace>>,
    pub feeds: DashMap<String, FeedReport>,
    /// By the names under which they are watched.
    pub actors: DashMap<String, ActorReport>,
    pub metrics: Metrics,
    pub traces: Traces,
    /// How late this server's threads are.
    pub lags: Lags,
    /// Sessions by client address.
    pub peers: Arc<PeerTable>,
    /// Set when the server begins to stop: it is not ready any more.
    pub draining: AtomicBool,
    sandbox: OnceLock<Arc<SandboxGate>>,
    simulator: OnceLock<Arc<SharedSimulator>>,
}

impl Board {
    /// The way to the sandbox; `None` where there is none.
    pub fn sandbox(&self) -> Option<Arc<SandboxGate>> {
        self.sandbox.get().cloned()
    }

    /// An actor is there for the first time, or was found dead.
    pub fn note_actor(&self, name: &str, is_alive: bool) {
        let since = clock::now();
        let fresh = ActorReport { is_alive, restarts: 0, since };
        let change = |held: &mut ActorReport| (held.is_alive, held.since) = (is_alive, since);
        self.actors.entry(name.to_owned()).and_modify(change).or_insert(fresh);
    }

    /// An actor that had died was started again.
    pub fn note_restart(&self, name: &str) {
        Metrics::add(&self.metrics.actor_restarts, 1);
        self.note_actor(name, true);
        if let Some(mut held) = self.actors.get_mut(name) {
            held.restarts += 1;
        }
    }

    /// Makes the sandbox known. Once.
    pub fn set_sandbox(&self, gate: Arc<SandboxGate>) {
        let _ = self.sandbox.set(gate);
    }

    /// Makes the simulated venue known. Once.
    pub fn set_simulator(&self, simulator: Arc<SharedSimulator>) {
        let _ = self.simulator.set(simulator);
    }

    /// The simulated venue, where one runs.
    pub fn simulator(&self) -> Option<Arc<SharedSimulator>> {
        self.simulator.get().cloned()
    }

    /// A board that gives Binance's clients names for its markets.
    pub fn named(names: FaceNames, traces: Traces) -> Self {
        Self { names, traces, ..Self::default() }
    }

    /// Adds a market, or finds it if it is there already.
    pub fn register(&self, id: MarketId, source: Source, state: MarketState) -> Arc<MarketEntry> {
        let mut markets = self.markets.write();
        if let Some(entry) = self.by_id.get(id.as_str()) {
            return entry.clone();
        }
        let entry = Arc::new(MarketEntry {
            no: MarketNo(markets.len() as u32),
            id: id.clone(),
            source,
            symbol: self.names.claim(&id, &state.instrument().base, &state.instrument().quote),
            epoch: AtomicU64::new(0),
            state: RwLock::new(state),
            actor: RwLock::new(None),
            feed: RwLock::new(None),
            book_bodies: Mutex::new(Vec::new()),
            tap: Tap::default(),
            queue: Queue::default(),
            published: PublishTimes::default(),
        });
        markets.push(entry.clone());
        if let Some(symbol) = &entry.symbol {
            self.by_symbol.insert(symbol.clone(), entry.clone());
        }
        self.by_id.insert(id.as_str().to_owned(), entry.clone());
        entry
    }

    pub fn market(&self, id: &str) -> Option<Arc<MarketEntry>> {
        self.by_id.get(id).map(|entry| entry.clone())
    }

    /// The market that Binance's clients call so.
    pub fn symbol(&self, symbol: &str) -> Option<Arc<MarketEntry>> {
        self.by_symbol.get(symbol).map(|entry| entry.clone())
    }

    pub fn market_no(&self, no: MarketNo) -> Option<Arc<MarketEntry>> {
        self.markets.read().get(no.0 as usize).cloned()
    }

    pub fn markets(&self) -> Vec<Arc<MarketEntry>> {
        self.markets.read().clone()
    }

    /// Takes a hub in and gives it its number.
    pub fn add_hub(&self, addr: Addr<HubActor>, inbox: Arc<Inbox>, pace: Arc<Pace>) -> HubNo {
        let mut hubs = self.hubs.write();
        hubs.push(HubPlace { addr, inbox, pace });
        HubNo(hubs.len() as u32 - 1)
    }

    /// Puts a restarted hub in the place of the dead one.
    pub fn replace_hub(&self, no: HubNo, addr: Addr<HubActor>) {
        if let Some(place) = self.hubs.write().get_mut(no.0 as usize) {
            place.addr = addr;
            // What the dead one was told of it has not taken.
            place.inbox.tell_again();
        }
    }

    pub fn hub(&self, no: HubNo) -> Option<HubPlace> {
        self.hubs.read().get(no.0 as usize).cloned()
    }

    pub fn hubs(&self) -> Vec<Addr<HubActor>> {
        self.hubs.read().iter().map(|place| place.addr.clone()).collect()
    }

    /// The hubs by their numbers.
    pub fn hub_places(&self) -> Vec<HubPlace> {
        self.hubs.read().clone()
    }

    /// The round of the one of these hubs that is done soonest; zero where there is none.
    pub fn shortest_round(&self, hubs: impl Iterator<Item = HubNo>) -> Duration {
        let places = self.hubs.read();
        let rounds = hubs.filter_map(|no| places.get(no.0 as usize)).map(|place| place.pace.round());
        rounds.min().unwrap_or_default()
    }

    /// Markets that keep the server from being ready: no live actor, or no book yet. One that its venue
    /// does not trade will have none, and is not waited for.
    pub fn waiting_for(&self) -> Vec<Arc<MarketEntry>> {
        let is_missing = |entry: &Arc<MarketEntry>| {
            let state = entry.state.read();
            let has_book = state.has_book() || state.status().status == MarketStatus::Halted;
            !has_book || !entry.actor.read().as_ref().is_some_and(Addr::connected)
        };
        self.markets.read().iter().filter(|entry| is_missing(entry)).cloned().collect()
    }

    /// Whether every market can be served, and nobody is stopping.
    pub fn is_ready(&self) -> bool {
        !self.draining.load(Ordering::Acquire)
            && !self.markets.read().is_empty()
            && self.waiting_for().is_empty()
    }
}
