//! The actor of one market.
//!
//! *Owns* the market's state (it is the only writer of the board's entry) and its streams.
//! *Overload*: feeds wait for its mailbox a moment, then mark the market stale and resync; a hub that
//! cannot take a frame gets a snapshot later. *Restart*: a new actor begins a new epoch, asks the feed
//! for a snapshot and tells the hubs to open their streams again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix::prelude::*;
use marketd_domain::market::{BookOutcome, MarketLimits, MarketState};
use marketd_domain::{StaleReason, Timestamp};
use marketd_protocol::{Form, StreamKey};

use crate::board::{Board, HubNo, MarketEntry};
use crate::clock;
use crate::feed::ResyncMarket;
use crate::hub::{FramesWait, MarketStarted, Published};
use crate::inbox::Put;
use crate::sandbox::tap::News;
use crate::sink::Update;
use crate::streams::{Frame, Names, Streams};
use crate::traces::Hop;
use crate::writer::handover::{Handover, open_gaps};

/// How long to wait before a hub that was full is offered a snapshot, and a feed that was full is asked
/// again.
const RETRY_OWED: Duration = Duration::from_millis(100);
/// How often a crossed book is looked at when no message comes.
const CROSSED_CHECK: Duration = Duration::from_millis(50);
/// How long a feed that was asked for a snapshot is left in peace.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// A hub that takes this long for a round of writes has no time to lose: trades are gathered for half a round, and no
/// longer than that.
const BUSY_ROUND: Duration = Duration::from_millis(8);
const GATHER_MAX: Duration = Duration::from_millis(20);
/// How often the 24 hours of a live market roll on without a trade.
const ROLL_TICKER: Duration = Duration::from_secs(30);

/// Updates of this market, in the order of its feed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct ApplyUpdates {
    pub updates: Vec<Update>,
    /// The trace of the message that they come from, where that is traced.
    pub hop: Option<Hop>,
}

/// A hub has readers for a stream in a form, and wants a snapshot of it and every frame from there on.
#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
#[rtype(result = "()")]
pub struct OpenStream {
    pub hub: HubNo,
    pub key: StreamKey,
    pub form: Form,
}

/// A hub has no readers for a stream in that form any more.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct CloseStream {
    pub hub: HubNo,
    pub key: StreamKey,
    pub form: Form,
}

/// The server stops: hand over what is not closed yet, and nothing more.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct Retire;

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

/// A frame of a stream in one form, on its way to those who listen to that.
type Emitted = (StreamKey, Form, Frame);

pub struct MarketActor {
    board: Arc<Board>,
    entry: Arc<MarketEntry>,
    mailbox: usize,
    limits: MarketLimits,
    streams: Streams,
    listeners: HashMap<(StreamKey, Form), Vec<HubNo>>,
    /// Frames of the message under way, per hub.
    outbox: Vec<(HubNo, Vec<Published>)>,
    /// Snapshots owed: to hubs that were full, or while a crossed book was held back.
    owed: Vec<OpenStream>,
    owed_timer: bool,
    /// The feed did not take the request for a snapshot.
    resync_owed: Option<StaleReason>,
    flush_timer: Option<(Timestamp, SpawnHandle)>,
    crossed_timer: bool,
    /// When the feed was last asked for a snapshot.
    asked_at: Option<Instant>,
    /// There was an actor of this market before, and it died.
    is_restart: bool,
    /// Where rows for the store go; none where nothing is stored, or not any more.
    handover: Option<Handover>,
    /// What the sandbox is to hear of the message under way.
    news: Vec<News>,
}

impl MarketActor {
    pub fn new(
        board: Arc<Board>,
        entry: Arc<MarketEntry>,
        mailbox: usize,
        limits: MarketLimits,
        handover: Option<Handover>,
    ) -> Self {
        let is_restart = entry.epoch() != 0;
        // The epoch begins with `started`, together with the state that belongs to it.
        let streams = Streams::new(names_of(&entry), 0);
        Self {
            board,
            entry,
            mailbox,
            limits,
            streams,
            listeners: HashMap::new(),
            outbox: Vec::new(),
            owed: Vec::new(),
            owed_timer: false,
            resync_owed: None,
            flush_timer: None,
            crossed_timer: false,
            asked_at: None,
            is_restart,
            handover,
            news: Vec::new(),
        }
    }

    /// Begins an epoch. After a panic the old state may be half changed, so it begins from nothing; both
    /// under one lock, so that nobody reads the old state with the new epoch.
    fn begin(&mut self) {
        let now = clock::now();
        let entry = self.entry.clone();
        let mut state = entry.state().write();
        let epoch = entry.begin_epoch(now);
        self.streams = Streams::new(names_of(&entry), epoch);
        if self.is_restart {
            if let Some(handover) = &mut self.handover {
                handover.close_gaps(&state, now);
            }
            *state = MarketState::new(state.instrument().clone(), self.limits, now);
            state.set_stale(StaleReason::Restarted, now);
        }
        if let Some(handover) = &mut self.handover {
            handover.begin(&state);
            handover.send();
        }
        drop(state);
        self.entry.tap.send(self.entry.no, epoch, vec![News::Anew]);
        if self.is_restart {
            self.ask_resync(StaleReason::Restarted);
        }
    }

    /// Applies one update under the lock and lets the streams encode what follows from it.
    fn apply(&mut self, state: &mut MarketState, update: Update, frames: &mut Vec<Emitted>) {
        let now = clock::now();
        let status_before = state.status_seq();
        let mut emit = |key: StreamKey, form: Form, frame: Frame| frames.push((key, form, frame));
        let mut doubt = None;
        match update {
            Update::Snapshot(update) => {
                // The answer to what was asked: a doubt that outlives it is told at once.
                self.asked_at = None;
                let gaps = open_gaps(state);
                doubt = doubt_of(state.apply_snapshot(&update));
                self.tell_sandbox(|| News::Anew);
                self.streams.on_book(state, now, &mut emit);
                if let Some(handover) = &mut self.handover {
                    handover.closed_gaps(state, gaps);
                    handover.book(state, self.entry.epoch(), true);
                }
            }
            Update::Depth(update) => {
                let book_seq = state.book_seq();
                doubt = doubt_of(state.apply_depth(&update));
                if state.book_seq() != book_seq {
                    self.tell_sandbox(|| News::of_book(state, state.changes()));
                }
                self.streams.on_book(state, now, &mut emit);
                if let Some(handover) = &mut self.handover {
                    handover.book(state, self.entry.epoch(), false);
                }
            }
            Update::Trade(trade) => {
                if let Some(sequenced) = state.apply_trade(&trade) {
                    self.streams.on_trade(state, &sequenced, now, &mut emit);
                    self.tell_sandbox(|| News::Print(sequenced));
                    if let Some(handover) = &mut self.handover {
                        handover.trade(state, &trade);
                    }
                }
            }
            Update::Described(instrument) => {
                state.set_instrument(*instrument);
                self.tell_sandbox(|| News::Anew);
                if let Some(handover) = &self.handover {
                    handover.described(state);
                }
            }
            Update::Rescaled(scales) if scales == state.scales() => {}
            Update::Rescaled(scales) => {
                if let Some(handover) = &mut self.handover {
                    handover.open_candles(state);
                    handover.end_changes();
                }
                if !state.rescale(scales) {
                    state.reset(scales, StaleReason::Precision, now);
                    doubt = Some(StaleReason::Precision);
                }
                // The wire's decimals changed: nothing of the old epoch may be continued.
                let epoch = self.entry.begin_epoch(now);
                self.streams.begin_epoch(epoch, state);
                self.owe_everyone();
                self.tell_sandbox(|| News::Anew);
                if let Some(handover) = &self.handover {
                    handover.described(state);
                }
            }
            Update::Gap(gap) => {
                state.note_gap(gap);
                if let Some(handover) = &mut self.handover {
                    handover.gap(gap);
                }
            }
            Update::Stale(reason, at) => {
                state.set_stale(reason, at);
            }
            Update::Halted(reason, at) => {
                state.set_halted(reason, at);
            }
            Update::Duplicate => state.note_duplicate(),
            Update::VenueBbo { bid, ask, venue_seq } => state.note_venue_bbo(bid, ask, venue_seq),
        }
        let is_new = state.status_seq() != status_before;
        if is_new {
            self.streams.on_status(state, now, &mut emit);
            self.tell_sandbox(|| News::of_status(state));
            if let Some(handover) = &mut self.handover {
                handover.status(state);
            }
        }
        if let Some(reason) = doubt.filter(|_| is_new || self.may_ask_again()) {
            self.ask_resync(reason);
        }
    }

    /// Notes something for the sandbox, if it follows this market.
    fn tell_sandbox(&mut self, news: impl FnOnce() -> News) {
        if self.entry.tap.is_open() {
            self.news.push(news());
        }
    }

    fn send_news(&mut self) {
        if !self.news.is_empty() {
            let news = std::mem::take(&mut self.news);
            self.entry.tap.send(self.entry.no, self.entry.epoch(), news);
        }
    }

    /// Whether a doubt that goes on is to be told the feed once more: what it brought did not help, or it
    /// did not hear.
    fn may_ask_again(&self) -> bool {
        self.asked_at.is_none_or(|at| at.elapsed() >= ASK_AGAIN)
    }

    /// Asks the feed for a snapshot; the session makes of it what its venue can bear.
    fn ask_resync(&mut self, reason: StaleReason) {
        self.asked_at = Some(Instant::now());
        tracing::warn!(market = %self.entry.id, reason = reason.as_str(), "book in doubt, resyncing");
        if let Some(feed) = self.entry.feed()
            && feed.try_send(ResyncMarket { market: self.entry.no, reason }).is_err()
        {
            tracing::warn!(market = %self.entry.id, "feed did not take the request to resync, asking again");
            self.resync_owed = Some(reason);
        }
    }

    fn owe_everyone(&mut self) {
        for ((key, form), hubs) in &self.listeners {
            for hub in hubs {
                self.owed.push(OpenStream { hub: *hub, key: *key, form: *form });
            }
        }
    }

    /// How long trades are gathered, given what the hubs have to do.
    fn gather_ms(&self) -> i64 {
        let round = self.board.shortest_round(self.listeners.values().flatten().copied());
        if round < BUSY_ROUND { 0 } else { (round / 2).min(GATHER_MAX).as_millis() as i64 }
    }

    fn enqueue(&mut self, frames: Vec<Emitted>) {
        for (key, form, frame) in frames {
            for hub in self.listeners.get(&(key, form)).into_iter().flatten() {
                let published = Published { market: self.entry.no, key, form, frame: frame.clone() };
                put_into_lane(&mut self.outbox, *hub, published);
            }
        }
    }

    /// Sends what was gathered; whoever is full is owed snapshots instead.
    fn send_outbox(&mut self) {
        let conflated = self.streams.take_conflated();
        self.board.metrics.conflated_changes.fetch_add(conflated, Ordering::Relaxed);
        for (hub, lane) in &mut self.outbox {
            if lane.is_empty() {
                continue;
            }
            let frames = std::mem::take(lane);
            self.board.metrics.frames_encoded.fetch_add(frames.len() as u64, Ordering::Relaxed);
            let Some(place) = self.board.hub(*hub) else { continue };
            let frames = match place.inbox.put(frames) {
                Put::Done => continue,
                Put::Tell => {
                    if place.addr.try_send(FramesWait).is_err() {
                        // It has other messages enough, or is about to begin again.
                        place.inbox.tell_again();
                    }
                    continue;
                }
                Put::Full(frames) => frames,
            };
            self.board.metrics.hub_overflows.fetch_add(1, Ordering::Relaxed);
            for published in frames {
                let owed = OpenStream { hub: *hub, key: published.key, form: published.form };
                if !self.owed.contains(&owed) {
                    self.owed.push(owed);
                }
            }
        }
    }

    fn pay_owed(&mut self) {
        let entry = self.entry.clone();
        let state = entry.state().read();
        for owed in std::mem::take(&mut self.owed) {
            let hubs = self.listeners.get(&(owed.key, owed.form));
            let listening = hubs.is_some_and(|hubs| hubs.contains(&owed.hub));
            if listening {
                self.send_snapshot(owed, &state);
            }
        }
        drop(state);
        self.send_outbox();
    }

    fn send_snapshot(&mut self, open: OpenStream, state: &MarketState) {
        let mut frames = Vec::new();
        let mut emit = |key: StreamKey, form: Form, frame: Frame| frames.push((key, form, frame));
        let snapshot = self.streams.snapshot(open.key, open.form, state, clock::now(), &mut emit);
        self.enqueue(frames);
        match snapshot {
            Some(frame) => {
                let OpenStream { hub, key, form } = open;
                let published = Published { market: self.entry.no, key, form, frame };
                put_into_lane(&mut self.outbox, hub, published);
            }
            None => self.owed.push(open),
        }
    }

    /// Sends what is ready and sets the timers that the present state asks for.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        self.send_outbox();
        if (!self.owed.is_empty() || self.resync_owed.is_some()) && !self.owed_timer {
            self.owed_timer = true;
            ctx.run_later(RETRY_OWED, |actor, ctx| {
                actor.owed_timer = false;
                if let Some(reason) = actor.resync_owed.take() {
                    actor.ask_resync(reason);
                }
                actor.pay_owed();
                actor.settle(ctx);
            });
        }
        if !self.entry.state().read().is_book_shown() && !self.crossed_timer {
            self.crossed_timer = true;
            ctx.run_later(CROSSED_CHECK, |actor, ctx| {
                actor.crossed_timer = false;
                actor.check_crossing();
                actor.settle(ctx);
            });
        }
        match (self.streams.next_due(), self.flush_timer.as_ref()) {
            (None, _) => {}
            (Some(due), Some((set_for, _))) if *set_for <= due => {}
            (Some(due), held) => {
                if let Some((_, handle)) = held {
                    ctx.cancel_future(*handle);
                }
                let wait = Duration::from_nanos(due.nanos_since(clock::now()).max(0).unsigned_abs());
                let handle = ctx.run_later(wait, |actor, ctx| {
                    actor.flush_timer = None;
                    actor.flush();
                    actor.settle(ctx);
                });
                self.flush_timer = Some((due, handle));
            }
        }
    }

    fn flush(&mut self) {
        let mut frames = Vec::new();
        let entry = self.entry.clone();
        let state = entry.state().read();
        self.streams.flush(&state, clock::now(), &mut |key, form, frame| frames.push((key, form, frame)));
        drop(state);
        self.enqueue(frames);
    }

    /// Time passes for a crossed book even when no message comes. In a replay the book's own receive
    /// time counts, so only live books are judged by the clock.
    fn check_crossing(&mut self) {
        if self.entry.source != marketd_domain::Source::Live {
            return;
        }
        let entry = self.entry.clone();
        let mut state = entry.state().write();
        let (now, before) = (clock::now(), state.status_seq());
        let doubt = doubt_of(state.check_crossing(now));
        let is_new = state.status_seq() != before;
        let mut frames = Vec::new();
        if is_new {
            self.streams.on_status(&state, now, &mut |key, form, frame| frames.push((key, form, frame)));
            if let Some(handover) = &mut self.handover {
                handover.status(&state);
                handover.send();
            }
            self.tell_sandbox(|| News::of_status(&state));
        }
        drop(state);
        self.send_news();
        self.enqueue(frames);
        if let Some(reason) = doubt.filter(|_| is_new || self.may_ask_again()) {
            self.ask_resync(reason);
        }
    }
}

fn names_of(entry: &MarketEntry) -> Names {
    Names {
        market: entry.id.as_str().to_owned(),
        symbol: entry.symbol.as_deref().unwrap_or_default().to_owned(),
    }
}

fn put_into_lane(outbox: &mut Vec<(HubNo, Vec<Published>)>, hub: HubNo, published: Published) {
    match outbox.iter_mut().find(|(at, _)| *at == hub) {
        Some((_, lane)) => lane.push(published),
        None => outbox.push((hub, vec![published])),
    }
}

const fn doubt_of(outcome: BookOutcome) -> Option<StaleReason> {
    match outcome {
        BookOutcome::Doubtful(reason) => Some(reason),
        BookOutcome::Applied | BookOutcome::Crossed => None,
    }
}

impl Actor for MarketActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(self.mailbox);
        self.entry.queue.begin();
        self.entry.set_actor(ctx.address());
        self.begin();
        self.settle(ctx);
        if self.entry.source == marketd_domain::Source::Live {
            ctx.run_interval(ROLL_TICKER, |actor, _| {
                actor.entry.state().write().roll_ticker(clock::now());
            });
        }
        if let Some(flush) = self.handover.as_ref().and_then(Handover::changes_flush) {
            ctx.run_interval(flush, |actor, _| {
                if let Some(handover) = &mut actor.handover {
                    handover.end_changes();
                    handover.send();
                }
            });
        }
        for hub in self.board.hubs() {
            // A hub that is full looks after its streams by itself, a little later.
            let _ = hub.try_send(MarketStarted { market: self.entry.no });
        }
    }
}

impl Handler<ApplyUpdates> for MarketActor {
    type Result = ();

    fn handle(&mut self, ApplyUpdates { updates, hop }: ApplyUpdates, ctx: &mut Self::Context) {
        let entry = self.entry.clone();
        let span = hop.and_then(|hop| hop.begin("market.apply"));
        if let Some(span) = &span {
            self.streams.begin_trace(&span.hop());
        }
        entry.queue.taken();
        self.streams.gather(self.gather_ms());
        let (count, mut book) = (updates.len(), None);
        let mut frames = Vec::new();
        {
            let mut state = entry.state().write();
            let book_seq = state.book_seq();
            for update in updates {
                self.apply(&mut state, update, &mut frames);
            }
            if state.book_seq() != book_seq {
                book = Some(state.book_times());
            }
        }
        if let Some(span) = span {
            self.streams.end_trace();
            let span = span.with("market", entry.id.as_str().to_owned());
            drop(span.with("updates", count).with("frames", frames.len()));
        }
        if let Some(handover) = &mut self.handover {
            handover.send();
        }
        self.send_news();
        self.enqueue(frames);
        self.settle(ctx);
        if let Some((ts_venue, ts_recv)) = book.filter(|_| entry.source != marketd_domain::Source::Replay) {
            entry.published.note(ts_venue, ts_recv, clock::now());
        }
    }
}

impl Handler<Retire> for MarketActor {
    type Result = ();

    fn handle(&mut self, _: Retire, _ctx: &mut Self::Context) {
        if let Some(mut handover) = self.handover.take() {
            handover.open_candles(&self.entry.state().read());
            // It sends what it has when it is dropped.
        }
    }
}

impl Handler<OpenStream> for MarketActor {
    type Result = ();

    fn handle(&mut self, open: OpenStream, ctx: &mut Self::Context) {
        let hubs = self.listeners.entry((open.key, open.form)).or_default();
        if !hubs.contains(&open.hub) {
            hubs.push(open.hub);
        }
        let entry = self.entry.clone();
        let state = entry.state().read();
        self.send_snapshot(open, &state);
        drop(state);
        self.settle(ctx);
    }
}

impl Handler<CloseStream> for MarketActor {
    type Result = ();

    fn handle(&mut self, close: CloseStream, _ctx: &mut Self::Context) {
        let listened = (close.key, close.form);
        if let Some(hubs) = self.listeners.get_mut(&listened) {
            hubs.retain(|hub| *hub != close.hub);
            if hubs.is_empty() {
                self.listeners.remove(&listened);
                self.streams.close(close.key, close.form);
            }
        }
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for MarketActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        let entry = self.entry.clone();
        let _held = entry.state().write();
        panic!("crashed on request");
    }
}
