//! Plays a recording over a scripted venue's connection, and answers its REST requests.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::time::Instant;

use crate::binance_book::BinanceBook;
use crate::conn::VenueConn;
use crate::data::wait_until;
use crate::http::{HttpRequest, HttpResponse};
use crate::recording::{Line, Recording};
use crate::venue::ScriptedVenue;

/// As many levels as Binance ever gives.
const DEPTH_LIMIT_DEFAULT: usize = 5000;
/// Query parameters that say how much is wanted, not of what.
const SIZE_PARAMETERS: [&str; 3] = ["limit", "depth", "count"];

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// As fast as the client reads.
    Max,
    /// Recorded time divided by this.
    Times(f64),
}

/// What became of a playing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    /// Frames sent by this call.
    pub frames: usize,
    /// The client went away before the end. What it did not get counts as lost: the next call goes on behind it.
    pub connection_lost: bool,
}

/// Plays the script of a recording from a cursor on, so that a test can stop, cut, and go on with another connection.
pub struct Player {
    recording: Recording,
    /// Position in the script.
    cursor: usize,
    speed: Speed,
    rest_patience: Option<Duration>,
    venue_side: Arc<Mutex<VenueSide>>,
}

/// What the venue knows when the player has come to a line, whether or not the client was sent it.
struct VenueSide {
    lines: Arc<Vec<Line>>,
    /// The first line of which the time has not come.
    next_line: usize,
    asked: VecDeque<Target>,
    answers: Vec<RecordedAnswer>,
    /// Books by symbol, kept when depth requests are to be answered from them.
    books: Option<HashMap<String, BinanceBook>>,
}

struct RecordedAnswer {
    target: Target,
    /// `None` until its time has come.
    body: Option<String>,
    fetched: usize,
}

/// Path and query of a recorded request, less what only says how much is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    path: String,
    parameters: Vec<(String, String)>,
}

impl Target {
    /// Of `GET https://host/path?query`.
    fn parse(raw: &str) -> Option<Self> {
        let url = raw.strip_prefix("GET ")?;
        let (_, after_scheme) = url.split_once("://")?;
        let target = &after_scheme[after_scheme.find('/')?..];
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parameters = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(name, _)| !SIZE_PARAMETERS.contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Some(Self { path: path.trim_end_matches('/').to_owned(), parameters })
    }

    fn fits(&self, request: &HttpRequest) -> bool {
        request.path().trim_end_matches('/') == self.path
            && self.parameters.iter().all(|(name, value)| request.query(name) == Some(value.as_str()))
    }
}

impl Player {
    /// As fast as the client reads, with REST answered as recorded.
    pub fn new(recording: Recording) -> Self {
        let lines = Arc::clone(&recording.lines);
        let requests = lines.iter().filter(|line| line.is_rest() && !line.inbound);
        let answers = requests
            .filter_map(|line| Target::parse(&line.raw))
            .map(|target| RecordedAnswer { target, body: None, fetched: 0 })
            .collect();
        let side = VenueSide { lines, next_line: 0, asked: VecDeque::new(), answers, books: None };
        let venue_side = Arc::new(Mutex::new(side));
        Self { recording, cursor: 0, speed: Speed::Max, rest_patience: None, venue_side }
    }

    #[must_use]
    pub fn speed(mut self, speed: Speed) -> Self {
        self.speed = speed;
        self
    }

    /// Stops at each recorded REST answer until the client has fetched it, for at most this long, so that the client
    /// gets snapshot and frames about in the recorded order also at full speed.
    #[must_use]
    pub fn wait_for_rest(mut self, patience: Duration) -> Self {
        self.rest_patience = Some(patience);
        self
    }

    /// Binance only: answers depth requests from the book as it is at the line played last, with what faults withheld
    /// from the client in it. Without this a client that resyncs gets the recorded snapshot, which is then too old.
    #[must_use]
    pub fn live_snapshots(self) -> Self {
        self.side().books = Some(HashMap::new());
        self
    }

    /// Answers the venue's REST requests below `/`. A recorded answer is held back until its time has come; a request
    /// that was not recorded gets 404. Routes set on the venue afterwards go before these.
    pub fn serve_rest(&self, venue: &ScriptedVenue) {
        let first_frame = self.recording.script.first().map_or(0, |step| step.line);
        self.side().advance(first_frame);
        let side = Arc::clone(&self.venue_side);
        venue.on_request("/", move |request| {
            side.lock().unwrap_or_else(PoisonError::into_inner).answer(request)
        });
    }

    /// The number of the next line in the script, or of lines altogether at its end.
    pub fn next_line(&self) -> usize {
        self.recording.script.get(self.cursor).map_or(self.recording.lines.len(), |step| step.line)
    }

    /// What a correct client must hold of a symbol by now. Only with `live_snapshots`.
    pub fn book(&self, symbol: &str) -> Option<BinanceBook> {
        self.side().books.as_ref()?.get(symbol).cloned()
    }

    /// Plays to the end and waits until the last frame is with the kernel.
    pub async fn play(&mut self, conn: &VenueConn) -> anyhow::Result<Played> {
        self.play_to(conn, usize::MAX).await
    }

    /// Plays the frames before the line of this number.
    pub async fn play_to(&mut self, conn: &VenueConn, line: usize) -> anyhow::Result<Played> {
        let mut frames = 0;
        let mut pace = Pace { speed: self.speed, origin: None };
        while let Some(step) = self.recording.script.get(self.cursor).filter(|step| step.line < line) {
            let recorded = &self.recording.lines[step.line];
            pace.wait_for(recorded).await;
            self.come_to(step.line).await;
            let text = step.text.as_ref().unwrap_or(&recorded.raw).clone();
            self.cursor += 1;
            if conn.send_text(text).await.is_err() {
                return Ok(Played { frames, connection_lost: true });
            }
            frames += 1;
        }
        let connection_lost = conn.flush().await.is_err();
        self.side().advance(line);
        Ok(Played { frames, connection_lost })
    }

    /// Lets the time until a line pass without a client: what lies before is lost to it.
    pub fn pass_to(&mut self, line: usize) {
        while self.recording.script.get(self.cursor).is_some_and(|step| step.line < line) {
            self.cursor += 1;
        }
        self.side().advance(line);
    }

    /// Plays on from the start with the next call, as a looping recording does.
    pub fn rewind(&mut self) {
        self.cursor = 0;
        let mut side = self.side();
        side.next_line = 0;
        side.asked.clear();
        side.books = side.books.take().map(|_| HashMap::new());
        for answer in &mut side.answers {
            (answer.body, answer.fetched) = (None, 0);
        }
    }

    /// Everything up to and with a line happens at the venue; the frame itself is still to be sent.
    async fn come_to(&self, line: usize) {
        let Some(patience) = self.rest_patience else {
            self.side().advance(line + 1);
            return;
        };
        loop {
            let Some(answer) = self.side().advance_to_answer(line + 1) else { return };
            let target = self.side().answers[answer].target.path.clone();
            wait_until(patience, &format!("the client to fetch {target}"), async || {
                self.side().answers[answer].fetched > 0
            })
            .await;
        }
    }

    fn side(&self) -> MutexGuard<'_, VenueSide> {
        self.venue_side.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where recorded time stands against the clock.
struct Pace {
    speed: Speed,
    origin: Option<(Instant, i64)>,
}

impl Pace {
    async fn wait_for(&mut self, line: &Line) {
        let (Speed::Times(times), Some(recv_ns)) = (self.speed, line.recv_ns) else { return };
        let (began, began_ns) = *self.origin.get_or_insert_with(|| (Instant::now(), recv_ns));
        let recorded = Duration::from_nanos(u64::try_from(recv_ns - began_ns).unwrap_or(0));
        tokio::time::sleep_until(began + recorded.div_f64(times)).await;
    }
}

impl VenueSide {
    /// Lets every line before `line` happen.
    fn advance(&mut self, line: usize) {
        while self.advance_to_answer(line).is_some() {}
    }

    /// As `advance`, but stops behind the first REST answer and gives its place in `answers`.
    fn advance_to_answer(&mut self, line: usize) -> Option<usize> {
        let lines = Arc::clone(&self.lines);
        while self.next_line < line.min(lines.len()) {
            let happening = &lines[self.next_line];
            self.next_line += 1;
            if happening.is_rest() && !happening.inbound {
                self.asked.extend(Target::parse(&happening.raw));
            } else if happening.is_rest() {
                // A body without a request before it cannot be asked for.
                let Some(target) = self.asked.pop_front() else { continue };
                self.feed_snapshot(&target, &happening.raw);
                let due = |answer: &RecordedAnswer| answer.body.is_none() && answer.target == target;
                let Some(place) = self.answers.iter().position(due) else { continue };
                self.answers[place].body = Some(happening.raw.clone());
                return Some(place);
            } else if happening.inbound {
                self.feed_frame(&happening.raw);
            }
        }
        None
    }

    fn feed_snapshot(&mut self, target: &Target, body: &str) {
        let Some(books) = &mut self.books else { return };
        let symbol = target.parameters.iter().find(|(name, _)| name == "symbol");
        let (true, Some((_, symbol))) = (target.path.ends_with("/depth"), symbol) else { return };
        let fed = books.entry(symbol.clone()).or_default().apply_snapshot(body);
        fed.context("a recorded snapshot").expect("live_snapshots is for Binance recordings");
    }

    fn feed_frame(&mut self, raw: &str) {
        let Some(books) = &mut self.books else { return };
        let Some(symbol) = BinanceBook::depth_symbol(raw) else { return };
        let fed = books.entry(symbol).or_default().apply_frame(raw);
        fed.context("a recorded frame").expect("live_snapshots is for Binance recordings");
    }

    fn answer(&mut self, request: &HttpRequest) -> HttpResponse {
        // The answer given last that fits: a recording may hold several snapshots of one market.
        let fitting =
            self.answers.iter().rposition(|answer| answer.body.is_some() && answer.target.fits(request));
        if let Some(place) = fitting {
            self.answers[place].fetched += 1;
        }
        if let Some(book) = self.live_book(request) {
            if !book.has_snapshot() {
                return HttpResponse::not_yet();
            }
            let limit = request.query("limit").and_then(|limit| limit.parse().ok());
            return HttpResponse::json(book.snapshot_body(limit.unwrap_or(DEPTH_LIMIT_DEFAULT)));
        }
        match fitting {
            Some(place) => HttpResponse::json(self.answers[place].body.clone().unwrap_or_default()),
            None if self.answers.iter().any(|answer| answer.target.fits(request)) => HttpResponse::not_yet(),
            None => HttpResponse::new(404, "not in the recording"),
        }
    }

    fn live_book(&self, request: &HttpRequest) -> Option<&BinanceBook> {
        if !request.path().ends_with("/depth") {
            return None;
        }
        self.books.as_ref()?.get(request.query("symbol")?)
    }
}
