//! Starting market actors and what feeds them, and keeping them alive.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix::prelude::*;
use marketd_actors::board::{Board, MarketEntry};
use marketd_actors::clock;
use marketd_actors::feed::{FeedActor, FeedSpec, StopFeed};
use marketd_actors::keeper::{KeeperActor, Watch, WatchActor};
use marketd_actors::market::MarketActor;
use marketd_actors::past::{self, Pasts, Wanted};
use marketd_actors::recorder::Recorder;
use marketd_actors::replay::{MarketFactory, Recording, ReplayActor, ReplaySpec, ReplayStatus, StopReplay};
use marketd_actors::sim::{SharedSimulator, SimActor, SimSpec, StopSim};
use marketd_actors::storage::Storage;
use marketd_actors::writer::handover::Handover;
use marketd_domain::history::Past;
use marketd_domain::instrument::MarketId;
use marketd_domain::market::MarketState;
use marketd_domain::{Instrument, Source};
use marketd_venues::container::ContainerError;
use marketd_venues::replay::{ReplayError, venue_of};
use marketd_venues::sim::{SimConfig, SimMarket, VENUE_NAME};
use marketd_venues::venue_named;
use parking_lot::{Mutex, RwLock};

use crate::config::{Config, ConfigError};
use crate::http::{Replaying, Simulating};

/// The recording that is built in: Binance spot BTC-USDT, 650 s across midnight UTC.
static BUILTIN: &[&[u8]] = &[
    include_bytes!("../testdata/binance-spot/btcusdt_20240808.jsonl.zst"),
    include_bytes!("../testdata/binance-spot/btcusdt_20240809.jsonl.zst"),
];

/// Recordings tell connections apart by number; feeds get so many each.
const CONNECTIONS_PER_FEED: u32 = 1_000_000;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error("the recording cannot be read: {0}")]
    Recording(#[from] ContainerError),
}

/// Threads that actors live on, and the keeper that watches them.
pub struct Stage {
    pub board: Arc<Board>,
    pub keeper: Addr<KeeperActor>,
    pub market_arbiters: Vec<Arbiter>,
    pub feed_arbiter: Arbiter,
    /// What live markets were before; each takes its own.
    past: Arc<Mutex<HashMap<MarketId, Past>>>,
}

impl Stage {
    pub fn new(board: Arc<Board>, config: &Config) -> Self {
        let keeper = KeeperActor::new(board.clone()).start();
        let market_arbiters: Vec<Arbiter> = (0..config.markets.arbiters).map(|_| Arbiter::new()).collect();
        let feed_arbiter = Arbiter::new();
        feed_arbiter.spawn(board.lags.add("feeds").watch());
        for (no, arbiter) in market_arbiters.iter().enumerate() {
            arbiter.spawn(board.lags.add(format!("markets {no}")).watch());
        }
        actix::spawn(board.lags.add("main").watch());
        Self { board, keeper, market_arbiters, feed_arbiter, past: Arc::default() }
    }

    /// What live markets that are made from now on go on from.
    pub fn set_past(&self, past: HashMap<MarketId, Past>) {
        *self.past.lock() = past;
    }

    /// Makes markets: registered on the board, run by an actor, watched by the keeper, their rows handed to the store.
    pub fn market_factory(&self, config: &Config, storage: Option<Arc<Storage>>) -> MarketFactory {
        let board = self.board.clone();
        let keeper = self.keeper.clone();
        let past = self.past.clone();
        let mut arbiters: Vec<ArbiterHandle> = self.market_arbiters.iter().map(Arbiter::handle).collect();
        if arbiters.is_empty() {
            arbiters.push(self.feed_arbiter.handle());
        }
        let next = AtomicUsize::new(0);
        let (mailbox, limits) = (config.markets.mailbox, config.market_limits());
        Arc::new(move |venue: &str, source: Source, instrument: &Instrument| {
            let id = instrument.market_id(venue);
            if let Some(entry) = board.market(id.as_str()) {
                return entry;
            }
            let now = clock::now();
            let mut state = MarketState::new(instrument.clone(), limits, now);
            if let Some(past) = past.lock().remove(&id).filter(|_| source == Source::Live) {
                state.resume(&past);
                state.roll_ticker(now);
            }
            let entry = board.register(id, source, state);
            let arbiter = arbiters[next.fetch_add(1, Ordering::Relaxed) % arbiters.len()].clone();
            let start = {
                let (board, entry) = (board.clone(), entry.clone());
                let (storage, venue) = (storage.clone(), venue.to_owned());
                move || {
                    let (board, entry_in) = (board.clone(), entry.clone());
                    let handover = storage.clone().map(|storage| Handover::new(storage, &entry, &venue));
                    let addr = MarketActor::start_in_arbiter(&arbiter, move |_| {
                        MarketActor::new(board, entry_in, mailbox, limits, handover)
                    });
                    entry.set_actor(addr);
                }
            };
            start();
            let probe = entry.clone();
            watch(
                &keeper,
                Watch {
                    name: format!("market {}", entry.id),
                    is_alive: Box::new(move || probe.actor().is_some_and(|actor| actor.connected())),
                    restart: Box::new(start),
                },
            );
            entry
        })
    }
}

#[allow(clippy::disallowed_methods, reason = "a few watches at start, before the keeper has run once")]
pub fn watch(keeper: &Addr<KeeperActor>, watch: Watch) {
    keeper.do_send(WatchActor(watch));
}

/// A running feed that can be stopped.
pub enum Running {
    Live(Arc<RwLock<Addr<FeedActor>>>),
    Replay(Arc<RwLock<Addr<ReplayActor>>>),
    Sim(Arc<RwLock<Addr<SimActor>>>),
}

#[allow(clippy::disallowed_methods, reason = "a control message, once, at shutdown")]
pub fn stop(running: &[Running]) {
    for feed in running {
        match feed {
            Running::Live(actor) => actor.read().do_send(StopFeed),
            Running::Replay(actor) => actor.read().do_send(StopReplay),
            Running::Sim(actor) => actor.read().do_send(StopSim),
        }
    }
}

/// How often a start looks whether the spool is empty.
const SPOOL_LOOK: Duration = Duration::from_millis(20);

/// What the store knows of the live markets. Replays and the simulator begin anew each time, so their past is none of
/// theirs.
pub async fn read_past(storage: &Storage, config: &Config) -> Pasts {
    let wanted: Vec<Wanted> = (config.live_venues())
        .filter_map(|(name, section)| Some((venue_named(name)?, section)))
        .flat_map(|(venue, section)| {
            section.markets.iter().filter_map(|pair| pair.split_once('-')).map(|(base, quote)| Wanted {
                source: Source::Live,
                market: MarketId::new(venue.name(), base, quote),
                is_tape_continued: venue.fetches_missed_trades(),
            })
        })
        .collect();
    let Some(deadline) = config.past_deadline().filter(|_| !wanted.is_empty()) else {
        return Pasts::default();
    };
    // Rows of the last run may still be on their way from the spool: half of the time is theirs.
    let patience = deadline / 2;
    let began = Instant::now();
    while storage.store().is_some() && storage.holds_spooled() && began.elapsed() < patience {
        tokio::time::sleep(SPOOL_LOOK).await;
    }
    let deadline = deadline.saturating_sub(began.elapsed());
    match storage.store() {
        Some(store) => past::read_all(&store, wanted, config.market_limits(), deadline).await,
        None => {
            tracing::warn!(markets = wanted.len(), "the store is away, markets start empty");
            Pasts::default()
        }
    }
}

/// Whether nothing comes any more.
pub fn have_ended(running: &[Running]) -> bool {
    !running.iter().any(|feed| match feed {
        Running::Live(actor) => actor.read().connected(),
        Running::Replay(actor) => actor.read().connected(),
        Running::Sim(actor) => actor.read().connected(),
    })
}

/// Live feeds of every venue that is switched on: one actor per connection.
pub fn start_live(
    stage: &Stage,
    config: &Config,
    factory: &MarketFactory,
    recorder: Option<&Recorder>,
) -> Vec<Running> {
    let mut running = Vec::new();
    for (name, section) in config.live_venues() {
        // Checked by the configuration.
        let Some(venue) = venue_named(name) else { continue };
        let markets: Vec<(Arc<MarketEntry>, Instrument)> = (section.markets.iter())
            .filter_map(|pair| pair.split_once('-'))
            .map(|(base, quote)| {
                let instrument = Instrument::unlisted(&venue.symbol(base, quote), base, quote);
                (factory(venue.name(), Source::Live, &instrument), instrument)
            })
            .collect();
        let or = |url: &str, default: &str| {
            let url = if url.is_empty() { default } else { url };
            url.trim_end_matches('/').to_owned()
        };
        for (at, share) in markets.chunks(venue.limits().markets_per_connection.max(1)).enumerate() {
            let spec = FeedSpec {
                board: stage.board.clone(),
                name: format!("{}.{at}", venue.name()),
                venue,
                ws_url: or(&section.ws_url, venue.default_ws_url()),
                rest_url: or(&section.rest_url, venue.default_rest_url()),
                markets: share.to_vec(),
                limits: config.feed_limits(),
                recorder: recorder.cloned(),
                first_conn: 1 + running.len() as u32 * CONNECTIONS_PER_FEED,
            };
            running.push(Running::Live(start_feed(stage, spec)));
        }
    }
    running
}

fn start_feed(stage: &Stage, spec: FeedSpec) -> Arc<RwLock<Addr<FeedActor>>> {
    let arbiter = stage.feed_arbiter.handle();
    let name = format!("feed {}", spec.name);
    let make = move || {
        let spec = spec.clone();
        FeedActor::start_in_arbiter(&arbiter, move |_| FeedActor::new(spec))
    };
    let place = Arc::new(RwLock::new(make()));
    let (probe, renewed) = (place.clone(), place.clone());
    watch(
        &stage.keeper,
        Watch {
            name,
            is_alive: Box::new(move || probe.read().connected()),
            restart: Box::new(move || *renewed.write() = make()),
        },
    );
    place
}

/// The recordings that the configuration names, or the built-in one.
pub fn start_replay(
    stage: &Stage,
    config: &Config,
    factory: &MarketFactory,
) -> Result<Option<(Running, Replaying)>, StartError> {
    let named = Some(config.replay.venue.as_str()).filter(|name| !name.is_empty());
    let (venue, recording) = if !config.replay.files.is_empty() {
        let files: Vec<PathBuf> = config.replay.files.clone();
        for file in &files {
            // Found out now, with the file's name, instead of by a feed that never starts.
            marketd_venues::replay::open(file)?;
        }
        (venue_of(&files, named)?, Recording::Files(files))
    } else if config.replay.builtin && config.live_venues().next().is_none() {
        let venue = venue_named("binance-spot").ok_or(ReplayError::NoFiles)?;
        (venue, Recording::Embedded(BUILTIN))
    } else {
        return Ok(None);
    };
    let speed = config.speed()?;
    let status = Arc::new(Mutex::new(ReplayStatus {
        markets: Vec::new(),
        speed,
        is_paused: false,
        has_ended: false,
        position_ms: 0,
        round: 0,
        lines: 0,
    }));
    let spec = ReplaySpec {
        board: stage.board.clone(),
        name: "replay".to_owned(),
        venue,
        recording,
        speed,
        is_looping: config.replay.is_looping,
        instruments: config.instruments()?,
        factory: factory.clone(),
        status: status.clone(),
        shift: Arc::default(),
    };
    // Registered before HTTP starts, so that readiness waits for their books, too.
    for instrument in marketd_actors::replay::instruments_of(&spec)? {
        factory(venue.name(), Source::Replay, &instrument);
    }
    let name = spec.name.clone();
    let arbiter = stage.feed_arbiter.handle();
    let make = move || {
        let spec = spec.clone();
        ReplayActor::start_in_arbiter(&arbiter, move |_| ReplayActor::new(spec))
    };
    let place = Arc::new(RwLock::new(make()));
    let (probe, renewed) = (place.clone(), place.clone());
    watch(
        &stage.keeper,
        Watch {
            name: name.clone(),
            is_alive: Box::new(move || probe.read().connected()),
            restart: Box::new(move || *renewed.write() = make()),
        },
    );
    Ok(Some((Running::Replay(place.clone()), Replaying { name, status, actor: place })))
}

/// The simulated venue, if it is switched on.
pub fn start_sim(stage: &Stage, config: &Config, factory: &MarketFactory) -> Option<(Running, Simulating)> {
    let section = config.venues.get(VENUE_NAME).filter(|section| section.enabled)?;
    let markets: Vec<SimMarket> = section.markets.iter().filter_map(|name| SimMarket::named(name)).collect();
    if markets.is_empty() {
        return None;
    }
    let entries: Vec<_> =
        markets.iter().map(|market| factory(VENUE_NAME, Source::Sim, market.instrument())).collect();
    let shared = SharedSimulator::new(entries.iter().map(|entry| entry.no).collect());
    stage.board.set_simulator(shared.clone());
    let scenarios = Arc::new(Mutex::new(Vec::new()));
    let spec = SimSpec {
        board: stage.board.clone(),
        shared,
        config: SimConfig { seed: section.seed.unwrap_or(1), markets },
        entries,
        scenarios: scenarios.clone(),
    };
    let arbiter = stage.feed_arbiter.handle();
    let make = move || {
        let spec = spec.clone();
        SimActor::start_in_arbiter(&arbiter, move |_| SimActor::new(spec))
    };
    let place = Arc::new(RwLock::new(make()));
    let (probe, renewed) = (place.clone(), place.clone());
    watch(
        &stage.keeper,
        Watch {
            name: VENUE_NAME.to_owned(),
            is_alive: Box::new(move || probe.read().connected()),
            restart: Box::new(move || *renewed.write() = make()),
        },
    );
    Some((Running::Sim(place.clone()), Simulating { scenarios, actor: place }))
}
