//! Puts the books of this node's markets onto the bus, for nodes that do not have these markets.
//!
//! *Owns* what it has put last. *Overload*: while the books of one round are under way the next round is left out, and
//! while the bus is away nothing is encoded. *Restart*: from nothing; it puts all books again, which does no harm.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix::prelude::*;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use marketd_bus::{Bus, Key, Snapshot, State, Tag};

use crate::board::{Board, BookBody, MarketEntry, MarketNo};

/// How long a book outlives its node. A node that is restarted is back by then; one that is not has no market any more.
pub const BOOK_TTL: Duration = Duration::from_secs(10);
/// A book that does not change is put again so often: that says that it still is the newest.
const CONFIRM_EVERY: Duration = Duration::from_secs(1);
/// Books under way at once.
const PUTS_AT_ONCE: usize = 32;

#[derive(Debug, Clone, Copy)]
pub struct RelayLimits {
    /// A market's book is put at most this often.
    pub every: Duration,
    /// Levels a side.
    pub levels: usize,
}

/// A book's name on the bus; `None` when the market's is too long for one.
pub fn book_key(market: &str) -> Option<Key> {
    Key::new(format!("book:{market}")).ok()
}

/// What became of a market's book last.
struct Last {
    etag: Bytes,
    at: Instant,
    /// Another node has this market too and is ahead: it need not be told at every change.
    is_behind: bool,
}

pub struct RelayActor {
    board: Arc<Board>,
    bus: Arc<dyn Bus>,
    limits: RelayLimits,
    last: HashMap<MarketNo, Last>,
    is_putting: bool,
}

impl RelayActor {
    pub fn new(board: Arc<Board>, bus: Arc<dyn Bus>, limits: RelayLimits) -> Self {
        Self { board, bus, limits, last: HashMap::new(), is_putting: false }
    }

    fn round(&mut self, ctx: &mut Context<Self>) {
        if self.board.draining.load(Ordering::Acquire) {
            // What is not confirmed any more is soon stale everywhere.
            ctx.stop();
            return;
        }
        if self.is_putting || self.bus.report().state != State::Up {
            return;
        }
        let now = Instant::now();
        let due: Vec<_> = (self.board.markets().into_iter())
            .filter_map(|entry| Some((self.due_body(&entry, now)?, entry)))
            .collect();
        if due.is_empty() {
            return;
        }
        self.is_putting = true;
        let bus = self.bus.clone();
        let puts = async move {
            stream::iter(due)
                .map(|(body, entry)| {
                    let bus = bus.clone();
                    async move { put(&*bus, &entry, body).await }
                })
                .buffer_unordered(PUTS_AT_ONCE)
                .collect::<Vec<_>>()
                .await
        };
        let done = puts.into_actor(self).map(move |done, actor, _| {
            actor.is_putting = false;
            for (no, etag, taken) in done.into_iter().flatten() {
                actor.last.insert(no, Last { etag, at: now, is_behind: !taken });
            }
        });
        ctx.spawn(done);
    }

    /// The book to put, if it has changed or has to be confirmed.
    fn due_body(&self, entry: &MarketEntry, now: Instant) -> Option<BookBody> {
        let recent = self.last.get(&entry.no).filter(|last| now.duration_since(last.at) < CONFIRM_EVERY);
        if recent.is_some_and(|last| last.is_behind) {
            return None;
        }
        let body = entry.book_body(self.limits.levels)?;
        (recent.is_none_or(|last| last.etag != body.etag)).then_some(body)
    }
}

/// What was put, and whether it was taken.
async fn put(bus: &dyn Bus, entry: &MarketEntry, body: BookBody) -> Option<(MarketNo, Bytes, bool)> {
    let key = book_key(entry.id.as_str())?;
    let (epoch, seq) = body.position();
    let snapshot = Snapshot { tag: Tag { epoch, seq }, bytes: body.data.clone() };
    match bus.put_snapshot(&key, &snapshot, BOOK_TTL).await {
        Ok(taken) => Some((entry.no, body.etag, taken)),
        Err(error) => {
            tracing::debug!(market = entry.id.as_str(), %error, "book not put onto the bus");
            None
        }
    }
}

impl Actor for RelayActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(self.limits.every, Self::round);
    }
}

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

#[cfg(feature = "failpoints")]
impl Handler<Crash> for RelayActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}
