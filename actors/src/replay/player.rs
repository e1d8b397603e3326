//! Plays the lines of a recording at a pace.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::Recipient;
use marketd_domain::book::BookChanges;
use marketd_domain::{Instrument, MarketIndex, Source, StaleReason, Timestamp, UpdateSink};
use marketd_venues::SessionConfig;
use marketd_venues::container::Line;
use marketd_venues::replay::{Driver, LineOutcome};
use tokio::sync::mpsc;

use super::reading::{Chunk, OwnedLine, instruments_of, read_ahead};
use super::shadow::ReplaySink;
use super::{ControlReplay, Order, ReplaySpec, Speed};
use crate::board::{FeedReport, FeedState, MarketEntry};
use crate::clock;
use crate::feed::{ResyncMarket, deliver};
use crate::sink::BatchSink;

/// Lines between two deliveries when playing as fast as possible.
const BURST_LINES: u64 = 64;

struct Player {
    spec: ReplaySpec,
    driver: Driver,
    sink: ReplaySink,
    ahead: mpsc::Receiver<Chunk>,
    lines: VecDeque<OwnedLine>,
    speed: Speed,
    is_paused: bool,
    /// Recording time of the first line, and of the one that was played last.
    first: Option<Timestamp>,
    position: Timestamp,
    /// The wall clock and the recording's clock at the last change of pace.
    anchor: (Instant, Timestamp),
    round: u64,
    played: u64,
    played_this_round: u64,
    since_flush: u64,
    reported_at: Instant,
    report: FeedReport,
}

/// Plays until the recording ends, unless it loops, or until told to stop.
pub async fn run(spec: ReplaySpec, feed: Recipient<ResyncMarket>, mut orders: mpsc::Receiver<Order>) {
    let instruments = match instruments_of(&spec) {
        Ok(instruments) => instruments,
        Err(error) => {
            tracing::error!(replay = spec.name, %error, "the recording cannot be read");
            return;
        }
    };
    let mut player = Player::new(spec, instruments, &feed);
    loop {
        while let Ok(order) = orders.try_recv() {
            if player.obey(order).await {
                return;
            }
        }
        if player.is_paused {
            match orders.recv().await {
                None => return,
                Some(order) => {
                    if player.obey(order).await {
                        return;
                    }
                }
            }
            continue;
        }
        if player.lines.is_empty() && !player.refill().await && !player.end_of_round().await {
            if player.wait_after_end(&mut orders).await {
                continue;
            }
            return;
        }
        match player.wait_for_next() {
            Some(wait) => {
                player.flush().await;
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    order = orders.recv() => match order {
                        None => return,
                        Some(order) => if player.obey(order).await { return },
                    },
                }
            }
            None => player.play_line().await,
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        *self.spec.shift.lock() = self.sink.shift.clone();
    }
}

impl Player {
    fn new(spec: ReplaySpec, instruments: Vec<Instrument>, feed: &Recipient<ResyncMarket>) -> Self {
        let entries: Vec<Arc<MarketEntry>> = (instruments.iter())
            .map(|instrument| (spec.factory)(spec.venue.name(), Source::Replay, instrument))
            .collect();
        for entry in &entries {
            entry.set_feed(feed.clone());
        }
        let now = clock::now();
        let report = FeedReport {
            venue: spec.venue.name().to_owned(),
            source: Source::Replay,
            state: FeedState::Connected,
            since: now,
            last_error: None,
            last_message: now,
            messages: 0,
            malformed: 0,
            reconnects: 0,
            markets: entries.len(),
        };
        spec.status.lock().markets = entries.iter().map(|entry| entry.id.as_str().to_owned()).collect();
        let mut shift = spec.shift.lock().clone();
        shift.next_round();
        let mut sink = ReplaySink {
            sink: BatchSink::new(entries, &spec.board.traces),
            shadows: Vec::new(),
            changes: BookChanges::default(),
            shift,
            is_silent: false,
        };
        for (at, instrument) in instruments.iter().enumerate() {
            sink.listed(MarketIndex(at as u32), instrument);
        }
        Self {
            driver: Driver::new(spec.venue, SessionConfig { instruments, discover: false }),
            ahead: read_ahead(spec.recording.clone()),
            sink,
            lines: VecDeque::new(),
            speed: spec.speed,
            is_paused: false,
            first: None,
            position: Timestamp::ZERO,
            anchor: (Instant::now(), Timestamp::ZERO),
            round: 0,
            played: 0,
            played_this_round: 0,
            since_flush: 0,
            reported_at: Instant::now(),
            report,
            spec,
        }
    }

    async fn refill(&mut self) -> bool {
        match self.ahead.recv().await {
            Some(chunk) => {
                self.lines.extend(chunk);
                !self.lines.is_empty()
            }
            None => false,
        }
    }

    fn re_anchor(&mut self) {
        self.anchor = (Instant::now(), self.position);
    }

    /// How long until the next line is due; `None` when it is.
    fn wait_for_next(&mut self) -> Option<Duration> {
        let recv = self.lines.front()?.recv?;
        if self.first.is_none() {
            self.first = Some(recv);
            self.position = recv;
            self.re_anchor();
        }
        let Speed::Thousandths(speed) = self.speed else { return None };
        let recorded = u128::from(recv.nanos_since(self.anchor.1).max(0).unsigned_abs());
        let due =
            Duration::from_nanos(u64::try_from(recorded * 1_000 / u128::from(speed)).unwrap_or(u64::MAX));
        // Shorter waits than the timer can keep only cost wake-ups.
        due.checked_sub(self.anchor.0.elapsed()).filter(|wait| *wait > Duration::from_micros(500))
    }

    async fn play_line(&mut self) {
        let Some(line) = self.lines.pop_front() else { return };
        if let Some(recv) = line.recv {
            self.position = self.position.max(recv);
        }
        let line =
            Line { recv: line.recv, conn: line.conn.into(), direction: line.direction, raw: line.raw.into() };
        if let LineOutcome::Refused(error) = self.driver.line(&line, &mut self.sink) {
            self.report.malformed += 1;
            tracing::warn!(replay = self.spec.name, %error, "a recorded message was dropped");
        }
        self.played += 1;
        self.played_this_round += 1;
        self.since_flush += 1;
        if self.since_flush >= BURST_LINES {
            self.flush().await;
            tokio::task::yield_now().await;
        }
    }

    async fn flush(&mut self) {
        self.since_flush = 0;
        if self.reported_at.elapsed() > Duration::from_millis(200) {
            self.publish();
        }
        if self.sink.sink.is_empty() {
            return;
        }
        let span = self.sink.sink.trace(&self.spec.board.traces, &self.spec.name, 0, clock::now());
        let refused = deliver(&self.spec.board, &mut self.sink.sink).await;
        drop(span);
        for market in refused {
            self.sink.sink.stale(market, StaleReason::Overloaded, clock::now());
            self.sink.give_snapshot(market);
        }
    }

    fn publish(&mut self) {
        self.reported_at = Instant::now();
        let mut status = self.spec.status.lock();
        status.speed = self.speed;
        status.is_paused = self.is_paused;
        status.position_ms = self.first.map_or(0, |first| self.position.nanos_since(first) / 1_000_000);
        status.round = self.round;
        status.lines = self.played;
        drop(status);
        self.report.messages = self.played;
        self.report.last_message = clock::now();
        self.report.state = if self.is_paused { FeedState::Paused } else { FeedState::Connected };
        self.spec.board.feeds.insert(self.spec.name.clone(), self.report.clone());
    }

    /// Begins again at the first line, everything else as it is.
    fn rewind(&mut self) {
        let instruments = self.present_instruments();
        self.driver = Driver::new(self.spec.venue, SessionConfig { instruments, discover: false });
        self.ahead = read_ahead(self.spec.recording.clone());
        self.lines.clear();
        self.first = None;
        self.played_this_round = 0;
        self.sink.shift.next_round();
        for shadow in &mut self.sink.shadows {
            (shadow.has_snapshot, shadow.doubt) = (false, None);
        }
    }

    /// The instruments at the scales that the markets have come to.
    fn present_instruments(&self) -> Vec<Instrument> {
        let entries = self.sink.sink.entries();
        (entries.zip(&self.sink.shadows))
            .map(|(entry, shadow)| {
                let instrument = entry.state().read().instrument().clone();
                Instrument { scales: shadow.scales, ..instrument }
            })
            .collect()
    }

    /// `true` when there is another round.
    async fn end_of_round(&mut self) -> bool {
        self.driver.finish(&mut self.sink);
        self.flush().await;
        // A recording without a single line would loop for ever without doing anything.
        if !self.spec.is_looping || self.played_this_round == 0 {
            return false;
        }
        self.round += 1;
        tracing::info!(replay = self.spec.name, round = self.round, "the recording begins again");
        self.rewind();
        true
    }

    /// `true` when it goes on, because somebody asked for another moment.
    async fn wait_after_end(&mut self, orders: &mut mpsc::Receiver<Order>) -> bool {
        tracing::info!(replay = self.spec.name, lines = self.played, "the recording has ended");
        let count = self.sink.shadows.len() as u32;
        for market in (0..count).map(MarketIndex) {
            self.sink.stale(market, StaleReason::ReplayEnded, self.position);
        }
        self.flush().await;
        self.publish();
        self.report.state = FeedState::Ended;
        self.spec.board.feeds.insert(self.spec.name.clone(), self.report.clone());
        self.spec.status.lock().has_ended = true;
        // The books stay on show; a market that is restarted still gets its snapshot.
        while let Some(order) = orders.recv().await {
            match order {
                Order::Stop => return false,
                Order::Control(ControlReplay::Seek { .. }) => {
                    self.spec.status.lock().has_ended = false;
                    self.obey(order).await;
                    return true;
                }
                Order::Resync(_) | Order::Control(ControlReplay::SetSpeed(_)) => {
                    self.obey(order).await;
                }
                Order::Control(_) => {}
            }
        }
        false
    }

    /// `true` when told to stop.
    async fn obey(&mut self, order: Order) -> bool {
        match order {
            Order::Stop => return true,
            Order::Resync(resync) => {
                let at = self.sink.sink.entries().position(|entry| entry.no == resync.market);
                if let Some(at) = at {
                    self.sink.give_snapshot(MarketIndex(at as u32));
                }
            }
            Order::Control(control) => self.control(control).await,
        }
        self.flush().await;
        self.publish();
        false
    }

    async fn control(&mut self, control: ControlReplay) {
        match control {
            // Its books stay live: they are true for the moment that is shown, and orders may be tried
            // against them step by step.
            ControlReplay::Pause => self.is_paused = true,
            ControlReplay::Resume => {
                self.is_paused = false;
                self.re_anchor();
            }
            ControlReplay::SetSpeed(speed) => {
                self.speed = speed;
                self.re_anchor();
            }
            ControlReplay::Step => {
                if self.is_paused && (!self.lines.is_empty() || self.refill().await) {
                    self.play_line().await;
                }
            }
            ControlReplay::Seek { position_ms } => self.seek(position_ms).await,
        }
    }

    /// What was shown is not what comes next.
    fn mark_moved(&mut self) {
        let at = self.sink.shift.time(self.position);
        for (market, shadow) in (0..).map(MarketIndex).zip(&self.sink.shadows) {
            if shadow.doubt.is_none() {
                self.sink.sink.stale(market, StaleReason::ReplayMoved, at);
            }
        }
    }

    fn show_books(&mut self) {
        for market in (0..self.sink.shadows.len() as u32).map(MarketIndex) {
            self.sink.give_snapshot(market);
        }
    }

    /// Plays to nobody up to the moment, then shows the books as they stand there.
    async fn seek(&mut self, position_ms: i64) {
        let present = self.first.map_or(0, |first| self.position.nanos_since(first) / 1_000_000);
        if position_ms < present {
            self.rewind();
            self.position = Timestamp::ZERO;
        }
        self.sink.is_silent = true;
        loop {
            if self.lines.is_empty() && !self.refill().await {
                break;
            }
            let recv = self.lines.front().and_then(|line| line.recv);
            if let (None, Some(recv)) = (self.first, recv) {
                (self.first, self.position) = (Some(recv), recv);
            }
            let reached = recv
                .zip(self.first)
                .is_some_and(|(recv, first)| recv.nanos_since(first) / 1_000_000 >= position_ms);
            if reached {
                break;
            }
            self.play_line().await;
        }
        self.sink.is_silent = false;
        self.mark_moved();
        self.show_books();
        self.re_anchor();
    }
}
