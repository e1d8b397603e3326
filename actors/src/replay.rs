//! The actor that plays recordings as if they were a live feed.
//!
//! *Owns* the recording's session and a shadow of each book, from which it gives snapshots: after a move
//! to another moment, and to a market actor that was restarted. *Overload*: it waits; a replay can.
//! *Restart*: a new actor begins the recording anew.

mod player;
mod reading;
mod shadow;

use std::path::PathBuf;
use std::sync::Arc;

use actix::prelude::*;
use marketd_domain::{Instrument, Source, StaleReason};
use marketd_venues::Venue;
use marketd_venues::replay::LoopShift;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::board::{Board, MarketEntry};
use crate::feed::ResyncMarket;

pub use reading::instruments_of;

/// How fast a recording is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// In thousandths of the recorded pace.
    Thousandths(u64),
    /// As fast as the markets take it.
    Max,
}

impl Speed {
    pub const REAL: Self = Self::Thousandths(1_000);

    /// `1`, `20`, `0.5` or `max`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "max" {
            return Some(Self::Max);
        }
        let text = text.strip_suffix('x').unwrap_or(text);
        let thousandths =
            marketd_domain::numbers::parse_decimal(text.as_bytes(), marketd_domain::Scale::of(3)).ok()?;
        u64::try_from(thousandths)
            .ok()
            .filter(|speed| (1..=10_000_000).contains(speed))
            .map(Self::Thousandths)
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Max => f.write_str("max"),
            Self::Thousandths(speed) => {
                let text = marketd_domain::Price::from_mantissa(i64::try_from(*speed).unwrap_or(i64::MAX));
                f.write_str(&text.to_trimmed_text(marketd_domain::Scale::of(3)))
            }
        }
    }
}

/// Where the lines come from.
#[derive(Clone)]
pub enum Recording {
    Files(Vec<PathBuf>),
    /// Built into the binary, compressed.
    Embedded(&'static [&'static [u8]]),
}

/// What a replay is doing, for REST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayStatus {
    pub markets: Vec<String>,
    pub speed: Speed,
    pub is_paused: bool,
    pub has_ended: bool,
    /// From the first line of the recording, by its own clock.
    pub position_ms: i64,
    pub round: u64,
    pub lines: u64,
}

pub type Status = Arc<Mutex<ReplayStatus>>;

/// Makes the market actor of an instrument, or finds it.
pub type MarketFactory = Arc<dyn Fn(&str, Source, &Instrument) -> Arc<MarketEntry> + Send + Sync>;

#[derive(Clone)]
pub struct ReplaySpec {
    pub board: Arc<Board>,
    pub name: String,
    pub venue: &'static dyn Venue,
    pub recording: Recording,
    pub speed: Speed,
    pub is_looping: bool,
    /// Rules of instruments that the recording does not carry itself.
    pub instruments: Vec<Instrument>,
    pub factory: MarketFactory,
    pub status: Status,
    /// Where the last actor's round stood: the next one goes on behind it, or its trades would be taken
    /// for repetitions.
    pub shift: Arc<Mutex<LoopShift>>,
}

#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
#[rtype(result = "()")]
pub enum ControlReplay {
    Pause,
    Resume,
    /// Plays one line of a paused replay.
    Step,
    /// Goes to this moment of the recording.
    Seek {
        position_ms: i64,
    },
    SetSpeed(Speed),
}

/// Ends the replay.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct StopReplay;

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    Control(ControlReplay),
    Resync(ResyncMarket),
    Stop,
}

/// Orders that may wait: a person's clicks and one resync per market.
const ORDERS: usize = 256;

pub struct ReplayActor {
    spec: ReplaySpec,
    orders: mpsc::Sender<Order>,
    inbox: Option<mpsc::Receiver<Order>>,
}

impl ReplayActor {
    pub fn new(spec: ReplaySpec) -> Self {
        let (orders, inbox) = mpsc::channel(ORDERS);
        Self { spec, orders, inbox: Some(inbox) }
    }

    fn order(&self, order: Order) {
        if self.orders.try_send(order).is_err() {
            tracing::warn!(replay = self.spec.name, "too many orders at once, one was dropped");
        }
    }
}

impl Actor for ReplayActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if let Some(inbox) = self.inbox.take() {
            let play = player::run(self.spec.clone(), ctx.address().recipient(), inbox);
            ctx.spawn(play.into_actor(self).map(|(), _, ctx: &mut Context<Self>| ctx.stop()));
        }
    }
}

impl Handler<ControlReplay> for ReplayActor {
    type Result = ();

    fn handle(&mut self, control: ControlReplay, _ctx: &mut Self::Context) {
        self.order(Order::Control(control));
    }
}

impl Handler<ResyncMarket> for ReplayActor {
    type Result = ();

    /// Only a market that lost its state needs one: what a recording holds cannot be asked for again.
    fn handle(&mut self, resync: ResyncMarket, _ctx: &mut Self::Context) {
        if matches!(resync.reason, StaleReason::Restarted | StaleReason::Overloaded) {
            self.order(Order::Resync(resync));
        }
    }
}

impl Handler<StopReplay> for ReplayActor {
    type Result = ();

    fn handle(&mut self, _: StopReplay, ctx: &mut Self::Context) {
        if self.orders.try_send(Order::Stop).is_err() {
            ctx.stop();
        }
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for ReplayActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_and_printed() {
        let check = |text: &str, expected: Option<Speed>| assert_eq!(Speed::parse(text), expected, "{text}");
        check("1", Some(Speed::REAL));
        check("20x", Some(Speed::Thousandths(20_000)));
        check("0.5", Some(Speed::Thousandths(500)));
        check("max", Some(Speed::Max));
        for text in ["0", "-1", "", "fast", "1e3", "99999999"] {
            check(text, None);
        }
        assert_eq!(Speed::Thousandths(500).to_string(), "0.5");
    }
}
