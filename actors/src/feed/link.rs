//! The life of one venue connection: connect, drive the session, reconnect.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use actix::MailboxError;
use futures_util::{SinkExt, StreamExt};
use marketd_domain::{Instrument, MarketIndex, StaleReason, Timestamp, UpdateSink};
use marketd_venues::container::Direction;
use marketd_venues::replay::DISCONNECT_MARK;
use marketd_venues::{Action, ConnId, Io, LastTrade, SessionConfig, VenueSession};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::backoff::Backoff;
use super::http::{HttpClient, HttpError};
use super::instruments::learn_instruments;
use super::socket::{Socket, connect};
use super::{FeedSpec, Order};
use crate::board::{Board, FeedReport, FeedState};
use crate::clock;
use crate::market::ApplyUpdates;
use crate::metrics::Metrics;
use crate::sink::BatchSink;

/// How long a full market is waited for before it is marked stale.
const MARKET_PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(250);

/// Sends what a sink gathered to the market actors, in order. Answers the markets that did not take
/// theirs: what follows for them must be a snapshot.
pub async fn deliver(board: &Board, sink: &mut BatchSink) -> Vec<MarketIndex> {
    let mut refused = Vec::new();
    let hop = sink.take_hop();
    for (market, entry, updates) in sink.drain() {
        let Some(actor) = entry.actor() else { continue };
        let apply = match actor.try_send(ApplyUpdates { updates, hop: hop.clone() }) {
            Ok(()) => {
                entry.queue.sent();
                continue;
            }
            Err(actix::prelude::SendError::Full(apply)) => apply,
            Err(actix::prelude::SendError::Closed(_)) => {
                // Its actor died; the next one asks for a snapshot itself.
                continue;
            }
        };
        entry.queue.sent();
        match tokio::time::timeout(MARKET_PATIENCE, actor.send(apply)).await {
            Ok(Ok(()) | Err(MailboxError::Closed)) => {}
            Ok(Err(MailboxError::Timeout)) | Err(_) => {
                // It was taken back before the market has seen it.
                entry.queue.taken();
                Metrics::add(&board.metrics.market_overflows, 1);
                refused.push(market);
            }
        }
    }
    refused
}

enum HttpAnswer {
    Body { url: String, path: String, body: Vec<u8> },
    Failed { path: String, error: HttpError },
}

/// Why a connection ended.
#[derive(Debug)]
enum Ended {
    Stopped,
    Broken(StaleReason, String),
    /// By the clock, before the venue cuts it.
    Rotated,
}

impl Ended {
    /// What the markets of the connection are told.
    const fn reason(&self) -> StaleReason {
        match self {
            Self::Broken(reason, _) => *reason,
            Self::Stopped | Self::Rotated => StaleReason::Disconnected,
        }
    }
}

struct Link {
    spec: FeedSpec,
    session: Box<dyn VenueSession>,
    sink: BatchSink,
    actions: Vec<Action>,
    http: HttpClient,
    answers: mpsc::Receiver<HttpAnswer>,
    answer_to: mpsc::Sender<HttpAnswer>,
    under_way: HashSet<String>,
    conn: ConnId,
    malformed_since: Instant,
    malformed: u32,
    report: FeedReport,
    report_at: Instant,
}

/// Runs until it is told to stop.
pub async fn run(spec: FeedSpec, mut orders: mpsc::Receiver<Order>) {
    let mut backoff = Backoff::new(&spec.limits, spec.first_conn);
    let Some(instruments) = learn_instruments(&spec, &mut orders, &mut backoff).await else { return };
    let mut link = Link::new(spec, instruments).await;
    loop {
        let began = Instant::now();
        let ended = link.connection(&mut orders).await;
        let now = clock::now();
        link.on_closed(ended.reason(), now).await;
        let wait = match ended {
            Ended::Stopped => return,
            Ended::Rotated => Duration::ZERO,
            Ended::Broken(reason, error) => {
                if began.elapsed() > link.spec.limits.healthy_after {
                    backoff.reset();
                }
                let wait = backoff.next();
                tracing::warn!(
                    feed = link.spec.name,
                    reason = reason.as_str(),
                    error,
                    wait_ms = wait.as_millis() as u64,
                    "venue connection lost, connecting again"
                );
                link.report.last_error = Some(error);
                wait
            }
        };
        link.report.reconnects += 1;
        Metrics::add(&link.spec.board.metrics.feed_reconnects, 1);
        link.set_state(FeedState::BackingOff);
        if !link.wait(wait, &mut orders).await {
            return;
        }
        link.conn += 1;
    }
}

pub(super) fn note_failure(spec: &FeedSpec, error: String) {
    let mut report = first_report(spec);
    report.state = FeedState::BackingOff;
    report.last_error = Some(error);
    spec.board.feeds.insert(spec.name.clone(), report);
}

/// One answer per request under way; sessions keep one request per market.
fn answers_of(spec: &FeedSpec) -> (mpsc::Sender<HttpAnswer>, mpsc::Receiver<HttpAnswer>) {
    mpsc::channel(spec.markets.len() * 2 + 8)
}

fn first_report(spec: &FeedSpec) -> FeedReport {
    FeedReport {
        venue: spec.venue.name().to_owned(),
        source: marketd_domain::Source::Live,
        state: FeedState::Connecting,
        since: clock::now(),
        last_error: None,
        last_message: Timestamp::ZERO,
        messages: 0,
        malformed: 0,
        reconnects: 0,
        markets: spec.markets.len(),
    }
}

impl Link {
    async fn new(spec: FeedSpec, mut instruments: Vec<Instrument>) -> Self {
        // What a market holds from before must go on fitting, however coarse the venue's numbers are now.
        for ((entry, _), instrument) in spec.markets.iter().zip(&mut instruments) {
            if let Some(held) = entry.state().read().held_scales() {
                instrument.scales = instrument.scales.finer(held);
            }
        }
        let entries = spec.markets.iter().map(|(entry, _)| entry.clone()).collect();
        let mut sink = BatchSink::new(entries, &spec.board.traces);
        for (at, instrument) in instruments.iter().enumerate() {
            let market = MarketIndex(at as u32);
            sink.described(market, instrument);
            sink.rescaled(market, instrument.scales);
        }
        let (answer_to, answers) = answers_of(&spec);
        let mut session = spec.venue.session(SessionConfig { instruments, discover: false });
        for (at, (entry, _)) in spec.markets.iter().enumerate() {
            if let Some((trade_id, ts_venue)) = entry.state().read().tape_end() {
                session.resume_tape(MarketIndex(at as u32), LastTrade { trade_id, ts_venue });
            }
        }
        let mut link = Self {
            session,
            sink,
            actions: Vec::new(),
            http: HttpClient::new(&spec.limits),
            answers,
            answer_to,
            under_way: HashSet::new(),
            conn: spec.first_conn,
            malformed_since: Instant::now(),
            malformed: 0,
            report: first_report(&spec),
            report_at: Instant::now(),
            spec,
        };
        link.flush().await;
        link
    }

    fn conn_name(&self) -> String {
        format!("ws.{}", self.conn)
    }

    async fn record(&self, now: Timestamp, conn: &str, direction: Direction, raw: &str) {
        if let Some(recorder) = &self.spec.recorder {
            recorder.record(now, conn, direction, raw).await;
        }
    }

    fn set_state(&mut self, state: FeedState) {
        if self.report.state != state {
            self.report.state = state;
            self.report.since = clock::now();
        }
        self.publish_report();
    }

    fn publish_report(&mut self) {
        self.report_at = Instant::now();
        self.spec.board.feeds.insert(self.spec.name.clone(), self.report.clone());
    }

    /// Waits, still listening to orders; `false` when told to stop.
    async fn wait(&mut self, wait: Duration, orders: &mut mpsc::Receiver<Order>) -> bool {
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(deadline) => return true,
                order = orders.recv() => if matches!(order, None | Some(Order::Stop)) { return false },
            }
        }
    }

    /// Calls the session and sends what came of it.
    async fn drive<T>(&mut self, call: impl FnOnce(&mut dyn VenueSession, &mut Io<'_>) -> T) -> T {
        let mut io = Io { updates: &mut self.sink, actions: &mut self.actions };
        let result = call(self.session.as_mut(), &mut io);
        self.flush().await;
        result
    }

    async fn flush(&mut self) {
        if self.sink.is_empty() {
            return;
        }
        let refused = deliver(&self.spec.board, &mut self.sink).await;
        let now = clock::now();
        for market in refused {
            tracing::warn!(feed = self.spec.name, market = market.0, "market is too slow, resyncing it");
            let mut io = Io { updates: &mut self.sink, actions: &mut self.actions };
            io.updates.stale(market, StaleReason::Overloaded, now);
            self.session.resync(market, StaleReason::Overloaded, now, &mut io);
        }
    }

    async fn on_closed(&mut self, reason: StaleReason, now: Timestamp) {
        let conn = self.conn;
        let name = self.conn_name();
        self.record(now, &name, Direction::Out, DISCONNECT_MARK).await;
        // What this connection asked for must not be taken for an answer to the next one: a snapshot
        // that has waited through the backoff is an old one.
        (self.answer_to, self.answers) = answers_of(&self.spec);
        for path in std::mem::take(&mut self.under_way) {
            self.drive(|session, io| session.on_http_failed(&path, now, io)).await;
        }
        self.session.on_close(conn, now, &mut Io { updates: &mut self.sink, actions: &mut self.actions });
        self.sink.explain_loss(reason);
        self.flush().await;
        self.actions.clear();
    }

    /// One connection from its opening to its end.
    async fn connection(&mut self, orders: &mut mpsc::Receiver<Order>) -> Ended {
        self.set_state(FeedState::Connecting);
        let instruments: Vec<Instrument> =
            self.spec.markets.iter().map(|(_, instrument)| instrument.clone()).collect();
        let url = format!("{}{}", self.spec.ws_url, self.spec.venue.ws_path(&instruments));
        let mut socket = match connect(&url, &self.spec.limits).await {
            Ok(socket) => socket,
            Err(error) => return Ended::Broken(StaleReason::Disconnected, error),
        };
        tracing::info!(feed = self.spec.name, url, "connected to the venue");
        self.set_state(FeedState::Connected);
        let now = clock::now();
        let (conn, name) = (self.conn, self.conn_name());
        self.record(now, &name, Direction::Out, &format!("CONNECT {url}")).await;
        self.drive(|session, io| session.on_open(conn, &url, now, io)).await;
        let limits = self.spec.venue.limits();
        let rotate_at = limits.max_age.map(|age| Instant::now() + age);
        let mut last_life = Instant::now();
        let mut last_ping = Instant::now();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut timer_at = Instant::now();
        loop {
            if let Some(ended) = self.act(&mut socket, &name).await {
                return ended;
            }
            tokio::select! {
                message = socket.next() => {
                    last_life = Instant::now();
                    if let Some(ended) = self.on_message(message, &name).await {
                        return ended;
                    }
                }
                Some(answer) = self.answers.recv() => self.on_answer(answer).await,
                order = orders.recv() => match order {
                    None | Some(Order::Stop) => {
                        // Best effort: the venue notices the closed socket anyway.
                        let _ = tokio::time::timeout(Duration::from_millis(500), socket.close(None)).await;
                        return Ended::Stopped;
                    }
                    Some(Order::Resync(resync)) => self.on_resync(resync).await,
                },
                _ = tick.tick() => {
                    if last_life.elapsed() > limits.silence {
                        let error = format!("nothing came for {} s", limits.silence.as_secs());
                        return Ended::Broken(StaleReason::Silence, error);
                    }
                    if rotate_at.is_some_and(|at| Instant::now() >= at) {
                        return Ended::Rotated;
                    }
                    if last_ping.elapsed() >= self.spec.limits.ping {
                        last_ping = Instant::now();
                        if let Err(error) = socket.send(Message::Ping(Default::default())).await {
                            return Ended::Broken(StaleReason::Disconnected, error.to_string());
                        }
                    }
                    if timer_at.elapsed() >= Duration::from_secs(1) {
                        timer_at = Instant::now();
                        let now = clock::now();
                        self.drive(|session, io| session.on_timer(now, io)).await;
                        self.publish_report();
                    }
                }
            }
        }
    }

    async fn on_message(&mut self, message: Option<Result<Message, WsError>>, name: &str) -> Option<Ended> {
        let now = clock::now();
        let text = match message {
            None => return Some(Ended::Broken(StaleReason::Disconnected, "the venue closed".to_owned())),
            Some(Err(WsError::Capacity(error))) => {
                let error = format!("message too large: {error}");
                // What follows cannot be read, however few these are.
                let _ = self.count_malformed(&error);
                return Some(Ended::Broken(StaleReason::Malformed, error));
            }
            Some(Err(error)) => return Some(Ended::Broken(StaleReason::Disconnected, error.to_string())),
            Some(Ok(Message::Close(frame))) => {
                let why =
                    frame.map_or("no code".to_owned(), |frame| format!("{} {}", frame.code, frame.reason));
                return Some(Ended::Broken(StaleReason::Disconnected, format!("the venue closed: {why}")));
            }
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => return None,
            Some(Ok(Message::Binary(bytes))) => {
                return self.count_malformed(&format!("binary frame of {} bytes", bytes.len()));
            }
        };
        self.report.messages += 1;
        self.report.last_message = now;
        self.record(now, name, Direction::In, text.as_str()).await;
        let conn = self.conn;
        let span = self.sink.trace(&self.spec.board.traces, &self.spec.name, text.len(), now);
        let result = self.drive(|session, io| session.on_message(conn, text.as_bytes(), now, io)).await;
        drop(span);
        // Of a message that came to nothing.
        drop(self.sink.take_hop());
        match result {
            Ok(()) => None,
            Err(error) => self.count_malformed(&error.to_string()),
        }
    }

    /// A message that cannot be read is dropped; many of them mean that the connection is not what it
    /// should be.
    fn count_malformed(&mut self, error: &str) -> Option<Ended> {
        self.report.malformed += 1;
        Metrics::add(&self.spec.board.metrics.feed_malformed, 1);
        tracing::warn!(feed = self.spec.name, error, "a message of the venue was dropped");
        if self.malformed_since.elapsed() > Duration::from_secs(60) {
            (self.malformed_since, self.malformed) = (Instant::now(), 0);
        }
        self.malformed += 1;
        (self.malformed > self.spec.limits.malformed_per_minute).then(|| {
            self.malformed = 0;
            Ended::Broken(StaleReason::Malformed, format!("too many malformed messages, last: {error}"))
        })
    }

    async fn on_answer(&mut self, answer: HttpAnswer) {
        let now = clock::now();
        match answer {
            HttpAnswer::Body { url, path, body } => {
                self.under_way.remove(&path);
                self.record(now, "rest", Direction::Out, &format!("GET {url}")).await;
                self.record(now, "rest", Direction::In, &String::from_utf8_lossy(&body)).await;
                let result = self.drive(|session, io| session.on_http(&url, &body, now, io)).await;
                if let Err(error) = result {
                    // The session asks again by its own timer.
                    let _ = self.count_malformed(&format!("{path}: {error}"));
                    self.drive(|session, io| session.on_http_failed(&path, now, io)).await;
                }
            }
            HttpAnswer::Failed { path, error } => {
                self.under_way.remove(&path);
                tracing::warn!(feed = self.spec.name, %error, "the venue's REST failed");
                self.report.last_error = Some(error.to_string());
                self.drive(|session, io| session.on_http_failed(&path, now, io)).await;
            }
        }
    }

    async fn on_resync(&mut self, resync: super::ResyncMarket) {
        let at = self.spec.markets.iter().position(|(entry, _)| entry.no == resync.market);
        if let Some(at) = at {
            let now = clock::now();
            let market = MarketIndex(at as u32);
            self.drive(|session, io| session.resync(market, resync.reason, now, io)).await;
        }
    }

    /// Does what the session wants.
    async fn act(&mut self, socket: &mut Socket, name: &str) -> Option<Ended> {
        for action in std::mem::take(&mut self.actions) {
            match action {
                Action::Send { text, .. } => {
                    self.record(clock::now(), name, Direction::Out, &text).await;
                    if let Err(error) = socket.send(Message::text(text)).await {
                        return Some(Ended::Broken(StaleReason::Disconnected, error.to_string()));
                    }
                }
                Action::Get { path } => self.get(path),
                Action::Reconnect { reason, .. } => {
                    return Some(Ended::Broken(reason, "the session asked for a new connection".to_owned()));
                }
            }
        }
        None
    }

    fn get(&mut self, path: String) {
        if !self.under_way.insert(path.clone()) {
            return;
        }
        let (http, answer_to) = (self.http.clone(), self.answer_to.clone());
        let url = format!("{}{path}", self.spec.rest_url);
        actix::spawn(async move {
            let answer = match http.get(&url).await {
                Ok(body) => HttpAnswer::Body { url, path, body },
                // The session reads the venue's own errors.
                Err(HttpError::Status { status: 400..=404, head, .. }) if head.starts_with('{') => {
                    HttpAnswer::Body { url, path, body: head.into_bytes() }
                }
                Err(error) => HttpAnswer::Failed { path, error },
            };
            // Fails only when the feed is gone.
            let _ = answer_to.send(answer).await;
        });
    }
}
