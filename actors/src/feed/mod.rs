//! The actor of one venue connection.
//!
//! *Owns* the socket, the venue's session (sequencing) and the backoff; the work is one future, `link`,
//! that the actor runs, so a panic in it is this actor's panic. *Overload*: markets that do not take
//! their updates within a second are marked stale and resynced. *Restart*: a new actor connects anew.

mod backoff;
mod http;
mod instruments;
mod link;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use marketd_domain::{Instrument, StaleReason};
use marketd_venues::Venue;
use tokio::sync::mpsc;

use crate::board::{Board, MarketEntry, MarketNo};
use crate::clock;
use crate::market::ApplyUpdates;
use crate::recorder::Recorder;
use crate::sink::Update;

pub use http::{HttpClient, tls_config};
pub use link::deliver;
pub use socket::connect;

/// The market's book is in doubt: bring a snapshot.
#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
#[rtype(result = "()")]
pub struct ResyncMarket {
    pub market: MarketNo,
    pub reason: StaleReason,
}

/// Close the connection and end.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct StopFeed;

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

#[derive(Debug, Clone)]
pub struct FeedLimits {
    pub connect_timeout: Duration,
    pub http_timeout: Duration,
    pub message_bytes: usize,
    pub http_bytes: usize,
    /// Our own pings: what keeps a quiet but healthy connection from looking silent.
    pub ping: Duration,
    pub backoff_first: Duration,
    pub backoff_max: Duration,
    /// A connection that lived so long was healthy: the backoff starts over.
    pub healthy_after: Duration,
    pub malformed_per_minute: u32,
}

/// Everything that a feed needs to begin, and to begin again.
#[derive(Clone)]
pub struct FeedSpec {
    pub board: Arc<Board>,
    pub name: String,
    pub venue: &'static dyn Venue,
    pub ws_url: String,
    pub rest_url: String,
    pub markets: Vec<(Arc<MarketEntry>, Instrument)>,
    pub limits: FeedLimits,
    pub recorder: Option<Recorder>,
    /// First connection number of this feed, so that recordings of several feeds can be told apart.
    pub first_conn: u32,
}

/// What the actor tells its link.
#[derive(Debug, Clone, Copy)]
enum Order {
    Resync(ResyncMarket),
    Stop,
}

pub struct FeedActor {
    spec: FeedSpec,
    orders: mpsc::Sender<Order>,
    inbox: Option<mpsc::Receiver<Order>>,
}

impl FeedActor {
    pub fn new(spec: FeedSpec) -> Self {
        // A market asks once per doubt; one slot each, and some for stopping.
        let (orders, inbox) = mpsc::channel(spec.markets.len() + 8);
        Self { spec, orders, inbox: Some(inbox) }
    }
}

impl Actor for FeedActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        for (entry, _) in &self.spec.markets {
            entry.set_feed(ctx.address().recipient());
        }
        if let Some(inbox) = self.inbox.take() {
            let link = link::run(self.spec.clone(), inbox);
            ctx.spawn(link.into_actor(self).map(|(), _, ctx: &mut Context<Self>| ctx.stop()));
        }
    }
}

impl Drop for FeedActor {
    /// However it ended, also by a panic: nobody brings news of its markets now.
    fn drop(&mut self) {
        leave_stale(self.spec.markets.iter().map(|(entry, _)| entry));
    }
}

/// Marks markets stale whose feed is gone.
pub fn leave_stale<'a>(entries: impl Iterator<Item = &'a Arc<MarketEntry>>) {
    let now = clock::now();
    for entry in entries {
        let stale = ApplyUpdates { updates: vec![Update::Stale(StaleReason::Disconnected, now)], hop: None };
        let Some(actor) = entry.actor() else { continue };
        if actor.try_send(stale).is_ok() {
            entry.queue.sent();
        } else {
            tracing::warn!(market = %entry.id, "the market did not hear that its feed is gone");
        }
    }
}

impl Handler<ResyncMarket> for FeedActor {
    type Result = ();

    fn handle(&mut self, resync: ResyncMarket, _ctx: &mut Self::Context) {
        // A full queue holds requests enough to bring every market back.
        let _ = self.orders.try_send(Order::Resync(resync));
    }
}

impl Handler<StopFeed> for FeedActor {
    type Result = ();

    fn handle(&mut self, _: StopFeed, ctx: &mut Self::Context) {
        if self.orders.try_send(Order::Stop).is_err() {
            ctx.stop();
        }
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for FeedActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}
