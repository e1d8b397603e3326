//! The actor that runs the simulated venue in real time.
//!
//! *Owns* the simulator, which the sandbox uses too: its orders stand in the simulated books ([`SharedSimulator`]).
//! *Overload*: markets that do not take their updates are marked stale and get a snapshot. *Restart*: a new simulator with
//! the same seed begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix::prelude::*;
use marketd_domain::{MarketIndex, Source, StaleReason, Timestamp, TradeId, UpdateSink};
use marketd_venues::sim::{Scenario, SimConfig, Simulator};
use parking_lot::{Mutex, MutexGuard};

use crate::board::{Board, FeedReport, FeedState, MarketEntry, MarketNo};
use crate::clock;
use crate::feed::{ResyncMarket, deliver, leave_stale};
use crate::sandbox::tap::News;
use crate::sink::BatchSink;

/// How often simulated time catches up with the clock.
const STEP: Duration = Duration::from_millis(10);
/// After a pause of the process the simulator does not live through all of it.
const CATCH_UP_MS: i64 = 1_000;

/// Switches the scenario of one market, or of all.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct SetScenario {
    pub market: Option<MarketIndex>,
    pub scenario: Scenario,
}

/// Ends the simulator.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct StopSim;

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

/// The scenario each market plays, for REST.
pub type Scenarios = Arc<Mutex<Vec<(String, Scenario)>>>;

/// The simulator, for its actor and for the sandbox. Whoever holds it does so for as long as a step or a request takes.
pub struct SharedSimulator {
    markets: Vec<MarketNo>,
    held: Mutex<HeldSimulator>,
    /// The sandbox's events up to this one are on the disk.
    durable_seq: AtomicU64,
}

#[derive(Default)]
pub struct HeldSimulator {
    pub simulator: Option<Simulator>,
    /// Another one with each simulator, which knows nothing of the orders in the one before.
    pub generation: u64,
}

impl SharedSimulator {
    /// Its markets in the order of their [`MarketIndex`].
    pub fn new(markets: Vec<MarketNo>) -> Arc<Self> {
        Arc::new(Self { markets, held: Mutex::default(), durable_seq: AtomicU64::new(0) })
    }

    pub fn index_of(&self, market: MarketNo) -> Option<MarketIndex> {
        self.markets.iter().position(|held| *held == market).map(|at| MarketIndex(at as u32))
    }

    pub fn lock(&self) -> MutexGuard<'_, HeldSimulator> {
        self.held.lock()
    }

    pub fn set_durable_seq(&self, seq: u64) {
        self.durable_seq.store(seq, Ordering::Release);
    }

    fn begin(&self, simulator: Simulator) {
        let mut held = self.held.lock();
        held.simulator = Some(simulator);
        held.generation += 1;
    }
}

#[derive(Clone)]
pub struct SimSpec {
    pub board: Arc<Board>,
    pub shared: Arc<SharedSimulator>,
    pub config: SimConfig,
    pub entries: Vec<Arc<MarketEntry>>,
    pub scenarios: Scenarios,
}

pub struct SimActor {
    spec: SimSpec,
    sink: BatchSink,
    simulated: Timestamp,
    steps: u64,
}

impl SimActor {
    pub fn new(spec: SimSpec) -> Self {
        let now = clock::now();
        let mut simulator = Simulator::new(spec.config.clone(), now);
        // After a panic the markets still hold the trades of the one before: the same ids would be taken
        // for repetitions.
        for (at, entry) in spec.entries.iter().enumerate() {
            if let Some(TradeId::Number(last)) =
                entry.state().read().trades().last().map(|held| held.trade.id)
            {
                simulator.number_trades_after(MarketIndex(at as u32), last);
            }
        }
        let sink = BatchSink::new(spec.entries.clone(), &spec.board.traces);
        spec.shared.begin(simulator);
        Self { spec, sink, simulated: now, steps: 0 }
    }

    /// Does something with the simulator, and tells the sandbox if its orders were met.
    fn with_simulator(&mut self, act: impl FnOnce(&mut Simulator, &mut BatchSink)) {
        let mut held = self.spec.shared.lock();
        let Some(simulator) = &mut held.simulator else { return };
        act(simulator, &mut self.sink);
        let has_fills: Vec<bool> =
            (0..self.spec.entries.len()).map(|at| simulator.has_fills(MarketIndex(at as u32))).collect();
        drop(held);
        for (entry, _) in self.spec.entries.iter().zip(has_fills).filter(|(_, has_fills)| *has_fills) {
            entry.tap.send(entry.no, entry.epoch(), vec![News::Executed]);
        }
    }

    fn step(&mut self) {
        let now = clock::now();
        // The simulator's time is its own: it follows the clock, but never leaps over a pause.
        self.simulated = now.min(self.simulated.plus_millis(CATCH_UP_MS));
        let (now_there, durable_seq) = (self.simulated, self.spec.shared.durable_seq.load(Ordering::Acquire));
        self.with_simulator(|simulator, sink| {
            simulator.advance(now_there, sink);
            simulator.release(durable_seq, now_there, sink);
        });
        self.steps += 1;
        if self.steps % 100 == 1 {
            self.report(now);
        }
    }

    fn report(&self, now: Timestamp) {
        let began = self.spec.board.feeds.get("sim").map_or(now, |report| report.since);
        let report = FeedReport {
            venue: "sim".to_owned(),
            source: Source::Sim,
            state: FeedState::Connected,
            since: began,
            last_error: None,
            last_message: now,
            messages: self.steps,
            malformed: 0,
            reconnects: 0,
            markets: self.spec.entries.len(),
        };
        self.spec.board.feeds.insert("sim".to_owned(), report);
    }

    /// Delivers what was gathered, then takes the next step: one after the other, so that order holds.
    fn run(&mut self, ctx: &mut Context<Self>) {
        self.step();
        let mut sink = std::mem::take(&mut self.sink);
        let span = sink.trace(&self.spec.board.traces, "sim", 0, clock::now());
        let board = self.spec.board.clone();
        let delivery = async move {
            let refused = deliver(&board, &mut sink).await;
            drop(span);
            (sink, refused)
        };
        let next = delivery.into_actor(self).map(|(sink, refused), actor, ctx| {
            actor.sink = sink;
            for market in refused {
                actor.sink.stale(market, StaleReason::Overloaded, clock::now());
                actor.with_simulator(|simulator, sink| simulator.resync(market, sink));
            }
            ctx.run_later(STEP, Self::run);
        });
        ctx.wait(next);
    }
}

impl Actor for SimActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        for entry in &self.spec.entries {
            entry.set_feed(ctx.address().recipient());
        }
        let names = self.spec.entries.iter().map(|entry| (entry.id.as_str().to_owned(), Scenario::Calm));
        *self.spec.scenarios.lock() = names.collect();
        self.run(ctx);
    }
}

impl Drop for SimActor {
    fn drop(&mut self) {
        leave_stale(self.spec.entries.iter());
    }
}

impl Handler<ResyncMarket> for SimActor {
    type Result = ();

    fn handle(&mut self, resync: ResyncMarket, _ctx: &mut Self::Context) {
        let at = self.spec.entries.iter().position(|entry| entry.no == resync.market);
        if let Some(at) = at {
            self.with_simulator(|simulator, sink| simulator.resync(MarketIndex(at as u32), sink));
        }
    }
}

impl Handler<SetScenario> for SimActor {
    type Result = ();

    fn handle(&mut self, set: SetScenario, _ctx: &mut Self::Context) {
        let (now, scenarios) = (self.simulated, self.spec.scenarios.clone());
        self.with_simulator(|simulator, sink| {
            simulator.set_scenario(set.market, set.scenario, now, sink);
            for (at, (_, scenario)) in scenarios.lock().iter_mut().enumerate() {
                if let Some(playing) = simulator.scenario(MarketIndex(at as u32)) {
                    *scenario = playing;
                }
            }
        });
    }
}

impl Handler<StopSim> for SimActor {
    type Result = ();

    fn handle(&mut self, _: StopSim, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for SimActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}
